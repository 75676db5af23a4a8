"""What the functions of the rule language work out, as Polars expressions."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import polars as pl

from parakh.normalise import codes
from parakh.screen.rules import places
from parakh.screen.rules.terms import Op, Sort, Term

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Build = Callable[[Sequence[pl.Expr], Sequence[Term]], pl.Expr]
"""Makes the value of a function from its arguments, beside which stand their types."""


def moment(value: pl.Expr, term: Term) -> pl.Expr:
    """A date or moment as a moment; a date is its first in UTC."""
    if term.shape.sort is Sort.DATE:
        return value.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return value


def _day(value: pl.Expr, term: Term) -> pl.Expr:
    return value.dt.date() if term.shape.sort is Sort.MOMENT else value


def _number(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Float64)


def hours_between(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    first, second = (moment(own, term) for own, term in zip(args, terms, strict=True))
    return _number((second - first).dt.total_microseconds()) / 3.6e9


def days_between(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    first, second = (_day(own, term) for own, term in zip(args, terms, strict=True))
    return _number((second - first).dt.total_days())


def age_on(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    birth, day = args[0], _day(args[1], terms[1])
    to_come = _in_year(birth) - _in_year(day)
    return _number(day.dt.year() - birth.dt.year()) - _number(to_come > 0)


def _in_year(day: pl.Expr) -> pl.Expr:
    """A number that grows with the days of a year."""
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def route_contains(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    place = str(terms[1].value)
    port = pl.element()
    found = (port == place) | port.is_in(sorted(places.ports_of(place)) or [place])
    short = places.short_code(place)
    if short is not None:
        found = found | ((port.str.len_chars() == 5) & port.str.starts_with(short))
    return args[0].list.agg(found.any(ignore_nulls=False))


def count_since(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    """As whole numbers, since Polars takes a list from a column for numbers only."""
    moments, now = args[0], args[-1]
    if terms[0].shape.sort is Sort.DATE:
        moments = moments.list.eval(moment(pl.element(), terms[0]))
    ago = now.cast(pl.Int64) - moments.cast(pl.List(pl.Int64))
    length = (
        terms[1].value // timedelta(microseconds=1) if isinstance(terms[1].value, timedelta) else 0
    )
    within = (pl.element() >= 0) & (pl.element() <= length)
    return _number(ago.list.agg(within.sum()))


def weekday(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    day = _local(args, terms).dt.weekday()
    return day.replace_strict(list(range(1, 8)), list(WEEKDAYS), return_dtype=pl.String)


def hour_of(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    return _number(_local(args, terms).dt.hour())


def _local(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    """In the time zone of a port that the rule names; else as it is, in UTC."""
    if len(terms) == 1 or terms[0].shape.sort is Sort.DATE:
        return args[0]
    found = codes.port(str(terms[1].value))
    return args[0].dt.convert_time_zone((found and found.zone) or "UTC")


def hours_before_departure(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    """`args` ends with the moment of screening and the departure, and counts from its first."""
    return hours_between((args[0], args[-1]), (terms[0], terms[-1]))


def in_list(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    """`terms[1].value` holds the list's values by now (see `parakh.screen.rules.checking`)."""
    values = sorted(terms[1].value) if isinstance(terms[1].value, frozenset) else []
    if terms[0].shape.many:
        return args[0].list.agg(_listed(pl.element(), values).any(ignore_nulls=False))
    return _listed(args[0], values)


def _listed(value: pl.Expr, values: Sequence[str]) -> pl.Expr:
    """An empty list has no type that Polars could compare with a text."""
    return value.is_in(values) if values else value != value  # noqa: PLR0124


def first_time(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    return ~contains(args[1], args[0], terms[0])


def contains(values: pl.Expr, value: pl.Expr, term: Term) -> pl.Expr:
    """Whether a list has a value; unknown where it is not found among values not all known."""
    if term.op is Op.LITERAL:
        return values.list.agg((pl.element() == value).any(ignore_nulls=False))
    found = values.list.contains(value)
    undecided = value.is_null() | values.list.agg(pl.element().is_null().any())
    return pl.when(found).then(True).when(undecided).then(None).otherwise(found)


def text_contains(args: Sequence[pl.Expr], _: Sequence[Term]) -> pl.Expr:
    return args[0].str.contains(args[1], literal=True)


def matches(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    return args[0].str.contains(str(terms[1].value))


def size(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    length = args[0].list.len() if terms[0].shape.many else args[0].str.len_chars()
    return _number(length)


def is_empty(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    empty = args[0].list.len() == 0 if terms[0].shape.many else args[0] == ""
    return empty.fill_null(value=True)


def all_known(values: pl.Expr, result: pl.Expr) -> pl.Expr:
    """`result` where all of a list's values are known."""
    return pl.when(values.list.agg(pl.element().is_not_null().all())).then(result)


def whole_or_date(args: Sequence[pl.Expr], terms: Sequence[Term]) -> pl.Expr:
    return _day(args[0], terms[0])
