"""Voyages, travellers, their documents and source records, and crossings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.errors import NotFound
from parakh.ingest.records import DeclaredTraveller
from parakh.store.codec import DECLARED
from parakh.store.database import insert_of
from parakh.store.tables import crossing, document, part, record, traveller, voyage

_ACTUAL = CrossingState.ACTUAL.value


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRecord:
    """What one message said of a traveller, as it stood there."""

    message_id: str
    part_id: str
    line: int
    declared: DeclaredTraveller


# --- voyages ----------------------------------------------------------------------------------


def save_voyage(connection: sa.Connection, key: str, value: Voyage) -> Voyage:
    """Adds a voyage, or updates the one with this natural key, whose identifier it then bears.

    In one statement, because two parts of a list may come at once; on PostgreSQL the later one
    waits here until the earlier is done with the voyage's travellers.
    """
    columns = {
        "arrival": value.arrival,
        "due_at": value.due_at,
        "departure": value.departure,
        "direction": value.direction.value,
        "port": value.port,
    }
    statement = insert_of(connection)(voyage).values(
        id=value.id,
        key=key,
        mode=value.mode.value,
        carrier=value.carrier,
        number=value.number,
        origin=value.origin,
        destination=value.destination,
        **columns,
    )
    kept = connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=columns).returning(voyage.c.id)
    ).scalar_one()
    return replace(value, id=kept)


def get_voyage(connection: sa.Connection, voyage_id: str) -> Voyage:
    """One voyage; raises NotFound."""
    found = voyages_by_id(connection, [voyage_id])
    if voyage_id not in found:
        raise NotFound("there is no such voyage")
    return found[voyage_id]


def voyages_by_id(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Voyage]:
    """Voyages by their identifiers."""
    query = sa.select(voyage).where(voyage.c.id.in_(set(ids)))
    return {row.id: _voyage(row) for row in connection.execute(query)}


def voyages_between(
    connection: sa.Connection, since: datetime, until: datetime, ports: Iterable[str] | None
) -> list[Voyage]:
    """Voyages due in [since, until), earliest first; of some ports, or (None) of all."""
    query = sa.select(voyage).where(voyage.c.due_at >= since, voyage.c.due_at < until)
    if ports is not None:
        query = query.where(voyage.c.port.in_(set(ports)))
    query = query.order_by(voyage.c.due_at, voyage.c.id)
    return [_voyage(row) for row in connection.execute(query)]


# --- travellers -------------------------------------------------------------------------------


def save_travellers(
    connection: sa.Connection, voyage_id: str, values: Mapping[str, Traveller]
) -> dict[str, Traveller]:
    """Adds or updates travellers of one voyage by natural key; gives them with lasting ids."""
    known = dict(
        connection.execute(
            sa.select(traveller.c.key, traveller.c.id).where(traveller.c.voyage_id == voyage_id)
        ).all()
    )
    saved = {
        key: replace(value, id=known.get(key, value.id), voyage_id=voyage_id)
        for key, value in values.items()
    }
    rows = [_traveller_columns(key, value) for key, value in saved.items()]
    new = [row for row in rows if row["key"] not in known]
    old = [row for row in rows if row["key"] in known]
    if new:
        connection.execute(traveller.insert(), new)
    for row in old:
        connection.execute(traveller.update().where(traveller.c.id == row["id"]).values(row))
    _replace_documents(connection, saved.values(), [str(row["id"]) for row in old])
    return saved


def get_traveller(connection: sa.Connection, traveller_id: str) -> Traveller:
    """One traveller; raises NotFound."""
    found = travellers_by_id(connection, [traveller_id])
    if not found:
        raise NotFound("there is no such traveller")
    return found[0]


def travellers_by_id(connection: sa.Connection, ids: Sequence[str]) -> list[Traveller]:
    """Travellers by identifier, in no promised order."""
    return _travellers(connection, traveller.c.id.in_(ids))


def travellers_of_voyage(connection: sa.Connection, voyage_id: str) -> list[Traveller]:
    """All travellers of a voyage of whom some record tells, or who were seen at a gate."""
    known = sa.select(record.c.traveller_id).where(record.c.traveller_id == traveller.c.id).exists()
    seen = (
        sa.select(crossing.c.id)
        .where(crossing.c.traveller_id == traveller.c.id, crossing.c.state == _ACTUAL)
        .exists()
    )
    return _travellers(connection, (traveller.c.voyage_id == voyage_id) & (known | seen))


def travellers_of_message(connection: sa.Connection, message_id: str) -> list[Traveller]:
    """All travellers that a message told of."""
    return _travellers(connection, traveller.c.id.in_(_told(message_id)))


def ids_of_message(connection: sa.Connection, message_id: str) -> set[str]:
    """Identifiers of the travellers that a message told of."""
    return set(connection.execute(_told(message_id)).scalars())


def count_of_message(connection: sa.Connection, message_id: str) -> int:
    """How many travellers a message told of."""
    told = _told(message_id).distinct().subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(told)).scalar_one())


def ports_of_message(connection: sa.Connection, message_id: str) -> set[str]:
    """Our own ports of the voyages of those whom a message told of."""
    query = (
        sa.select(voyage.c.port)
        .join(traveller, traveller.c.voyage_id == voyage.c.id)
        .where(traveller.c.id.in_(_told(message_id)))
        .distinct()
    )
    return set(connection.execute(query).scalars())


def _told(message_id: str) -> sa.Select[str]:
    return (
        sa.select(record.c.traveller_id)
        .join(part, part.c.id == record.c.part_id)
        .where(part.c.message_id == message_id)
    )


def lock(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Holds other writers off these travellers until the transaction ends (PostgreSQL)."""
    query = sa.select(traveller.c.id).where(traveller.c.id.in_(set(ids)))
    connection.execute(query.order_by(traveller.c.id).with_for_update()).all()


