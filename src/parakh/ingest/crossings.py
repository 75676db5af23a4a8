"""Crossings from immigration systems, as JSON (see `crossings.schema.json`)."""

from collections.abc import Mapping
from typing import Any

from parakh.ingest import json_list
from parakh.ingest.records import DeclaredCrossing, DeclaredDocument, DeclaredTraveller
from parakh.ingest.submission import Submission

SCHEMA = "crossings.schema.json"
MESSAGE_TYPE = "CROSSINGS"

HEAD = 64
"""Bytes at the beginning of a transmission by which JSON is told."""

_UTF8_BOM = b"\xef\xbb\xbf"


def is_json(head: bytes) -> bool:
    """Whether a transmission that begins so is meant as JSON, in whatever encoding."""
    signs = head.removeprefix(_UTF8_BOM).lstrip(b"\xff\xfe\x00 \t\r\n")
    return signs.startswith(b"{")


def read(data: bytes) -> Submission:
    """Reads a transmission of crossings; never raises."""
    listed = json_list.read(data, SCHEMA)
    found = [_declared(own.value, listed.source, own.line, own.column) for own in listed.elements]
    return json_list.submission(listed, MESSAGE_TYPE, len(data), crossings=found)


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
