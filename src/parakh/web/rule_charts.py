"""Drawings of rules: hits over time, and shares with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

from parakh.domain.backtest import Day
from parakh.learn.rule_quality import Week
from parakh.web.charts import WIDTH

_HEIGHT, _TOP = 160, 8
MOST_BARS = 92
_TICKS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Hits of some days, from `start` on to `end`; `part` of them stands out."""

    x: float
    width: float
    y: float
    height: float
    part_y: float
    part_height: float
    start: date
    end: date
    hits: int
    part: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BarChart:
    """Bars in order of time, with `ticks` of hits and their heights; `length` is days a bar."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[int, float], ...]
    length: int
    width: int = WIDTH
    height: int = _HEIGHT


def week_chart(weeks: Sequence[Week]) -> BarChart:
    """Hits a week, those with a finding apart."""
    return _bars([(own.start, own.hits, own.found) for own in weeks], 7)


def day_chart(days: Sequence[Day]) -> BarChart:
    """Hits a day of a back-test; of more days than fit, some together, on average a day."""
    if not days:
        return _bars([], 1)
    first, last = days[0].day, days[-1].day
    length = ceil(((last - first).days + 1) / MOST_BARS)
    sums: dict[int, int] = {}
    for own in days:
        place = (own.day - first).days // length
        sums[place] = sums.get(place, 0) + own.hits
    places = range((last - first).days // length + 1)
    values = [(first + timedelta(days=length * own), sums.get(own, 0), 0) for own in places]
    return _bars(values, length)


def _bars(values: Sequence[tuple[date, int, int]], length: int) -> BarChart:
    step = _step(max((hits for _, hits, _ in values), default=0))
    most = step * _TICKS
    across = WIDTH / max(1, len(values))

    def tall(count: int) -> float:
        return round((_HEIGHT - _TOP) * count / most, 1)

    bars = [
        Bar(
            x=round(across * place + across * 0.1, 1),
            width=round(across * 0.8, 1),
            y=round(_HEIGHT - tall(hits), 1),
            height=tall(hits),
            part_y=round(_HEIGHT - tall(part), 1),
            part_height=tall(part),
            start=start,
            end=start + timedelta(days=length - 1),
            hits=hits,
            part=part,
        )
        for place, (start, hits, part) in enumerate(values)
    ]
    ticks = tuple((step * own, round(_HEIGHT - tall(step * own), 1)) for own in range(_TICKS + 1))
    return BarChart(bars=tuple(bars), ticks=ticks, length=length)


def _step(most: int) -> int:
    """The smallest round step of which four reach the most."""
    least = max(1, ceil(most / _TICKS))
    power: int = 10 ** floor(log10(least))
    return next(own * power for own in (1, 2, 3, 5, 10) if own * power >= least)
