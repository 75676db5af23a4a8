"""What a centre keeps of a transmission's bytes: sealed, and without what must not be kept."""

import hashlib
from typing import Any

import sqlalchemy as sa

from parakh.access import system_actor
from parakh.domain.message import Channel, Message, Source
from parakh.services import intake, queue
from parakh.services.centre import Centre
from parakh.store import messages
from parakh.store.tables import booking, message_body

SENDER = system_actor("test")
CARD = b"4111111111111111"
DATA = (
    b"UNA:+.?*'UNB+IATA:1+PK+PKNTC+261120:0000+1++PNRGOV'UNH+1+PNRGOV:11:1:IA'MSG+:22'ORG+PK:KHI'"
    b"TVL+221126:1700:221126:2000+DXB+KHI+PK+304'EQN+1'SRC'RCI+PK:ABC123::011126:0930'"
    b"SSR+MOML:HK:1:PK'IFT+4:28::PK+PASSENGER IS BLIND'TIF+KHAN+ALI:A:1'TKT+2141234567890:T:1'"
    b"FOP+CC::140.50:VI:" + CARD + b":0229'TVL+221126:1700:221126:2000+DXB+KHI+PK+304:Y'"
    b"RPI+1+HK'UNT+17+1'UNZ+1+1'"
)


def payments(centre: Centre) -> list[dict[str, Any]]:
    with centre.db.read() as connection:
        data = connection.execute(sa.select(booking.c.data)).scalar_one()
    found: list[dict[str, Any]] = data["payments"]
    return found


def kept(centre: Centre, message: Message) -> bytes:
    with centre.db.read() as connection:
        return messages.body(connection, centre.db.vault, message.id)


def test_read_bytes_are_redacted_and_sealed(any_centre: Centre) -> None:
    source = Source(channel=Channel.CLI, name="f.edi")
    message = intake.receive(any_centre, SENDER, DATA, source).message
    assert kept(any_centre, message) == DATA
    assert not queue.drain(any_centre)
    body = kept(any_centre, message)
    assert len(body) == len(DATA)
    assert b"411111XXXXXX1111" in body
    assert not [word for word in (CARD, b"MOML", b"BLIND") if word in body]
    with any_centre.db.read() as connection:
        assert b"KHAN" not in connection.execute(sa.select(message_body.c.body)).scalar_one()
        (part,) = messages.parts(connection, message.id)
    assert part.removed == {"MOML": 1, "OSI": 1}
    assert message.digest == hashlib.sha256(DATA).hexdigest()
    assert not intake.receive(any_centre, SENDER, DATA, source).new


def test_read_again_they_tell_the_same(any_centre: Centre) -> None:
    source = Source(channel=Channel.CLI, name="f.edi")
    message = intake.receive(any_centre, SENDER, DATA, source).message
    queue.drain(any_centre)
    before, body = payments(any_centre), kept(any_centre, message)
    assert before[0]["account"] == "411111XXXXXX1111"
    assert len(before[0]["token"]) == 64
    intake.rerun(any_centre, SENDER, message.id)
    queue.drain(any_centre)
    assert payments(any_centre) == before
    assert kept(any_centre, message) == body
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message.id)
    assert part.removed == {"MOML": 1, "OSI": 1}


def test_bytes_from_before_are_sealed_when_they_are_read_again(any_centre: Centre) -> None:
    source = Source(channel=Channel.CLI, name="f.edi")
    message = intake.receive(any_centre, SENDER, DATA, source).message
    with any_centre.db.maintain() as connection:
        connection.execute(message_body.update().values(body=DATA, sealed=False))
    queue.drain(any_centre)
    with any_centre.db.read() as connection:
        assert connection.execute(sa.select(message_body.c.sealed)).scalar_one()
    assert CARD not in kept(any_centre, message)