def expected_after(connection: sa.Connection, due: datetime) -> list[Traveller]:
    """Travellers announced for voyages that are due after a moment."""
    awaited = (
        sa.select(crossing.c.traveller_id)
        .join(voyage, voyage.c.id == crossing.c.voyage_id)
        .where(crossing.c.traveller_id.is_not(None), voyage.c.due_at > due)
    )
    return _travellers(connection, traveller.c.id.in_(awaited))


def with_document(connection: sa.Connection, number: str) -> list[Traveller]:
    """All travellers who declared a document with this normalised number, newest first."""
    bearing = sa.select(document.c.traveller_id).where(document.c.number == number)
    found = _travellers(connection, traveller.c.id.in_(bearing))
    return sorted(found, key=lambda value: value.id, reverse=True)


# --- source records ---------------------------------------------------------------------------


def replace_records(
    connection: sa.Connection, part_id: str, told: Sequence[tuple[str, DeclaredTraveller]]
) -> None:
    """Keeps what a part said of each traveller (`told`: traveller id, record) as it stood."""
    connection.execute(record.delete().where(record.c.part_id == part_id))
    rows = [
        {
            "id": new_id(),
            "part_id": part_id,
            "traveller_id": traveller_id,
            "line": declared.line,
            "data": DECLARED.dump(declared),
        }
        for traveller_id, declared in told
    ]
    if rows:
        connection.execute(record.insert(), rows)


def records_of(connection: sa.Connection, traveller_id: str) -> list[SourceRecord]:
    """What each message said of a traveller, newest first."""
    query = (
        sa.select(record, part.c.message_id)
        .join(part, part.c.id == record.c.part_id)
        .where(record.c.traveller_id == traveller_id)
        .order_by(part.c.message_id.desc())
    )
    return [
        SourceRecord(
            message_id=row.message_id,
            part_id=row.part_id,
            line=row.line,
            declared=DECLARED.load(row.data),
        )
        for row in connection.execute(query)
    ]


# --- crossings --------------------------------------------------------------------------------


def expect_crossings(connection: sa.Connection, expected: Sequence[Traveller], at: Voyage) -> None:
    """Adds an expected crossing for each traveller who has none yet."""
    known = set(
        connection.execute(
            sa.select(crossing.c.traveller_id).where(crossing.c.voyage_id == at.id)
        ).scalars()
    )
    rows = [
        {
            "id": new_id(),
            "traveller_id": value.id,
            "voyage_id": at.id,
            "port": at.port,
            "direction": at.direction.value,
            "state": CrossingState.EXPECTED.value,
            "lane": "",
        }
        for value in expected
        if value.id not in known
    ]
    if rows:
        connection.execute(crossing.insert(), rows)


