"""What a rule's hits tell of it: shares, weeks, drift, and when it is worn out."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.learn import rule_quality as learn
from parakh.learn.rule_quality import DayCount

TODAY = date(2026, 11, 22)
OLD = TODAY - timedelta(days=200)


def day(back: int, hits: int = 1, **values: int) -> DayCount:
    told = {"number": 1, "confirmed": 0, "cleared": 0, "decided": 0, "found": 0} | values
    return DayCount(day=TODAY - timedelta(days=back), hits=hits, **told)


def test_sums_and_shares_by_version() -> None:
    days = [
        day(1, 10, confirmed=2, cleared=5, decided=4, found=1),
        day(2, 5, decided=4, found=3, number=2),
    ]
    found = learn.record(days)
    assert (found.whole.hits, found.whole.open, found.whole.decided) == (15, 8, 8)
    assert found.whole.precision is not None
    assert found.whole.precision.value == 0.5
    assert found.whole.precision.low == pytest.approx(0.2152, abs=1e-4)  # Wilson, 4 of 8
    assert found.versions[2].found == 3
    assert found.versions[2].precision is not None
    assert found.last == TODAY - timedelta(days=1)


def test_nothing_is_said_of_nothing() -> None:
    found = learn.record([])
    assert (found.whole.hits, found.whole.precision, found.last) == (0, None, None)
    trend = learn.trend([], None, TODAY)
    assert (trend.drift, len(trend.weeks)) == (None, learn.WEEKS)
    assert learn.worn_out(found, 1, None, TODAY) is None


def test_weeks_begin_on_mondays_and_end_with_this_one() -> None:
    found = learn.trend([day(0, 3, found=1), day(7, 2), day(400, 9)], OLD, TODAY)
    last, before = found.weeks[-1], found.weeks[-2]
    assert last.start.weekday() == 0
    assert last.start <= TODAY < last.start + timedelta(days=7)
    assert (last.hits, last.found, before.hits) == (3, 1, 2)
    assert sum(own.hits for own in found.weeks) == 5


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        (90, 30, False),
        (90, 42, False),
        (90, 45, True),
        (90, 60, True),
        (90, 10, True),
        (0, 0, False),
        (0, 9, True),
    ],
)
def test_drift(before: int, now: int, moved: bool) -> None:
    days = [day(60, before), day(5, now)]
    drift = learn.trend(days, OLD, TODAY).drift
    assert drift is not None
    assert (drift.hits, drift.expected) == (now, before / 3)
    assert drift.low <= drift.expected <= drift.high
    assert drift.moved is moved


def test_drift_looks_at_the_version_in_force_alone() -> None:
    days = [day(100, 900), day(50, 10), day(5, 10)]
    since = TODAY - timedelta(days=60)
    drift = learn.trend(days, since, TODAY).drift
    assert drift is not None
    assert drift.expected == pytest.approx(10.0)
    assert learn.trend(days, TODAY - timedelta(days=59), TODAY).drift is None


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_band_holds_what_was_expected(before: int, now: int) -> None:
    drift = learn.trend([day(60, before), day(5, now)], OLD, TODAY).drift
    assert drift is not None
    assert 0 <= drift.low <= drift.expected <= drift.high


def test_the_band_holds_about_95_of_100_months() -> None:
    import numpy as np

    random = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        before, now = random.poisson(60), random.poisson(20)
        drift = learn.trend([day(60, int(before)), day(5, int(now))], OLD, TODAY).drift
        held += drift is not None and not drift.moved
    assert 0.93 < held / 2000 < 0.97


@pytest.mark.parametrize(
    ("days", "since", "told"),
    [
        ([day(91)], OLD, "no hit in 91 days"),
        ([], TODAY - timedelta(days=90), "no hit in 90 days"),
        ([], TODAY - timedelta(days=89), ""),
        ([day(10)], OLD, ""),
        ([day(1, 300, decided=300, found=2)], OLD, "Of 300 whom it raised"),
        ([day(1, 300, decided=300, found=15)], OLD, ""),
        ([day(1, 29, decided=29)], OLD, ""),
        ([day(1, 300, decided=300, number=2)], OLD, ""),
    ],
)
def test_worn_out(days: list[DayCount], since: date, told: str) -> None:
    found: Any = learn.worn_out(learn.record(days), 1, since, TODAY)
    assert told in str(found or "")
    assert bool(told) is (found is not None)
