"""The small series of a tile, as bars of an SVG: a policy forbids styles inside a page."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 120, 24, 1
LEAST_SCALE = 5
"""The most that the scale shows is never less, so that a quiet post looks quiet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Five minutes: place and size in the drawing."""

    x: float
    y: float
    width: float
    height: float


def bars(series: Sequence[int]) -> tuple[Bar, ...]:
    """One bar for each value, the newest at the right; none for nothing."""
    most = max([LEAST_SCALE, *series])
    step = WIDTH / max(len(series), 1)
    return tuple(
        Bar(
            x=round(n * step, 2),
            y=round(HEIGHT - HEIGHT * value / most, 2),
            width=round(step - GAP, 2),
            height=round(HEIGHT * value / most, 2),
        )
        for n, value in enumerate(series)
        if value
    )
