"""CEL's words: numbers, texts, names and signs, each with its place (cel-spec, Syntax)."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.problems import RuleError, Span, problem

MAX_LENGTH = 8192
"""Characters of a rule: some 150 conditions; more belongs into a named list or a second rule."""


class Word(StrEnum):
    """Kinds of token."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One word of a rule; `value` is the meaning of a number or text, else the word itself."""

    word: Word
    value: str | float
    span: Span


_TOKEN = re.compile(
    r"""(?P<space>[\t\n\f\r ]+|//[^\n\r]*)
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?)
    |(?P<prefix>[bB][rR]?|[rR][bB]?)?(?P<quote>\"\"\"|'''|"|')
    |(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"""\\(?:([\\?"'`abfnrtv])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))"""
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_ADVICE: dict[str, Phrase] = {
    "=": phrase(N_("One = is not used here; write == to compare")),
    "&": phrase(N_("Write && for “and”")),
    "|": phrase(N_("Write || for “or”")),
    "“": phrase(N_('Write straight quotation marks: "text"')),
    "”": phrase(N_('Write straight quotation marks: "text"')),
    "‘": phrase(N_('Write straight quotation marks: "text"')),
    "’": phrase(N_('Write straight quotation marks: "text"')),
}


def tokens(text: str) -> list[Token]:
    """All words of a text, with END as the last; raises RuleError at the first that is none."""
    if len(text) > MAX_LENGTH:
        raise _error(text, MAX_LENGTH, len(text), _too_long(len(text)))
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            advice = _ADVICE.get(text[at])
            raise _error(text, at, at + 1, advice or _strange(text[at]))
        token = _text(text, match) if match["quote"] else _plain(text, match)
        if token is not None:
            found.append(token)
        at = token.span.end if token is not None else match.end()
    found.append(Token(word=Word.END, value="", span=Span(start=len(text), end=len(text) + 1)))
    return found


def _plain(text: str, match: re.Match[str]) -> Token | None:
    span = Span(start=match.start(), end=match.end())
    if match["space"]:
        return None
    if match["number"]:
        return Token(word=Word.NUMBER, value=_number(text, match), span=span)
    word = Word.NAME if match["name"] else Word.SIGN
    return Token(word=word, value=match[0], span=span)


def _number(text: str, match: re.Match[str]) -> float:
    if re.match(r"[_a-zA-Z0-9]", text[match.end() : match.end() + 1]):
        raise _error(text, match.start(), match.end() + 1, phrase(N_("This is not a number")))
    digits = match[0].rstrip("uU")
    try:
        value = float(int(digits, 16)) if digits[:2].lower() == "0x" else float(digits)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise _error(text, match.start(), match.end(), phrase(N_("This number is too large")))
    return value


def _text(text: str, match: re.Match[str]) -> Token:
    """A text from its opening quotation mark to its closing one."""
    quote, prefix = match["quote"], (match["prefix"] or "").lower()
    if "b" in prefix:
        raise _error(text, match.start(), match.end(), phrase(N_("Rules have no use for bytes")))
    start = at = match.end()
    while not text.startswith(quote, at):
        if at >= len(text) or (len(quote) == 1 and text[at] in "\r\n"):
            raise _error(
                text,
                match.start(),
                at,
                phrase(N_("The text is not closed: {quote} is missing"), quote=quote),
            )
        at += 2 if text[at] == "\\" and "r" not in prefix else 1
    inner = text[start:at]
    value = inner if "r" in prefix else _unescape(text, inner, start)
    return Token(word=Word.TEXT, value=value, span=Span(start=match.start(), end=at + len(quote)))


def _unescape(text: str, inner: str, start: int) -> str:
    parts: list[str] = []
    at = 0
    while (slash := inner.find("\\", at)) >= 0:
        parts.append(inner[at:slash])
        match = _ESCAPE.match(inner, slash)
        letter = None if match is None else _letter(match)
        if match is None or letter is None:
            place = start + slash
            raise _error(
                text, place, place + 2, phrase(N_(r"Unknown escape; write \\ for a backslash"))
            )
        parts.append(letter)
        at = match.end()
    parts.append(inner[at:])
    return "".join(parts)


def _letter(match: re.Match[str]) -> str | None:
    """The character that an escape stands for; None for one that Unicode does not have."""
    if match[1]:
        return _SIMPLE.get(match[1], match[1])
    code = int(match[5], 8) if match[5] else int(match[2] or match[3] or match[4], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def _too_long(length: int) -> Phrase:
    return phrase(
        N_(
            "A rule has at most {most} characters, this one has {length}; "
            "put long lists of values into a named list"
        ),
        most=MAX_LENGTH,
        length=length,
    )


def _strange(letter: str) -> Phrase:
    return phrase(N_("The sign {letter} has no meaning here"), letter=repr(letter))


def _error(text: str, start: int, end: int, message: Phrase) -> RuleError:
    return RuleError([problem(text, Span(start=start, end=end), message)])
