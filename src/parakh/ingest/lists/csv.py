"""Watchlists as CSV: Parakh's own documented form.

A table as `parakh.ingest.tabular` reads it, with these columns:

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
"""

from collections.abc import Iterator
from dataclasses import dataclass

from parakh.domain.message import Problem
from parakh.ingest import tabular
from parakh.ingest.tabular import Form, Row

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
    return tabular.read(data, _FORM)


def _entry(row: Row) -> DeclaredEntry | Problem:
    fields = row.fields
    wrong = _wrong(fields)
    if wrong is not None:
        return row.problem(*wrong)
    return DeclaredEntry(
        line=row.line,
        list=fields["list"],
        kind=fields["kind"].lower() or "person",
        family_name=fields["family_name"],
        given_names=fields["given_names"],
        aliases=_several(fields["aliases"]),
        birth_dates=_several(fields["birth_date"]),
        sex=fields["sex"],
        nationalities=_several(fields["nationality"]),
        document_type=fields["document_type"],
        document_number=fields["document_number"],
        document_issuer=fields["document_issuer"],
        reason=fields["reason"],
        expires=fields["expires"],
    )


def _wrong(row: dict[str, str]) -> tuple[str, str] | None:
    """The first column that cannot be used, and why."""
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


_FORM = Form(name="list", columns=COLUMNS, required=("list", "reason"), make=_entry)
