"""Single values of goods, checked and made comparable: numbers, masses, moments, ports, texts."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from parakh.domain.message import Problem, Severity
from parakh.errors import Unreadable
from parakh.normalise.codes import airports, country, port, told_country
from parakh.normalise.dates import read_datetime

_NUMBER = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,9})?(?:[eE][+-]?[0-9]{1,2})?|\.[0-9]{1,9}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BLANKS = re.compile(r"\s+")

MOST_MONEY = Decimal(10) ** 15
MOST_QUANTITY = Decimal(10) ** 14
MOST_KILOGRAMS = Decimal(10) ** 9
MOST_PACKAGES = 2**31 - 1
LONGEST_TEXT = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """What goods are seen from.

    Attributes:
        country: the centre's, alpha-3.
        currency: in which customs values are told (ISO 4217).
        zone: of moments that are told without one.
    """

    country: str
    currency: str
    zone: tzinfo = UTC


@dataclass(slots=True)
class Notes:
    """Collects what was wrong with one record, which begins at a line and column."""

    line: int
    column: int
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, cause: str, severity: Severity = Severity.ERROR) -> None:
        """A problem at a line; 0 is where the record begins."""
        at = line or self.line
        column = self.column if at == self.line else 1
        self.problems.append(
            Problem(line=at, column=column, segment="", cause=cause, severity=severity)
        )

    def number(self, line: int, what: str, text: str, below: Decimal) -> Decimal | None:
        """A number that is not negative; None, and a problem, for what is none."""
        if not text:
            return None
        value = Decimal(text) if _NUMBER.fullmatch(text) else None
        if value is None or value >= below:
            self.add(line, f"{what}: is no number, or too large")
            return None
        return value

    def count(self, line: int, what: str, text: str) -> int | None:
        """A whole number."""
        value = self.number(line, what, text, Decimal(MOST_PACKAGES))
        return None if value is None else int(value)

    def kilograms(self, line: int, what: str, text: str) -> float | None:
        """A mass."""
        value = self.number(line, what, text, MOST_KILOGRAMS)
        return None if value is None else float(value)

    def country(self, line: int, what: str, text: str) -> str | None:
        """The alpha-3 code; None, and a problem, for a code that is not known."""
        if not text:
            return None
        found = country(text)
        if found is None:
            self.add(line, f"{what}: {told_country(text)} is no known country code")
        return found

    def currency(self, line: int, what: str, text: str) -> str:
        """A code of ISO 4217 by its form; "", and a problem, for what is none."""
        value = text.strip().upper()
        if value and not _CURRENCY.fullmatch(value):
            self.add(line, f"{what}: is no code of a currency")
            return ""
        return value

    def code(self, line: int, what: str, text: str, longest: int) -> str:
        """A code in capitals; cut, with a warning, where it is longer than one can be."""
        value = capitals(text)
        if len(value) > longest:
            self.add(line, f"{what}: longer than {longest} characters", Severity.WARNING)
        return value[:longest]

    def moment(self, line: int, what: str, text: str, zone: tzinfo) -> datetime | None:
        """A moment with its zone, or local in `zone`; None, and a problem, for what is none."""
        if not text:
            return None
        try:
            return _moment(text, zone)
        except (Unreadable, ValueError, OverflowError):
            self.add(line, f"{what}: is no date and time")
            return None


def _moment(text: str, zone: tzinfo) -> datetime:
    if "T" in text.upper() and "-" in text:
        found = datetime.fromisoformat(text.upper())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    local = read_datetime(text)
    if local is None:
        raise Unreadable("there is no date")
    return local.replace(tzinfo=zone).astimezone(UTC)


def capitals(text: str) -> str:
    """A text in capitals, its blanks each one, without signs that cannot be shown."""
    value = text.strip().upper()
    if value.isprintable() and "  " not in value:
        return value[:LONGEST_TEXT]
    value = _BLANKS.sub(" ", value)
    return "".join(sign for sign in value if sign.isprintable())[:LONGEST_TEXT]


@lru_cache(maxsize=8192)
def port_code(text: str, *, air: bool) -> str:
    """A port as voyages name it: for air the airport's IATA code, if a UN/LOCODE tells of one."""
    value = capitals(text)[:40]
    if air and len(value) == 5:
        row = airports().get(value[2:])
        if row is not None and row["country"] == value[:2]:
            return value[2:]
    return value


@lru_cache(maxsize=8192)
def is_port(code: str) -> bool:
    """Whether a port is known."""
    return port(code) is not None


def day_near(text: str, today: date) -> str:
    """A day of the month alone, as the date nearest to `today`; any other text as it is."""
    if not (len(text) == 2 and text.isdecimal()):
        return text
    near = (today + timedelta(days=sign * off) for off in range(31) for sign in (1, -1))
    return next((day.isoformat() for day in near if day.day == int(text)), text)
