"""Whether carriers told of their voyages in time."""

from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.voyage import Voyage


class Awaited(StrEnum):
    """What a carrier must send before a voyage leaves."""

    LIST = "list"
    BOOKINGS = "bookings"


class Delivery(StrEnum):
    """How it stands with the passenger list of one voyage."""

    ON_TIME = "on_time"
    LATE = "late"
    AWAITED = "awaited"
    DUE = "due"
    MISSING = "missing"
    CANCELLED = "cancelled"


def delivery(
    voyage: Voyage, received_at: datetime | None, now: datetime, due: timedelta
) -> Delivery:
    """How it stands with a list that came at `received_at`, or (None) did not come yet.

    A list must be there `due` before the departure; from then on it is DUE, after the departure it
    is MISSING. A list for a voyage whose departure nobody told is on time.
    """
    if voyage.cancelled:
        return Delivery.CANCELLED
    leaves_at = voyage.leaves_at
    if received_at is not None:
        on_time = leaves_at is None or received_at <= leaves_at - due
        return Delivery.ON_TIME if on_time else Delivery.LATE
    if leaves_at is None or now < leaves_at - due:
        return Delivery.AWAITED
    return Delivery.DUE if now < leaves_at else Delivery.MISSING
