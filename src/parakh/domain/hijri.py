"""The Hijri calendar: the calculated calendar of Umm al-Qura, moved by what was sighted locally.

A Hijri month begins where the new crescent was seen. Committees of different countries see it on
different days, so that the calculated calendar is a day or two ahead of a country's own at times;
a centre says by how many days its country differs.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from hijridate import Gregorian, ummalqura

from parakh.domain.phrase import N_, Phrase, phrase

MONTHS = (
    N_("{day} Muharram {year} AH"),
    N_("{day} Safar {year} AH"),
    N_("{day} Rabi al-Awwal {year} AH"),
    N_("{day} Rabi al-Thani {year} AH"),
    N_("{day} Jumada al-Awwal {year} AH"),
    N_("{day} Jumada al-Thani {year} AH"),
    N_("{day} Rajab {year} AH"),
    N_("{day} Shaban {year} AH"),
    N_("{day} Ramazan {year} AH"),
    N_("{day} Shawwal {year} AH"),
    N_("{day} Zilqad {year} AH"),
    N_("{day} Zilhaj {year} AH"),
)
"""How a day of each month is told, the first month first."""

LARGEST_OFFSET = 2
"""Of a country's sighting from the calculated calendar, in days."""

_FIRST, _LAST = (date(*own) for own in ummalqura.GREGORIAN_RANGE)
_MARGIN = timedelta(days=LARGEST_OFFSET)


@dataclass(frozen=True, kw_only=True, slots=True)
class HijriDay:
    """A day of the Hijri calendar; `month` counts from 1."""

    year: int
    month: int
    day: int

    @property
    def told(self) -> Phrase:
        """The day as it is said."""
        return phrase(MONTHS[self.month - 1], day=self.day, year=self.year)


@lru_cache(maxsize=4096)
def hijri(day: date, offset: int = 0) -> HijriDay | None:
    """A Gregorian day in the Hijri calendar, the day that its daylight belongs to; None outside the
    years that Umm al-Qura is calculated for (1343 to 1500 AH).

    `offset` is by how many days the local calendar is ahead of Umm al-Qura; negative where the
    crescent is seen later, as it mostly is in Pakistan. Source: Umm al-Qura calendar as tabulated
    by R.H. van Gent, which the library holds.
    """
    # Two days inside the table on either side, so that the offset leads out of it nowhere.
    if not _FIRST + _MARGIN <= day <= _LAST - _MARGIN:
        return None
    moved = day + timedelta(days=offset)
    found = Gregorian(moved.year, moved.month, moved.day).to_hijri()
    return HijriDay(year=found.year, month=found.month, day=found.day)
