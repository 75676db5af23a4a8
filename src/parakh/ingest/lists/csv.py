"""Watchlists as CSV: Parakh's own documented form.

UTF-8 (a byte order mark is allowed), a first line with the names of the columns in any order,
fields parted by comma or semicolon and quoted as in RFC 4180.

| column | holds |
|---|---|
| list | name of the watchlist; required |
| kind | `person` (also when empty) or `document` |
| family_name, given_names | one of them is required for a person |
| aliases | other names, `FAMILY, GIVEN` each, parted by a vertical bar |
| birth_date | YYYY, YYYY-MM or YYYY-MM-DD; more than one parted by a vertical bar |
| sex | M, F or X |
| nationality | ISO 3166-1 or ICAO 9303-3 code; more than one parted by a vertical bar |
| document_type, document_number, document_issuer | number required for a document |
| reason | why it is listed; required |
| expires | YYYY-MM-DD, the last day on which it is screened |

Columns that are not in the file are empty; a column of another name is an error, because a
misspelt one would otherwise be dropped in silence.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from parakh.domain.message import Problem
from parakh.errors import Unreadable

COLUMNS = (
    "list",
    "kind",
    "family_name",
    "given_names",
    "aliases",
    "birth_date",
    "sex",
    "nationality",
    "document_type",
    "document_number",
    "document_issuer",
    "reason",
    "expires",
)

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_FIELD = 10_000
"""Longest field, in characters."""

MAX_PROBLEMS = 1_000
"""After this many problems the file is not read on; it is some other file."""

_KINDS = frozenset({"person", "document"})


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredEntry:
    """One row as it stands, blanks around values removed; `line` is the row's first, from 1."""

    line: int
    list: str
    kind: str
    family_name: str = ""
    given_names: str = ""
    aliases: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    sex: str = ""
    nationalities: tuple[str, ...] = ()
    document_type: str = ""
    document_number: str = ""
    document_issuer: str = ""
    reason: str = ""
    expires: str = ""


def read(data: bytes) -> Iterator[DeclaredEntry | Problem]:
    """Gives each good row, and a Problem for each bad one, in the order of the file.

    A problem's column is the place of the field in the header, from 1. Raises Unreadable when
    the file as a whole is none of this form: not UTF-8, too large, or without the header.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the list is larger than {MAX_BYTES // 1024**2} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line} of the list is not UTF-8") from None
    rows = _rows(text)
    _, header = next(rows, (1, []))
    if isinstance(header, str):
        raise Unreadable(f"the first line cannot be read: {header}")
    columns = [name.strip().lower() for name in header]
    _require_columns(columns)
    return _entries(rows, columns)


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line and fields of each row that is not empty, or what is wrong with it."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
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


def _require_columns(columns: list[str]) -> None:
    unknown = [name for name in columns if name not in COLUMNS]
    missing = [name for name in ("list", "reason") if name not in columns]
    if missing:
        raise Unreadable(f"the first line lacks the columns {', '.join(missing)}")
    if unknown or len(set(columns)) < len(columns):
        raise Unreadable(
            f"the first line has a column twice or of an unknown name; known are "
            f"{', '.join(COLUMNS)}"
        )


def _entries(
    rows: Iterator[tuple[int, list[str] | str]], columns: list[str]
) -> Iterator[DeclaredEntry | Problem]:
    problems = 0
    for count, (line, fields) in enumerate(rows, 1):
        if count > MAX_ROWS or problems > MAX_PROBLEMS:
            limit = f"{MAX_ROWS} rows" if count > MAX_ROWS else f"{MAX_PROBLEMS} problems"
            yield _problem(line, 1, f"the list is not read on after {limit}")
            return
        found = _entry(line, fields, columns)
        problems += isinstance(found, Problem)
        yield found


def _entry(line: int, fields: list[str] | str, columns: list[str]) -> DeclaredEntry | Problem:
    if isinstance(fields, str):
        return _problem(line, 1, fields)
    if len(fields) > len(columns):
        return _problem(line, len(columns) + 1, f"more than {len(columns)} fields")
    row = dict.fromkeys(COLUMNS, "") | {
        name: field.strip() for name, field in zip(columns, fields, strict=False)
    }
    wrong = _wrong(row)
    if wrong is not None:
        name, cause = wrong
        place = columns.index(name) + 1 if name in columns else 1
        return _problem(line, place, f"{name}: {cause}")
    return DeclaredEntry(
        line=line,
        list=row["list"],
        kind=row["kind"].lower() or "person",
        family_name=row["family_name"],
        given_names=row["given_names"],
        aliases=_several(row["aliases"]),
        birth_dates=_several(row["birth_date"]),
        sex=row["sex"],
        nationalities=_several(row["nationality"]),
        document_type=row["document_type"],
        document_number=row["document_number"],
        document_issuer=row["document_issuer"],
        reason=row["reason"],
        expires=row["expires"],
    )


def _wrong(row: dict[str, str]) -> tuple[str, str] | None:
    """The first column that cannot be used, and why."""
    for name, value in row.items():
        if len(value) > MAX_FIELD or "\0" in value:
            return name, f"longer than {MAX_FIELD} characters, or with a NUL character"
    for name in ("list", "reason"):
        if not row[name]:
            return name, "is empty"
    kind = row["kind"].lower() or "person"
    if kind not in _KINDS:
        return "kind", "is neither person nor document"
    if kind == "person" and not (row["family_name"] or row["given_names"]):
        return "family_name", "a person without any name"
    if kind == "document" and not row["document_number"]:
        return "document_number", "is empty"
    return None


def _several(field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split("|") if part.strip())


def _problem(line: int, column: int, cause: str) -> Problem:
    return Problem(line=line, column=column, segment="", cause=cause)
