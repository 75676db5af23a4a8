"""Whoever belongs to a watched profile raises a hit, once, with the reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import Document, DocumentType, PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind
from parakh.screen.persons import Identity
from parakh.screen.profiles import ProfileIndex, ProfileScreener, Watched, WatchedNumber
from parakh.screen.screener import ConveyanceSubject, TravellerSubject

GULAB = Traveller(
    id="t1",
    voyage_id="",
    role=TravellerRole.PASSENGER,
    name=PersonName(family="TALPURZADA", given="GULAB SHER"),
    birth_date=PartialDate(year=1971, month=3, day=17),
    nationality="PAK",
    documents=(Document(type=DocumentType.PASSPORT, number="PA1000001", issuer="PAK"),),
)


def subject(own: Traveller) -> TravellerSubject:
    return TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id=own.id), traveller=own, voyage=None)


@pytest.fixture
def screener(clock: Any) -> ProfileScreener:
    """Watches Gulab's profile, by his first journey and a number plate."""
    identity = Identity.made(
        name=GULAB.name,
        birth_date=GULAB.birth_date,
        sex=None,
        nationality="PAK",
        documents=GULAB.documents,
    )
    watched = Watched(
        profile_id="p1",
        title="Gulab",
        numbers=(
            WatchedNumber(value="PA1000001", issuer="PAK"),
            WatchedNumber(value="LEA1234"),
            WatchedNumber(value="0000"),
        ),
        identities={"t1": identity},
        until=clock() + timedelta(days=1),
    )
    index = ProfileIndex()
    index.replace([watched])
    return ProfileScreener(index, clock)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "t2"}, "PA1000001 belongs to the profile Gulab"),
        ({"id": "t2", "documents": ()}, "The same person as in the profile Gulab"),
        ({"documents": ()}, "The same person as in the profile Gulab"),
        (
            {"id": "t2", "documents": (replace(GULAB.documents[0], issuer="AFG"),),
             "name": PersonName(family="KHAN", given="OMAR"), "birth_date": None},
            "",
        ),
        (
            {"id": "t2", "documents": (replace(GULAB.documents[0], issuer=None),),
             "name": PersonName(family="KHAN", given="OMAR"), "birth_date": None},
            "PA1000001 belongs to the profile Gulab",
        ),
        (
            {"id": "t2", "documents": (), "birth_date": PartialDate(year=1999, month=1, day=9)},
            "",
        ),
    ],
)  # fmt: skip
def test_travellers(screener: ProfileScreener, changes: dict[str, Any], sentence: str) -> None:
    (hits,) = screener.screen([subject(replace(GULAB, **changes))])
    assert [str(own.sentence) for own in hits] == ([sentence] if sentence else [])
    for hit in hits:
        assert hit.score >= hit.threshold
        assert (hit.target, hit.screener) == (Ref(kind=Kind.PROFILE, id="p1"), "profiles@1")
        assert sum(own.weight for own in hit.evidence) == pytest.approx(hit.score)


def test_a_conveyance_by_its_number(screener: ProfileScreener) -> None:
    car = ConveyanceSubject(
        ref=Ref(kind=Kind.CONVEYANCE, id="c"),
        kind=EntryKind.VEHICLE,
        identifiers=(Identifier(kind=IdentifierKind.PLATE, value="LEA1234", country="PAK"),),
    )
    assert screener.applies(car)
    (hits,) = screener.screen([car])
    assert [str(own.sentence) for own in hits] == ["LEA1234 belongs to the profile Gulab"]


def test_a_profile_that_ended_raises_nobody(screener: ProfileScreener, clock: Any) -> None:
    clock.advance(days=2)
    assert screener.screen([subject(GULAB)]) == [[]]
