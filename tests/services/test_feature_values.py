"""Small values as rules see them, from what senders write."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.services import feature_values as values

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1971-01-01", 55),
        ("1971-11-22", 55),
        ("1971-11-23", 54),
        ("1971-11", 54),
        ("1971-10", 55),
        ("1971", 54),
        ("2026", 0),
        (None, None),
    ],
)
def test_age(born: str | None, age: int | None) -> None:
    assert values.age_on(PartialDate.parse(born) if born else None, DAY) == age


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("13 KGM", 13),
        ("46 KG", 46),
        ("12.5 K", 12.5),
        ("100 LBR", 45.359237),
        ("20", 20),
        ("20 XYZ", None),
        ("heavy", None),
        ("", None),
    ],
)
def test_weight(text: str, kilograms: float | None) -> None:
    assert values.weight(text) == (None if kilograms is None else pytest.approx(kilograms))


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("2888.00 GBP", 2888, "GBP"),
        ("1,085.50 aed", 1085.5, "AED"),
        ("12", 12, None),
        ("FREE", None, None),
        ("", None, None),
    ],
)
def test_money(text: str, amount: float | None, currency: str | None) -> None:
    assert values.money(text) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("00971 4 555 1234", "+97145551234"),
        ("+92 (300) 123-4567", "+923001234567"),
        ("0300 1234567", "03001234567"),
        ("DXB 04 555 1234 AGENCY", "045551234"),
        ("12345", None),
        ("1234567890123456", None),
        ("", None),
    ],
)
def test_phone(text: str, number: str | None) -> None:
    assert values.phone(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0927", date(2027, 9, 30)),
        ("09/27", date(2027, 9, 30)),
        ("0228", date(2028, 2, 29)),
        ("1327", None),
        ("27", None),
        ("", None),
    ],
)
def test_a_card_is_valid_to_the_end_of_its_month(text: str, day: date | None) -> None:
    assert values.card_expiry(text) == day


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("KHI", "LHE", 1021),
        ("KHI", "KHI", 0),
        ("DXB", "LHR", 5500),
        ("PKKHI", "LHE", 1021),
        ("AEKHI", "LHE", None),
        ("QQQ", "LHE", None),
        ("", "LHE", None),
    ],
)
def test_distance(one: str, other: str, km: float | None) -> None:
    assert values.km_between(one, other) == (None if km is None else pytest.approx(km, rel=0.01))


def test_moments() -> None:
    assert values.utc("2611200830") == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert values.utc("261120") is None, "a date alone is no moment"
    assert values.local_day("2611200830") == date(2026, 11, 20)
    assert values.local("99") is None
    assert values.hour_at("KHI", datetime(2026, 11, 20, 23, tzinfo=UTC)) == 4
    assert values.hour_at("QQQ", datetime(2026, 11, 20, 23, tzinfo=UTC)) is None
    assert values.last_day(PartialDate.parse("2026-02")) == date(2026, 2, 28)


@given(st.text(max_size=30))
def test_nothing_that_a_sender_writes_breaks_them(text: str) -> None:
    for read in (
        values.local,
        values.utc,
        values.number,
        values.weight,
        values.money,
        values.phone,
        values.card_expiry,
        values.capitals,
    ):
        read(text)
    values.km_between(text, "KHI")
