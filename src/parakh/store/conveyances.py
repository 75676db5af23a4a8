"""Conveyances, and their movements as sources told them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from parakh.domain.conveyance import (
    Conveyance,
    ConveyanceKind,
    Heading,
    Movement,
    MovementKind,
)
from parakh.domain.ids import new_id
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.tables import conveyance, movement


class Named(NamedTuple):
    """A conveyance as a message names it; `country` is None and `name` "" where it does not say."""

    kind: ConveyanceKind
    identifier: str
    country: str | None
    name: str


def get(connection: sa.Connection, conveyance_id: str) -> Conveyance:
    """One conveyance; raises NotFound."""
    found = by_ids(connection, [conveyance_id])
    if not found:
        raise NotFound("there is no such conveyance")
    return found[conveyance_id]


def by_ids(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Conveyance]:
    """Conveyances by identifier, as far as there are such."""
    return {
        row.id: _conveyance(row)
        for some in batches(ids)
        for row in connection.execute(sa.select(conveyance).where(conveyance.c.id.in_(some)))
    }


def named(
    connection: sa.Connection, identifiers: Iterable[str], kind: ConveyanceKind | None = None
) -> list[Conveyance]:
    """Conveyances that bear one of some numbers, in whatever country, the first known first."""
    query = sa.select(conveyance).where(conveyance.c.identifier.in_(set(identifiers)))
    if kind is not None:
        query = query.where(conveyance.c.kind == kind.value)
    return [_conveyance(row) for row in connection.execute(query.order_by(conveyance.c.id))]


def find_or_add(
    tx: Tx, kind: ConveyanceKind, identifier: str, country: str | None, name: str = ""
) -> Conveyance:
    """The conveyance of that number, new if nobody told of it before.

    Where one side does not know the country, the number alone decides, unless several countries
    have it. A name that is told later, or a country, is added.
    """
    same = named(tx.connection, [identifier], kind)
    own = _of_country(same, country)
    if own is None:
        _add(tx, [Named(kind, identifier, country, name)])
        # Read back: another transaction may have added it meanwhile.
        own = _of_country(named(tx.connection, [identifier], kind), country)
        if own is None:
            raise NotFound("the conveyance that was added is not there")
    changes = {}
    if country and own.country is None:
        changes["country"] = country
    if name and name != own.name:
        changes["name"] = name
    if changes:
        mine = conveyance.update().where(conveyance.c.id == own.id)
        tx.connection.execute(mine.values(changes))
    return get(tx.connection, own.id) if changes else own


def _of_country(same: Collection[Conveyance], country: str | None) -> Conveyance | None:
    exact = [own for own in same if own.country == country]
    if exact:
        return exact[0]
    if country is None:
        return next(iter(same)) if len(same) == 1 else None
    return next((own for own in same if own.country is None), None)


def find_or_add_all(tx: Tx, told: Iterable[Named]) -> dict[Named, Conveyance]:
    """The conveyance of each, as `find_or_add` tells it; those of which nobody told before are
    added together."""
    wanted = list(dict.fromkeys(told))
    known = _by_number(tx.connection, wanted)
    new: dict[tuple[ConveyanceKind, str], Named] = {}
    for own in wanted:
        if own[:2] not in known:
            new.setdefault(own[:2], own)
    if new:
        _add(tx, new.values())
        known = _by_number(tx.connection, wanted)
    found = {}
    for own in wanted:
        same = _of_country(known.get(own[:2], ()), own.country)
        told_all = same is not None and (same.country or not own.country)
        if same is not None and told_all and own.name in ("", same.name):
            found[own] = same
        else:
            found[own] = find_or_add(tx, *own)
    return found


def _by_number(
    connection: sa.Connection, told: Iterable[Named]
) -> dict[tuple[ConveyanceKind, str], list[Conveyance]]:
    found: dict[tuple[ConveyanceKind, str], list[Conveyance]] = {}
    for some in batches(own.identifier for own in told):
        for own in named(connection, some):
            found.setdefault((own.kind, own.identifier), []).append(own)
    return found


def _add(tx: Tx, told: Iterable[Named]) -> None:
    rows = [
        {
            "id": new_id(),
            "kind": own.kind.value,
            "identifier": own.identifier,
            "country": own.country or "",
            "name": own.name,
            "known_at": tx.at,
        }
        for own in told
    ]
    tx.connection.execute(insert_of(tx.connection)(conveyance).on_conflict_do_nothing(), rows)


# --- movements ----------------------------------------------------------------------------------


def put_movements(tx: Tx, values: Sequence[tuple[str, Movement]], *, due_for: str | None) -> None:
    """Adds movements by their keys, or corrects what was said under these, whose identifiers last.

    `due_for` is the message for which they are to be screened.
    """
    if not values:
        return
    statement = insert_of(tx.connection)(movement)
    names = (own.name for own in movement.c if own.name not in ("id", "key"))
    changed = {name: statement.excluded[name] for name in names}
    rows = [_columns(own) | {"id": own.id, "key": key, "due_for": due_for} for key, own in values]
    tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=changed), rows
    )


def find_goods(
    tx: Tx, known: Mapping[str, tuple[str, datetime]], apart: timedelta, *, due_for: str
) -> None:
    """Links movements to goods that came on file after them, by the numbers that they named; they
    are screened again for the message that brought the goods.

    `known` tells goods and their time by number; a movement further `apart` spoke of others.
    """
    for some in batches(known):
        waiting = sa.select(movement.c.id, movement.c.goods, movement.c.at).where(
            movement.c.goods.in_(some), movement.c.consignment_id.is_(None)
        )
        for row in tx.connection.execute(waiting).all():
            consignment_id, at = known[row.goods]
            if abs(row.at - at) <= apart:
                told = {"consignment_id": consignment_id, "due_for": due_for}
                tx.connection.execute(movement.update().where(movement.c.id == row.id).values(told))


def movements_by_key(connection: sa.Connection, keys: Iterable[str]) -> dict[str, Movement]:
    """What holds under each key, as far as anything does."""
    return {
        row.key: _movement(row)
        for some in batches(keys)
        for row in connection.execute(sa.select(movement).where(movement.c.key.in_(some)))
    }


def get_movement(connection: sa.Connection, movement_id: str) -> Movement:
    """One movement; raises NotFound."""
    query = sa.select(movement).where(movement.c.id == movement_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such movement")
    return _movement(row)


def drop_movements(tx: Tx, ids: Iterable[str]) -> None:
    """Forgets movements that were taken back."""
    for some in batches(ids):
        tx.connection.execute(movement.delete().where(movement.c.id.in_(some)))


def movements(
    connection: sa.Connection, conveyance_ids: Iterable[str], since: datetime
) -> dict[str, list[Movement]]:
    """Movements from a moment on, by conveyance, the newest first."""
    own = movement.c
    query = sa.select(movement).order_by(own.at.desc(), own.id.desc())
    found: dict[str, list[Movement]] = {}
    for some in batches(conveyance_ids):
        for row in connection.execute(query.where(own.conveyance_id.in_(some), own.at >= since)):
            found.setdefault(row.conveyance_id, []).append(_movement(row))
    return found


def newest(connection: sa.Connection, conveyance_ids: Iterable[str]) -> dict[str, Movement]:
    """The newest movement of each conveyance that moved."""
    own = movement.c
    last = (
        sa.select(own.conveyance_id, sa.func.max(own.at).label("at"))
        .where(own.conveyance_id.in_(set(conveyance_ids)))
        .group_by(own.conveyance_id)
        .subquery()
    )
    same = (last.c.conveyance_id == own.conveyance_id) & (last.c.at == own.at)
    query = sa.select(movement).join(last, same).order_by(own.id)
    return {row.conveyance_id: _movement(row) for row in connection.execute(query)}


def search(
    connection: sa.Connection, words: Iterable[str], kind: ConveyanceKind | None, limit: int
) -> list[Conveyance]:
    """Conveyances whose number or name holds every one of some words (in capitals), those that
    moved last first; all of them without a word."""
    own = conveyance.c
    last = sa.select(sa.func.max(movement.c.at)).where(movement.c.conveyance_id == own.id)
    query = sa.select(conveyance)
    if kind is not None:
        query = query.where(own.kind == kind.value)
    for word in words:
        holds = own.identifier.contains(word, autoescape=True)
        query = query.where(holds | own.name.contains(word, autoescape=True))
    moved = last.scalar_subquery()
    query = query.order_by(moved.is_(None), moved.desc(), own.id.desc()).limit(limit)
    return [_conveyance(row) for row in connection.execute(query)]


def movements_by_id(connection: sa.Connection, ids: Iterable[str]) -> list[Movement]:
    """Movements by identifier, as far as there are such."""
    query = sa.select(movement).where(movement.c.id.in_(set(ids)))
    return [_movement(row) for row in connection.execute(query)]


def to_screen(connection: sa.Connection, message_id: str) -> list[tuple[Conveyance, Movement]]:
    """The movements that wait to be screened for a message, with what moved, oldest first."""
    query = sa.select(movement).where(movement.c.due_for == message_id).order_by(movement.c.at)
    waiting = [_movement(row) for row in connection.execute(query)]
    known = by_ids(connection, {own.conveyance_id for own in waiting})
    return [(known[own.conveyance_id], own) for own in waiting]


def screened(tx: Tx, message_id: str) -> None:
    """Notes that nothing waits for a message any more."""
    mine = movement.update().where(movement.c.due_for == message_id)
    tx.connection.execute(mine.values(due_for=None))


def _conveyance(row: Any) -> Conveyance:
    return Conveyance(
        id=row.id,
        kind=ConveyanceKind(row.kind),
        identifier=row.identifier,
        country=row.country or None,
        name=row.name,
    )


def _columns(value: Movement) -> dict[str, object]:
    return {
        "conveyance_id": value.conveyance_id,
        "kind": value.kind.value,
        "at": value.at,
        "place": value.place,
        "port": value.port,
        "direction": value.direction and value.direction.value,
        "heading": value.heading and value.heading.value,
        "gross_kg": value.gross_kg,
        "empty": value.empty,
        "seal": value.seal,
        "goods": value.goods,
        "consignment_id": value.consignment_id,
        "driver": value.driver,
        "traveller_id": value.traveller_id,
        "picture_id": value.picture_id,
    }


def _movement(row: Any) -> Movement:
    return Movement(
        id=row.id,
        conveyance_id=row.conveyance_id,
        kind=MovementKind(row.kind),
        at=row.at,
        place=row.place,
        port=row.port,
        direction=None if row.direction is None else Direction(row.direction),
        heading=None if row.heading is None else Heading(row.heading),
        gross_kg=row.gross_kg,
        empty=row.empty,
        seal=row.seal,
        goods=row.goods,
        consignment_id=row.consignment_id,
        driver=row.driver,
        traveller_id=row.traveller_id,
        picture_id=row.picture_id,
    )
