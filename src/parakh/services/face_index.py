"""The galleries as they are in the database, mirrored in memory for searching.

Followed by change numbers, so that what another process changed is taken in as well, and rebuilt
from the sealed records at every start.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
import sqlalchemy as sa

from parakh import metrics
from parakh.clock import Clock
from parakh.domain.face import Candidate, Template
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.faces import gallery as memory
from parakh.faces.extract import FaceEngine
from parakh.faces.vectors import STORED
from parakh.screen.faces import FaceMatch
from parakh.services import gallery_files
from parakh.services.gallery_files import GalleryFiles, Key
from parakh.store import galleries, pictures, watchlists
from parakh.store.database import Database
from parakh.store.pictures import StoredTemplate

T = TypeVar("T")

AT_ONCE = 5_000
"""Templates that are enrolled together, and entries that are looked up together."""

SHORTLIST = 30
"""Candidates of the first model on whom a second one votes."""

Engines = Callable[[], Sequence[FaceEngine]]
"""The present model's engine first, then that of the model before, while its templates are held."""


class FaceIndex:
    """Templates of approved entries, gallery by gallery and model by model.

    A `screen.faces.FaceGalleries`. While a model is being replaced, a person stands in it with
    templates of both, and a probe is compared with those of its own model only.
    """

    def __init__(
        self,
        database: Database,
        engines: Engines,
        fpir: float,
        clock: Clock,
        files: GalleryFiles,
    ) -> None:
        self._database = database
        self._files = files
        self._engines = engines
        self._fpir = fpir
        self._clock = clock
        self._lock = threading.Lock()
        self._seq = -1
        self._held: dict[Key, memory.Gallery] = {}
        self._galleries: dict[str, Gallery] = {}

    def at_gates(self) -> frozenset[str]:
        """The galleries in which every face at a gate is searched."""
        return frozenset(own.id for own in self._galleries.values() if own.at_gates)

    def size(self, gallery_ids: Collection[str]) -> int:
        """How many persons the galleries hold, under the model that holds most of them."""
        held: dict[str, int] = defaultdict(int)
        for (gallery_id, model), own in list(self._held.items()):
            if gallery_id in gallery_ids:
                held[model] += own.identities
        return max(held.values(), default=0)

    def threshold(self, gallery_ids: Collection[str]) -> float:
        """The similarity, under the present model, that keeps a search of these galleries together
        at the rate of false positives aimed at."""
        return self._engines()[0].search_threshold(self.size(gallery_ids), self._fpir)

    def search(
        self,
        probes: Sequence[Template],
        gallery_ids: Collection[str],
        *,
        limit: int = 10,
        all_candidates: bool = False,
    ) -> list[FaceMatch]:
        """Listed persons who look like the probe, most similar first, each once.

        `probes` are templates of one face, a model each. Those that reach their threshold, unless
        `all_candidates` asks for the nearest whatever their similarity.
        """
        with metrics.timed(metrics.FACE_SEARCH_SECONDS):
            return self._listed(self._best(probes, gallery_ids, limit, all_candidates))

    def _best(
        self,
        probes: Sequence[Template],
        gallery_ids: Collection[str],
        limit: int,
        all_candidates: bool,
    ) -> "list[_Found]":
        size = self.size(gallery_ids)
        found: dict[str, _Found] = {}
        for engine in self._engines():
            threshold = engine.search_threshold(size, self._fpir)
            least = -1.0 if all_candidates else threshold
            for own in self._candidates(engine, probes, gallery_ids, limit, least):
                own.threshold = threshold
                known = found.get(own.entry_id)
                if known is None or own.above > known.above:
                    found[own.entry_id] = own
        return sorted(found.values(), key=lambda own: (-own.above, own.entry_id))[:limit]

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            last = watchlists.last_change(connection)
            behind = last != self._seq
            if behind and self._seq >= 0:
                self._catch_up(connection)
            if self._files.take() or self._seq < 0:
                self._load(connection, last)
            elif not behind:
                return
            self._files.checkpoint(connection, last)
            self._seq = last

    def close(self) -> None:
        """Closes the sealed files, so that another process may use them."""
        with self._lock:
            self._files.close()

    def _candidates(
        self,
        engine: FaceEngine,
        probes: Sequence[Template],
        gallery_ids: Collection[str],
        limit: int,
        least: float,
    ) -> "Iterable[_Found]":
        """Whom one model finds, after the voter had its say where there is one."""
        of_model = {probe.model: probe for probe in probes}
        probe = of_model.get(engine.model_id)
        if probe is None:
            return
        second = of_model.get(engine.voter_id or "")
        first_cut = least if second is None else engine.shortlist_threshold(least)
        deep = limit if second is None else max(limit, SHORTLIST)
        for (gallery_id, model), own in list(self._held.items()):
            if model != probe.model or gallery_id not in gallery_ids:
                continue
            found: Sequence[Candidate] = own.search(probe, deep, first_cut)
            if second is not None:
                found = engine.rescore(second, found, self._seconds(second, found))
            for candidate in found:
                if candidate.score >= least:
                    yield _Found(candidate.reference_id, gallery_id, candidate.score)

    def _seconds(self, probe: Template, found: Sequence[Candidate]) -> dict[str, Template]:
        """Of each candidate, the voter's template that is most like the probe's."""
        wanted = np.frombuffer(probe.vector, STORED)
        best: dict[str, tuple[float, Template]] = {}
        with self._database.read() as connection:
            rows = pictures.templates(
                connection,
                self._database.vault,
                probe.model,
                [candidate.reference_id for candidate in found],
            )
            for stored in rows:
                score = float(np.frombuffer(stored.template.vector, STORED) @ wanted)
                if score > best.get(stored.entry_id, (-2.0,))[0]:
                    best[stored.entry_id] = (score, stored.template)
        return {entry_id: own for entry_id, (_, own) in best.items()}

    def _listed(self, found: "Sequence[_Found]") -> list[FaceMatch]:
        """Those in force now, with their entries and lists."""
        if not found:
            return []
        with self._database.read() as connection:
            entries = watchlists.entries_by_id(connection, [own.entry_id for own in found])
            lists = watchlists.lists(connection)
        now = self._clock()
        return [
            self._match(own, entry, lists[entry.watchlist_id])
            for own in found
            if (entry := entries.get(own.entry_id)) is not None and entry.listed_at(now)
        ]

    def _match(self, found: "_Found", entry: WatchlistEntry, watchlist: Watchlist) -> FaceMatch:
        return FaceMatch(
            entry=entry,
            watchlist=watchlist,
            gallery=self._galleries[found.gallery_id],
            score=found.score,
            threshold=found.threshold,
        )

    def _load(self, connection: sa.Connection, last: int) -> None:
        """Everything anew, at the start or when another process left the files; searches go on over
        what was held until it is there."""
        try:
            self._held = self._opened(connection, last)
        except Exception:
            # What is in the files now is not followed: the next time begins with them again.
            self._files.close()
            raise

    def _opened(self, connection: sa.Connection, last: int) -> "_Held":
        """All galleries, from their files or from the records."""
        self._galleries = _searched(connection)
        counts = pictures.template_counts(connection)
        engines = {
            key: engine
            for engine in self._engines()
            for gallery_id in self._galleries
            if counts.get(key := (gallery_id, engine.model_id), 0)
        }
        filed = {key for key in engines if counts[key] >= gallery_files.FROM}
        self._files.clean(filed)
        held: _Held = {}
        since = last
        for key, engine in engines.items():
            opened = self._files.open(connection, key, engine.dimension) if key in filed else None
            if opened is None:
                opened = self._from_records(connection, key, engine), last
            held[key], seq = opened
            since = min(since, seq)
        self._follow(connection, held, since)
        return held

    def _from_records(
        self, connection: sa.Connection, key: Key, engine: FaceEngine
    ) -> memory.Gallery:
        """A gallery as the records have it; its file is filled meanwhile."""
        if key in self._held:
            # Nobody at a gate waits for a file to be filled; the next start does it.
            self._files.drop(key)
            return self._held[key]
        held = memory.Gallery(model=key[1], dimension=engine.dimension)
        rows = pictures.templates(connection, self._database.vault, key[1], gallery_id=key[0])
        for some in batched(rows, AT_ONCE):
            self._add(key, held, some)
        return held

    def _catch_up(self, connection: sa.Connection) -> None:
        """Takes in what changed since the last time."""
        if galleries.changed_after(connection, self._seq):
            self._settle(connection)
        held = dict(self._held)
        self._follow(connection, held, self._seq)
        self._held = held

    def _settle(self, connection: sa.Connection) -> None:
        """Takes in the galleries' settings; of one that was erased, nobody stays."""
        now = _searched(connection)
        erased = {
            own.id
            for own in self._galleries.values()
            if own.id in now and now[own.id].erased_at != own.erased_at
        }
        self._held = {key: own for key, own in self._held.items() if key[0] not in erased}
        self._files.keep(connection, self._held)
        self._galleries = now

    def _follow(self, connection: sa.Connection, held: "_Held", since: int) -> None:
        """Takes in what changed after a change of this number."""
        changes = watchlists.changes_after(connection, since)
        changed = list(dict.fromkeys(ref_id for _, ref_id in changes))
        for start in range(0, len(changed), AT_ONCE):
            self._take_in(connection, held, changed[start : start + AT_ONCE])

    def _take_in(self, connection: sa.Connection, held: "_Held", entry_ids: Sequence[str]) -> None:
        """First adds what there is, then removes what is gone: nobody is missed meanwhile."""
        present: dict[Key, set[str]] = defaultdict(set)
        for engine in self._engines():
            by_key: dict[Key, list[StoredTemplate]] = defaultdict(list)
            for own in pictures.templates(
                connection, self._database.vault, engine.model_id, entry_ids
            ):
                by_key[own.gallery_id, engine.model_id].append(own)
            for key, listed in by_key.items():
                if key not in held:
                    held[key] = memory.Gallery(model=key[1], dimension=engine.dimension)
                self._add(key, held[key], listed)
                present[key] = {own.id for own in listed}
        for key, gallery in held.items():
            known = [own for entry_id in entry_ids for own in gallery.templates_of(entry_id)]
            gone = [own for own in known if own not in present[key]]
            if gone:
                # The file first: whatever fails here, memory still knows what must go.
                self._files.remove(key, gone)
                gallery.remove_many(gone)

    def _add(self, key: Key, held: memory.Gallery, stored: Sequence[StoredTemplate]) -> None:
        held.enrol_many([(own.id, own.template, own.entry_id) for own in stored])
        self._files.put(key, stored, held.dimension)


_Held = dict[Key, memory.Gallery]


def _searched(connection: sa.Connection) -> dict[str, Gallery]:
    """The galleries of listed persons, by identifier."""
    found = galleries.galleries(connection)
    return {own.id: own for own in found if own.kind is not GalleryKind.VOYAGES}


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, so many at a time."""
    turn = iter(rows)
    while some := list(islice(turn, size)):
        yield some


class _Found:
    """A candidate of one gallery, until its entry is looked up."""

    def __init__(self, entry_id: str, gallery_id: str, score: float) -> None:
        self.entry_id = entry_id
        self.gallery_id = gallery_id
        self.score = score
        self.threshold = 0.0

    @property
    def above(self) -> float:
        """How far over its model's threshold: by it candidates of two models compare."""
        return self.score - self.threshold
