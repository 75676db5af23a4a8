"""Movements of vehicles, vessels, aircraft and containers, as JSON (see `movements.schema.json`)
or as a table."""

from collections.abc import Mapping
from typing import Any

from parakh.ingest import json_list, table_list
from parakh.ingest.goods_records import DeclaredMovement
from parakh.ingest.submission import Submission
from parakh.ingest.tabular import Form, Row

FORMAT = "parakh-movements/1"
SCHEMA = "movements.schema.json"
MESSAGE_TYPE = "MOVEMENTS"


def read(data: bytes) -> Submission:
    """Reads a transmission in JSON; never raises."""
    listed = json_list.read(data, SCHEMA)
    found = [_declared(own.value, listed.source, own.line, own.column) for own in listed.elements]
    return json_list.submission(listed, MESSAGE_TYPE, len(data), goods=found)


def _declared(told: Mapping[str, Any], source: str, line: int, column: int) -> DeclaredMovement:
    unit = told.get("conveyance") or {}
    return DeclaredMovement(
        line=line,
        column=column,
        source=source,
        reference=told["reference"],
        action=told["action"],
        kind=told.get("kind") or "",
        conveyance_kind=unit.get("kind", ""),
        conveyance=unit.get("number", ""),
        conveyance_name=unit.get("name") or "",
        country=unit.get("country") or "",
        at=told.get("at") or "",
        place=told.get("place") or "",
        port=told.get("port") or "",
        direction=told.get("direction") or "",
        heading=told.get("heading") or "",
        gross_kg=str(told.get("gross_kg") or ""),
        empty={True: "yes", False: "no", None: ""}[told.get("empty")],
        seal=told.get("seal") or "",
        consignment=told.get("consignment") or "",
        driver=told.get("driver") or "",
        picture=told.get("picture") or "",
    )


COLUMNS = (
    "source",
    "reference",
    "action",
    "movement",
    "conveyance_kind",
    "conveyance",
    "conveyance_name",
    "country",
    "at",
    "place",
    "port",
    "direction",
    "heading",
    "gross_kg",
    "empty",
    "seal",
    "consignment",
    "driver",
)
"""Of the table; a picture is sent as JSON."""

REQUIRED = ("source", "reference", "movement", "conveyance", "at", "place")


def read_table(data: bytes) -> Submission:
    """Reads a table of one movement a row; never raises."""
    form = Form(name="movements", columns=COLUMNS, required=REQUIRED, make=_of_row)
    return table_list.read(data, form, MESSAGE_TYPE)


def _of_row(row: Row) -> DeclaredMovement:
    told = row.fields
    return DeclaredMovement(
        line=row.line,
        source=told["source"],
        reference=told["reference"],
        action=told["action"] or "recorded",
        kind=told["movement"],
        conveyance_kind=told["conveyance_kind"] or "vehicle",
        conveyance=told["conveyance"],
        conveyance_name=told["conveyance_name"],
        country=told["country"],
        at=told["at"],
        place=told["place"],
        port=told["port"],
        direction=told["direction"],
        heading=told["heading"],
        gross_kg=told["gross_kg"],
        empty=told["empty"],
        seal=told["seal"],
        consignment=told["consignment"],
        driver=told["driver"],
    )
