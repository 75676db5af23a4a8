"""Bills, declarations and masters that are corrected after they were joined."""

from typing import Any

import pytest
from tests.ingest.goods_samples import edifact
from tests.services.test_goods_consignments import (
    LONG_AGO,
    SENDER,
    bill,
    declaration,
    known,
    take_in,
    waiting,
)

from parakh.domain.conveyance import ConveyanceKind
from parakh.services import intake, queue, reading
from parakh.services.centre import Centre
from parakh.store import conveyances, messages

OTHER = "TSTL7654321"
HOUSE = """BGM+785+2+9
    CNI+1
    RFF+BH:HOUSE0001
    RFF+MB:TSTL1234567
    LOC+9+AEJEA
    LOC+11+PKKHI
    GID+1+3
    FTX+AAA+++TILES"""


def other_bill() -> bytes:
    return (
        bill("ONIONS")
        .replace(b"TSTL1234567", OTHER.encode())
        .replace(b"CSQU3054383", b"MSKU0000006")
    )


@pytest.mark.parametrize("first", [True, False], ids=["bill-known", "bill-later"])
def test_a_declaration_that_named_the_wrong_bill_moves_to_the_right_one(
    any_centre: Centre, first: bool
) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, declaration())
    if first:
        take_in(any_centre, other_bill())
    take_in(any_centre, declaration(bill_number=OTHER, function="5", sent="261122:0900"))
    if not first:
        take_in(any_centre, other_bill())
    left, right = (own for own in known(any_centre) if not own.cancelled)
    assert (left.reference, left.declaration) == ("TSTL1234567", None)
    assert left.description == "TILES"
    assert right.reference == OTHER
    assert right.declaration is not None
    assert [use.number for use in right.containers] == ["MSKU0000006"]


def test_a_declaration_that_names_its_bill_later_joins_it(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, declaration(bill_number=""))
    take_in(any_centre, declaration(function="5", sent="261122:0900"))
    assert [(own.reference, own.name) for own in known(any_centre) if not own.cancelled] == [
        ("TSTL1234567", "D1")
    ]


def test_house_bills_follow_their_master_to_another_voyage(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, edifact("CUSCAR", HOUSE))
    house, master = known(any_centre)
    assert house.voyage_id == master.voyage_id is not None
    later = bill(function="5", sent="261122:0900").replace(b"TDT+20+9E", b"TDT+20+11W")
    message_id = take_in(any_centre, later)
    moved = known(any_centre)
    assert moved[1].voyage_id != master.voyage_id
    assert moved[0].voyage_id == moved[1].voyage_id
    assert waiting(any_centre, message_id) == ["HOUSE0001", "TSTL1234567"]


def test_a_container_was_not_where_goods_that_were_taken_back_would_have_been(
    any_centre: Centre,
) -> None:
    timed = b"TDT+20+9E+1++TSTL'DTM+132:202611230900:203'"
    take_in(any_centre, bill().replace(b"TDT+20+9E+1++TSTL'", timed))
    with any_centre.db.read() as connection:
        (crate,) = conveyances.named(connection, ["CSQU3054383"], ConveyanceKind.CONTAINER)
        assert conveyances.movements(connection, [crate.id], LONG_AGO)
    take_in(any_centre, bill(function="1", sent="261122:0900"))
    assert [own.cancelled for own in known(any_centre)] == [True]
    with any_centre.db.read() as connection:
        assert conveyances.movements(connection, [crate.id], LONG_AGO) == {}


def test_a_bill_that_a_declaration_left_and_one_that_it_took_are_screened_anew(
    any_centre: Centre,
) -> None:
    """Read again, whatever message it is, nothing changes; what is empty is taken back."""
    sent = [
        take_in(any_centre, bill(), screen=True),
        take_in(any_centre, declaration(), screen=True),
        take_in(any_centre, other_bill(), screen=True),
    ]
    joined, taken = known(any_centre)
    sent.append(
        take_in(
            any_centre,
            declaration(bill_number=OTHER, function="5", sent="261122:0900"),
            screen=True,
        )
    )
    now = {own.id: own for own in known(any_centre)}
    assert now[taken.id].cancelled
    assert now[joined.id].name == "D1"
    assert now[joined.id].reference == OTHER
    for message_id in sent:
        intake.rerun(any_centre, SENDER, message_id)
        assert queue.drain(any_centre) == set()
        assert {own.id: own for own in known(any_centre)} == now


