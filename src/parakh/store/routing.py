"""Routing rules, service levels, channels, and what is sent over them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from parakh.domain.channel import (
    Channel,
    ChannelKind,
    Detail,
    Dispatch,
    DispatchState,
    Occurrence,
)
from parakh.domain.hit import Advice
from parakh.domain.routing import Route, ServiceLevel
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import channel, dispatch, route, service_level

# --- routing rules ----------------------------------------------------------------------------


def routes(connection: sa.Connection) -> list[Route]:
    """All routing rules in the order in which they are read."""
    rows = connection.execute(sa.select(route).order_by(route.c.position, route.c.id))
    return [_route(row) for row in rows]


def save_route(tx: Tx, value: Route) -> None:
    """Adds a routing rule, or updates the one with its identifier."""
    columns = {
        "position": value.position,
        "name": value.name,
        "units": list(value.units),
        "zone": value.zone,
        "ports": sorted(value.ports),
        "lanes": sorted(value.lanes),
        "lists": sorted(value.lists),
        "rules": sorted(value.rules),
        "advice": sorted(own.value for own in value.advice),
        "weekdays": sorted(value.weekdays),
        "since": value.since and value.since.isoformat("minutes"),
        "until": value.until and value.until.isoformat("minutes"),
        "on_duty": value.on_duty,
        "goes_on": value.goes_on,
        "active": value.active,
    }
    _save(tx, route, value.id, columns)


def remove_route(tx: Tx, route_id: str) -> None:
    """Takes a routing rule away; raises NotFound."""
    _remove(tx, route, route_id, "there is no such routing rule")


# --- service levels ---------------------------------------------------------------------------


def levels(connection: sa.Connection) -> list[ServiceLevel]:
    """All service levels."""
    rows = connection.execute(sa.select(service_level).order_by(service_level.c.id))
    return [
        ServiceLevel(
            id=row.id,
            unit_id=row.unit_id,
            advice=None if row.advice is None else Advice(row.advice),
            acknowledge=_length(row.acknowledge_seconds),
            close=_length(row.close_seconds),
            escalate_to=row.escalate_to,
        )
        for row in rows
    ]


def save_level(tx: Tx, value: ServiceLevel) -> None:
    """Adds a service level, or updates the one with its identifier."""
    columns = {
        "unit_id": value.unit_id,
        "advice": value.advice and value.advice.value,
        "acknowledge_seconds": _seconds(value.acknowledge),
        "close_seconds": _seconds(value.close),
        "escalate_to": value.escalate_to,
    }
    _save(tx, service_level, value.id, columns)


def remove_level(tx: Tx, level_id: str) -> None:
    """Takes a service level away; raises NotFound."""
    _remove(tx, service_level, level_id, "there is no such service level")


# --- channels ---------------------------------------------------------------------------------


def channels(connection: sa.Connection) -> list[Channel]:
    """All channels in order of name."""
    rows = connection.execute(sa.select(channel).order_by(channel.c.name))
    return [_channel(row) for row in rows]


def get_channel(connection: sa.Connection, channel_id: str) -> Channel:
    """One channel; raises NotFound."""
    row = connection.execute(sa.select(channel).where(channel.c.id == channel_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such channel")
    return _channel(row)


def save_channel(tx: Tx, value: Channel) -> None:
    """Adds a channel, or updates the one with its identifier; its key stays as it is."""
    columns = {
        "name": value.name,
        "kind": value.kind.value,
        "address": value.address,
        "unit_id": value.unit_id,
        "least": value.least.value,
        "tells": sorted(own.value for own in value.tells),
        "detail": value.detail.value,
        "active": value.active,
        "language": value.language,
    }
    _save(tx, channel, value.id, columns)


def set_secret(tx: Tx, channel_id: str, sealed: bytes) -> None:
    """Puts a sealed key in place of the one before."""
    mine = channel.update().where(channel.c.id == channel_id)
    tx.connection.execute(mine.values(secret=sealed))


def sealed_secret(connection: sa.Connection, channel_id: str) -> bytes | None:
    """The sealed key of a webhook; None for other channels."""
    query = sa.select(channel.c.secret).where(channel.c.id == channel_id)
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


# --- what is sent -----------------------------------------------------------------------------


def add_dispatches(tx: Tx, values: Iterable[Dispatch]) -> None:
    """Adds what is to be sent."""
    rows = [_dispatch_columns(own) for own in values]
    if rows:
        tx.connection.execute(dispatch.insert(), rows)


def claim_dispatch(connection: sa.Connection, at: datetime, until: datetime) -> Dispatch | None:
    """What is to be sent first by now, for the caller alone until a moment; None for nothing.

    Whoever dies meanwhile leaves it to be tried again then.
    """
    due = (dispatch.c.state == DispatchState.WAITING.value) & (dispatch.c.next_at <= at)
    first = sa.select(dispatch).where(due).order_by(dispatch.c.next_at, dispatch.c.id).limit(1)
    if connection.dialect.name == "postgresql":
        first = first.with_for_update(skip_locked=True)
    row = connection.execute(first).one_or_none()
    if row is None:
        return None
    mine = dispatch.update().where(dispatch.c.id == row.id).values(next_at=until)
    connection.execute(mine)
    return replace(_dispatch(row), next_at=until)


def settle_dispatch(tx: Tx, value: Dispatch, claimed: Dispatch) -> bool:
    """Stores what became of a try; False when somebody else took it up meanwhile."""
    result = tx.connection.execute(
        dispatch.update()
        .where(
            dispatch.c.id == value.id,
            dispatch.c.state == DispatchState.WAITING.value,
            dispatch.c.next_at == claimed.next_at,
        )
        .values(_dispatch_columns(value))
    )
    return result.rowcount == 1


def get_dispatch(connection: sa.Connection, dispatch_id: str) -> Dispatch:
    """One telling; raises NotFound."""
    query = sa.select(dispatch).where(dispatch.c.id == dispatch_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("nothing was sent by that identifier")
    return _dispatch(row)


def revive_dispatch(tx: Tx, dispatch_id: str) -> bool:
    """Lets what is dead be tried again at once; False when it is not dead."""
    result = tx.connection.execute(
        dispatch.update()
        .where(dispatch.c.id == dispatch_id, dispatch.c.state == DispatchState.DEAD.value)
        .values(state=DispatchState.WAITING.value, tries=0, next_at=tx.at, done_at=None)
    )
    return result.rowcount == 1


def dispatches(
    connection: sa.Connection,
    *,
    state: DispatchState | None,
    offset: int,
    limit: int,
) -> list[Dispatch]:
    """What was or is to be sent, newest first."""
    query = sa.select(dispatch).order_by(dispatch.c.id.desc()).offset(offset).limit(limit)
    if state is not None:
        query = query.where(dispatch.c.state == state.value)
    return [_dispatch(row) for row in connection.execute(query)]


def dispatches_of(connection: sa.Connection, alert_id: str) -> list[Dispatch]:
    """What was or is to be sent of one alert, oldest first."""
    query = sa.select(dispatch).where(dispatch.c.alert_id == alert_id).order_by(dispatch.c.id)
    return [_dispatch(row) for row in connection.execute(query)]


def dispatch_counts(connection: sa.Connection) -> dict[str, dict[DispatchState, int]]:
    """For each channel, by identifier, how many tellings are in each state."""
    query = sa.select(dispatch.c.channel_id, dispatch.c.state, sa.func.count()).group_by(
        dispatch.c.channel_id, dispatch.c.state
    )
    counts: dict[str, dict[DispatchState, int]] = {}
    for channel_id, state, number in connection.execute(query):
        counts.setdefault(channel_id, {})[DispatchState(state)] = number
    return counts


# --- rows and values --------------------------------------------------------------------------


def _save(tx: Tx, table: sa.Table, row_id: str, columns: Mapping[str, object]) -> None:
    done = tx.connection.execute(table.update().where(table.c.id == row_id).values(**columns))
    if done.rowcount == 0:
        tx.connection.execute(table.insert().values(id=row_id, **columns))


def _remove(tx: Tx, table: sa.Table, row_id: str, missing: str) -> None:
    if tx.connection.execute(table.delete().where(table.c.id == row_id)).rowcount == 0:
        raise NotFound(missing)


def _route(row: sa.Row[tuple[object, ...]]) -> Route:
    columns = row._mapping
    return Route(
        id=columns["id"],
        position=columns["position"],
        name=columns["name"],
        units=tuple(columns["units"]),
        zone=columns["zone"],
        ports=frozenset(columns["ports"]),
        lanes=frozenset(columns["lanes"]),
        lists=frozenset(columns["lists"]),
        rules=frozenset(columns["rules"]),
        advice=frozenset(Advice(own) for own in columns["advice"]),
        weekdays=frozenset(columns["weekdays"]),
        since=columns["since"] and time.fromisoformat(columns["since"]),
        until=columns["until"] and time.fromisoformat(columns["until"]),
        on_duty=columns["on_duty"],
        goes_on=columns["goes_on"],
        active=columns["active"],
    )


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _channel(row: sa.Row[tuple[object, ...]]) -> Channel:
    columns = row._mapping
    return Channel(
        id=columns["id"],
        name=columns["name"],
        kind=ChannelKind(columns["kind"]),
        address=columns["address"],
        unit_id=columns["unit_id"],
        least=Advice(columns["least"]),
        tells=frozenset(Occurrence(own) for own in columns["tells"]),
        detail=Detail(columns["detail"]),
        active=columns["active"],
        language=columns["language"],
    )


def _dispatch_columns(value: Dispatch) -> dict[str, object]:
    return {
        "id": value.id,
        "channel_id": value.channel_id,
        "alert_id": value.alert_id,
        "what": value.what.value,
        "made_at": value.made_at,
        "state": value.state.value,
        "tries": value.tries,
        "next_at": value.next_at,
        "error": value.error,
        "done_at": value.done_at,
    }


def _dispatch(row: sa.Row[tuple[object, ...]]) -> Dispatch:
    columns = row._mapping
    return Dispatch(
        id=columns["id"],
        channel_id=columns["channel_id"],
        alert_id=columns["alert_id"],
        what=Occurrence(columns["what"]),
        made_at=columns["made_at"],
        state=DispatchState(columns["state"]),
        tries=columns["tries"],
        next_at=columns["next_at"],
        error=columns["error"],
        done_at=columns["done_at"],
    )
