"""Travellers who are expected, by their faces: the voyage's own gallery is searched first.

As a traveller verification service does it: among the few hundred people of the voyages that are
due, a face is told apart with far fewer errors than among everybody.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from parakh.clock import Clock
from parakh.domain.capture import Identified
from parakh.domain.face import Comparison, Template
from parakh.domain.voyage import Direction, Voyage
from parakh.faces.extract import FaceEngine
from parakh.faces.vectors import Vector, to_vector
from parakh.services.crossings import is_near
from parakh.services.face_index import Engines
from parakh.store import travellers, voyage_templates, watchlists
from parakh.store.database import Database
from parakh.store.voyage_templates import StagedTemplate


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Faces:
    """One voyage's templates by one model: `vectors` (n, dimension), whose each is, and until when
    it may be held."""

    vectors: Vector
    owners: tuple[str, ...]
    ends: tuple[datetime, ...]


class VoyageFaces:
    """The staged templates of all voyages, mirrored in memory."""

    def __init__(self, database: Database, engines: Engines, fpir: float, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._engines = engines
        self._fpir = fpir
        self._lock = threading.Lock()
        self._seq = -1
        self._held: dict[str, Mapping[str, _Faces]] = {}

    def refresh(self) -> None:
        """Takes in what changed since the last time."""
        with self._lock, self._database.read() as connection:
            last = watchlists.last_change(connection)
            if last == self._seq:
                return
            if self._seq < 0:
                changed = voyage_templates.staged_voyages(connection)
            else:
                changed = voyage_templates.changes_after(connection, self._seq)
            fresh = self._read(connection, changed) if changed else {}
            kept = {key: own for key, own in self._held.items() if key not in changed}
            self._held = kept | fresh
            self._seq = last

    def identify(
        self,
        probes: Sequence[Template],
        *,
        port: str,
        direction: Direction,
        at: datetime,
    ) -> Identified | None:
        """Who of the travellers expected at this port about now has this face.

        Takes up what changed first. Of two who both reach the threshold, neither is taken for
        found.
        """
        self.refresh()
        due = self._due(port, direction, at)
        best: Identified | None = None
        for engine in self._engines():
            for probe in probes:
                if probe.model == engine.model_id:
                    own = self._search(engine, probe, due)
                    best = best or own
        return best

    def verify(
        self, probes: Sequence[Template], voyage_id: str, traveller_id: str
    ) -> Comparison | None:
        """The 1:1 comparison with a traveller's staged templates, the best of them; None without
        any."""
        self.refresh()
        for engine in self._engines():
            for probe in probes:
                if probe.model == engine.model_id:
                    scores = self._scores(engine, probe, [voyage_id])
                    if traveller_id in scores:
                        return Comparison(
                            score=scores[traveller_id], threshold=engine.verify_threshold
                        )
        return None

    def _search(
        self, engine: FaceEngine, probe: Template, voyage_ids: Collection[str]
    ) -> Identified | None:
        scores = self._scores(engine, probe, voyage_ids)
        if not scores:
            return None
        threshold = engine.search_threshold(len(scores), self._fpir)
        first, *rest = sorted(scores.items(), key=lambda own: (-own[1], own[0]))[:2]
        if first[1] < threshold:
            return None
        return Identified(
            traveller_id=first[0],
            comparison=Comparison(score=first[1], threshold=threshold),
            sole=not rest or rest[0][1] < threshold,
        )

    def _scores(
        self, engine: FaceEngine, probe: Template, voyage_ids: Iterable[str]
    ) -> dict[str, float]:
        """Of each traveller of these voyages, the similarity of his best template."""
        vector = to_vector(probe, engine.model_id, engine.dimension)
        best: dict[str, float] = {}
        now = self._clock()
        for voyage_id in voyage_ids:
            faces = self._held.get(voyage_id, {}).get(probe.model)
            if faces is None:
                continue
            scores = np.clip(faces.vectors @ vector, -1, 1).tolist()
            for owner, ends, score in zip(faces.owners, faces.ends, scores, strict=True):
                if now < ends:  # housekeeping deletes it a little later
                    best[owner] = max(best.get(owner, -1.0), score)
        return best

    def _due(self, port: str, direction: Direction, at: datetime) -> list[str]:
        with self._database.read() as connection:
            voyages: Mapping[str, Voyage] = travellers.voyages_by_id(connection, list(self._held))
        return [
            own.id
            for own in voyages.values()
            if own.port == port
            and own.direction in (direction, Direction.TRANSIT)
            and is_near(own, direction, at)
        ]

    def _read(
        self, connection: sa.Connection, voyage_ids: Collection[str]
    ) -> dict[str, Mapping[str, _Faces]]:
        dimensions = {engine.model_id: engine.dimension for engine in self._engines()}
        rows: dict[str, dict[str, list[tuple[StagedTemplate, Vector]]]] = {}
        vault = self._database.vault
        for own in voyage_templates.of_voyages(connection, vault, voyage_ids, dimensions):
            model = own.template.model
            vector = to_vector(own.template, model, dimensions[model])
            of_voyage = rows.setdefault(own.voyage_id, {})
            of_voyage.setdefault(model, []).append((own, vector))
        return {
            voyage_id: {
                model: _Faces(
                    vectors=np.stack([vector for _, vector in listed]),
                    owners=tuple(own.traveller_id for own, _ in listed),
                    ends=tuple(own.expires_at for own, _ in listed),
                )
                for model, listed in by_model.items()
            }
            for voyage_id, by_model in rows.items()
        }
