"""What rules want to know of travellers, read for many at once: one statement a kind of thing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState, Kind
from parakh.domain.traveller import DocumentType, Standing
from parakh.domain.voyage import CrossingState
from parakh.store.batches import batches
from parakh.store.standing import kinds_of
from parakh.store.tables import (
    alert,
    assessment,
    assessment_hit,
    booking,
    crossing,
    document,
    hit,
    message,
    part,
    person_link,
    record,
    submission,
    traveller,
    voyage,
    watchlist,
    watchlist_entry,
)


class SaidRow(NamedTuple):
    """One record of a traveller as it stands in its column (see `DeclaredTraveller`)."""

    traveller_id: str
    booking_id: str | None
    source: str
    data: dict[str, Any]


class BookingRow(NamedTuple):
    """One booking as it stands in its column (see `DeclaredBooking`)."""

    received_at: datetime
    carrier: str
    data: dict[str, Any]


class PassedRow(NamedTuple):
    """An earlier crossing of a person; the voyage's columns are None where none was declared.

    `at` is when he was seen, else (of those who boarded) when the voyage was due.
    """

    traveller_id: str
    at: datetime
    port: str
    direction: str
    seen: bool
    voyage_id: str | None
    carrier: str | None
    number: str | None
    origin: str | None
    destination: str | None
    leaves_at: datetime | None
    due_at: datetime | None
    arrival: datetime | None


class HitRow(NamedTuple):
    """A hit in short, with the name of its watchlist."""

    subject_id: str
    kind: str
    target: str
    list: str | None
    screener: str
    score: float
    state: str


def said(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[SaidRow]]:
    """What messages said of each traveller, the newest first."""
    found: dict[str, list[SaidRow]] = {}
    for some in batches(ids):
        query = (
            sa.select(
                record.c.traveller_id, record.c.booking_id, part.c.message_type, record.c.data
            )
            .join(part, part.c.id == record.c.part_id)
            .join(message, message.c.id == part.c.message_id)
            .outerjoin(submission, submission.c.part_id == part.c.id)
            .where(record.c.traveller_id.in_(some))
            .order_by(
                sa.func.coalesce(submission.c.said_at, message.c.received_at).desc(),
                record.c.id.desc(),
            )
        )
        for row in connection.execute(query):
            found.setdefault(row[0], []).append(SaidRow(*row))
    return found


def bookings(connection: sa.Connection, ids: Iterable[str]) -> dict[str, BookingRow]:
    """Bookings by identifier."""
    found: dict[str, BookingRow] = {}
    for some in batches(ids):
        query = (
            sa.select(booking.c.id, message.c.received_at, part.c.carrier, booking.c.data)
            .join(part, part.c.id == booking.c.part_id)
            .join(message, message.c.id == part.c.message_id)
            .where(booking.c.id.in_(some))
        )
        found.update((row[0], BookingRow(*row[1:])) for row in connection.execute(query))
    return found


def counts_of_bookings(connection: sa.Connection, ids: Iterable[str]) -> dict[str, int]:
    """How many travellers each booking names."""
    found: dict[str, int] = {}
    for some in batches(ids):
        query = (
            sa.select(record.c.booking_id, sa.func.count())
            .where(record.c.booking_id.in_(some))
            .group_by(record.c.booking_id)
        )
        found.update((row[0], int(row[1])) for row in connection.execute(query))
    return found


def fellows(
    connection: sa.Connection, voyage_ids: Iterable[str], references: Collection[str]
) -> dict[tuple[str, str], list[str]]:
    """Who comes on some voyages under these booking references, by voyage and reference."""
    found: dict[tuple[str, str], list[str]] = {}
    for some in batches(voyage_ids):
        query = (
            sa.select(traveller.c.voyage_id, traveller.c.booking_reference, traveller.c.id)
            .where(traveller.c.voyage_id.in_(some), _comes())
            .order_by(traveller.c.id)
        )
        for voyage_id, reference, traveller_id in connection.execute(query):
            if reference in references:
                found.setdefault((voyage_id, reference), []).append(traveller_id)
    return found


def travellers_of(connection: sa.Connection, voyage_ids: Iterable[str]) -> dict[str, int]:
    """How many come on each voyage."""
    found: dict[str, int] = {}
    for some in batches(voyage_ids):
        query = (
            sa.select(traveller.c.voyage_id, sa.func.count())
            .where(traveller.c.voyage_id.in_(some), _comes())
            .group_by(traveller.c.voyage_id)
        )
        found.update((row[0], int(row[1])) for row in connection.execute(query))
    return found


def same_persons(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """All travellers of each one's person, he himself among them."""
    persons: dict[str, str] = {}
    found: dict[str, list[str]] = {own: [own] for own in ids}
    for some in batches(found):
        query = sa.select(person_link.c.traveller_id, person_link.c.person_id)
        rows = connection.execute(query.where(person_link.c.traveller_id.in_(some)))
        persons.update((row[0], row[1]) for row in rows)
    members: dict[str, list[str]] = {}
    for some in batches(persons.values()):
        query = (
            sa.select(person_link.c.person_id, person_link.c.traveller_id)
            .join(traveller, traveller.c.id == person_link.c.traveller_id)
            .where(person_link.c.person_id.in_(some), traveller.c.joined_to.is_(None))
        )
        for person_id, traveller_id in connection.execute(query):
            members.setdefault(person_id, []).append(traveller_id)
    for own, person_id in persons.items():
        found[own] = sorted({own, *members.get(person_id, ())})
    return found


