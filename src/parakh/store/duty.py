"""The duty roster, and what one shift leaves to the next."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.duty import Handover, Shift
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import handover, shift

_LOCK = 0x726F_7374
"""Number of the lock that all who put somebody on duty share (PostgreSQL)."""


# --- shifts -----------------------------------------------------------------------------------


def lock(connection: sa.Connection) -> None:
    """Lets one transaction at a time add shifts, so that each sees those of the other and nobody
    is on duty twice at once; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def shifts_between(
    connection: sa.Connection, since: datetime, until: datetime, units: Collection[str] | None
) -> list[Shift]:
    """Shifts that have a moment in [since, until), in the order in which they begin; of some units,
    or (None) of all."""
    query = (
        sa.select(shift)
        .where(shift.c.starts_at < until, shift.c.ends_at > since)
        .order_by(shift.c.starts_at, shift.c.officer)
    )
    if units is not None:
        query = query.where(shift.c.unit_id.in_(units))
    return [_shift(row) for row in connection.execute(query)]


def shifts_at(connection: sa.Connection, at: datetime) -> list[Shift]:
    """Whose duty it is at a moment."""
    query = sa.select(shift).where(shift.c.starts_at <= at, shift.c.ends_at > at)
    return [_shift(row) for row in connection.execute(query.order_by(shift.c.officer))]


def shifts_of(
    connection: sa.Connection, officer: str, since: datetime, until: datetime
) -> list[Shift]:
    """One person's shifts that have a moment in [since, until), in whatever unit."""
    query = sa.select(shift).where(
        shift.c.officer == officer, shift.c.starts_at < until, shift.c.ends_at > since
    )
    return [_shift(row) for row in connection.execute(query.order_by(shift.c.starts_at))]


def add_shift(tx: Tx, value: Shift) -> None:
    """Adds a shift."""
    tx.connection.execute(
        shift.insert().values(
            id=value.id,
            unit_id=value.unit_id,
            officer=value.officer,
            starts_at=value.starts_at,
            ends_at=value.ends_at,
        )
    )


def get_shift(connection: sa.Connection, shift_id: str) -> Shift:
    """One shift; raises NotFound."""
    row = connection.execute(sa.select(shift).where(shift.c.id == shift_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such shift")
    return _shift(row)


def remove_shift(tx: Tx, shift_id: str) -> None:
    """Takes a shift off the roster."""
    tx.connection.execute(shift.delete().where(shift.c.id == shift_id))


def end_shift(tx: Tx, shift_id: str) -> None:
    """Lets a shift that is under way end now."""
    tx.connection.execute(shift.update().where(shift.c.id == shift_id).values(ends_at=tx.at))


def shifts_to_settle(connection: sa.Connection, at: datetime, limit: int = 100) -> list[Shift]:
    """Shifts that ended, of which nobody looked yet whether something was left open."""
    query = (
        sa.select(shift)
        .where(shift.c.ends_at <= at, shift.c.settled_at.is_(None))
        .order_by(shift.c.ends_at)
        .limit(limit)
    )
    return [_shift(row) for row in connection.execute(query)]


def settle_shift(tx: Tx, shift_id: str) -> bool:
    """Notes that a shift is over and done with; False when it was already."""
    mine = shift.update().where(shift.c.id == shift_id, shift.c.settled_at.is_(None))
    return tx.connection.execute(mine.values(settled_at=tx.at)).rowcount == 1


# --- hand-overs -------------------------------------------------------------------------------


def add_handover(tx: Tx, value: Handover) -> None:
    """Adds a hand-over that nobody took yet."""
    tx.connection.execute(
        handover.insert().values(
            id=value.id,
            unit_id=value.unit_id,
            by=value.by,
            at=value.at,
            note=value.note,
            alerts=list(value.alerts),
        )
    )


def get_handover(connection: sa.Connection, handover_id: str) -> Handover:
    """One hand-over; raises NotFound."""
    row = connection.execute(sa.select(handover).where(handover.c.id == handover_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such hand-over")
    return _handover(row)


def take_handover(tx: Tx, handover_id: str) -> bool:
    """Notes who takes over; False when somebody did already."""
    free = handover.update().where(handover.c.id == handover_id, handover.c.taken_by.is_(None))
    return tx.connection.execute(free.values(taken_by=tx.actor.name, taken_at=tx.at)).rowcount == 1


def handovers(
    connection: sa.Connection, units: Collection[str] | None, limit: int = 20
) -> list[Handover]:
    """The newest hand-overs of some units, or (None) of all."""
    query = sa.select(handover).order_by(handover.c.id.desc()).limit(limit)
    if units is not None:
        query = query.where(handover.c.unit_id.in_(units))
    return [_handover(row) for row in connection.execute(query)]


# --- rows and values --------------------------------------------------------------------------


def _shift(row: sa.Row[tuple[object, ...]]) -> Shift:
    return Shift(**row._mapping)


def _handover(row: sa.Row[tuple[object, ...]]) -> Handover:
    columns = {**row._mapping, "alerts": tuple(row._mapping["alerts"])}
    return Handover(**columns)
