"""A watchlist entry from what a person typed: read by the same code as an imported list's row."""

from datetime import datetime

from parakh.domain.message import Problem
from parakh.domain.watchlist import WatchlistEntry
from parakh.errors import InvalidInput
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.entries import watchlist_entry


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a field that takes several values, without blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def proposed(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry:
    """The entry to be proposed; raises InvalidInput naming the field that cannot be used."""
    entry = watchlist_entry(declared, watchlist_id, proposed_by, now)
    if isinstance(entry, Problem):
        raise InvalidInput(entry.cause)
    return entry
