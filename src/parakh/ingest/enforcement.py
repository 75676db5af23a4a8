"""Seizure, suspect and company records of other posts and agencies, as JSON (see
`enforcement.schema.json`)."""

from parakh.domain.enforcement import RecordKind
from parakh.ingest import json_list
from parakh.ingest.goods_records import DeclaredEnforcement
from parakh.ingest.json_list import Element
from parakh.ingest.submission import Submission

FORMAT = "parakh-enforcement/1"
SCHEMA = "enforcement.schema.json"
MESSAGE_TYPE = "ENFORCEMENT"

_KINDS = {
    "seizures": RecordKind.SEIZURE,
    "suspects": RecordKind.SUSPECT,
    "companies": RecordKind.COMPANY,
}
_APART = frozenset({"reference", "action", "pictures"})


def read(data: bytes) -> Submission:
    """Reads a transmission; never raises."""
    listed = json_list.read(data, SCHEMA)
    found = [_declared(own, listed.source) for own in listed.elements]
    return json_list.submission(listed, MESSAGE_TYPE, len(data), goods=found)


def _declared(own: Element, source: str) -> DeclaredEnforcement:
    told = own.value
    return DeclaredEnforcement(
        line=own.line,
        column=own.column,
        source=source,
        reference=told["reference"],
        kind=_KINDS[own.member].value,
        action=told["action"],
        data={name: one for name, one in told.items() if name not in _APART},
        pictures=tuple(told.get("pictures") or ()),
    )
