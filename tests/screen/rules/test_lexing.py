"""CEL's words, after the lexis of cel-spec."""

import pytest

from parakh.screen.rules.lexing import MAX_LENGTH, Word, tokens
from parakh.screen.rules.problems import RuleError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7.0), ("7u", 7.0), ("0x1F", 31.0), ("7.5", 7.5), (".5", 0.5), ("7e2", 700.0),
        ("1.5E-1", 0.15),
        ('""', ""), ("''", ""), ("'\"\"'", '""'), ("'''x''x'''", "x''x"), (r'"\""', '"'),
        (r'"\\"', "\\"), (r'r"\\"', "\\\\"), (r'R"\d"', r"\d"), (r'"\303\277"', "Ã¿"),
        (r'"\377"', "ÿ"), (r'"\xFF"', "ÿ"), (r'"ÿ"', "ÿ"), (r'"\U0001F600"', "😀"),
        (r'"\a\b\f\n\r\t\v\?\`"', "\a\b\f\n\r\t\v?`"), ('"""two\nlines"""', "two\nlines"),
        ('"کراچی"', "کراچی"),
    ],
)  # fmt: skip
def test_literals(text: str, value: str | float) -> None:
    assert tokens(text)[0].value == value


def test_words_and_their_places() -> None:
    found = tokens("a1 >= 3 // why\n&& r.b")
    assert [(own.word, own.value, own.span.start, own.span.end) for own in found] == [
        (Word.NAME, "a1", 0, 2),
        (Word.SIGN, ">=", 3, 5),
        (Word.NUMBER, 3.0, 6, 7),
        (Word.SIGN, "&&", 15, 17),
        (Word.NAME, "r", 18, 19),
        (Word.SIGN, ".", 19, 20),
        (Word.NAME, "b", 20, 21),
        (Word.END, "", 21, 22),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a = 3", 1, 3, "One = is not used here; write == to compare"),
        ("a\n  & b", 2, 3, "Write && for “and”"),
        ("a == “x”", 1, 6, 'Write straight quotation marks: "text"'),
        ("a # b", 1, 3, "The sign '#' has no meaning here"),
        ('a == "x', 1, 6, 'The text is not closed: " is missing'),
        ('"x\ny"', 1, 1, 'The text is not closed: " is missing'),
        (r'"ab\d"', 1, 4, r"Unknown escape; write \\ for a backslash"),
        (r'"\uD800"', 1, 2, r"Unknown escape; write \\ for a backslash"),
        ('b"x"', 1, 1, "Rules have no use for bytes"),
        ("3x", 1, 1, "This is not a number"),
        (f"a < 0x{'F' * 300}", 1, 5, "This number is too large"),
        ("1e999", 1, 1, "This number is too large"),
    ],
)
def test_what_is_no_word(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(RuleError) as error:
        tokens(text)
    (problem,) = error.value.problems
    assert (problem.line, problem.column, str(problem.message)) == (line, column, message)


def test_a_rule_is_bounded() -> None:
    with pytest.raises(RuleError, match="at most 8192 characters"):
        tokens("a" * (MAX_LENGTH + 1))
