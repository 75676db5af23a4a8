"""Small values as rules see them, from what senders wrote; what cannot be read is None."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from parakh.domain.dates import PartialDate
from parakh.errors import Unreadable
from parakh.normalise import codes
from parakh.normalise.contacts import read_phone
from parakh.normalise.dates import read_datetime, read_expiry
from parakh.screen.rules.places import EARTH_KM

_POUND = 0.453_592_37
_UNITS = {"": 1.0, "KGM": 1.0, "KG": 1.0, "K": 1.0, "LBR": _POUND, "LB": _POUND, "L": _POUND}
"""Kilograms in a unit (UN/ECE Recommendation 20 and what airlines write for it)."""

_SHORTEST_PHONE = 6
_LONGEST_PHONE = 15
"""Figures of a telephone number (ITU-T E.164 has at most 15)."""


@lru_cache(maxsize=4096)
def local(text: str) -> datetime | None:
    """A local time, or a date alone as its midnight."""
    try:
        return read_datetime(text)
    except (Unreadable, OverflowError):
        return None


def local_day(text: str) -> date | None:
    """The day of a local time or date."""
    found = local(text)
    return found and found.date()


def utc(text: str) -> datetime | None:
    """A moment that its sender writes in UTC; None where the time of the day is missing."""
    found = local(text) if len(text.strip()) >= len("YYMMDDHHMM") else None
    return found and found.replace(tzinfo=UTC)


def last_day(value: PartialDate | None) -> date | None:
    """The last day that a date may mean."""
    if value is None:
        return None
    month = value.month or 12
    day = value.day or calendar.monthrange(value.year, month)[1]
    return date(value.year, month, day)


@lru_cache(maxsize=4096)
def expiry(text: str, today: date) -> date | None:
    """The last day of a document's validity."""
    try:
        return last_day(read_expiry(text, today))
    except Unreadable:
        return None


@lru_cache(maxsize=1024)
def card_expiry(text: str) -> date | None:
    """The last day of a card that is valid through `MMYY`."""
    digits = text.replace("/", "").strip()
    if len(digits) != 4 or not digits.isdecimal() or not 1 <= int(digits[:2]) <= 12:
        return None
    return last_day(PartialDate(year=2000 + int(digits[2:]), month=int(digits[:2])))


def age_on(born: PartialDate | None, day: date) -> int | None:
    """Full years; of an incomplete birth date, those that have passed for certain."""
    latest = last_day(born)
    if latest is None:
        return None
    return max(0, day.year - latest.year - ((day.month, day.day) < (latest.month, latest.day)))


def number(text: str) -> float | None:
    """A plain decimal number."""
    try:
        found = float(text.strip().replace(",", ""))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def weight(text: str) -> float | None:
    """Kilograms of `13 KGM` or `30 LBR`."""
    figure, _, unit = text.strip().partition(" ")
    found, factor = number(figure), _UNITS.get(unit.strip().upper())
    return None if found is None or factor is None else found * factor


def money(text: str) -> tuple[float | None, str | None]:
    """Amount and currency of `2888.00 GBP`; either may be missing."""
    figure, _, currency = text.strip().partition(" ")
    return number(figure), currency.strip().upper() or None


@lru_cache(maxsize=4096)
def phone(text: str) -> str | None:
    """`+` and figures of an international number, figures alone of any other."""
    figures = re.sub(r"\D", "", text)
    national = figures if _SHORTEST_PHONE <= len(figures) <= _LONGEST_PHONE else None
    return read_phone(text) or national


def capitals(text: str | None) -> str | None:
    """In capitals; None for nothing."""
    return (text or "").strip().upper() or None


def days(later: datetime | date | None, earlier: datetime | date | None) -> float | None:
    """From the earlier to the later one: whole days of dates, parts of days of moments."""
    if later is None or earlier is None:
        return None
    return (later - earlier) / timedelta(days=1)


def hours(later: datetime | None, earlier: datetime | None) -> float | None:
    """From the earlier moment to the later one."""
    return None if later is None or earlier is None else (later - earlier) / timedelta(hours=1)


def hour_at(port: str, moment: datetime | None) -> int | None:
    """Hour of the day at a port, 0 to 23."""
    found = codes.port(port)
    if moment is None or found is None or found.zone is None:
        return None
    return moment.astimezone(ZoneInfo(found.zone)).hour


@lru_cache(maxsize=65_536)
def km_between(one: str, other: str) -> float | None:
    """Great-circle distance between two ports by the haversine formula (see
    `parakh.screen.rules.places`); None where one of them is not known to lie anywhere."""
    ends = [_place(one), _place(other)]
    if ends[0] is None or ends[1] is None:
        return None
    (lat1, lon1), (lat2, lon2) = ends[0], ends[1]
    square = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, square)))


def _place(code: str) -> tuple[float, float] | None:
    """Latitude and longitude, in radians, of an IATA code or a UN/LOCODE with the same letters."""
    key = code.strip().upper()
    row = codes.airports().get(key[-3:])
    if row is None or (len(key) == 5 and row["country"] != key[:2]):
        return None
    return radians(float(row["lat"])), radians(float(row["lon"]))
