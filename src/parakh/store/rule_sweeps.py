"""Rules on their way through everybody expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.store.database import Tx, insert_of
from parakh.store.tables import consignment, movement, rule_sweep, voyage


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSweep:
    """A version that is held against all travellers, or goods, that are still to come.

    Attributes:
        lists_digest: of the values of its named lists; with others it is swept once more.
        done: subjects looked at so far; `cursor` the voyage of the last traveller, or the last
            consignment or unit.
        hits: those that no unit had been told of; `alerts` came of them.
        failure: why its last try came to nothing, "" while it gets on.
    """

    id: str
    version_id: str
    lists_digest: str
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    done: int
    cursor: str
    hits: int
    alerts: int
    failure: str


def begin(tx: Tx, sweep_id: str, version_id: str, lists_digest: str) -> bool:
    """Begins a sweep; False where another worker did. Earlier ones of the version are forgotten."""
    own = rule_sweep.c
    tx.connection.execute(
        rule_sweep.delete().where(own.version_id == version_id, own.lists_digest != lists_digest)
    )
    statement = insert_of(tx.connection)(rule_sweep).values(
        id=sweep_id,
        version_id=version_id,
        lists_digest=lists_digest,
        started_at=tx.at,
        moved_at=tx.at,
    )
    same = [own.version_id, own.lists_digest]
    return (
        tx.connection.execute(statement.on_conflict_do_nothing(index_elements=same)).rowcount == 1
    )


def known(connection: sa.Connection) -> set[tuple[str, str]]:
    """Versions with the digests of their lists that were swept, or are being swept."""
    query = sa.select(rule_sweep.c.version_id, rule_sweep.c.lists_digest)
    return {(row[0], row[1]) for row in connection.execute(query)}


def under_way(connection: sa.Connection) -> list[RuleSweep]:
    """Those that are not finished, the oldest first."""
    query = sa.select(rule_sweep).where(rule_sweep.c.finished_at.is_(None))
    return [_sweep(row) for row in connection.execute(query.order_by(rule_sweep.c.id))]


def newest(connection: sa.Connection, version_id: str) -> RuleSweep | None:
    """The last sweep of a version, if it had one."""
    query = sa.select(rule_sweep).where(rule_sweep.c.version_id == version_id)
    row = connection.execute(query.order_by(rule_sweep.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _sweep(row)


def voyages_after(
    connection: sa.Connection, cursor: str, since: datetime, limit: int
) -> Sequence[str]:
    """The next voyages that are due at `since` or later."""
    query = (
        sa.select(voyage.c.id)
        .where(voyage.c.id > cursor, voyage.c.due_at >= since)
        .order_by(voyage.c.id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def consignments_after(
    connection: sa.Connection, cursor: str, since: datetime, limit: int
) -> Sequence[str]:
    """The next consignments that are due at `since` or later, or came to be known since then
    without a day on which they are due."""
    own = consignment.c
    query = (
        sa.select(own.id)
        .where(
            own.id > cursor,
            sa.or_(own.due_at >= since, own.due_at.is_(None) & (own.known_at >= since)),
            ~own.cancelled,
        )
        .order_by(own.id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def units_after(
    connection: sa.Connection, cursor: str, since: datetime, limit: int
) -> Sequence[str]:
    """The next conveyances that moved at `since` or later."""
    query = (
        sa.select(movement.c.conveyance_id)
        .where(movement.c.conveyance_id > cursor, movement.c.at >= since)
        .distinct()
        .order_by(movement.c.conveyance_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def advance(tx: Tx, before: RuleSweep, *, cursor: str, done: int) -> bool:
    """Notes that a batch is done, the last one where `cursor` is ""; False when another worker did
    it."""
    values = {"moved_at": tx.at, "done": rule_sweep.c.done + done, "failure": ""}
    values |= {"cursor": cursor} if cursor else {"finished_at": tx.at}
    mine = (rule_sweep.c.id == before.id) & (rule_sweep.c.cursor == before.cursor)
    moved = rule_sweep.update().where(mine, rule_sweep.c.finished_at.is_(None)).values(values)
    return tx.connection.execute(moved).rowcount == 1


def found(tx: Tx, sweep_id: str, *, hits: int, alerts: int) -> None:
    """Adds what a batch came to."""
    more = {"hits": rule_sweep.c.hits + hits, "alerts": rule_sweep.c.alerts + alerts}
    tx.connection.execute(rule_sweep.update().where(rule_sweep.c.id == sweep_id).values(more))


def fail(tx: Tx, sweep_id: str, failure: str) -> None:
    """Notes why a try came to nothing."""
    mine = rule_sweep.c.id == sweep_id
    tx.connection.execute(rule_sweep.update().where(mine).values(failure=failure))


def drop(tx: Tx, sweep_id: str) -> None:
    """Ends a sweep of a rule that is not in force any more."""
    tx.connection.execute(rule_sweep.delete().where(rule_sweep.c.id == sweep_id))


def _sweep(row: sa.Row[tuple[object, ...]]) -> RuleSweep:
    return RuleSweep(**row._mapping)
