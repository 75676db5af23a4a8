"""Linked systems: where each stands, what was said to it, and how it is doing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.clock import utc_now
from parakh.domain.channel import ChannelKind, DispatchState
from parakh.domain.connector import (
    ConnectorHealth,
    ConnectorKind,
    Exchange,
    LinkState,
    Outcome,
    Standing,
    Verb,
)
from parakh.domain.ids import new_id
from parakh.errors import NotFound
from parakh.store.database import Tx, insert_of
from parakh.store.tables import channel, connector, dispatch, exchange

RECENT = 50
"""Exchanges from which the share of errors is told."""

SLOW = 3000
"""Milliseconds; a system whose exchanges take longer than this as a rule counts as slow. Whoever
publishes long lists does not."""

DOWN_AFTER = 3
"""So many turns in a row that failed make a system count as down."""

_FIELDS = tuple(Standing.__dataclass_fields__)


_LATELY = timedelta(days=1)
"""So far back exchanges, and the tellings of a channel of alerts, are looked at."""


# --- where each stands --------------------------------------------------------------------------


def all_of(connection: sa.Connection) -> list[Standing]:
    """Every linked system that the files name, in order of name."""
    query = sa.select(connector).where(connector.c.digest != "").order_by(connector.c.name)
    return [_standing(row) for row in connection.execute(query)]


def get(connection: sa.Connection, name: str) -> Standing:
    """One linked system; raises NotFound."""
    row = connection.execute(sa.select(connector).where(connector.c.name == name)).one_or_none()
    if row is None or not row.digest:
        raise NotFound("there is no such linked system")
    return _standing(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """A linked system as a file names it: a digest of its settings, and how often it is due."""

    name: str
    kind: ConnectorKind
    digest: str
    due_seconds: int


def declare(connection: sa.Connection, named: Iterable[Declared], at: datetime) -> None:
    """Notes which linked systems the files name now.

    What they named before and name no more keeps its row, so that it goes on where it stood once it
    is back. Servers of files (SFTP) need nobody who puts them in force: they are on from the start.
    """
    given = list(named)
    names = [own.name for own in given]
    gone = connector.update().where(connector.c.name.not_in(names), connector.c.digest != "")
    connection.execute(gone.values(digest=""))
    for own in given:
        values: dict[str, object] = {
            "kind": own.kind.value,
            "digest": own.digest,
            "due_seconds": own.due_seconds,
        }
        if own.kind is ConnectorKind.SFTP:
            values["agreed"] = own.digest
        on = own.kind is ConnectorKind.SFTP
        added = insert_of(connection)(connector).values(
            name=own.name, on=on, declared_at=at, **values
        )
        same = connector.c.digest == added.excluded.digest
        values["declared_at"] = sa.case((same, connector.c.declared_at), else_=at)
        connection.execute(added.on_conflict_do_update(index_elements=["name"], set_=values))


def decide(tx: Tx, name: str, *, on: bool, agreed: str) -> None:
    """Switches a system on or off; on, by the settings of this digest. Its next turn is at once."""
    values: dict[str, object] = {"on": on, "by": tx.actor.name, "decided_at": tx.at}
    if on:
        values |= {
            "agreed": agreed,
            "next_at": None,
            "since": sa.func.coalesce(connector.c.since, tx.at),
        }
    tx.connection.execute(connector.update().where(connector.c.name == name).values(values))


def release(connection: sa.Connection) -> None:
    """Gives all turns back."""
    held = connector.c.claimed_until.is_not(None)
    connection.execute(connector.update().where(held).values(claimed_until=None))


def hold(tx: Tx, name: str) -> None:
    """Holds a system's row, so that nobody else does until the transaction ends."""
    query = sa.select(connector.c.name).where(connector.c.name == name).with_for_update()
    tx.connection.execute(query).one()


def decided_by(connection: sa.Connection, name: str) -> str:
    """Who put a system in force, and so answers for it; "" for nobody."""
    query = sa.select(connector.c.by).where(connector.c.name == name)
    return connection.execute(query).scalar_one_or_none() or ""


def update(connection: sa.Connection, name: str, **values: object) -> None:
    """Changes some of what is kept of a system."""
    connection.execute(connector.update().where(connector.c.name == name).values(values))


def claim(connection: sa.Connection, name: str, now: datetime, until: datetime) -> bool:
    """Takes a system's turn, if it is in force, its turn has come, and nobody else has it."""
    own = connector.c
    due = sa.or_(own.next_at.is_(None), own.next_at <= now)
    free = sa.or_(own.claimed_until.is_(None), own.claimed_until <= now)
    mine = own.on & (own.digest != "") & (own.digest == own.agreed)
    taken = connector.update().where(own.name == name, mine, due, free)
    return connection.execute(taken.values(claimed_until=until)).rowcount == 1


def seal_secret(tx: Tx, name: str, sealed: bytes) -> None:
    """Keeps the key with which a system lets us in; it must be sealed."""
    tx.connection.execute(connector.update().where(connector.c.name == name).values(secret=sealed))


def sealed_secret(connection: sa.Connection, name: str) -> bytes | None:
    """That key, sealed; None where there is none."""
    query = sa.select(connector.c.secret).where(connector.c.name == name)
    return connection.execute(query).scalar_one_or_none()


# --- exchanges ----------------------------------------------------------------------------------


