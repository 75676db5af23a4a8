"""Tables as text: UTF-8 CSV with a first line that names the columns, in any order.

A byte order mark is allowed, fields are parted by comma or semicolon and quoted as in RFC 4180.
Columns that are not in the file are empty; a column of another name is an error, because a misspelt
one would otherwise be dropped in silence.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from parakh.domain.message import Problem
from parakh.errors import Unreadable

T = TypeVar("T")

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_FIELD = 10_000
"""Longest field, in characters."""

MAX_PROBLEMS = 1_000
"""After this many problems the file is not read on; it is some other file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: every known column to its field, blanks around it removed.

    `line` is the row's first line, from 1; `header` the columns as the file has them.
    """

    line: int
    fields: dict[str, str]
    header: tuple[str, ...]

    def problem(self, name: str, cause: str) -> Problem:
        """What is wrong with a field; its column is the field's place in the header, from 1."""
        place = self.header.index(name) + 1 if name in self.header else 1
        return _problem(self.line, place, f"{name}: {cause}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form(Generic[T]):
    """A kind of table: how errors name it (`list`), its columns, and how a row becomes a value.

    `whole` tells that one of too many rows is not read at all, for what it lacks means something.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    make: Callable[[Row], T | Problem]
    whole: bool = False


def read(data: bytes, form: Form[T]) -> Iterator[T | Problem]:
    """Gives the value of each row that is not empty, or a Problem, in the order of the table.

    Raises Unreadable when the table as a whole is none of this form: not UTF-8, too large, or
    without the required columns.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the {form.name} is larger than {MAX_BYTES // 1024**2} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line} of the {form.name} is not UTF-8") from None
    rows, header = _headed(text)
    _require(header, form.columns, form.required)
    return _values(rows, header, form)


def named_rows(
    text: str,
) -> tuple[frozenset[str], Iterator[tuple[int, dict[str, str]] | Problem]]:
    """The columns of somebody else's table, in small letters, and each row as column to field.

    A row that cannot be used is a Problem; unknown columns are no fault. Raises Unreadable when the
    first line cannot be read.
    """
    rows, header = _headed(text)
    return frozenset(header), _named_rows(rows, header)


def _named_rows(
    rows: Iterator[tuple[int, list[str] | str]], header: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    for count, (line, fields) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise Unreadable(f"the list has more than {MAX_ROWS} rows")
        if isinstance(fields, str):
            yield _problem(line, 1, fields)
        elif len(fields) > len(header):
            yield _problem(line, len(header) + 1, f"more than {len(header)} fields")
        else:
            tidy = (field.replace("\0", "").strip() for field in fields)
            yield line, dict.fromkeys(header, "") | dict(zip(header, tidy, strict=False))


def _headed(text: str) -> tuple[Iterator[tuple[int, list[str] | str]], tuple[str, ...]]:
    """The rows after the first, and the names of columns that the first holds."""
    head = text.partition("\n")[0]
    rows = lines(text, ";" if head.count(";") > head.count(",") else ",")
    _, first = next(rows, (1, []))
    if isinstance(first, str):
        raise Unreadable(f"the first line cannot be read: {first}")
    return rows, tuple(name.strip().lower() for name in first)


def lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line and fields of each row that is not empty, or what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"quotes or line ends are wrong ({error})"
            continue
        if any(field.strip() for field in fields):
            yield line, fields


MOST_NAMED = 40
"""So many unknown columns are named, each by so many characters."""


def _require(header: Sequence[str], columns: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        raise Unreadable(f"the first line lacks the columns {', '.join(missing)}")
    unknown = [name for name in header if name not in columns]
    if unknown:
        named = ", ".join(name[:MOST_NAMED] or "(empty)" for name in unknown[:MOST_NAMED])
        raise Unreadable(
            f"the first line has columns of an unknown name: {named}; known are "
            f"{', '.join(columns)}"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Unreadable(f"the first line has a column twice: {', '.join(twice)}")


def _values(
    lines: Iterator[tuple[int, list[str] | str]], header: tuple[str, ...], form: Form[T]
) -> Iterator[T | Problem]:
    problems = 0
    for count, (line, fields) in enumerate(lines, 1):
        if count > MAX_ROWS and form.whole:
            raise Unreadable(f"the {form.name} has more than {MAX_ROWS} rows")
        if count > MAX_ROWS or problems > MAX_PROBLEMS:
            limit = f"{MAX_ROWS} rows" if count > MAX_ROWS else f"{MAX_PROBLEMS} problems"
            yield _problem(line, 1, f"the {form.name} is not read on after {limit}")
            return
        row = _row(line, fields, form.columns, header)
        found = form.make(row) if isinstance(row, Row) else row
        problems += isinstance(found, Problem)
        yield found


def _row(
    line: int, fields: list[str] | str, columns: Sequence[str], header: tuple[str, ...]
) -> Row | Problem:
    if isinstance(fields, str):
        return _problem(line, 1, fields)
    if len(fields) > len(header):
        return _problem(line, len(header) + 1, f"more than {len(header)} fields")
    named = dict.fromkeys(columns, "") | {
        name: field.strip() for name, field in zip(header, fields, strict=False)
    }
    row = Row(line=line, fields=named, header=header)
    for name, value in named.items():
        if len(value) > MAX_FIELD or "\0" in value:
            return row.problem(name, f"longer than {MAX_FIELD} characters, or with a NUL character")
    return row


def _problem(line: int, column: int, cause: str) -> Problem:
    return Problem(line=line, column=column, segment="", cause=cause)
