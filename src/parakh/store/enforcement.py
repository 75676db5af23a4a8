"""Seizure, suspect and company records, and what they are found by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from parakh.domain.consignment import Party, PartyRole
from parakh.domain.enforcement import (
    CompanyRecord,
    EnforcementRecord,
    RecordKind,
    SeizureRecord,
    SuspectRecord,
)
from parakh.domain.traveller import SHORTEST_PROOF, PersonName, is_number
from parakh.errors import NotFound
from parakh.normalise.names import name_key
from parakh.store.batches import batches
from parakh.store.codec import COMPANY_RECORD, SEIZURE_RECORD, SUSPECT_RECORD
from parakh.store.consignments import party_key
from parakh.store.database import Tx
from parakh.store.tables import (
    enforcement,
    enforcement_mark,
)

_OWN, _MARK = enforcement.c, enforcement_mark.c
_LONGEST = 200


class Mark(StrEnum):
    """By what a record is found: kinds of goods, places and routes, numbers of transport units and
    bills, references of other records, documents and names of persons, numbers and names of
    companies."""

    COMMODITY = "commodity"
    PLACE = "place"
    ROUTE = "route"
    UNIT = "unit"
    BILL = "bill"
    SUSPECT = "suspect"
    COMPANY = "company"
    DOCUMENT = "document"
    PERSON = "person"
    PARTY = "party"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which records of the list; "" and None for all.

    `text` is a part of a place, name or reference, in whatever case.
    """

    kind: RecordKind
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    commodity: str = ""
    route: str = ""
    concealment: str = ""
    method: str = ""


# --- writing ------------------------------------------------------------------------------------


def put(tx: Tx, key: str, value: EnforcementRecord) -> None:
    """Adds a record, or corrects what was said under its key."""
    columns = _columns(value)
    mine = enforcement.update().where(_OWN.key == key)
    if tx.connection.execute(mine.values(columns)).rowcount == 0:
        added = {"id": value.id, "key": key, "known_at": tx.at, **columns}
        tx.connection.execute(enforcement.insert().values(added))
    tx.connection.execute(enforcement_mark.delete().where(_MARK.record_id == value.id))
    rows = [
        {"record_id": value.id, "kind": kind.value, "value": text[:_LONGEST]}
        for kind, text in sorted(set(_marks(value)))
        if text
    ]
    if rows:
        tx.connection.execute(enforcement_mark.insert(), rows)


def drop(tx: Tx, record_ids: Iterable[str]) -> int:
    """Forgets records; gives how many."""
    ids = list(record_ids)
    tx.connection.execute(enforcement_mark.delete().where(_MARK.record_id.in_(ids)))
    return tx.connection.execute(enforcement.delete().where(_OWN.id.in_(ids))).rowcount


# --- looking ------------------------------------------------------------------------------------