def note(connection: sa.Connection, values: Iterable[Exchange]) -> None:
    """Keeps what was said to other systems."""
    rows = [
        {**asdict(own), "id": new_id(), "verb": own.verb.value, "outcome": own.outcome.value}
        for own in values
    ]
    if rows:
        connection.execute(exchange.insert(), rows)


def exchanges(connection: sa.Connection, name: str, limit: int) -> list[Exchange]:
    """What was said to one system, the newest first."""
    query = (
        sa.select(exchange)
        .where(exchange.c.connector == name)
        .order_by(exchange.c.at.desc(), exchange.c.id.desc())
        .limit(limit)
    )
    return [_exchange(row) for row in connection.execute(query)]


def forget(connection: sa.Connection, before: datetime) -> int:
    """Deletes what was said before a moment; gives how many exchanges."""
    return connection.execute(exchange.delete().where(exchange.c.at < before)).rowcount


# --- health -------------------------------------------------------------------------------------


def health(connection: sa.Connection, now: datetime | None = None) -> list[ConnectorHealth]:
    """How every linked system is doing, the channels of alerts among them, in order of name."""
    now = now or utc_now()
    recent = _recent(connection, now - _LATELY)
    found = [_health(own, recent.get(own.name, (0.0, 0)), now) for own in all_of(connection)]
    return sorted([*found, *_channels(connection, now)], key=lambda own: own.name)


def _health(own: Standing, recent: tuple[float, int], now: datetime) -> ConnectorHealth:
    share, middle = recent
    lag = (now - own.level_at).total_seconds() if own.level_at else None
    late = lag is not None and own.due_seconds > 0 and lag > 3 * own.due_seconds
    if not own.in_force:
        state = LinkState.OFF
    elif own.failures >= DOWN_AFTER or (own.failures and own.good_at is None):
        state = LinkState.DOWN
    elif own.failures or late or (middle > SLOW and own.kind is not ConnectorKind.WATCHLIST):
        state = LinkState.SLOW
    else:
        state = LinkState.UP
    return ConnectorHealth(
        name=own.name,
        kind=own.kind,
        state=state,
        last_at=own.good_at,
        lag_seconds=lag,
        error_share=share,
        waiting=own.waiting,
    )


def _recent(connection: sa.Connection, since: datetime) -> dict[str, tuple[float, int]]:
    """By system: the share of errors among its newest exchanges, and their mean milliseconds."""
    own = exchange.c
    place = sa.func.row_number().over(
        partition_by=own.connector, order_by=(own.at.desc(), own.id.desc())
    )
    numbered = (
        sa.select(own.connector, own.outcome, own.milliseconds, place.label("n"))
        .where(own.at >= since)
        .subquery()
    )
    failed = sa.case((numbered.c.outcome == Outcome.DONE.value, 0.0), else_=1.0)
    query = (
        sa.select(numbered.c.connector, sa.func.avg(failed), sa.func.avg(numbered.c.milliseconds))
        .where(numbered.c.n <= RECENT)
        .group_by(numbered.c.connector)
    )
    return {name: (float(share), int(mean)) for name, share, mean in connection.execute(query)}


def _channels(connection: sa.Connection, now: datetime) -> list[ConnectorHealth]:
    """The webhooks that tell of alerts, by what became of their newest tellings."""
    own = dispatch.c
    last = sa.func.max(sa.case((own.state == DispatchState.DELIVERED.value, own.done_at)))
    waits = own.state == DispatchState.WAITING.value
    query = (
        sa.select(
            channel.c.name,
            channel.c.active,
            last,
            sa.func.count(sa.case((waits, own.id))),
            sa.func.count(sa.case((waits & (own.tries > 0), own.id))),
            sa.func.count(sa.case((own.state == DispatchState.DEAD.value, own.id))),
            sa.func.min(sa.case((waits, own.made_at))),
            sa.func.count(own.id),
        )
        .join(dispatch, (own.channel_id == channel.c.id) & (own.made_at >= now - _LATELY),
              isouter=True)
        .where(channel.c.kind == ChannelKind.WEBHOOK.value)
        .group_by(channel.c.name, channel.c.active)
    )  # fmt: skip
    return [_channel(row, now) for row in connection.execute(query)]


def _channel(row: Any, now: datetime) -> ConnectorHealth:
    name, active, last_at, waiting, retried, dead, oldest, total = row
    state = LinkState.OFF
    if active:
        state = LinkState.UP
        if retried or dead:
            state = LinkState.DOWN if last_at is None else LinkState.SLOW
    return ConnectorHealth(
        name=name,
        kind=ConnectorKind.CHANNEL,
        state=state,
        last_at=last_at,
        lag_seconds=(now - oldest).total_seconds() if oldest else None,
        error_share=(retried + dead) / total if total else 0.0,
        waiting=waiting,
    )


def _standing(row: sa.Row[Any]) -> Standing:
    values = {name: row._mapping[name] for name in _FIELDS}
    return Standing(**values | {"kind": ConnectorKind(values["kind"])})


def _exchange(row: sa.Row[Any]) -> Exchange:
    values = {name: row._mapping[name] for name in Exchange.__dataclass_fields__}
    return Exchange(
        **values | {"verb": Verb(values["verb"]), "outcome": Outcome(values["outcome"])}
    )
