import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.ingest.cards import CardCutter, luhn
from parakh.ingest.edifact import tokenise


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ("4111111111111111", True),
        ("378282246310005", True),
        ("5555555555554444", True),
        ("4111111111111112", False),
        ("0", True),
    ],
)
def test_luhn(digits: str, right: bool) -> None:
    assert luhn(digits) == right


def cut(text: str, tag: str = "IFT+4:43") -> tuple[str, int]:
    data = f"{tag}+{text}'".encode()
    cutter = CardCutter(b"k")
    (segment,) = cutter.segments(tokenise(data), data)
    return segment.get(1) if tag != "SSR" else segment.get(0, 8), len(cutter.cards)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CARD 4111111111111111 EXP 0229", "CARD 411111XXXXXX1111 EXP 0229"),
        ("4111 1111 1111 1111", "4111 11XX XXXX 1111"),
        ("4111-1111-1111-1111 5555 5555 5555 4444", "4111-11XX-XXXX-1111 5555 55XX XXXX 4444"),
        ("4111 1111 1111 1111 021", "4111 11XX XXXX 1111 021"),
        ("00 4111111111111111", "00 411111XXXXXX1111"),
        ("TEL 00971 50 123 4567 890", "TEL 00971 50 123 4567 890"),
        ("TICKET 2141234567890", "TICKET 2141234567890"),
        ("4111111111111112", "4111111111111112"),
        ("94111111111111111", "94111111111111111"),
        ("٤4111111111111111", "٤411111XXXXXX1111"),
    ],
)
def test_card_numbers_in_free_text(text: str, expected: str) -> None:
    assert cut(text) == (expected, len(re.findall("XX-? ?XXXX", expected)))


def test_numbers_of_documents_stay() -> None:
    number = "4111111111111111"
    text = f"SSR+DOCS:HK:1:PK:::::/P/PAK/{number}/PAK'SSR+FOID:HK:1:PK:::::NI{number}'"
    data = text.encode()
    cutter = CardCutter(b"k")
    assert list(cutter.segments(tokenise(data), data)) == tokenise(data)


@given(st.text("0123456789 -X", max_size=60))
def test_no_valid_card_number_is_left(text: str) -> None:
    once, _ = cut(f"A{text}")
    assert cut(once) == (once, 0)
