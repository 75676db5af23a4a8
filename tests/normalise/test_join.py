from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.normalise.join import Marks, SourceKind, Statement, joined, marks_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

KHAN = Marks(
    documents=("PAK:AB123456",),
    passports=("PAK:AB123456",),
    family="KHAN",
    given="MUHAMMADALI",
    birth_date="1980-01-15",
    locators=("LOC123",),
    seat="14C",
)
BARE = replace(KHAN, documents=(), passports=(), birth_date="", locators=(), seat="")
OTHER_PASSPORT = replace(KHAN, documents=("PAK:ZZ999999",), passports=("PAK:ZZ999999",))


def said(
    marks: Marks,
    unit: str,
    *,
    kind: SourceKind = SourceKind.PAXLST,
    hours: int = 0,
    place: int = 0,
    action: str = "",
) -> Statement:
    return Statement(
        id=f"{unit}/{place}",
        kind=kind,
        unit=unit,
        said_at=NOON + timedelta(hours=hours),
        received_at=NOON,
        place=(unit, 1, place),
        marks=marks,
        action=action,
    )


def persons(*statements: Statement) -> list[list[str]]:
    return [[own.id for own in group] for group in joined(statements)]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (KHAN, True),
        (BARE, True),
        (replace(BARE, given="M"), False),
        (replace(BARE, given="M", locators=("LOC123",)), True),
        (replace(BARE, given="M", seat="14C"), True),
        (replace(BARE, family="KHAN", given="MUHAMMADALIJINNAH", seat="14C"), True),
        (replace(BARE, birth_date="1980-01-15"), True),
        (replace(BARE, birth_date="1980-01"), True),
        (replace(BARE, birth_date="1979-12-31"), False),
        (replace(BARE, family="MUHAMMADALI", given="KHAN"), True),
        (OTHER_PASSPORT, True),
        (replace(OTHER_PASSPORT, locators=(), seat=""), False),
        (replace(OTHER_PASSPORT, locators=(), seat="14C"), True),
        (replace(OTHER_PASSPORT, passports=("GBR:1",), documents=("GBR:1",)), True),
        (replace(KHAN, documents=(":AB123456",), passports=(":AB123456",)), True),
        (replace(KHAN, documents=("IND:AB123456",), passports=("IND:AB123456",), seat="2A",
                 family="SINGH", given="RAJ", birth_date="", locators=()), False),
        (replace(KHAN, family="KHANNA", given="RAJ", seat="9F", locators=()), True),
        (replace(KHAN, family="BUTT", given="SANA", birth_date="1991-05-05", seat="9F",
                 locators=()), False),
        (replace(BARE, family="BUTT", locators=("LOC123",)), False),
        (replace(BARE, family="KHANBUTT", given="", locators=("LOC123",), seat="14C"), True),
        (replace(BARE, family="BUTT", given="SANA", seat="14C"), False),
        (replace(BARE, family="", given=""), False),
    ],
)  # fmt: skip
def test_a_list_and_a_booking_speak_of_the_same_person(other: Marks, same: bool) -> None:
    found = persons(said(KHAN, "list"), said(other, "booking", kind=SourceKind.PNRGOV))
    assert found == ([["booking/0", "list/0"]] if same else [["booking/0"], ["list/0"]])


def test_the_carriers_own_reference_joins_what_was_corrected() -> None:
    first = replace(KHAN, reference="ABO1")
    corrected = Marks(family="KAHN", given="ALI", birth_date="1980-01-15", reference="ABO1")
    assert len(persons(said(first, "a"), said(corrected, "b"))) == 2
    assert len(persons(said(first, "a"), said(corrected, "b", action="change"))) == 1
    renamed = replace(corrected, family="KHAN")
    assert len(persons(said(first, "a"), said(renamed, "b"))) == 1


def test_lists_that_number_their_lines_mix_nobody_up() -> None:
    ahmed = Marks(family="KHAN", given="AHMED", birth_date="1980-01-15", reference="1")
    ayesha = Marks(family="KHAN", given="AYESHA", birth_date="1985-05-05", reference="2")
    first = [said(ahmed, "a"), said(ayesha, "a", place=1)]
    second = [
        said(replace(ayesha, reference="1"), "b", hours=1),
        said(replace(ahmed, reference="2"), "b", hours=1, place=1),
    ]
    assert persons(*first, *second) == [["a/0", "b/1"], ["a/1", "b/0"]]


def test_two_bookings_are_not_joined_by_a_name_alone() -> None:
    one = said(replace(BARE, locators=("AAA111",)), "p1", kind=SourceKind.PNRGOV)
    other = said(replace(BARE, locators=("BBB222",)), "p2", kind=SourceKind.PNRGOV)
    assert len(persons(one, other)) == 2


def test_two_of_one_name_in_two_parts_of_one_list_stay_two() -> None:
    parts = [
        replace(said(replace(BARE, seat=seat), unit), series="PK/REF")
        for unit, seat in (("part1", "1A"), ("part2", "2B"))
    ]
    assert len(persons(*parts)) == 2


