"""Time, so that tests can set it and every part asks in one place."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def utc_now() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)


def around(moment: datetime, within: timedelta) -> tuple[datetime, datetime]:
    """So much before and after a time, or the ends of the calendar, which a sender may name."""
    first = datetime.min.replace(tzinfo=moment.tzinfo)
    last = datetime.max.replace(tzinfo=moment.tzinfo)
    since = moment - within if moment - first > within else first
    return since, moment + within if last - moment > within else last
