"""Spans of time that pages ask for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parakh.errors import InvalidInput
from parakh.web.queries import arrivals_path, end_of, end_of_day, last_day

KARACHI = ZoneInfo("Asia/Karachi")
NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "path"),
    [
        (NOW, "/arrivals"),
        (NOW - timedelta(hours=12), "/arrivals"),
        (NOW - timedelta(hours=12, minutes=1), "/arrivals?day=2026-11-22"),
        (NOW + timedelta(hours=35, minutes=59), "/arrivals"),
        (NOW + timedelta(hours=36), "/arrivals?day=2026-11-24"),
        (None, "/arrivals"),
    ],
)
def test_a_voyage_leads_back_to_the_arrivals_that_have_it(due: datetime | None, path: str) -> None:
    assert arrivals_path(due, NOW, KARACHI) == path


def test_a_day_ends_at_midnight_of_the_centre() -> None:
    assert end_of("2026-12-23", KARACHI) == datetime(2026, 12, 23, 19, tzinfo=UTC)
    assert end_of("", KARACHI) is None


def test_a_day_ends_where_the_centre_is_and_is_the_last_one() -> None:
    end = end_of_day(date(2026, 12, 23), KARACHI)
    assert end == datetime(2026, 12, 23, 19, tzinfo=UTC)
    assert last_day(end, KARACHI) == date(2026, 12, 23)
    with pytest.raises(InvalidInput):
        end_of_day(date.max, KARACHI)
