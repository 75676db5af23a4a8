"""Consignments as they come in: joined, corrected, taken back, and nothing of them lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from tests.ingest.goods_samples import DOCUMENT, FHL, FWB, MANIFEST, edifact
from tests.services.goods_kit import enforce

from parakh.access import Purpose, system_actor
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import ConveyanceKind, MovementKind
from parakh.domain.examination import OrderState
from parakh.domain.message import Channel, MessageState, Source
from parakh.domain.selectivity import Lane
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.services import examinations, goods_consignments, intake, queue, reading, revaluing
from parakh.services.centre import Centre
from parakh.services.rates import import_rates
from parakh.store import answers, consignments, conveyances, messages, rates
from parakh.store.examinations import orders_of
from parakh.store.rates import Rate
from parakh.store.tables import assessment, consignment, goods_record, hit, movement, voyage

SENDER = system_actor("test")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def take_in(centre: Centre, data: bytes, *, carrier: str = "", screen: bool = False) -> str:
    source = Source(channel=Channel.DROP, name="goods", carrier=carrier)
    received = intake.receive(centre, SENDER, data, source)
    if screen:
        assert queue.drain(centre) == set()
    else:
        assert reading.parse(centre, received.message)
    return received.message.id


def state_of(centre: Centre, message_id: str) -> MessageState:
    with centre.db.read() as connection:
        return messages.get(connection, message_id).state


def waiting(centre: Centre, message_id: str) -> list[str]:
    with centre.db.read() as connection:
        return sorted(own.reference for own in consignments.to_screen(connection, message_id))


def known(centre: Centre) -> list[Consignment]:
    """All consignments, by reference and declaration."""
    with centre.db.read() as connection:
        ids = connection.execute(sa.select(consignment.c.id)).scalars().all()
        found = consignments.by_ids(connection, ids).values()
    return sorted(found, key=lambda own: (own.reference, own.name))


def only(centre: Centre) -> Consignment:
    (own,) = known(centre)
    return own


def bill(text: str = "TILES", *, function: str = "9", sent: str = "261120:0900") -> bytes:
    body = f"""BGM+85+1+{function}
    TDT+20+9E+1++TSTL
    LOC+125+AEJEA
    LOC+60+PKKHI
    CNI+1
    RFF+BM:TSTL1234567
    LOC+9+AEJEA
    LOC+11+PKKHI
    NAD+CN+++ALI TRADERS
    GID+1+3
    FTX+AAA+++{text}
    SGP+CSQU3054383"""
    return edifact("CUSCAR", body).replace(b"261120:0900", sent.encode())


def declaration(
    number: str = "D1",
    *,
    bill_number: str = "TSTL1234567",
    function: str = "9",
    sent: str = "261121:0900",
    text: str = "CERAMIC TILES",
) -> bytes:
    reference = f"RFF+BM:{bill_number}" if bill_number else ""
    body = f"""BGM+929+{number}+{function}
    LOC+22+KAPE
    {reference}
    NAD+IM+77++ALI TRADERS
    UNS+D
    CST+1+690721
    FTX+AAA+++{text}
    MOA+38:100:AED"""
    return edifact("CUSDEC", body, "96B").replace(b"261120:0900", sent.encode())


def test_a_manifest_becomes_consignments_on_a_voyage(any_centre: Centre) -> None:
    message_id = take_in(any_centre, edifact("CUSCAR", MANIFEST))
    house, master = known(any_centre)
    assert waiting(any_centre, message_id) == ["HOUSE0001", "TSTL1234567"]
    assert (master.direction, master.port) == (Direction.ENTRY, "PKKHI")
    assert master.due_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert house.voyage_id == master.voyage_id is not None
    assert house.master_reference == master.reference
    assert [use.shared for use in (*house.containers, *master.containers)] == [True, True]
    with any_centre.db.read() as connection:
        assert consignments.get(connection, master.id) == master
        ship = conveyances.get(connection, master.conveyance_id or "")
        (box,) = conveyances.named(connection, ["CSQU3054383"], ConveyanceKind.CONTAINER)
        moved = conveyances.movements(connection, [box.id], LONG_AGO)[box.id]
    assert (ship.identifier, ship.country, ship.name) == ("9074729", "PAN", "TEST SHIP")
    assert [(own.kind, own.place) for own in moved] == [
        (MovementKind.DISCHARGED, "PKKHI"),
        (MovementKind.LOADED, "AEJEA"),
    ]
    assert moved[0].gross_kg == 21400


def test_an_unknown_consignment_is_not_found(any_centre: Centre) -> None:
    with any_centre.db.read() as connection, pytest.raises(NotFound):
        consignments.get(connection, "nothing")


@pytest.mark.parametrize("first", ["bill", "declaration"])
def test_a_bill_and_its_declaration_are_one_whichever_comes_first(
    any_centre: Centre, first: str
) -> None:
    both = [bill(), declaration()]
    for data in both if first == "bill" else both[::-1]:
        last = take_in(any_centre, data)
    own = only(any_centre)
    assert own.declaration is not None
    assert (own.declaration.reference, own.declaration.office) == ("D1", "KAPE")
    assert (own.port, own.reference, own.kind) == ("PKKHI", "TSTL1234567", "master_bill")
    assert [item.description for item in own.items] == ["CERAMIC TILES"]
    assert [party.role.value for party in own.parties] == ["importer", "consignee"]
    assert [use.number for use in own.containers] == ["CSQU3054383"]
    assert waiting(any_centre, last) == ["TSTL1234567"]


def test_a_second_declaration_on_a_bill_is_a_consignment_of_its_own(any_centre: Centre) -> None:
    for data in (bill(), declaration("D1"), declaration("D2", text="GLUE")):
        take_in(any_centre, data)
    one, two = known(any_centre)
    assert (one.name, two.name) == ("D1", "D2")
    assert one.reference == two.reference == "TSTL1234567"
    # What the bill tells of the way is told of both, and followed by both.
    assert one.containers == two.containers != ()
    assert one.port == two.port == "PKKHI"
    assert one.voyage_id == two.voyage_id is not None
    message_id = take_in(
        any_centre, bill(sent="261122:0800").replace(b"CSQU3054383", b"TSTU0000012")
    )
    assert [use.number for own in known(any_centre) for use in own.containers] == [
        "TSTU0000012"
    ] * 2
    assert len(waiting(any_centre, message_id)) == 2
    take_in(any_centre, declaration("D2", text="MUCH GLUE", sent="261122:0900"))
    assert [own.description for own in known(any_centre)] == ["CERAMIC TILES", "MUCH GLUE"]


@pytest.mark.parametrize(
    ("sent", "text"), [("261121:0900", "SHOES"), ("261119:0900", "TILES")]
)  # fmt: skip
def test_what_is_said_later_corrects_and_what_was_said_earlier_does_not(
    any_centre: Centre, sent: str, text: str
) -> None:
    take_in(any_centre, bill())
    message_id = take_in(any_centre, bill("SHOES", sent=sent))
    assert only(any_centre).description == text
    assert bool(waiting(any_centre, message_id)) == (text == "SHOES")


def test_the_same_said_again_is_not_screened_again(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    again = take_in(any_centre, bill(sent="261121:0900"))
    assert waiting(any_centre, again) == []
    assert intake.receive(
        any_centre, SENDER, bill(), Source(channel=Channel.DROP, name="again")
    ).new is False  # fmt: skip
    assert len(known(any_centre)) == 1


def test_what_is_taken_back_is_cancelled_and_what_stands_stays(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, declaration())
    take_in(any_centre, declaration(function="1", sent="261122:0900"))
    own = only(any_centre)
    assert (own.declaration, own.cancelled, own.description) == (None, False, "TILES")
    message_id = take_in(any_centre, bill(function="3", sent="261122:1000"))
    # All is taken back: what was told last is still shown.
    own = only(any_centre)
    assert (own.cancelled, own.description) == (True, "CERAMIC TILES")
    assert waiting(any_centre, message_id) == ["TSTL1234567"]
    # A new declaration takes the place of the one that was taken back.
    take_in(any_centre, declaration("D2", sent="261123:0900"))
    own = only(any_centre)
    assert (own.name, own.cancelled) == ("D2", False)


def test_what_is_taken_back_is_not_examined(any_centre: Centre, docks: Callable[..., Any]) -> None:
    officer = docks(any_centre).officer
    take_in(any_centre, bill(), screen=True)
    own = only(any_centre)
    examinations.order_by_hand(any_centre, officer, own.id, Lane.RED, "A tip from the port")
    take_in(any_centre, bill(function="1", sent="261120:1000"), screen=True)
    with any_centre.db.read() as connection:
        (order,) = orders_of(connection, [own.id])[own.id]
    assert (order.state, order.called_off) == (
        OrderState.CALLED_OFF,
        "the goods were taken back by whoever declared them",
    )


def test_a_cancellation_that_comes_before_its_bill_holds(any_centre: Centre) -> None:
    take_in(any_centre, bill(function="1", sent="261122:0900"))
    take_in(any_centre, bill())
    own = only(any_centre)
    assert (own.cancelled, own.description) == (True, "TILES")


def test_reading_again_changes_nothing_and_screens_again(any_centre: Centre) -> None:
    take_in(any_centre, bill(), screen=True)
    message_id = take_in(any_centre, declaration(), screen=True)
    before = only(any_centre)
    assert waiting(any_centre, message_id) == []
    message = intake.rerun(any_centre, SENDER, message_id)
    assert reading.parse(any_centre, message)
    assert only(any_centre) == before
    assert waiting(any_centre, message_id) == ["TSTL1234567"]
    with any_centre.db.read() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(goods_record))
        assert count.scalar_one() == 2


def test_what_a_message_does_not_say_any_more_is_taken_back(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = take_in(any_centre, edifact("CUSCAR", MANIFEST), screen=True)
    fewer = edifact("CUSCAR", MANIFEST.replace("RFF+BH:HOUSE0001", "RFF+BH:"))
    read = reading.read_transmission
    with monkeypatch.context() as patch:
        patch.setattr(reading, "read_transmission", lambda body, key: read(fewer, key))
        message = intake.rerun(any_centre, SENDER, message_id)
        assert reading.parse(any_centre, message)
    told = {own.reference: own.cancelled for own in known(any_centre)}
    assert told == {"HOUSE0001": True, "TSTL1234567": False}
    assert waiting(any_centre, message_id) == ["HOUSE0001", "TSTL1234567"]


@pytest.mark.parametrize("order", [(FWB, FHL), (FHL, FWB)])
def test_house_waybills_fly_with_their_master(
    any_centre: Centre, order: tuple[bytes, bytes]
) -> None:
    for data in order:
        last = take_in(any_centre, data)
    found = {own.reference: own for own in known(any_centre)}
    assert set(found) == {"17612345675", "HAWB001", "HAWB002"}
    assert found["17612345675"].voyage_id is not None
    assert len({(own.voyage_id, own.due_at) for own in found.values()}) == 1
    assert waiting(any_centre, last)


def test_cargo_flies_on_the_voyage_of_the_passengers(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    listed = declare(person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321"))
    take_in(any_centre, listed)
    take_in(any_centre, FWB.replace(b"FLT/EK600/23", b"FLT/PK304/22"))
    own = only(any_centre)
    with any_centre.db.read() as connection:
        (only_voyage,) = connection.execute(sa.select(voyage.c.id)).scalars()
    assert own.voyage_id == only_voyage


def test_a_price_is_turned_into_the_centres_currency(any_centre: Centre) -> None:
    with any_centre.db.write(SENDER, Purpose.INTAKE) as tx:
        told = Rate(currency="AED", on=date(2026, 11, 20), rate=Decimal("0.25"))
        rates.put(tx, [told])
        tx.audit("test", "rate", "AED")
    take_in(any_centre, declaration())
    assert only(any_centre).value == Decimal(25)


def test_goods_are_valued_again_once_a_rate_comes_or_changes(centre: Centre) -> None:
    enforce(centre, "consignment.value > 20.0")
    take_in(centre, declaration(), screen=True)
    take_in(centre, declaration("D2", bill_number="").replace(b":AED", b":EUR"), screen=True)

    def imported(rate: str) -> tuple[int, int, Decimal | None, int]:
        table = f"currency,on,rate\nAED,2026-11-20,{rate}\n".encode()
        waiting = import_rates(centre, SENDER, table).waiting.consignments
        taken = revaluing.work(centre)
        assert revaluing.work(centre) == 0
        own = next(own for own in known(centre) if own.name == "D1")
        with centre.db.read() as connection:
            return waiting, taken, own.value, len(connection.execute(sa.select(hit.c.id)).all())

    assert imported("0.1") == (1, 2, Decimal(10), 0), "valued, then screened"
    assert imported("0.1") == (0, 0, Decimal(10), 0)
    assert imported("0.25") == (1, 2, Decimal(25), 1)
    with centre.db.maintain() as connection:
        connection.execute(consignment.update().values(due_for="rates"))
    assert revaluing.work(centre) == 2, "nothing changed, nothing is screened"
    with centre.db.read() as connection:
        assert connection.execute(sa.select(sa.func.count(assessment.c.id))).scalar_one() == 4


def test_a_declaration_without_a_bill_stands_alone(any_centre: Centre) -> None:
    take_in(any_centre, declaration(bill_number=""))
    take_in(any_centre, bill())
    assert [own.name for own in known(any_centre)] == ["D1", "TSTL1234567"]


def test_bad_rows_are_told_with_their_place_and_the_others_go_on(any_centre: Centre) -> None:
    message_id = take_in(any_centre, DOCUMENT.encode(), screen=True)
    view = intake.view(any_centre, SENDER, message_id)
    ((part, shown),) = view.parts
    assert (part.goods, part.state, state_of(any_centre, message_id)) == (
        2, "read", MessageState.SCREENED,
    )  # fmt: skip
    told = [(own.problem.line, own.problem.severity.value) for own in shown]
    assert told == [(14, "error"), (14, "warning"), (16, "error"), (17, "error")]
    assert shown[0].excerpt[2].marked


def test_a_message_of_bad_rows_only_is_quarantined_and_mended(any_centre: Centre) -> None:
    broken = DOCUMENT.replace('"reference"', '"number"').replace("transport_document", "paper")
    message_id = take_in(any_centre, broken.encode())
    assert state_of(any_centre, message_id) is MessageState.QUARANTINED
    assert known(any_centre) == []
    mended = intake.correct(any_centre, SENDER, message_id, DOCUMENT.encode())
    assert reading.parse(any_centre, mended.message)
    assert len(known(any_centre)) == 2


def test_a_message_on_which_the_program_fails_stays_whole_and_is_tried_again(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = intake.receive(
        any_centre, SENDER, bill(), Source(channel=Channel.DROP, name="goods")
    )
    with monkeypatch.context() as patch:
        patch.setattr(goods_consignments._Reading, "_put", lambda *_: 1 / 0)
        assert queue.drain(any_centre) == {received.message.id}
    assert state_of(any_centre, received.message.id) is MessageState.RECEIVED
    with any_centre.db.read() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(goods_record))
        assert rows.scalar_one() == 0
    assert queue.drain(any_centre) == set()
    assert state_of(any_centre, received.message.id) is MessageState.SCREENED
    assert only(any_centre).description == "TILES"


def test_goods_without_any_number_are_quarantined(any_centre: Centre) -> None:
    message_id = take_in(any_centre, bill().replace(b"TSTL1234567", b"--"))
    (part,) = [own for own, _ in intake.view(any_centre, SENDER, message_id).parts]
    assert part.state == "quarantined"
    assert [(own.line, own.cause) for own in part.problems] == [
        (8, "neither a declaration nor a transport document has a number")
    ]
    assert known(any_centre) == []


def test_its_sender_is_answered_with_what_was_wrong(any_centre: Centre) -> None:
    source = Source(channel=Channel.HTTP, name="goods")
    wrong = bill().replace(b"CSQU3054383", b"CSQU3054384")
    received = intake.receive(any_centre, SENDER, wrong, source)
    assert reading.parse(any_centre, received.message)
    with any_centre.db.read() as connection:
        (answer,) = answers.of_message(connection, received.message.id)
    assert answer.accepted
    assert "CUSRES" in answer.text
    assert "THE CHECK DIGIT OF THE CONTAINER IS WRONG" in answer.text
    document = intake.receive(any_centre, SENDER, DOCUMENT.encode(), source)
    assert reading.parse(any_centre, document.message)
    with any_centre.db.read() as connection:
        assert list(answers.of_message(connection, document.message.id)) == []


def test_a_test_is_read_and_not_taken_in(any_centre: Centre) -> None:
    data = bill().replace(b"261120:0900+1'", b"261120:0900+1++++++1'")
    take_in(any_centre, data)
    assert known(any_centre) == []


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (bill(), True),
        (bill(function="1"), False),
        (bill(function="1").replace(b"++TSTL'", b"++PK'"), True),
        (declaration(), False),
        (FWB, True),
    ],
)
def test_a_carriers_key_tells_of_its_own_bills_only(
    any_centre: Centre, data: bytes, taken: bool
) -> None:
    message_id = take_in(any_centre, data, carrier="PK")
    assert bool(known(any_centre)) is taken
    assert (state_of(any_centre, message_id) is MessageState.PARSED) is taken


def test_a_later_list_of_a_ship_moves_no_container_twice(any_centre: Centre) -> None:
    take_in(any_centre, edifact("CUSCAR", MANIFEST))
    later = MANIFEST.replace("SEL+S12345+CA", "SEL+S99999+CA")
    data = edifact("CUSCAR", later).replace(b"261120:0900", b"261121:0900")
    take_in(any_centre, data)
    with any_centre.db.read() as connection:
        rows = connection.execute(sa.select(movement.c.seal)).scalars().all()
    assert sorted(rows) == ["S99999", "S99999"]
