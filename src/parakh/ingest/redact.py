"""The bytes of a transmission without what must not be kept: card numbers, protected content.

What reading left out or cut is overwritten where it stands, letters and digits with `X`, so that
every byte, line and column stays in its place, separators part what they parted, and the text reads
as before: a message can be read again, shown beside its problems, and downloaded. What was
overwritten is gone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from parakh.ingest.cards import cut_in_place, is_account, numbers
from parakh.ingest.pnrgov_values import before_contact
from parakh.ingest.records import DeclaredBooking, DeclaredPayment
from parakh.ingest.sensitive import REMOVED, reason
from parakh.ingest.submission import Hidden, Submission

_TAIL = " \t\r\n\x00\x1a'`\u2018\u2019\u201b\u201c\u201d\u0091\u0092\u0093\u0094\u00b4"
"""Behind the last value: padding, terminators, and quotation marks that stand for one."""

_SERVICE = re.compile(rb"[ \t\r\n\x00\x1a]*UN[ABEGHTZ]", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9](?:[ \-\r\n?\\]{0,3}[0-9X])+")
_FILLING = {2: "\u00d7", 3: "\u2715", 4: "\U0001d417"}
"""What stands for a character of so many bytes in UTF-8."""

_UNDECODABLE = 0xFF
"""Stands for a byte that is no ASCII in text that is no UTF-8, which it then still is not."""


def redact(data: bytes, submissions: Sequence[Submission]) -> bytes:
    """The transmission `data` as it may be kept; `submissions` are what was read from it.

    It has the same length, and a character stays at its line and column. Read again it gives the
    same travellers, bookings and voyages, but for the tokens of cards (see `with_tokens`); cards
    are none any more, and `removed` names some codes no longer. Outside the messages, and in what
    could not be read as any, card numbers are cut where they can be told by their form.
    """
    out = bytearray(data)
    for submission in submissions:
        for hidden in dict.fromkeys(submission.hidden):
            _hide(out, hidden, submission.characters)
    for start, end, terminator in _between(len(data), submissions):
        for piece in _pieces(data, start, end, terminator):
            if not _SERVICE.match(data, piece[0], piece[1]):
                _hide_numbers(out, *piece)
    return bytes(out)


def with_tokens(submission: Submission, before: Iterable[DeclaredBooking]) -> Submission:
    """A submission read from redacted bytes, with the card tokens of the bookings read `before`."""
    known = {
        (own.line, own.account): own.token
        for booking in before
        for own in booking.payments
        if own.token
    }

    def told(own: DeclaredPayment) -> DeclaredPayment:
        token = own.token or known.get((own.line, own.account), "")
        return replace(own, token=token) if token else own

    bookings = tuple(
        replace(booking, payments=tuple(told(own) for own in booking.payments))
        for booking in submission.bookings
    )
    return replace(submission, bookings=bookings)


def removed_in_all(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """What was removed from a message by code, when it is read again from redacted bytes."""
    return {
        code: max(before.get(code, 0), now.get(code, 0))
        for code in {**before, **now}
        if not before or reason(code) != REMOVED
    }


class _Sign(NamedTuple):
    """A character of a value, and where its bytes stand."""

    text: str
    start: int
    size: int


class _Component(NamedTuple):
    """A component's characters; the tag is element -1."""

    element: int
    component: int
    signs: list[_Sign]

    @property
    def text(self) -> str:
        return "".join(sign.text for sign in self.signs)


def _hide(out: bytearray, hidden: Hidden, characters: str) -> None:
    if hidden.what == "bytes":
        _hide_numbers(out, hidden.start, hidden.end)
        return
    parts = list(_components(bytes(out[hidden.start : hidden.end]), hidden.start, characters))
    tag = parts[0].text.strip().upper()
    if hidden.what == "numbers":
        for part in parts[1:]:
            _cut(out, part, whole=tag == "FOP" and part.component == 4)
    elif hidden.what == "content":
        for part in parts[1:]:
            _fill(out, part.signs)
    elif tag == "SSR":
        for part in parts[1:]:
            if part.component > 7 if part.element == 0 else part.component != 2:
                _fill(out, part.signs)
    else:
        _fill(out, _before_contact([part for part in parts if part.element > 0]))


