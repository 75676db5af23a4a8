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


def _pattern(marks: str) -> re.Pattern[str]:
    follows = rf"[{_BLANK}]*+(?:(?:{TAGS}) *(?:[+*\x1d']|{marks})|\Z)"
    return re.compile(rf"(?:{marks})++(?='|{follows})", re.IGNORECASE)


_PATTERNS = {True: _pattern(_UTF8), False: _pattern(_OTHER)}
_ANY = {True: re.compile(_UTF8), False: re.compile(_OTHER)}


def straightened(text: str, *, utf8: bool) -> tuple[str, int | None]:
    """The text with such marks made terminators or padding; each keeps its length.

    `text` is Latin-1, one character a byte. Also gives the offset of the first mark, or None.
    """
    if _ANY[utf8].search(text) is None:
        return text, None
    first: int | None = None

    def straight(match: re.Match[str]) -> str:
        nonlocal first
        first = match.start() if first is None else first
        begin, width = match.start(), match.end() - match.start()
        before = text[max(0, begin - 64) : begin].rstrip(_BLANK)
        beside = text[match.end() : match.end() + 1] == "'" or not before or before[-1] == "'"
        return "\x00" * width if beside else "'" + "\x00" * (width - 1)

    return _PATTERNS[utf8].sub(straight, text), first
