"""Time, so that tests can set it and every part asks in one place."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def utc_now() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)
