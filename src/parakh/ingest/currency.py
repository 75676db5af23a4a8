"""Currency declarations, as JSON (see `currency.schema.json`) or as a table of one amount a row."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from parakh.domain.message import Problem
from parakh.ingest import json_list, table_list
from parakh.ingest.goods_records import DeclaredAmount, DeclaredCurrency, DeclaredGoods
from parakh.ingest.submission import Submission
from parakh.ingest.tabular import Form, Row

FORMAT = "parakh-currency/1"
SCHEMA = "currency.schema.json"
MESSAGE_TYPE = "CURRENCY"


def read(data: bytes) -> Submission:
    """Reads a transmission in JSON; never raises."""
    listed = json_list.read(data, SCHEMA)
    found = [_declared(own.value, listed.source, own.line, own.column) for own in listed.elements]
    return json_list.submission(listed, MESSAGE_TYPE, len(data), goods=found)


def _declared(told: Mapping[str, Any], source: str, line: int, column: int) -> DeclaredCurrency:
    person = told.get("traveller") or {}
    return DeclaredCurrency(
        line=line,
        column=column,
        source=source,
        reference=told["reference"],
        action=told["action"],
        port=told.get("port") or "",
        direction=told.get("direction") or "",
        at=told.get("at") or "",
        family_name=person.get("family_name") or "",
        given_names=person.get("given_names") or "",
        birth_date=person.get("birth_date") or "",
        nationality=person.get("nationality") or "",
        document_number=person.get("document_number") or "",
        document_issuer=person.get("document_issuer") or "",
        booking_reference=told.get("booking_reference") or "",
        family=told.get("family") or "",
        amounts=tuple(
            DeclaredAmount(
                instrument=own["instrument"],
                amount=str(own["amount"]),
                currency=own["currency"],
                line=line,
            )
            for own in told.get("amounts") or ()
        ),
        origin=told.get("origin") or "",
        purpose=told.get("purpose") or "",
        owner=told.get("owner") or "",
        recipient=told.get("recipient") or "",
    )


COLUMNS = (
    "source",
    "reference",
    "action",
    "port",
    "direction",
    "at",
    "family_name",
    "given_names",
    "birth_date",
    "nationality",
    "document_number",
    "document_issuer",
    "booking_reference",
    "family",
    "instrument",
    "amount",
    "currency",
    "origin",
    "purpose",
    "owner",
    "recipient",
)
"""Of the table."""

REQUIRED = ("source", "reference", "direction", "at", "family_name", "amount", "currency")


def read_table(data: bytes) -> Submission:
    """Reads a table; rows of one source and reference are one declaration. Never raises."""
    form = Form(name="currency declarations", columns=COLUMNS, required=REQUIRED, make=_of_row)
    found = table_list.read(data, form, MESSAGE_TYPE)
    joined, problems = _joined(found.goods)
    return replace(found, goods=tuple(joined), problems=(*found.problems, *problems))


def _of_row(row: Row) -> DeclaredCurrency:
    told = row.fields
    amount = DeclaredAmount(
        instrument=told["instrument"] or "cash",
        amount=told["amount"],
        currency=told["currency"],
        line=row.line,
    )
    return DeclaredCurrency(
        line=row.line,
        source=told["source"],
        reference=told["reference"],
        action=told["action"] or "recorded",
        port=told["port"],
        direction=told["direction"],
        at=told["at"],
        family_name=told["family_name"],
        given_names=told["given_names"],
        birth_date=told["birth_date"],
        nationality=told["nationality"],
        document_number=told["document_number"],
        document_issuer=told["document_issuer"],
        booking_reference=told["booking_reference"],
        family=told["family"],
        amounts=(amount,) if told["amount"] else (),
        origin=told["origin"],
        purpose=told["purpose"],
        owner=told["owner"],
        recipient=told["recipient"],
    )


def _joined(rows: Iterable[DeclaredGoods]) -> tuple[list[DeclaredCurrency], list[Problem]]:
    """One declaration for all rows of its source and reference; rows that say different things of
    the person or the time are left out, because nobody can tell which of them holds."""
    found: dict[tuple[str, str], DeclaredCurrency] = {}
    problems = []
    for own in rows:
        if not isinstance(own, DeclaredCurrency):
            continue
        first = found.setdefault((own.source, own.reference), own)
        if own is first:
            continue
        if _said(own) != _said(first):
            cause = f"says other things of its declaration than line {first.line}"
            problems.append(Problem(line=own.line, column=1, segment="", cause=cause))
            continue
        amounts = (*first.amounts, *own.amounts)
        found[own.source, own.reference] = replace(first, amounts=amounts)
    return list(found.values()), problems


def _said(own: DeclaredCurrency) -> DeclaredCurrency:
    return replace(own, line=0, amounts=())
