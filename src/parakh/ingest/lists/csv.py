"""Watchlists as CSV: Parakh's own documented form.

A table as `parakh.ingest.tabular` reads it, with these columns:

| column | holds |
|---|---|
| list | name of the watchlist; required |
| kind | `person` (also when empty), `organisation`, `vessel`, `aircraft`, `vehicle`, `document` |
| family_name, given_names | one of them is required for a person; other kinds have their whole \
name in family_name |
| aliases | other names, `FAMILY, GIVEN` each, parted by a vertical bar |
| weak_aliases | names that alone say little (nicknames, single words), written like aliases |
| birth_date | YYYY, YYYY-MM or YYYY-MM-DD; more than one parted by a vertical bar |
| sex | M, F or X |
| nationality | ISO 3166-1 or ICAO 9303-3 code; more than one parted by a vertical bar; of other \
kinds the country or flag |
| father_name, birth_place | more than one parted by a vertical bar |
| document_type, document_number, document_issuer | number required for a document |
| identifiers | `kind:number` or `kind:number:country` each, parted by a vertical bar; kinds are \
`imo`, `mmsi`, `call_sign`, `aircraft_registration`, `aircraft_serial`, `plate`, `chassis`, \
`container`, `registration`, `tax` |
| source_id | the list's own, lasting number of the entry, at most 80 characters |
| reason | why it is listed; required |
| expires | YYYY-MM-DD, the last day on which it is screened |

An organisation needs a name or an identifier, a vessel, aircraft, vehicle or container likewise.
"""

from collections.abc import Iterator
from dataclasses import replace

from parakh.domain.message import Problem
from parakh.ingest import tabular
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.ingest.tabular import Form, Row

COLUMNS = (
    "list",
    "kind",
    "family_name",
    "given_names",
    "aliases",
    "weak_aliases",
    "birth_date",
    "sex",
    "nationality",
    "father_name",
    "birth_place",
    "document_type",
    "document_number",
    "document_issuer",
    "identifiers",
    "source_id",
    "reason",
    "expires",
)

MAX_SOURCE_ID = 80
"""Characters of a source's identifier."""

_KINDS = frozenset(
    {"person", "organisation", "vessel", "aircraft", "vehicle", "container", "document"}
)


def read(data: bytes) -> Iterator[DeclaredEntry | Problem]:
    """Gives each good row, and a Problem for each bad one, in the order of the file.

    A problem's column is the place of the field in the header, from 1. Raises Unreadable when
    the file as a whole is none of this form: not UTF-8, too large, or without the header.
    """
    return tabular.read(data, _FORM)


def _entry(row: Row) -> DeclaredEntry | Problem:
    fields = row.fields
    declared = DeclaredEntry(
        line=row.line,
        list=fields["list"],
        kind=fields["kind"].lower() or "person",
        family_name=fields["family_name"],
        given_names=fields["given_names"],
        aliases=_several(fields["aliases"]),
        weak_aliases=_several(fields["weak_aliases"]),
        birth_dates=_several(fields["birth_date"]),
        sex=fields["sex"],
        nationalities=_several(fields["nationality"]),
        father_names=_several(fields["father_name"]),
        birth_places=_several(fields["birth_place"]),
        document_type=fields["document_type"],
        document_number=fields["document_number"],
        document_issuer=fields["document_issuer"],
        identifiers=tuple(_identifier(own) for own in _several(fields["identifiers"])),
        source_id=fields["source_id"],
        reason=fields["reason"],
        expires=fields["expires"],
        header=row.header,
    )
    wrong = _wrong(fields)
    if wrong is not None:
        return replace(row.problem(*wrong), entry=declared.told)
    return declared


def _wrong(row: dict[str, str]) -> tuple[str, str] | None:
    """The first column that cannot be used, and why."""
    kind = row["kind"].lower() or "person"
    person, document = kind == "person", kind == "document"
    checks = (
        ("list", not row["list"], "is empty"),
        ("reason", not row["reason"], "is empty"),
        ("kind", kind not in _KINDS, f"is none of {', '.join(sorted(_KINDS))}"),
        (
            "family_name",
            person and not (row["family_name"] or row["given_names"]),
            "a person without any name",
        ),
        ("document_number", document and not row["document_number"], "is empty"),
        (
            "family_name",
            not (person or document or row["family_name"] or row["identifiers"]),
            f"a {kind} without any name or identifier",
        ),
        (
            "given_names",
            not person and bool(row["given_names"]),
            "only a person has given names: write the whole name in family_name",
        ),
        (
            "source_id",
            len(row["source_id"]) > MAX_SOURCE_ID,
            f"is longer than {MAX_SOURCE_ID} characters",
        ),
    )
    return next(((name, cause) for name, wrong, cause in checks if wrong), None)


def _several(field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split("|") if part.strip())


def _identifier(text: str) -> tuple[str, str, str]:
    kind, _, rest = text.partition(":")
    value, _, country = rest.partition(":")
    return kind.strip().lower(), value.strip(), country.strip()


_FORM = Form(name="list", columns=COLUMNS, required=("list", "reason"), make=_entry, whole=True)