def _components(data: bytes, start: int, characters: str) -> Iterator[_Component]:
    """The components of the segment `data`, which begins at `start`."""
    component_sign, element_sign, release, terminator = tuple(characters)
    part = _Component(-1, 0, [])
    signs = iter(_signs(data, start, terminator))
    for sign in signs:
        if sign.text == release and release != " ":
            following = next(signs, None)
            if following is not None:
                part.signs.append(following)
        elif sign.text == element_sign:
            yield part
            part = _Component(part.element + 1, 0, [])
        elif sign.text == component_sign:
            yield part
            part = _Component(part.element, part.component + 1, [])
        elif sign.text not in "\r\n":
            part.signs.append(sign)
    yield part


def _signs(data: bytes, start: int, terminator: str) -> Iterator[_Sign]:
    """The characters of a segment up to its end, with their places."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        # Only the first byte of a quotation mark that stands for the terminator is the segment's.
        cut = error.end == len(data) and error.reason == "unexpected end of data"
        text = data[: error.start].decode() if cut else ""
    wide = bool(text)
    text = text or data.decode("latin-1")
    for sign in text.rstrip(_TAIL + terminator):
        size = len(sign.encode()) if wide else 1
        yield _Sign(sign, start, size)
        start += size


def _fill(out: bytearray, signs: Iterable[_Sign]) -> None:
    for text, start, size in signs:
        if size > 1:
            out[start : start + size] = _FILLING[size].encode()
        elif not text.isascii():
            out[start] = _UNDECODABLE
        elif text.isalnum():
            out[start] = ord("X")


def _before_contact(parts: Sequence[_Component]) -> list[_Sign]:
    """The characters of a remark that stand before the contact it gives; all if it gives none."""
    shown = [part for part in parts if part.text.strip()]
    whole = " ".join(part.text.strip() for part in shown)
    left = before_contact(whole)
    signs: list[_Sign] = []
    for part in shown:
        blank = len(part.text) - len(part.text.lstrip())
        signs += part.signs[: max(0, left + blank)]
        left -= len(part.text.strip()) + 1
        if left <= 0:
            break
    return signs


def _cut(out: bytearray, part: _Component, *, whole: bool) -> None:
    text = part.text
    # As reading does: a card within the text first, and only then the text as a whole.
    places = list(numbers(text)) or ([(0, len(text))] if whole and is_account(text) else [])
    for start, end in places:
        for sign, kept in zip(part.signs[start:end], cut_in_place(text[start:end]), strict=True):
            if kept == "X":
                out[sign.start] = ord("X")


def _hide_numbers(out: bytearray, start: int, end: int) -> None:
    """Cuts card numbers in bytes that are no segments."""
    text = out[start:end].decode("latin-1")
    for run in _DIGITS.finditer(text):
        places = [place for place in range(run.start(), run.end()) if text[place] not in "\r\n?\\"]
        digits = "".join(text[place] for place in places)
        for first, last in numbers(digits):
            for place, kept in zip(
                places[first:last], cut_in_place(digits[first:last]), strict=True
            ):
                out[start + place] = ord(kept)


def _between(size: int, submissions: Sequence[Submission]) -> Iterator[tuple[int, int, str]]:
    """The stretches outside the messages, each with the terminator used there."""
    at = 0
    for submission in submissions:
        yield at, submission.start, submission.characters[3]
        at = submission.end
    if submissions:
        yield at, size, submissions[-1].characters[3]


def _pieces(data: bytes, start: int, end: int, terminator: str) -> Iterator[tuple[int, int]]:
    sign = terminator.encode("latin-1")
    while start < end:
        found = data.find(sign, start, end)
        stop = end if found < 0 else found + 1
        yield start, stop
        start = stop
