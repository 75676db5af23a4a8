"""Declarations, bills and waybills as JSON (see `consignments.schema.json`), many in one file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from parakh.domain.message import Envelope, Problem
from parakh.ingest import json_list
from parakh.ingest.cuscar_draft import in_order
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredContainer,
    DeclaredDeclaration,
    DeclaredItem,
    DeclaredParty,
)
from parakh.ingest.json_list import Element, Listed
from parakh.ingest.submission import Submission

FORMAT = "parakh-consignments/1"
SCHEMA = "consignments.schema.json"
MESSAGE_TYPE = "CONSIGNMENTS"

_UNITS = {"air": "aircraft", "sea": "vessel", "road": "vehicle", "rail": "vehicle"}
_YES = {True: "yes", False: "no"}


def read(data: bytes) -> Submission:
    """Reads a transmission; never raises."""
    listed = json_list.read(data, SCHEMA)
    found, problems = [], list(listed.problems)
    for own in listed.elements:
        if own.value.get("declaration") or own.value.get("transport_document"):
            found.append(_declared(own))
        else:
            cause = "neither a declaration nor a transport document is named"
            problems.append(Problem(line=own.line, column=own.column, segment="", cause=cause))
    told = json_list.submission(listed, MESSAGE_TYPE, len(data), goods=found)
    return replace(told, problems=in_order(problems), envelope=_envelope(listed))


def _envelope(listed: Listed) -> Envelope | None:
    """Who sent it, and when: in the form in which UN/EDIFACT tells it, which is UTC."""
    try:
        sent = datetime.fromisoformat(listed.sent.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Envelope(sender=listed.source, sent=f"{sent:%Y%m%d:%H%M}")


def _declared(own: Element) -> DeclaredConsignment:
    told = own.value
    document = told.get("transport_document") or {}
    voyage = told.get("voyage") or {}
    unit = told.get("means_of_transport") or {}
    mode = _text(voyage, "mode")
    return DeclaredConsignment(
        line=own.line,
        column=own.column,
        action=told.get("action") or "add",
        reference=_text(document, "number"),
        kind=_text(document, "kind"),
        master_reference=_text(document, "master_number"),
        direction=_text(told, "direction"),
        mode=mode,
        carrier=_text(voyage, "carrier"),
        number=_text(voyage, "number"),
        departure=_text(voyage, "departure"),
        arrival=_text(voyage, "arrival"),
        origin=_text(voyage, "origin"),
        destination=_text(voyage, "destination"),
        conveyance_kind=_text(unit, "kind") or (_UNITS.get(mode, "") if unit else ""),
        conveyance=_text(unit, "id"),
        conveyance_name=_text(unit, "name"),
        conveyance_country=_text(unit, "nationality"),
        port=_text(told, "port"),
        loading_port=_text(told, "loading_port"),
        discharge_port=_text(told, "discharge_port"),
        route=tuple(_route(told.get("route") or ())),
        export_country=_text(told, "export_country"),
        packages=_text(told, "packages"),
        gross_kg=_text(told, "gross_kg"),
        description=_text(told, "description"),
        items=tuple(
            _item(one, place, own.line) for place, one in enumerate(told.get("items") or (), 1)
        ),
        parties=tuple(_party(one, own.line) for one in told.get("parties") or ()),
        containers=tuple(_container(one, own.line) for one in told.get("containers") or ()),
        declaration=_declaration(told.get("declaration")),
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return "" if value is None else str(value).strip()


def _truth(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return "" if value is None else _YES[value]


def _route(told: Iterable[Any]) -> Iterable[str]:
    return (str(own).strip() for own in told)


def _item(told: Mapping[str, Any], place: int, line: int) -> DeclaredItem:
    return DeclaredItem(
        ordinal=place,
        hs_code=_text(told, "hs_code"),
        description=_text(told, "description"),
        origin=_text(told, "origin"),
        quantity=_text(told, "quantity"),
        unit=_text(told, "unit"),
        packages=_text(told, "packages"),
        gross_kg=_text(told, "gross_kg"),
        net_kg=_text(told, "net_kg"),
        price=_text(told, "price"),
        currency=_text(told, "currency"),
        value=_text(told, "value"),
        duty=_text(told, "duty"),
        rate=_text(told, "rate"),
        licence=_text(told, "licence"),
        line=line,
    )


def _party(told: Mapping[str, Any], line: int) -> DeclaredParty:
    return DeclaredParty(
        role=told["role"],
        name=told["name"],
        identifier=_text(told, "identifier"),
        country=_text(told, "country"),
        address=_text(told, "address"),
        phone=_text(told, "phone"),
        email=_text(told, "email"),
        line=line,
    )


def _container(told: Mapping[str, Any], line: int) -> DeclaredContainer:
    return DeclaredContainer(
        number=told["number"],
        type=_text(told, "type"),
        seal=_text(told, "seal"),
        seal_at_loading=_text(told, "seal_at_loading"),
        empty=_truth(told, "empty"),
        gross_kg=_text(told, "gross_kg"),
        shared=_truth(told, "shared"),
        line=line,
    )


def _declaration(told: Mapping[str, Any] | None) -> DeclaredDeclaration | None:
    if not told:
        return None
    return DeclaredDeclaration(
        reference=told["reference"],
        office=told["office"],
        lodged_at=_text(told, "lodged_at"),
        procedure=_text(told, "procedure"),
        currency=_text(told, "currency"),
        invoice_total=_text(told, "invoice_total"),
        freight=_text(told, "freight"),
        insurance=_text(told, "insurance"),
        corrections=_text(told, "corrections"),
        preference_claimed=_truth(told, "preference_claimed"),
        import_use=_text(told, "import_use"),
        payment=_text(told, "payment"),
        documents=tuple((own["type"], own["number"]) for own in told.get("documents") or ()),
    )
