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

from parakh.clock import Clock
from parakh.domain.face import Candidate, Template
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.faces import gallery as memory
from parakh.faces.extract import FaceEngine
from parakh.faces.vectors import STORED
from parakh.screen.faces import FaceMatch
from parakh.store import galleries, pictures, watchlists
from parakh.store.database import Database

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

    def __init__(self, database: Database, engines: Engines, fpir: float, clock: Clock) -> None:
        self._database = database
        self._engines = engines
        self._fpir = fpir
        self._clock = clock
        self._lock = threading.Lock()
        self._seq = -1
        self._held: dict[tuple[str, str], memory.Gallery] = {}
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
        best = sorted(found.values(), key=lambda own: (-own.above, own.entry_id))[:limit]
        return self._listed(best)

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            last = watchlists.last_change(connection)
            if last == self._seq:
                return
            if self._seq < 0:
                self._load(connection)
            elif galleries.changed_after(connection, self._seq):
                self._settle(connection)
            if self._seq >= 0:
                changes = watchlists.changes_after(connection, self._seq)
                changed = list(dict.fromkeys(ref_id for _, ref_id in changes))
                for start in range(0, len(changed), AT_ONCE):
                    self._take_in(connection, changed[start : start + AT_ONCE])
            self._seq = last

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

    def _load(self, connection: sa.Connection) -> None:
        """Everything anew; searches go on over what was held until it is there."""
        fresh: dict[tuple[str, str], memory.Gallery] = {}
        self._enrol(connection, fresh, None)
        self._galleries = _searched(connection)
        self._held = fresh

    def _settle(self, connection: sa.Connection) -> None:
        """Takes in the galleries' settings; of one that was erased, nobody stays."""
        before, self._galleries = self._galleries, _searched(connection)
        for gallery_id, own in self._galleries.items():
            known = before.get(gallery_id)
            if known is not None and known.erased_at != own.erased_at:
                held = {key: rows for key, rows in self._held.items() if key[0] != gallery_id}
                self._enrol(connection, held, None, gallery_id)
                self._held = held

    def _take_in(self, connection: sa.Connection, entry_ids: Sequence[str]) -> None:
        for entry_id in entry_ids:
            for own in self._held.values():
                own.remove_identity(entry_id)
        self._enrol(connection, self._held, entry_ids)

    def _enrol(
        self,
        connection: sa.Connection,
        into: dict[tuple[str, str], memory.Gallery],
        entry_ids: Sequence[str] | None,
        gallery_id: str | None = None,
    ) -> None:
        for engine in self._engines():
            model = engine.model_id
            rows = pictures.templates(
                connection, self._database.vault, model, entry_ids, gallery_id
            )
            for some in batched(rows, AT_ONCE):
                by_gallery: dict[str, list[tuple[str, Template, str]]] = defaultdict(list)
                for own in some:
                    by_gallery[own.gallery_id].append((own.id, own.template, own.entry_id))
                for name, listed in by_gallery.items():
                    key = (name, model)
                    if key not in into:
                        into[key] = memory.Gallery(model=model, dimension=engine.dimension)
                    into[key].enrol_many(listed)


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
