"""How far a measured rate may lie from the truth, when one person gives many comparisons.

Pictures of one person are alike, so that a hundred comparisons of ten persons tell less than a
hundred of a hundred. Instead of comparisons, persons are drawn with replacement, as many as there
are, a thousand times; a comparison counts as often as both of its persons were drawn. The middle
95% of what the draws give are the interval (the percentile bootstrap by subjects; Bolle, Ratha and
Pankanti, Error analysis of pattern recognition systems: the subsets bootstrap, CVIU 93, 2004).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.learn.faces import Rate, Scores, wilson

Codes = NDArray[np.int64]
"""Persons as numbers from 0."""

Draws = NDArray[np.float64]
"""One value a draw; NaN where a draw holds nothing to measure."""

REPLICATES = 1000
MOST_PAIRS = 100_000
"""A draw weighs at most so many pairs; of more, every second, third … stands for the others."""
_SEED = 19_795


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A share of comparisons, and how sure it is.

    Attributes:
        events: comparisons that count.
        trials: all comparisons.
        subjects: persons behind them.
        wilson: interval as if comparisons were independent (too narrow where they are not).
        drawn: interval by drawing persons; None where it could not be told.
        bound: where nothing was seen: the share that independent persons would still hide with
            5% chance, 3 / persons (the rule of 3, ISO/IEC 19795-1). None where something was.
    """

    events: int
    trials: int
    subjects: int
    wilson: Rate
    drawn: Rate | None
    bound: float | None

    @property
    def value(self) -> float:
        """The share."""
        return self.wilson.value

    @property
    def low(self) -> float:
        """Lower end of the interval to be shown."""
        return self.wilson.low if self.drawn is None else self.drawn.low

    @property
    def high(self) -> float:
        """Upper end of the interval to be shown."""
        return self.wilson.high if self.drawn is None else self.drawn.high


def measured(
    events: int, trials: int, subjects: int, draws: Draws | None = None, *, units: int | None = None
) -> Measured | None:
    """A share with its intervals; None when nothing was compared.

    `units` is the number of independent persons (or pairs of persons) for the rule of 3.
    """
    if trials == 0:
        return None
    drawn = None
    if draws is not None and 0 < events < trials:
        drawn = interval(draws, events / trials)
    extreme = events in (0, trials)
    return Measured(
        events=events,
        trials=trials,
        subjects=subjects,
        wilson=wilson(events, trials),
        drawn=drawn,
        bound=min(1.0, 3 / max(1, units or subjects)) if extreme else None,
    )


def interval(draws: Draws, value: float) -> Rate | None:
    """The middle 95% of the draws around a value; None when they tell nothing.

    They do not where too few draws hold anything to measure, and where all of them are the same.
    """
    held = draws[np.isfinite(draws)]
    if len(held) < len(draws) * 0.9 or len(held) < 2:
        return None
    low, high = np.quantile(held, (0.025, 0.975))
    if low == high:
        return None
    return Rate(value=value, low=float(min(low, value)), high=float(max(high, value)))


