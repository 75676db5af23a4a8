"""Counts of goods by day, and what each consignment added to them.

Parties, values and ways are asked about for every consignment that is screened. To count them then
would read all consignments of a carrier, or of a tariff code: millions. So they are counted as
consignments are screened, by day (values and ways by year), in the transaction of the screening;
what a consignment added stands beside, so that a correction takes it back. Containers and vehicles
have few consignments and movements each: those are read as they are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from parakh.domain.conveyance import ConveyanceKind, MovementKind
from parakh.domain.hit import Kind, Ref
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.tables import (
    archived,
    assessment,
    consignment,
    consignment_container,
    conveyance,
    goods_counted,
    goods_tally,
    movement,
)

PARTY, EXAMINED, FOUND = "party", "examined", "found"
"""By party and role: its consignments, those of which an outcome tells, those with a finding."""

VALUE, WAY, UNIT = "value", "way", "unit"
"""Values a kilogram by code and origin; ways by chapter and origin; findings by unit."""

KEY_LENGTH, MARK_LENGTH = 240, 120

_MOVES = "moves:"
"""So begins the key of a day whose movements stand in the history of back-tests."""


_REPLACED = (
    goods_counted.c.day,
    goods_counted.c.told,
    goods_counted.c.found,
    goods_counted.c.found_on,
    goods_counted.c.learnt_at,
)


class Tally(NamedTuple):
    """What is counted: one more of `mark` for `key` on a day."""

    what: str
    key: str
    mark: str
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What one consignment added to the counts.

    Attributes:
        day: the day of which it is.
        told: without the findings.
        found: whether something was found; None while no outcome tells.
        found_on: when the counts took that in.
    """

    consignment_id: str
    day: date
    told: tuple[Tally, ...]
    found: bool | None = None
    found_on: date | None = None


def lock(connection: sa.Connection, refs: Iterable[Ref]) -> None:
    """Holds other writers off consignments and conveyances until the transaction ends
    (PostgreSQL)."""
    wanted = sorted(refs, key=lambda own: own.id)
    for kind, table in ((Kind.CONSIGNMENT, consignment), (Kind.CONVEYANCE, conveyance)):
        for some in batches(own.id for own in wanted if own.kind is kind):
            query = sa.select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)
            connection.execute(query.with_for_update()).all()


def still_due(connection: sa.Connection, message_id: str) -> set[str]:
    """Consignments that wait for a message, not for a later one."""
    query = sa.select(consignment.c.id).where(consignment.c.due_for == message_id)
    return set(connection.execute(query).scalars())


# --- counting -----------------------------------------------------------------------------------


def counted(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Counted]:
    """What consignments added so far."""
    return {
        row.consignment_id: _counted(row)
        for some in batches(ids)
        for row in connection.execute(
            sa.select(goods_counted).where(goods_counted.c.consignment_id.in_(some))
        )
    }


def replace(tx: Tx, values: Collection[Counted], changes: Mapping[Tally, int]) -> None:
    """Keeps what consignments add from now on, and changes the counts by so many."""
    if values:
        told = insert_of(tx.connection)(goods_counted)
        others = {own.name: told.excluded[own.name] for own in _REPLACED}
        tx.connection.execute(
            told.on_conflict_do_update(index_elements=["consignment_id"], set_=others),
            [_row(own, tx.at) for own in values],
        )
    # In one order, so that two transactions never wait for each other.
    rows = [{**tally._asdict(), "n": n} for tally, n in sorted(changes.items()) if n]
    if rows:
        statement = insert_of(tx.connection)(goods_tally)
        key = [goods_tally.c.what, goods_tally.c.key, goods_tally.c.mark, goods_tally.c.day]
        added = {"n": goods_tally.c.n + statement.excluded.n}
        tx.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=added), rows)


def learnt_until(connection: sa.Connection) -> datetime | None:
    """When the counts took in an outcome last."""
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(goods_counted.c.learnt_at))
    ).scalar()
    return found


def has_counts(connection: sa.Connection, before: date) -> bool:
    """Whether there are counts of days before one."""
    query = sa.select(goods_tally.c.day).where(goods_tally.c.day < before).limit(1)
    return connection.execute(query).first() is not None


