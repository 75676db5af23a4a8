"""Turns a checked rule into one Polars expression, with three-valued logic throughout.

Null stands for "not known": `&&` and `||` are Kleene's, which is CEL's rule that an error on one
side is absorbed by the other (cel-spec, Logical Operators).
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from parakh.screen.rules.building import contains, moment
from parakh.screen.rules.functions import FUNCTIONS
from parakh.screen.rules.terms import Op, Shape, Sort, Term, walk

_DTYPES: Mapping[Sort, pl.DataType] = {
    Sort.TEXT: pl.String(),
    Sort.NUMBER: pl.Float64(),
    Sort.TRUTH: pl.Boolean(),
    Sort.DATE: pl.Date(),
    Sort.MOMENT: pl.Datetime("us", "UTC"),
    Sort.DURATION: pl.Duration("us"),
}
_COMPARE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRRORED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""Signs of comparisons by what they become where the sides change places; others stay."""

_SUM: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}

ITEMS = "items"
"""The column of a list's elements, in a frame that has a row for each."""

Reading = Callable[[str | None], pl.Expr]
"""How an element of a list is read: the whole for None, else a field of it."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the parts of a rule find their values.

    Attributes:
        elements: by the number of a macro's variable, how that element is read.
        columns: names of columns that stand under another name here.
        shared: names of columns that hold the value of a whole part, by the part's identity.
    """

    elements: Mapping[int, Reading] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[int, str] = field(default_factory=dict)


def expression(term: Term, scope: Scope | None = None) -> pl.Expr:
    """The value of a Term in every row of a frame."""
    scope = scope or Scope()
    name = scope.shared.get(id(term))
    return _BUILD[term.op](term, scope) if name is None else pl.col(name)


def dtype(shape: Shape) -> pl.DataType | None:
    """The Polars type of a value; None for a record, whose fields differ."""
    own = _DTYPES.get(shape.sort)
    return pl.List(own) if own is not None and shape.many else own


def _literal(term: Term, _: Scope) -> pl.Expr:
    if isinstance(term.value, frozenset):
        return pl.lit(None, dtype=pl.String)
    return pl.lit(term.value, dtype=dtype(term.shape))


def _items(term: Term, scope: Scope) -> pl.Expr:
    return pl.concat_list([expression(own, scope) for own in term.args])


def _column(term: Term, scope: Scope) -> pl.Expr:
    name = str(term.value)
    return pl.col(scope.columns.get(name, name))


def _element(term: Term, scope: Scope) -> pl.Expr:
    return scope.elements[_number(term)](None)


def _field(term: Term, scope: Scope) -> pl.Expr:
    of = term.args[0]
    if of.op is Op.ELEMENT:
        return scope.elements[_number(of)](str(term.value))
    return expression(of, scope).struct.field(str(term.value))


def _number(term: Term) -> int:
    return term.value if isinstance(term.value, int) else 0


def _index(term: Term, scope: Scope) -> pl.Expr:
    return expression(term.args[0], scope).list.get(_number(term), null_on_oob=True)


def _and(term: Term, scope: Scope) -> pl.Expr:
    return pl.all_horizontal(*(expression(own, scope) for own in term.args))


def _or(term: Term, scope: Scope) -> pl.Expr:
    return pl.any_horizontal(*(expression(own, scope) for own in term.args))


def _not(term: Term, scope: Scope) -> pl.Expr:
    return ~expression(term.args[0], scope)


def _choice(term: Term, scope: Scope) -> pl.Expr:
    condition, then, otherwise = (expression(own, scope) for own in term.args)
    return pl.when(condition).then(then).when(~condition).then(otherwise)


def _compare(term: Term, scope: Scope) -> pl.Expr:
    left, right = (expression(own, scope) for own in term.args)
    if term.args[0].shape != term.args[1].shape:
        left, right = moment(left, term.args[0]), moment(right, term.args[1])
    return _compared(str(term.value), left, right, term.args[0])


def _compared(sign: str, left: pl.Expr, right: pl.Expr, first: Term) -> pl.Expr:
    """`first` is the left side's Term; a side that is the same in all rows comes to stand second.

    Polars gives a comparison the length of its first side where both have one value in all rows,
    which made one row of many.
    """
    if _reads(first):
        return _COMPARE[sign](left, right)
    return _COMPARE[MIRRORED.get(sign, sign)](right, left)


def _reads(term: Term) -> bool:
    """Whether a part takes anything from a row."""
    return term.op in {Op.COLUMN, Op.ELEMENT} or any(_reads(own) for own in term.args)


def _in(term: Term, scope: Scope) -> pl.Expr:
    value, items = term.args
    own = expression(value, scope)
    if items.op is not Op.ITEMS:
        return contains(expression(items, scope), own, value)
    if all(item.op is Op.LITERAL for item in items.args):
        return own.is_in([item.value for item in items.args])
    return pl.any_horizontal(
        *(_compared("==", own, expression(item, scope), value) for item in items.args)
    )


def _arithmetic(term: Term, scope: Scope) -> pl.Expr:
    left, right = (expression(own, scope) for own in term.args)
    if term.value in {"/", "%"}:
        right = pl.when(right != 0).then(right)
    return _SUM[str(term.value)](left, right)


