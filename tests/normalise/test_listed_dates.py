from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.errors import Unreadable
from parakh.normalise.listed_dates import read_listed_dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("02 Aug 1964", "1964-08-02"),
        ("25 April 1957", "1957-04-25"),
        ("1st Sept. 1957", "1957-09-01"),
        ("March 5, 1968", "1968-03-05"),
        ("28-Apr-1978", "1978-04-28"),
        ("Jan 1959", "1959-01"),
        ("1949", "1949"),
        ("11.8.1960", "1960-08-11"),
        ("10.8. 1960", "1960-08-10"),
        ("11/08/1960", "1960-08-11"),
        ("1960-08-11", "1960-08-11"),
        ("1960-08-11T00:00:00", "1960-08-11"),
        ("1960-08", "1960-08"),
        ("19600811", "1960-08-11"),
        ("circa 1961", "1961"),
        ("Circa 1946 or 1949", "1946 1949"),
        ("circa 03 Mar 1961", "1961"),
        ("Approximately 1944", "1944"),
        ("ca. 1947", "1947"),
        ("(probably) 1944", "1944"),
        ("1980 (presumed)", "1980"),
        ("1961 to 1963", "1961 1962 1963"),
        ("Between 1956 and 1957", "1956 1957"),
        ("1987-1988", "1987 1988"),
        ("1981/1982", "1981 1982"),
        ("6.3.1955 or 15.3.1955", "1955-03-06 1955-03-15"),
        ("1960 or August 1961", "1960 1961-08"),
        ("1960; 12 Apr. 1960; 1960", "1960 1960-04-12"),
        ("20.8.1963 POB: Somewhere Gender: male", "1963-08-20"),
        ("1340 (Iranian Hijri calendar), 1961 (Gregorian calendar)", "1961"),
    ],
)
def test_dates(text: str, dates: str) -> None:
    assert " ".join(map(str, read_listed_dates(text, TODAY))) == dates


@pytest.mark.parametrize(
    "text",
    [
        "", "N/D", "10 October (year unknown)", "24.6.1402", "31.2.1960", "13.13.1960",
        "1960-13-01", "2030", "1890", "1930 to 1970", "1963 to 1961", "30-35 years old",
    ],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_listed_dates(text, TODAY)
    assert not any(sign.isdigit() for sign in str(error.value).replace("20 years", ""))


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)))
def test_every_date_in_every_form(born: date) -> None:
    for form in ("%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%Y-%m-%d", "%B %d, %Y", "%d/%m/%Y"):
        assert read_listed_dates(born.strftime(form), TODAY) == (PartialDate.of(born),)


@given(st.text(max_size=60) | st.from_regex(r"[0-9 .,/a-j()-]{0,40}"))
def test_any_text(text: str) -> None:
    try:
        found = read_listed_dates(text, TODAY)
    except Unreadable:
        return
    assert found
    assert all(1896 <= own.year <= 2026 for own in found)
