"""The watchlists as they are in the database, mirrored in memory for screening.

Followed by change numbers, so that entries which another process changed are taken in as well, and
rebuilt from the database at every start.
"""

import gc
import threading
import time
from collections.abc import Sequence

import sqlalchemy as sa

from parakh.clock import Clock
from parakh.domain.face import Candidate, Template
from parakh.domain.watchlist import EntryState, Watchlist, WatchlistEntry
from parakh.faces.extract import FaceEngine
from parakh.faces.gallery import Gallery
from parakh.screen.watchlists import WatchlistIndex
from parakh.store import calibration, pictures, watchlists
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
            ((entry, lists[entry.watchlist_id]) for entry in entries),
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
        if entry is not None and entry.state is EntryState.APPROVED:
            self.index.put(entry, lists[entry.watchlist_id])
        else:
            self.index.remove(entry_id)


class Faces:
    """Templates of approved entries, enrolled in a gallery; a `screen.faces.FaceGallery`."""

    def __init__(self, database: Database, engine: FaceEngine, fpir: float, clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._fpir = fpir
        self._clock = clock
        self._lock = threading.Lock()
        self._seq = -1
        self._gallery = Gallery(model=engine.model_id, dimension=engine.dimension)
        self._entry_of: dict[str, str] = {}

    @property
    def threshold(self) -> float:
        """The similarity that keeps false positives at the rate aimed at, for this gallery."""
        return self._engine.search_threshold(len(self._gallery), self._fpir)

    def search(self, probe: Template, limit: int) -> Sequence[Candidate]:
        """The most similar entries, best first, each once."""
        best: dict[str, Candidate] = {}
        for found in self._gallery.search(probe, limit * 4):
            entry_id = self._entry_of.get(found.reference_id)
            if entry_id is not None and entry_id not in best:
                best[entry_id] = Candidate(reference_id=entry_id, score=found.score)
        return list(best.values())[:limit]

    def listed(self, entry_id: str) -> tuple[WatchlistEntry, Watchlist] | None:
        """The entry and its list, if it is in force now."""
        with self._database.read() as connection:
            entry = watchlists.entries_by_id(connection, [entry_id]).get(entry_id)
            if entry is None or not entry.listed_at(self._clock()):
                return None
            return entry, watchlists.lists(connection)[entry.watchlist_id]

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            if self._seq < 0:
                last = watchlists.last_change(connection)
                self._enrol(connection, None)
                self._seq = last
                return
            for seq, entry_id in watchlists.changes_after(connection, self._seq):
                for template_id in [t for t, e in self._entry_of.items() if e == entry_id]:
                    self._gallery.remove(template_id)
                    del self._entry_of[template_id]
                self._enrol(connection, entry_id)
                self._seq = seq

    def _enrol(self, connection: sa.Connection, entry_id: str | None) -> None:
        model = self._engine.model_id
        for stored in pictures.templates(connection, self._database.vault, model, entry_id):
            self._gallery.enrol(stored.id, stored.template)
            self._entry_of[stored.id] = stored.entry_id