def _has(term: Term, scope: Scope) -> pl.Expr:
    return expression(term.args[0], scope).is_not_null()


def _call(term: Term, scope: Scope) -> pl.Expr:
    args = [expression(own, scope) for own in term.args]
    return FUNCTIONS[str(term.value)].build(args, term.args)


def _undecided(term: Term, _: Scope) -> pl.Expr:
    return pl.lit(None, dtype=dtype(term.shape))


def _exists(body: pl.Expr) -> pl.Expr:
    return body.any(ignore_nulls=False)


def _all(body: pl.Expr) -> pl.Expr:
    return body.all(ignore_nulls=False)


def _exists_one(body: pl.Expr) -> pl.Expr:
    found = body.sum()
    return pl.when(found > 1).then(pl.lit(False)).when(~body.is_null().any()).then(found == 1)


GATHER: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "exists": _exists,
    "all": _all,
    "exists_one": _exists_one,
}
"""Macros that give yes or no: how, from what their body says of every element."""


def _macro(term: Term, scope: Scope) -> pl.Expr:
    """Over the list in place where the body reads its own element only; else over a frame of it."""
    items, body = term.args
    own = expression(items, scope)
    reads = outside(term)
    if reads:
        each, gathered = _over_frame(term, reads, scope), pl.element()
    else:
        inner = expression(body, Scope(elements={term.level: _within}))
        each, gathered = own, inner
        # A body that is the same for every element is one value to agg, but one of each to eval.
        if term.value in {"map", "filter"} or not _reads_element(body, term.level):
            each, gathered = own.list.eval(inner), pl.element()
    match term.value:
        case "map":
            return each
        case "filter":
            decided = each.list.agg(gathered.is_not_null().all())
            return pl.when(decided).then(own.list.gather(each.list.eval(gathered.arg_true())))
        case name:
            return each.list.agg(GATHER[str(name)](gathered))


def _reads_element(term: Term, level: int) -> bool:
    own = term.op is Op.ELEMENT and term.value == level
    return own or any(_reads_element(part, level) for part in term.args)


def _within(name: str | None) -> pl.Expr:
    return pl.element() if name is None else pl.element().struct.field(name)


def outside(term: Term) -> dict[str, Term]:
    """What a macro's body reads besides its own element, by the name of a column for it."""
    inside: set[int] = set()
    found: dict[str, Term] = {}

    def see(own: Term) -> None:
        if own.op is Op.MACRO:
            inside.add(own.level)
        elif own.op is Op.COLUMN:
            found[f"column {own.value}"] = own
        elif own.op is Op.ELEMENT and own.value != term.level:
            found[f"element {own.value}"] = own

    walk(term.args[1], see)
    return {
        name: own for name, own in found.items() if own.op is Op.COLUMN or own.value not in inside
    }


def _over_frame(term: Term, reads: Mapping[str, Term], scope: Scope) -> pl.Expr:
    """The body's values, as a list beside each list of elements.

    Polars lets no list.eval read a column, so the elements become a frame with the columns beside.
    """
    columns = [expression(own, scope).alias(name) for name, own in reads.items()]
    items = expression(term.args[0], scope).alias(ITEMS)
    body = expression(term.args[1], beside(term, reads))
    return pl.struct(items, *columns).map_batches(
        lambda rows: _gathered(rows, body),
        return_dtype=pl.List(dtype(term.args[1].shape) or pl.Null),
    )


def beside(term: Term, reads: Mapping[str, Term]) -> Scope:
    """Where a macro's body finds its values in a frame of its elements (in the column ITEMS)."""
    elements: dict[int, Reading] = {term.level: _reading(ITEMS)}
    columns = {}
    for name, own in reads.items():
        if own.op is Op.COLUMN:
            columns[str(own.value)] = name
        else:
            elements[_number(own)] = _reading(name)
    return Scope(elements=elements, columns=columns)


def _reading(column: str) -> Reading:
    return lambda name: pl.col(column) if name is None else pl.col(column).struct.field(name)


def _gathered(rows: pl.Series, body: pl.Expr) -> pl.Series:
    frame = rows.struct.unnest().with_row_index("row")
    some = frame.filter(pl.col(ITEMS).list.len() > 0).explode(ITEMS)
    made = some.select("row", made=body).group_by("row", maintain_order=True).agg("made")
    joined = frame.select("row", ITEMS).join(made, on="row", how="left", maintain_order="left")
    empty = pl.col(ITEMS).list.len() == 0
    nothing = pl.lit([], dtype=made.schema["made"])
    return joined.select(pl.when(empty).then(nothing).otherwise("made").alias("made"))["made"]


_BUILD: Mapping[Op, Callable[[Term, Scope], pl.Expr]] = {
    Op.LITERAL: _literal,
    Op.ITEMS: _items,
    Op.COLUMN: _column,
    Op.ELEMENT: _element,
    Op.FIELD: _field,
    Op.INDEX: _index,
    Op.AND: _and,
    Op.OR: _or,
    Op.NOT: _not,
    Op.CHOICE: _choice,
    Op.COMPARE: _compare,
    Op.IN: _in,
    Op.ARITHMETIC: _arithmetic,
    Op.HAS: _has,
    Op.CALL: _call,
    Op.MACRO: _macro,
    Op.UNDECIDED: _undecided,
}
