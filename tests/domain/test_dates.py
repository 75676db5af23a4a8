from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1980", (1980, None, None)),
        ("1980-05", (1980, 5, None)),
        ("1980-05-31", (1980, 5, 31)),
        ("2000-02-29", (2000, 2, 29)),
        ("0001-01-01", (1, 1, 1)),
        ("9999-12-31", (9999, 12, 31)),
    ],
)
def test_dates_are_read_and_written_alike(
    text: str, parts: tuple[int, int | None, int | None]
) -> None:
    value = PartialDate.parse(text)
    assert (value.year, value.month, value.day) == parts
    assert str(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "80", "0000", "19800", "1980-", "1980-5", "1980-13", "1980-00", "1980-05-00",
        "1980-05-1", "1980-05-32", "1980-02-30", "2001-02-29", "1900-02-29", "1980-05-05-05",
        "1980/05/05", " 1980", "１９８０", "198a", "-1980", "+1980", "9" * 5000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "parts", [{"year": 0}, {"year": 10000}, {"year": 1980, "day": 5}, {"year": 1980, "month": 0}]
)
def test_parts_that_are_no_date_are_refused(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate(**parts)


@given(st.dates())
def test_whole_dates_come_back(day: date) -> None:
    value = PartialDate.of(day)
    assert value.complete == day
    assert str(value) == day.isoformat()
    assert PartialDate.parse(str(value)) == value


@given(st.integers(1, 9999), st.none() | st.integers(1, 12))
def test_partial_dates_come_back(year: int, month: int | None) -> None:
    value = PartialDate(year=year, month=month)
    assert value.complete is None
    assert PartialDate.parse(str(value)) == value


@given(st.text(max_size=12))
def test_text_is_a_date_or_refused(text: str) -> None:
    try:
        value = PartialDate.parse(text)
    except ValueError:
        return
    assert str(value) == text
