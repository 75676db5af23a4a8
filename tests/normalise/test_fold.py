from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Standing,
    Traveller,
    TravellerRole,
)
from parakh.normalise.fold import Act, Claim, Said, conflicts, fold, others, sourced, standing
from parakh.normalise.join import Marks, SourceKind, Statement, marks_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAXLST, PNRGOV, CROSSINGS = SourceKind.PAXLST, SourceKind.PNRGOV, SourceKind.CROSSINGS
PASSPORT = Document(type=DocumentType.PASSPORT, number="AB1", issuer="PAK")


def says(
    hours: int,
    kind: SourceKind = PAXLST,
    *,
    action: str = "",
    locator: str = "",
    holds: bool = True,
    **values: object,
) -> Said:
    statement = Statement(
        id=f"s{hours}",
        kind=kind,
        unit=f"u{hours}",
        said_at=NOON + timedelta(hours=hours),
        received_at=NOON,
        place=(f"m{hours}", 1, 0),
        marks=Marks(locators=(locator,) if locator else (), holds=holds),
        action=action,
        series=f"series{hours}",
    )
    value = Traveller(
        id="",
        voyage_id="v",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="KHAN", given="ALI"),
    )
    return Said(statement=statement, value=replace(value, **values))  # type: ignore[arg-type]


def act(hours: int, action: str, series: str = "", **values: object) -> Act:
    order = (NOON + timedelta(hours=hours), (f"m{hours}", 1, 2**31))
    return Act(order=order, action=action, series=series, **values)  # type: ignore[arg-type]


BORN = PartialDate.parse("1980-01-15")
WRONG = PartialDate.parse("1980-01-16")


def test_a_list_stands_above_a_later_booking_which_conflicts() -> None:
    told = [says(0, birth_date=BORN), says(5, PNRGOV, birth_date=WRONG)]
    assert fold(told).birth_date == BORN
    values = [own for own in sourced(told) if own.attribute == "birth_date"]
    assert [(own.value, own.claim) for own in values] == [
        ("1980-01-16", Claim.CONFLICTS),
        ("1980-01-15", Claim.USED),
    ]
    assert conflicts(sourced(told)) == {"birth_date"}


def test_a_correction_replaces_and_what_was_wrong_is_earlier() -> None:
    told = [says(0, birth_date=WRONG), says(1, action="change", birth_date=BORN), says(2)]
    assert fold(told).birth_date == BORN, "what says nothing takes nothing away"
    values = [own for own in sourced(told) if own.attribute == "birth_date"]
    assert [own.claim for own in values] == [Claim.USED, Claim.EARLIER]
    assert conflicts(sourced(told)) == set()


def test_what_the_border_read_stands_above_all() -> None:
    told = [
        says(0, sex=Sex.MALE),
        says(9, PNRGOV, sex=Sex.MALE),
        says(5, CROSSINGS, sex=Sex.FEMALE),
    ]
    assert fold(told).sex is Sex.FEMALE
    assert conflicts(sourced(told)) == {"sex"}


def test_seats_and_bags_are_what_was_said_last() -> None:
    told = [says(0, seat="1A", bags=("1",)), says(5, PNRGOV, seat="2B")]
    found = fold(told)
    assert (found.seat, found.bags) == ("2B", ("1",))
    assert conflicts(sourced(told)) == set(), "somebody who changed his seat is no conflict"


def test_agreement_is_told_and_a_bookings_older_value_is_no_conflict() -> None:
    told = [
        says(0, PNRGOV, nationality="IND"),
        says(1, PNRGOV, nationality="PAK"),
        says(2, nationality="PAK"),
    ]
    values = [own for own in sourced(told) if own.attribute == "nationality"]
    assert [own.claim for own in values] == [Claim.USED, Claim.AGREES, Claim.EARLIER]


@pytest.mark.parametrize(
    ("listed", "recorded", "claim"),
    [
        ({"father_name": "MOHD AKHTAR KHAN"}, {"father_name": "AKHTER KHAN"}, Claim.AGREES),
        ({"father_name": "AKHTAR KHAN"}, {"father_name": "SHER KHAN"}, Claim.CONFLICTS),
        ({"birth_place": "LAHORE PUNJAB"}, {"birth_place": "LAHOR"}, Claim.AGREES),
        ({"birth_place": "LAHORE"}, {"birth_place": "QUETTA"}, Claim.CONFLICTS),
    ],
)
def test_father_and_place_are_joined_as_all_that_a_document_says(
    listed: dict[str, str], recorded: dict[str, str], claim: Claim
) -> None:
    told = [says(0, **listed), says(1, PNRGOV), says(2, CROSSINGS, **recorded)]
    (name,) = listed
    assert getattr(fold(told), name) == recorded[name], "the border's own system stands above"
    values = [own for own in sourced(told) if own.attribute == name]
    assert [own.claim for own in values] == [Claim.USED, claim]
    assert getattr(fold([says(0)]), name) == ""
    (other,) = others(fold(told), [says(0, name=PersonName(family="SHAH", given="ZIA"))])
    assert getattr(other, name) == recorded[name]


