"""How many consignments are still to come today, by how the days before went."""

from collections.abc import Sequence
from math import floor

HOURS = 24

_WEIGHT = 20.0
"""As if so many had come at just the usual pace: a few early ones do not foretell the day."""

_SLOWEST, _FASTEST = 0.5, 1.0
"""Bounds of today's pace against the usual one. A whole ship's bills come at once: that more came
than usual does not mean that more will come, and places kept for them would stay empty."""


def still_expected(past: Sequence[Sequence[int]], today: Sequence[int], passed: float) -> float:
    """Arrivals that are expected in the rest of a day.

    Those of the same hours of `past` days (24 numbers each), on average, times today's pace so far:
    (arrived + 20) / (usual + 20), held between a half and one. `passed` are hours since midnight,
    from 0 to 24. Nothing is known on a port's first day: 0.
    """
    if not past:
        return 0.0
    usual = [sum(day[hour] for day in past) / len(past) for hour in range(HOURS)]
    whole = min(floor(passed), HOURS - 1)
    before = sum(usual[:whole]) + (passed - whole) * usual[whole]
    pace = (sum(today) + _WEIGHT) / (before + _WEIGHT)
    return max(0.0, sum(usual) - before) * min(_FASTEST, max(_SLOWEST, pace))
