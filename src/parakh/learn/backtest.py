"""Counts what a rule would have raised in the history, a few days at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from parakh.domain.backtest import Day, Overlap, Precision
from parakh.domain.rule import Scope
from parakh.learn.faces import wilson

EXAMPLES = 20


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tally:
    """What a rule did on some rows.

    Attributes:
        days: `day`, `port`, `subjects`, `hits`, `undecided`.
        hits: `subject_id` and `at` of those it hit.
    """

    days: pl.DataFrame
    hits: pl.DataFrame

    @staticmethod
    def joined(parts: "Sequence[Tally]") -> "Tally":
        """All of them; raises ValueError for none."""
        if not parts:
            raise ValueError("there is nothing to join")
        return Tally(
            days=pl.concat([own.days for own in parts]), hits=pl.concat([own.hits for own in parts])
        )


def tally(rows: pl.LazyFrame, matches: pl.Expr, scope: Scope) -> Tally:
    """Counts what a rule (true, false, or null where it cannot be decided) says of rows in scope.

    `rows` has the columns of the history and those that the rule needs.
    """
    within = _within(scope)
    told = (
        (rows if within is None else rows.filter(within))
        .select("subject_id", "port", "at", pl.col("at").dt.date().alias("day"), hit=matches)
        .collect()
    )
    days = told.group_by("day", "port").agg(
        pl.len().cast(pl.Int64).alias("subjects"),
        pl.col("hit").sum().cast(pl.Int64).alias("hits"),
        pl.col("hit").null_count().cast(pl.Int64).alias("undecided"),
    )
    return Tally(days=days, hits=told.filter("hit").select("subject_id", "at"))


def by_day(days: pl.DataFrame, since: date, until: date) -> tuple[Day, ...]:
    """One a day of the history, in order; days of which nothing is on file are left out."""
    told = days.group_by("day").agg(pl.col("subjects", "hits").sum()).sort("day")
    return tuple(
        Day(day=day, subjects=subjects, hits=hits)
        for day, subjects, hits in told.select("day", "subjects", "hits").iter_rows()
        if since <= day < until
    )


def by_port(days: pl.DataFrame) -> dict[str, int]:
    """Hits by port, the most first."""
    told = days.group_by("port").agg(pl.col("hits").sum()).filter(pl.col("hits") > 0)
    return dict(told.sort("hits", "port", descending=[True, False]).iter_rows())


def overlaps(hits: pl.DataFrame, others: pl.DataFrame) -> tuple[Overlap, ...]:
    """Other rules by their hits (`subject_id`, `rule_id`): whom they share with this one."""
    mine = hits.select("subject_id", mine=pl.lit(value=True)).unique("subject_id")
    told = (
        others.unique()
        .join(mine, on="subject_id", how="left")
        .group_by("rule_id")
        .agg(pl.col("mine").sum().alias("shared"), pl.len().alias("of"))
        .filter(pl.col("shared") > 0)
        .sort("shared", "rule_id", descending=[True, False])
    )
    return tuple(
        Overlap(rule_id=rule_id, shared=shared, of=of)
        for rule_id, shared, of in told.select("rule_id", "shared", "of").iter_rows()
    )


def precision(
    hits: pl.DataFrame, outcomes: pl.DataFrame, found: Iterable[str], unknown: Iterable[str]
) -> Precision:
    """By past outcomes (`subject_id`, `outcome`): a subject with several counts by its best.

    `found` are outcomes that stand for a finding, `unknown` those that say nothing either way.
    """
    told = (
        outcomes.filter(~pl.col("outcome").is_in(list(unknown)))
        .join(hits.select("subject_id").unique(), on="subject_id", how="semi")
        .group_by("subject_id")
        .agg(pl.col("outcome").is_in(list(found)).any().alias("found"))
    )
    decided, good = len(told), int(told["found"].sum())
    if not decided:
        return Precision(decided=0, found=0, low=0.0, high=1.0)
    rate = wilson(good, decided)
    return Precision(decided=decided, found=good, low=rate.low, high=rate.high)


def examples(hits: pl.DataFrame) -> tuple[str, ...]:
    """The newest subjects that were hit."""
    newest = hits.sort("at", "subject_id", descending=[True, False])
    return tuple(newest.unique("subject_id", maintain_order=True)["subject_id"].head(EXAMPLES))


def _within(scope: Scope) -> pl.Expr | None:
    conditions = []
    if scope.ports:
        conditions.append(pl.col("port").is_in(sorted(scope.ports)))
    if scope.directions:
        conditions.append(pl.col("direction").is_in(sorted(own.value for own in scope.directions)))
    return pl.all_horizontal(conditions) if conditions else None
