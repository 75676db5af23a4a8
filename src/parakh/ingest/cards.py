"""Payment card numbers: found by length, leading digits and check digit, and cut where they stand.

What is kept is the most that PCI DSS 4.0, requirement 3.4.1, lets anybody see: the first six digits
and the last four. The others become `X` in their places, so that what stands around them stays
where it was.
"""

import hmac
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from parakh.ingest.edifact import Segment
from parakh.ingest.records import DeclaredCard
from parakh.ingest.submission import Hidden

_MAY_HOLD = re.compile(rb"[2-68](?:[ \-\r\n?\\]{0,2}[0-9]){13}")
"""Enough digits in a row, perhaps released or over two lines."""

_LONGEST = 14 + 13 * 2
_LEVEL = bytes.maketrans(b"0123456789 -\r\n?\\", b"0" * 16)
_LEVELLED = b"0" * 14
"""Enough digits and signs between them in a row, each made a 0: quick to look for."""

_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){13,}")
_GROUP = re.compile(r"[0-9]+")
_ISSUED = re.compile(
    r"4[0-9]{15}(?:[0-9]{3})?|5[0-8][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|3[0689][0-9]{12}"
    r"|35[0-9]{14}|6[0-9]{15,18}|8[12][0-9]{14}"
)
"""Lengths and leading digits that card schemes issue (ISO/IEC 7812-1). Thirteen digits are left
out: no scheme issues them any more, and ticket numbers have thirteen."""

_PAN = re.compile(r"[0-9]{12,19}")
_CUT = re.compile(r"[0-9]{6}X{2,9}[0-9]{4}")
_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
_NEVER = frozenset(("UNH", "UNT", "TKT"))
_NUMBERS_OF_DOCUMENTS = frozenset(("DOCS", "DOCO", "TKNE", "TKNA", "TKNM"))
_IDENTITY = re.compile(r"/?(?:PP|NI|DL|ID|CN)")


def luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = sum(map(_DOUBLED.__getitem__, digits[-2::-2]))
    return (doubled + sum(map(int, digits[::-2]))) % 10 == 0


class CardCutter:
    """Cuts the card numbers of one message; `key` is the secret of their tokens, b"" for none."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._by_line: dict[int, list[DeclaredCard]] = {}
        self.cards: list[DeclaredCard] = []
        self.hidden: list[Hidden] = []

    def segments(self, segments: Sequence[Segment], data: bytes) -> Sequence[Segment]:
        """The segments, in which every whole card number is cut; `data` are their bytes.

        Document and ticket numbers stay: one in ten would pass for a card by its check digit.
        """
        base = segments[0].start
        ends = [segment.end for segment in segments]
        cut = list(segments)
        for index in {bisect_right(ends, base + place) for place in _candidates(data)}:
            if index < len(cut):
                cut[index] = self._segment(cut[index])
        return cut

    def of_account(self, segment: Segment, account: str) -> DeclaredCard | None:
        """The card of what stands where a card's number belongs, even if its check digit is wrong.

        None if that is no card's number, whole or cut.
        """
        solid = _solid(account)
        for card in self._by_line.get(segment.line, ()):
            if card.account == solid:
                return card
        if _PAN.fullmatch(solid):
            return self._cut(segment, solid)
        if _CUT.fullmatch(solid):
            return DeclaredCard(account=solid, token="", line=segment.line, segment=segment.tag)
        return None

    def _segment(self, segment: Segment) -> Segment:
        if not segment.tag:
            self.hidden.append(Hidden(segment.start, segment.end, "bytes"))
        if segment.tag in _NEVER or _is_document(segment):
            return segment
        count = len(self.cards)
        elements = tuple(
            [
                tuple([self._text(segment, part) if len(part) > 13 else part for part in element])
                for element in segment.elements
            ]
        )
        return segment if len(self.cards) == count else segment._replace(elements=elements)

    def _text(self, segment: Segment, text: str) -> str:
        for start, end in numbers(text):
            self._cut(segment, _solid(text[start:end]))
            text = text[:start] + cut_in_place(text[start:end]) + text[end:]
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
        self.hidden.append(Hidden(segment.start, segment.end, "numbers"))
        self._by_line.setdefault(segment.line, []).append(card)
        return card


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every card number in a text, in order."""
    if text.isascii() and text.isdigit():  # nearly always: a payment's account
        if _ISSUED.fullmatch(text) and luhn(text):
            yield 0, len(text)
        return
    for run in _RUN.finditer(text):
        yield from _numbers(text, run.start(), run.end())


def is_account(text: str) -> bool:
    """Whether a text where a card's number belongs is one, whole."""
    return _PAN.fullmatch(_solid(text.strip())) is not None


def cut_in_place(number: str) -> str:
    """The number with an X for every digit but its first six and last four."""
    if number.isdigit():
        return f"{number[:6]}{'X' * (len(number) - 10)}{number[-4:]}"
    places = [place for place, sign in enumerate(number) if sign.isdigit()]
    kept = {*places[:6], *places[-4:]}
    return "".join(
        "X" if sign.isdigit() and place not in kept else sign for place, sign in enumerate(number)
    )


def may_hold(data: bytes) -> bool:
    """Whether there are enough digits in a row for a card number."""
    return any(True for _ in _candidates(data))


def _candidates(data: bytes) -> Iterator[int]:
    """Where card numbers may begin, at least one in each segment that may hold any."""
    levelled, step = data.translate(_LEVEL), len(_LEVELLED)
    at = levelled.find(_LEVELLED)
    while at >= 0:
        match = _MAY_HOLD.search(data, at, at + step + _LONGEST)
        if match is not None:
            yield match.start()
        at = levelled.find(_LEVELLED, at + step)


def _solid(number: str) -> str:
    return number if number.isdigit() else number.replace(" ", "").replace("-", "")


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
