"""The cube: a day of the history is put in as a whole, once, and taken out again."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from parakh.domain.trend import Facet, Stream
from parakh.store.trend_cube import CELLS, Cube

FIRST, SECOND = date(2026, 3, 31), date(2026, 4, 1)
EVER = date(2000, 1, 1), date(2100, 1, 1)
S = Stream.TRAVELLERS


@pytest.fixture
def cube(tmp_path: Path) -> Cube:
    return Cube(tmp_path / "trends")


def cells(source: date, *rows: tuple[Facet, str, int], day: date | None = None) -> pl.DataFrame:
    """Cells of a day of the history: facet, value, traffic."""
    told = [
        {"facet": facet.value, "value": value, "port": "KHI", "direction": "entry",
         "day": day or source, "source": source, "persons": None, "traffic": traffic,
         "hits": 0, "confirmed": 0, "examined": 0, "found": 0}
        for facet, value, traffic in rows
    ]  # fmt: skip
    return pl.DataFrame(told, schema=CELLS)


def told(cube: Cube, facet: Facet = Facet.TOTAL, value: str | None = None) -> dict[str, int]:
    """The traffic by value."""
    found = cube.cells(S, facet, *EVER, value).group_by("value").agg(pl.col("traffic").sum())
    return dict(found.collect().iter_rows())


def test_a_day_counts_once_however_often_it_is_put_in(cube: Cube) -> None:
    for _ in range(2):
        cube.replace(S, [FIRST], cells(FIRST, (Facet.TOTAL, "", 5)))
    cube.replace(S, [SECOND], cells(SECOND, (Facet.TOTAL, "", 2)))
    assert told(cube) == {"": 7}
    assert cube.days(S) == (FIRST, SECOND)


def test_what_a_day_no_more_has_is_gone(cube: Cube) -> None:
    route, rule = (Facet.ROUTE, "DXB–KHI", 3), (Facet.RULE, "r1", 1)
    cube.replace(S, [FIRST], cells(FIRST, route, rule))
    cube.replace(S, [FIRST], cells(FIRST, route))
    assert told(cube, Facet.RULE) == {}
    cube.replace(S, [FIRST], pl.DataFrame(schema=CELLS))
    assert told(cube, Facet.ROUTE) == {}
    assert cube.size() == 0
    assert cube.days(S) is None


def test_one_value_and_the_pairs_under_it(cube: Cube) -> None:
    pairs = [(Facet.ROUTE_ISSUER, f"{route} PAK", 4) for route in ("DXB–KHI", "DXB–KHIX")]
    cube.replace(S, [FIRST], cells(FIRST, (Facet.ROUTE, "DXB–KHI", 4), *pairs))
    assert told(cube, Facet.ROUTE, "DXB–KHI") == {"DXB–KHI": 4}
    assert told(cube, Facet.ROUTE, "nothing") == {}
    assert told(cube, Facet.ROUTE_ISSUER, "DXB–KHI") == {"DXB–KHI PAK": 4}


def test_a_crossing_of_the_next_month_is_found_in_it(cube: Cube) -> None:
    cube.replace(S, [FIRST], cells(FIRST, (Facet.TOTAL, "", 5), day=date(2026, 4, 20)))
    found = cube.cells(S, Facet.TOTAL, date(2026, 4, 1), date(2026, 5, 1)).collect()
    assert found["traffic"].to_list() == [5]
    assert cube.cells(S, Facet.TOTAL, FIRST, SECOND).collect().is_empty()


def test_a_file_that_was_left_half_written_is_not_read(cube: Cube, tmp_path: Path) -> None:
    cube.replace(S, [FIRST], cells(FIRST, (Facet.TOTAL, "", 5)))
    (tmp_path / "trends" / "travellers" / "total" / "2026-05.tmp").write_bytes(b"PAR1")
    assert told(cube) == {"": 5}
