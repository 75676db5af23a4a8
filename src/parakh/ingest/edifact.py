"""UN/EDIFACT segments (ISO 9735-1, versions 1 to 4) with the place where each stood.

The bytes are split as Latin-1, in which one character is one byte, so that offsets are exact;
service characters are ASCII and never part of a multi-byte UTF-8 character. Only segments with
other than ASCII characters are then decoded for real. Nothing here raises: what cannot be read
becomes a segment with a `fault`.
"""

import gc
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from operator import add
from typing import NamedTuple

from parakh.domain.message import Problem, Severity
from parakh.ingest.quotes import TAGS, straightened
from parakh.ingest.service import BLANK, BOM, Chunk, Service, chunks

_GARBAGE = "These bytes are no segment"
_QUOTE = "A typographic quotation mark stands here for the terminator, or beside one"
_LOST = "The segment's terminator is missing; the next segment was told by its tag"
UNTERMINATED = "The data end before the segment's terminator"
_AT_ONCE = 2048
"""So many segments are parsed together: few enough that the processor's cache holds them."""

_CONTINUATION = re.compile("[\u0080-\u00bf]")
"""Bytes that continue a UTF-8 character, as Latin-1."""


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
            # To the oldest generation at once, or the next allocation would walk over all of them.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


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


def _pieces(text: str, chunk: Chunk) -> list[str]:
    """What stands between the terminators, and behind the last one."""
    release, terminator = chunk.service.release, chunk.service.terminator
    if release and text.find(release, chunk.body, chunk.end) >= 0:
        pieces = _patterns(chunk.service)[0].findall(text, chunk.body, chunk.end)
        if sum(map(len, pieces)) + len(pieces) - 1 > chunk.end - chunk.body:
            pieces.pop()  # the pattern matches once more, at the very end
        return pieces
    return text[chunk.body : chunk.end].split(terminator)


_Plain = tuple[str, tuple[tuple[str, ...], ...], int, int, int, int]
"""A whole segment without anything odd: tag, elements, its length with the terminator, and of the
padding before it the length and the line breaks; last the column, or 0 where no line begins."""


