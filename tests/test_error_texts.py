"""Errors as a person reads them in another language, and how their texts are collected."""

from io import BytesIO

import pytest

from parakh.error_texts import extract, told


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("give a reason", "وجہ لکھیں"),
        ("give a reason of at least 10 characters", "کم از کم 10 حروف کی وجہ لکھیں"),
        ("line 3: give a reason", "سطر 3: وجہ لکھیں"),
        ("picture 2: no face was found in the picture", "تصویر 2: تصویر میں کوئی چہرہ نہیں ملا"),
        ("the alert is closed already", "الرٹ پہلے ہی بند ہوا ہے"),
        ("the profile is in force already", "پروفائل پہلے ہی نافذ ہے"),
        ("there is a rule Gold already", "<Gold> نام کا قاعدہ پہلے سے ہے"),
        ("nobody ever said this", "nobody ever said this"),
        ("", ""),
    ],
)
def test_an_error_is_told_in_urdu(text: str, wanted: str) -> None:
    assert told("ur", text, lambda value: value if value.isdigit() else f"<{value}>") == wanted
    assert told("en", text) == text


def test_texts_of_errors_are_collected_with_marked_ones() -> None:
    source = b"""
raise InvalidInput("say why")
raise errors.Conflict(f"{name} has {count:d} already")
raise NotFound(cause)
raise Misconfigured("set it up")
raise ValueError("no")
words = N_("marked")
"""
    found = {text for _, _, text, _ in extract(BytesIO(source), {"N_": None}, (), {})}
    assert found == {"marked", "say why", "{0} has {1} already"}
