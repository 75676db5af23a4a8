"""Counts a day's history in the ways that trends are shown.

The rows are those that rules saw (`parakh.store.archive`); what became of each subject comes beside
them. Each facet is one grouping of the day's rows by port, direction, local day and value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from parakh.domain.trend import Facet, Measure

_PLACE = ("port", "direction", "day")
_COUNTS = tuple(own.value for own in Measure)
_NOBODY = pl.lit(None, dtype=pl.List(pl.UInt32())).alias("persons")
_FROM_FINE: Mapping[Facet, tuple[str, ...]] = {
    Facet.ROUTE: ("route",),
    Facet.ISSUER: ("issuer",),
    Facet.CARRIER: ("carrier",),
    Facet.ROUTE_ISSUER: ("route", "issuer"),
}
_MANY = 50
"""A cell of so many crossings in one day is of as many persons as anybody asks for: nobody crosses
so often in a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What became of subjects.

    Attributes:
        subjects: a row each: `subject_id`, and whether `hits`, `confirmed`, `examined`, `found`.
        targets: a row for each subject and rule or list that it met: `subject_id`, `facet`,
            `value`, whether `confirmed`, and whether `cleared`.
    """

    subjects: pl.DataFrame
    targets: pl.DataFrame


SUBJECTS: Mapping[str, pl.DataType] = {
    "subject_id": pl.String(),
    "hits": pl.Boolean(),
    "confirmed": pl.Boolean(),
    "examined": pl.Boolean(),
    "found": pl.Boolean(),
}
TARGETS: Mapping[str, pl.DataType] = {
    "subject_id": pl.String(),
    "facet": pl.String(),
    "value": pl.String(),
    "confirmed": pl.Boolean(),
    "cleared": pl.Boolean(),
}


def travellers(rows: pl.LazyFrame, facts: Facts, zone: str, kept: int) -> pl.DataFrame:
    """Cells of travellers, without their day of the history (`source`).

    `zone` is the time zone of the local day; cells of fewer than `kept` different persons name
    these by 32 bits of the token of their document.
    """
    at = pl.coalesce("crossing.at", "at").dt.convert_time_zone(zone)
    first = pl.col("documents").list.first().struct
    hour = pl.coalesce(pl.col("crossing.hour").cast(pl.Int8), at.dt.hour())
    person = pl.coalesce(first.field("number"), "subject_id")
    own = rows.select(
        "subject_id",
        _key("port"),
        _key("direction"),
        at.dt.date().alias("day"),
        hour.cast(pl.String).str.zfill(2).cast(pl.Categorical).alias(Facet.HOUR),
        _route("voyage.origin", "voyage.destination"),
        _key(pl.coalesce(first.field("issuer"), "traveller.nationality"), Facet.ISSUER),
        _key("voyage.carrier", Facet.CARRIER),
        _key("crossing.lane", Facet.LANE),
        _token(person),
    ).collect()
    own = _judged(own, facts)
    # Most facets follow from one fine grouping: what is counted twice is read once.
    fine = _grouped(own, [*_PLACE, Facet.ROUTE, Facet.ISSUER, Facet.CARRIER], kept)
    frames = [_coarser(fine, facet, kept) for facet in (Facet.TOTAL, *_FROM_FINE)]
    frames += [_counted(own, facet, kept) for facet in (Facet.HOUR, Facet.LANE)]
    return pl.concat([*frames, *_met(own, facts, kept)])


def goods(rows: pl.LazyFrame, facts: Facts, zone: str) -> pl.DataFrame:
    """Cells of consignments, without their day of the history. A consignment with items of several
    chapters counts once in each."""
    at = pl.col("at").dt.convert_time_zone(zone)
    chapters = pl.col("items").list.eval(pl.element().struct.field("chapter")).list.unique()
    own = rows.select(
        "subject_id",
        _key("port"),
        _key("direction"),
        at.dt.date().alias("day"),
        _route("consignment.loading_port", "consignment.discharge_port"),
        _key("consignment.origin", Facet.ORIGIN),
        _key("voyage.carrier", Facet.CARRIER),
        _key("declaration.lane", Facet.LANE),
        chapters.alias(Facet.CHAPTER),
    ).collect()
    own = _judged(own, facts)
    whole = (Facet.TOTAL, Facet.ROUTE, Facet.ORIGIN, Facet.CARRIER, Facet.LANE)
    frames = [_counted(own, facet, 0) for facet in whole]
    parted = own.explode(Facet.CHAPTER).with_columns(pl.col(Facet.CHAPTER).fill_null(""))
    parted = parted.with_columns(
        pl.concat_str(Facet.CHAPTER, pl.col(Facet.ORIGIN).cast(pl.String), separator=" ").alias(
            Facet.CHAPTER_ORIGIN
        )
    )
    frames += [_counted(parted, facet, 0) for facet in (Facet.CHAPTER, Facet.CHAPTER_ORIGIN)]
    return pl.concat([*frames, *_met(own, facts, 0)])


def events(rows: pl.DataFrame, facets: tuple[Facet, ...]) -> pl.DataFrame:
    """Cells of single events such as seizures: rows with `port`, `direction`, `day`, and a column
    of each facet."""
    nothing = [pl.lit(value=False).alias(name) for name in _COUNTS if name != Measure.TRAFFIC]
    own = rows.with_columns(nothing)
    return pl.concat([_counted(own, facet, 0) for facet in (Facet.TOTAL, *facets)])


def _key(told: str | pl.Expr, name: str = "") -> pl.Expr:
    """A column by which is grouped; "" where nothing is told."""
    own = pl.col(told) if isinstance(told, str) else told
    found = own.fill_null("").cast(pl.Categorical)
    return found.alias(name) if name else found


def _route(origin: str, destination: str) -> pl.Expr:
    """Both ports with a dash; "" where either is not told."""
    return _key(pl.concat_str(origin, pl.lit("–"), destination), Facet.ROUTE)


def _token(person: pl.Expr) -> pl.Expr:
    """32 bits of a person's token; nobody for what is none, so that his group is shown later, not
    sooner."""
    number = person.str.slice(-8).str.to_integer(base=16, strict=False)
    return number.cast(pl.UInt32, strict=False).alias("person")


def _judged(own: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    names = [name for name in SUBJECTS if name != "subject_id"]
    if facts.subjects.is_empty():
        return own.with_columns(pl.lit(value=False).alias(name) for name in names)
    joined = own.join(facts.subjects, on="subject_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col(names).fill_null(value=False))


def _met(own: pl.DataFrame, facts: Facts, kept: int) -> list[pl.DataFrame]:
    """Cells by rule and list; a hit that was cleared found nothing, whatever was found."""
    if facts.targets.is_empty():
        return []
    met = own.drop("confirmed").join(facts.targets, on="subject_id", how="inner")
    met = met.with_columns(
        pl.lit(value=True).alias("hits"), found=pl.col("found") & ~pl.col("cleared")
    )
    return [
        _counted(met.filter(pl.col("facet") == facet), facet, kept, "value")
        for facet in (Facet.RULE, Facet.LIST)
    ]


def _counted(own: pl.DataFrame, facet: Facet, kept: int, column: str = "") -> pl.DataFrame:
    if facet is Facet.TOTAL:
        return _told(_grouped(own, list(_PLACE), kept), facet, pl.lit(""))
    name = column or facet.value
    return _told(_grouped(own, [*_PLACE, name], kept), facet, pl.col(name))


def _grouped(own: pl.DataFrame, keys: list[str], kept: int) -> pl.DataFrame:
    sums = [pl.col(name).sum().cast(pl.UInt32) for name in _COUNTS if name != Measure.TRAFFIC]
    cells = own.group_by(keys).agg(pl.len().cast(pl.UInt32).alias(Measure.TRAFFIC), *sums)
    if not kept:
        return cells.with_columns(_NOBODY)
    small = cells.filter(pl.col(Measure.TRAFFIC) < _MANY).select(keys)
    persons = (
        own.select(*keys, "person")
        .join(small, on=keys, how="inner")
        .group_by(keys)
        .agg(persons=pl.col("person").drop_nulls().unique())
        .filter(pl.col("persons").list.len() < kept)
    )
    return cells.join(persons, on=keys, how="left")


def _coarser(fine: pl.DataFrame, facet: Facet, kept: int) -> pl.DataFrame:
    """Cells of a facet from finer ones; a cell of many persons makes any that it is part of one of
    many."""
    names = _FROM_FINE.get(facet, ())
    keys = [*_PLACE, *names]
    cells = (
        fine.group_by(keys)
        .agg(
            *(pl.col(name).sum() for name in _COUNTS),
            many=pl.col("persons").is_null().any(),
            persons=pl.col("persons").explode().drop_nulls().unique(),
        )
        .with_columns(
            persons=pl.when(~pl.col("many") & (pl.col("persons").list.len() < kept)).then("persons")
        )
    )
    if not names:
        return _told(cells, facet, pl.lit(""))
    return _told(cells, facet, pl.concat_str(pl.col(names).cast(pl.String), separator=" "))


def _told(cells: pl.DataFrame, facet: Facet, value: pl.Expr) -> pl.DataFrame:
    return cells.select(
        pl.lit(facet.value).alias("facet"),
        value.cast(pl.String).alias("value"),
        pl.col("port", "direction").cast(pl.String),
        "day",
        "persons",
        *_COUNTS,
    )
