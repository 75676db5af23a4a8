"""Columns of what rules see, from the rows of subjects."""

from collections.abc import Sequence

import polars as pl

from parakh.services.feature_facts import Row

AT = pl.Datetime("us", "UTC")
"""The type of the column `at`."""

_PLACE, _THERE = "#place", "#there"
"""Columns that no attribute is called by."""


def column(name: str, values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    """One value a subject, or a list of values where the attribute has many."""
    if not isinstance(dtype, pl.List) or isinstance(dtype.inner, pl.Struct):
        return pl.Series(name, values, dtype=dtype)
    lists: list[list[Row] | None] = [
        [{name: one} for one in own] if isinstance(own, list) else None for own in values
    ]
    whole = pl.Struct({name: dtype.inner})
    return list_column(name, lists, pl.List(whole)).list.eval(pl.element().struct.field(name))


def list_column(name: str, lists: Sequence[list[Row] | None], dtype: pl.DataType) -> pl.Series:
    """One list of structs a subject, built attribute by attribute: from dictionaries Polars makes
    a series of its own for each list, which takes six times as long."""
    # A subject without any has one row that is left out again, so that he keeps his place.
    rows = [(place, one) for place, own in enumerate(lists) for one in own or ({},)]
    fields = dtype.inner.fields  # type: ignore[attr-defined]
    flat = pl.DataFrame(
        [
            pl.Series(_PLACE, [place for place, _ in rows], dtype=pl.UInt32),
            pl.Series(_THERE, [bool(one) for _, one in rows], dtype=pl.Boolean),
            *(
                pl.Series(own.name, [one.get(own.name) for _, one in rows], dtype=own.dtype)
                for own in fields
            ),
        ]
    )
    told = pl.Series("", [own is not None for own in lists], dtype=pl.Boolean)
    whole = pl.struct(own.name for own in fields).filter(pl.col(_THERE))
    grouped = flat.group_by(_PLACE, maintain_order=True).agg(whole.alias(name))
    return grouped.select(pl.when(told).then(pl.col(name)).alias(name)).to_series()
