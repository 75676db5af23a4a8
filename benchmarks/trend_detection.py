"""How soon changes are found, and how often nothing was the matter.

Claim: over 1,000 series of all sizes, about one false alarm a week; of series that are five times
themselves from a day on all are found: half of those with two counts a day within three days, those
with ten at once.

Series are simulated: negative binomial counts with overdispersion 1.5, a weekday pattern, a season
of a year, and the holidays of the calendar on which less comes. Changes are planted in one series
among 299 that do not change, which share the false discovery rate with it. Beside it, in the same
run, what many dashboards do: a count is out of line beyond the mean and three standard deviations
of its last 28 days.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parakh.learn.trends_calendar import names
from parakh.learn.trends_changes import changes

Floats = NDArray[np.float64]

FIRST = date(2025, 1, 6)
DAYS = 640
SERIES, STABLE = 1_000, 299
LEVELS, FACTORS = (2, 10, 50), (1.5, 2.0, 3.0, 5.0)
OVER = 1.5
WAIT = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The calendar of all series, and what it does to a level."""

    weekdays: NDArray[np.int64]
    holidays: list[str]
    shape: Floats


def world() -> World:
    """Six hundred and forty days."""
    days = np.arange(DAYS)
    weekdays = (days + FIRST.weekday()) % 7
    holidays = names("PAK", FIRST, DAYS)
    shape = 1 + 0.25 * np.sin(2 * np.pi * weekdays / 7) + 0.2 * np.sin(2 * np.pi * days / 365.25)
    closed = np.array([0.6 if own else 1.0 for own in holidays])
    return World(weekdays=weekdays, holidays=holidays, shape=shape * closed)


def drawn(rng: np.random.Generator, means: Floats) -> Floats:
    """Counts with these means."""
    return rng.negative_binomial(means / (OVER - 1), 1 / OVER).astype(float)


def ours(counts: Floats, own: World, day: int) -> set[int]:
    """Series of which it is told on a day."""
    until = day + 1
    found = changes(counts[:, :until], own.weekdays[:until], own.holidays[:until])
    return {one.row for one in found}


def three_sigma(counts: Floats, day: int) -> set[int]:
    """The same by the mean and three standard deviations of 28 days."""
    past = counts[:, day - 28 : day]
    limit = past.mean(axis=1) + 3 * past.std(axis=1, ddof=1)
    return set(np.flatnonzero(counts[:, day] > np.maximum(limit, 1)).tolist())


def false_alarms(rng: np.random.Generator, own: World, days: int) -> dict[str, float]:
    """Alarms a week over series that do not change."""
    levels = np.exp(rng.uniform(np.log(0.3), np.log(300), SERIES))[:, None]
    counts = drawn(rng, levels * own.shape)
    chosen = range(DAYS - days, DAYS)
    mine = sum(len(ours(counts, own, day)) for day in chosen)
    theirs = sum(len(three_sigma(counts, day)) for day in chosen)
    return {"ours": 7 * mine / days, "three_sigma": 7 * theirs / days}


def delays(
    rng: np.random.Generator, own: World, level: float, factor: float, rounds: int
) -> dict[str, Any]:
    """Days until a planted change is found, of those found within two weeks."""
    stable = np.exp(rng.uniform(np.log(0.3), np.log(300), STABLE))[:, None]
    background = drawn(rng, stable * own.shape)
    found: dict[str, list[int]] = {"ours": [], "three_sigma": []}
    for _ in range(rounds):
        begin = int(rng.integers(500, DAYS - WAIT))
        means = level * own.shape.copy()
        means[begin:] *= factor
        counts = np.vstack([background, drawn(rng, means[None])])
        for name in found:
            told = (
                day - begin
                for day in range(begin, begin + WAIT)
                if STABLE
                in (ours(counts, own, day) if name == "ours" else three_sigma(counts, day))
            )
            first = next(told, None)
            found[name] += [] if first is None else [first]
    return {
        name: {"found": len(own) / rounds, "median_days": median(own) if own else None}
        for name, own in found.items()
    }


def measure(rounds: int, days: int) -> dict[str, Any]:
    """All figures."""
    rng, own = np.random.default_rng(8), world()
    print("false alarms …", file=sys.stderr)
    alarms = false_alarms(rng, own, days)
    planted = []
    for level in LEVELS:
        for factor in FACTORS:
            print(f"{level} a day times {factor} …", file=sys.stderr)
            planted.append(
                {"level": level, "factor": factor, **delays(rng, own, level, factor, rounds)}
            )
    return {
        "from": FIRST.isoformat(),
        "until": (FIRST + timedelta(days=DAYS)).isoformat(),
        "series": SERIES,
        "days": days,
        "rounds": rounds,
        "false_alarms_a_week": alarms,
        "planted": planted,
    }


def show(result: dict[str, Any]) -> None:
    """A table for people."""
    alarms = result["false_alarms_a_week"]
    print(
        f"false alarms a week over {result['series']:,} series: {alarms['ours']:.1f} "
        f"(mean and three standard deviations: {alarms['three_sigma']:.0f})"
    )
    print(" a day  times  found  days   three sigma:  found  days")
    for one in result["planted"]:
        mine, other = one["ours"], one["three_sigma"]
        print(
            f"{one['level']:6} {one['factor']:6} {mine['found']:6.0%} {_days(mine):>5}"
            f"                {other['found']:6.0%} {_days(other):>5}"
        )


def _days(own: dict[str, Any]) -> str:
    return "–" if own["median_days"] is None else f"{own['median_days']:g}"


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--rounds", type=int, default=40, help="planted changes of each kind")
    parser.add_argument("--days", type=int, default=84, help="days watched for false alarms")
    arguments = parser.parse_args()
    result = measure(arguments.rounds, arguments.days)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
