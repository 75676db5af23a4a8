"""One pass over the int8 codes of all rows, as fast as they can be read."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import NormalDist

import numkong
import numpy as np
from numpy.typing import NDArray

from parakh.faces.lookup import Rows
from parakh.faces.rows import BITS, ROUGH, RowStore

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
Codes = NDArray[np.int8]

STEP = 16
"""Rows of a block are a multiple of this, so that their scores lie in even lines."""

_SCORES = 1 << 18
"""Scores of a block: with its codes they stay in the cache of a core."""

_MOST_ROWS = 1 << 17
_SAMPLE = 1 << 13
_LONGEST = 1.001
_NORMAL = NormalDist()
_LEAST, _MOST = -(2**31) + 1, 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Hits:
    """Rows whose score reached the cut of a probe.

    Attributes:
        probes, rows, scores: one line a hit; scores are products of codes.
    """

    probes: NDArray[np.int64]
    rows: Rows
    scores: Ints

    def only(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> "Hits":
        """Some of them."""
        return Hits(probes=self.probes[kept], rows=self.rows[kept], scores=self.scores[kept])

    @staticmethod
    def joined(parts: "Sequence[Hits]") -> "Hits":
        """All of them."""
        return Hits(
            probes=np.concatenate([part.probes for part in parts]),
            rows=np.concatenate([part.rows for part in parts]),
            scores=np.concatenate([part.scores for part in parts]),
        )


NO_HITS = Hits(
    probes=np.empty(0, dtype=np.int64),
    rows=np.empty(0, dtype=np.int64),
    scores=np.empty(0, dtype=np.int32),
)


class Probes:
    """Probes of one pass and their codes.

    Let x be a row with its coded vector x' = s·q, p a probe with p' = t·r (q, r int8). Then

        x·p - x'·p' = (x - x')·p' + x·(p - p'),

    so by Cauchy and Schwarz |x·p - s·t·(q·r)| <= |x - x'|·|p'| + |x|·|p - p'|. A row is not longer
    than 1.001, and its error |x - x'| not longer than ROUGH or it is looked at in full anyway. So
    x·p >= tau implies q·r >= (tau - slack) / (s·t), which is what `cuts` gives.

    Attributes:
        vectors: float64, one probe a line.
    """

    def __init__(self, vectors: NDArray[np.float32], store: RowStore) -> None:
        self.vectors: Reals = vectors.astype(np.float64)
        own = np.abs(self.vectors).max(axis=1) / 127
        coded = np.rint(self.vectors / own[:, None])
        errors = np.linalg.norm(self.vectors - coded * own[:, None], axis=1)
        lengths = np.linalg.norm(coded, axis=1) * own
        # The last term stands for the rounding of float64, which is a million times smaller.
        self._slack = ROUGH * lengths + _LONGEST * errors + 1e-9
        self._unit = store.scale * own
        self.codes = np.zeros((len(vectors), store.width), dtype=np.int8)
        self.codes[:, : store.dimension] = coded

    def __len__(self) -> int:
        return len(self.vectors)

    def guess(self, scores: Ints, share: Reals) -> Reals:
        """The similarity that this share of all rows reaches, going by the scores of some and as
        if they were spread normally."""
        deviations = [_NORMAL.inv_cdf(1 - own) for own in share.tolist()]
        guessed: Reals = (scores.mean(axis=0) + scores.std(axis=0) * deviations) * self._unit
        return guessed

    def cuts(self, least: Reals) -> Ints:
        """The product of codes that every row with a similarity of at least `least` has."""
        cuts = np.floor((least - self._slack) / self._unit) - 1
        clipped: Ints = np.clip(cuts, _LEAST, _MOST).astype(np.int32)
        return clipped


class Pass:
    """A pass of some probes over the blocks of a gallery, as many rows at a time as wanted."""

    def __init__(self, store: RowStore, probes: Probes) -> None:
        self._store = store
        self._probes = probes
        self._segments = store.segments[:]
        self._used = store.used[: len(self._segments)]
        self._packed = numkong.dots_pack(probes.codes)
        self.block = max(1024, min(_MOST_ROWS, _SCORES // len(probes) // 1024 * 1024))
        self._waiting = deque(self._blocks())

    def sample(self) -> tuple[Ints, Rows]:
        """Scores of a few thousand rows, row by row, and the rows; they are not read again."""
        if not self._waiting:
            return np.empty((0, len(self._probes)), dtype=np.int32), np.empty(0, dtype=np.int64)
        # Of the largest segment: the first ones are small.
        number, start, stop = max(self._waiting, key=lambda block: block[2] - block[1])
        self._waiting.remove((number, start, stop))
        middle = min(stop, start + _SAMPLE)
        if middle < stop:
            self._waiting.append((number, middle, stop))
        stop = middle
        codes = self._segments[number].codes[start:stop]
        scores = _scores(codes, self._packed, len(self._probes))
        return scores.copy(), (number << BITS) + np.arange(start, stop, dtype=np.int64)

    def advance(self, rows: int, most: int, cuts: Ints, workers: "Workers") -> Hits | None:
        """Hits among about the next `rows`, or fewer where more than `most` hits come; None when
        there are no rows left."""
        if not self._waiting:
            return None
        tiled, left, number_found = np.tile(cuts, STEP), rows, 0

        def work() -> list[Hits]:
            nonlocal left, number_found
            found = []
            while number_found <= most and left > 0 and self._waiting:
                try:
                    number, start, stop = self._waiting.popleft()
                except IndexError:  # another thread took the last one
                    break
                left -= stop - start
                hits = self._scan(number, start, stop, tiled)
                if hits is not None:
                    number_found += len(hits.rows)
                    found.append(hits)
            return found

        found = workers.run(work, min(-(-rows // self.block), len(self._waiting)))
        return Hits.joined(found) if found else NO_HITS

    def among(self, rows: Rows, cuts: Ints) -> Hits:
        """Hits among certain rows."""
        found = [NO_HITS]
        for start in range(0, len(rows), self.block):
            part = rows[start : start + self.block]
            codes = self._store.take_codes(part)
            found.append(chosen(_scores(codes, self._packed, len(self._probes)), part, cuts))
        return Hits.joined(found)

    def _blocks(self) -> Iterator[tuple[int, int, int]]:
        for number, used in enumerate(self._used):
            for start in range(0, used, self.block):
                yield number, start, min(used, start + self.block)

    def _scan(self, number: int, start: int, stop: int, tiled: Ints) -> Hits | None:
        codes = self._segments[number].codes
        # Segments are a multiple of STEP long; rows behind the last one in use have no score.
        stop = min(-(-(stop - start) // STEP) * STEP + start, len(codes))
        scores = _scores(codes[start:stop], self._packed, len(self._probes))
        lines = (len(scores) // STEP, len(tiled))
        mask = np.greater_equal(scores.reshape(lines), tiled, out=_MEMORY.mask(lines)).reshape(-1)
        # Hits are rare: eight truth values are looked at as one number first.
        words = np.flatnonzero(mask.view(np.int64) != 0)
        if not len(words):
            return None
        places = (words[:, None] * 8 + np.arange(8)).reshape(-1)
        places = places[mask[places]]
        rows, probes = np.divmod(places, len(self._probes))
        return Hits(
            probes=probes,
            rows=rows + ((number << BITS) + start),
            scores=scores.reshape(-1)[places],
        )


class Workers:
    """Threads for passes: one a core, the caller's among them."""

    def __init__(self, threads: int) -> None:
        self._others = threads - 1
        self._pool = ThreadPoolExecutor(max(1, self._others), thread_name_prefix="gallery")

    def run(self, work: Callable[[], list[Hits]], most: int) -> list[Hits]:
        """What the caller and up to `most` - 1 others found."""
        others = [self._pool.submit(work) for _ in range(min(self._others, most - 1))]
        found = work()
        for other in others:
            # One that has not begun when the caller is through has nothing left to do.
            if not other.cancel():
                found += other.result()
        return found


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chosen(scores: Ints, rows: Rows, cuts: Ints) -> Hits:
    """Scores (row by row, a probe a column) that reach the cuts."""
    at, probes = np.nonzero(scores >= cuts)
    return Hits(probes=probes, rows=rows[at], scores=scores[at, probes])


class _Memory(threading.local):
    """Room for the scores of a block, kept by each thread: fresh memory costs more than the work
    itself."""

    def __init__(self) -> None:
        self._scores = np.empty(_SCORES, dtype=np.int32)
        self._mask = np.empty(_SCORES, dtype=np.bool_)
        self._tensors: dict[tuple[int, int], numkong.Tensor] = {}

    def scores(self, rows: int, count: int) -> Ints:
        """Room for `rows` times `count` scores."""
        return self._scores[: rows * count].reshape(rows, count)

    def tensor(self, rows: int, count: int) -> "numkong.Tensor":
        """The same room, as the kernel wants it."""
        if (rows, count) not in self._tensors:
            if len(self._tensors) > 1000:
                self._tensors.clear()
            self._tensors[rows, count] = numkong.from_pointer(
                self._scores.ctypes.data, (rows, count), "int32", owner=self._scores
            )
        return self._tensors[rows, count]

    def mask(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Room for a truth value a score."""
        return self._mask[: shape[0] * shape[1]].reshape(shape)


_MEMORY = _Memory()


def _scores(codes: Codes, packed: "numkong.PackedMatrix", count: int) -> Ints:
    """Products of all rows with all probes; in memory of this thread that is used again."""
    scores = _MEMORY.scores(len(codes), count)  # refuses more than there is room for
    numkong.dots_packed(codes, packed, out=_MEMORY.tensor(len(codes), count))
    return scores