def _parse_plain(pieces: Iterable[str], service: Service, newline: str) -> dict[str, _Plain | None]:
    """Segments of printable ASCII in which nothing is released, by their text; None for any other.

    Many occur again and again, so that each is looked at once.
    """
    component, element, release, _ = service
    release = release or "\n"  # which is in no printable text
    found: dict[str, _Plain | None] = dict.fromkeys(pieces)
    tags: set[str] = set()
    for piece in found:
        body = piece.lstrip(BLANK)
        if release in body or not (body.isprintable() and body.isascii()):
            continue
        tag, *parts = body.split(element)
        if tag not in tags:
            if not (len(tag) == 3 and tag.isalnum() and tag.isupper()):
                continue
            tags.add(tag)
        elements: tuple[tuple[str, ...], ...]
        if component in body:
            elements = tuple([tuple(p.split(component)) if component in p else (p,) for p in parts])
        else:
            elements = tuple(zip(parts, strict=False))
        size = len(piece)
        padding = size - len(body)
        breaks = column = 0
        if padding == 1 and piece[0] == newline:
            breaks = column = 1
        elif padding and (last := piece.rfind(newline, 0, padding)) >= 0:
            breaks = piece.count(newline, 0, padding)
            column = padding - last
        found[piece] = tag, elements, size + 1, padding, breaks, column
    return found


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
        self._chunk: Chunk | None = None
        self._services: list[tuple[int, Service]] = []

    def feed(self, data: bytes) -> list[Segment]:
        """The segments of the next window; its last one is taken as unterminated if it is."""
        utf8 = _is_utf8(data)
        text, mended = straightened(data.decode("latin-1"), utf8=utf8)
        self._segments = []
        del self._services[:-1]
        self._text, self._utf8, self._wide = text, utf8, utf8 and not text.isascii()
        newline = "\n" if "\n" in text else "\r"
        self._newline = newline
        self._seen = 0
        if not self._base:
            self._seen = self._column_base = len(BOM) if text.startswith(BOM) else 0
        upper = text.upper() if text.isascii() else text.encode("latin-1").upper().decode("latin-1")
        for chunk in chunks(upper, self._chunk):
            self._chunk = chunk
            self._services.append((self._base + chunk.start, chunk.service))
            self._split(chunk)
        self._advance(len(text))
        if mended is not None:
            self._mark(mended + self._base)
        self._base += len(text)
        self._column_base -= len(text)
        segments, self._segments = self._segments, []
        return segments

    def characters(self, offset: int) -> str:
        """The service characters under which the byte at `offset` of the last window was read.

        In order: component, element, release (a blank if there is none), terminator.
        """
        starts = [start for start, _ in self._services]
        component, element, release, terminator = self._services[
            max(0, bisect_right(starts, offset) - 1)
        ][1]
        return f"{component}{element}{release or ' '}{terminator}"

    def _split(self, chunk: Chunk) -> None:
        """Adds the chunk's segments: runs of plain ones together, any other by itself."""
        if chunk.una:
            self._add("UNA", ((chunk.una,),), chunk.start, chunk.body, chunk.fault)
        self._advance(chunk.body)
        *pieces, last = _pieces(self._text, chunk)
        position = chunk.body
        for begin in range(0, len(pieces), _AT_ONCE):
            position = self._add_pieces(pieces[begin : begin + _AT_ONCE], position, chunk)
        self._split_odd(last, position, chunk.end, chunk)
        self._advance(chunk.end)

    def _add_pieces(self, pieces: Sequence[str], position: int, chunk: Chunk) -> int:
        """Adds terminated pieces that follow one another; gives where the last one ends."""
        known = _parse_plain(pieces, chunk.service, self._newline)
        plains = list(map(known.__getitem__, pieces))
        done = 0
        for place, plain in enumerate(plains):
            if plain is None:
                position = self._add_run(plains[done:place], position)
                piece = pieces[place]
                self._split_odd(piece, position, position + len(piece) + 1, chunk)
                position += len(piece) + 1
                self._advance(position)
                done = place + 1
        return self._add_run(plains[done:], position)

    def _add_run(self, plains: Sequence[_Plain | None], position: int) -> int:
        """Adds plain segments that follow one another; gives where the last one ends.

        There is one for each line of a long list: all that can be is done for all at once.
        """
        if not plains:
            return position
        tags, elements, sizes, paddings, breaks, columns = zip(*plains, strict=True)
        offset = self._base + position
        ends = list(accumulate(sizes, initial=offset))
        starts = list(map(add, ends, paddings))
        lines = list(accumulate(breaks, initial=self._line))[1:]
        if 0 in columns:
            line_start = self._base + self._column_base
            columns = [
                (column, line_start := start + 1 - column)[0] if column else start + 1 - line_start
                for column, start in zip(columns, starts, strict=False)
            ]
        begins = [self._end, *ends[1:-1]]
        values = zip(tags, elements, begins, starts, ends[1:], lines, columns, repeat(""))
        self._segments += map(_new_segment, repeat(Segment), values)
        self._line, self._end, self._seen = lines[-1], ends[-1], ends[-1] - self._base
        self._column_base = starts[-1] + 1 - columns[-1] - self._base
        return self._seen

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

    def _split_odd(self, piece: str, begin: int, end: int, chunk: Chunk) -> None:
        """A stretch up to a terminator that is broken over lines, escaped, damaged or blank."""
        body = piece.lstrip(BLANK)
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

    def _add_piece(self, piece: str, start: int, end: int, chunk: Chunk, fault: str) -> None:
        piece = piece.rstrip(BLANK if fault else "\r\n\x00")
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

    def _decode(self, text: str, chunk: Chunk) -> str:
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
