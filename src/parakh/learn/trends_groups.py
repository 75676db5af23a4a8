"""Groups of which at least so many persons are different; all others together, or not at all.

A group of fewer persons is not shown: its count could tell something of one of them. So that it
does not follow from a total less all others, further groups are left out with it until those left
out are at least two, and at least so many persons (primary and complementary suppression, Hundepool
et al., Statistical Disclosure Control, 2012, chapter 4).

That holds within one table. So that two tables of one's own choice do not tell by their difference
what neither shows, cells of few persons can be rounded (`rounded`) before anything is summed.
"""

from dataclasses import dataclass, field

import polars as pl

from parakh.domain.trend import Measure

_COUNTS = [own.value for own in Measure]
_PARTS = 1 << 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What was counted of one group."""

    traffic: int = 0
    hits: int = 0
    confirmed: int = 0
    examined: int = 0
    found: int = 0

    def of(self, measure: Measure) -> int:
        """One of the counts."""
        return int(getattr(self, measure.value))


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One value of what counts are parted by."""

    value: str
    counts: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """Groups in the order of their traffic, and those that are not shown, together.

    `others` is None where the hidden ones together are too few persons, too: then even their sum
    is not shown, and no total may be.
    """

    shown: tuple[Group, ...]
    hidden: int = 0
    others: Counts | None = field(default_factory=Counts)

    @property
    def total(self) -> Counts | None:
        """Of all together; None where that would tell of the hidden ones."""
        if self.others is None:
            return None
        parts = [own.counts for own in self.shown] + [self.others]
        return Counts(**{name: sum(getattr(own, name) for own in parts) for name in _COUNTS})


def grouped(cells: pl.LazyFrame, least: int) -> Groups:
    """Cells by their column `value`: those of at least `least` different persons, 0 for all.

    The cells have the columns of the cube: counts, and `persons`, null for a cell of many.
    """
    sums = [pl.col(name).cast(pl.Int64).sum() for name in _COUNTS]
    many = pl.col("persons").is_null().any()
    told = cells.group_by("value").agg(*sums, many=many).collect()
    if not least:
        return Groups(shown=_in_order([_group(own) for own in told.iter_rows(named=True)]))
    few = told.filter(~pl.col("many"))["value"]
    persons = _persons(cells, few) if len(few) else {}
    ok: list[Group] = []
    small: list[Group] = []
    for row in told.iter_rows(named=True):
        enough = row["many"] or len(persons.get(row["value"], ())) >= least
        (ok if enough else small).append(_group(row))
    return _complemented(ok, small, persons, least)


def rounded(cells: pl.LazyFrame, step: int, seed: int) -> pl.LazyFrame:
    """Cells in which those of fewer than `step` persons have multiples of it for counts: up or down
    by chance, right on average. Cells of as many persons may be shown, and stay as they are.

    The chance of a cell is drawn from what it is of and a secret `seed`, and so is the same
    whenever it is asked for: no repetition, and no comparison of different sums, averages it out
    (unbiased random rounding, Hundepool et al., chapter 5; fixed by the cell, Fraser and Wooton, A
    proposed method for confidentialising tabular output to protect against differencing, 2005).
    The counts of one cell are drawn together, so that those of a part never exceed the whole.
    """
    drawn = pl.struct("value", "port", "direction", "day", "source").hash(seed)
    share = (drawn % _PARTS).cast(pl.Float64) / _PARTS
    few = pl.col("persons").list.n_unique() < step  # null, and so not few, for a cell of many
    return cells.with_columns(
        pl.when(few)
        .then((((pl.col(name).cast(pl.Float64) / step) + share).floor() * step).cast(pl.Int64))
        .otherwise(pl.col(name).cast(pl.Int64))
        .alias(name)
        for name in _COUNTS
    )


def _persons(cells: pl.LazyFrame, values: pl.Series) -> dict[str, set[int]]:
    found = (
        cells.filter(pl.col("value").is_in(values.implode()))
        .group_by("value")
        .agg(pl.col("persons").explode().drop_nulls().unique())
        .collect()
    )
    return {value: set(own) for value, own in found.iter_rows()}


def _complemented(
    ok: list[Group], small: list[Group], persons: dict[str, set[int]], least: int
) -> Groups:
    shown, hidden = sorted(ok, key=lambda own: own.counts.traffic), list(small)
    together = {one for own in small for one in persons.get(own.value, ())}
    safe = not hidden
    while hidden and not safe:
        safe = len(hidden) > 1 and len(together) >= least
        if safe or not shown:
            break
        # One that is shown has enough persons by itself.
        hidden.append(shown.pop(0))
        safe = True
    others = [own.counts for own in hidden]
    sums = Counts(**{name: sum(getattr(own, name) for own in others) for name in _COUNTS})
    return Groups(shown=_in_order(shown), hidden=len(hidden), others=sums if safe else None)


def _in_order(groups: list[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda own: (-own.counts.traffic, own.value)))


def _group(row: dict[str, object]) -> Group:
    counts = {name: int(str(row[name])) for name in _COUNTS}
    return Group(value=str(row["value"]), counts=Counts(**counts))
