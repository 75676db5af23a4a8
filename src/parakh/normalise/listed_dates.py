"""Dates of birth as publishers of watchlists write them."""

import re
from datetime import date

from parakh.domain.dates import PartialDate
from parakh.errors import Unreadable
from parakh.normalise.dates import OLDEST_YEARS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>1[89]\d\d|20\d\d)"
LONGEST_SPAN = 20
"""Years of which every one is taken, where a birth is told to lie between two."""

_SPAN = re.compile(
    rf"\b(?P<first>1[89]\d\d|20\d\d)\s*(?:to|-|–|and|/)\s*{_YEAR}\b(?!-)", re.IGNORECASE
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)(?:T[\d:.]+Z?)?",
        rf"\b{_YEAR}(?P<month>\d\d)(?P<day>\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})\s*[./]\s*(?P<month>\d{{1,2}})\s*[./]\s*{_YEAR}\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH}[\s,-]*{_YEAR}\b",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b",
        rf"\b{_YEAR}-(?P<month>\d\d)\b",
        rf"\b{_MONTH}[\s,-]*{_YEAR}\b",
        rf"\b{_YEAR}\b",
    )
)
"""From the most exact; what one has read, the next do not see."""


def read_listed_dates(text: str, today: date) -> tuple[PartialDate, ...]:
    """All dates of birth in a text, such as `02 Aug 1964`, `11.8.1960 or 1961`, `circa 1961`, or
    `1961 to 1963`, which gives each year.

    `circa` and the like leave the year only. Days come before months where both are numbers. Other
    calendars are not read. Raises Unreadable when there is no date, or when one is none of the
    calendar, lies in the future or too far back.
    """
    about = re.search(r"\b(?:circa|ca?\.|approx\w*|about|around|between)", text, re.IGNORECASE)
    rest, found = _spans(text)
    for form in _FORMS:
        for match in form.finditer(rest):
            found.append((match.start(), _date(match)))
        rest = form.sub(lambda match: " " * len(match[0]), rest)
    if not found:
        raise Unreadable("is no date that can be read")
    dates = dict.fromkeys(own for _, own in sorted(found, key=lambda own: own[0]))
    if about is not None:
        dates = dict.fromkeys(PartialDate(year=own.year) for own in dates)
    if any(not today.year - OLDEST_YEARS <= own.year <= today.year for own in dates):
        raise Unreadable("lies in the future or too far back")
    return tuple(dates)


def _spans(text: str) -> tuple[str, list[tuple[int, PartialDate]]]:
    """The text without its spans of years, and the years of the spans with their places."""
    found: list[tuple[int, PartialDate]] = []
    for match in _SPAN.finditer(text):
        first, last = int(match["first"]), int(match["year"])
        if not 0 <= last - first <= LONGEST_SPAN:
            raise Unreadable(f"spans more than {LONGEST_SPAN} years")
        found += [(match.start(), PartialDate(year=year)) for year in range(first, last + 1)]
    return _SPAN.sub(lambda match: " " * len(match[0]), text), found


def _date(match: re.Match[str]) -> PartialDate:
    parts = match.groupdict()
    month = int(parts.get("month") or 0)
    if name := parts.get("name"):
        month = _MONTHS.index(name.lower()) + 1
    day = int(parts.get("day") or 0)
    try:
        return PartialDate(year=int(match["year"]), month=month or None, day=day or None)
    except ValueError:
        raise Unreadable("is no date of the calendar") from None
