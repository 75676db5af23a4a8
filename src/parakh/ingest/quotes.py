"""Typographic quotation marks where an apostrophe was meant: word processors put them there.

The usual terminator is an apostrophe. A mark stands for it where a segment's tag follows, or the
data end; beside a terminator it is padding. Anywhere else it belongs to a name and is kept.
"""

import re

TAGS = (
    "UN[ABGHTEZS]|BGM|NAD|COM|TDT|LOC|DTM|ATT|MEA|GEI|FTX|EMP|NAT|RFF|DOC|CPI|QTY|CNT|CTA|HAN|AUT|"
    "MSG|ORG|TVL|EQN|SRC|RCI|SSR|DAT|IFT|ADD|EBD|TIF|FTI|REF|FAR|TKT|MON|PTK|TXD|FOP|TRA|RPI|APD|"
    "TRI|SSD|TBD|ABI|SAC|LTS"
)
"""Tags by which a segment is recognised behind a lost terminator."""

_UTF8 = "\u00e2\u0080[\u0098\u0099\u009b\u009c\u009d]|`"
_OTHER = "[\u0091-\u0094\u00b4`]"
"""The marks as Latin-1 shows them: in UTF-8 U+2018, 2019, 201B, 201C, 201D; in Windows-1252."""

_BLANK = " \t\r\n\x00\x1a"


def _pattern(marks: str, *, beside: bool) -> re.Pattern[str]:
    follows = rf"[{_BLANK}]*+(?:(?:{TAGS}) *(?:[+*\x1d']|{marks})|\Z)"
    run = rf"(?:{marks})(?:[{_BLANK}]*+(?:{marks}))*+"
    before = "'|" if beside else ""
    return re.compile(rf"{run}(?:{before}(?={follows}))", re.IGNORECASE)


_MARKS = {True: _UTF8, False: _OTHER}
_HINTS = {
    True: ("\u00e2\u0080", "`"),
    False: ("\u0091", "\u0092", "\u0093", "\u0094", "\u00b4", "`"),
}
"""Without any of these there is no mark; a plain search for them costs next to nothing."""

_DOUBLED = {
    utf8: re.compile(rf"(?:{marks})'[{_BLANK}]*+UN[GH]", re.IGNORECASE)
    for utf8, marks in _MARKS.items()
}
"""A mark beside a terminator where no value can end in one: before a message's header."""

_PATTERNS = {
    (utf8, beside): _pattern(marks, beside=beside)
    for utf8, marks in _MARKS.items()
    for beside in (True, False)
}


def straightened(text: str, *, utf8: bool) -> tuple[str, int | None]:
    """The text with such marks made terminators or padding; each keeps its length.

    `text` is Latin-1, one character a byte. Also gives the offset of the first mark, or None.
    """
    if not any(hint in text for hint in _HINTS[utf8]):
        return text, None
    first: int | None = None

    def straight(match: re.Match[str]) -> str:
        nonlocal first
        first = match.start() if first is None else first
        before = text[max(0, match.start() - 64) : match.start()].rstrip(_BLANK)
        padding = "".join(sign if sign in _BLANK else "\x00" for sign in match[0])
        stands_beside = not before or before[-1] == "'"
        return padding if stands_beside else "'" + padding[1:]

    doubled = _DOUBLED[utf8].search(text) is not None
    return _PATTERNS[utf8, doubled].sub(straight, text), first
