"""How carriers deliver: figures over the voyages, lists and messages of a span of time.

All are aggregates in SQL. A voyage counts when it was scheduled or its passenger list came; those
that were cancelled or do not cross the border never do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.delivery import Awaited, Delivery
from parakh.domain.message import PartState, Problem
from parakh.domain.voyage import Direction, Voyage
from parakh.ingest.paxlst_values import CREW_LIST
from parakh.store.codec import PROBLEMS
from parakh.store.tables import message, part, submission, voyage
from parakh.store.travellers import voyages_by_id

LIST_TYPE, BOOKINGS_TYPE = "PAXLST", "PNRGOV"

_BORDER = (Direction.ENTRY.value, Direction.EXIT.value)
_CLOSE_OUT = "266"
_WHOLE = ("", "replace")
"""Actions of lists of everybody on board; a change, reduction or close-out names some only."""

_TELLING = (*_WHOLE, "change")
"""Actions of lists that tell all of those they name; a reduction or close-out names them only."""

_SECONDS = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Departures in [since, until), at some of the centre's ports or (None) at all.

    `due` is how long before the departure a list must be there.
    """

    since: datetime
    until: datetime
    due: timedelta
    ports: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Voyages of one carrier in a span; those that are LATE, MISSING or CANCELLED, or (None) all.

    Unlike for the figures, those that were cancelled are among all.
    """

    carrier: str
    span: Span
    now: datetime
    state: Delivery | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeliness:
    """Voyages of one carrier in one stretch of a span: how many, with a list, with it in time."""

    carrier: str
    stretch: int
    voyages: int
    lists: int
    on_time: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Errors:
    """What was wrong with the messages of one carrier; `travellers` is how many they told of."""

    carrier: str
    parts: int
    quarantined: int
    wrong: int
    errors: int
    travellers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultyPart:
    """A message with its problems."""

    message_id: str
    problems: Sequence[Problem]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A voyage, when its first passenger list came, and how many its lists told of."""

    voyage: Voyage
    received_at: datetime | None


def missing(
    connection: sa.Connection,
    awaited: Awaited,
    since: datetime,
    until: datetime,
    ports: Iterable[str] | None,
) -> list[Voyage]:
    """Scheduled voyages that leave in [since, until) and of which something did not come."""
    among = [voyage.c.scheduled_departure.is_not(None), *_flown(since, until, ports)]
    came = (_first_lists if awaited is Awaited.LIST else _first_bookings)(among)
    query = (
        sa.select(voyage.c.id)
        .outerjoin(came, came.c.voyage_id == voyage.c.id)
        .where(came.c.received_at.is_(None), *among)
    )
    return list(voyages_by_id(connection, connection.execute(query).scalars()).values())


def count_scheduled(
    connection: sa.Connection, since: datetime, until: datetime, ports: Iterable[str] | None
) -> int:
    """How many scheduled voyages leave in [since, until)."""
    scheduled = [voyage.c.scheduled_departure.is_not(None), *_flown(since, until, ports)]
    query = sa.select(sa.func.count()).select_from(voyage).where(*scheduled)
    return int(connection.execute(query).scalar_one())


def listless(connection: sa.Connection, voyage_ids: Sequence[str]) -> set[str]:
    """Those among some voyages of which no passenger list came."""
    among = [voyage.c.id.in_(voyage_ids)]
    came = _first_lists(among)
    query = (
        sa.select(voyage.c.id)
        .outerjoin(came, came.c.voyage_id == voyage.c.id)
        .where(came.c.received_at.is_(None), *among)
    )
    return set(connection.execute(query).scalars())


