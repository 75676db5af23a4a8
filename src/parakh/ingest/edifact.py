"""UN/EDIFACT segments (ISO 9735-1, versions 1 to 4) with the place where each stood.

The bytes are split as Latin-1, in which one character is one byte, so that offsets are exact;
service characters are ASCII and never part of a multi-byte UTF-8 character. Only segments with
other than ASCII characters are then decoded for real. Nothing here raises: what cannot be read
becomes a segment with a `fault`.
"""

import gc
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from parakh.domain.message import Problem, Severity
from parakh.ingest.quotes import TAGS, straightened

_BLANK = " \t\r\n\x00\x1a"
_BOM = "\u00ef\u00bb\u00bf"
_GARBAGE = "These bytes are no segment"
_QUOTE = "A typographic quotation mark stands here for the terminator, or beside one"
_LOST = "The segment's terminator is missing; the next segment was told by its tag"
UNTERMINATED = "The data end before the segment's terminator"
_CHARSETS = {
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
}
"""ISO 9735-1 annex A, 0001: the character sets that are neither ASCII, Latin-1 nor UTF-8."""

_REMEMBERED = 4096
"""So many distinct plain segments are kept at most, which bounds the memory."""

_CONTINUATION = re.compile("[\u0080-\u00bf]")
"""Bytes that continue a UTF-8 character, as Latin-1."""

_HEAD = re.compile(
    r"UNB *(?P<element>[^A-Z0-9 \t\r\n\x00\x1a])(?P<syntax>[A-Z]{3}[A-Z0-9])"
    r"(?P<component>[^A-Z0-9 \t\r\n\x00\x1a])"
)
_UNA = re.compile(r"UNA([^A-Z0-9]{4,6})[ \t\r\n\x00]*\Z")
_WHOLE_UNA = re.compile(rf"(?:{_BOM})?[ \t\r\n\x00\x1a]*UNA([^A-Z0-9]{{6}})")
_BARE_HEADER = re.compile(r"UNH *(?P<element>[^A-Z0-9 \t\r\n\x00\x1a])")
_TERMINATOR = re.compile(r"([^A-Z0-9 \t\r\n\x00]|(?<=\S)\r?\n)[ \t\r\n\x00]*+UN[GH] *[^A-Z0-9 ]")
"""Each run of blanks is looked at once, here and below, or hostile input would take hours."""


class Segment(NamedTuple):
    """One segment, or (with an empty tag) bytes that are none.

    Attributes:
        tag: three upper-case characters, or "" for bytes that are no segment.
        elements: the data elements after the tag, each a tuple of its components, with release
            characters undone and line breaks inside them removed.
        begin: offset of the first byte after the segment before it, so that the slices
            `data[begin:end]` of all segments, one after another, are the data again.
        start: offset of the tag's first byte; between `begin` and `start` there is only padding.
        end: offset after the terminator.
        line: line of the tag, from 1.
        column: column of the tag in characters, from 1.
        fault: what is wrong with it, as a sentence, or "".
    """

    tag: str
    elements: tuple[tuple[str, ...], ...]
    begin: int
    start: int
    end: int
    line: int
    column: int
    fault: str = ""

    def get(self, element: int, component: int = 0) -> str:
        """The component without surrounding blanks, or "" where the segment ends before it."""
        elements = self.elements
        if element < len(elements):
            parts = elements[element]
            if component < len(parts):
                return parts[component].strip()
        return ""

    def problem(self, cause: str, severity: Severity = Severity.ERROR) -> Problem:
        """A Problem at this segment's place."""
        return Problem(
            line=self.line, column=self.column, segment=self.tag, cause=cause, severity=severity
        )


_new_segment = tuple.__new__
"""Twice as fast as the class's own constructor, and there is one call for each segment."""


class Service(NamedTuple):
    """The service characters of one interchange (UNA); `release` is empty where there is none."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"


def tokenise(data: bytes) -> list[Segment]:
    """Splits a transmission of any number of interchanges into segments; never raises."""
    with uncollected():
        return Tokeniser().feed(data)


@contextmanager
def uncollected() -> Iterator[None]:
    """Holds the garbage collector off for a window: reading makes no cycles, but so many objects
    that the collector would walk over all of them again and again, a quarter of the whole time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Chunk(NamedTuple):
    """A run of the text under one set of service characters; `body` is where its UNA ends."""

    start: int
    una: str
    body: int
    end: int
    service: Service
    charset: str
    fault: str


