"""Declarations, bills and waybills as a table with a row for each line of goods.

Rows of one declaration, or of one transport document without a declaration, stand together or
apart; what is told of the whole is repeated on each of them, and the first row holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from parakh.domain.message import Problem, Severity
from parakh.ingest import table_list
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredContainer,
    DeclaredDeclaration,
    DeclaredItem,
    DeclaredParty,
)
from parakh.ingest.submission import Submission
from parakh.ingest.tabular import Form, Row

MESSAGE_TYPE = "CONSIGNMENTS"

TOLD_BY = frozenset({"reference", "hs_code"})
"""Columns by which such a table is told from others."""

_WHOLE = (
    "action", "kind", "master_reference", "direction", "mode", "carrier", "number", "departure",
    "arrival", "origin", "destination", "conveyance_kind", "conveyance", "conveyance_name",
    "conveyance_country", "port", "loading_port", "discharge_port", "export_country", "packages",
    "gross_kg",
)  # fmt: skip
_DECLARATION = (
    "lodged_at", "procedure", "invoice_total", "freight", "insurance", "corrections",
    "preference_claimed", "import_use", "payment",
)  # fmt: skip
_ROLES = ("importer", "exporter", "consignee", "agent", "carrier", "notify")
_PARTY = tuple(f"{role}{part}" for role in _ROLES for part in ("_name", "_id", "_country"))
_SEVERAL = ("route", "containers", "documents")
_ITEM = {
    "hs_code": "hs_code", "item_description": "description", "item_origin": "origin",
    "quantity": "quantity", "unit": "unit", "item_packages": "packages",
    "item_gross_kg": "gross_kg", "net_kg": "net_kg", "price": "price", "currency": "currency",
    "value": "value", "duty": "duty", "rate": "rate", "licence": "licence",
}  # fmt: skip
"""Columns of a line of goods, and the attribute of each."""

COLUMNS = (
    "reference", "declaration", "office", *_WHOLE, *_DECLARATION, *_PARTY, *_SEVERAL, *_ITEM,
)  # fmt: skip
_OF_WHOLE = tuple(name for name in COLUMNS if name not in _ITEM)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row: what it tells of the whole, and its line of goods if it has one."""

    row: Row
    whole: tuple[str, ...]
    item: DeclaredItem | None

    @property
    def key(self) -> tuple[str, ...]:
        told = self.row.fields
        if told["declaration"]:
            return "declaration", told["office"].upper(), told["declaration"].upper()
        return "document", told["reference"].upper()


def read(data: bytes) -> Submission:
    """The consignments of a table, in its order; never raises."""
    form: Form[_Line] = Form(
        name="table of goods", columns=COLUMNS, required=tuple(TOLD_BY), make=_line
    )
    return table_list.read_joined(data, form, MESSAGE_TYPE, _joined)


def _line(row: Row) -> _Line | Problem:
    told = row.fields
    if not (told["declaration"] or told["reference"]):
        return row.problem("reference", "neither a declaration nor a transport document is named")
    if told["declaration"] and not told["office"]:
        return row.problem("office", "a declaration is known by its number and its office")
    values = {own: told[column] for column, own in _ITEM.items()}
    item = DeclaredItem(ordinal=1, line=row.line, **values) if any(values.values()) else None
    return _Line(row, tuple([told[name] for name in _OF_WHOLE]), item)


def _joined(lines: Iterable[_Line], problems: list[Problem]) -> Iterator[DeclaredConsignment]:
    groups: dict[tuple[str, ...], list[_Line]] = {}
    for own in lines:
        groups.setdefault(own.key, []).append(own)
    for same in groups.values():
        first = same[0]
        for own in same[1:]:
            if own.whole != first.whole and any(own.whole):
                name = _different(own, first)
                if name:
                    cause = f"is not as in line {first.row.line}, which holds"
                    problems.append(
                        replace(own.row.problem(name, cause), severity=Severity.WARNING)
                    )
        items = [own.item for own in same if own.item is not None]
        yield _consignment(first.row, items)


def _different(own: _Line, first: _Line) -> str:
    """The first column of the whole that is told otherwise; "" where it is only left empty."""
    told = zip(_OF_WHOLE, own.whole, first.whole, strict=True)
    return next((name for name, value, known in told if value and value != known), "")


def _consignment(row: Row, items: list[DeclaredItem]) -> DeclaredConsignment:
    told = row.fields
    whole: dict[str, Any] = {name: told[name] for name in _WHOLE}
    whole["action"] = whole["action"].lower() or "add"
    return DeclaredConsignment(
        line=row.line,
        reference=told["reference"],
        declaration=_declaration(row) if told["declaration"] else None,
        parties=tuple(_parties(row)),
        containers=tuple(
            DeclaredContainer(**dict(zip(_BOX, own, strict=False)), line=row.line)
            for own in _parts(told["containers"])
        ),
        route=tuple(own[0] for own in _parts(told["route"])),
        items=tuple(replace(own, ordinal=place) for place, own in enumerate(items, 1)),
        **whole,
    )


_BOX = ("number", "type", "seal", "seal_at_loading")


def _declaration(row: Row) -> DeclaredDeclaration:
    told = row.fields
    return DeclaredDeclaration(
        reference=told["declaration"],
        office=told["office"],
        currency=told["currency"],
        documents=tuple(
            (own[0], own[1]) for own in _parts(told["documents"]) if len(own) > 1 and own[1]
        ),
        **{name: told[name] for name in _DECLARATION},
    )


def _parties(row: Row) -> Iterator[DeclaredParty]:
    told = row.fields
    for role in _ROLES:
        name, identifier = told[f"{role}_name"], told[f"{role}_id"]
        if name or identifier:
            yield DeclaredParty(
                role=role,
                name=name,
                identifier=identifier,
                country=told[f"{role}_country"],
                line=row.line,
            )


def _parts(text: str) -> list[list[str]]:
    """What stands between vertical bars, each parted by colons."""
    pieces = (own.strip() for own in text.split("|"))
    return [[part.strip() for part in own.split(":")] for own in pieces if own]
