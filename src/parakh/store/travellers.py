"""Voyages, travellers, their documents and source records, and crossings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Standing,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.errors import NotFound
from parakh.normalise.assemble import timed
from parakh.normalise.names import name_key
from parakh.store import search, vetting
from parakh.store.batches import batches
from parakh.store.database import insert_of
from parakh.store.tables import (
    crossing,
    document,
    part,
    record,
    traveller,
    voyage,
)

_ACTUAL = CrossingState.ACTUAL.value


# --- voyages ----------------------------------------------------------------------------------


def save_voyage(
    connection: sa.Connection,
    key: str,
    value: Voyage,
    departure_said_at: datetime | None = None,
    arrival_said_at: datetime | None = None,
) -> Voyage:
    """Adds a voyage, or updates the one with this natural key, whose identifier it then bears.

    Of each of its times that stands which was said last, whenever it came; what says nothing takes
    nothing away, and a time without a moment at which it was said only fills in. On PostgreSQL a
    second message about a voyage waits here until the first is done with its travellers.
    """
    statement = insert_of(connection)(voyage).values(
        id=value.id,
        key=key,
        mode=value.mode.value,
        carrier=value.carrier,
        number=value.number,
        origin=value.origin,
        destination=value.destination,
        direction=value.direction.value,
        due_at=value.due_at,
        leaves_at=value.leaves_at,
        port=value.port,
        departure=value.departure,
        arrival=value.arrival,
        departure_said_at=departure_said_at,
        arrival_said_at=arrival_said_at,
    )
    same = {"direction": value.direction.value, "port": value.port}
    kept = connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=same).returning(voyage)
    ).one()
    if kept.id == value.id:
        return value
    departure, departure_said_at = _later(
        (kept.departure, kept.departure_said_at), (value.departure, departure_said_at)
    )
    arrival, arrival_said_at = _later(
        (kept.arrival, kept.arrival_said_at), (value.arrival, arrival_said_at)
    )
    now = timed(_voyage(kept), departure=departure, arrival=arrival)
    times = {
        "departure": departure,
        "arrival": arrival,
        "departure_said_at": departure_said_at,
        "arrival_said_at": arrival_said_at,
        "due_at": now.due_at,
        "leaves_at": now.leaves_at,
    }
    connection.execute(voyage.update().where(voyage.c.id == kept.id).values(times))
    vetting.follow_voyages(connection, [kept.id])
    return now


_Said = tuple[datetime | None, datetime | None]
"""A local time, and the moment at which it was said."""


def _later(known: _Said, said: _Said) -> _Said:
    """Which was said later; a time that nobody vouches for gives way to any other."""
    if known[0] is None or said[0] is None:
        return known if said[0] is None else said
    if said[1] is None or (known[1] is not None and said[1] < known[1]):
        return known
    return said


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


def set_called_off(connection: sa.Connection, voyage_id: str, called_off: bool) -> None:
    """Whether its carrier said last that a voyage does not take place."""
    changed = voyage.c.called_off.is_not(called_off)
    connection.execute(
        voyage.update().where(voyage.c.id == voyage_id, changed).values(called_off=called_off)
    )
    vetting.follow_voyages(connection, [voyage_id])


# --- travellers -------------------------------------------------------------------------------


def save_travellers(
    connection: sa.Connection, values: Sequence[Traveller], due_for: str | None = None
) -> None:
    """Adds or updates travellers by identifier, with their documents.

    `due_for` is the message with which they must be screened, because it changed them.
    """
    if not values:
        return
    statement = insert_of(connection)(traveller)
    new = {own.name: own for own in statement.excluded if own.name != "id"}
    upsert = statement.on_conflict_do_update(index_elements=["id"], set_=new)
    rows = [_traveller_columns(value) | {"due_for": due_for} for value in values]
    connection.execute(upsert, rows)
    search.write(connection, {own.id: own.name for own in values})
    _replace_documents(connection, values)


def standings_of(connection: sa.Connection, voyage_id: str) -> dict[str, Standing]:
    """How each traveller of a voyage stands."""
    query = sa.select(traveller.c.id, traveller.c.standing).where(
        traveller.c.voyage_id == voyage_id
    )
    return {row.id: Standing(row.standing) for row in connection.execute(query)}


def set_standings(connection: sa.Connection, standings: Mapping[str, Standing]) -> None:
    """How travellers stand now."""
    rows = [{"own": key, "now": value.value} for key, value in standings.items()]
    change = traveller.update().where(traveller.c.id == sa.bindparam("own"))
    if rows:
        connection.execute(change.values(standing=sa.bindparam("now")), rows)


def mark_joined(connection: sa.Connection, old_id: str, new_id: str) -> None:
    """One traveller turned out to be another; the old identifier leads to him."""
    connection.execute(
        traveller.update()
        .where(sa.or_(traveller.c.id == old_id, traveller.c.joined_to == old_id))
        .values(joined_to=new_id)
    )
    search.forget(connection, [old_id])


def lasting_id(connection: sa.Connection, traveller_id: str) -> str:
    """The identifier of whoever this traveller turned out to be, or his own."""
    query = sa.select(traveller.c.joined_to).where(traveller.c.id == traveller_id)
    return connection.execute(query).scalar_one_or_none() or traveller_id


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
    here = (traveller.c.voyage_id == voyage_id) & traveller.c.joined_to.is_(None)
    return _travellers(connection, here & (known | seen))


def travellers_to_screen(connection: sa.Connection, message_id: str) -> list[Traveller]:
    """All that a message told of, and all of whom it changed what others told."""
    told = _told(message_id)
    due = sa.select(traveller.c.id).where(traveller.c.due_for == message_id)
    return _travellers(
        connection, traveller.c.id.in_(told.union(due)) & traveller.c.joined_to.is_(None)
    )


def screen_with(connection: sa.Connection, ids: Iterable[str], message_id: str) -> None:
    """Has travellers screened with a message that told something of them."""
    mine = traveller.update().where(traveller.c.id.in_(set(ids)))
    connection.execute(mine.values(due_for=message_id))


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


def lock(connection: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Holds other writers off these travellers until the transaction ends (PostgreSQL); rows that
    refer to them may go on being written.

    Gives those who turned out to be somebody else.
    """
    query = sa.select(traveller.c.id, traveller.c.joined_to).where(traveller.c.id.in_(set(ids)))
    rows = connection.execute(query.order_by(traveller.c.id).with_for_update(key_share=True))
    return {row.id for row in rows if row.joined_to is not None}


