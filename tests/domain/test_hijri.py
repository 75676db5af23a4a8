"""Days of the Hijri calendar, against published ones."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.hijri import LARGEST_OFFSET, MONTHS, hijri


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2023, 7, 19), "1 Muharram 1445 AH"),
        (date(2024, 3, 11), "1 Ramazan 1445 AH"),
        (date(2025, 6, 6), "10 Zilhaj 1446 AH"),
        (date(2026, 11, 23), "13 Jumada al-Thani 1448 AH"),
    ],
)
def test_days_of_umm_al_qura(day: date, told: str) -> None:
    found = hijri(day)
    assert found is not None
    assert str(found.told) == told


def test_a_country_that_sees_the_crescent_later_is_behind() -> None:
    # Eid ul-Azha of 2025 was on 7 June in Pakistan, a day after Umm al-Qura's.
    found = hijri(date(2025, 6, 7), -1)
    assert found is not None
    assert (found.month, found.day) == (12, 10)


@pytest.mark.parametrize("day", [date.min, date(1924, 8, 2), date(2077, 11, 15), date.max])
def test_days_outside_the_table_have_no_hijri_date(day: date) -> None:
    for offset in range(-LARGEST_OFFSET, LARGEST_OFFSET + 1):
        assert hijri(day, offset) is None


@given(
    day=st.dates(date(1924, 8, 5), date(2077, 11, 10)),
    offset=st.integers(-LARGEST_OFFSET, LARGEST_OFFSET),
)
def test_days_follow_each_other(day: date, offset: int) -> None:
    one, later = hijri(day, offset), hijri(day + timedelta(days=1), offset)
    assert one is not None
    assert later is not None
    assert one.month in range(1, len(MONTHS) + 1)
    # Until August 1945 the table has months as they were announced, some of 28 or 31 days.
    lengths = (29, 30) if day > date(1945, 8, 10) else range(28, 32)
    assert later.day == one.day + 1 or (later.day == 1 and one.day in lengths)
