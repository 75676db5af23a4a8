"""Troubles, and the tellings of them by channels."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.channel import Dispatch, DispatchState, Occurrence
from parakh.domain.trouble import Key, Trouble, TroubleKind, TroubleState
from parakh.errors import NotFound
from parakh.store.codec import PHRASE
from parakh.store.database import insert_of
from parakh.store.tables import trouble, trouble_dispatch

_LIVING = (TroubleState.BEGINNING.value, TroubleState.OPEN.value, TroubleState.ACKNOWLEDGED.value)


def living(connection: sa.Connection) -> list[Trouble]:
    """All that are not cleared, those which are told to nobody yet included."""
    query = sa.select(trouble).where(trouble.c.state.in_(_LIVING))
    return [_trouble(row) for row in connection.execute(query.order_by(trouble.c.since))]


def open_now(connection: sa.Connection) -> list[Trouble]:
    """Those that were told and are not over."""
    return [own for own in living(connection) if own.opened_at is not None]


def at(connection: sa.Connection, moment: datetime) -> list[Trouble]:
    """Those that were open at a moment, as they stood then."""
    own = trouble.c
    query = sa.select(trouble).where(
        own.opened_at <= moment, own.cleared_at.is_(None) | (own.cleared_at > moment)
    )
    found = [_trouble(row) for row in connection.execute(query.order_by(own.since))]
    return [_as_then(one, moment) for one in found]


def between(connection: sa.Connection, since: datetime, until: datetime) -> list[Trouble]:
    """Those that were opened in [since, until), in order."""
    own = trouble.c.opened_at
    query = sa.select(trouble).where(own >= since, own < until).order_by(own, trouble.c.id)
    return [_trouble(row) for row in connection.execute(query)]


def during(connection: sa.Connection, since: datetime, until: datetime, most: int) -> list[Trouble]:
    """Those that were open at some moment of [since, until], in order of their opening; so many at
    most."""
    own = trouble.c
    query = sa.select(trouble).where(
        own.opened_at <= until, own.cleared_at.is_(None) | (own.cleared_at > since)
    )
    rows = connection.execute(query.order_by(own.opened_at, own.id).limit(most))
    return [_trouble(row) for row in rows]


def get(connection: sa.Connection, trouble_id: str) -> Trouble:
    """One trouble; raises NotFound."""
    query = sa.select(trouble).where(trouble.c.id == trouble_id).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such operational alert")
    return _trouble(row)


def put(connection: sa.Connection, values: Iterable[Trouble]) -> None:
    """Stores troubles; what somebody noted meanwhile on one of them stays."""
    rows = [_columns(own) for own in values]
    if not rows:
        return
    statement = insert_of(connection)(trouble)
    acknowledged = (trouble.c.state == TroubleState.ACKNOWLEDGED.value) & (
        statement.excluded.state == TroubleState.OPEN.value
    )
    changed: dict[str, sa.ColumnElement[Any]] = {
        name: statement.excluded[name]
        for name in ("sentence", "value", "threshold", "opened_at", "better_since", "cleared_at")
    }
    changed["state"] = sa.case((acknowledged, trouble.c.state), else_=statement.excluded.state)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)


def acknowledge(connection: sa.Connection, value: Trouble) -> None:
    """Stores who saw to a trouble, and his note."""
    connection.execute(
        trouble.update()
        .where(trouble.c.id == value.id)
        .values(
            state=value.state.value,
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            note=value.note,
        )
    )


def forget(connection: sa.Connection, before: datetime) -> int:
    """Deletes what was cleared before a moment, and whatever beginnings came to nothing."""
    cleared = trouble.c.cleared_at
    nothing = trouble.c.opened_at.is_(None) & cleared.is_not(None)
    gone = sa.select(trouble.c.id).where((cleared < before) | nothing)
    told = trouble_dispatch.c.trouble_id.in_(gone)
    connection.execute(trouble_dispatch.delete().where(told))
    return connection.execute(trouble.delete().where((cleared < before) | nothing)).rowcount


def _as_then(own: Trouble, moment: datetime) -> Trouble:
    """Nobody had acknowledged or cleared yet what was acknowledged or cleared later."""
    seen = own.acknowledged_at is not None and own.acknowledged_at <= moment
    return replace(
        own,
        state=TroubleState.ACKNOWLEDGED if seen else TroubleState.OPEN,
        acknowledged_by=own.acknowledged_by if seen else None,
        acknowledged_at=own.acknowledged_at if seen else None,
        cleared_at=None,
    )


def _columns(value: Trouble) -> dict[str, Any]:
    return {
        "id": value.id,
        "kind": value.key.kind.value,
        "post": value.key.post,
        "lane": value.key.lane,
        "subject": value.key.subject,
        "state": value.state.value,
        "sentence": PHRASE.dump(value.sentence),
        "value": value.value,
        "threshold": value.threshold,
        "since": value.since,
        "opened_at": value.opened_at,
        "acknowledged_by": value.acknowledged_by,
        "acknowledged_at": value.acknowledged_at,
        "note": value.note,
        "better_since": value.better_since,
        "cleared_at": value.cleared_at,
    }


def _trouble(row: sa.Row[Any]) -> Trouble:
    return Trouble(
        id=row.id,
        key=Key(kind=TroubleKind(row.kind), post=row.post, lane=row.lane, subject=row.subject),
        state=TroubleState(row.state),
        sentence=PHRASE.load(row.sentence),
        value=row.value,
        threshold=row.threshold,
        since=row.since,
        opened_at=row.opened_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        note=row.note,
        better_since=row.better_since,
        cleared_at=row.cleared_at,
    )


# --- what is sent -----------------------------------------------------------------------------


def add_dispatches(connection: sa.Connection, values: Iterable[Dispatch]) -> None:
    """Adds what is to be sent."""
    rows = [_dispatch_columns(own) for own in values]
    if rows:
        connection.execute(trouble_dispatch.insert(), rows)


def claim_dispatch(connection: sa.Connection, at: datetime, until: datetime) -> Dispatch | None:
    """What is to be sent first by now, for the caller alone until a moment; None for nothing."""
    own = trouble_dispatch.c
    due = (own.state == DispatchState.WAITING.value) & (own.next_at <= at)
    first = sa.select(trouble_dispatch).where(due).order_by(own.next_at, own.id).limit(1)
    if connection.dialect.name == "postgresql":
        first = first.with_for_update(skip_locked=True)
    row = connection.execute(first).one_or_none()
    if row is None:
        return None
    connection.execute(trouble_dispatch.update().where(own.id == row.id).values(next_at=until))
    return Dispatch(
        id=row.id,
        channel_id=row.channel_id,
        alert_id=row.trouble_id,
        what=Occurrence.TROUBLE,
        made_at=row.made_at,
        tries=row.tries,
        next_at=until,
    )


def settle_dispatch(connection: sa.Connection, value: Dispatch) -> None:
    """Stores what became of a try."""
    own = trouble_dispatch
    connection.execute(own.update().where(own.c.id == value.id).values(_dispatch_columns(value)))


def _dispatch_columns(value: Dispatch) -> dict[str, Any]:
    return {
        "id": value.id,
        "channel_id": value.channel_id,
        "trouble_id": value.alert_id,
        "made_at": value.made_at,
        "state": value.state.value,
        "tries": value.tries,
        "next_at": value.next_at,
        "error": value.error,
        "done_at": value.done_at,
    }


def last_noted(connection: sa.Connection) -> datetime | None:
    """When somebody acknowledged a trouble last."""
    newest = sa.select(sa.func.max(trouble.c.acknowledged_at))
    found: datetime | None = connection.execute(newest).scalar_one()
    return found
