"""Tells what a transmission holds by its content: which JSON document, which table, air waybills.

Nobody names the kind of a file: JSON says its format, a table is told by the columns that its first
line names, and Cargo-IMP by the line that begins each of its messages.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from parakh.domain.message import Severity
from parakh.ingest import (
    crossings,
    currency,
    declarations,
    declarations_table,
    enforcement,
    movements,
    waybills,
)
from parakh.ingest.submission import Submission

HEAD = 8192
"""Bytes at the beginning of a transmission by which its kind is told."""

Reader = Callable[[bytes], Submission]

DOCUMENTS: Mapping[str, Reader] = {
    "parakh-crossings/1": crossings.read,
    declarations.FORMAT: declarations.read,
    movements.FORMAT: movements.read,
    currency.FORMAT: currency.read,
    enforcement.FORMAT: enforcement.read,
}
"""Member `format` of a JSON document to its reader."""

SCHEMAS: Mapping[str, str] = {
    "crossings": crossings.SCHEMA,
    "consignments": declarations.SCHEMA,
    "movements": movements.SCHEMA,
    "currency": currency.SCHEMA,
    "enforcement": enforcement.SCHEMA,
}
"""Names under which the schemas of the documents are published, and their files."""

_FORMAT = re.compile(rb'"format"\s{0,64}:\s{0,64}"([^"\\]{1,64})"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A kind of table, and the columns by which it is told from the others."""

    columns: frozenset[str]
    read: Reader


TABLES: Sequence[Table] = (
    Table(columns=frozenset(currency.REQUIRED), read=currency.read_table),
    Table(columns=frozenset(movements.REQUIRED), read=movements.read_table),
    Table(columns=declarations_table.TOLD_BY, read=declarations_table.read),
)


def read_json(data: bytes) -> Submission:
    """Reads a JSON document by its format; one of no known format is read as crossings, whose
    schema then says what is missing. Never raises."""
    found = _FORMAT.search(data)
    name = found[1].decode("ascii", "replace") if found else ""
    return _with_something(DOCUMENTS.get(name, crossings.read)(data))


def reader_of(head: bytes) -> Callable[[bytes], Sequence[Submission]] | None:
    """What reads a transmission that begins so; None for UN/EDIFACT, and what is not known."""
    if crossings.is_json(head):
        return lambda data: (read_json(data),)
    if waybills.is_cargo_imp(head):
        return lambda data: tuple(map(_with_something, waybills.read(data)))
    named = _columns(head)
    for table in TABLES:
        if table.columns <= named:
            read = table.read
            return lambda data: (_with_something(read(data)),)
    return None


def _columns(head: bytes) -> frozenset[str]:
    """The columns that the first line names, in small letters."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("utf-8", "replace")
    parts = first.split(";" if first.count(";") > first.count(",") else ",")
    return frozenset(part.strip(' \t\r"').lower() for part in parts)


def _with_something(submission: Submission) -> Submission:
    """A transmission of goods of which no record could be used is quarantined as a whole."""
    wrong = any(own.severity is Severity.ERROR for own in submission.problems)
    empty = not (submission.goods or submission.crossings)
    told = submission.message_type != crossings.MESSAGE_TYPE
    return replace(submission, fatal=True) if wrong and empty and told else submission
