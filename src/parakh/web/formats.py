"""Dates, times and countries as people read them, in the language of the request."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from math import floor, log10
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from parakh.domain.phrase import N_
from parakh.domain.watchlist import WatchlistEntry
from parakh.learn.trends_calendar import holidays_of
from parakh.normalise.codes import country_name
from parakh.web.i18n import direction, gettext, hijri, language

_MINUTE = timedelta(minutes=1)


def _pattern(pattern: str) -> str:
    """A pattern of CLDR with the comma of the page's script."""
    return pattern.replace(",", "،") if direction() == "rtl" else pattern


def _time(machine: str, human: str, on: date) -> Markup:
    """A moment for programs and people, with its Hijri date for who points at it."""
    other = hijri(on)
    if not other:
        return Markup('<time datetime="{}">{}</time>').format(machine, human)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, other, human)


def moment(value: datetime | None, zone: ZoneInfo, pattern: str = "d MMM y, HH:mm") -> Markup:
    """An aware moment in the centre's time zone."""
    if value is None:
        return Markup("")
    return _time(
        value.astimezone(UTC).isoformat(timespec="seconds"),
        format_datetime(value, _pattern(pattern), tzinfo=zone, locale=language.get()),
        value.astimezone(zone).date(),
    )


def ends(value: datetime, zone: ZoneInfo, pattern: str = "d MMM y, HH:mm") -> Markup:
    """When something ends: its last day, where it lasts to the end of one, else the moment."""
    here = value.astimezone(zone)
    if here.time() != time():
        return moment(value, zone, pattern)
    return moment(value - timedelta(seconds=1), zone, "d MMM y")


def plain_moment(value: datetime, zone: ZoneInfo) -> str:
    """An aware moment in the centre's time zone, for paper."""
    pattern = _pattern("d MMM y, HH:mm")
    return format_datetime(value, pattern, tzinfo=zone, locale=language.get())


def local(value: datetime | None, pattern: str = "d MMM y, HH:mm") -> Markup:
    """A voyage's own local time, without a zone, just as the carrier gave it."""
    if value is None:
        return Markup("")
    return _time(
        value.isoformat(timespec="minutes"),
        format_datetime(value, _pattern(pattern), locale=language.get()),
        value.date(),
    )


def said(text: str, zone: ZoneInfo) -> Markup | str:
    """When something was published, as its publisher says it; what is no ISO 8601 stays as it is.

    Without an hour it is a day, without a time zone it is not put into the centre's.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-11-22"):
        human = format_date(value, "d MMM y", locale=language.get())
        return _time(value.date().isoformat(), human, value.date())
    return moment(value, zone) if value.tzinfo else local(value)


def day(value: date) -> str:
    """A day with its weekday, such as `Sun, 22 Nov 2026`."""
    return format_date(value, _pattern("EEE, d MMM y"), locale=language.get())


def short_day(value: date) -> str:
    """A day without its weekday and year, such as `22 Nov`, for charts."""
    return format_date(value, "d MMM", locale=language.get())


def both_of(value: datetime, zone: ZoneInfo) -> Markup:
    """The day of an aware moment in the centre's time zone, by both calendars."""
    return both(value.astimezone(zone).date())


def both(value: date) -> Markup:
    """A day with its weekday, and beside it by the Hijri calendar for who wants it; for heads of
    pages."""
    other = hijri(value)
    if not other:
        return escape(day(value))
    return Markup('{} <span class="hijri">{}</span>').format(day(value), other)


SPANS = {
    "now": N_("under a minute"),
    "minutes": N_("{minutes} min"),
    "hours": N_("{hours} h {minutes} min"),
    "days": N_("{days} d {hours} h"),
    "later": N_("in {span}"),
    "earlier": N_("{span} ago"),
}
"""How far off a moment is, in words; the browser gets them too and keeps a page that stays open
up to date (console/src/ago.ts)."""


def span(length: timedelta) -> str:
    """A length of time in its two largest units, such as `2 h 10 min`."""
    minutes = int(abs(length) / _MINUTE)
    hours, days = minutes // 60, minutes // 1440
    kind = "now" if minutes < 1 else "minutes" if hours < 1 else "hours" if days < 1 else "days"
    rest = {"minutes": minutes % 60, "hours": hours % 24 if days else hours, "days": days}
    return gettext(SPANS[kind]).format(**rest)


