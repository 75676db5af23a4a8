"""Who of a unit is on duty when, and what one shift leaves to the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_SHIFT = timedelta(hours=25)
"""A day by the clock, which has 25 hours where the clock is put back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One person's duty for one unit, from a moment until (not including) another.

    `officer` is his sign-in name; `settled_at` is when what he left open fell to the unit.
    """

    id: str
    unit_id: str
    officer: str
    starts_at: datetime
    ends_at: datetime
    settled_at: datetime | None = None

    def on(self, at: datetime) -> bool:
        """Whether it is his duty at a moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """Alerts that one person left to the next shift, with a note.

    `by` is "" where the shift ended and nobody handed over; `taken_by` is who took them over, None
    while they are the whole unit's.
    """

    id: str
    unit_id: str
    by: str
    at: datetime
    note: str
    alerts: tuple[str, ...]
    taken_by: str | None = None
    taken_at: datetime | None = None


def units_on_duty(shifts: Iterable[Shift], at: datetime) -> frozenset[str]:
    """The units of which somebody is on duty."""
    return frozenset(own.unit_id for own in shifts if own.on(at))