def expire(tx: Tx, before: date) -> int:
    """Deletes the counts of days before one; gives how many rows went."""
    return tx.connection.execute(goods_tally.delete().where(goods_tally.c.day < before)).rowcount


# --- asking -------------------------------------------------------------------------------------


def first_days(
    connection: sa.Connection, what: str, keys: Iterable[str]
) -> dict[tuple[str, str], date]:
    """The first day of each key and mark."""
    own = goods_tally.c
    return {
        (row[0], row[1]): row[2]
        for some in batches(keys)
        for row in connection.execute(
            sa.select(own.key, own.mark, sa.func.min(own.day))
            .where(own.what == what, own.key.in_(some), own.n > 0)
            .group_by(own.key, own.mark)
        )
    }


def sums(
    connection: sa.Connection, what: str, keys: Iterable[str], since: date, until: date
) -> dict[tuple[str, str], int]:
    """How often it was so from a day on, before another, by key and mark."""
    own = goods_tally.c
    return {
        (row[0], row[1]): int(row[2])
        for some in batches(keys)
        for row in connection.execute(
            sa.select(own.key, own.mark, sa.func.sum(own.n))
            .where(own.what == what, own.key.in_(some), own.day >= since, own.day < until)
            .group_by(own.key, own.mark)
        )
    }


def by_key(
    connection: sa.Connection, what: str, keys: Iterable[str], since: date, until: date
) -> dict[str, Counter[str]]:
    """The same, as one count of marks for each key."""
    found: dict[str, Counter[str]] = {}
    for (key, mark), n in sums(connection, what, keys, since, until).items():
        found.setdefault(key, Counter())[mark] += n
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """That a consignment was in a container.

    Attributes:
        known_at: when the centre came to know of the consignment first.
        seals: as told on loading and last; "" where none is told.
    """

    consignment_id: str
    number: str
    known_at: datetime
    voyage_id: str | None
    seals: tuple[str, ...]


def loads(
    connection: sa.Connection,
    numbers: Iterable[str],
    since: datetime,
    until: datetime,
    *,
    found: bool = False,
) -> list[Load]:
    """What some containers carried, of what came to be known within a span; with `found` only that
    in which something was found."""
    own, on = consignment_container.c, consignment.c
    query = (
        sa.select(
            own.consignment_id,
            own.number,
            own.seal,
            own.seal_at_loading,
            on.known_at,
            on.voyage_id,
        )
        .join(consignment, on.id == own.consignment_id)
        .where(on.known_at >= since, on.known_at <= until, ~on.cancelled)
    )
    if found:
        query = query.join(
            goods_counted,
            (goods_counted.c.consignment_id == own.consignment_id)
            & goods_counted.c.found
            & (goods_counted.c.found_on <= until.date()),
        )
    return [
        Load(
            consignment_id=row.consignment_id,
            number=row.number,
            known_at=row.known_at,
            voyage_id=row.voyage_id,
            seals=(row.seal_at_loading, row.seal),
        )
        for some in batches(numbers)
        for row in connection.execute(query.where(own.number.in_(some)))
    ]


