"""Lines of Latin and Arabic script: joined, ordered, broken."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.services.typesetting import (
    BOLD,
    REGULAR,
    Text,
    apart,
    drawn,
    fonts,
    lines,
    mirrored,
    runs_left,
)

URDU = "ذوالفقار علی مزاری، ٹھٹھہ، ڈیرہ گڑھی چوہدری ہے"


@pytest.mark.parametrize(
    ("text", "left_to_right"),
    [
        ("MAZARI, ZULFIQAR", "MAZARI, ZULFIQAR"),
        ("علی", "ﯽﻠﻋ"),
        ("لا", "ﻻ"),
        ("Ali علی 12", "Ali 12 ﯽﻠﻋ"),
        ("علی 12", "12 ﯽﻠﻋ"),
        ("Жук", "□□□"),
        ("a\u202eb\tc", "ab c"),
    ],
)
def test_how_a_line_is_drawn(text: str, left_to_right: str) -> None:
    assert drawn(text) == left_to_right


def test_what_is_apart_keeps_its_order_behind_urdu() -> None:
    assert drawn("علی 2026-000001") == "000001-2026 ﯽﻠﻋ"
    assert drawn(f"علی {apart('2026-000001')}") == "2026-000001 ﯽﻠﻋ"


def test_a_table_begins_where_the_language_does() -> None:
    assert mirrored([("name", "Ali"), ("port", "KHI")], left=True) == [
        ["Ali", "name"],
        ["KHI", "port"],
    ]
    assert mirrored([("name", "Ali")], left=False) == [["name", "Ali"]]


def test_a_line_is_drawn_as_its_text_runs() -> None:
    assert drawn("Ali علی", left=True) == "ﯽﻠﻋ Ali"
    assert drawn("Ali علی", left=False) == "Ali ﯽﻠﻋ"


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_the_fonts_have_the_letters_of_urdu(font: str) -> None:
    known = fonts()[font].face.charToGlyph
    assert all(ord(letter) in known for letter in drawn(URDU, font))


@pytest.mark.parametrize(
    ("text", "expected"), [("علی Ali", True), ("Ali علی", False), ("12 علی", True), ("12", False)]
)
def test_where_a_text_begins(text: str, expected: bool) -> None:
    assert runs_left(text) is expected


def test_lines_are_broken_in_reading_order() -> None:
    broken = lines(URDU, 90)
    assert len(broken) > 1
    assert " ".join(broken) == URDU
    assert lines("one\n\ntwo", 200) == ["one", "", "two"]
    assert "".join(lines("f" * 64, 60)) == "f" * 64
    assert lines("", 50) == [""]


@given(st.text(max_size=60), st.floats(min_value=20, max_value=300))
def test_any_text_can_be_drawn(text: str, width: float) -> None:
    for line in lines(text, width):
        assert not any(unicodedata.category(own) == "Cc" for own in drawn(line))


def test_a_long_text_goes_on_in_the_next_page() -> None:
    text = Text("\n".join(str(n) for n in range(10)))
    _, height = text.wrap(100, 1000)
    first, rest = text.split(100, height / 2)
    assert first.wrap(100, 1000)[1] + rest.wrap(100, 1000)[1] == pytest.approx(height)
    assert text.split(100, 1) == []
    assert text.split(100, 1000) == []
