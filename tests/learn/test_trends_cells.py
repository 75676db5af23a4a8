"""Counts of a day: every facet, who was hit and found, and small cells with their persons."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from parakh.domain.trend import Facet
from parakh.learn.trends_cells import SUBJECTS, TARGETS, Facts, events, goods, travellers

KEPT = 3
NOTHING = Facts(
    subjects=pl.DataFrame(schema=dict(SUBJECTS)), targets=pl.DataFrame(schema=dict(TARGETS))
)
NIGHT = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 7, tzinfo=UTC)


def person(number: int, **values: Any) -> dict[str, Any]:
    """One crossing; the token of the document ends in the number."""
    token = f"{number:032x}"
    return {
        "subject_id": values.pop("subject_id", token),
        "port": "KHI",
        "direction": "entry",
        "at": NOON,
        "crossing.at": None,
        "crossing.hour": None,
        "crossing.lane": "A1",
        "voyage.origin": "DXB",
        "voyage.destination": "KHI",
        "voyage.carrier": "PK",
        "traveller.nationality": "PAK",
        "documents": [{"number": token, "issuer": "PAK"}],
        **values,
    }


def frame(*rows: dict[str, Any]) -> pl.LazyFrame:
    """Rows as the history has them, as far as they are counted."""
    paper = pl.List(pl.Struct({"number": pl.String, "issuer": pl.String}))
    moment = pl.Datetime("us", "UTC")
    types: dict[str, Any] = {
        "at": moment,
        "crossing.at": moment,
        "crossing.hour": pl.Float64,
        "documents": paper,
    }
    schema: dict[str, Any] = {name: types.get(name, pl.String) for name in rows[0]}
    return pl.LazyFrame(list(rows), schema=schema)


def counted(cells: pl.DataFrame, facet: Facet, count: str = "traffic") -> dict[str, int]:
    """The sums of a facet by value."""
    mine = cells.filter(pl.col("facet") == facet).group_by("value").agg(pl.col(count).sum())
    return dict(mine.iter_rows())


def test_every_facet_counts_everybody_once() -> None:
    rows = frame(
        person(1),
        person(2, **{"voyage.origin": "JED", "voyage.carrier": "SV", "crossing.hour": 3.0}),
        person(3, documents=None, **{"traveller.nationality": "GBR"}),
        person(4, documents=[], **{"traveller.nationality": None, "voyage.origin": None}),
    )
    cells = travellers(rows, NOTHING, "Asia/Karachi", KEPT)
    assert counted(cells, Facet.TOTAL) == {"": 4}
    assert counted(cells, Facet.ROUTE) == {"DXB–KHI": 2, "JED–KHI": 1, "": 1}
    assert counted(cells, Facet.ISSUER) == {"PAK": 2, "GBR": 1, "": 1}
    assert counted(cells, Facet.CARRIER) == {"PK": 3, "SV": 1}
    assert counted(cells, Facet.HOUR) == {"12": 3, "03": 1}
    assert counted(cells, Facet.LANE) == {"A1": 4}
    assert counted(cells, Facet.ROUTE_ISSUER)["DXB–KHI GBR"] == 1


def test_a_day_is_that_of_the_crossing_where_clocks_show_it() -> None:
    rows = frame(person(1, at=NIGHT), person(2), person(3, **{"crossing.at": NIGHT}))
    cells = travellers(rows, NOTHING, "Asia/Karachi", KEPT)
    days = cells.filter(pl.col("facet") == Facet.TOTAL).sort("day")
    assert days["day"].to_list() == [date(2026, 3, 1), date(2026, 3, 2)]
    assert days["traffic"].to_list() == [1, 2]


def test_what_became_of_them() -> None:
    facts = Facts(
        subjects=pl.DataFrame(
            [(f"{1:032x}", True, True, True, True), (f"{2:032x}", True, False, True, True)],
            schema=dict(SUBJECTS),
            orient="row",
        ),
        targets=pl.DataFrame(
            [
                (f"{1:032x}", "rule", "r1", True, False),
                (f"{2:032x}", "rule", "r1", False, True),
                (f"{2:032x}", "list", "l1", False, False),
            ],
            schema=dict(TARGETS),
            orient="row",
        ),
    )
    cells = travellers(frame(person(1), person(2), person(3)), facts, "UTC", KEPT)
    assert counted(cells, Facet.TOTAL, "hits") == {"": 2}
    assert counted(cells, Facet.TOTAL, "confirmed") == {"": 1}
    assert counted(cells, Facet.ISSUER, "found") == {"PAK": 2}
    assert counted(cells, Facet.RULE) == {"r1": 2}
    # A hit that was cleared found nothing, whatever was found on its subject.
    assert counted(cells, Facet.RULE, "found") == {"r1": 1}
    assert counted(cells, Facet.LIST, "found") == {"l1": 1}


@pytest.mark.parametrize(
    ("numbers", "persons"),
    [
        pytest.param([1], [1], id="one person"),
        pytest.param([1, 1, 1, 1], [1], id="one person four times"),
        pytest.param([1, 2, 2], [1, 2], id="two"),
        pytest.param([1, 2, 3], None, id="as many as are kept"),
        pytest.param(list(range(60)), None, id="many"),
    ],
)
def test_small_cells_know_their_persons(numbers: list[int], persons: list[int] | None) -> None:
    rows = [person(own, subject_id=f"{place:032x}") for place, own in enumerate(numbers)]
    cells = travellers(frame(*rows), NOTHING, "UTC", KEPT)
    for facet in (Facet.TOTAL, Facet.ROUTE, Facet.HOUR, Facet.ROUTE_ISSUER):
        told = cells.filter(pl.col("facet") == facet)["persons"].to_list()
        assert [own if own is None else sorted(own) for own in told] == [persons]


def test_a_consignment_counts_once_in_each_of_its_chapters() -> None:
    row = {
        "subject_id": "c1",
        "port": "PKKHI",
        "direction": "entry",
        "at": NOON,
        "consignment.loading_port": "CNSHA",
        "consignment.discharge_port": "PKKHI",
        "consignment.origin": "CHN",
        "voyage.carrier": "MSC",
        "declaration.lane": "red",
        "items": [{"chapter": "69"}, {"chapter": "69"}, {"chapter": "85"}],
    }
    cells = goods(pl.LazyFrame([row]), NOTHING, "UTC")
    assert counted(cells, Facet.TOTAL) == {"": 1}
    assert counted(cells, Facet.CHAPTER) == {"69": 1, "85": 1}
    assert counted(cells, Facet.CHAPTER_ORIGIN) == {"69 CHN": 1, "85 CHN": 1}
    assert counted(cells, Facet.LANE) == {"red": 1}
    assert counted(cells, Facet.ROUTE) == {"CNSHA–PKKHI": 1}
    assert cells["persons"].is_null().all()


def test_events() -> None:
    rows = pl.DataFrame(
        {"port": ["", "KHI"], "direction": ["", "entry"], "day": [date(2026, 3, 1)] * 2,
         "commodity": ["gold", "gold"]}
    )  # fmt: skip
    cells = events(rows, (Facet.COMMODITY,))
    assert counted(cells, Facet.COMMODITY) == {"gold": 2}
    assert counted(cells, Facet.COMMODITY, "hits") == {"gold": 0}
