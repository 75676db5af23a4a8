"""How posts and feeds stand now, from the records: queues, alerts, draws, messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import AlertState
from parakh.domain.examination import OrderState
from parakh.domain.message import MessageState, PartState
from parakh.domain.performance import WAITS
from parakh.domain.traveller import Standing, TravellerRole
from parakh.domain.voyage import Direction
from parakh.store.batches import batches
from parakh.store.tables import (
    alert,
    capture,
    consignment,
    crossing,
    crossing_report,
    exam_order,
    lane_draw,
    message,
    part,
    submission,
    traveller,
    voyage,
)

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Passengers of voyages that were due at a post: all who were announced, those among them who
    wait, and when the first of their voyages was due (None where nobody waits)."""

    announced: int
    waiting: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VoyageQueue:
    """The same of one voyage; `planned` where a timetable told of it, or no timetable tells of
    any."""

    id: str
    name: str
    origin: str
    due_at: datetime
    planned: bool
    announced: int
    waiting: int


def queues(connection: sa.Connection, now: datetime) -> dict[str, Queue]:
    """By port: announced passengers of voyages that were due within `WAITS`, who come as far as
    their carriers say, and were seen at no gate."""
    waits = _waits(now)
    query = _came(
        now,
        voyage.c.port,
        sa.func.count(),
        sa.func.sum(sa.case((waits, 1), else_=0)),
        sa.func.min(sa.case((waits, voyage.c.due_at))),
    ).group_by(voyage.c.port)
    return {
        port: Queue(announced=count, waiting=int(waiting), since=since)
        for port, count, waiting, since in connection.execute(query)
    }


def queue_of(connection: sa.Connection, now: datetime, port: str) -> list[VoyageQueue]:
    """The voyages of which passengers wait at a port, the first first."""
    waiting = sa.func.sum(sa.case((_waits(now), 1), else_=0))
    own = (
        voyage.c.id,
        voyage.c.carrier,
        voyage.c.number,
        voyage.c.origin,
        voyage.c.due_at,
        voyage.c.scheduled_departure,
    )
    query = _came(now, *own, sa.func.count(), waiting).where(voyage.c.port == port)
    found = connection.execute(
        query.group_by(*own).having(waiting > 0).order_by(voyage.c.due_at, voyage.c.id)
    ).all()
    told = sa.select(sa.exists().where(voyage.c.scheduled_departure.is_not(None)))
    timetables = bool(found) and connection.execute(told).scalar_one()
    return [
        VoyageQueue(
            id=voyage_id,
            name=f"{carrier}{number}",
            origin=origin,
            due_at=due_at,
            planned=scheduled is not None or not timetables,
            announced=count,
            waiting=int(wait),
        )
        for voyage_id, carrier, number, origin, due_at, scheduled, count, wait in found
    ]


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    return crossing.c.at.is_(None) | (crossing.c.at > now)