def passed(connection: sa.Connection, ids: Iterable[str], before: datetime) -> dict[str, PassedRow]:
    """Crossings before a moment by their travellers: those who were seen, or who boarded."""
    seen = (crossing.c.state == CrossingState.ACTUAL.value) & (crossing.c.at < before)
    boarded = (
        (crossing.c.state == CrossingState.EXPECTED.value)
        & (traveller.c.standing == Standing.BOARDED.value)
        & (voyage.c.due_at < before)
        & ~voyage.c.cancelled
        & ~voyage.c.called_off
    )
    found: dict[str, PassedRow] = {}
    for some in batches(ids):
        query = (
            sa.select(
                crossing.c.traveller_id,
                sa.func.coalesce(crossing.c.at, voyage.c.due_at, type_=crossing.c.at.type),
                crossing.c.port,
                crossing.c.direction,
                crossing.c.state == CrossingState.ACTUAL.value,
                crossing.c.voyage_id,
                voyage.c.carrier,
                voyage.c.number,
                voyage.c.origin,
                voyage.c.destination,
                voyage.c.leaves_at,
                voyage.c.due_at,
                voyage.c.arrival,
            )
            .join(traveller, traveller.c.id == crossing.c.traveller_id)
            .outerjoin(voyage, voyage.c.id == crossing.c.voyage_id)
            .where(crossing.c.traveller_id.in_(some), seen | boarded)
        )
        found.update((row[0], PassedRow(*row)) for row in connection.execute(query))
    return found


def identity_documents(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """Numbers of passports and identity cards of travellers, in the order in which they are kept.

    Visas are none: somebody may need several at once.
    """
    kinds = (DocumentType.PASSPORT.value, DocumentType.IDENTITY_CARD.value)
    found: dict[str, list[str]] = {}
    for some in batches(ids):
        query = (
            sa.select(document.c.traveller_id, document.c.number)
            .where(document.c.traveller_id.in_(some), document.c.type.in_(kinds))
            .order_by(document.c.traveller_id, document.c.ordinal)
        )
        for traveller_id, number in connection.execute(query):
            found.setdefault(traveller_id, []).append(number)
    return found


def hits(
    connection: sa.Connection, ids: Iterable[str], before: datetime
) -> dict[str, list[HitRow]]:
    """Hits that were raised on travellers before a moment, strongest first; those that were decided
    later are open."""
    later = hit.c.decided_at >= before  # not true where nobody decided
    raised = (
        sa.exists()
        .where(assessment_hit.c.hit_id == hit.c.id)
        .where(assessment.c.id == assessment_hit.c.assessment_id, assessment.c.at < before)
    )
    found: dict[str, list[HitRow]] = {}
    for some in batches(ids):
        query = (
            sa.select(
                hit.c.subject_id,
                hit.c.target_kind,
                hit.c.target_id,
                watchlist.c.name,
                hit.c.screener,
                hit.c.score,
                sa.case((later, HitState.OPEN.value), else_=hit.c.state),
            )
            .outerjoin(
                watchlist_entry,
                (watchlist_entry.c.id == hit.c.target_id)
                & (hit.c.target_kind == Kind.WATCHLIST_ENTRY.value),
            )
            .outerjoin(watchlist, watchlist.c.id == watchlist_entry.c.watchlist_id)
            .where(hit.c.subject_id.in_(some), hit.c.subject_kind == Kind.TRAVELLER.value, raised)
            .order_by(hit.c.score.desc(), hit.c.id)
        )
        for row in connection.execute(query):
            found.setdefault(row[0], []).append(HitRow(*row))
    return found


def alerts(
    connection: sa.Connection, ids: Iterable[str], since: datetime, before: datetime
) -> dict[str, list[frozenset[OutcomeKind]]]:
    """The alerts to travellers within a time, each as the outcomes that stood at its end: those of
    its cases too, none while it was open. What alerts several units at once is one alert."""
    rows: dict[str, tuple[str, str]] = {}
    for some in batches(ids):
        query = sa.select(alert.c.id, alert.c.subject_id, alert.c.assessment_id).where(
            alert.c.subject_id.in_(some),
            alert.c.subject_kind == Kind.TRAVELLER.value,
            alert.c.at >= since,
            alert.c.at < before,
        )
        rows.update((row[0], (row[1], row[2])) for row in connection.execute(query))
    told = kinds_of(connection, list(rows), before)
    each: defaultdict[tuple[str, str], set[OutcomeKind]] = defaultdict(set)
    for alert_id, one in rows.items():
        each[one] |= {kind for kind, _ in told[alert_id]}
    found: dict[str, list[frozenset[OutcomeKind]]] = {}
    for (traveller_id, _), kinds in each.items():
        found.setdefault(traveller_id, []).append(frozenset(kinds))
    return found


def _comes() -> sa.ColumnElement[bool]:
    coming = [own.value for own in Standing if own.comes]
    return traveller.c.standing.in_(coming) & traveller.c.joined_to.is_(None)