def test_a_second_declaration_on_the_bill_named_now_keeps_it(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, declaration())
    take_in(any_centre, other_bill())
    take_in(any_centre, declaration("D2", bill_number=OTHER))
    take_in(any_centre, declaration(bill_number=OTHER, function="5", sent="261122:0900"))
    assert [(own.reference, own.name) for own in known(any_centre) if not own.cancelled] == [
        ("TSTL1234567", "TSTL1234567"),
        (OTHER, "D1"),
        (OTHER, "D2"),
    ]


def test_an_earlier_word_of_another_bill_moves_nothing(any_centre: Centre) -> None:
    take_in(any_centre, bill())
    take_in(any_centre, other_bill())
    take_in(any_centre, declaration(sent="261122:0900"))
    take_in(any_centre, declaration(bill_number=OTHER, sent="261121:0900"))
    assert [(own.reference, own.name) for own in known(any_centre)] == [
        ("TSTL1234567", "D1"),
        (OTHER, OTHER),
    ]


@pytest.mark.parametrize("function", ["1", "5", "9"], ids=["cancelled", "replaced", "told"])
def test_a_carrier_overwrites_nothing_that_another_told(any_centre: Centre, function: str) -> None:
    take_in(any_centre, bill(), carrier="TSTL")
    (before,) = known(any_centre)
    forged = bill("NOTHING", function=function, sent="261122:0900").replace(b"TSTL'", b"'")
    message_id = take_in(any_centre, forged, carrier="XYZL")
    assert known(any_centre) == [before]
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message_id)
    assert "another carrier told of a bill of this number" in {own.cause for own in part.problems}
    take_in(any_centre, bill(function="1", sent="261122:1000"), carrier="TSTL")
    assert [own.cancelled for own in known(any_centre)] == [True]


def test_goods_are_due_when_others_say_that_their_voyage_is(any_centre: Centre) -> None:
    timed = b"TDT+20+9E+1++TSTL'DTM+132:2026112309%s:203'"
    first = bill().replace(b"TDT+20+9E+1++TSTL'", timed % b"00")
    take_in(any_centre, first)
    later = other_bill().replace(b"TDT+20+9E+1++TSTL'", timed % b"45")
    message_id = take_in(any_centre, later.replace(b"261120:0900", b"261122:0900"))
    mine, other = known(any_centre)
    assert mine.voyage_id == other.voyage_id
    assert mine.due_at == other.due_at
    assert waiting(any_centre, message_id) == [mine.reference, other.reference]


@pytest.mark.parametrize("reverse", [False, True], ids=["in-order", "the-later-first"])
def test_a_number_that_comes_again_after_a_year_is_other_goods(
    centre: Centre, clock: Any, reverse: bool
) -> None:
    clock.advance(days=380)
    years = [("261120:0900", "261121:0900", "OLD"), ("271201:0900", "271202:0900", "NEW")]
    for place, (told, lodged, text) in enumerate(reversed(years) if reverse else years):
        first = take_in(centre, bill(sent=told), screen=True)
        take_in(centre, edifact("CUSCAR", HOUSE).replace(b"261120:0900", told.encode()))
        take_in(centre, declaration(sent=lodged, text=text))
        assert reading.parse(centre, intake.rerun(centre, SENDER, first))
        assert len(known(centre)) == 2 * (place + 1), "a house bill and its master"
    take_in(centre, bill(function="5", sent="261125:0900").replace(b"TDT+20+9E", b"TDT+20+11W"))
    houses, masters = known(centre)[:2], known(centre)[2:]
    assert {own.items[0].description for own in masters} == {"OLD", "NEW"}
    assert len({own.voyage_id for own in masters}) == 2
    assert {own.voyage_id for own in houses} == {own.voyage_id for own in masters}
    assert not any(own.cancelled for own in masters)
