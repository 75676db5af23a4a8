"""Reads JSON transmissions that hold lists of records, each checked by itself against a schema.

The place of every record is known, so that one that breaks the schema is left out and named with
line, column and a JSON path for each fault, and the others go on. What is no JSON at all cannot be
trusted as a whole.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.decoder import JSONDecoder
from typing import Any

from parakh.domain.message import Problem
from parakh.ingest import schema
from parakh.ingest.goods_records import DeclaredGoods
from parakh.ingest.records import DeclaredCrossing
from parakh.ingest.submission import Submission, Unmapped

MOST_PROBLEMS = 500
"""So many problems are told one by one; more of them only by their number."""

DEEPEST = 16
"""A value nested deeper than this means nothing here, and would only cost time."""

_BLANK = re.compile(r"[ \t\r\n]*")
_UTF8_BOM = b"\xef\xbb\xbf"
_SHOWN = 40
"""Longest name of a member that is told as it is."""


class _Object(dict[str, Any]):
    """A JSON object; `twice` are names that it gives more than once."""

    twice: tuple[str, ...] = ()


class _Fatal(Exception):
    """The text is no JSON from this place on."""

    def __init__(self, cause: str, at: int) -> None:
        super().__init__(cause)
        self.cause = cause
        self.at = at


_NO_VALUE = object()
"""Stands for what no schema has a place for: NaN, Infinity."""


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        value.twice = tuple(sorted({name for name in names if names.count(name) > 1}))
    return value


_DECODER = JSONDecoder(
    object_pairs_hook=_object,
    parse_int=schema.Number,
    parse_float=schema.Number,
    parse_constant=lambda _: _NO_VALUE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One record that keeps to the schema: of which list, where it begins, and what it says."""

    member: str
    line: int
    column: int
    value: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """What was read of a transmission; `fatal` when it must be refused as a whole.

    `sent` is the top member of that name: when the sender made it; "" if it does not say.
    """

    source: str
    elements: tuple[Element, ...]
    problems: tuple[Problem, ...]
    unmapped: tuple[Unmapped, ...]
    fatal: bool
    sent: str = ""


def read(data: bytes, schema_name: str) -> Listed:
    """Reads a transmission by a schema whose top members of the type `array` are the lists, and
    whose `source` names the sender; never raises."""
    body = data.removeprefix(_UTF8_BOM)
    reading = _Reading(body.decode(errors="replace"), schema.load(schema_name))
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
            raise _Fatal("the text is UTF-16 or UTF-32: JSON is sent as UTF-8 (RFC 8259, 8.1)", 0)
        _check_utf8(body)
        reading.walk()
    except _Fatal as fatal:
        reading.note(fatal.at, fatal.cause)
        return reading.listed(fatal=True)
    return reading.listed(fatal=reading.unusable)


def submission(
    listed: Listed,
    message_type: str,
    size: int,
    *,
    crossings: Sequence[DeclaredCrossing] = (),
    goods: Sequence[DeclaredGoods] = (),
) -> Submission:
    """The one part of such a transmission of `size` bytes."""
    return Submission(
        ordinal=1,
        message_type=message_type,
        version="1",
        reference="",
        function="",
        line=1,
        start=0,
        end=size,
        reporter=listed.source,
        crossings=tuple(crossings),
        goods=tuple(goods),
        problems=listed.problems,
        unmapped=listed.unmapped,
        fatal=listed.fatal,
    )


def _check_utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = len(body[: error.start].decode())
        raise _Fatal("the text is not UTF-8 from here on", at) from None


