import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.domain.message import (
    Channel,
    Message,
    MessageState,
    Part,
    PartState,
    Problem,
    Severity,
    Source,
)
from parakh.errors import NotFound
from parakh.store import messages
from parakh.store.database import Database
from parakh.store.lease import claim
from parakh.store.tables import message_body

RECEIVED = MessageState.RECEIVED


def made(database: Database, text: str, **values: object) -> Message:
    value = Message(
        id=new_id(),
        digest=f"{text:0>64}",
        source=Source(channel=Channel.HTTP, name="a carrier's “list”.edi"),
        received_at=database.clock(),
        size=len(text),
        state=RECEIVED,
    )
    return replace(value, **values)  # type: ignore[arg-type]


def stored(database: Database, text: str, **values: object) -> Message:
    value = made(database, text, **values)
    with database.maintain() as connection:
        messages.insert(connection, database.vault, value, text.encode())
    return value


def a_part(message: Message, ordinal: int, state: PartState = PartState.READ) -> Part:
    problem = Problem(
        line=3, column=7, segment="DTM", cause="no date “…”", severity=Severity.WARNING
    )
    return Part(
        id=new_id(),
        message_id=message.id,
        ordinal=ordinal,
        message_type="PAXLST",
        version="05B",
        reference="1",
        line=1,
        state=state,
        problems=(problem, replace(problem, severity=Severity.ERROR, segment="")),
    )


def test_a_message_comes_back_with_its_bytes(database: Database) -> None:
    old = stored(database, "old")
    body = bytes(range(256))
    value = made(database, "new", corrects=old.id, run=3, state=MessageState.SCREENED)
    with database.maintain() as connection:
        messages.insert(connection, database.vault, value, body)
    with database.read() as connection:
        assert messages.get(connection, value.id) == value
        assert messages.by_digest(connection, value.digest, "") == value
        assert messages.by_digest(connection, value.digest, "PK") is None
        assert messages.by_digest(connection, "none", "") is None
        assert messages.body(connection, database.vault, value.id) == body
        with pytest.raises(NotFound):
            messages.get(connection, "none")


def test_bytes_are_sealed_at_rest_and_can_be_replaced(database: Database) -> None:
    value = stored(database, "a passenger list")
    with database.maintain() as connection:
        for text in (b"a passenger list", b"a pXXXXXXXX list"):
            row = connection.execute(sa.select(message_body)).one()
            assert row.sealed
            assert b"list" not in row.body
            assert messages.body(connection, database.vault, value.id) == text
            messages.replace_body(connection, database.vault, value.id, b"a pXXXXXXXX list")


def test_bytes_from_before_they_were_sealed_come_back(database: Database) -> None:
    value = stored(database, "sealed")
    with database.maintain() as connection:
        connection.execute(message_body.update().values(body=b"as they came", sealed=False))
        assert messages.body(connection, database.vault, value.id) == b"as they came"


def test_parts_come_back_in_order_and_are_replaced(database: Database) -> None:
    value = stored(database, "m")
    second, first = a_part(value, 2), a_part(value, 1, PartState.QUARANTINED)
    with database.maintain() as connection:
        messages.save_part(connection, second)
        messages.save_part(connection, first)
        assert messages.parts(connection, value.id) == (first, second)
        mended = replace(first, state=PartState.READ, problems=())
        messages.save_part(connection, mended)
        assert messages.parts(connection, value.id) == (mended, second)


def test_summaries_say_what_the_parts_came_to(database: Database) -> None:
    good, bad = stored(database, "good"), stored(database, "bad")
    with database.maintain() as connection:
        messages.save_part(connection, a_part(good, 1))
        messages.save_part(connection, a_part(bad, 1))
        messages.save_part(connection, a_part(bad, 2, PartState.QUARANTINED))
    with database.read() as connection:
        listed = messages.summaries(connection, quarantined=False, offset=0, limit=10)
        assert {(own.message.id, own.parts, own.quarantined) for own in listed} == {
            (bad.id, 2, 1),
            (good.id, 1, 0),
        }
        (only,) = messages.summaries(connection, quarantined=True, offset=0, limit=10)
        assert only.message == bad
        assert only.types == ("PAXLST",)
        assert messages.count(connection) == 2
        assert messages.count(connection, quarantined=True) == 1
        assert messages.waiting(connection) == 2


def test_a_message_moves_only_from_the_state_and_run_it_was_read_in(database: Database) -> None:
    value = stored(database, "m")
    with database.maintain() as connection:
        assert messages.move(connection, value, MessageState.PARSED)
        assert not messages.move(connection, value, MessageState.PARSED), "it left that state"
        parsed = messages.get(connection, value.id)
        assert messages.move(connection, parsed, MessageState.SCREENED)
        screened = messages.get(connection, value.id)
        assert messages.move(connection, screened, RECEIVED, run=2)
        again = messages.get(connection, value.id)
        assert (again.state, again.run) == (RECEIVED, 2)
        assert not messages.move(connection, value, MessageState.PARSED), "it is of an earlier run"
        with pytest.raises(AssertionError):
            messages.move(connection, again, MessageState.SCREENED)


def test_only_one_of_many_moves_it(database: Database) -> None:
    value = stored(database, "m")
    start = threading.Barrier(4)

    def move(_: int) -> bool:
        start.wait()
        with database.maintain() as connection:
            return messages.move(connection, value, MessageState.PARSED)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(move, range(4))) == 1


def test_the_oldest_waits_longest(database: Database) -> None:
    ids = [f"{number:032x}" for number in (3, 1, 2)]
    for own in ids:
        stored(database, own, id=own)
    with database.read() as connection:
        oldest = messages.oldest(connection, RECEIVED)
        assert oldest is not None
        assert oldest.id == ids[1]
        after = messages.oldest(connection, RECEIVED, leave=[ids[1]])
        assert after is not None
        assert after.id == ids[2]
        assert messages.oldest(connection, MessageState.PARSED) is None


def test_a_claim_gives_the_oldest_that_is_not_left_aside(database: Database) -> None:
    first, second = stored(database, "1"), stored(database, "2")
    first, second = sorted((first, second), key=lambda own: own.id)
    with claim(database, RECEIVED, ()) as message:
        assert message == first
    with claim(database, RECEIVED, {first.id}) as message:
        assert message == second
    with claim(database, RECEIVED, {first.id, second.id}) as message:
        assert message is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_two_workers_never_claim_the_same_message(database: Database) -> None:
    for number in range(3):
        stored(database, str(number))
    held: list[str] = []
    all_hold, done = threading.Barrier(4), threading.Event()

    def work(_: int) -> None:
        with claim(database, RECEIVED, ()) as message:
            held.append(message.id if message else "")
            all_hold.wait(10)
            done.wait(10)

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(work, n) for n in range(3)]
        all_hold.wait(10)
        with claim(database, RECEIVED, ()) as message:
            assert message is None, "all are taken"
        done.set()
        for own in waiting:
            own.result()
    assert len(set(held)) == 3
    assert "" not in held
    with claim(database, RECEIVED, ()) as message:
        assert message is not None, "claims end with the work"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_a_claim_ends_when_the_work_fails(database: Database) -> None:
    value = stored(database, "m")
    with pytest.raises(ZeroDivisionError), claim(database, RECEIVED, ()):
        raise ZeroDivisionError
    with claim(database, RECEIVED, ()) as message:
        assert message == value
