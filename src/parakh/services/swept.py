"""The entries of each sweep, indexed apart, so that only they are compared with everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.clock import Clock
from parakh.screen.screener import Screener
from parakh.screen.watchlists import DocumentScreener, NameScreener, WatchlistIndex
from parakh.services.mirror import Names
from parakh.store import watchlists

MOST = 3
"""Sweeps held at once; another one is indexed anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """Entries, by identifier, and their index."""

    ids: Sequence[str]
    index: WatchlistIndex


class SweptEntries:
    """Indexes of the entries of sweeps, kept from batch to batch."""

    def __init__(self, names: Names, clock: Clock) -> None:
        """`names` is the index of all entries, by which it is known how rare names are."""
        self._names = names
        self._clock = clock
        self._held: dict[str, _Held] = {}

    def hold(self, connection: sa.Connection, sweep_id: str, ids: Sequence[str]) -> None:
        """Indexes these entries of a sweep, unless they are."""
        self._names.refresh()
        held = self._held.get(sweep_id)
        if held is not None and held.ids == ids:
            return
        lists = watchlists.lists(connection)
        entries = watchlists.entries_by_id(connection, ids)
        index = WatchlistIndex(
            ((entries[own], lists[entries[own].watchlist_id]) for own in ids),
            like=self._names.index,
        )
        self._held.pop(sweep_id, None)
        while len(self._held) >= MOST:
            del self._held[next(iter(self._held))]
        self._held[sweep_id] = _Held(ids=ids, index=index)

    def screeners(self, sweep_id: str) -> Sequence[Screener]:
        """The screeners of travellers against the entries that are held for a sweep."""
        index = self._held[sweep_id].index
        return (DocumentScreener(index, self._clock), NameScreener(index, self._clock))
