"""Bars of hits: their heights, their days, and round ticks."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.backtest import Day
from parakh.learn.rule_quality import Week
from parakh.web.rule_charts import MOST_BARS, day_chart, week_chart

FIRST = date(2026, 1, 5)


def days(*hits: int, step: int = 1) -> list[Day]:
    return [
        Day(day=FIRST + timedelta(days=place * step), subjects=10, hits=own)
        for place, own in enumerate(hits)
    ]


def test_a_bar_a_day_with_gaps_where_nothing_is_on_file() -> None:
    chart = day_chart([*days(4), *days(0, 8, step=3)[1:]])
    assert [own.hits for own in chart.bars] == [4, 0, 0, 8]
    assert chart.length == 1
    tallest, half = chart.bars[3], chart.bars[0]
    assert tallest.y + tallest.height == pytest.approx(chart.height)
    assert half.height * 2 == pytest.approx(tallest.height, abs=0.2)


def test_many_days_share_bars() -> None:
    chart = day_chart(days(*[1] * 200))
    assert chart.length == 3
    assert len(chart.bars) == 67
    assert (chart.bars[0].hits, chart.bars[-1].hits) == (3, 2)


def test_findings_stand_out_of_a_week() -> None:
    (bar,) = week_chart([Week(start=FIRST, hits=10, found=5)]).bars
    assert bar.part_height * 2 == pytest.approx(bar.height, abs=0.2)
    assert bar.end == FIRST + timedelta(days=6)


def test_nothing_is_drawn_of_nothing() -> None:
    chart = day_chart([])
    assert chart.bars == ()
    assert [count for count, _ in chart.ticks] == [0, 1, 2, 3, 4]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400))
def test_no_bar_leaves_the_drawing(hits: list[int]) -> None:
    chart = day_chart(days(*hits))
    assert len(chart.bars) <= MOST_BARS
    assert sum(own.hits for own in chart.bars) == sum(hits)
    for own in chart.bars:
        assert 0 <= own.y <= chart.height
        assert own.x + own.width <= chart.width
