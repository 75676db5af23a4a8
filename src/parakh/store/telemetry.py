"""What is true of the whole centre just now, in numbers; read whenever somebody scrapes it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import AlertState
from parakh.domain.channel import DispatchState
from parakh.domain.message import MessageState
from parakh.store.tables import alert, audit, audit_head, dispatch, message, unit

WAITING = (MessageState.RECEIVED, MessageState.PARSED)
"""The states in which messages wait for a worker."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does; None where none waits."""

    count: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAlerts:
    """Alerts that are not closed.

    Attributes:
        by_state: how many, by state; every open state is there.
        unacknowledged: new ones whose time to be acknowledged is over.
        unclosed: those whose time to be closed is over.
    """

    by_state: dict[str, int]
    unacknowledged: int
    unclosed: int


def queue(connection: sa.Connection) -> dict[str, Waiting]:
    """The messages that wait for a worker, by state; every such state is there."""
    own = message.c
    query = (
        sa.select(own.state, sa.func.count(), sa.func.min(own.received_at))
        .where(own.state.in_([state.value for state in WAITING]))
        .group_by(own.state)
    )
    found = {row[0]: Waiting(count=row[1], since=row[2]) for row in connection.execute(query)}
    none = Waiting(count=0, since=None)
    return {state.value: found.get(state.value, none) for state in WAITING}


def tellings(connection: sa.Connection) -> Waiting:
    """Alerts that still have to be told by a channel."""
    query = sa.select(sa.func.count(), sa.func.min(dispatch.c.made_at)).where(
        dispatch.c.state == DispatchState.WAITING.value
    )
    count, since = connection.execute(query).one()
    return Waiting(count=count, since=since)


def open_alerts(connection: sa.Connection, now: datetime) -> OpenAlerts:
    """The alerts that are not closed, and those over their service level."""
    own = alert.c
    states = [state.value for state in AlertState if state is not AlertState.CLOSED]
    query = (
        sa.select(
            own.state,
            sa.func.count(),
            sa.func.count(sa.case((own.acknowledge_by < now, 1))),
            sa.func.count(sa.case((own.close_by < now, 1))),
        )
        # By unit, whose index begins with it: closed alerts are far more, and are not read.
        .where(own.unit_id.in_(sa.select(unit.c.id)), own.state.in_(states))
        .group_by(own.state)
    )
    rows = {row[0]: row[1:] for row in connection.execute(query)}
    return OpenAlerts(
        by_state={state: rows[state][0] if state in rows else 0 for state in states},
        unacknowledged=rows[AlertState.NEW.value][1] if AlertState.NEW.value in rows else 0,
        unclosed=sum(row[2] for row in rows.values()),
    )


def audit_head_at(connection: sa.Connection) -> tuple[int, datetime | None]:
    """The number of the trail's newest row, and when it was written; None for an empty trail."""
    seq = int(connection.execute(sa.select(audit_head.c.seq)).scalar_one())
    at = connection.execute(sa.select(audit.c.at).where(audit.c.seq == seq)).scalar()
    return seq, at
