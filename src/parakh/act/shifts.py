"""Slots of a day by the centre's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parakh.domain.roster import SLOTS


def slot_at(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The day and slot to which a moment belongs; before the first slot it is the night before."""
    local = moment.astimezone(zone)
    begun = [slot for slot, hour in enumerate(SLOTS) if hour <= local.hour]
    if begun:
        return local.date(), begun[-1]
    return local.date() - timedelta(days=1), len(SLOTS) - 1


def starts_at(day: date, slot: int, zone: ZoneInfo) -> datetime:
    """The moment at which a slot begins, in UTC."""
    return datetime.combine(day, time(SLOTS[slot]), zone).astimezone(UTC)
