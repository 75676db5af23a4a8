"""The best identities among the hits of a pass, by full precision."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parakh.domain.face import Candidate
from parakh.faces.lookup import Identifiers, Rows
from parakh.faces.rows import RowStore
from parakh.faces.scan import NO_HITS, Hits, Ints, Probes, Reals
from parakh.faces.vectors import Vector

_AT_ONCE = 1 << 14
SPARE = 8
"""Rows beyond twice the limit that are compared in full to learn what may be left out."""

MANY = 1 << 19
"""Hits from which on they are ranked in between, to bound the memory they take."""


class Ranking:
    """Collects hits of some probes, and raises their cuts as better ones come.

    `least` is a similarity that `limit` identities are known to reach (or the threshold): whoever
    does not reach it is none of the best. Only this is used to leave anybody out. It may be
    guessed (`expect`): then the answer shows whether the guess was right.

    Attributes:
        cuts: products of codes below which a row need not be looked at.
        looked_at: rows that were compared in full.
        dropped: whether one of them was gone by then.
    """

    def __init__(self, store: RowStore, probes: Probes, limits: Rows, thresholds: Reals) -> None:
        self._store = store
        self._probes = probes
        self._limits = limits
        self._thresholds = thresholds
        self._least = thresholds.copy()
        self._hits = NO_HITS
        self._best = _Scored.none()
        self.looked_at: list[Rows] = []
        self.dropped = False
        self.cuts: Ints = probes.cuts(self._least)

    @property
    def pending(self) -> int:
        """Hits that were not compared in full."""
        return len(self._hits.probes)

    def expect(self, least: Reals) -> None:
        """Relies on `limit` identities reaching this similarity; where fewer do, there will be no
        answer."""
        self._least = np.maximum(self._least, least)
        self.cuts = self._probes.cuts(self._least)

    def add(self, hits: Hits) -> None:
        """Takes hits in, those at least that reach the present cuts."""
        kept = hits.scores >= self.cuts[hits.probes]
        self._hits = Hits.joined([self._hits, hits.only(kept)])

    def raise_cuts(self) -> None:
        """Compares a few of the best hits in full; leaves out what the others cannot reach."""
        hits = self._hits
        # One number to sort by takes a tenth of the time that two take.
        places = np.argsort((hits.probes << 32) - hits.scores)
        own = hits.probes[places]
        rank = np.arange(len(own)) - np.searchsorted(own, np.arange(len(self._limits)))[own]
        few = rank < self._limits[own] * 2 + SPARE
        self._compare(hits.only(places[few]))
        others = hits.only(places[~few])
        self._hits = others.only(others.scores >= self.cuts[others.probes])

    def settle(self) -> None:
        """Compares all hits in full; keeps the best template of each of the best identities."""
        hits, self._hits = self._hits, NO_HITS
        for start in range(0, len(hits.probes), MANY):
            self._compare(hits.only(np.arange(start, min(start + MANY, len(hits.probes)))))

    def answers(self) -> list[list[Candidate] | None]:
        """One answer a probe; None where too few reach what was expected, or a template went away
        meanwhile that had served to leave others out: the probe must be searched again."""
        best = self._best
        same = self._store.stamps(best.rows) == best.stamps
        cuts = np.searchsorted(best.probes, np.arange(len(self._probes) + 1))
        result: list[list[Candidate] | None] = []
        for probe, limit in enumerate(self._limits.tolist()):
            own = slice(int(cuts[probe]), min(int(cuts[probe + 1]), int(cuts[probe]) + limit))
            scores = best.scores[own]
            whole = bool(same[own].all()) and (
                self._least[probe] == self._thresholds[probe]
                or (len(scores) == limit and scores[-1] >= self._least[probe])
            )
            found = [
                Candidate(reference_id=name.decode(), score=score)
                for name, score in zip(best.identities[own].tolist(), scores.tolist(), strict=True)
            ]
            result.append(found if whole else None)
        return result

    def _compare(self, hits: Hits) -> None:
        """Compares hits in full; raises `least` to the similarity of the last of `limit`
        identities, where there are so many."""
        found = _scored(self._store, self._probes, hits)
        self.looked_at.append(hits.rows)
        self.dropped |= len(found.probes) < len(hits.probes)
        found = found.only(found.scores >= self._least[found.probes])
        best = _Scored.joined([self._best, found]).best_of_each()
        last = np.searchsorted(best.probes, np.arange(len(self._limits))) + self._limits - 1
        there = np.flatnonzero(last < len(best.probes))
        there = there[best.probes[last[there]] == there]
        self._least[there] = np.maximum(self._least[there], best.scores[last[there]])
        self._best = best.only(best.scores >= self._least[best.probes])
        self.cuts = self._probes.cuts(self._least)


class _Scored:
    """Rows with their similarity in full precision."""

    def __init__(
        self,
        probes: NDArray[np.int64],
        rows: Rows,
        scores: Reals,
        stamps: NDArray[np.uint32],
        identities: Identifiers,
    ) -> None:
        self.probes, self.rows, self.scores = probes, rows, scores
        self.stamps, self.identities = stamps, identities

    @staticmethod
    def none() -> "_Scored":
        empty = np.empty(0, dtype=np.int64)
        return _Scored(
            empty, empty, empty.astype(np.float64), empty.astype(np.uint32), empty.astype("S32")
        )

    @staticmethod
    def joined(parts: "list[_Scored]") -> "_Scored":
        return _Scored(
            np.concatenate([part.probes for part in parts]),
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.stamps for part in parts]),
            np.concatenate([part.identities for part in parts]),
        )

    def only(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> "_Scored":
        return _Scored(
            self.probes[kept],
            self.rows[kept],
            self.scores[kept],
            self.stamps[kept],
            self.identities[kept],
        )

    def best_of_each(self) -> "_Scored":
        """The best row of each identity; by probe, best first, then by identity."""
        order = np.lexsort((-self.scores, self.identities, self.probes))
        own = self.only(order)
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (own.probes[1:] != own.probes[:-1]) | (
            own.identities[1:] != own.identities[:-1]
        )
        own = own.only(first)
        return own.only(np.lexsort((own.identities, -own.scores, own.probes)))


def _scored(store: RowStore, probes: Probes, hits: Hits) -> _Scored:
    """Hits compared in full; without those that went away meanwhile."""
    parts = [_Scored.none()]
    for start in range(0, len(hits.rows), _AT_ONCE):
        own = hits.only(np.arange(start, min(start + _AT_ONCE, len(hits.rows))))
        vectors, identities, stamps = store.take(own.rows)
        scores = _similarities(vectors, probes, own.probes)
        there = stamps != 0
        parts.append(_Scored(own.probes, own.rows, scores, stamps, identities).only(there))
    return _Scored.joined(parts)


def _similarities(vectors: Vector, probes: Probes, own: NDArray[np.int64]) -> Reals:
    """Cosine of each line with its own probe."""
    if len(probes) == 1:
        return similarity(vectors, probes.vectors)
    # Probe by probe: to lay each one beside all of its lines would move four times the memory.
    scores = np.empty(len(vectors), dtype=np.float64)
    order = own.argsort(kind="stable")
    cuts = np.searchsorted(own[order], np.arange(len(probes) + 1)).tolist()
    for probe, (first, last) in enumerate(pairwise(cuts)):
        lines = order[first:last]
        scores[lines] = similarity(vectors[lines], probes.vectors[probe : probe + 1])
    return scores


def similarity(vectors: Vector, probes: Reals) -> Reals:
    """Cosine of each line with the probe, or with the one beside it; never beyond -1 and 1.

    Products of two float32 numbers are exact in float64, and each line is summed in the same
    order, so equal templates have equal scores wherever they stand.
    """
    products: Reals = vectors * probes
    scores: Reals = np.clip(products.sum(axis=1), -1.0, 1.0)
    return scores
