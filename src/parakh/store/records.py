"""What each message said: of voyages, of bookings, of travellers; as it stood, with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.ingest.paxlst_values import CREW_LIST
from parakh.ingest.records import DeclaredBooking, DeclaredTraveller
from parakh.normalise.fold import Act
from parakh.normalise.join import Marks, SourceKind, Statement, told_differently
from parakh.store.codec import BOOKING, DECLARED, MARKS
from parakh.store.tables import booking, message, part, record, submission

_LAST = 2**31
"""Place behind all records of a part: what a message does to a voyage follows what it says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionRow:
    """One part about one voyage.

    Attributes:
        voyage_id: None for a master crew list, which is about a carrier.
        series: what the parts of one list share.
        filled: for each attribute, how many of its travellers have it.
    """

    part_id: str
    voyage_id: str | None
    message_type: str
    function: str
    action: str
    series: str
    sender: str
    said_at: datetime
    received_at: datetime
    travellers: int
    filled: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRecord:
    """A record that was just read; `id` is its own, and its statement's."""

    id: str
    part_id: str
    voyage_id: str | None
    booking_id: str | None
    ordinal: int
    declared: DeclaredTraveller
    marks: Marks


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A record that is stored, in short, and whose it is."""

    statement: Statement
    traveller_id: str
    voyage_id: str | None
    carrier: str
    part_id: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRecord:
    """What one message said of a traveller, as it stood there."""

    statement: Statement
    message_id: str
    part_id: str
    booking_id: str | None
    received_at: datetime
    line: int
    declared: DeclaredTraveller


# --- writing ------------------------------------------------------------------------------------


def save_submission(connection: sa.Connection, value: SubmissionRow) -> None:
    """Adds what a part is about."""
    connection.execute(
        submission.insert().values(
            part_id=value.part_id,
            voyage_id=value.voyage_id,
            message_type=value.message_type,
            function=value.function,
            action=value.action,
            series=value.series,
            sender=value.sender,
            said_at=value.said_at,
            received_at=value.received_at,
            travellers=value.travellers,
            filled=dict(value.filled),
        )
    )


def save_bookings(
    connection: sa.Connection,
    part_id: str,
    voyage_id: str,
    values: Iterable[tuple[str, DeclaredBooking]],
) -> None:
    """Adds a part's bookings, each with its identifier; their travellers are kept as records."""
    rows = [
        {
            "id": booking_id,
            "part_id": part_id,
            "voyage_id": voyage_id,
            "locator": value.reference.strip().upper()[:40],
            "data": BOOKING.dump(replace(value, travellers=())),
        }
        for booking_id, value in values
    ]
    if rows:
        connection.execute(booking.insert(), rows)


def insert(connection: sa.Connection, values: Sequence[tuple[NewRecord, str]]) -> None:
    """Adds records, each with the traveller of whom it speaks."""
    rows = [
        {
            "id": own.id,
            "part_id": own.part_id,
            "traveller_id": traveller_id,
            "voyage_id": own.voyage_id,
            "booking_id": own.booking_id,
            "line": own.declared.line,
            "ordinal": own.ordinal,
            "marks": MARKS.dump(own.marks),
            "data": DECLARED.dump(own.declared),
        }
        for own, traveller_id in values
    ]
    if rows:
        connection.execute(record.insert(), rows)


def assign(connection: sa.Connection, travellers: Mapping[str, str]) -> None:
    """Gives records (by identifier) to other travellers."""
    rows = [{"own": key, "whose": value} for key, value in travellers.items()]
    change = record.update().where(record.c.id == sa.bindparam("own"))
    if rows:
        connection.execute(change.values(traveller_id=sa.bindparam("whose")), rows)


def forget(connection: sa.Connection, message_id: str) -> list[Held]:
    """Removes what an earlier reading of a message said, and gives its records."""
    parts = sa.select(part.c.id).where(part.c.message_id == message_id)
    known = _held(connection, part.c.message_id == message_id)
    for table in (record, booking, submission):
        connection.execute(table.delete().where(table.c.part_id.in_(parts)))
    return known


# --- looking ------------------------------------------------------------------------------------


def of_voyage(connection: sa.Connection, voyage_id: str) -> list[Held]:
    """Every record of a voyage."""
    return _held(connection, record.c.voyage_id == voyage_id)


def of_roster(connection: sa.Connection, carrier: str) -> list[Held]:
    """Every record of a carrier's master crew lists."""
    listed = part.c.message_type == SourceKind.PAXLST.value
    return _held(connection, record.c.voyage_id.is_(None) & listed & (part.c.carrier == carrier))


