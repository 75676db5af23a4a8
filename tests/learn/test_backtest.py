from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from parakh.domain.backtest import Day, Overlap
from parakh.domain.rule import Scope
from parakh.domain.voyage import Direction
from parakh.learn.backtest import (
    EXAMPLES,
    Tally,
    by_day,
    by_port,
    examples,
    overlaps,
    precision,
    tally,
)

FIRST = datetime(2026, 3, 1, 6, tzinfo=UTC)
MATCHES = pl.col("traveller.age") > 40


def history(*rows: tuple[str, str, int, float | None]) -> pl.LazyFrame:
    """Subjects with their port, day (0 is the first of March) and age."""
    return pl.LazyFrame(
        [
            {
                "subject_id": own,
                "port": port,
                "direction": "exit" if port == "LHE" else "entry",
                "at": FIRST + timedelta(days=day),
                "traveller.age": age,
            }
            for own, port, day, age in rows
        ],
        schema_overrides={"at": pl.Datetime("us", "UTC"), "traveller.age": pl.Float64},
    )


ROWS = history(("a", "KHI", 0, 50), ("b", "KHI", 0, 30), ("c", "LHE", 0, None), ("d", "LHE", 2, 60))


def test_hits_are_counted_by_day_and_port() -> None:
    told = tally(ROWS, MATCHES, Scope())
    assert by_day(told.days, date(2026, 1, 1), date(2027, 1, 1)) == (
        Day(day=date(2026, 3, 1), subjects=3, hits=1),
        Day(day=date(2026, 3, 3), subjects=1, hits=1),
    )
    assert by_port(told.days) == {"KHI": 1, "LHE": 1}
    assert told.days["undecided"].sum() == 1
    assert set(told.hits["subject_id"]) == {"a", "d"}


@pytest.mark.parametrize(
    ("scope", "subjects", "hits"),
    [
        (Scope(ports=frozenset({"KHI"})), 2, {"a"}),
        (Scope(directions=frozenset({Direction.EXIT})), 2, {"d"}),
        (Scope(ports=frozenset({"KHI"}), directions=frozenset({Direction.EXIT})), 0, set()),
    ],
)
def test_only_what_is_in_scope_counts(scope: Scope, subjects: int, hits: set[str]) -> None:
    told = tally(ROWS, MATCHES, scope)
    assert told.days["subjects"].sum() == subjects
    assert set(told.hits["subject_id"]) == hits


def test_parts_together_are_the_whole() -> None:
    whole = tally(ROWS, MATCHES, Scope())
    frame = ROWS.collect()
    parts = [tally(frame[place : place + 1].lazy(), MATCHES, Scope()) for place in range(4)]
    joined = Tally.joined(parts)
    since, until = date(2026, 1, 1), date(2027, 1, 1)
    assert by_day(joined.days, since, until) == by_day(whole.days, since, until)
    assert set(joined.hits["subject_id"]) == set(whole.hits["subject_id"])


def test_other_rules_that_share_subjects() -> None:
    hits = tally(ROWS, MATCHES, Scope()).hits
    others = pl.DataFrame(
        {
            "subject_id": ["a", "a", "b", "d", "x"],
            "rule_id": ["one", "one", "one", "two", "three"],
        }
    )
    assert overlaps(hits, others) == (
        Overlap(rule_id="one", shared=1, of=2),
        Overlap(rule_id="two", shared=1, of=1),
    )


def test_precision_is_by_the_best_outcome_of_each_subject() -> None:
    hits = pl.DataFrame({"subject_id": ["a", "b", "c", "d"], "at": [FIRST] * 4})
    outcomes = pl.DataFrame(
        {
            "subject_id": ["a", "a", "b", "c", "x"],
            "outcome": ["nothing_found", "seizure", "nothing_found", "data_error", "seizure"],
        }
    )
    found = precision(hits, outcomes, {"seizure", "arrest"}, {"data_error"})
    assert (found.decided, found.found, found.share) == (2, 1, 0.5)
    assert found.low < 0.5 < found.high


def test_nothing_decided_is_no_precision() -> None:
    empty = pl.DataFrame(schema={"subject_id": pl.String, "outcome": pl.String})
    hits = pl.DataFrame({"subject_id": ["a"], "at": [FIRST]})
    found = precision(hits, empty, {"seizure"}, set())
    assert (found.decided, found.share, found.low, found.high) == (0, None, 0.0, 1.0)


def test_examples_are_the_newest_each_once() -> None:
    rows = [(f"s{place:02}", FIRST + timedelta(hours=place)) for place in range(EXAMPLES + 5)]
    hits = pl.DataFrame([*rows, rows[-1]], schema=["subject_id", "at"], orient="row")
    assert examples(hits) == tuple(own for own, _ in reversed(rows))[:EXAMPLES]
