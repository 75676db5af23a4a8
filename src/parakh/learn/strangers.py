"""All comparisons of different persons: far too many to keep, so they are counted.

Fifty thousand pictures make a milliard pairs. Their scores are counted in narrow steps; only the
highest are kept with their pictures, because false matches are there.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput
from parakh.learn.faces import Scores

STEPS = 1 << 16
"""Steps of the cosine from -1 to 1, each 0.00003 wide."""
MOST_KEPT = 1 << 20
_BLOCK = 512
_HALF = STEPS // 2

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Strangers:
    """Scores of all pairs of different persons.

    Attributes:
        counts: how many scores lie in each step.
        highest: the highest scores, falling; all of them when they are few.
        first, second: the two pictures of each of the highest.
    """

    counts: Numbers
    highest: Scores
    first: Numbers
    second: Numbers

    def __len__(self) -> int:
        return int(self.counts.sum())

    def reaching(self, threshold: float) -> int:
        """How many scores are at least the threshold: exact among the highest, else by steps."""
        kept = int(np.searchsorted(-self.highest, -np.float32(threshold), side="right"))
        if kept < len(self.highest) or len(self.highest) == len(self):
            return kept
        return int(self.counts[math.ceil((threshold + 1) * _HALF) :].sum())

    def threshold_for(self, rate: float) -> float:
        """The lowest threshold at which at most `rate` of the pairs match.

        Below the highest scores that were kept it is the upper edge of a step. Raises InvalidInput
        when there are too few pairs to see such a rate.
        """
        allowed = math.floor(len(self) * rate + 1e-9)
        if allowed < 1:
            raise InvalidInput(f"{len(self)} non-mated scores cannot show a rate of {rate:g}")
        if allowed < len(self.highest):
            return float(np.nextafter(self.highest[allowed], np.float32(np.inf)))
        above = self.reaching_steps()
        return int(np.argmax(above <= allowed)) / _HALF - 1

    def reaching_steps(self) -> Numbers:
        """How many scores lie in each step or above it; one more number, 0, at the end."""
        above = np.concatenate([np.cumsum(self.counts[::-1])[::-1], [0]])
        return above.astype(np.int64)

    def histogram(self, parts: int) -> Numbers:
        """The counts in fewer, equal parts of -1 to 1; `parts` divides the number of steps."""
        summed: Numbers = self.counts.reshape(parts, -1).sum(axis=1)
        return summed


def compare_strangers(
    vectors: Vectors, people: Numbers, *, most: int = MOST_KEPT, block: int = _BLOCK
) -> Strangers:
    """Compares every two pictures of different persons once, a block at a time."""
    counts = np.zeros(STEPS, dtype=np.int64)
    tail = _Tail(most)
    for start in range(0, len(vectors), block):
        rows = slice(start, min(start + block, len(vectors)))
        scores = vectors[rows] @ vectors[start:].T
        left_out = people[rows, None] == people[None, start:]
        left_out |= np.arange(start, len(vectors)) <= np.arange(rows.start, rows.stop)[:, None]
        steps = np.clip((scores + 1) * _HALF, 0, STEPS - 1).astype(np.int32)
        counts += np.bincount(steps.ravel(), minlength=STEPS)
        counts -= np.bincount(steps[left_out], minlength=STEPS)
        scores[left_out] = -np.inf
        tail.add(scores, start)
    highest, first, second = tail.finish()
    return Strangers(counts=counts, highest=highest, first=first, second=second)


class _Tail:
    """The highest scores seen so far; the floor rises whenever twice as many are held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._floor = -1e30
        self._held = 0
        self._parts: list[tuple[Scores, Numbers, Numbers]] = []

    def add(self, scores: Scores, start: int) -> None:
        """Scores of a block; those of its first row and column stand at `start`."""
        if np.count_nonzero(scores >= self._floor) > self._most:
            # Before anything is set aside for them: a block may hold tens of millions.
            self._floor = float(np.partition(scores, -self._most, axis=None)[-self._most])
        rows, columns = np.nonzero(scores >= self._floor)
        self._parts.append((scores[rows, columns], rows + start, columns + start))
        self._held += len(rows)
        if self._held > 2 * self._most:
            self._cut()

    def _cut(self) -> None:
        joined = [np.concatenate(part) for part in zip(*self._parts, strict=True)]
        if len(joined[0]) > self._most:
            kept = np.argpartition(-joined[0], self._most - 1)[: self._most]
            joined = [part[kept] for part in joined]
            self._floor = float(joined[0].min())
        self._parts = [(joined[0], joined[1], joined[2])]
        self._held = len(joined[0])

    def finish(self) -> tuple[Scores, Numbers, Numbers]:
        """The highest scores, falling, and the two rows of each."""
        if not self._parts:
            none = np.empty(0, dtype=np.int64)
            return none.astype(np.float32), none, none
        self._cut()
        ((scores, first, second),) = self._parts
        order = np.lexsort((second, first, -scores))
        return scores[order], first[order], second[order]
