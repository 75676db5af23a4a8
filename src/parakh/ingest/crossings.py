"""Crossings from immigration systems, as JSON (see `crossings.schema.json`).

An element that breaks the schema is left out, with its place and a JSON path for each fault; the
others go on. What is no JSON at all cannot be trusted as a whole.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime
from json.decoder import JSONDecoder
from typing import Any

from parakh.domain.message import Problem
from parakh.ingest import schema
from parakh.ingest.records import (
    DeclaredCrossing,
    DeclaredDocument,
    DeclaredTraveller,
    Submission,
    Unmapped,
)

SCHEMA = "crossings.schema.json"
MESSAGE_TYPE = "CROSSINGS"

HEAD = 64
"""Bytes at the beginning of a transmission by which JSON is told."""

MOST_PROBLEMS = 500
"""So many problems are told one by one; more of them only by their number."""

_BLANK = re.compile(r"[ \t\r\n]*")
_UTF8_BOM = b"\xef\xbb\xbf"
_SHOWN = 40
"""Longest name of a member that is told as it is."""

DEEPEST = 16
"""A value nested deeper than this means nothing here, and would only cost time."""


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
"""Stands for what the schema has no place for: a number, NaN, Infinity."""


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        value.twice = tuple(sorted({name for name in names if names.count(name) > 1}))
    return value


_DECODER = JSONDecoder(
    object_pairs_hook=_object,
    parse_int=lambda _: _NO_VALUE,
    parse_float=lambda _: _NO_VALUE,
    parse_constant=lambda _: _NO_VALUE,
)


def is_json(head: bytes) -> bool:
    """Whether a transmission that begins so is meant as JSON, in whatever encoding."""
    signs = head.removeprefix(_UTF8_BOM).lstrip(b"\xff\xfe\x00 \t\r\n")
    return signs.startswith(b"{")


def read(data: bytes) -> Submission:
    """Reads a transmission of crossings; never raises."""
    body = data.removeprefix(_UTF8_BOM)
    reading = _Reading(body.decode(errors="replace"))
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
            raise _Fatal("the text is UTF-16 or UTF-32: JSON is sent as UTF-8 (RFC 8259, 8.1)", 0)
        _check_utf8(body)
        reading.walk()
    except _Fatal as fatal:
        reading.note(fatal.at, fatal.cause)
        return reading.submission(len(data), fatal=True)
    return reading.submission(len(data), fatal=reading.unusable)


def _check_utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = len(body[: error.start].decode())
        raise _Fatal("the text is not UTF-8 from here on", at) from None


class _Reading:
    """Walks the outermost object, so that the place of every crossing is known.

    Attributes:
        unusable: whether it is JSON, but no transmission of crossings.
    """

    def __init__(self, text: str) -> None:
        self.unusable = False
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._problems: list[Problem] = []
        self._untold = 0
        self._elements: list[tuple[int, object]] = []
        self._top = _Object()
        self._crossings: list[DeclaredCrossing] = []
        self._unmapped: list[Unmapped] = []

    def walk(self) -> None:
        """Reads the whole text; raises _Fatal where it is no JSON."""
        at = self._members(self._expect("{", 0))
        if at != len(self._text):
            raise _Fatal("there is more behind the end of the object", at)
        whole = schema.load(SCHEMA)
        found = list(schema.faults(self._top, whole, "$")) or list(_more_faults(self._top, "$"))
        for path, cause in found:
            self.unusable = True
            self.note(0, f"{path} {cause}")
        if not self.unusable:
            self._unknown(0, "$", self._top, whole)
            for place, (start, element) in enumerate(self._elements):
                self._crossing(start, f"$.crossings[{place}]", element)

    def note(self, at: int, cause: str) -> None:
        """A problem at a place of the text."""
        if len(self._problems) >= MOST_PROBLEMS:
            self._untold += 1
            return
        line, column = self._place(at)
        self._problems.append(Problem(line=line, column=column, segment="", cause=cause))

    def submission(self, size: int, *, fatal: bool) -> Submission:
        """What was read."""
        if self._untold:
            cause = f"{self._untold} more problems are not told one by one"
            self._problems.append(Problem(line=1, column=1, segment="", cause=cause))
        return Submission(
            ordinal=1,
            message_type=MESSAGE_TYPE,
            version="1",
            reference="",
            function="",
            line=1,
            start=0,
            end=size,
            reporter="" if fatal else self._top["source"],
            crossings=tuple(self._crossings),
            problems=tuple(self._problems),
            unmapped=tuple(self._unmapped),
            fatal=fatal,
        )

    # --- the outermost object -------------------------------------------------------------------

    def _members(self, at: int) -> int:
        at = self._blank(at)
        if self._text.startswith("}", at):
            return self._blank(at + 1)
        while True:
            start = at
            name, at = self._value(at)
            if not isinstance(name, str):
                raise _Fatal("a name in quotation marks is expected", start)
            if name in self._top:
                raise _Fatal("the outermost object gives one name twice", start)
            at = self._blank(self._expect(":", at))
            listed = name == "crossings" and self._text.startswith("[", at)
            self._top[name], at = self._listing(at) if listed else self._value(at)
            at = self._blank(at)
            if self._text.startswith("}", at):
                return self._blank(at + 1)
            at = self._blank(self._expect(",", at))

    def _listing(self, at: int) -> tuple[list[object], int]:
        """The array of crossings; its elements are kept apart, and checked one by one."""
        at = self._blank(at + 1)
        if self._text.startswith("]", at):
            return [], at + 1
        while True:
            element, end = self._value(at)
            self._elements.append((at, element))
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

    # --- one crossing ---------------------------------------------------------------------------

    def _crossing(self, at: int, path: str, element: object) -> None:
        element_schema = schema.load(SCHEMA)["properties"]["crossings"]["items"]
        found = list(schema.faults(element, element_schema, path))
        found = found or list(_more_faults(element, path))
        for where, cause in found:
            self.note(at, f"{where} {cause}")
        if not found and isinstance(element, dict):
            line, column = self._place(at)
            self._crossings.append(_declared(element, self._top["source"], line, column))
            self._unknown(at, path, element, element_schema)

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
        elif path.endswith(".at") and not _is_moment(value):
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


def _declared(element: Mapping[str, Any], source: str, line: int, column: int) -> DeclaredCrossing:
    voyage = element.get("voyage") or {}
    return DeclaredCrossing(
        line=line,
        column=column,
        source=source,
        reference=element["reference"],
        action=element["action"],
        at=element.get("at") or "",
        port=element.get("port") or "",
        lane=element.get("lane") or "",
        direction=element.get("direction") or "",
        traveller=_traveller(element, line) if element.get("traveller") else None,
        carrier=voyage.get("carrier", ""),
        number=voyage.get("number", ""),
        date=voyage.get("date", ""),
        conveyance=element.get("conveyance") or "",
    )


def _traveller(element: Mapping[str, Any], line: int) -> DeclaredTraveller:
    told = element["traveller"]
    return DeclaredTraveller(
        line=line,
        role="transit" if element.get("direction") == "transit" else "passenger",
        family_name=told["family_name"],
        given_names=told.get("given_names") or "",
        birth_date=told.get("birth_date") or "",
        sex=told.get("sex") or "",
        nationality=told.get("nationality") or "",
        father_name=told.get("father_name") or "",
        birth_place=told.get("birth_place") or "",
        documents=tuple(
            DeclaredDocument(
                type=own["type"],
                number=own["number"],
                issuer=own.get("issuer") or "",
                expiry=own.get("expiry") or "",
                line=line,
            )
            for own in element.get("documents") or ()
        ),
    )
