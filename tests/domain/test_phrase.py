from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, in_zone, phrase


def test_a_phrase_is_its_template_with_its_values() -> None:
    value = phrase(N_("{hits} hits on {name}"), hits=2, name="نون")
    assert value.template == "{hits} hits on {name}"
    assert value.values == {"hits": "2", "name": "نون"}
    assert str(value) == "2 hits on نون"
    assert str(phrase(N_("{template}"), template="x")) == "x"


@given(st.text())
def test_a_value_is_never_taken_for_a_template(text: str) -> None:
    assert str(phrase(N_("<{value}>"), value=text)) == f"<{text}>"


@pytest.mark.parametrize(
    ("zone", "text", "told"),
    [
        ("Asia/Karachi", "seen 2026-11-23 20:30 UTC, lane 4", "seen 2026-11-24 01:30 PKT, lane 4"),
        ("Asia/Dubai", "2026-11-23 09:00 UTC", "2026-11-23 13:00 UTC+04:00"),
        ("Europe/Berlin", "2026-07-01 09:00 UTC", "2026-07-01 11:00 CEST"),
        ("UTC", "2026-11-23 09:00 UTC", "2026-11-23 09:00 UTC"),
        (
            "Asia/Karachi",
            "2026-11-23 09:00 UTC, 2026-11-23 10:00 UTC",
            "2026-11-23 14:00 PKT, 2026-11-23 15:00 PKT",
        ),
        ("Asia/Karachi", "2026-02-30 09:00 UTC", "2026-02-30 09:00 UTC"),
        ("Asia/Karachi", "9999-12-31 23:00 UTC", "9999-12-31 23:00 UTC"),
        ("Asia/Karachi", "due 2026-11-23 09:00", "due 2026-11-23 09:00"),
    ],
)
def test_moments_are_told_where_somebody_reads_them(zone: str, text: str, told: str) -> None:
    assert in_zone(text, ZoneInfo(zone)) == told


@given(st.text())
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert in_zone(text.replace("UTC", ""), ZoneInfo("Asia/Karachi")) == text.replace("UTC", "")


def test_identifiers_sort_by_time_and_are_never_alike() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(len(own) == 32 and set(own) <= set("0123456789abcdef") for own in made)
    assert [own[:12] for own in made] == sorted(own[:12] for own in made)
