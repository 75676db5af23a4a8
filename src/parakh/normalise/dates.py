"""Dates and times as carriers, documents and lists write them.

Every reader gives None for an empty value (or one of fillers only, which says "not known") and
raises `Unreadable` for a value that is no date. The text of the error never repeats the value,
because a birth date is personal data and errors reach logs.
"""

import re
from datetime import UTC, date, datetime, timedelta

from parakh.domain.dates import PartialDate
from parakh.domain.message import Envelope
from parakh.errors import Unreadable

OLDEST_YEARS = 130
"""A birth date with a four-digit year may lie this many years back; nobody is older."""

EXPIRED_YEARS = 20
VALID_YEARS = 50
"""A two-digit expiry year means a year from 20 years ago to 50 years ahead."""

NEVER = 9999
"""The year in which a document expires that never does."""

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_ISO_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2})?")
_UNKNOWN = re.compile(r"[0<X]*")

Parts = tuple[int, int, int]
"""Year, month and day; 0 stands for a part that is not known."""


def read_birth_date(text: str, today: date) -> PartialDate | None:
    """Reads a date of birth; parts may be unknown (ICAO 9303-3, clause 4.8: `<<`; airlines: `00`).

    Takes YYMMDD (UN/EDIFACT 2379 code 101), CCYYMMDD (102), CCYYMM (610), CCYY (602), YY, and
    ISO 8601. A two-digit year means the latest such year that does not put the birth after `today`.
    Raises Unreadable if it is no date, lies after `today`, or more than OLDEST_YEARS before.
    """
    parts = _parts(text)
    if parts is None:
        return None
    year, month, day = parts
    if year < 100:
        year += today.year - today.year % 100
        if (year, month, day) > (today.year, today.month if month else 0, today.day if day else 0):
            year -= 100
    born = _partial(year, month, day)
    if (year, month, day) > (today.year, today.month, today.day):
        raise Unreadable("the date of birth lies in the future")
    if year < today.year - OLDEST_YEARS:
        raise Unreadable(f"the date of birth lies more than {OLDEST_YEARS} years back")
    return born


def read_expiry(text: str, today: date) -> PartialDate | None:
    """Reads a date of expiry, in the forms of `read_birth_date`.

    Raises Unreadable if it is no date, or if its two-digit year means none from EXPIRED_YEARS ago
    to VALID_YEARS ahead.
    """
    parts = _parts(text)
    if parts is None:
        return None
    year, month, day = parts
    if year < 100:
        first = today.year - EXPIRED_YEARS
        year = first + (year - first) % 100
        if year > today.year + VALID_YEARS:
            raise Unreadable(
                f"the two-digit year of expiry means none from {EXPIRED_YEARS} years ago "
                f"to {VALID_YEARS} years ahead"
            )
    return _partial(year, month, day)


def read_datetime(text: str) -> datetime | None:
    """Reads a local date and time, without a zone; a date alone means its midnight.

    Takes YYMMDDHHMM (UN/EDIFACT 2379 code 201), CCYYMMDDHHMM (203), CCYYMMDDHHMMSS (204), YYMMDD
    (101), CCYYMMDD (102) and ISO 8601. Two-digit years are of this century, since the times are of
    voyages. `2400` is the next midnight. Raises Unreadable if it is none of these.
    """
    value = text.strip()
    if not value:
        return None
    if match := _ISO_TIME.fullmatch(value):
        value = "".join(match.groups())
    elif match := _ISO.fullmatch(value):
        value = "".join(match.groups(""))
    if not (value.isascii() and value.isdigit()):
        raise Unreadable("a date and time has other characters than digits")
    if len(value) in (6, 10):
        value = f"20{value}"
    if len(value) not in (8, 12, 14):
        raise Unreadable(f"a date and time has {len(value)} digits; 6, 8, 10, 12 or 14 are known")
    day = _partial(int(value[:4]), int(value[4:6]), int(value[6:8])).complete
    if day is None:
        raise Unreadable("the month or the day of a date and time is 00")
    hour, minute = int(value[8:10] or 0), int(value[10:12] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise Unreadable("the time of day is not from 0000 to 2400")
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)  # noqa: DTZ001  (local to a port)


def sent_at(envelope: Envelope) -> datetime | None:
    """When the sender made an interchange (UNB S004), or None if that cannot be read; never raises.

    Takes YYMMDD (syntax versions 1 to 3) or CCYYMMDD (version 4), and HHMM. ISO 9735-1 calls them
    local and names no zone; airlines' systems keep UTC, so they are taken as UTC, which is right
    for most senders and orders the messages of any one sender rightly. A date alone says too little
    to order messages by, and gives None.
    """
    day, _, clock = envelope.sent.partition(":")
    if len(day) not in (6, 8) or len(clock) < 4:
        return None
    try:
        found = read_datetime(f"{day}{clock[:4]}")
    except (Unreadable, OverflowError):
        return None
    return found and found.replace(tzinfo=UTC)


def _parts(text: str) -> Parts | None:
    """Year (below 100 where it has two digits), month and day; None where nothing is known."""
    value = text.strip().upper()
    if _UNKNOWN.fullmatch(value):
        return None
    if "-" in value:
        match = _ISO.fullmatch(value)
        if match is None:
            raise Unreadable("the date is not written YYYY-MM-DD")
        year, month, day = match.groups("0")
        return int(year), int(month), int(day)
    return _compact(value.replace("<", "0").replace("X", "0"))


def _compact(digits: str) -> Parts:
    """The parts of YY, CCYY, CCYYMM, YYMMDD or CCYYMMDD."""
    if not (digits.isascii() and digits.isdigit()):
        raise Unreadable("the date has other characters than digits and fillers")
    match len(digits):
        case 2:
            return int(digits), 0, 0
        case 4:
            return _four_digit_year(digits), 0, 0
        case 6 if int(digits[2:4]) > 12 and digits[:2] in ("18", "19", "20"):
            # No month is above 12, so that 197006 can only be a century, a year and a month.
            return _four_digit_year(digits), int(digits[4:]), 0
        case 6:
            return int(digits[:2]), int(digits[2:4]), int(digits[4:])
        case 8:
            return _four_digit_year(digits), int(digits[4:6]), int(digits[6:])
    raise Unreadable(f"the date has {len(digits)} digits; 2, 4, 6 or 8 are known")


def _four_digit_year(digits: str) -> int:
    year = int(digits[:4])
    if not (1800 <= year < 2200 or year == NEVER):
        raise Unreadable("the year is not from 1800 to 2199")
    return year


def _partial(year: int, month: int, day: int) -> PartialDate:
    """The date; a day without a month says nothing and is dropped."""
    if month > 12:
        raise Unreadable("the month is not from 01 to 12")
    try:
        return PartialDate(year=year, month=month or None, day=(day or None) if month else None)
    except ValueError:
        raise Unreadable("there is no such day in that month") from None
