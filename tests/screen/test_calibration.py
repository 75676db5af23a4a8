"""Thresholds of lists, and whom no rate may hide."""

from dataclasses import replace

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import PersonName, Sex, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.screen.calibration import Band, Calibration, counted, highest, same_by_name
from parakh.screen.frequency import Frequencies
from parakh.screen.names import THRESHOLD
from parakh.screen.screener import TravellerSubject
from parakh.screen.watchlists import NameScreener, WatchlistIndex

COMMON_NAME = PersonName(family="KHAN", given="MUHAMMAD BILAL")
BORN = PartialDate.parse("1980-03-15")
LIST = Watchlist(
    id="w", name="Wanted", source="Police", legal_basis="Act 1", handling=Handling.INFORM
)
LISTED = WatchlistEntry(
    id="e",
    watchlist_id="w",
    kind=EntryKind.PERSON,
    names=(COMMON_NAME,),
    birth_dates=(BORN,),
    sex=Sex.MALE,
    nationalities=("AFG",),
    state=EntryState.APPROVED,
)
HIMSELF = Traveller(
    id="t",
    voyage_id="v",
    role=TravellerRole.PASSENGER,
    name=COMMON_NAME,
    birth_date=BORN,
    sex=Sex.MALE,
    nationality="AFG",
)


@pytest.fixture
def index() -> WatchlistIndex:
    """A list of the strictest thresholds, among people of whom half are called so."""
    made = WatchlistIndex([(LISTED, LIST)])
    words = ("KHAN", "MUHAMMAD", "BILAL")
    made.see(Frequencies(bearers=dict.fromkeys(words, 5000), population=10_000))
    made.calibration = Calibration(thresholds={"w": {band: highest(band) for band in Band}})
    return made


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({}, True),
        ({"nationality": "PAK"}, True),
        ({"nationality": None, "sex": None}, True),
        ({"sex": Sex.FEMALE}, True),
        ({"birth_date": PartialDate.parse("1980")}, False),
        ({"birth_date": PartialDate.parse("1980-03-16")}, False),
        ({"birth_date": None}, False),
    ],
)
def test_no_rate_hides_an_equal_name_with_an_equal_birth_date(
    index: WatchlistIndex, clock: object, changes: dict[str, object], raised: bool
) -> None:
    own = replace(HIMSELF, **changes)  # type: ignore[arg-type]
    asked = TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id="t"), traveller=own, voyage=None)
    (hits,) = NameScreener(index, clock).screen([asked])  # type: ignore[arg-type]
    assert [hit.target.id for hit in hits] == ["e"] * raised
    ((_, compared),) = index.compared(asked, clock(), 0.1)  # type: ignore[operator]
    assert same_by_name(compared) == raised
    assert counted(compared) == (1.0 if raised else compared.score)
    if raised:
        assert hits[0].threshold == THRESHOLD


def test_what_the_standard_does_not_raise_no_rate_raises(
    index: WatchlistIndex, clock: object
) -> None:
    other = replace(HIMSELF, nationality="PAK", sex=Sex.FEMALE)
    asked = TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id="t"), traveller=other, voyage=None)
    assert NameScreener(index, clock).screen([asked]) == [[]]  # type: ignore[arg-type]
    ((_, compared),) = index.compared(asked, clock(), 0.1)  # type: ignore[operator]
    assert counted(compared) == compared.score < THRESHOLD