def _chunks(upper: str, before: "_Chunk | None") -> Iterator[_Chunk]:
    """The interchanges in the text, which is given in upper case; it may begin amid `before`."""
    heads = [(_una_before(upper, head.start()), head) for head in _HEAD.finditer(upper)]
    starts = [una.start() if una else head.start() for una, head in heads]
    first = starts[0] if starts else len(upper)
    if before is not None and first > 0:
        yield before._replace(start=0, una="", body=0, end=first, fault="")
    elif first > 0:
        yield _headless(upper, first)
    ends = [*starts[1:], len(upper)]
    for (una, head), start, end in zip(heads, starts, ends, strict=False):
        service, fault, characters = _service(una[1] if una else "", head, upper, end)
        charset = _CHARSETS.get(head["syntax"], "")
        body = start + 3 + len(characters) if una else start
        yield _Chunk(start, characters, body, end, service, charset, fault)


def _una_before(upper: str, offset: int) -> re.Match[str] | None:
    """The UNA right before a UNB; between them there is at most a little padding."""
    return _UNA.search(upper, max(0, offset - 32), offset)


def _headless(text: str, end: int) -> _Chunk:
    """What stands before the first UNB, or a whole file without one."""
    una = _WHOLE_UNA.match(text, 0, end)
    service = _of_una(una[1]) if una else None
    if una and service and service.terminator not in _BLANK:
        return _Chunk(una.start(1) - 3, una[1], una.end(), end, service, "", "")
    header = _BARE_HEADER.search(text, 0, end)
    service = Service(element=header["element"]) if header else Service()
    body = len(_BOM) if text.startswith(_BOM) else 0
    return _Chunk(0, "", min(body, end), end, service, "", "")


def _service(una: str, head: re.Match[str], text: str, end: int) -> tuple[Service, str, str]:
    """The service characters, what is wrong with the UNA, and those of its characters that count.

    Some senders leave one of its six characters out; a sixth that is then a line break is none
    if the UNB line ends in the fifth.
    """
    inferred = _terminator(head, text, end)
    if not una:
        release = "" if inferred == "?" else "?"
        return Service(head["component"], head["element"], release, inferred), "", ""
    service = _of_una(una)
    cut = una[-1] in "\r\n" and una[-2] == inferred
    if service is not None and service.element == head["element"] and not cut:
        return service, "", una
    short = una.rstrip(_BLANK)
    service = Service(head["component"], head["element"], _release(short), inferred)
    fault = "The UNA segment does not hold six service characters; they were told from the UNB"
    return service, fault, short


def _terminator(head: re.Match[str], text: str, end: int) -> str:
    """The character before the first UNG or UNH, if it can be the terminator, else the usual one.

    A line break is believed only where the usual terminator does not occur.
    """
    found = _TERMINATOR.search(text, head.end(), end)
    if found is None or found[1] in (head["element"], head["component"]):
        return "'"
    if found[1][-1] == "\n" and text.find("'", head.end(), end) >= 0:
        return "'"
    return found[1][-1]


def _of_una(una: str) -> Service | None:
    """The service characters as UNA gives them; None if they cannot be what is meant."""
    if len(una) != 6:
        return None
    component, element, release, terminator = una[0], una[1], una[3], una[5]
    if len({component, element, terminator}) < 3 or {component, element} & set(_BLANK):
        return None
    if release in (" ", component, element, terminator):
        release = ""
    return Service(component, element, release, terminator)


def _release(una: str) -> str:
    return "\\" if "\\" in una[2:] else "?"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=32)
