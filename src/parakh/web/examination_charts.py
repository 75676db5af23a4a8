"""Places in the drawing of waiting and service times (SVG, as the policy forbids inline styles)."""

from dataclasses import dataclass
from datetime import timedelta

from parakh.act.waiting import Spread, Times

WIDTH, ROW = 320, 26
_LEFT = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One of the two times: `median` and `ninth` are lengths of bars; `y` from the top."""

    kind: str
    spread: Spread
    y: int
    median: float
    ninth: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SpreadChart:
    """Waiting and service times beside each other on one scale."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = 2 * ROW


def spread_chart(times: Times) -> SpreadChart | None:
    """The chart; None while nothing was measured."""
    told = (("waiting", times.waiting), ("service", times.service))
    most = max((own.ninth for _, own in told if own.ninth is not None), default=None)
    if most is None:
        return None
    return SpreadChart(
        bars=tuple(
            Bar(
                kind=kind,
                spread=own,
                y=place * ROW,
                median=_length(own.median, most),
                ninth=_length(own.ninth, most),
            )
            for place, (kind, own) in enumerate(told)
        )
    )


def _length(value: timedelta | None, most: timedelta) -> float:
    if value is None or not most:
        return 0.0
    return round((WIDTH - 2 * _LEFT) * (value / most), 1)
