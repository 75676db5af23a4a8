"""What is usual: the level of a series of daily counts from its own past, with its band.

The level of a day is that of the 56 days that end a week before it, so that a change does not make
itself usual; times a factor of its weekday, of the season where a year of data reaches back, and of
its holiday. Days out of line weigh less (as in the improved Farrington method: Noufaily et al.,
Statistics in Medicine 32, 2013). Counts scatter as negative binomial with the mean and variance
found, overdispersion included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import nbinom

Floats = NDArray[np.float64]

WINDOW, GAP = 56, 7
"""Days of the past that make the level, and days between them and the day that is looked at."""

LEAST_PAST = 14
"""With fewer days than that, nothing is usual yet."""

YEAR = 364
"""A year in whole weeks."""

_SEASONS = 182
_WEEKDAY_PRIOR, _YEAR_PRIOR, _HOLIDAY_PRIOR = 6.0, 30.0, 4.0
_OUT_OF_LINE = 2.58
_LEAST_HOLIDAY_SPREAD = 0.15
_AROUND = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """Of each series (rows) and day looked at (columns): mean and variance of its count; NaN where
    the past is too short."""

    mean: Floats
    variance: Floats

    def summed(self, span: int) -> "Expected":
        """Of the sums of `span` days that end with each day; the level's own error is shared by
        them, so that variances add like standard deviations at worst."""
        kernel = np.ones(span)
        mean = np.apply_along_axis(np.convolve, 1, self.mean, kernel, "full")
        spread = np.apply_along_axis(np.convolve, 1, self.variance, kernel, "full")
        count = self.mean.shape[1]
        mean, spread = mean[:, :count], spread[:, :count]
        mean[:, : span - 1] = np.nan
        return Expected(mean=mean, variance=spread)

    def band(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lowest and highest count that are usual: so large a share lies between them."""
        size, chance = _shape(self.mean, self.variance)
        tail = (1 - level) / 2
        return nbinom.ppf(tail, size, chance), nbinom.ppf(1 - tail, size, chance)

    def above(self, counts: Floats) -> Floats:
        """How probable so many, or more, are."""
        size, chance = _shape(self.mean, self.variance)
        found = 1 - betainc(size, np.maximum(counts, 1e-9), chance)
        return np.where(counts <= 0, 1.0, found)

    def below(self, counts: Floats) -> Floats:
        """How probable so few, or fewer, are."""
        size, chance = _shape(self.mean, self.variance)
        found: Floats = betainc(size, counts + 1, chance)
        return found