class Resampling:
    """Draws of persons; the same draws serve every figure, so that they vary together."""

    def __init__(self, subjects: int, replicates: int = REPLICATES, seed: int = _SEED) -> None:
        random = np.random.default_rng(seed)
        self.subjects = subjects
        self.weights = np.empty((replicates, subjects), dtype=np.uint8)
        for draw in range(replicates):
            drawn = random.integers(0, max(1, subjects), subjects)
            self.weights[draw] = np.minimum(np.bincount(drawn, minlength=subjects), 255)

    def __len__(self) -> int:
        return len(self.weights)

    def shares(self, events: NDArray[np.bool_], owners: Codes) -> Draws:
        """The share of events, each owned by one person."""
        counted = np.bincount(owners, minlength=self.subjects).astype(np.float64)
        happened = np.bincount(owners[events], minlength=self.subjects).astype(np.float64)
        return _divide(self._sums(happened), self._sums(counted))

    def pair_shares(self, first: Codes, second: Codes, pictures: NDArray[np.int64]) -> Draws:
        """The share of all pairs of different persons' pictures that are among those given.

        `first` and `second` are the persons of each pair that counts, `pictures` the number of
        pictures of each person.
        """
        step = thinning(len(first))
        one, other = first[step // 2 :: step], second[step // 2 :: step]
        counts = np.array([(row[one].astype(np.int32) * row[other]).sum() for row in self.weights])
        part = len(one) / max(1, len(first))
        return _divide(counts / (part or 1.0), self.pair_totals(pictures))

    def pair_totals(self, pictures: NDArray[np.int64]) -> Draws:
        """How many pairs of different persons' pictures each draw holds."""
        totals = np.empty(len(self))
        for draw, row in enumerate(self.weights):
            weighed = row.astype(np.float64) * pictures
            totals[draw] = (weighed.sum() ** 2 - (weighed**2).sum()) / 2
        return totals

    def share_where(
        self, scores: Scores, owners: Codes, limits: Draws, *, counts: NDArray[np.bool_] | None
    ) -> Draws:
        """The share of scores above each draw's own limit; with `counts` only those count."""
        order = np.argsort(-scores, kind="stable")
        falling, people = -scores[order], owners[order]
        whole = counts is None or bool(counts.all())
        right = None if whole or counts is None else counts[order]
        result = np.full(len(self), np.nan)
        for draw, row in enumerate(self.weights):
            weight = row[people]
            total = int(weight.sum(dtype=np.int64))
            if total == 0 or not np.isfinite(limits[draw]):
                continue
            upto = int(np.searchsorted(falling, -limits[draw], side="left"))
            reached = weight[:upto] if right is None else weight[:upto][right[:upto]]
            result[draw] = reached.sum(dtype=np.int64) / total
        return result

    def limits(self, best: Scores, owners: Codes, rate: float) -> Draws:
        """The score that a share `rate` of searches lies above, draw by draw."""
        order = np.argsort(-best, kind="stable")
        falling, people = best[order], owners[order]
        result = np.full(len(self), np.nan)
        for draw, row in enumerate(self.weights):
            summed = np.cumsum(row[people], dtype=np.int64)
            result[draw] = _limit(falling, summed, rate * (summed[-1] if len(summed) else 0))
        return result

    def pair_limits(
        self,
        falling: Scores,
        first: Codes,
        second: Codes,
        pictures: NDArray[np.int64],
        rate: float,
    ) -> Draws | None:
        """The score that a share `rate` of all pairs of strangers lies above, draw by draw.

        `falling` are the highest scores, highest first, with the two persons of each. None when
        more are needed than these.
        """
        sizes = pictures.astype(np.float64)
        every = (sizes.sum() ** 2 - (sizes**2).sum()) / 2
        needed = int(3 * rate * every) + 100
        if needed > len(falling) < every:
            return None
        step = thinning(min(needed, len(falling)))
        part = slice(step // 2, needed, step)
        falling, first, second = falling[part], first[part], second[part]
        result = np.full(len(self), np.nan)
        for draw, (row, total) in enumerate(
            zip(self.weights, self.pair_totals(pictures), strict=True)
        ):
            summed = step * np.cumsum(row[first].astype(np.int32) * row[second], dtype=np.int64)
            result[draw] = _limit(falling, summed, rate * total)
        return result

    def _sums(self, by_subject: NDArray[np.float64]) -> Draws:
        part = 64  # draws at a time, so that no large copy of the weights is made
        return np.concatenate(
            [
                self.weights[start : start + part].astype(np.float64) @ by_subject
                for start in range(0, len(self), part)
            ]
        )


def thinning(pairs: int) -> int:
    """Of so many pairs every how many-th is weighed."""
    return max(1, math.ceil(pairs / MOST_PAIRS))


def log_ratio(worst: Draws, best: Draws, value: float) -> Rate | None:
    """The interval of a ratio of two rates: the middle 95% of its logarithm over the draws."""
    if not (value > 0 and math.isfinite(value)):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(worst) - np.log(best)
    found = interval(logs, math.log(value))
    if found is None:
        return None
    return Rate(value=value, low=math.exp(found.low), high=math.exp(found.high))


def codes(names: NDArray[np.str_] | Sequence[str]) -> tuple[Codes, int]:
    """Each name as a number from 0, and how many there are."""
    unique, places = np.unique(np.asarray(names, dtype=np.str_), return_inverse=True)
    return places.astype(np.int64), len(unique)


def _divide(events: Draws, trials: Draws) -> Draws:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(trials > 0, events / trials, np.nan)


def _limit(falling: Scores, summed: NDArray[np.int64], allowed: float) -> float:
    """The score of the first that is one too many; a match must lie above it."""
    if not len(summed) or allowed <= 0:
        return math.nan
    place = int(np.searchsorted(summed, allowed + 1e-9, side="right"))
    return float(falling[place]) if place < len(falling) else math.nan
