"""Values of declared records, each checked."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.conveyance import ConveyanceKind, Heading
from parakh.errors import Unreadable
from parakh.normalise import fields
from parakh.normalise.fields import BadField
from parakh.normalise.movements import conveyance_number
from parakh.normalise.plates import plate_forms

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("0", Decimal(0)), (" 12.50 ", Decimal("12.50")), ("1e3", Decimal(1000))],
)
def test_numbers(text: str, value: Decimal | None) -> None:
    assert fields.number("x", text) == value


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "1,5", "ten", "1e30"])
def test_what_is_no_number_is_told_by_its_field(text: str) -> None:
    with pytest.raises(BadField) as caught:
        fields.number("gross_kg", text)
    assert caught.value.field == "gross_kg"
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("2026-11-22T12:00:00", "no time zone"),
        ("yesterday", "no date and time"),
        ((NOW + timedelta(days=2)).isoformat(), "future"),
    ],
)
def test_moments_that_cannot_be(text: str, cause: str) -> None:
    with pytest.raises(BadField, match=cause):
        fields.moment("at", text, NOW)


def test_moments_are_in_utc() -> None:
    found = fields.moment("at", "2026-11-22t16:00:00+05:00", NOW)
    assert found == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_words_flags_countries_and_texts() -> None:
    assert fields.one_of("heading", Heading, "inland") is Heading.INLAND
    assert [fields.flag("empty", own) for own in ("", "yes", "no")] == [None, True, False]
    assert [fields.country("country", own) for own in ("", "PK", "D")] == [None, "PAK", "DEU"]
    assert fields.required("place", " Here ", 9) == "Here"
    for wrong in (
        lambda: fields.one_of("heading", Heading, "up"),
        lambda: fields.flag("empty", "maybe"),
        lambda: fields.country("country", "XQ"),
        lambda: fields.required("place", "  ", 9),
        lambda: fields.bounded("place", "x" * 10, 9),
    ):
        with pytest.raises(BadField):
            wrong()


@pytest.mark.parametrize(
    ("kind", "text", "country", "number"),
    [
        (ConveyanceKind.CONTAINER, "csqu 305438-3", None, "CSQU3054383"),
        (ConveyanceKind.VESSEL, "IMO 9074729", "PAN", "9074729"),
        (ConveyanceKind.AIRCRAFT, "ap-blv", "PAK", "APBLV"),
        (ConveyanceKind.VEHICLE, "tlx-417", "PAK", "TLX417"),
        (ConveyanceKind.VEHICLE, "any thing 1", None, "ANYTHING1"),
        (ConveyanceKind.VEHICLE, "417", "PAK", None),
        (ConveyanceKind.CONTAINER, "CSQU3054384", None, None),
    ],
)
def test_numbers_of_conveyances(
    kind: ConveyanceKind, text: str, country: str | None, number: str | None
) -> None:
    if number is None:
        with pytest.raises(Unreadable):
            conveyance_number(kind, text, country, plate_forms())
    else:
        assert conveyance_number(kind, text, country, plate_forms()) == number


@given(st.text(max_size=30))
def test_no_text_makes_a_reader_fail_otherwise(text: str) -> None:
    for read in (
        lambda: fields.number("x", text),
        lambda: fields.moment("x", text, NOW),
        lambda: fields.country("x", text),
    ):
        with suppress(BadField):
            read()
