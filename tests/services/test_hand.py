from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.traveller import PersonName, Sex
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind, WatchlistEntry
from parakh.errors import Forbidden, InvalidInput
from parakh.screen.screener import ConveyanceSubject, OrganisationSubject, TravellerSubject
from parakh.services import alerts, hand, trail, watchlists
from parakh.services.centre import Centre
from parakh.services.hand import Question

TODAY = date(2026, 11, 22)
ASKED = Question(name="Mazari, Zulfiqar", born="1980-05-05", reason="a letter from the police")


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING)


def test_the_lists_answer_and_nothing_is_stored(
    any_centre: Centre, officer: Actor, units: Any, enlist: Any
) -> None:
    units(any_centre)
    entry = enlist(any_centre)
    answer = hand.ask(any_centre, officer, ASKED)
    (found,) = answer.hits
    assert (found.entry.id, found.watchlist.name) == (entry.id, "To inspect")
    assert found.hit.score >= found.hit.threshold
    assert found.hit.evidence
    assert (answer.near, answer.failed) == ((), ())
    assert alerts.list_alerts(any_centre, system_actor("test")) == []


def test_what_comes_close_is_shown_and_marked(
    any_centre: Centre, officer: Actor, units: Any, enlist: Any
) -> None:
    units(any_centre)
    entry = enlist(any_centre)
    answer = hand.ask(any_centre, officer, replace(ASKED, born="1951-11-30"))
    assert answer.hits == ()
    assert [found.entry.id for found in answer.near] == [entry.id]
    assert answer.near[0].hit.score < answer.near[0].hit.threshold
    nobody = hand.ask(any_centre, officer, replace(ASKED, name="Quibble, Xenophon"))
    assert (nobody.hits, nobody.near) == ((), ())


def test_a_document_is_found_by_its_number(
    any_centre: Centre, officer: Actor, units: Any, enlist: Any
) -> None:
    units(any_centre)
    enlist(any_centre, document="PA7654321")
    answer = hand.ask(any_centre, officer, Question(document="pa 765-4321", reason="found"))
    assert [found.hit.screener for found in answer.hits] == ["document@1"]
    hit = answer.hits[0].hit
    assert hit.sentence.template == "Document {number} is on the list {list}"
    told = {item.attribute: item.ours for item in hit.evidence}
    assert told["document_type"] == "", "nobody was asked for it"


def test_the_trail_says_who_asked_about_whom_and_why(any_centre: Centre, officer: Actor) -> None:
    hand.ask(any_centre, officer, replace(ASKED, purpose=Purpose.GATE))
    rows = trail.search(any_centre, system_actor("test"), trail.TrailFilter(action="person")).rows
    assert [(row.actor, row.action, row.purpose) for row in rows] == [
        (officer.name, "person.screened", "gate")
    ]
    assert "Mazari, Zulfiqar" in rows[0].detail
    assert "a letter from the police" in rows[0].detail


@pytest.mark.parametrize("role", [Role.GATE, Role.ANALYST, Role.AUDITOR, Role.INTEGRATOR])
def test_who_may_not_ask_is_refused(
    any_centre: Centre, acting: Callable[..., Actor], role: Role
) -> None:
    with pytest.raises(Forbidden):
        hand.ask(any_centre, acting(role), ASKED)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (replace(ASKED, reason=" "), "why"),
        (replace(ASKED, purpose=Purpose.AUDIT), "purpose"),
        (replace(ASKED, name=""), "name or the number"),
        (replace(ASKED, born="yesterday"), "birth date"),
        (replace(ASKED, nationality="QQQ"), "nationality"),
        (replace(ASKED, sex="Q"), "sex"),
        (Question(kind=EntryKind.VEHICLE, reason="x"), "number"),
        (Question(kind=EntryKind.VEHICLE, name="TOYOTA", reason="x"), "number"),
        (Question(kind=EntryKind.ORGANISATION, reason="x"), "name or a number"),
        (Question(kind=EntryKind.DOCUMENT, reason="x"), "carries"),
        (
            Question(kind=EntryKind.VESSEL, numbers={IdentifierKind.IMO: "9074728"}, reason="x"),
            "check digit",
        ),
        (
            Question(kind=EntryKind.VESSEL, numbers={IdentifierKind.PLATE: "ABC1"}, reason="x"),
            "something else",
        ),
    ],
)
def test_what_cannot_be_asked_says_why(
    centre: Centre, officer: Actor, question: Question, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        hand.ask(centre, officer, question)


def test_a_person_is_read_like_a_traveller() -> None:
    subject = hand.subject_of(
        replace(
            ASKED,
            nationality="pk",
            sex="f",
            document="pa-1",
            father_name="Mr Noor Khan",
            birth_place=" Quetta ",
        ),
        TODAY,
    )
    assert isinstance(subject, TravellerSubject)
    person = subject.traveller
    assert (person.name.family, person.name.given) == ("MAZARI", "ZULFIQAR")
    assert (person.nationality, person.sex) == ("PAK", Sex.FEMALE)
    assert [own.number for own in person.documents] == ["PA1"]
    assert (person.father_name, person.birth_place) == ("NOOR KHAN", "QUETTA")


def test_a_vessel_is_asked_about_by_number_and_name() -> None:
    numbers = {IdentifierKind.IMO: "IMO 9074729", IdentifierKind.MMSI: "463 000 123"}
    subject = hand.subject_of(
        Question(kind=EntryKind.VESSEL, name="sea  star", country="PAK", numbers=numbers), TODAY
    )
    assert isinstance(subject, ConveyanceSubject)
    assert (subject.kind, subject.name) == (EntryKind.VESSEL, "SEA STAR")
    assert subject.identifiers == (
        Identifier(kind=IdentifierKind.IMO, value="9074729", country="PAK"),
        Identifier(kind=IdentifierKind.MMSI, value="463000123", country="PAK"),
    )


def test_an_organisation_that_comes_close_is_shown(
    any_centre: Centre, officer: Actor, units: Any, enlist: Any
) -> None:
    units(any_centre)
    enlist(any_centre)
    one, two = system_actor("one"), system_actor("two")
    listed = WatchlistEntry(
        id="",
        watchlist_id="list-inspect",
        kind=EntryKind.ORGANISATION,
        names=(PersonName(family="BLUE FALCON TRADING LLC", given=""),),
        reason="front company",
    )
    proposed = watchlists.propose(any_centre, one, listed)
    watchlists.decide(any_centre, two, proposed.id, approve=True, reason="seen")
    asked = Question(kind=EntryKind.ORGANISATION, name="Blue Falcon Trading FZE", reason="x")
    found = hand.ask(any_centre, officer, asked)
    assert [own.hit.screener for own in found.hits] == ["organisation@1"]
    close = hand.ask(any_centre, officer, replace(asked, name="Blue Falcon Shipping"))
    assert close.hits == ()
    assert [own.entry.id for own in close.near] == [proposed.id]


def test_an_organisation_is_asked_about_by_name_and_country() -> None:
    subject = hand.subject_of(
        Question(kind=EntryKind.ORGANISATION, name="Blue Falcon Trading LLC", country="ARE"), TODAY
    )
    assert isinstance(subject, OrganisationSubject)
    assert (subject.name, subject.country) == ("BLUE FALCON TRADING LLC", "ARE")
