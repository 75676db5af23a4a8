from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.screen.test_watchlists import subject

from parakh.domain.hit import Agreement, Hit, Kind, Ref
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.screen.bodies import IdentifierScreener, OrganisationScreener
from parakh.screen.screener import (
    ConveyanceSubject,
    OrganisationSubject,
    Screener,
    Subject,
    TravellerSubject,
)
from parakh.screen.watchlists import WatchlistIndex

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIST = Watchlist(
    id="w", name="Embargo", source="council", legal_basis="law", handling=Handling.INSPECT
)
REF = Ref(kind=Kind.CONVEYANCE, id="c")
IMO = Identifier(kind=IdentifierKind.IMO, value="9074729")
PLATE = Identifier(kind=IdentifierKind.PLATE, value="LEA1234", country="PAK")


def entry(kind: EntryKind, name: str, *numbers: Identifier, **more: object) -> WatchlistEntry:
    own = WatchlistEntry(
        id=name or "plate",
        watchlist_id="w",
        kind=kind,
        names=(PersonName(family=name, given=""),) if name else (),
        identifiers=numbers,
        state=EntryState.APPROVED,
    )
    return replace(own, **more)  # type: ignore[arg-type]


ENTRIES = (
    entry(EntryKind.VESSEL, "ORIENT PEARL", IMO),
    entry(EntryKind.VEHICLE, "", PLATE),
    entry(EntryKind.ORGANISATION, "ZARGHUN KHEL TRADING LLC", nationalities=("AFG",)),
    entry(EntryKind.PERSON, "ZARGHUN KHEL"),
    entry(EntryKind.AIRCRAFT, "RETIRED ONE", state=EntryState.RETIRED),
)


def hits(screener: type[IdentifierScreener | OrganisationScreener], asked: Subject) -> list[Hit]:
    index = WatchlistIndex((own, LIST) for own in ENTRIES)
    made: Screener = screener(index, lambda: NOW)
    assert made.applies(asked)
    return list(made.screen([asked])[0])


def vessel(name: str = "", *numbers: Identifier) -> ConveyanceSubject:
    return ConveyanceSubject(ref=REF, kind=EntryKind.VESSEL, name=name, identifiers=numbers)


@pytest.mark.parametrize(
    ("name", "agreement", "score"),
    [
        ("", None, 0.90),
        ("MV ORIENT PEARL", Agreement.AGREES, 0.95),
        ("SEA STAR", Agreement.DIFFERS, 0.85),
    ],
)
def test_an_imo_number_finds_a_vessel_whatever_it_is_called(
    name: str, agreement: Agreement | None, score: float
) -> None:
    (hit,) = hits(IdentifierScreener, vessel(name, IMO))
    assert hit.target.id == "ORIENT PEARL"
    assert hit.score == pytest.approx(score)
    assert str(hit.sentence) == "IMO number 9074729 is on the list Embargo, as ORIENT PEARL"
    told = [item.agreement for item in hit.evidence if item.attribute == "name"]
    assert told == ([] if agreement is None else [agreement])


@pytest.mark.parametrize(("country", "score"), [("PAK", 1.0), (None, 0.9), ("AFG", None)])
def test_a_plate_belongs_to_a_country(country: str | None, score: float | None) -> None:
    asked = ConveyanceSubject(
        ref=REF, kind=EntryKind.VEHICLE, identifiers=(replace(PLATE, country=country),)
    )
    found = hits(IdentifierScreener, asked)
    assert [hit.score for hit in found] == ([] if score is None else [pytest.approx(score)])


def test_numbers_of_one_kind_are_none_of_another() -> None:
    assert hits(IdentifierScreener, vessel("", replace(IMO, kind=IdentifierKind.MMSI))) == []


def test_an_organisation_is_found_by_name_whatever_its_legal_form() -> None:
    asked = OrganisationSubject(ref=REF, name="Zarghoon Khel Trading Co. Ltd", country="AFG")
    (hit,) = hits(OrganisationScreener, asked)
    assert hit.target.id == "ZARGHUN KHEL TRADING LLC"
    assert hit.screener == "organisation@1"
    assert hit.threshold <= hit.score <= 1
    assert {item.attribute for item in hit.evidence} >= {"name", "name.word", "country"}


def test_a_vessel_is_found_by_an_equal_name_only() -> None:
    assert [hit.target.id for hit in hits(OrganisationScreener, vessel("ORIENT PEARL"))] in (
        ["ORIENT PEARL"],
        [],
    )
    assert hits(OrganisationScreener, vessel("ORIENT STAR")) == []


@pytest.mark.parametrize("screener", [IdentifierScreener, OrganisationScreener])
def test_persons_are_none_of_their_business(
    screener: type[IdentifierScreener | OrganisationScreener],
) -> None:
    made = screener(WatchlistIndex((own, LIST) for own in ENTRIES), lambda: NOW)
    person: TravellerSubject = subject()
    assert not made.applies(person)
    assert [list(found) for found in made.screen([person])] == [[]]
    assert not made.applies(ConveyanceSubject(ref=REF, kind=EntryKind.VEHICLE))
