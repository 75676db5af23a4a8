"""What is usual of a series, and what leaves its band."""

from datetime import date

import numpy as np
import pytest

from parakh.domain.trend import Pattern
from parakh.learn.trends_calendar import holidays_of, names
from parakh.learn.trends_changes import Change, changes, told_once
from parakh.learn.trends_expect import Floats, expected

DAYS = 200
WEEKDAYS = np.arange(800) % 7
QUIET = [""] * 800


def steady(level: float, days: int = DAYS, seed: int = 0, weekend: float = 1.0) -> Floats:
    """Counts of a series that does not change; two days of seven may be another level."""
    shape = np.where(WEEKDAYS[:days] >= 5, weekend, 1.0)
    return np.random.default_rng(seed).poisson(level * shape)[None].astype(float)


def usual(counts: Floats, *days: int, holidays: list[str] = QUIET) -> list[float]:
    """What was to be expected on some days of the first series."""
    found = expected(counts, WEEKDAYS, holidays[: max(counts.shape[1], max(days) + 1)], days)
    return [round(float(own), 1) for own in found.mean[0]]


def test_weekdays_have_their_own_level() -> None:
    saturday, monday = usual(steady(100, weekend=0.4), 194, 196)
    assert saturday == pytest.approx(40, rel=0.1)
    assert monday == pytest.approx(100, rel=0.1)


def test_a_burst_in_the_past_hardly_moves_the_level() -> None:
    counts = steady(20)
    counts[0, 150:156] = 200
    assert usual(counts, 199)[0] == pytest.approx(20, rel=0.15)


def test_the_season_of_the_year_before_is_expected_again() -> None:
    counts = steady(100, days=750)
    counts[0, 365:379] *= 2
    assert usual(counts, 372 + 364)[0] == pytest.approx(180, rel=0.2)


def test_a_holiday_is_as_it_was_before() -> None:
    holidays = [*QUIET]
    counts = steady(100)
    for day in (60, 110, 160, 199):
        holidays[day] = "Eid al-Fitr"
    counts[0, [60, 110, 160]] = 30
    ordinary, feast = usual(counts, 198, 199, holidays=holidays)
    assert ordinary == pytest.approx(100, rel=0.1)
    assert feast == pytest.approx(32, rel=0.2)


def test_with_less_than_two_weeks_nothing_is_usual() -> None:
    found = expected(steady(10, days=18), WEEKDAYS, QUIET, [17])
    assert np.isnan(found.mean).all()
    assert changes(steady(10, days=18), WEEKDAYS[:18], QUIET[:18]) == []


def test_the_band_holds_about_as_much_as_it_says() -> None:
    rng = np.random.default_rng(3)
    counts = rng.negative_binomial(20 / 0.8, 1 / 1.8, (40, 300)).astype(float)
    days = range(120, 300)
    low, high = expected(counts, WEEKDAYS, QUIET, list(days)).band()
    seen = counts[:, 120:]
    assert 0.92 <= float(((low <= seen) & (seen <= high)).mean()) <= 0.985


@pytest.mark.parametrize(
    ("last_days", "pattern", "span", "since_back"),
    [
        pytest.param([60], Pattern.SPIKE, 1, 0, id="one day"),
        pytest.param([22, 24, 21, 23, 25], Pattern.SHIFT, 7, 4, id="a new level for five days"),
        pytest.param([50, 8, 9, 7], Pattern.SPIKE, 7, 3, id="one day of last week"),
    ],
)
def test_changes(last_days: list[float], pattern: Pattern, span: int, since_back: int) -> None:
    counts = np.concatenate([steady(8), steady(30, seed=1)])
    counts[0, -len(last_days) :] = last_days
    found = changes(counts, WEEKDAYS[:DAYS], QUIET[:DAYS])
    assert [own.row for own in found] == [0]
    own = found[0]
    assert (own.pattern, own.span_days, own.since_back) == (pattern, span, since_back)
    assert own.low <= own.expected <= own.high < own.observed
    assert own.excess > 5


@pytest.mark.parametrize(("watched", "found"), [(True, 1), (False, 0)])
def test_falls_are_told_where_they_are_watched(watched: bool, found: int) -> None:
    counts = steady(30)
    counts[0, -4:] = 0
    told = changes(counts, WEEKDAYS[:DAYS], QUIET[:DAYS], falls=np.array([watched]))
    assert len(told) == found
    assert all(own.observed < own.low for own in told)


def test_few_false_alarms_among_many_series() -> None:
    rng = np.random.default_rng(5)
    levels = np.exp(rng.uniform(-1, 5, 400))[:, None]
    counts = rng.negative_binomial(levels / 0.5, 1 / 1.5, (400, DAYS)).astype(float)
    alarms = [
        len(changes(counts[:, :day], WEEKDAYS[:day], QUIET[:day])) for day in range(180, 200, 4)
    ]
    assert sum(alarms) <= 1


def change(row: int, observed: int, expected: float, since_back: int = 3) -> Change:
    """A change of a series."""
    return Change(
        row=row,
        pattern=Pattern.SHIFT,
        span_days=7,
        since_back=since_back,
        observed=observed,
        expected=expected,
        low=0,
        high=0,
        p=0.001 * row,
    )


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        pytest.param([change(0, 210, 70), change(1, 90, 45)], [0], id="a part of the larger"),
        pytest.param([change(0, 210, 130), change(1, 42, 7)], [0, 1], id="small, but sharper"),
        pytest.param([change(0, 210, 130), change(1, 80, 8)], [1], id="it makes up the larger"),
        pytest.param([change(0, 210, 70), change(2, 90, 45)], [0, 2], id="another port"),
        pytest.param([change(0, 210, 70), change(3, 90, 45)], [0, 3], id="the same facet"),
        pytest.param([change(0, 210, 70), change(1, 90, 45, 20)], [0, 1], id="begun before"),
    ],
)
def test_one_change_is_told_once(found: list[Change], kept: list[int]) -> None:
    told = told_once(found, ["ISB", "ISB", "KHI", "ISB"], ["route", "carrier", "carrier", "route"])
    assert [own.row for own in told] == kept


def test_holidays_move() -> None:
    eid = "Eid al-Fitr"
    assert eid in holidays_of("PAK", 2025).values()
    days = [
        min(day for day, name in holidays_of("PAK", year).items() if name == eid)
        for year in (2025, 2026)
    ]
    assert days[0].month == 3
    assert days[1] < days[0].replace(year=2026)
    assert names("PAK", date(2026, 8, 13), 3) == ["", "Independence Day", ""]
    assert holidays_of("PAK", 2026, "ur")[date(2026, 3, 23)] == "یوم پاکستان"
    assert holidays_of("XXX", 2026) == {}