def between(connection: sa.Connection, first: str, last: str) -> list[Traveller]:
    """Travellers by their identifiers' order, both ends included."""
    here = (traveller.c.id >= first) & (traveller.c.id <= last) & traveller.c.joined_to.is_(None)
    return _travellers(connection, here)


def birth_dates(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str | None]:
    """When travellers were born, ISO 8601 as far as it is known."""
    query = sa.select(traveller.c.id, traveller.c.birth_date).where(traveller.c.id.in_(set(ids)))
    return {row.id: row.birth_date for row in connection.execute(query)}


def with_document(connection: sa.Connection, number: str) -> list[Traveller]:
    """All travellers who declared a document with this normalised number, newest first."""
    bearing = sa.select(document.c.traveller_id).where(document.c.number == number)
    here = traveller.c.id.in_(bearing) & traveller.c.joined_to.is_(None)
    found = _travellers(connection, here)
    return sorted(found, key=lambda value: value.id, reverse=True)


def with_documents(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, list[Traveller]]:
    """The same of several numbers; those that nobody declared lack."""
    found: dict[str, list[Traveller]] = {}
    for some in batches(numbers):
        bearing = sa.select(document.c.traveller_id).where(document.c.number.in_(some))
        here = traveller.c.id.in_(bearing) & traveller.c.joined_to.is_(None)
        for own in _travellers(connection, here):
            for number in {one.number for one in own.documents}.intersection(some):
                found.setdefault(number, []).append(own)
    return found


# --- crossings --------------------------------------------------------------------------------