def entry_name(entry: WatchlistEntry) -> str:
    """By what an entry is told in a list: its first name, document, or number."""
    known: tuple[object, ...] = (
        *entry.names,
        *(own.number for own in entry.documents),
        *(own.value for own in entry.identifiers),
        *filter(None, (entry.source_id,)),
    )
    return str(known[0]) if known else entry.id


def percent(share: float | None) -> str:
    """A share as whole percent, rounded down, so that 100% means all; a dash if there is none."""
    if share is None:
        return "–"
    whole = floor(share * 100 + 1e-9) / 100
    return _from_left(format_percent(whole, "#,##0%", locale=language.get()))


def _from_left(figure: str) -> str:
    """A figure whose sign stays at its right, behind a word of Arabic script too."""
    return f"\N{LEFT-TO-RIGHT MARK}{figure}" if direction() == "rtl" else figure


def decimal(value: float | None) -> str:
    """A figure with one decimal; a dash if there is none."""
    if value is None:
        return "–"
    return str(format_decimal(value, "#,##0.0", locale=language.get()))


def money(value: Decimal | None) -> str:
    """An amount to the hundredth; a dash if there is none."""
    if value is None:
        return "–"
    return str(format_decimal(value, "#,##0.00", locale=language.get()))


def rate(share: float | None) -> str:
    """A small share as percent with two figures that count, such as `0.083%`; a dash for none."""
    if share is None:
        return "–"
    places = max(0, 1 - floor(log10(share * 100))) if share > 0 else 0
    pattern = "#,##0." + "#" * min(places, 6) + "%"
    return _from_left(format_percent(share, pattern, locale=language.get()))


def points(value: float, places: int = 3) -> str:
    """A score or a threshold, 0 to 1, with so many decimals."""
    return str(format_decimal(value, f"0.{'0' * places}", locale=language.get()))


def against(score: float, threshold: float) -> tuple[str, str]:
    """A score and its threshold with two decimals, three where the threshold has more, or as many
    as show which is higher.

    Rounded as the weights beside them are; a score under its threshold never seems to reach it.
    """
    for places in (2, 3, 4):
        if places == 2 and abs(round(threshold, 2) - threshold) > 1e-9:
            continue
        if score >= threshold or round(score, places) < round(threshold, places):
            return points(score, places), points(threshold, places)
    return points(_cut(score, 4), 4), points(threshold, 4)


def _cut(value: float, places: int) -> float:
    steps = float(10**places)
    return floor(value * steps + 1e-9) / steps


def whole(value: float | None) -> str:
    """A figure without decimals; a dash if there is none."""
    if value is None:
        return "–"
    return str(format_decimal(round(value), "#,##0", locale=language.get()))


def lead(value: timedelta | None) -> str:
    """How long before a departure something came; after it, so many with a minus sign."""
    if value is None:
        return "–"
    return span(value) if value >= timedelta(0) else f"\N{MINUS SIGN}{span(value)}"


def relative(value: datetime | None, now: datetime) -> Markup:
    """How far off a moment is: `in 2 h 10 min`, `35 min ago`."""
    if value is None:
        return Markup("")
    away = value - now
    which = "later" if away > timedelta(0) else "earlier"
    template = gettext(SPANS[which])
    return Markup('<time datetime="{}" data-ago>{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds"), template.format(span=span(away))
    )


def day_after(days: int, now: datetime, zone: ZoneInfo) -> str:
    """The day so many days from today by the centre's clock, as a date field has it."""
    return (now.astimezone(zone).date() + timedelta(days=days)).isoformat()


@cache
def _alpha2(code: str) -> str:
    found = pycountry.countries.get(alpha_3=code)
    return str(found.alpha_2) if found else ""


def nation(code: str) -> str:
    """What an ISO 3166-1 alpha-3 code stands for; ICAO's own codes, such as GBS, are no territories
    and have their English names only."""
    return Locale.parse(language.get()).territories.get(_alpha2(code)) or country_name(code)


def holiday(on: date, *, country: str) -> str:
    """What a country's holiday is called in the language of the page; "" for another day."""
    return holidays_of(country, on.year, language.get()).get(on, "")


def country(code: str | None) -> Markup:
    """An ISO 3166-1 alpha-3 code with the country's name for who points at it."""
    if not code:
        return Markup("")
    return Markup('<abbr title="{}">{}</abbr>').format(nation(code), code)