class _Reading:
    """Walks the outermost object, so that the place of every record is known.

    Attributes:
        unusable: whether it is JSON, but no transmission of this schema.
    """

    def __init__(self, text: str, whole: schema.Schema) -> None:
        self.unusable = False
        self._text = text
        self._whole = whole
        named = whole["properties"]
        self._lists = {name for name, own in named.items() if own.get("type") == "array"}
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._problems: list[Problem] = []
        self._untold = 0
        self._found: list[tuple[str, int, object]] = []
        self._top = _Object()
        self._elements: list[Element] = []
        self._unmapped: list[Unmapped] = []

    def walk(self) -> None:
        """Reads the whole text; raises _Fatal where it is no JSON."""
        at = self._members(self._expect("{", 0))
        if at != len(self._text):
            raise _Fatal("there is more behind the end of the object", at)
        found = list(schema.faults(self._top, self._whole, "$"))
        for path, cause in found or list(_more_faults(self._top, "$")):
            self.unusable = True
            self.note(0, f"{path} {cause}")
        if self.unusable:
            return
        self._unknown(0, "$", self._top, self._whole)
        places = dict.fromkeys(self._lists, 0)
        for member, start, value in self._found:
            self._element(member, start, f"$.{member}[{places[member]}]", value)
            places[member] += 1

    def note(self, at: int, cause: str) -> None:
        """A problem at a place of the text."""
        if len(self._problems) >= MOST_PROBLEMS:
            self._untold += 1
            return
        line, column = self._place(at)
        self._problems.append(Problem(line=line, column=column, segment="", cause=cause))

    def listed(self, *, fatal: bool) -> Listed:
        """What was read."""
        if self._untold:
            cause = f"{self._untold} more problems are not told one by one"
            self._problems.append(Problem(line=1, column=1, segment="", cause=cause))
        return Listed(
            source="" if fatal else self._top["source"],
            elements=tuple(self._elements),
            problems=tuple(self._problems),
            unmapped=tuple(self._unmapped),
            fatal=fatal,
            sent="" if fatal else self._top.get("sent") or "",
        )

    # --- the outermost object -------------------------------------------------------------------

    def _members(self, at: int) -> int:
        at = self._blank(at)
        if self._text.startswith("}", at):
            return self._blank(at + 1)
        while True:
            start = at
            name, at = self._value(at)
            if not isinstance(name, str) or isinstance(name, schema.Number):
                raise _Fatal("a name in quotation marks is expected", start)
            if name in self._top:
                raise _Fatal("the outermost object gives one name twice", start)
            at = self._blank(self._expect(":", at))
            listed = name in self._lists and self._text.startswith("[", at)
            self._top[name], at = self._listing(name, at) if listed else self._value(at)
            at = self._blank(at)
            if self._text.startswith("}", at):
                return self._blank(at + 1)
            at = self._blank(self._expect(",", at))

    def _listing(self, member: str, at: int) -> tuple[list[object], int]:
        """An array of records; its elements are kept apart, and checked one by one."""
        at = self._blank(at + 1)
        if self._text.startswith("]", at):
            return [], at + 1
        while True:
            element, end = self._value(at)
            self._found.append((member, at, element))
            at = self._blank(end)
            if self._text.startswith("]", at):
                return [], at + 1
            at = self._blank(self._expect(",", at))

    def _value(self, at: int) -> tuple[object, int]:
        try:
            return _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            raise _Fatal(f"this is no JSON: {error.msg}", error.pos) from None
        except RecursionError:
            raise _Fatal("the value that begins here is nested too deeply", at) from None

    def _expect(self, sign: str, at: int) -> int:
        at = self._blank(at)
        if not self._text.startswith(sign, at):
            raise _Fatal(f"this is no JSON: {sign!r} is expected", at)
        return at + 1

    def _blank(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    # --- one record -----------------------------------------------------------------------------

    def _element(self, member: str, at: int, path: str, value: object) -> None:
        known = self._whole["properties"][member]["items"]
        found = list(schema.faults(value, known, path))
        found = found or list(_more_faults(value, path))
        for where, cause in found:
            self.note(at, f"{where} {cause}")
        if not found and isinstance(value, dict):
            line, column = self._place(at)
            self._elements.append(Element(member=member, line=line, column=column, value=value))
            self._unknown(at, path, value, known)

    def _unknown(self, at: int, path: str, value: object, known: schema.Schema) -> None:
        """Lists the members that the schema does not name."""
        line, column = self._place(at)
        self._unmapped += (
            Unmapped(line=line, column=column, segment="", text=where)
            for where in _unnamed(value, known, path)
        )


def _unnamed(value: object, known: schema.Schema, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unnamed(item, known.get("items", {}), f"{path}[{place}]")
    elif isinstance(value, dict):
        named = known.get("properties", {})
        for name, item in value.items():
            where = f"{path}.{_shown(name)}"
            if name in named:
                yield from _unnamed(item, named[name], where)
            else:
                yield where


def _more_faults(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """What no schema can say: names given twice, dates that are none, text that is no Unicode."""
    if depth > DEEPEST:
        yield path, "is nested too deeply"
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _more_faults(item, f"{path}[{place}]", depth + 1)
    elif isinstance(value, str):
        if not _is_unicode(value):
            yield path, "has half of a surrogate pair"
        elif path.endswith((".at", "_at")) and not _is_moment(value):
            yield path, "is no date and time"
    elif isinstance(value, _Object):
        if value.twice:
            yield path, "gives one name twice"
        for name, item in value.items():
            yield from _more_faults(item, f"{path}.{_shown(name)}", depth + 1)


def _shown(name: str) -> str:
    """A member's name, fit for a sentence."""
    return name if name.isidentifier() and name.isascii() and len(name) <= _SHOWN else "?"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.upper()).tzinfo is not None
    except ValueError:
        return False
