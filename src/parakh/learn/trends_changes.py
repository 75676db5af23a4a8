"""Which series left their band, since when, and which of them say the same.

Each series is tested for its last day alone and for its last seven days together, for more and for
fewer than usual. Over all tests of a day the false discovery rate is held (Benjamini and Hochberg,
Journal of the Royal Statistical Society B 57, 1995). What chance does not explain must be large,
too: half as many again, and at least five.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.domain.trend import Pattern
from parakh.learn.trends_expect import Expected, Floats, expected

WEEK = 7
RATE = 0.01
"""Of what is shown of a day, so large a share is by chance."""

LEAST_RATIO, LEAST_EXCESS = 1.5, 5
"""A change that is smaller is not worth anybody's time, however sure it is."""

MOST_FALL = 0.5
_BACK = 28
_SAME = 0.7
_TOGETHER = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A series (`row`) out of its band: counted over `span_days`, `since_back` days before the last
    day it began."""

    row: int
    pattern: Pattern
    span_days: int
    since_back: int
    observed: int
    expected: float
    low: int
    high: int
    p: float

    @property
    def excess(self) -> float:
        """How many more than expected; negative for fewer."""
        return self.observed - self.expected


def changes(
    counts: Floats,
    weekdays: NDArray[np.int64],
    names: Sequence[str],
    *,
    falls: NDArray[np.bool_] | None = None,
    rate: float = RATE,
) -> list[Change]:
    """Changes on the last day of all series, the surest first.

    `counts`, `weekdays` and `names` are as in `parakh.learn.trends_expect.expected`; `falls` says
    of which series it is told when there are fewer (none where it is left out).
    """
    last = counts.shape[1] - 1
    days = list(range(max(0, last - _BACK + 1), last + 1))
    daily = expected(counts, weekdays, names, days)
    told = counts[:, days]
    weekly = daily.summed(WEEK)
    sums = np.apply_along_axis(np.convolve, 1, told, np.ones(WEEK), "full")[:, : len(days)]
    watched = np.zeros(counts.shape[0], bool) if falls is None else falls
    found: list[Change] = []
    for band, seen, span in ((daily, told, 1), (weekly, sums, WEEK)):
        found += _tested(band, seen, span, watched)
    kept = _discovered(found, 4 * counts.shape[0], rate)
    best: dict[int, Change] = {}
    for own in sorted(kept, key=lambda one: (one.p, -one.span_days)):
        best.setdefault(own.row, own)
    return [_dated(own, told[own.row], daily.mean[own.row]) for own in best.values()]


def _tested(band: Expected, seen: Floats, span: int, falls: NDArray[np.bool_]) -> list[Change]:
    mean, counted = band.mean[:, -1], seen[:, -1]
    one = Expected(mean=mean, variance=band.variance[:, -1])
    up, down = one.above(counted), one.below(counted)
    low, high = one.band()
    more = (counted >= LEAST_RATIO * mean) & (counted - mean >= LEAST_EXCESS)
    fewer = falls & (counted <= MOST_FALL * mean) & (mean - counted >= LEAST_EXCESS)
    rows = np.flatnonzero(np.isfinite(mean) & (more | fewer))
    return [
        Change(
            row=int(row),
            pattern=Pattern.SPIKE if span == 1 else Pattern.SHIFT,
            span_days=span,
            since_back=0,
            observed=int(counted[row]),
            expected=float(mean[row]),
            low=int(low[row]),
            high=int(high[row]),
            p=float(up[row] if more[row] else down[row]),
        )
        for row in rows
    ]


def _discovered(found: list[Change], tests: int, rate: float) -> list[Change]:
    """Those that the step-up procedure keeps among so many tests."""
    ordered = sorted(found, key=lambda own: own.p)
    last = max(
        (place for place, own in enumerate(ordered, 1) if own.p <= rate * place / tests), default=0
    )
    return ordered[:last]


def _dated(own: Change, told: Floats, usual: Floats) -> Change:
    """With the day since which it is so: where the likelihood of a new level is greatest.

    A single day that makes up most of what is more is a spike, over however many days it was seen.
    """
    if own.span_days == 1:
        return own
    ok = np.isfinite(usual)
    told, usual = told[ok], np.maximum(usual[ok], 0.05)
    apart = (told - usual)[-WEEK:]
    if abs(apart).max() > _SAME * abs(apart.sum()) and abs(apart).max() > 0:
        back = WEEK - 1 - int(np.argmax(abs(apart)))
        return _but(own, Pattern.SPIKE, back)
    sums, means = told[::-1].cumsum(), usual[::-1].cumsum()
    gain = np.where(sums > 0, sums * np.log(np.maximum(sums, 1e-9) / means), 0) - (sums - means)
    # From three days on: fewer make no level.
    back = int(np.argmax(gain[2:])) + 2 if len(gain) > 2 else len(gain) - 1
    return _but(own, Pattern.SHIFT, back)


def _but(own: Change, pattern: Pattern, back: int) -> Change:
    return Change(
        row=own.row,
        pattern=pattern,
        span_days=own.span_days,
        since_back=back,
        observed=own.observed,
        expected=own.expected,
        low=own.low,
        high=own.high,
        p=own.p,
    )


def told_once(found: Sequence[Change], places: Sequence[str], views: Sequence[str]) -> list[Change]:
    """Changes that say something of their own, the surest first.

    A surge on a route is one of its port, its carriers and nationalities, too. So of changes of one
    place (`places` names that of each series: the same port and measure) that began together and
    are seen in several ways (`views`: the facet), only the largest is told; a smaller one beside it
    where it is clearly sharper, and in its place where it makes up most of it.
    """
    kept: list[Change] = []
    for own in sorted(found, key=lambda one: -abs(one.excess)):
        larger = [one for one in kept if _related(one, own, places, views)]
        if any(not _sharper(own, one) for one in larger):
            continue
        kept = [one for one in kept if one not in larger or not _makes_up(own, one)]
        kept.append(own)
    return sorted(kept, key=lambda one: one.p)


def _related(one: Change, other: Change, places: Sequence[str], views: Sequence[str]) -> bool:
    return (
        places[one.row] == places[other.row]
        and views[one.row] != views[other.row]
        and (one.excess > 0) == (other.excess > 0)
        and abs(one.since_back - other.since_back) <= _TOGETHER
    )


def _sharper(own: Change, larger: Change) -> bool:
    mine, its = (max(one.expected, 0.5) / max(one.observed, 0.5) for one in (own, larger))
    if own.excess > 0:
        mine, its = 1 / mine, 1 / its
    return mine >= LEAST_RATIO * its


def _makes_up(own: Change, larger: Change) -> bool:
    return abs(own.excess) >= _SAME * abs(larger.excess)
