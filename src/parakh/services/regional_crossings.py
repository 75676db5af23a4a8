"""Crossings at the gates of a regional centre, told to the centre above as an immigration system
tells them (`parakh-crossings/1`): the centre reads them like any others."""

import base64
from typing import Any

import orjson
import sqlalchemy as sa

from parakh.domain.traveller import DocumentType, Traveller
from parakh.domain.voyage import Crossing
from parakh.errors import NotFound
from parakh.store import travellers
from parakh.store.audit import AuditRow

_DOCUMENTS = {DocumentType.PASSPORT: "P", DocumentType.VISA: "V", DocumentType.IDENTITY_CARD: "I"}


def told_as_message(connection: sa.Connection, row: AuditRow) -> dict[str, Any] | None:
    """The crossing that a row of the audit trail is about; nothing for a stranger's, of whom no
    more is known than that somebody passed."""
    crossing = _crossing(connection, row)
    if crossing is None or crossing.traveller_id is None or crossing.at is None:
        return None
    found = travellers.get_traveller(connection, crossing.traveller_id)
    body = {
        "format": "parakh-crossings/1",
        "source": f"gate-{crossing.port}",
        "crossings": [_told(crossing, found)],
    }
    data = orjson.dumps(body, option=orjson.OPT_INDENT_2)
    name = f"crossing-{crossing.id}.json"
    return {"name": name, "body": base64.b64encode(data).decode()}


def _crossing(connection: sa.Connection, row: AuditRow) -> Crossing | None:
    if row.subject_kind == "crossing":
        return travellers.get_crossing(connection, row.subject_id)
    if row.subject_kind != "traveller":
        return None
    try:
        lasting = travellers.lasting_id(connection, row.subject_id)
    except NotFound:
        return None
    return travellers.crossings_of(connection, [lasting]).get(lasting)


def _told(own: Crossing, who: Traveller) -> dict[str, Any]:
    person: dict[str, Any] = {"family_name": who.name.family}
    if who.name.given:
        person["given_names"] = who.name.given
    if who.birth_date is not None:
        person["birth_date"] = str(who.birth_date)
    if who.sex is not None:
        person["sex"] = who.sex.value
    if who.nationality:
        person["nationality"] = who.nationality
    told: dict[str, Any] = {
        "reference": own.id,
        "action": "recorded",
        "at": own.at.isoformat() if own.at else "",
        "port": own.port,
        "direction": own.direction.value,
        "traveller": person,
        "documents": [
            {"type": _DOCUMENTS[one.type], "number": one.number, "issuer": one.issuer}
            for one in who.documents
            if one.type in _DOCUMENTS
        ],
    }
    return told | ({"lane": own.lane} if own.lane else {})
