"""The entries of each sweep, indexed apart, so that only they are compared with everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.clock import Clock
from parakh.screen.screener import Screener
from parakh.screen.watchlists import DocumentScreener, NameScreener, WatchlistIndex
from parakh.services.mirror import Names
from parakh.store import sweeps, watchlists
from parakh.store.sweeps import Sweep

MOST = 3
"""Sweeps held at once; another one is indexed anew."""

SLICE = 5_000
"""Entries indexed in one step, about a second: so long a new message may have to wait."""


@dataclass(kw_only=True, slots=True)
class Held:
    """The entries of a sweep, and their index.

    Attributes:
        ids: the entries that did not change since the sweep took them.
        todo: those of them that are still to be indexed.
        seq: the newest change of entries that is known.
        released: entries that changed since the sweep's last batch.
    """

    ids: set[str]
    todo: list[str]
    index: WatchlistIndex
    seq: int
    released: frozenset[str] = frozenset()


class SweptEntries:
    """Indexes of the entries of sweeps, kept from batch to batch."""

    def __init__(self, names: Names, clock: Clock) -> None:
        """`names` is the index of all entries, by which it is known how rare names are."""
        self._names = names
        self._clock = clock
        self._held: dict[str, Held] = {}

    def hold(self, connection: sa.Connection, sweep: Sweep) -> Held:
        """The entries of a sweep as they are now; some more of them are indexed, if any are to."""
        self._names.refresh()
        seq = watchlists.last_change(connection)
        changed = {entry_id for _, entry_id in watchlists.changes_after(connection, sweep.seq)}
        held = self._held.get(sweep.id)
        if held is None or changed or held.seq < sweep.seq:
            mine = sweeps.entries_of(connection, sweep.id)
            held = self._kept(sweep.id, [own for own in mine if own not in changed])
            held.released = frozenset(changed.intersection(mine))
        else:
            held.released = frozenset()
        held.seq = seq
        held.index.relist(watchlists.lists(connection).values())
        _index(connection, held)
        return held

    def screeners(self, sweep_id: str) -> Sequence[Screener]:
        """The screeners of travellers against the entries that are held for a sweep."""
        index = self._held[sweep_id].index
        return (DocumentScreener(index, self._clock), NameScreener(index, self._clock))

    def _kept(self, sweep_id: str, ids: Sequence[str]) -> Held:
        """What is held of a sweep, without those that left it; a sweep takes no others in."""
        held = self._held.get(sweep_id)
        if held is None:
            while len(self._held) >= MOST:
                del self._held[next(iter(self._held))]
            index = WatchlistIndex(like=self._names.index)
            held = self._held[sweep_id] = Held(ids=set(ids), todo=list(ids), index=index, seq=0)
            return held
        for own in held.ids.difference(ids):
            held.index.remove(own)
        held.ids.intersection_update(ids)
        held.todo = [own for own in held.todo if own in held.ids]
        return held


def _index(connection: sa.Connection, held: Held) -> None:
    some, held.todo = held.todo[:SLICE], held.todo[SLICE:]
    if not some:
        return
    lists = watchlists.lists(connection)
    entries = watchlists.entries_by_id(connection, some)
    told = ((entries[own], lists[entries[own].watchlist_id]) for own in some)
    if len(held.index):
        for entry, own_list in told:
            held.index.put(entry, own_list)
    else:
        held.index.load(told)
