"""Dates, moments and spans of time as rules write them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.terms import DATE, DURATION, MOMENT, Shape

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"([+-]?)((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_MAX = timedelta(days=366 * 200)


def read_date(text: str) -> date | None:
    """`2026-07-29` (RFC 3339, full-date); None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """`2026-07-29T13:25:00Z` (RFC 3339, date-time) in UTC; None for anything else."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_duration(text: str) -> timedelta | None:
    """`1h30m` as in CEL, with `d` for days besides; None for anything else, or over 200 years."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    parts = _PART.findall(match[2])
    seconds = sum(float(amount) * _SECONDS[unit] for amount, unit in parts)
    if seconds > _MAX.total_seconds():
        return None
    return timedelta(seconds=-seconds if match[1] == "-" else seconds)


def write_duration(span: timedelta) -> str:
    """A span of time as a rule writes it, such as `36h` or `1h30m`."""
    seconds = abs(span.total_seconds())
    parts = []
    for unit in ("h", "m", "s"):
        amount, seconds = divmod(seconds, _SECONDS[unit]) if unit != "s" else (seconds, 0.0)
        if amount:
            parts.append(f"{amount:g}{unit}")
    return ("-" if span < timedelta() else "") + ("".join(parts) or "0s")


READERS: dict[str, tuple[Shape, Callable[[str], object], Phrase]] = {
    "date": (DATE, read_date, phrase(N_('Write a date as date("2026-07-29")'))),
    "timestamp": (
        MOMENT,
        read_moment,
        phrase(N_('Write a moment as timestamp("2026-07-29T13:25:00Z")')),
    ),
    "duration": (DURATION, read_duration, phrase(N_('Write a span of time as duration("36h")'))),
}
"""By the name of the function: the type, how its text is read, and how to write it."""
