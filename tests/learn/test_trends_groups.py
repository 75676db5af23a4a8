"""Small groups are not shown, nor what would tell of them."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.trend import Measure
from parakh.learn.trends_groups import Counts, Groups, grouped, rounded
from parakh.store.trend_cube import CELLS

LEAST = 3


def cells(*rows: tuple[str, int, list[int] | None]) -> pl.LazyFrame:
    """Cells by value, traffic and persons."""
    names = ("hits", "confirmed", "examined", "found")
    told = [
        {"value": value, "traffic": traffic, "persons": persons, **dict.fromkeys(names, 0)}
        for value, traffic, persons in rows
    ]
    return pl.LazyFrame(told, schema={name: CELLS[name] for name in told[0]})


def shown(found: Groups) -> list[str]:
    """The values that are shown."""
    return [own.value for own in found.shown]


@pytest.mark.parametrize(
    ("rows", "values", "hidden", "others"),
    [
        pytest.param([("PAK", 9, None), ("GBR", 5, [1, 2, 3])], ["PAK", "GBR"], 0, 0, id="all"),
        pytest.param(
            [("PAK", 9, None), ("GBR", 5, None), ("USA", 2, [1, 2])], ["PAK"], 2, 7,
            id="a single small one takes the next with it",
        ),
        pytest.param(
            [("PAK", 9, None), ("GBR", 2, [1, 2]), ("USA", 2, [3, 4])], ["PAK"], 2, 4,
            id="small ones together are enough",
        ),
        pytest.param(
            [("PAK", 9, None), ("GBR", 4, [1, 2]), ("USA", 4, [1, 2])], [], 3, 17,
            id="the same two persons twice are two",
        ),
        pytest.param([("GBR", 2, [1, 2])], [], 1, None, id="alone and too small"),
        pytest.param([("GBR", 9, [1])], [], 1, None, id="one person nine times"),
        pytest.param(
            [("GBR", 2, [1, 2]), ("GBR", 2, [2, 3])], ["GBR"], 0, 0, id="enough over two days"
        ),
    ],
)  # fmt: skip
def test_groups(
    rows: list[tuple[str, int, list[int] | None]],
    values: list[str],
    hidden: int,
    others: int | None,
) -> None:
    found = grouped(cells(*rows), LEAST)
    assert (shown(found), found.hidden) == (values, hidden)
    assert (None if found.others is None else found.others.traffic) == others
    assert (found.total is None) is (others is None)


def test_without_a_bound_everything_is_shown() -> None:
    found = grouped(cells(("gold", 1, None), ("cash", 2, None)), 0)
    assert [(own.value, own.counts.traffic) for own in found.shown] == [("cash", 2), ("gold", 1)]
    assert found.total == Counts(traffic=3)


_ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.integers(1, 9),
        st.one_of(st.none(), st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True)),
    ),
    min_size=1,
    max_size=12,
)


@given(_ROWS)
def test_nothing_shown_or_left_over_is_of_too_few(
    rows: list[tuple[str, int, list[int] | None]],
) -> None:
    found = grouped(cells(*rows), LEAST)

    def persons(values: set[str]) -> float:
        mine = [own for value, _, own in rows if value in values]
        return float("inf") if None in mine else len({one for own in mine if own for one in own})

    everything = {value for value, _, _ in rows}
    for own in found.shown:
        assert persons({own.value}) >= LEAST
    left = everything - set(shown(found))
    assert len(left) == found.hidden
    if found.others is not None and left:
        assert len(left) > 1
        assert persons(left) >= LEAST
    if found.total is not None:
        assert found.total.traffic == sum(traffic for _, traffic, _ in rows)


def test_each_cell_is_rounded_by_a_chance_of_its_own() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(4000)]
    names = [own.value for own in Measure]
    told = pl.LazyFrame(
        {
            "value": "PAK", "port": "KHI", "direction": "entry", "day": days, "source": days,
            "persons": [[1, 2, 2, 3, 4]] * 4000,
            **{name: [n % 7] * 4000 for n, name in enumerate(names)},
        }
    )  # fmt: skip
    found = rounded(told, 5, 1).collect()
    assert set(found.select(names).unpivot()["value"]) == {0, 5}
    for n, name in enumerate(names):
        assert found[name].mean() == pytest.approx(n, abs=0.2), "right on average"
    for part, whole in pairwise(names):
        assert (found[part] <= found[whole]).all(), "a part never exceeds the whole"
    five = pl.Series([[1, 2, 3, 4, 5], None] * 2000, dtype=pl.List(pl.UInt32))
    enough = rounded(told.with_columns(persons=five), 5, 1).collect()
    assert enough.select(names).unique().rows() == [(0, 1, 2, 3, 4)], "such groups may be shown"
    some = rounded(told.filter(pl.col("day") > days[99]), 5, 1).collect()
    assert some.equals(found[100:]), "whatever is asked for, a cell is told alike"
    assert not rounded(told, 5, 2).collect().equals(found), "nobody knows it without the secret"
