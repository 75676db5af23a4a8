"""Costly parts of rules, worked out once for all rules that have them.

Polars shares the same parts of its own expressions, but not what Python works out for it, and looks
at a list's elements beside other columns only in a frame of elements. That frame is made once here,
for all rules that look at the same list.
"""

from collections.abc import Mapping

import polars as pl

from parakh.screen.rules.compiling import GATHER, ITEMS, beside, expression, outside
from parakh.screen.rules.terms import Op, Term, walk

_COSTLY = {"detour", "distance_km", "country_of"}
_EMPTY = {"exists": False, "all": True, "exists_one": False}
"""What a macro says of an empty list."""


def shared_parts(term: Term) -> dict[str, Term]:
    """A rule's costly parts, by names that say what they are: the same in every rule."""
    found: dict[str, Term] = {}

    def look(own: Term) -> None:
        costly = own.value in _COSTLY if own.op is Op.CALL else own.op is Op.MACRO and outside(own)
        if costly and _stands_alone(own):
            found[_spelled(own)] = own
        elif own.op is not Op.MACRO:
            for part in own.args:
                look(part)

    look(term)
    return found


def with_parts(frame: pl.DataFrame, parts: Mapping[str, Term]) -> pl.DataFrame:
    """The frame with a column for each part, under its name."""
    over: dict[str, dict[str, Term]] = {}
    plain: list[pl.Expr] = []
    for name, own in parts.items():
        if own.op is Op.MACRO and own.value in GATHER:
            over.setdefault(_spelled(own.args[0]), {})[name] = own
        else:
            plain.append(expression(own).alias(name))
    found = [_gathered(frame, own) for own in over.values()]
    return pl.concat([frame.with_columns(plain), *found], how="horizontal")


def _gathered(frame: pl.DataFrame, macros: Mapping[str, Term]) -> pl.DataFrame:
    """Macros over the same list: their bodies over one frame of its elements, then row by row."""
    reads = {name: own for macro in macros.values() for name, own in outside(macro).items()}
    items = expression(next(iter(macros.values())).args[0]).alias(ITEMS)
    rows = frame.select(items, *(expression(own).alias(name) for name, own in reads.items()))
    rows = rows.with_row_index("row")
    bodies = (
        rows.filter(pl.col(ITEMS).list.len() > 0)
        .explode(ITEMS)
        .select(
            "row",
            *(
                expression(own.args[1], beside(own, outside(own))).alias(name)
                for name, own in macros.items()
            ),
        )
    )
    said = bodies.group_by("row", maintain_order=True).agg(
        GATHER[str(own.value)](pl.col(name)).alias(name) for name, own in macros.items()
    )
    empty = pl.col(ITEMS).list.len() == 0
    return (
        rows.select("row", ITEMS)
        .join(said, on="row", how="left", maintain_order="left")
        .select(
            pl.when(empty).then(_EMPTY[str(own.value)]).otherwise(pl.col(name)).alias(name)
            for name, own in macros.items()
        )
    )


def _stands_alone(term: Term) -> bool:
    """Whether a part reads columns only, no element of a list around it and no named list."""
    made: set[object] = set()
    read: set[object] = set()
    listed: list[Term] = []

    def see(own: Term) -> None:
        made.update({own.level} if own.op is Op.MACRO else ())
        read.update({own.value} if own.op is Op.ELEMENT else ())
        listed.extend([own] if isinstance(own.value, frozenset) else [])

    walk(term, see)
    return read <= made and not listed


def _spelled(term: Term) -> str:
    """A part by what it does: parts that are spelled alike have the same value."""
    inner = ", ".join(_spelled(own) for own in term.args)
    return f"{term.op.value} {term.level} {term.value!r} ({inner})"