def _came(now: datetime, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Announced passengers of voyages that were due, one row each until they are grouped."""
    return (
        sa.select(*columns)
        .select_from(voyage)
        .join(crossing, crossing.c.voyage_id == voyage.c.id)
        .join(traveller, traveller.c.id == crossing.c.traveller_id)
        .where(
            voyage.c.due_at > now - WAITS,
            voyage.c.due_at <= now,
            voyage.c.direction == Direction.ENTRY.value,
            ~voyage.c.cancelled,
            ~voyage.c.called_off,
            traveller.c.role == TravellerRole.PASSENGER.value,
            traveller.c.standing.in_([own.value for own in Standing if own.comes]),
        )
    )


def alerts(
    connection: sa.Connection, now: datetime, units: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """By port: open alerts, and how many of them are past their service level. Those about nothing
    that is at a port are left out."""
    port = sa.func.coalesce(crossing.c.port, consignment.c.port, capture.c.port)
    late = sa.case(
        (
            (alert.c.close_by < now)
            | ((alert.c.state == AlertState.NEW.value) & (alert.c.acknowledge_by < now)),
            alert.c.subject_id,
        )
    )
    subject = alert.c.subject_id

    def about(kind: str, column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        return (alert.c.subject_kind == kind) & (subject == column)

    # Several units may have an alert of one subject: it is one thing to see to.
    query = (
        sa.select(port, sa.func.count(sa.distinct(subject)), sa.func.count(sa.distinct(late)))
        .select_from(alert)
        .outerjoin(crossing, about("traveller", crossing.c.traveller_id))
        .outerjoin(consignment, about("consignment", consignment.c.id))
        .outerjoin(capture, about("capture", capture.c.id))
        .where(
            alert.c.unit_id.in_(list(units)),
            alert.c.state.in_([AlertState.NEW.value, AlertState.ACKNOWLEDGED.value]),
            port.is_not(None),
        )
        .group_by(port)
    )
    return {own: (count, past) for own, count, past in connection.execute(query)}


def drawn(connection: sa.Connection, now: datetime) -> dict[str, tuple[int, int]]:
    """By port: consignments drawn by chance in the week that ended a day ago, and how many of them
    were examined."""
    done = sa.exists().where(
        exam_order.c.consignment_id == lane_draw.c.consignment_id,
        exam_order.c.state == OrderState.REPORTED.value,
    )
    query = (
        sa.select(
            consignment.c.port,
            sa.func.count(),
            sa.func.sum(sa.case((done, 1), else_=0)),
        )
        .join(consignment, consignment.c.id == lane_draw.c.consignment_id)
        .where(lane_draw.c.drawn, lane_draw.c.at >= now - DAY - WEEK, lane_draw.c.at < now - DAY)
        .group_by(consignment.c.port)
    )
    return {port: (count, int(examined)) for port, count, examined in connection.execute(query)}


# --- feeds ------------------------------------------------------------------------------------


Served = dict[tuple[str, str], datetime]
"""By feed and port: when the newest message came that was about both."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A message that came: of which feed, when, and whether some of it could not be read."""

    feed: str
    at: datetime
    failed: bool


def arrivals(connection: sa.Connection, since: datetime, until: datetime) -> list[Arrival]:
    """The messages of [since, until), in order of time.

    A feed is what one carrier, or some system without a key of its own, sends of one kind; what
    nobody could read is of the channel by which it came.
    """
    bad = sa.func.max(sa.case((part.c.state == PartState.QUARANTINED.value, 1), else_=0))
    own = (
        message.c.id,
        message.c.received_at,
        message.c.state,
        message.c.carrier,
        message.c.channel,
    )
    query = (
        sa.select(
            *own[1:],
            sa.func.max(part.c.carrier),
            sa.func.max(part.c.message_type),
            bad,
        )
        .outerjoin(part, part.c.message_id == message.c.id)
        .where(
            message.c.received_at >= since,
            message.c.received_at < until,
            # What waits to be read may be of any feed.
            message.c.state != MessageState.RECEIVED.value,
        )
        .group_by(*own)
        .order_by(message.c.received_at)
    )
    return [
        Arrival(
            feed=_feed(key or carrier or "", kind or channel),
            at=at,
            failed=state == MessageState.QUARANTINED.value or bool(broken),
        )
        for at, state, key, channel, carrier, kind, broken in connection.execute(query)
    ]


def served(connection: sa.Connection, since: datetime) -> Served:
    """By feed and port: when a message since a moment came that was about it, the newest."""
    parts = (
        sa.select(
            part.c.id, message.c.carrier, part.c.carrier, part.c.message_type, message.c.received_at
        )
        .join(message, part.c.message_id == message.c.id)
        .where(message.c.received_at >= since)
    )
    came = {
        row[0]: (_feed(row[1] or row[2] or "", row[3] or ""), row[4])
        for row in connection.execute(parts)
    }
    found: Served = {}
    # By their parts, for which there are indexes: all crossings ever reported would be read else.
    for some in batches(came):
        for query in (_of_voyages(some), _of_crossings(some)):
            for part_id, port in connection.execute(query):
                feed, at = came[part_id]
                found[feed, port] = max(at, found.get((feed, port), at))
    return found


def oldest_unread(connection: sa.Connection) -> datetime | None:
    """When the oldest message came that still waits to be read; None where none does."""
    query = sa.select(message.c.received_at).where(message.c.state == MessageState.RECEIVED.value)
    found: datetime | None = connection.execute(
        query.order_by(message.c.received_at).limit(1)
    ).scalar_one_or_none()
    return found


def _of_voyages(parts: list[str]) -> sa.Select[Any]:
    return (
        sa.select(submission.c.part_id, voyage.c.port)
        .join(voyage, voyage.c.id == submission.c.voyage_id)
        .where(submission.c.part_id.in_(parts))
    )


def _of_crossings(parts: list[str]) -> sa.Select[Any]:
    return (
        sa.select(crossing_report.c.part_id, crossing.c.port)
        .join(crossing, crossing.c.id == crossing_report.c.crossing_id)
        .where(crossing_report.c.part_id.in_(parts))
        .distinct()
    )


def _feed(carrier: str, kind: str) -> str:
    return f"{carrier} {kind}".strip()