def acts_of(connection: sa.Connection, voyage_id: str) -> list[Act]:
    """What messages did to a voyage as a whole, and to its bookings by newer versions of them."""
    whole = (
        sa.select(submission, part.c.ordinal, part.c.message_id)
        .join(part, part.c.id == submission.c.part_id)
        .where(submission.c.voyage_id == voyage_id)
    )
    acts = [
        Act(
            order=(row.said_at, (row.message_id, row.ordinal, _LAST)),
            action="cancel" if row.action == "cancel flight" else row.action,
            series=row.series,
            sender=row.sender,
            crew=row.function == CREW_LIST,
        )
        for row in connection.execute(whole)
        if row.action in ("replace", "boarded", "cancel flight")
        or (row.action == "cancel" and not row.travellers)
    ]
    versions = (
        sa.select(booking.c.id, booking.c.locator, submission.c.said_at, submission.c.sender)
        .add_columns(part.c.ordinal, part.c.message_id)
        .join(part, part.c.id == booking.c.part_id)
        .join(submission, submission.c.part_id == part.c.id)
        .where(booking.c.voyage_id == voyage_id)
    )
    for row in connection.execute(versions):
        order = (row.said_at, (row.message_id, row.ordinal, _LAST))
        acts.append(
            Act(
                order=order,
                action="booking",
                series=row.id,
                sender=row.sender,
                locator=row.locator,
            )
        )
    return acts


def declared(connection: sa.Connection, ids: Iterable[str]) -> dict[str, DeclaredTraveller]:
    """Records as they stood, by identifier."""
    query = sa.select(record.c.id, record.c.data).where(record.c.id.in_(list(ids)))
    return {row.id: DECLARED.load(row.data) for row in connection.execute(query)}


def differing(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[SourceRecord]]:
    """The records of those travellers whom they name, or tell the birth or documents of,
    differently."""
    marks: dict[str, list[Marks]] = {}
    query = sa.select(record.c.traveller_id, record.c.marks)
    for row in connection.execute(query.where(record.c.traveller_id.in_(list(ids)))):
        marks.setdefault(row.traveller_id, []).append(MARKS.load(row.marks))
    told = [key for key, own in marks.items() if told_differently(own)]
    found: dict[str, list[SourceRecord]] = {}
    full = _statements(record.c.data, record.c.booking_id, record.c.part_id, record.c.traveller_id)
    for whole in connection.execute(full.where(record.c.traveller_id.in_(told))):
        found.setdefault(whole.traveller_id, []).append(_source(whole))
    return found


def records_of(connection: sa.Connection, traveller_id: str) -> list[SourceRecord]:
    """What each message said of a traveller, newest first in message order."""
    query = _statements(record.c.data, record.c.booking_id, record.c.part_id)
    rows = connection.execute(query.where(record.c.traveller_id == traveller_id))
    found = [_source(row) for row in rows]
    return sorted(found, key=lambda own: own.statement.order, reverse=True)


def bookings_of_message(
    connection: sa.Connection, message_id: str
) -> dict[int, list[DeclaredBooking]]:
    """What a message said of bookings, without their travellers, by the ordinal of its part."""
    query = (
        sa.select(part.c.ordinal, booking.c.data)
        .join(part, part.c.id == booking.c.part_id)
        .where(part.c.message_id == message_id)
    )
    found: dict[int, list[DeclaredBooking]] = {}
    for row in connection.execute(query):
        found.setdefault(row.ordinal, []).append(BOOKING.load(row.data))
    return found


def _source(row: sa.Row[Any]) -> SourceRecord:
    return SourceRecord(
        statement=_statement(row),
        message_id=row.message_id,
        part_id=row.part_id,
        booking_id=row.booking_id,
        received_at=row.received_at,
        line=row.line,
        declared=DECLARED.load(row.data),
    )


def bookings_by_id(connection: sa.Connection, ids: Iterable[str]) -> dict[str, DeclaredBooking]:
    """Bookings as they stood, without their travellers."""
    query = sa.select(booking.c.id, booking.c.data).where(booking.c.id.in_(list(ids)))
    return {row.id: BOOKING.load(row.data) for row in connection.execute(query)}


def _held(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Held]:
    query = _statements(
        record.c.traveller_id, record.c.voyage_id, record.c.part_id, part.c.carrier
    ).where(which)
    return [
        Held(
            statement=_statement(row),
            traveller_id=row.traveller_id,
            voyage_id=row.voyage_id,
            carrier=row.carrier,
            part_id=row.part_id,
            line=row.line,
        )
        for row in connection.execute(query)
    ]


def _statements(*more: sa.Column[Any]) -> sa.Select[Any]:
    return (
        sa.select(
            record.c.id,
            record.c.line,
            record.c.ordinal,
            record.c.marks,
            sa.func.coalesce(record.c.booking_id, record.c.part_id).label("unit"),
            part.c.message_id,
            part.c.message_type,
            part.c.ordinal.label("part_ordinal"),
            sa.func.coalesce(submission.c.action, "").label("action"),
            sa.func.coalesce(submission.c.series, part.c.id).label("series"),
            sa.func.coalesce(submission.c.sender, "").label("sender"),
            submission.c.said_at,
            message.c.received_at,
            *more,
        )
        .select_from(record)
        .join(part, part.c.id == record.c.part_id)
        .join(message, message.c.id == part.c.message_id)
        .outerjoin(submission, submission.c.part_id == part.c.id)
    )


def _statement(row: sa.Row[Any]) -> Statement:
    return Statement(
        id=row.id,
        kind=SourceKind(row.message_type),
        unit=row.unit,
        said_at=row.said_at or row.received_at,
        place=(row.message_id, row.part_ordinal, row.ordinal),
        marks=MARKS.load(row.marks),
        received_at=row.received_at,
        action=row.action,
        series=row.series,
        sender=row.sender,
    )
