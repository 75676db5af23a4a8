"""Holidays of a country, by day: what moves traffic without anything having changed."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def holidays_of(country: str, year: int, language: str = "en") -> Mapping[date, str]:
    """Public holidays of a year by day (ISO 3166-1 alpha-3); nothing for an unknown country.

    Islamic ones move by some eleven days a year, and are those of the `holidays` package: announced
    where that is known, else as reckoned. Where two fall together, the first is named. They are
    called as the country calls them in a language (ISO 639-1), in English where it has none.
    """
    try:
        found = holidays.country_holidays(country, years=year)
        known = [own for own in found.supported_languages if own.partition("_")[0] == language]
        if known:
            # Of several Englishes the American one, else it would follow the machine's locale.
            found = holidays.country_holidays(country, years=year, language=max(known))
    except NotImplementedError:
        return {}
    return {day: name.partition(";")[0].strip() for day, name in found.items()}


def names(country: str, first: date, count: int) -> list[str]:
    """The holiday of each of so many days, "" for an ordinary one."""
    days = [first + timedelta(days=own) for own in range(count)]
    return [holidays_of(country, own.year).get(own, "") for own in days]
