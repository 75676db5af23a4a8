"""Exact 1:N search over templates held in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np

from parakh.domain.face import Candidate, Template
from parakh.faces.vectors import Vector, to_vector

FIRST_ROWS = 1024


class Gallery:
    """References of one purpose (a watchlist, a voyage), all made by one model.

    Every reference is compared with the probe (no approximation). Many threads may search while
    none enrols or removes. A removed vector is overwritten with zeros, and so is the old memory
    when the gallery grows: deleting a template means that it is gone.
    """

    def __init__(self, model: str, dimension: int) -> None:
        self.model = model
        self.dimension = dimension
        self._rows: Vector = np.zeros((FIRST_ROWS, dimension), dtype=np.float32)
        self._references: list[str] = []
        self._row_of: dict[str, int] = {}
        self._lock = _SharedLock()

    def __len__(self) -> int:
        return len(self._references)

    def __contains__(self, reference_id: str) -> bool:
        return reference_id in self._row_of

    def enrol(self, reference_id: str, template: Template) -> None:
        """Adds a reference, or replaces its template.

        Raises InvalidInput for a template of another model, Unreadable for a damaged one.
        """
        vector = to_vector(template, self.model, self.dimension)
        with self._lock.alone():
            row = self._row_of.get(reference_id)
            if row is None:
                row = len(self._references)
                if row == len(self._rows):
                    self._grow()
                self._references.append(reference_id)
                self._row_of[reference_id] = row
            self._rows[row] = vector

    def remove(self, reference_id: str) -> bool:
        """Takes a reference out for good; False when it was not there."""
        with self._lock.alone():
            row = self._row_of.pop(reference_id, None)
            if row is None:
                return False
            last = len(self._references) - 1
            moved = self._references.pop()
            if row != last:
                self._rows[row] = self._rows[last]
                self._references[row] = moved
                self._row_of[moved] = row
            self._rows[last] = 0
            return True

    def search(
        self, template: Template, limit: int = 20, threshold: float = -1.0
    ) -> list[Candidate]:
        """The `limit` most similar references with a cosine of at least `threshold`, best first.

        Equal scores are ordered by reference, so the answer does not depend on the order of
        enrolment. Raises InvalidInput for a template of another model.
        """
        probe = to_vector(template, self.model, self.dimension)[None]
        with self._lock.shared():
            scores, rows = self._nearest(probe, limit)
            found = [
                Candidate(reference_id=self._references[row], score=float(score))
                for score, row in zip(np.clip(scores, -1, 1), rows, strict=True)
                if score >= threshold
            ]
        found.sort(key=lambda candidate: (-candidate.score, candidate.reference_id))
        return found[:limit]

    def _nearest(self, probe: Vector, limit: int) -> tuple[Vector, list[int]]:
        """At least `limit` best rows, and all rows that tie with the last of them."""
        held = len(self._references)
        wanted = min(limit + 1, held)
        while wanted > 0:
            scores, rows = faiss.knn(
                probe, self._rows[:held], wanted, metric=faiss.METRIC_INNER_PRODUCT
            )
            if wanted == held or scores[0, -1] < scores[0, limit - 1]:
                return scores[0], rows[0].tolist()
            wanted = min(wanted * 2, held)
        return np.empty(0, dtype=np.float32), []

    def _grow(self) -> None:
        larger = np.zeros((2 * len(self._rows), self.dimension), dtype=np.float32)
        larger[: len(self._rows)] = self._rows
        self._rows[:] = 0
        self._rows = larger


class _SharedLock:
    """Many readers or one writer; a waiting writer goes before new readers, so none starves."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._readers = 0
        self._writing = False
        self._waiting = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._change:
            self._change.wait_for(lambda: not self._writing and not self._waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._change:
                self._readers -= 1
                self._change.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._change:
            self._waiting += 1
            try:
                self._change.wait_for(lambda: not self._writing and not self._readers)
                self._writing = True
            finally:
                self._waiting -= 1
        try:
            yield
        finally:
            with self._change:
                self._writing = False
                self._change.notify_all()
