from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Envelope
from parakh.errors import Unreadable
from parakh.normalise.dates import read_birth_date, read_datetime, read_expiry, sent_at

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("700602", "1970-06-02"),
        ("19700602", "1970-06-02"),
        ("1970-06-02", "1970-06-02"),
        ("1970-06", "1970-06"),
        (" 700602 ", "1970-06-02"),
        ("700000", "1970"),
        ("700600", "1970-06"),
        ("700015", "1970"),
        ("70<<<<", "1970"),
        ("7006<<", "1970-06"),
        ("19700000", "1970"),
        ("1970XXXX", "1970"),
        ("70", "1970"),
        ("1970", "1970"),
        ("197006", "1970-06"),
        ("191012", "2019-10-12"),
        ("261122", "2026-11-22"),
        ("261123", "1926-11-23"),
        ("261100", "2026-11"),
        ("261200", "1926-12"),
        ("26", "2026"),
        ("27", "1927"),
        ("000229", "2000-02-29"),
        ("19000101", "1900-01-01"),
    ],
)
def test_birth_dates(text: str, expected: str) -> None:
    assert str(read_birth_date(text, TODAY)) == expected


@pytest.mark.parametrize("text", ["", "  ", "<<<<<<", "000000", "00000000", "XXXXXX"])
def test_unknown_dates_are_none(text: str) -> None:
    assert read_birth_date(text, TODAY) is None
    assert read_expiry(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("700631", "no such day"),
        ("801315", "month is not from 01"),
        ("990229", "no such day"),
        ("19701302", "month is not from 01"),
        ("20261123", "in the future"),
        ("2027", "in the future"),
        ("18900101", "more than 130 years"),
        ("00700602", "not from 1800"),
        ("70060", "5 digits"),
        ("2 JUN 1970", "other characters"),
        ("1970-6-2", "YYYY-MM-DD"),
        ("٧٠٠٦٠٢", "other characters"),
    ],
)
def test_impossible_birth_dates(text: str, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause) as raised:
        read_birth_date(text, TODAY)
    assert text not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("301231", "2030-12-31"),
        ("061231", "2006-12-31"),
        ("761231", "2076-12-31"),
        ("30", "2030"),
        ("20301231", "2030-12-31"),
        ("19901231", "1990-12-31"),
        ("99991231", "9999-12-31"),
    ],
)
def test_expiries(text: str, expected: str) -> None:
    assert str(read_expiry(text, TODAY)) == expected


@pytest.mark.parametrize("text", ["771231", "050101", "301301"])
def test_impossible_expiries(text: str) -> None:
    with pytest.raises(Unreadable):
        read_expiry(text, TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2611221330", "2026-11-22T13:30:00"),
        ("202611221330", "2026-11-22T13:30:00"),
        ("20261122133059", "2026-11-22T13:30:00"),
        ("261122", "2026-11-22T00:00:00"),
        ("20261122", "2026-11-22T00:00:00"),
        ("2612312400", "2027-01-01T00:00:00"),
        ("2026-11-22T13:30", "2026-11-22T13:30:00"),
        ("2026-11-22 13:30:00", "2026-11-22T13:30:00"),
        ("2026-11-22", "2026-11-22T00:00:00"),
    ],
)
def test_datetimes(text: str, expected: str) -> None:
    found = read_datetime(text)
    assert found is not None
    assert found.isoformat() == expected


def test_no_datetime() -> None:
    assert read_datetime(" ") is None


@pytest.mark.parametrize(
    "text", ["2611222430", "2611221360", "2613221330", "261100", "26112213", "noon", "26-11-22"]
)
def test_impossible_datetimes(text: str) -> None:
    with pytest.raises(Unreadable):
        read_datetime(text)


@given(st.integers(0, 36_000))
def test_two_digit_birth_years_read_back(days: int) -> None:
    born = TODAY - timedelta(days=days)
    found = read_birth_date(born.strftime("%y%m%d"), TODAY)
    assert found is not None
    assert found.complete == born


@given(st.text(max_size=15))
def test_any_text_is_a_date_or_unreadable(text: str) -> None:
    for read in (read_birth_date, read_expiry):
        with suppress(Unreadable):
            read(text, TODAY)
    with suppress(Unreadable):
        read_datetime(text)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("130527:0910", datetime(2013, 5, 27, 9, 10, tzinfo=UTC)),
        ("20130527:0910", datetime(2013, 5, 27, 9, 10, tzinfo=UTC)),
        ("130527:091033", datetime(2013, 5, 27, 9, 10, tzinfo=UTC)),
        ("130527:2400", datetime(2013, 5, 28, tzinfo=UTC)),
        ("130527", None),
        ("1305270910", None),
        ("131327:0910", None),
        ("130527:9910", None),
        ("99991231:2400", None),
        ("YYMMDD:HHMM", None),
        ("", None),
    ],
)
def test_when_an_interchange_was_made(sent: str, expected: datetime | None) -> None:
    assert sent_at(Envelope(sent=sent)) == expected


@given(st.text("0123456789: ²X", max_size=16))
def test_when_an_interchange_was_made_never_raises(sent: str) -> None:
    sent_at(Envelope(sent=sent))