def test_who_has_no_name_is_nobody_elses_double() -> None:
    nameless = Marks(birth_date="1980-01-15")
    assert len(persons(said(nameless, "a"), said(nameless, "b"))) == 2


def test_nobody_is_joined_with_another_of_the_same_list() -> None:
    twice = persons(said(KHAN, "list"), said(KHAN, "list", place=1))
    assert twice == [["list/0"], ["list/1"]]
    again = [said(KHAN, "again", hours=1), said(KHAN, "again", hours=1, place=1)]
    found = persons(said(KHAN, "list"), said(KHAN, "list", place=1), *again)
    assert found == [["list/0", "again/0"], ["list/1", "again/1"]], "sent again, nobody is added"


def test_a_changed_passport_number_is_a_correction() -> None:
    alone = replace(OTHER_PASSPORT, locators=(), seat="")
    bare = replace(KHAN, locators=(), seat="")
    assert len(persons(said(bare, "a"), said(alone, "b", hours=1))) == 2
    assert len(persons(said(bare, "a"), said(alone, "b", hours=1, action="change"))) == 1


def test_a_later_booking_bridges_what_was_apart() -> None:
    """A booking without a passport and a list without a locator meet in the booking's update."""
    booked = replace(BARE, given="M", locators=("LOC123",))
    listed = replace(KHAN, locators=(), seat="")
    update = replace(KHAN, given="M", seat="")
    assert len(persons(said(booked, "push1"), said(listed, "list"))) == 2
    assert len(persons(said(booked, "push1"), said(listed, "list"), said(update, "push2"))) == 1


def test_father_and_son_of_one_name_and_one_booking_stay_two() -> None:
    father = replace(KHAN, seat="1A")
    son = replace(OTHER_PASSPORT, birth_date="2010-02-02", seat="1B")
    bare = [replace(BARE, locators=("LOC123",), seat=own.seat) for own in (father, son)]
    lists = [said(father, "list"), said(son, "list", place=1)]
    for push in ("p1", "p2"):
        lists += [said(own, push, place=n, hours=1) for n, own in enumerate(bare)]
    assert persons(*lists) == [["list/0", "p1/0", "p2/0"], ["list/1", "p1/1", "p2/1"]]


def test_a_name_that_several_bear_joins_nobody() -> None:
    two = [said(BARE, "list"), said(replace(BARE, seat="2A"), "list", place=1)]
    assert len(persons(*two, said(BARE, "booking"))) == 3


def test_a_number_that_everybody_bears_tells_nobody() -> None:
    dummy = replace(BARE, documents=("PAK:00000000",), passports=("PAK:00000000",))
    crowd = [
        said(replace(dummy, given=f"GIVEN{n}", birth_date="1980-01-01"), unit, place=n)
        for unit in ("a", "b")
        for n in range(12)
    ]
    found = persons(*crowd)
    assert len(found) == 12
    assert all(len(group) == 2 for group in found), "name and birth date tell"


def test_marks_of_a_traveller() -> None:
    value = Traveller(
        id="1",
        voyage_id="v",
        role=TravellerRole.CREW,
        name=PersonName(family="AL-SA'UD", given="OMAR BIN"),
        booking_reference="B2",
    )
    assert marks_of(value, ("A1", ""), "R", holds=False) == Marks(
        family="ALSAUD", given="OMARBIN", locators=("A1", "B2"), reference="R", crew=True,
        holds=False,
    )  # fmt: skip


names = st.sampled_from(["KHAN", "KHANNA", "BUTT", ""])
few = st.sampled_from(["", "1980-01-15", "1980", "1991-05-05"])
numbers = st.lists(st.sampled_from(["PAK:1", "PAK:2", ":1", "GBR:1"]), max_size=2, unique=True)
some_marks = st.builds(
    lambda family, given, born, documents, locators, seat: Marks(
        documents=tuple(documents),
        passports=tuple(documents),
        family=family,
        given=given,
        birth_date=born,
        locators=tuple(locators),
        seat=seat,
    ),
    names,
    st.sampled_from(["ALI", "A", "SANA", ""]),
    few,
    numbers,
    st.lists(st.sampled_from(["L1", "L2"]), max_size=1),
    st.sampled_from(["", "1A", "1B"]),
)


@given(
    st.lists(
        st.tuples(some_marks, st.sampled_from("abcd"), st.integers(0, 2), st.booleans()),
        max_size=14,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_messages_come_does_not_matter(
    drawn: list[tuple[Marks, str, int, bool]], shuffle: Random
) -> None:
    statements = [
        said(marks, unit, hours=hours, place=place, action="change" if changes else "")
        for place, (marks, unit, hours, changes) in enumerate(drawn)
    ]
    found = persons(*statements)
    assert sorted(one for group in found for one in group) == sorted(s.id for s in statements)
    for group in found:
        units = [one.partition("/")[0] for one in group]
        assert len(units) == len(set(units)), "nobody stands twice in one list"
    shuffle.shuffle(statements)
    assert persons(*statements) == found
