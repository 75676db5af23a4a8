"""Manual lookouts: what an officer asks every post to look out for, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.watchlist import EntryState, Handling, WatchlistEntry

LOOKOUTS = "lookouts"
"""Identifier of the built-in watchlist whose entries are the lookouts."""

LONGEST = timedelta(days=90)
"""A lookout ends so long after it was placed or extended, at most."""


class LookoutState(StrEnum):
    """Provisional ones are in force too, for a day; all others only with a second person."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def in_force(self) -> bool:
        """Whether travellers are screened against it."""
        return self in (LookoutState.PROVISIONAL, LookoutState.CONFIRMED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """A later end that waits for a second person."""

    until: datetime
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookout:
    """A lookout: its entry on the built-in watchlist, by which it is screened, and its own life.

    Attributes:
        entry: what is looked out for; its reason is the lookout's.
        instruction: what the officer who meets it should do.
        unit_id: the unit that placed it, which is alerted wherever it is met.
        ends_at: when it was asked to end; a provisional one ends sooner (`entry.expires_at`).
    """

    entry: WatchlistEntry
    instruction: str
    handling: Handling
    unit_id: str
    placed_by: str
    placed_at: datetime
    ends_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    extension: Extension | None = None

    @property
    def id(self) -> str:
        """The identifier of its entry."""
        return self.entry.id

    def state(self, now: datetime) -> LookoutState:
        """How it stands at a moment."""
        if self.entry.state is not EntryState.APPROVED:
            return LookoutState.CANCELLED
        if not self.entry.listed_at(now):
            return LookoutState.ENDED
        return LookoutState.CONFIRMED if self.confirmed_by else LookoutState.PROVISIONAL

    def waits(self, now: datetime) -> bool:
        """Whether a second person must say something."""
        state = self.state(now)
        return state is LookoutState.PROVISIONAL or (state.in_force and self.extension is not None)