def timeliness(
    connection: sa.Connection, span: Span, stretches: int, carrier: str | None = None
) -> list[Timeliness]:
    """For each carrier (or one), its voyages in each of so many equal stretches of the span."""
    flown = _delivered(span, carrier)
    length = max(1, int((span.until - span.since) / _SECONDS) // stretches)
    stretch = (_epoch(flown.c.leaves_at) - int(span.since.timestamp())) // length
    query = sa.select(
        flown.c.carrier,
        stretch.label("stretch"),
        sa.func.count(),
        sa.func.count(flown.c.lead),
        _sum(flown.c.lead >= int(span.due / _SECONDS)),
    ).group_by(flown.c.carrier, stretch)
    return [
        Timeliness(
            carrier=row[0],
            stretch=min(int(row[1]), stretches - 1),
            voyages=row[2],
            lists=row[3],
            on_time=int(row[4]),
        )
        for row in connection.execute(query)
    ]


def median_leads(
    connection: sa.Connection, span: Span, carrier: str | None = None
) -> dict[str, timedelta]:
    """For each carrier (or one), the median time from its first list of a voyage to departure."""
    flown = _delivered(span, carrier)
    ranked = (
        sa.select(
            flown.c.carrier,
            flown.c.lead,
            sa.func.row_number()
            .over(partition_by=flown.c.carrier, order_by=flown.c.lead)
            .label("place"),
            sa.func.count().over(partition_by=flown.c.carrier).label("of"),
        )
        .where(flown.c.lead.is_not(None))
        .cte("ranked")
    )
    # Of an even number there are two in the middle.
    middle = ranked.c.place.in_([(ranked.c.of + 1) // 2, (ranked.c.of + 2) // 2])
    query = (
        sa.select(ranked.c.carrier, sa.func.avg(ranked.c.lead))
        .where(middle)
        .group_by(ranked.c.carrier)
    )
    return {row[0]: float(row[1]) * _SECONDS for row in connection.execute(query)}


def completeness(
    connection: sa.Connection, span: Span, names: Sequence[str], carrier: str | None = None
) -> dict[str, dict[str, int]]:
    """For each carrier (or one), how many travellers its lists told of, and with what.

    Under `travellers` stands how many, under each of `names` (of `parakh.normalise.completeness`)
    the sum of that count. A list that was sent twice counts twice.
    """
    counts = [sa.func.sum(submission.c.filled[name].as_integer()) for name in names]
    query = (
        sa.select(voyage.c.carrier, sa.func.sum(submission.c.travellers), *counts)
        .join(voyage, voyage.c.id == submission.c.voyage_id)
        .where(
            submission.c.message_type == LIST_TYPE,
            submission.c.action.in_(_TELLING),
            submission.c.function != _CLOSE_OUT,
            *_flown(span.since, span.until, span.ports),
            *_of(voyage.c.carrier, carrier),
        )
        .group_by(voyage.c.carrier)
    )
    return {
        row[0]: dict(zip(("travellers", *names), map(_whole, row[1:]), strict=True))
        for row in connection.execute(query)
    }


def errors(
    connection: sa.Connection, since: datetime, until: datetime, carrier: str | None = None
) -> list[Errors]:
    """For each carrier (or one), what was wrong with what came in [since, until).

    Carrier "" is for messages of which nobody could tell whose they are.
    """
    broken = part.c.state == PartState.QUARANTINED.value
    query = (
        sa.select(
            part.c.carrier,
            sa.func.count(),
            _sum(broken),
            _sum(broken | (part.c.errors > 0)),
            sa.func.sum(part.c.errors),
            sa.func.sum(part.c.travellers),
        )
        .where(_came(since, until), *_of(part.c.carrier, carrier))
        .group_by(part.c.carrier)
    )
    return [
        Errors(
            carrier=row[0],
            parts=row[1],
            quarantined=int(row[2]),
            wrong=int(row[3]),
            errors=int(row[4]),
            travellers=int(row[5]),
        )
        for row in connection.execute(query)
    ]


def faulty_parts(
    connection: sa.Connection, carrier: str, since: datetime, until: datetime, limit: int
) -> list[FaultyPart]:
    """The newest messages of a carrier that had errors, with their problems."""
    query = (
        sa.select(part.c.message_id, part.c.problems)
        .where(part.c.carrier == carrier, part.c.errors > 0, _came(since, until))
        .order_by(part.c.message_id.desc(), part.c.ordinal)
        .limit(limit)
    )
    return [
        FaultyPart(message_id=row.message_id, problems=PROBLEMS.load(row.problems))
        for row in connection.execute(query)
    ]


def removed(
    connection: sa.Connection, carrier: str, since: datetime, until: datetime
) -> list[dict[str, int]]:
    """How often protected content was left out of each of a carrier's messages, by its code."""
    query = sa.select(part.c.removed).where(
        part.c.carrier == carrier,
        sa.cast(part.c.removed, sa.Text) != "{}",
        _came(since, until),
    )
    return list(connection.execute(query).scalars())


def voyages_of(connection: sa.Connection, which: Which, *, offset: int, limit: int) -> list[Told]:
    """A carrier's voyages, the last departure first."""
    came = _first_lists(_departures(which))
    query = (
        sa.select(voyage.c.id, came.c.received_at)
        .outerjoin(came, came.c.voyage_id == voyage.c.id)
        .where(*_those(which, came))
        .order_by(voyage.c.leaves_at.desc(), voyage.c.id)
        .offset(offset)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found = voyages_by_id(connection, [row.id for row in rows])
    return [Told(voyage=found[row.id], received_at=row.received_at) for row in rows]


def count_voyages(connection: sa.Connection, which: Which) -> int:
    """How many voyages of a carrier there are."""
    came = _first_lists(_departures(which))
    joined = voyage.outerjoin(came, came.c.voyage_id == voyage.c.id)
    query = sa.select(sa.func.count()).select_from(joined).where(*_those(which, came))
    return int(connection.execute(query).scalar_one())


def known(connection: sa.Connection, carrier: str, ports: Iterable[str] | None) -> bool:
    """Whether a carrier ever had a voyage (at some ports), or (at all ports) sent a message."""
    where = [voyage.c.carrier == carrier, *_at(ports)]
    if connection.execute(sa.select(sa.exists().where(*where))).scalar():
        return True
    sent = sa.select(sa.exists().where(part.c.carrier == carrier))
    return ports is None and bool(connection.execute(sent).scalar())


# --- pieces of statements ---------------------------------------------------------------------


def _those(which: Which, came: sa.CTE) -> list[sa.ColumnElement[bool]]:
    found = [
        voyage.c.scheduled_departure.is_not(None) | came.c.received_at.is_not(None),
        *_departures(which),
    ]
    if which.state is None:
        return found
    found.append(_called_off() == (which.state is Delivery.CANCELLED))
    if which.state is Delivery.LATE:
        lead = _epoch(voyage.c.leaves_at) - _epoch(came.c.received_at)
        found.append(lead < int(which.span.due / _SECONDS))
    elif which.state is Delivery.MISSING:
        found += [came.c.received_at.is_(None), voyage.c.leaves_at <= which.now]
    return found


def _departures(which: Which) -> list[sa.ColumnElement[bool]]:
    span = which.span
    own = voyage.c.carrier == which.carrier
    return [own, *_leaving(span.since, span.until, span.ports)]


def _first_lists(among: Sequence[sa.ColumnElement[bool]]) -> sa.CTE:
    """Each of some voyages with the moment at which its first passenger list came."""
    return _first(
        submission.c.message_type == LIST_TYPE,
        submission.c.function.not_in((CREW_LIST, _CLOSE_OUT)),
        submission.c.action.in_(_WHOLE),
        *among,
    )


def _first_bookings(among: Sequence[sa.ColumnElement[bool]]) -> sa.CTE:
    return _first(submission.c.message_type == BOOKINGS_TYPE, *among)


def _first(*which: sa.ColumnElement[bool]) -> sa.CTE:
    return (
        sa.select(
            submission.c.voyage_id, sa.func.min(submission.c.received_at).label("received_at")
        )
        .join(voyage, voyage.c.id == submission.c.voyage_id)
        .where(*which)
        .group_by(submission.c.voyage_id)
        .cte("came")
    )


def _delivered(span: Span, carrier: str | None) -> sa.CTE:
    """The voyages that count, each with its list's lead in seconds; NULL if none came."""
    among = [*_flown(span.since, span.until, span.ports), *_of(voyage.c.carrier, carrier)]
    came = _first_lists(among)
    lead = _epoch(voyage.c.leaves_at) - _epoch(came.c.received_at)
    return (
        sa.select(voyage.c.carrier, voyage.c.leaves_at, lead.label("lead"))
        .outerjoin(came, came.c.voyage_id == voyage.c.id)
        .where(voyage.c.scheduled_departure.is_not(None) | came.c.received_at.is_not(None), *among)
        .cte("flown")
    )


def _flown(
    since: datetime, until: datetime, ports: Iterable[str] | None
) -> list[sa.ColumnElement[bool]]:
    return [~_called_off(), *_leaving(since, until, ports)]


def _leaving(
    since: datetime, until: datetime, ports: Iterable[str] | None
) -> list[sa.ColumnElement[bool]]:
    return [
        voyage.c.direction.in_(_BORDER),
        voyage.c.leaves_at >= since,
        voyage.c.leaves_at < until,
        *_at(ports),
    ]


def _at(ports: Iterable[str] | None) -> list[sa.ColumnElement[bool]]:
    return [] if ports is None else [voyage.c.port.in_(set(ports))]


def _of(column: sa.Column[Any], carrier: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if carrier is None else [column == carrier]


def _came(since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Parts of messages of a span; by a set of identifiers, so that no other part is looked at."""
    came = sa.select(message.c.id).where(
        message.c.received_at >= since, message.c.received_at < until
    )
    return part.c.message_id.in_(came)


def _epoch(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A moment as whole seconds, which both databases can subtract."""
    return sa.cast(sa.extract("epoch", column), sa.BigInteger)


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _whole(value: Any) -> int:
    return int(value or 0)


def _called_off() -> sa.ColumnElement[bool]:
    """Whether the timetable or the carrier says that a voyage does not take place."""
    return sa.or_(voyage.c.cancelled, voyage.c.called_off)