def unexpect(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Deletes the expected crossings of those among some travellers of whom no record tells."""
    told = sa.select(record.c.traveller_id).where(record.c.traveller_id == crossing.c.traveller_id)
    connection.execute(
        crossing.delete().where(
            crossing.c.traveller_id.in_(set(ids)),
            crossing.c.state == CrossingState.EXPECTED.value,
            ~told.exists(),
        )
    )


def save_crossing(connection: sa.Connection, value: Crossing) -> None:
    """Adds a crossing, or updates the one with its identifier."""
    columns = {
        "traveller_id": value.traveller_id,
        "voyage_id": value.voyage_id,
        "port": value.port,
        "direction": value.direction.value,
        "state": value.state.value,
        "lane": value.lane,
        "at": value.at,
    }
    done = connection.execute(crossing.update().where(crossing.c.id == value.id).values(columns))
    if done.rowcount == 0:
        connection.execute(crossing.insert().values(id=value.id, **columns))


def crossings_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Crossing]:
    """Crossings by their travellers' identifiers."""
    query = sa.select(crossing).where(crossing.c.traveller_id.in_(ids))
    found = (_crossing(row) for row in connection.execute(query))
    return {value.traveller_id: value for value in found if value.traveller_id}


def crossing_counts(
    connection: sa.Connection, voyage_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """For each voyage, how many are announced (seen or not), and how many were seen at a gate."""
    actual = sa.func.sum(sa.case((crossing.c.state == CrossingState.ACTUAL.value, 1), else_=0))
    query = (
        sa.select(crossing.c.voyage_id, sa.func.count(), actual)
        .where(crossing.c.voyage_id.in_(voyage_ids))
        .group_by(crossing.c.voyage_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(query)}


# --- rows and values --------------------------------------------------------------------------


def _travellers(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Traveller]:
    documents: dict[str, list[Document]] = {}
    owned = sa.select(traveller.c.id).where(which)
    query = (
        sa.select(document)
        .where(document.c.traveller_id.in_(owned))
        .order_by(document.c.traveller_id, document.c.ordinal)
    )
    for row in connection.execute(query):
        documents.setdefault(row.traveller_id, []).append(_document(row))
    rows = connection.execute(sa.select(traveller).where(which).order_by(traveller.c.id))
    return [_traveller(row, documents.get(row.id, ())) for row in rows]


def _replace_documents(
    connection: sa.Connection, saved: Iterable[Traveller], old: Sequence[str]
) -> None:
    if old:
        connection.execute(document.delete().where(document.c.traveller_id.in_(old)))
    rows = [
        {
            "traveller_id": value.id,
            "ordinal": ordinal,
            "type": own.type.value,
            "number": own.number,
            "issuer": own.issuer,
            "expiry": own.expiry and str(own.expiry),
        }
        for value in saved
        for ordinal, own in enumerate(value.documents)
    ]
    if rows:
        connection.execute(document.insert(), rows)


def _traveller_columns(key: str, value: Traveller) -> dict[str, object]:
    return {
        "id": value.id,
        "voyage_id": value.voyage_id,
        "key": key,
        "role": value.role.value,
        "family_name": value.name.family,
        "given_names": value.name.given,
        "birth_date": value.birth_date and str(value.birth_date),
        "sex": value.sex and value.sex.value,
        "nationality": value.nationality,
        "residence": value.residence,
        "embarkation": value.embarkation,
        "debarkation": value.debarkation,
        "booking_reference": value.booking_reference,
        "seat": value.seat,
        "bags": list(value.bags),
    }


def _traveller(row: sa.Row[tuple[object, ...]], documents: Sequence[Document]) -> Traveller:
    columns = row._mapping
    return Traveller(
        id=columns["id"],
        voyage_id=columns["voyage_id"],
        role=TravellerRole(columns["role"]),
        name=PersonName(family=columns["family_name"], given=columns["given_names"]),
        birth_date=_date(columns["birth_date"]),
        sex=None if columns["sex"] is None else Sex(columns["sex"]),
        nationality=columns["nationality"],
        residence=columns["residence"],
        embarkation=columns["embarkation"],
        debarkation=columns["debarkation"],
        booking_reference=columns["booking_reference"],
        seat=columns["seat"],
        bags=tuple(columns["bags"]),
        documents=tuple(documents),
    )


def _document(row: sa.Row[tuple[object, ...]]) -> Document:
    columns = row._mapping
    return Document(
        type=DocumentType(columns["type"]),
        number=columns["number"],
        issuer=columns["issuer"],
        expiry=_date(columns["expiry"]),
    )


def _date(text: str | None) -> PartialDate | None:
    return None if text is None else PartialDate.parse(text)


def _voyage(row: sa.Row[tuple[object, ...]]) -> Voyage:
    columns = row._mapping
    return Voyage(
        id=columns["id"],
        mode=Mode(columns["mode"]),
        carrier=columns["carrier"],
        number=columns["number"],
        origin=columns["origin"],
        destination=columns["destination"],
        departure=columns["departure"],
        arrival=columns["arrival"],
        due_at=columns["due_at"],
        direction=Direction(columns["direction"]),
    )


def _crossing(row: sa.Row[tuple[object, ...]]) -> Crossing:
    columns = row._mapping
    return Crossing(
        id=columns["id"],
        traveller_id=columns["traveller_id"],
        voyage_id=columns["voyage_id"],
        port=columns["port"],
        direction=Direction(columns["direction"]),
        state=CrossingState(columns["state"]),
        lane=columns["lane"],
        at=columns["at"],
    )
