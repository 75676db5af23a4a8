"""Values of declared records, each checked; what cannot be used is told by its field."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from parakh.errors import Unreadable
from parakh.normalise.codes import country as country_code

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

AHEAD = timedelta(days=1)
"""Clocks of senders may be wrong by so much; what happened later is not believed."""

_MOST = Decimal(10) ** 13
_FLAGS = {"": None, "yes": True, "no": False}


class BadField(Unreadable):
    """A field of a record that cannot be used; `field` names it."""

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(cause)
        self.field = field


def checked(field: str, read: Callable[[str], T], text: str) -> T:
    """What a reader makes of a field's text; its complaint becomes a BadField."""
    try:
        return read(text)
    except Unreadable as error:
        raise BadField(field, str(error)) from None


def required(field: str, text: str, longest: int) -> str:
    """A text without blanks around it; raises BadField if it is empty or too long."""
    value = text.strip()
    if not value:
        raise BadField(field, "is missing")
    return bounded(field, value, longest)


def bounded(field: str, text: str, longest: int) -> str:
    """A text that may be empty; raises BadField if it is too long."""
    value = text.strip()
    if len(value) > longest:
        raise BadField(field, f"has more than {longest} characters")
    return value


def moment(field: str, text: str, now: datetime) -> datetime:
    """An RFC 3339 date and time with its zone, in UTC; raises BadField for one yet to come."""
    try:
        found = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        raise BadField(field, "is no date and time (RFC 3339)") from None
    if found.tzinfo is None:
        raise BadField(field, "has no time zone (RFC 3339)")
    if found > now + AHEAD:
        raise BadField(field, "lies in the future")
    return found.astimezone(UTC)


def number(field: str, text: str) -> Decimal | None:
    """A number that is not negative, with a point before decimals; None for an empty text."""
    value = text.strip()
    if not value:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise BadField(field, "is no number") from None
    if not found.is_finite() or not 0 <= found < _MOST:
        raise BadField(field, "is out of range")
    return found


def one_of(field: str, kinds: type[E], text: str) -> E:
    """One of some words; raises BadField for another."""
    try:
        return kinds(text.strip())
    except ValueError:
        raise BadField(field, f"is none of {', '.join(kinds)}") from None


def flag(field: str, text: str) -> bool | None:
    """`yes`, `no`, or None for an empty text; raises BadField for another."""
    if text.strip() not in _FLAGS:
        raise BadField(field, "is neither yes nor no")
    return _FLAGS[text.strip()]


def country(field: str, text: str) -> str | None:
    """A country as alpha-3; None for an empty text, BadField for one that is not known."""
    if not text.strip():
        return None
    found = country_code(text.strip())
    if found is None:
        raise BadField(field, "is no country of ISO 3166-1")
    return found