def expect_crossings(connection: sa.Connection, ids: Sequence[str], at: Voyage) -> None:
    """Adds an expected crossing for each traveller who has none yet."""
    known = sa.select(crossing.c.traveller_id).where(crossing.c.voyage_id == at.id)
    have = set(connection.execute(known).scalars())
    new = [value for value in ids if value not in have]
    transit = sa.select(traveller.c.id).where(
        traveller.c.id.in_(new), traveller.c.role == TravellerRole.TRANSIT.value
    )
    either_way = set(connection.execute(transit).scalars())
    rows = [
        {
            "id": new_id(),
            "traveller_id": value,
            "voyage_id": at.id,
            "port": at.port,
            "direction": (Direction.TRANSIT if value in either_way else at.direction).value,
            "state": CrossingState.EXPECTED.value,
            "lane": "",
        }
        for value in new
    ]
    if rows:
        connection.execute(crossing.insert(), rows)


def unexpect(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Deletes the crossings at which some travellers were expected, and not seen."""
    connection.execute(
        crossing.delete().where(
            crossing.c.traveller_id.in_(list(ids)),
            crossing.c.state == CrossingState.EXPECTED.value,
        )
    )


def take_over_crossing(connection: sa.Connection, old_id: str, new_id: str) -> None:
    """Gives the crossing at which a traveller was seen to whom he turned out to be."""
    seen = sa.select(crossing.c.id).where(
        crossing.c.traveller_id == old_id, crossing.c.state == _ACTUAL
    )
    theirs = crossings_of(connection, [new_id]).get(new_id)
    if theirs is not None and theirs.state is CrossingState.ACTUAL:
        return
    if connection.execute(seen).first() is not None:
        unexpect(connection, [new_id])
        connection.execute(
            crossing.update().where(crossing.c.traveller_id == old_id).values(traveller_id=new_id)
        )
        for own in crossings_of(connection, [new_id]).values():
            search.place(connection, new_id, own.port)


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
    if value.traveller_id is not None:
        search.place(connection, value.traveller_id, value.port)


def crossings_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Crossing]:
    """Crossings by their travellers' identifiers."""
    query = sa.select(crossing).where(crossing.c.traveller_id.in_(ids))
    found = (crossing_of(row) for row in connection.execute(query))
    return {value.traveller_id: value for value in found if value.traveller_id}


def get_crossing(connection: sa.Connection, crossing_id: str) -> Crossing | None:
    """One crossing, if it is still there."""
    row = connection.execute(sa.select(crossing).where(crossing.c.id == crossing_id)).one_or_none()
    return None if row is None else crossing_of(row)


def crossing_counts(
    connection: sa.Connection, voyage_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """For each voyage, how many are announced (seen or not), and how many were seen at a gate."""
    actual = sa.func.sum(sa.case((crossing.c.state == CrossingState.ACTUAL.value, 1), else_=0))
    query = (
        sa.select(crossing.c.voyage_id, sa.func.count(), actual)
        .outerjoin(traveller, traveller.c.id == crossing.c.traveller_id)
        .where(crossing.c.voyage_id.in_(voyage_ids), traveller.c.joined_to.is_(None))
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


def _replace_documents(connection: sa.Connection, saved: Sequence[Traveller]) -> None:
    ids = [value.id for value in saved]
    connection.execute(document.delete().where(document.c.traveller_id.in_(ids)))
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


def _traveller_columns(value: Traveller) -> dict[str, object]:
    return {
        "id": value.id,
        "voyage_id": value.voyage_id or None,
        "standing": value.standing.value,
        "joined_to": None,
        "name_key": name_key(value.name),
        "role": value.role.value,
        "family_name": value.name.family,
        "given_names": value.name.given,
        "birth_date": value.birth_date and str(value.birth_date),
        "sex": value.sex and value.sex.value,
        "nationality": value.nationality,
        "residence": value.residence,
        "father_name": value.father_name,
        "birth_place": value.birth_place,
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
        voyage_id=columns["voyage_id"] or "",
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
        father_name=columns["father_name"],
        birth_place=columns["birth_place"],
        standing=Standing(columns["standing"]),
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
        leaves_at=columns["leaves_at"],
        scheduled_departure=columns["scheduled_departure"],
        cancelled=columns["cancelled"] or columns["called_off"],
        taken_out=columns["cancelled"],
    )


def crossing_of(row: sa.Row[Any]) -> Crossing:
    """A crossing from its row."""
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