def _patterns(service: Service) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns for one segment, for a tag after a lost terminator, and for one amid garbage."""
    term, release = re.escape(service.terminator), re.escape(service.release)
    element = re.escape(service.element)
    return (
        re.compile(rf"((?:[^{term}{release}]++|{release}.?)*+)(?:{term}|\Z)", re.DOTALL),
        re.compile(
            rf"(?<![ \t\r\n])[ \t]*+[\r\n][ \t\r\n]*+(?=(?:{TAGS}) *{element})", re.IGNORECASE
        ),
        re.compile(rf"(?:UN[GHTEZ]) *{element}", re.IGNORECASE),
    )


def _pieces(text: str, chunk: _Chunk) -> list[str]:
    """What stands between the terminators; one at the very end has none behind it."""
    release, terminator = chunk.service.release, chunk.service.terminator
    if release and text.find(release, chunk.body, chunk.end) >= 0:
        one = _patterns(chunk.service)[0]
        return one.findall(text, chunk.body, chunk.end)
    return text[chunk.body : chunk.end].split(terminator)


_Plain = tuple[str, tuple[tuple[str, ...], ...], int, int, int]
"""A whole segment without anything odd: tag, elements, and of the padding before it the length,
the line breaks, and what follows the last of them."""


def _parse_plain(piece: str, service: Service, newline: str, tags: set[str]) -> _Plain | None:
    """A segment of printable ASCII in which nothing is released; None for any other.

    `tags` remembers the tags that were found to be some.
    """
    body = piece.lstrip(_BLANK)
    if not (body.isprintable() and body.isascii()):
        return None
    component, element, release, _ = service
    if release and release in body:
        return None
    tag, *parts = body.split(element)
    if tag not in tags:
        if not (len(tag) == 3 and tag.isalnum() and tag.isupper()):
            return None
        tags.add(tag)
    elements: tuple[tuple[str, ...], ...]
    if component in body:
        elements = tuple([tuple(p.split(component)) if component in p else (p,) for p in parts])
    else:
        elements = tuple(zip(parts, strict=False))
    padding = len(piece) - len(body)
    if not padding:
        return tag, elements, 0, 0, 0
    last = piece.rfind(newline, 0, padding)
    breaks = piece.count(newline, 0, padding) if last >= 0 else 0
    return tag, elements, padding, breaks, padding - last - 1


class Tokeniser:
    """Gathers the segments of a transmission that comes in one window or several.

    A window after the first must begin where a segment does; `parakh.ingest.windows` cuts so.
    """

    def __init__(self) -> None:
        self._text = ""
        self._utf8 = self._wide = False
        self._newline = ""
        self._base = 0
        self._seen = 0
        self._line = 1
        self._column_base = 0
        self._end = 0
        self._segments: list[Segment] = []
        self._chunk: _Chunk | None = None
        self._known: dict[str, _Plain] = {}
        self._tags: set[str] = set()

    def feed(self, data: bytes) -> list[Segment]:
        """The segments of the next window; its last one is taken as unterminated if it is."""
        utf8 = _is_utf8(data)
        text, mended = straightened(data.decode("latin-1"), utf8=utf8)
        self._segments = []
        self._text, self._utf8, self._wide = text, utf8, utf8 and not text.isascii()
        newline = "\n" if "\n" in text else "\r"
        if newline != self._newline:
            self._newline, self._known = newline, {}
        self._seen = 0
        if not self._base:
            self._column_base = len(_BOM) if text.startswith(_BOM) else 0
        upper = text.upper() if text.isascii() else text.encode("latin-1").upper().decode("latin-1")
        for chunk in _chunks(upper, self._chunk):
            if self._chunk is None or self._chunk.service != chunk.service:
                self._known = {}
            self._chunk = chunk
            self._split(chunk)
        self._advance(len(text))
        if mended is not None:
            self._mark(mended + self._base)
        self._base += len(text)
        self._column_base -= len(text)
        segments, self._segments = self._segments, []
        return segments

    def _split(self, chunk: _Chunk) -> None:
        """Adds the chunk's segments.

        Most segments are plain (printable ASCII, nothing released) and many occur again and again,
        so that a short-lived memory of them saves most of the time.
        """
        if chunk.una:
            self._add("UNA", ((chunk.una,),), chunk.start, chunk.body, chunk.fault)
        known, add, service, end = self._known, self._segments.append, chunk.service, chunk.end
        newline, base, begin, tags = self._newline, self._base, self._end, self._tags
        self._advance(chunk.body)
        line, column_base = self._line, self._column_base
        position = chunk.body
        for piece in _pieces(self._text, chunk):
            stop = position + len(piece)
            plain = known.get(piece)
            if plain is None or stop == end:
                plain = _parse_plain(piece, service, newline, tags) if stop < end else None
                if plain is None:
                    self._line, self._column_base, self._end = line, column_base, begin
                    self._seen = position
                    self._split_odd(piece, position, min(stop + 1, end), chunk)
                    position = stop + 1
                    self._advance(min(position, end))
                    line, column_base, begin = self._line, self._column_base, self._end
                    continue
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[piece] = plain
            tag, elements, padding, breaks, indent = plain
            start = position + padding
            if breaks:
                line += breaks
                column_base = start - indent
            position = stop + 1
            after = base + position
            column = start - column_base + 1
            add(
                _new_segment(Segment, (tag, elements, begin, base + start, after, line, column, ""))
            )
            begin = after
        self._line, self._column_base, self._end = line, column_base, begin
        self._seen = end

    def _advance(self, offset: int) -> None:
        """Brings line and column up to `offset` in the window.

        `_column_base` is the offset of the line's start, moved by the bytes of characters that
        have several.
        """
        text, seen = self._text, self._seen
        newline = text.rfind(self._newline, seen, offset)
        if newline >= 0:
            self._line += 1
            if newline > seen:
                self._line += text.count(self._newline, seen, newline)
            self._column_base = seen = newline + 1
        if self._wide:
            self._column_base += len(_CONTINUATION.findall(text, seen, offset))
        self._seen = max(offset, self._seen)

    def _add(
        self,
        tag: str,
        elements: tuple[tuple[str, ...], ...],
        start: int,
        end: int,
        fault: str = "",
    ) -> None:
        self._advance(start)
        column = start - self._column_base + 1
        base = self._base
        self._segments.append(
            Segment(tag, elements, self._end, base + start, base + end, self._line, column, fault)
        )
        self._end = base + end

    def _mark(self, offset: int) -> None:
        """Puts a fault on the segment that begins before `offset`, if it has none."""
        starts = [segment.begin for segment in self._segments]
        index = max(0, bisect_right(starts, offset) - 1)
        if self._segments and not self._segments[index].fault:
            self._segments[index] = self._segments[index]._replace(fault=_QUOTE)

    def _split_odd(self, piece: str, begin: int, end: int, chunk: _Chunk) -> None:
        """A stretch up to a terminator that is broken over lines, escaped, damaged or blank."""
        body = piece.lstrip(_BLANK)
        if not body:
            return
        start = begin + len(piece) - len(body)
        lost = _patterns(chunk.service)[1]
        cuts = [0, *(match.end() for match in lost.finditer(body))]
        for cut, following in pairwise(cuts):
            self._add_piece(body[cut:following], start + cut, start + following, chunk, _LOST)
        last = body[cuts[-1] :]
        fault = UNTERMINATED if start + len(body) == end else ""
        self._add_piece(last, start + cuts[-1], end, chunk, fault)

    def _add_piece(self, piece: str, start: int, end: int, chunk: _Chunk, fault: str) -> None:
        piece = piece.rstrip(_BLANK if fault else "\r\n\x00")
        joined = self._decode(piece, chunk).replace("\r", "").replace("\n", "")
        tag, elements = _parse(joined, chunk.service)
        if tag:
            self._add(tag, elements, start, end, fault)
            return
        inside = _patterns(chunk.service)[2].search(piece)
        if inside is None or not inside.start():
            self._add_garbage(start, end)
            return
        self._add_garbage(start, start + inside.start())
        self._add_piece(piece[inside.start() :], start + inside.start(), end, chunk, fault)

    def _add_garbage(self, start: int, end: int) -> None:
        """Adds bytes that are no segment: one for a whole stretch, however long."""
        if self._segments and not self._segments[-1].tag:
            self._end = self._base + end
            self._segments[-1] = self._segments[-1]._replace(end=self._end)
        else:
            self._add("", (), start, end, _GARBAGE)

    def _decode(self, text: str, chunk: _Chunk) -> str:
        if text.isascii():
            return text
        data = text.encode("latin-1")
        if not self._utf8 and chunk.charset:
            return data.decode(chunk.charset, "replace")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return text


def _parse(body: str, service: Service) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Tag and elements, release characters undone; the tag is "" if `body` is no segment."""
    head = body.partition(service.element)[0].strip().upper()
    if not (len(head) == 3 and head.isascii() and head.isalnum() and head[0].isalpha()):
        return "", ()
    release = service.release
    if not release or release not in body:
        parts = body.split(service.element)[1:]
        return head, tuple([tuple(part.split(service.component)) for part in parts])
    elements: list[list[str]] = [[""]]
    characters = iter(body)
    for character in characters:
        if character == service.element:
            elements.append([""])
        elif character == service.component:
            elements[-1].append("")
        elif character == release:
            elements[-1][-1] += next(characters, "")
        else:
            elements[-1][-1] += character
    return head, tuple([tuple(element) for element in elements[1:]])
