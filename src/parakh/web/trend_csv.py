"""Trends as tables for a file: codes and whole numbers, days as ISO 8601 writes them."""

from collections.abc import Sequence

from parakh.domain.trend import MEASURES
from parakh.learn.trends_groups import Counts
from parakh.services.trends import Dashboard

HIDDEN = "fewer"
"""Stands for a count that is not told, because it is of too few persons."""


def table_of(found: Dashboard, what: str) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Headings and rows of the series (`series`), else of the table."""
    measures = MEASURES[found.query.stream]
    names = [own.value for own in measures]

    def cells(counts: Counts | None) -> list[str]:
        return [HIDDEN if counts is None else str(counts.of(own)) for own in measures]

    if what == "series":
        rows: list[Sequence[str]] = [
            [
                own.day.isoformat(),
                *cells(own.counts),
                *("" if one is None else str(one) for one in (own.low, own.expected, own.high)),
                own.holiday,
            ]
            for own in found.points or ()
        ]
        return ["day", *names, "usual_low", "expected", "usual_high", "holiday"], rows
    rows = [
        [
            found.names.get(own.value, own.value),
            *cells(own.counts),
            *(cells(own.before) if own.before else [""] * len(names)),
        ]
        for own in found.rows
    ]
    if found.hidden:
        rows.append([f"{found.hidden} groups", *cells(found.others), *[""] * len(names)])
    before = [f"{own}_before" for own in names]
    return [found.query.by.value, *names, *before], rows
