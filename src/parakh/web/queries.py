"""What may stand in a query, bounded so that nothing overflows on its way to the database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime

from parakh.errors import InvalidInput

FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
PAST, AHEAD = timedelta(hours=12), timedelta(hours=36)
"""How far "now" reaches: people still cross hours after landing, and lists come a day ahead."""


def _bounded(value: datetime) -> datetime:
    if not FIRST.year <= value.year < LAST.year:
        raise ValueError(f"lies before {FIRST.year} or after {LAST.year}")
    return value.astimezone(UTC)


PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="page, from 1")]
Offset = Annotated[int, Query(ge=0, le=100_000_000, description="rows to pass over")]
Sequence = Annotated[int, Query(ge=0, le=2**53, description="number of the last event seen")]
Moment = Annotated[AwareDatetime, AfterValidator(_bounded)]


def day_of(text: str, default: date) -> date:
    """The day that a date field names, or the default if it is empty; raises InvalidInput."""
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("That is not a day: write YYYY-MM-DD.") from None
    if not FIRST <= day < LAST:
        raise InvalidInput(f"That day lies before {FIRST.year} or after {LAST.year}.")
    return day


def midnight(day: date, zone: ZoneInfo, days: int = 0) -> datetime:
    """The first moment of a day in a zone, or of so many days later; days may have 23 hours."""
    return datetime.combine(day + timedelta(days=days), time(), zone)


def end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The end, UTC, of the day in a zone that a date field names; None if it is empty."""
    return end_of_day(day_of(text, LAST), zone) if text else None


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment, UTC, after a day in a zone; raises InvalidInput for one out of bounds."""
    if not FIRST <= day < LAST:
        raise InvalidInput(f"That day lies before {FIRST.year} or after {LAST.year}.")
    return midnight(day, zone, days=1).astimezone(UTC)


def last_day(end: datetime, zone: ZoneInfo) -> date:
    """The last day of a zone's calendar on which what ends at a moment is in force."""
    return (end - timedelta(seconds=1)).astimezone(zone).date()


def around(now: datetime) -> tuple[datetime, datetime]:
    """The span [since, until) of voyages that matter now."""
    return now - PAST, now + AHEAD


def arrivals_path(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """The page of arrivals that has a voyage: "now", or its day of the centre's calendar."""
    since, until = around(now)
    if due_at is None or since <= due_at < until:
        return "/arrivals"
    return f"/arrivals?day={due_at.astimezone(zone).date().isoformat()}"
