"""Drawings of trends: counts a day with their band, and hours by weekday."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from parakh.domain.trend import Measure
from parakh.services.trends import Point

WIDTH, HEIGHT, TOP = 960, 240, 10
_TICKS = 4
_MOST_LABELS = 8
CELL_WIDTH, CELL_HEIGHT = 36, 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day: its place, the height of its count (None where it is not told), and whether it is
    out of its band."""

    x: float
    width: float
    y: float | None
    count: int | None
    out: bool
    point: Point


@dataclass(frozen=True, kw_only=True, slots=True)
class TrendChart:
    """Counts a day as bars over their band.

    `band` is a path around what is usual, `middle` one along what is expected, `before` one along
    the period before; each "" where there is none. `ticks` are counts with heights, `labels` days
    with places.
    """

    days: tuple[Day, ...]
    band: str
    middle: str
    before: str
    ticks: tuple[tuple[int, float], ...]
    labels: tuple[tuple[Point, float], ...]
    width: int = WIDTH
    height: int = HEIGHT


def trend_chart(points: Sequence[Point], measure: Measure) -> TrendChart:
    """The chart of a series."""
    counts = [own.counts.of(measure) if own.counts else None for own in points]
    before = [own.before.of(measure) if own.before else None for own in points]
    tops = [own for own in (*counts, *before, *(one.high for one in points)) if own is not None]
    step = _step(max(tops, default=0))
    most = step * _TICKS
    across = WIDTH / max(1, len(points))

    def height(value: float) -> float:
        return round(TOP + (HEIGHT - TOP) * (1 - min(value, most) / most), 1)

    def middle(place: int) -> float:
        return round(across * (place + 0.5), 1)

    days = tuple(
        Day(
            x=round(across * (place + 0.1), 1),
            width=round(across * 0.8, 1),
            y=None if count is None else height(count),
            count=count,
            out=_out(own, count),
            point=own,
        )
        for place, (own, count) in enumerate(zip(points, counts, strict=True))
    )
    usual = [(place, own) for place, own in enumerate(points) if own.low is not None]
    return TrendChart(
        days=days,
        band=_around(
            [(middle(place), height(own.low or 0), height(own.high or 0)) for place, own in usual]
        ),
        middle=_line([(middle(place), height(own.expected or 0)) for place, own in usual]),
        before=_line(
            [(middle(place), height(own)) for place, own in enumerate(before) if own is not None]
        ),
        ticks=tuple((step * own, height(step * own)) for own in range(_TICKS + 1)),
        labels=tuple(
            (points[place], middle(place))
            for place in range(0, len(points), max(1, ceil(len(points) / _MOST_LABELS)))
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatCell:
    """One hour of one weekday: `shade` 0 to 9, the count None where it is not told."""

    x: int
    y: int
    count: int | None
    shade: int
    weekday: int
    hour: int


def heat(hours: Sequence[Sequence[int | None]]) -> tuple[HeatCell, ...]:
    """The cells of the map of hours, Monday first."""
    most = max((own or 0 for row in hours for own in row), default=0)
    return tuple(
        HeatCell(
            x=hour * CELL_WIDTH,
            y=weekday * CELL_HEIGHT,
            count=count,
            shade=0 if not count or not most else min(9, 1 + floor(8 * count / most)),
            weekday=weekday,
            hour=hour,
        )
        for weekday, row in enumerate(hours)
        for hour, count in enumerate(row)
    )


def _out(own: Point, count: int | None) -> bool:
    if count is None or own.high is None or own.low is None or own.growing:
        return False
    return not own.low <= count <= own.high


def _line(places: Sequence[tuple[float, float]]) -> str:
    if len(places) < 2:
        return ""
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in places)


def _around(places: Sequence[tuple[float, float, float]]) -> str:
    if len(places) < 2:
        return ""
    there = [f"{x:g} {high:g}" for x, _, high in places]
    back = [f"{x:g} {low:g}" for x, low, _ in reversed(places)]
    return f"M{' L'.join([*there, *back])} Z"


def _step(most: int) -> int:
    """The smallest round step of which four reach the most."""
    least = max(1, ceil(most / _TICKS))
    power: int = 10 ** floor(log10(least))
    return next(own * power for own in (1, 2, 3, 5, 10) if own * power >= least)