def find(connection: sa.Connection, record_id: str) -> EnforcementRecord | None:
    """One record, if it is on file."""
    query = sa.select(enforcement).where(_OWN.id == record_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _record(row)


def get(connection: sa.Connection, record_id: str) -> EnforcementRecord:
    """One record; raises NotFound."""
    found = find(connection, record_id)
    if found is None:
        raise NotFound("there is no such enforcement record")
    return found


def by_ids(connection: sa.Connection, ids: Iterable[str]) -> dict[str, EnforcementRecord]:
    """Records by identifier, as far as there are such."""
    found: dict[str, EnforcementRecord] = {}
    for some in batches(ids):
        query = sa.select(enforcement).where(_OWN.id.in_(some))
        found |= {row.id: _record(row) for row in connection.execute(query)}
    return found


def page(
    connection: sa.Connection, wanted: Filter, *, offset: int, limit: int
) -> tuple[list[EnforcementRecord], int]:
    """A page of records, the newest first, and how many there are."""
    which = _which(wanted)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(enforcement).where(*which)
    ).scalar_one()
    query = (
        sa.select(enforcement)
        .where(*which)
        .order_by(_OWN.at.desc(), _OWN.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_record(row) for row in connection.execute(query)], int(total)


def with_references(
    connection: sa.Connection, source: str, kind: RecordKind, references: Iterable[str]
) -> list[EnforcementRecord]:
    """Records of one source by their references, as far as they came."""
    query = sa.select(enforcement).where(
        _OWN.source == source, _OWN.kind == kind.value, _OWN.reference.in_(set(references))
    )
    return [_record(row) for row in connection.execute(query.order_by(_OWN.id))]


def marked(
    connection: sa.Connection, kind: Mark, values: Iterable[str], source: str = ""
) -> list[EnforcementRecord]:
    """Records that bear one of some marks (of one source, where it is named), the newest first."""
    found: dict[str, EnforcementRecord] = {}
    for some in batches(own for own in values if own):
        query = (
            sa.select(enforcement)
            .join(enforcement_mark, _MARK.record_id == _OWN.id)
            .where(_MARK.kind == kind.value, _MARK.value.in_(some))
        )
        if source:
            query = query.where(_OWN.source == source)
        found |= {row.id: _record(row) for row in connection.execute(query)}
    return sorted(found.values(), key=lambda own: own.id, reverse=True)


def naming(connection: sa.Connection, number: str) -> list[tuple[str, str]]:
    """Seizures that name a transport unit or a bill by its number: identifier and reference of
    each, the newest first."""
    found = [own for kind in (Mark.UNIT, Mark.BILL) for own in marked(connection, kind, [number])]
    named = {own.id: own.reference for own in found}
    return sorted(named.items(), reverse=True)


def findings(
    connection: sa.Connection, numbers: Iterable[str], since: datetime, until: datetime
) -> dict[str, int]:
    """In how many seizures of a time each transport unit or bill is named, by its number; numbers
    that no seizure names are left out."""
    found: dict[str, int] = {}
    for some in batches(own for own in numbers if own):
        query = (
            sa.select(_MARK.value, sa.func.count(_MARK.record_id.distinct()))
            .join(enforcement, _OWN.id == _MARK.record_id)
            .where(
                _MARK.kind.in_([Mark.UNIT.value, Mark.BILL.value]),
                _MARK.value.in_(some),
                _OWN.at >= since,
                _OWN.at <= until,
            )
            .group_by(_MARK.value)
        )
        found |= {row[0]: int(row[1]) for row in connection.execute(query)}
    return found


def values_of(connection: sa.Connection, kind: Mark, limit: int) -> list[str]:
    """The values of a mark that occur, the most frequent first."""
    query = (
        sa.select(_MARK.value)
        .where(_MARK.kind == kind.value)
        .group_by(_MARK.value)
        .order_by(sa.func.count().desc(), _MARK.value)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def over(connection: sa.Connection, before: datetime, limit: int) -> list[str]:
    """Records from before a moment, by when it was, else by when they came."""
    when = sa.func.coalesce(_OWN.at, _OWN.known_at)
    query = sa.select(_OWN.id).where(when < before).order_by(_OWN.id).limit(limit)
    return list(connection.execute(query).scalars())


# --- rows ---------------------------------------------------------------------------------------


def _which(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    which: list[sa.ColumnElement[bool]] = [_OWN.kind == wanted.kind.value]
    if wanted.since is not None:
        which.append(_OWN.at >= wanted.since)
    if wanted.until is not None:
        which.append(_OWN.at < wanted.until)
    if wanted.text:
        # Not lower(): SQLite knows no capitals but those of ASCII, and records are in capitals.
        text = wanted.text.upper()
        named = sa.func.upper(_OWN.title).contains(text, autoescape=True)
        which.append(named | sa.func.upper(_OWN.reference).contains(text, autoescape=True))
    if wanted.concealment:
        which.append(_OWN.concealment == wanted.concealment)
    if wanted.method:
        which.append(_OWN.method == wanted.method)
    marks = ((Mark.COMMODITY, wanted.commodity), (Mark.ROUTE, wanted.route.strip().upper()))
    for kind, value in marks:
        if value:
            bearing = sa.select(_MARK.record_id).where(
                _MARK.kind == kind.value, _MARK.value == value
            )
            which.append(_OWN.id.in_(bearing))
    return which


def _marks(value: EnforcementRecord) -> Iterable[tuple[Mark, str]]:
    match value:
        case SeizureRecord():
            yield from ((Mark.COMMODITY, own.commodity.value) for own in value.seizures)
            yield Mark.PLACE, value.place.name.upper()
            ends = (value.origin, value.destination, value.place.country or "")
            yield from ((Mark.ROUTE, own) for own in (*ends, *value.route))
            yield from ((Mark.UNIT, own) for own in (value.conveyance, value.container))
            yield Mark.BILL, value.consignment
            yield from ((Mark.SUSPECT, own) for own in value.suspects)
            yield from ((Mark.COMPANY, own) for own in value.companies)
        case SuspectRecord():
            yield from (
                (Mark.DOCUMENT, number)
                for _, number, _ in value.documents
                if is_number(number, SHORTEST_PROOF)
            )
            if len(value.birth_date) == len("2000-01-01"):
                yield from (
                    (Mark.PERSON, f"{value.birth_date}|{name_key(own)}") for own in called(value)
                )
        case CompanyRecord():
            for name in (value.name, *value.aliases):
                for identifier in {value.identifier, ""}:
                    party = Party(
                        role=PartyRole.IMPORTER,
                        name=name,
                        identifier=identifier,
                        country=value.country,
                    )
                    yield Mark.PARTY, party_key(party)


def called(value: SuspectRecord) -> list[PersonName]:
    """All names of a suspect; an alias without a comma is a whole name."""
    others = (own.partition(",") for own in value.aliases)
    return [
        PersonName(family=value.family_name, given=value.given_names),
        *(PersonName(family=family.strip(), given=given.strip()) for family, _, given in others),
    ]


def _columns(value: EnforcementRecord) -> dict[str, object]:
    columns: dict[str, object] = {"source": value.source, "reference": value.reference}
    match value:
        case SeizureRecord():
            return columns | {
                "kind": RecordKind.SEIZURE.value,
                "at": value.at,
                "title": value.place.name,
                "country": value.place.country,
                "latitude": value.place.latitude,
                "longitude": value.place.longitude,
                "concealment": value.concealment.value,
                "method": value.method,
                "data": SEIZURE_RECORD.dump(value),
            }
        case SuspectRecord():
            name = PersonName(family=value.family_name, given=value.given_names)
            return columns | {
                "kind": RecordKind.SUSPECT.value,
                "at": _midnight(value),
                "title": str(name),
                "country": value.nationality,
                "data": SUSPECT_RECORD.dump(value),
            }
        case CompanyRecord():
            return columns | {
                "kind": RecordKind.COMPANY.value,
                "at": _midnight(value),
                "title": value.name,
                "country": value.country,
                "data": COMPANY_RECORD.dump(value),
            }


def _midnight(value: SuspectRecord | CompanyRecord) -> datetime | None:
    day = value.reported_on
    return None if day is None else datetime.combine(day, time(), UTC)


def _record(row: Any) -> EnforcementRecord:
    data: Mapping[str, Any] = row.data
    match RecordKind(row.kind):
        case RecordKind.SEIZURE:
            return SEIZURE_RECORD.load(data)
        case RecordKind.SUSPECT:
            return SUSPECT_RECORD.load(data)
        case RecordKind.COMPANY:
            return COMPANY_RECORD.load(data)