def _shape(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Parameters of the negative binomial distribution of a mean and variance."""
    level = np.maximum(mean, 0.02)
    over = np.maximum(variance, level * 1.001) - level
    size = level**2 / over
    return size, size / (size + level)


def expected(
    counts: Floats, weekdays: NDArray[np.int64], names: Sequence[str], days: Sequence[int]
) -> Expected:
    """What was to be expected on some days of each series.

    `counts` has a row for each series and a column for each day, `weekdays` (0 to 6) and `names`
    of holidays ("" for none) are of these days, `days` are columns, of which none needs to have
    come yet: only what lies a week and more before a day is read of it.
    """
    ordinary = np.array([not own for own in names])
    mean = np.full((counts.shape[0], len(days)), np.nan)
    variance = mean.copy()
    for place, day in enumerate(days):
        end = min(day - GAP + 1, counts.shape[1])
        if int(ordinary[max(0, end - WINDOW) : max(0, end)].sum()) < LEAST_PAST:
            continue
        level = _level(counts, weekdays, ordinary, end)
        own = level.mean[:, weekdays[day]] * _year(counts, ordinary, day)
        spread = level.dispersion * own + own**2 * level.error
        if names[day]:
            factor, uncertain = _holiday(counts, weekdays, names, day, end)
            own, spread = own * factor, spread * factor + (own * factor * uncertain) ** 2
        mean[:, place], variance[:, place] = own, spread
    return Expected(mean=mean, variance=variance)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Level:
    """Mean by weekday (a column each), overdispersion, and the squared relative error of it."""

    mean: Floats
    dispersion: Floats
    error: Floats


def _level(
    counts: Floats, weekdays: NDArray[np.int64], ordinary: NDArray[np.bool_], end: int
) -> _Level:
    longer = slice(max(0, end - _SEASONS), end)
    factors = _weekday_factors(counts[:, longer], weekdays[longer], ordinary[longer])
    window = slice(max(0, end - WINDOW), end)
    told, shape = counts[:, window], factors[:, weekdays[window]]
    weights = np.broadcast_to(ordinary[window].astype(float), told.shape)
    level = _ratio(weights, told, shape)
    # Begun from the median, which a burst of less than half the days does not move.
    middle = np.median(told / shape, axis=1)
    level = np.where(middle > 0, middle, level)
    for _ in range(2):
        weights = ordinary[window] * _weights(told, level[:, None] * shape, ordinary[window])
        level = _ratio(weights, told, shape)
    usual = level[:, None] * shape
    dispersion = np.maximum(1.0, _dispersion(weights, told, usual))
    seen = np.maximum((weights * usual).sum(axis=1), 1.0)
    return _Level(mean=level[:, None] * factors, dispersion=dispersion, error=dispersion / seen)


def _ratio(weights: Floats, told: Floats, shape: Floats) -> Floats:
    # A quarter of a count, so that a series without any is not sure to stay so.
    found: Floats = ((weights * told).sum(axis=1) + 0.25) / ((weights * shape).sum(axis=1) + 1e-9)
    return found


def _dispersion(weights: Floats, told: Floats, usual: Floats) -> Floats:
    pearson = weights * (told - usual) ** 2 / np.maximum(usual, 0.05)
    found: Floats = pearson.sum(axis=1) / np.maximum(weights.sum(axis=1) - 1, 1.0)
    return found


def _weights(told: Floats, usual: Floats, ordinary: NDArray[np.bool_]) -> Floats:
    """1 for days in line, less for others, by Anscombe residuals of Poisson counts.

    How much they scatter is told from their median, which the days out of line do not widen.
    """
    level = np.maximum(usual, 0.05)
    apart = np.abs(1.5 * (told ** (2 / 3) - level ** (2 / 3)) / level ** (1 / 6))
    spread = np.maximum(1.0, 1.4826 * np.median(apart[:, ordinary], axis=1))
    apart /= spread[:, None]
    return np.where(apart < _OUT_OF_LINE, 1.0, (_OUT_OF_LINE / np.maximum(apart, 1e-9)) ** 2)


def _weekday_factors(
    told: Floats, weekdays: NDArray[np.int64], ordinary: NDArray[np.bool_]
) -> Floats:
    """By weekday, a column each: the share of the average day; near 1 where little is counted.

    What is far out of line is cut to four times the median, so that one day makes no weekday.
    """
    cut = np.minimum(told, np.maximum(4 * np.median(told, axis=1), 5.0)[:, None])
    average = np.maximum((cut * ordinary).sum(axis=1) / max(1, int(ordinary.sum())), 1e-9)
    factors = np.ones((told.shape[0], 7))
    for weekday in range(7):
        chosen = ordinary & (weekdays == weekday)
        sums, usual = cut[:, chosen].sum(axis=1), average * int(chosen.sum())
        factors[:, weekday] = (sums + _WEEKDAY_PRIOR) / (usual + _WEEKDAY_PRIOR)
    found: Floats = factors / factors.mean(axis=1, keepdims=True)
    return found


def _year(counts: Floats, ordinary: NDArray[np.bool_], day: int) -> Floats:
    """How the level moved from then to a day in years before: 1 where no year reaches back."""
    later = np.zeros(counts.shape[0])
    before, there, then = later.copy(), 0, 0
    for past in range(day - YEAR, WINDOW + GAP - 1, -YEAR):
        around = slice(past - _AROUND, min(past + _AROUND + 1, counts.shape[1]))
        base = slice(past - GAP - WINDOW + 1, past - GAP + 1)
        later += (counts[:, around] * ordinary[around]).sum(axis=1)
        before += (counts[:, base] * ordinary[base]).sum(axis=1)
        there += int(ordinary[around].sum())
        then += int(ordinary[base].sum())
    if not then:
        return np.ones(counts.shape[0])
    usual = before * there / then
    found: Floats = np.clip((later + _YEAR_PRIOR) / (usual + _YEAR_PRIOR), 1 / 3, 3.0)
    return found


def _holiday(
    counts: Floats, weekdays: NDArray[np.int64], names: Sequence[str], day: int, end: int
) -> tuple[Floats, Floats]:
    """The factor of a holiday from the same ones before, else from all before; and its spread."""
    known = [own for own in range(_AROUND, end) if names[own]]
    same = [own for own in known if names[own] == names[day]] or known
    if not same:
        ones = np.ones(counts.shape[0])
        return ones, ones * 0.5
    told, usual = counts[:, same], np.stack([_nearby(counts, names, own, end) for own in same], 1)
    factor = (told.sum(axis=1) + _HOLIDAY_PRIOR) / (usual.sum(axis=1) + _HOLIDAY_PRIOR)
    ratios = (told + 1) / (usual + 1)
    spread = ratios.std(axis=1) if len(same) > 2 else np.full(counts.shape[0], 0.3)
    return factor, np.maximum(spread / np.maximum(factor, 0.1), _LEAST_HOLIDAY_SPREAD)


def _nearby(counts: Floats, names: Sequence[str], day: int, end: int) -> Floats:
    """The average of the ordinary days around one."""
    around = range(max(0, day - _AROUND), min(day + _AROUND + 1, end, counts.shape[1]))
    near = [own for own in around if not names[own]]
    if not near:
        return np.zeros(counts.shape[0])
    found: Floats = counts[:, near].mean(axis=1)
    return found