def test_documents_of_all_sources_each_once() -> None:
    visa = Document(type=DocumentType.VISA, number="V1")
    bare = replace(PASSPORT, issuer=None, expiry=PartialDate.parse("2030-01-01"))
    old = replace(PASSPORT, number="OLD")
    other = replace(PASSPORT, number="ZZ9")
    told = [
        says(0, documents=(old,)),
        says(1, action="change", documents=(PASSPORT,)),
        says(2, PNRGOV, documents=(bare, visa, other)),
    ]
    assert fold(told).documents == (replace(PASSPORT, expiry=bare.expiry), other, visa)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([says(0)], Standing.EXPECTED),
        ([says(0), says(1, action="cancel")], Standing.CANCELLED),
        ([says(0), says(1, action="reduction")], Standing.CANCELLED),
        ([says(0), says(1, action="cancel"), says(2)], Standing.EXPECTED),
        ([says(0), says(1, action="boarded")], Standing.BOARDED),
        ([says(0), says(1, action="not boarded")], Standing.NOT_BOARDED),
        ([says(0), act(1, "cancel")], Standing.CANCELLED),
        ([act(0, "cancel"), says(1)], Standing.EXPECTED),
        ([says(0), act(1, "boarded", "close")], Standing.NOT_BOARDED),
        ([says(0), act(1, "boarded", "close", crew=True)], Standing.EXPECTED),
        ([says(0), says(1, action="boarded"), act(1, "boarded", "series1")], Standing.BOARDED),
        ([says(0), says(1, action="boarded"), act(2, "boarded", "other")], Standing.BOARDED),
        ([says(0), act(1, "boarded", "close", sender="QR")], Standing.EXPECTED),
        ([says(0), act(1, "replace", "new")], Standing.CANCELLED),
        ([says(0), act(1, "replace", "new", sender="QR")], Standing.EXPECTED),
        ([says(0), says(1, action="cancel flight")], Standing.CANCELLED),
        ([says(0, PNRGOV, locator="L"), act(1, "booking", "x", locator="L", sender="QR")],
         Standing.EXPECTED),
        ([says(0), act(0, "replace", "series0")], Standing.EXPECTED),
        ([says(0, PNRGOV, locator="L")], Standing.EXPECTED),
        ([says(0, PNRGOV, locator="L", holds=False)], Standing.CANCELLED),
        ([says(0), says(1, PNRGOV, locator="L", holds=False)], Standing.CANCELLED),
        (
            [says(0, PNRGOV, locator="L"), says(1, PNRGOV, locator="M"),
             says(2, PNRGOV, locator="L", holds=False)],
            Standing.EXPECTED,
        ),
        ([says(0, PNRGOV, locator="L"), act(1, "booking", "newer", locator="L")],
         Standing.CANCELLED),
        ([says(0, PNRGOV, locator="L"), act(0, "booking", "u0", locator="L")], Standing.EXPECTED),
        ([says(0, PNRGOV, locator="L"), act(1, "booking", "x", locator="OTHER")],
         Standing.EXPECTED),
        ([says(0), says(1, action="boarded"), says(2, PNRGOV, locator="L")], Standing.BOARDED),
        (
            [says(0, PNRGOV, locator="L", holds=False), says(1, PNRGOV, locator="L")],
            Standing.EXPECTED,
        ),
        ([says(0), act(1, "boarded", "close"), act(2, "booking", "x", locator="L")],
         Standing.NOT_BOARDED),
    ],
)  # fmt: skip
def test_who_comes_as_said_last(events: list[Said | Act], expected: Standing) -> None:
    Random(1).shuffle(events)
    statements = [own.statement for own in events if isinstance(own, Said)]
    acts = [own for own in events if isinstance(own, Act)]
    assert standing(statements, acts) is expected


def test_the_order_of_arrival_does_not_matter() -> None:
    told = [
        says(0, seat="1A", birth_date=WRONG),
        says(1, action="change", birth_date=BORN),
        says(2, PNRGOV, seat="3C"),
    ]
    assert fold(told) == fold(told[::-1])
    assert sourced(told) == sourced(told[::-1])


@pytest.mark.parametrize(
    ("booked", "agree"),
    [
        (PersonName(family="KHAN", given="ALI"), True),
        (PersonName(family="KHAN", given="ALIRAZA"), True),
        (PersonName(family="KHAN", given="RAZA"), False),
    ],
)
def test_a_booking_may_write_a_name_otherwise(booked: PersonName, agree: bool) -> None:
    told = [says(0), says(1, PNRGOV, name=booked)]
    told = [
        replace(own, statement=replace(own.statement, marks=marks_of(own.value))) for own in told
    ]
    assert conflicts(sourced(told)) == (set() if agree else {"given_names"})


def test_a_partial_birth_date_agrees() -> None:
    told = [says(0, birth_date=BORN), says(1, PNRGOV, birth_date=PartialDate.parse("1980"))]
    assert conflicts(sourced(told)) == set()


def test_as_whom_somebody_was_declared_besides() -> None:
    other = replace(PASSPORT, number="ZZ9")
    told = [
        says(0, documents=(PASSPORT,), birth_date=BORN),
        says(1, PNRGOV, documents=(other,)),
        says(2, PNRGOV, name=PersonName(family="KHAN", given="A")),
        says(3, PNRGOV, name=PersonName(family="BUTT", given="SANA"), birth_date=WRONG),
    ]
    folded = fold(told)
    found = others(folded, told)
    assert [(str(own.name), str(own.birth_date)) for own in found] == [
        ("BUTT, SANA", "1980-01-16"),
    ]
    assert folded.documents == (PASSPORT, other), "a booking's passport is screened anyway"
