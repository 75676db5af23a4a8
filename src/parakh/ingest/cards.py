"""Payment card numbers: found by length, leading digits and check digit, and cut where they stand.

What is kept is the most that PCI DSS 4.0, requirement 3.4.1, lets anybody see: the first six digits
and the last four.
"""

import hmac
import re
from bisect import bisect_right
from collections.abc import Sequence

from parakh.ingest.edifact import Segment
from parakh.ingest.records import DeclaredCard

_MAY_HOLD = re.compile(rb"[2-68](?:[ \-\r\n]{0,2}[0-9]){13}")
"""Enough digits in a row; quick to look for, and mostly absent."""
_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){13,}")
_GROUP = re.compile(r"[0-9]+")
_ISSUED = re.compile(
    r"4[0-9]{15}(?:[0-9]{3})?|5[0-8][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|3[0689][0-9]{12}"
    r"|35[0-9]{14}|6[0-9]{15,18}|8[12][0-9]{14}"
)
"""Lengths and leading digits that card schemes issue (ISO/IEC 7812-1). Thirteen digits are left
out: no scheme issues them any more, and ticket numbers have thirteen."""

_PAN = re.compile(r"[0-9]{12,19}")
_LUHN = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_NEVER = frozenset(("UNH", "UNT", "TKT"))
_NUMBERS_OF_DOCUMENTS = frozenset(("DOCS", "DOCO", "TKNE", "TKNA", "TKNM"))
_IDENTITY = re.compile(r"/?(?:PP|NI|DL|ID|CN)")


def luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = sum(_LUHN[int(digit)] for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[::-2]))) % 10 == 0


class CardCutter:
    """Cuts the card numbers of one message; `key` is the secret of their tokens, b"" for none."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._by_line: dict[int, list[DeclaredCard]] = {}
        self.cards: list[DeclaredCard] = []

    def segments(self, segments: Sequence[Segment], data: bytes) -> Sequence[Segment]:
        """The segments, in which every whole card number is cut; `data` are their bytes.

        Document and ticket numbers stay: one in ten would pass for a card by its check digit.
        """
        base = segments[0].start
        ends = [segment.end for segment in segments]
        cut = list(segments)
        for index in {bisect_right(ends, base + m.start()) for m in _MAY_HOLD.finditer(data)}:
            if index < len(cut):
                cut[index] = self._segment(cut[index])
        return cut

    def account(self, segment: Segment, digits: str) -> DeclaredCard | None:
        """Cuts what stands where a card's number belongs, even if its check digit is wrong."""
        solid = digits.replace(" ", "").replace("-", "")
        return self._cut(segment, solid) if _PAN.fullmatch(solid) else None

    def found(self, segment: Segment, account: str) -> DeclaredCard | None:
        """The card that was cut to `account` in this segment."""
        for card in self._by_line.get(segment.line, ()):
            if card.account == account:
                return card
        return None

    def _segment(self, segment: Segment) -> Segment:
        if segment.tag in _NEVER or _is_document(segment):
            return segment
        elements = tuple(
            tuple(self._text(segment, part) if len(part) > 13 else part for part in element)
            for element in segment.elements
        )
        return segment if elements == segment.elements else segment._replace(elements=elements)

    def _text(self, segment: Segment, text: str) -> str:
        for run in reversed(list(_RUN.finditer(text))):
            for start, end in reversed(list(_numbers(text, run.start(), run.end()))):
                digits = "".join(_GROUP.findall(text, start, end))
                text = text[:start] + self._cut(segment, digits).account + text[end:]
        return text

    def _cut(self, segment: Segment, digits: str) -> DeclaredCard:
        key = self._key
        card = DeclaredCard(
            account=f"{digits[:6]}{'X' * (len(digits) - 10)}{digits[-4:]}",
            token=hmac.digest(key, digits.encode(), "sha256").hex() if key else "",
            line=segment.line,
            segment=segment.tag,
        )
        self.cards.append(card)
        self._by_line.setdefault(segment.line, []).append(card)
        return card


def _is_document(segment: Segment) -> bool:
    if segment.tag != "SSR":
        return False
    code = segment.get(0).upper()
    return code in _NUMBERS_OF_DOCUMENTS or (
        code == "FOID" and _IDENTITY.match(segment.get(0, 8).upper()) is not None
    )


def _numbers(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """Places of card numbers within a run of digit groups."""
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(text, begin, end)]
    places = []
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + 19) - 1, first - 1, -1):
            start, stop = groups[first][0], groups[last][1]
            digits = "".join(_GROUP.findall(text, start, stop))
            if _ISSUED.fullmatch(digits) and luhn(digits):
                places.append((start, stop))
                first = last
                break
        first += 1
    return places