def containers_of(connection: sa.Connection, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Consignments with the number of each of their containers."""
    own = consignment_container.c
    return [
        (row[0], row[1])
        for some in batches(ids)
        for row in connection.execute(
            sa.select(own.consignment_id, own.number).where(own.consignment_id.in_(some))
        )
    ]


def last_crossings(
    connection: sa.Connection, conveyance_ids: Iterable[str], before: datetime
) -> dict[str, datetime]:
    """When conveyances crossed last before a moment."""
    own = movement.c
    return {
        row[0]: row[1]
        for some in batches(conveyance_ids)
        for row in connection.execute(
            sa.select(own.conveyance_id, sa.func.max(own.at))
            .where(
                own.conveyance_id.in_(some),
                own.at < before,
                own.kind == MovementKind.CROSSING.value,
            )
            .group_by(own.conveyance_id)
        )
    }


def carrying(
    connection: sa.Connection, conveyance_ids: Iterable[str], since: datetime, until: datetime
) -> dict[str, list[tuple[str, datetime]]]:
    """By conveyance, the directions and moments of goods that are declared on it."""
    own = consignment.c
    found: dict[str, list[tuple[str, datetime]]] = {}
    for some in batches(conveyance_ids):
        query = sa.select(own.conveyance_id, own.direction, own.due_at).where(
            own.conveyance_id.in_(some), own.due_at >= since, own.due_at <= until, ~own.cancelled
        )
        for row in connection.execute(query.distinct()):
            found.setdefault(row[0], []).append((row[1], row[2]))
    return found


def unit_ids(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, str]:
    """The conveyances that containers are, by number."""
    own = conveyance.c
    return {
        row[0]: row[1]
        for some in batches(numbers)
        for row in connection.execute(
            sa.select(own.identifier, own.id).where(
                own.kind == ConveyanceKind.CONTAINER.value, own.identifier.in_(some)
            )
        )
    }


# --- what stands in the history of back-tests ---------------------------------------------------


def unarchived(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Consignments that were due, or came to be known, before a moment and are not in the history
    yet, the oldest first."""
    own = consignment.c
    query = (
        sa.select(own.id)
        .join(goods_counted, goods_counted.c.consignment_id == own.id)
        .where(
            goods_counted.c.archived_at.is_(None),
            goods_counted.c.day < before.date(),
            sa.func.coalesce(own.due_at, own.known_at) < before,
            own.due_for.is_(None),
        )
        .order_by(goods_counted.c.day, own.id)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def screened_at(connection: sa.Connection, ids: Iterable[str]) -> dict[str, datetime]:
    """When consignments were screened last."""
    return {
        row[0]: row[1]
        for some in batches(ids)
        for row in connection.execute(
            sa.select(assessment.c.subject_id, sa.func.max(assessment.c.at))
            .where(
                assessment.c.subject_id.in_(some),
                assessment.c.subject_kind == Kind.CONSIGNMENT.value,
                ~assessment.c.cause.startswith("sweep:"),
            )
            .group_by(assessment.c.subject_id)
        )
    }


def mark_archived(tx: Tx, ids: Iterable[str]) -> None:
    """Notes consignments whose rows were written."""
    for some in batches(ids):
        mine = goods_counted.update().where(goods_counted.c.consignment_id.in_(some))
        tx.connection.execute(mine.values(archived_at=tx.at))


def next_day_of_moves(connection: sa.Connection, before: date) -> date | None:
    """The next day (UTC) before another of which movements are told and are not in the history."""
    done = connection.execute(
        sa.select(sa.func.max(archived.c.key)).where(archived.c.key.startswith(_MOVES))
    ).scalar()
    since = date.fromisoformat(done.removeprefix(_MOVES)) + timedelta(days=1) if done else date.min
    query = sa.select(sa.func.min(movement.c.at)).where(movement.c.at >= _midnight(since))
    first: datetime | None = connection.execute(query).scalar()
    return first.date() if first and first.date() < before else None


def moves_of(connection: sa.Connection, day: date) -> list[str]:
    """The movements of a day (UTC), in their order."""
    since = _midnight(day)
    query = sa.select(movement.c.id).where(
        movement.c.at >= since, movement.c.at < since + timedelta(days=1)
    )
    return list(connection.execute(query.order_by(movement.c.at, movement.c.id)).scalars())


def mark_day_of_moves(tx: Tx, day: date, rows: int) -> None:
    """Notes a day whose movements were written."""
    values = {"key": f"{_MOVES}{day.isoformat()}", "at": tx.at, "subjects": rows}
    tx.connection.execute(archived.insert().values(values))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


# --- within -------------------------------------------------------------------------------------


def _row(own: Counted, at: datetime) -> dict[str, Any]:
    return {
        "consignment_id": own.consignment_id,
        "day": own.day,
        "told": [[*tally[:3], tally.day.isoformat()] for tally in own.told],
        "found": own.found,
        "found_on": own.found_on,
        "learnt_at": None if own.found is None else at,
    }


def _counted(row: Any) -> Counted:
    return Counted(
        consignment_id=row.consignment_id,
        day=row.day,
        told=tuple(
            Tally(what, key, mark, date.fromisoformat(day)) for what, key, mark, day in row.told
        ),
        found=row.found,
        found_on=row.found_on,
    )
