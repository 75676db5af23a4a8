"""The watchlists as they are in the database, mirrored in memory for screening.

Followed by change numbers, so that entries which another process changed are taken in as well, and
rebuilt from the database at every start.
"""

import gc
import threading
import time

import sqlalchemy as sa

from parakh.domain.watchlist import EntryState, Watchlist, WatchlistEntry
from parakh.screen.watchlists import WatchlistIndex
from parakh.store import calibration, watchlists
from parakh.store.database import Database

LARGE = 50_000
"""Entries from which on looking for garbage among them is felt."""


class Names:
    """Approved entries, indexed for screening by name, document and other numbers, with the
    thresholds and the frequencies of names that were measured last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._seq = -1
        self.index = WatchlistIndex(())

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            if self._seq < 0:
                self._load(connection)
                return
            last = watchlists.last_change(connection)
            if last == self._seq:
                return
            if watchlists.lists_changed_after(connection, self._seq):
                self.index.relist(watchlists.lists(connection).values())
            changes = watchlists.changes_after(connection, self._seq)
            if changes:
                lists = watchlists.lists(connection)
                entries = watchlists.entries_by_id(connection, {ref_id for _, ref_id in changes})
                for entry_id in dict.fromkeys(ref_id for _, ref_id in changes):
                    self._take_in(entry_id, entries.get(entry_id), lists)
                    # Gives way to whoever searches: else he waits for his turn again and again.
                    time.sleep(0)
            if calibration.changed_after(connection, self._seq):
                self.index.see(calibration.frequencies(connection))
                self.index.calibration = calibration.newest(connection)
            # Only now: what failed must be taken in again; to do so twice does no harm.
            self._seq = last

    def _load(self, connection: sa.Connection) -> None:
        last = watchlists.last_change(connection)
        lists = watchlists.lists(connection)
        entries = watchlists.screened_entries(connection)
        self.index.load(
            (
                (entry, lists[entry.watchlist_id])
                for entry in entries
                if lists[entry.watchlist_id].by_name
            ),
            calibration.frequencies(connection),
        )
        self.index.calibration = calibration.newest(connection)
        if len(self.index) >= LARGE:
            # What was loaded stays: to look through all of it for garbage took a third of a second,
            # now and then, while somebody waited at a gate.
            gc.collect()
            gc.freeze()
        self._seq = last

    def _take_in(
        self, entry_id: str, entry: WatchlistEntry | None, lists: dict[str, Watchlist]
    ) -> None:
        listed = lists[entry.watchlist_id] if entry is not None else None
        if entry and listed and listed.by_name and entry.state is EntryState.APPROVED:
            self.index.put(entry, listed)
        else:
            self.index.remove(entry_id)
