"""Which step may follow which, and who is told what is most urgent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from parakh.domain.alert import AlertState
from parakh.domain.face import Comparison
from parakh.domain.hit import Advice
from parakh.domain.message import MessageState, Problem
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.domain.watchlist import EntryKind, EntryState, WatchlistEntry

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ALLOWED: dict[type[StrEnum], set[tuple[str, str]]] = {
    AlertState: {("new", "acknowledged"), ("acknowledged", "closed")},
    MessageState: {
        ("received", "parsed"),
        ("received", "quarantined"),
        ("parsed", "screened"),
        ("screened", "received"),
        ("quarantined", "received"),
    },
    EntryState: {("proposed", "approved"), ("proposed", "rejected"), ("approved", "retired")},
}


@pytest.mark.parametrize("states", ALLOWED)
def test_only_these_steps_are_allowed(states: type[AlertState]) -> None:
    found = {(one, other) for one in states for other in states if one.can_become(other)}
    assert {(one.value, other.value) for one, other in found} == ALLOWED[states]


def test_advice_is_ordered_by_urgency() -> None:
    order = ["proceed", "incomplete", "compare", "inspect", "refer"]
    assert [own.value for own in sorted(Advice, key=lambda own: own.rank)] == order


@pytest.mark.parametrize(
    ("state", "expires", "listed"),
    [
        (EntryState.APPROVED, None, True),
        (EntryState.APPROVED, NOW + timedelta(seconds=1), True),
        (EntryState.APPROVED, NOW, False),
        (EntryState.PROPOSED, None, False),
        (EntryState.REJECTED, None, False),
        (EntryState.RETIRED, None, False),
    ],
)
def test_an_entry_is_in_force_while_approved_and_not_expired(
    state: EntryState, expires: datetime | None, listed: bool
) -> None:
    entry = WatchlistEntry(
        id="e", watchlist_id="w", kind=EntryKind.PERSON, names=(), state=state, expires_at=expires
    )
    assert entry.listed_at(NOW) is listed


@pytest.mark.parametrize(("score", "match"), [(0.4, True), (0.3999, False), (1.0, True)])
def test_a_comparison_matches_from_its_threshold_on(score: float, match: bool) -> None:
    assert Comparison(score=score, threshold=0.4).match is match


@pytest.mark.parametrize(
    ("direction", "port"),
    [(Direction.ENTRY, "KHI"), (Direction.EXIT, "DXB"), (Direction.TRANSIT, "KHI")],
)
def test_a_voyages_port_is_the_one_at_home(direction: Direction, port: str) -> None:
    voyage = Voyage(
        id="v",
        mode=Mode.AIR,
        carrier="PK",
        number="304",
        origin="DXB",
        destination="KHI",
        departure=None,
        arrival=None,
        due_at=None,
        direction=direction,
    )
    assert voyage.port == port
    assert voyage.name == "PK304"


def test_a_problem_is_shown_as_editors_open_it() -> None:
    problem = Problem(line=3, column=7, segment="DTM", cause="no date")
    assert problem.at("x.edi") == "x.edi:3:7: DTM: no date"
    assert replace(problem, segment="").at("x.edi") == "x.edi:3:7: no date"
