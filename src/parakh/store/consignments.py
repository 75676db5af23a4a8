"""Consignments with their items, parties and containers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from parakh.domain.consignment import (
    BillKind,
    Consignment,
    ContainerUse,
    Item,
    Party,
    PartyRole,
)
from parakh.domain.outcome import Money
from parakh.domain.voyage import Direction, Mode
from parakh.errors import NotFound
from parakh.normalise.names import comparison_form
from parakh.store.batches import batches
from parakh.store.codec import DECLARATION
from parakh.store.database import Tx
from parakh.store.tables import (
    consignment,
    consignment_container,
    consignment_item,
    consignment_party,
)

_KEY_LENGTH = 200
"""As long as the column of a party's key."""

_LOCK = 0x676F6F6473
"""Of PostgreSQL: `goods`."""

_THOUSANDTHS, _HUNDREDTHS = Decimal(1000), Decimal(100)

_CHILDREN = (consignment_item, consignment_party, consignment_container)


class Carriage(NamedTuple):
    """How goods travel: their voyage, what carries them, and when they come or leave."""

    voyage_id: str | None
    conveyance_id: str | None
    due_at: datetime | None


class Dates(NamedTuple):
    """When a consignment came to be known, and when its declaration was lodged."""

    known_at: datetime
    lodged_at: datetime | None


@lru_cache(maxsize=65536)
def party_key(party: Party) -> str:
    """What is equal for one party in all consignments, whatever its role.

    Its number, else the words of its name in the order of the alphabet, and its country.
    """
    if party.identifier:
        return f"id:{party.identifier}"[:_KEY_LENGTH]
    words = " ".join(sorted(comparison_form(party.name).split()))
    return f"{words[: _KEY_LENGTH - 4]}:{party.country or ''}"


# --- looking ------------------------------------------------------------------------------------


def get(connection: sa.Connection, consignment_id: str) -> Consignment:
    """One consignment; raises NotFound."""
    found = by_ids(connection, [consignment_id])
    if consignment_id not in found:
        raise NotFound("there is no such consignment")
    return found[consignment_id]


def by_ids(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Consignment]:
    """Consignments by their identifiers, as far as there are such."""
    found: dict[str, Consignment] = {}
    for some in batches(ids):
        which = consignment.c.id.in_(some)
        found |= {own.id: own for own in _consignments(connection, which)}
    return found


def to_screen(connection: sa.Connection, message_id: str) -> list[Consignment]:
    """The consignments that wait to be screened for a message, in the order of their coming."""
    return _consignments(connection, consignment.c.due_for == message_id)


def ids_of_keys(connection: sa.Connection, keys: Iterable[str]) -> dict[str, str]:
    """The consignment of each key, as far as there are such."""
    own = consignment.c
    return {
        row.key: row.id
        for some in batches(keys)
        for row in connection.execute(sa.select(own.key, own.id).where(own.key.in_(some)))
    }


def dates_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Dates]:
    """The dates of some consignments."""
    own = consignment.c
    return {
        row.id: Dates(row.known_at, row.lodged_at)
        for some in batches(ids)
        for row in connection.execute(
            sa.select(own.id, own.known_at, own.lodged_at).where(own.id.in_(some))
        )
    }


def ids_of_references(connection: sa.Connection, references: Iterable[str]) -> set[str]:
    """The consignments under some transport documents."""
    return {
        consignment_id
        for some in batches(references)
        for consignment_id in connection.execute(
            sa.select(consignment.c.id).where(consignment.c.reference.in_(some))
        ).scalars()
    }


def lock(connection: sa.Connection) -> None:
    """Lets one transaction at a time join bills and declarations; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


# --- changing -----------------------------------------------------------------------------------


def put(tx: Tx, value: Consignment, key: str, *, due_for: str | None) -> None:
    """Adds a consignment, or puts it in the place of what is known of it (see `put_all`)."""
    put_all(tx, [(value, key)], due_for=due_for)


def put_all(tx: Tx, values: Sequence[tuple[Consignment, str]], *, due_for: str | None) -> None:
    """Adds consignments, each with its natural key, or puts them in the place of those with their
    identifiers; `due_for` is the message for which they are to be screened, None for none.

    When they came to be known, and their key, stay.
    """
    for some in batches(range(len(values))):
        _put(tx, [values[place] for place in some], due_for)


def _put(tx: Tx, values: Sequence[tuple[Consignment, str]], due_for: str | None) -> None:
    ids = [own.id for own, _ in values]
    query = sa.select(consignment.c.id).where(consignment.c.id.in_(ids))
    known = set(tx.connection.execute(query).scalars())
    new = [
        _columns(own) | {"id": own.id, "key": key, "known_at": tx.at, "due_for": due_for}
        for own, key in values
        if own.id not in known
    ]
    if new:
        tx.connection.execute(consignment.insert(), new)
    if known:
        _update(tx, [own for own, _ in values if own.id in known], due_for)
    _insert_children(tx, [own for own, _ in values])


def _update(tx: Tx, values: Sequence[Consignment], due_for: str | None) -> None:
    for child in _CHILDREN:
        gone = child.delete().where(child.c.consignment_id.in_([own.id for own in values]))
        tx.connection.execute(gone)
    changed = [_columns(own) | {"own_id": own.id} for own in values]
    mine = consignment.update().where(consignment.c.id == sa.bindparam("own_id"))
    tx.connection.execute(mine, changed)
    if due_for is not None:
        due = consignment.update().where(consignment.c.id.in_([own.id for own in values]))
        tx.connection.execute(due.values(due_for=due_for))


def masters(
    connection: sa.Connection, references: Iterable[str]
) -> dict[str, dict[str, tuple[datetime, Carriage]]]:
    """How the goods of master bills travel, by their numbers and identifiers, and when each was
    due, declared or known: a number may be that of several, one after another."""
    own = consignment.c
    when = sa.func.coalesce(own.due_at, own.lodged_at, own.known_at, type_=own.known_at.type)
    columns = (own.id, own.reference, own.voyage_id, own.conveyance_id, own.due_at)
    found: dict[str, dict[str, tuple[datetime, Carriage]]] = {}
    for some in batches(references):
        query = sa.select(*columns, when.label("at")).where(
            own.reference.in_(some), own.voyage_id.is_not(None)
        )
        for row in connection.execute(query.order_by(own.id)):
            carriage = Carriage(row.voyage_id, row.conveyance_id, row.due_at)
            same = found.setdefault(row.reference, {})
            same[row.id] = (row.at, carriage)
    return found


def ids_under_masters(connection: sa.Connection, references: Iterable[str]) -> set[str]:
    """The house bills under some master bills."""
    return {
        consignment_id
        for some in batches(references)
        for consignment_id in connection.execute(
            sa.select(consignment.c.id).where(consignment.c.master_reference.in_(some))
        ).scalars()
    }


def follow_voyage(
    tx: Tx, voyage_id: str, direction: Direction, due_at: datetime, message_id: str
) -> None:
    """Tells the goods that a voyage takes out, or those that it brings, when it is due now; those
    of which that is new then wait to be screened for a message."""
    own = consignment.c
    out = own.direction == Direction.EXIT.value
    mine = consignment.update().where(
        own.voyage_id == voyage_id,
        out if direction is Direction.EXIT else ~out,
        own.due_at.is_distinct_from(due_at),
        ~own.cancelled,
    )
    tx.connection.execute(mine.values(due_at=due_at, due_for=message_id))


def rekey(tx: Tx, consignment_id: str, key: str) -> None:
    """Gives a consignment another natural key."""
    mine = consignment.update().where(consignment.c.id == consignment_id)
    tx.connection.execute(mine.values(key=key))


def mark_due(tx: Tx, ids: Iterable[str], message_id: str) -> None:
    """Lets consignments wait to be screened for a message."""
    for some in batches(ids):
        due = consignment.update().where(consignment.c.id.in_(some))
        tx.connection.execute(due.values(due_for=message_id))


def screened(tx: Tx, message_id: str) -> None:
    """Notes that nothing waits for a message any more."""
    mine = consignment.update().where(consignment.c.due_for == message_id)
    tx.connection.execute(mine.values(due_for=None))


def _insert_children(tx: Tx, values: Sequence[Consignment]) -> None:
    items = [_item_columns(own.id, item) for own in values for item in own.items]
    parties = [
        _party_columns(own.id, place, party)
        for own in values
        for place, party in enumerate(own.parties)
    ]
    containers = [
        _container_columns(own.id, place, use)
        for own in values
        for place, use in enumerate(own.containers)
    ]
    for table, rows in zip(_CHILDREN, (items, parties, containers), strict=True):
        if rows:
            tx.connection.execute(table.insert(), rows)


# --- rows and values ----------------------------------------------------------------------------


def _columns(value: Consignment) -> dict[str, object]:
    declared = value.declaration
    return {
        "reference": value.reference,
        "kind": value.kind and value.kind.value,
        "master_reference": value.master_reference,
        "mode": value.mode and value.mode.value,
        "direction": value.direction.value,
        "port": value.port,
        "voyage_id": value.voyage_id,
        "conveyance_id": value.conveyance_id,
        "loading_port": value.loading_port,
        "discharge_port": value.discharge_port,
        "route": list(value.route),
        "export_country": value.export_country,
        "packages": value.packages,
        "gross_kg": value.gross_kg,
        "description": value.description,
        "due_at": value.due_at,
        "declaration_reference": declared and declared.reference,
        "office": declared and declared.office,
        "lodged_at": declared and declared.lodged_at,
        "declaration": DECLARATION.dump(declared) if declared else {},
        "cancelled": value.cancelled,
    }


def _item_columns(consignment_id: str, item: Item) -> dict[str, object]:
    return {
        "consignment_id": consignment_id,
        "ordinal": item.ordinal,
        "hs_code": item.hs_code,
        "description": item.description,
        "origin": item.origin,
        "quantity": _scaled(item.quantity, _THOUSANDTHS),
        "unit": item.unit,
        "packages": item.packages,
        "gross_kg": item.gross_kg,
        "net_kg": item.net_kg,
        "price": item.price and _scaled(item.price.amount, _HUNDREDTHS),
        "currency": item.price and item.price.currency,
        "value": _scaled(item.value, _HUNDREDTHS),
        "duty": _scaled(item.duty, _HUNDREDTHS),
        "rate": item.rate,
        "licence": item.licence,
    }


def _party_columns(consignment_id: str, place: int, party: Party) -> dict[str, object]:
    return {
        "consignment_id": consignment_id,
        "ordinal": place,
        "role": party.role.value,
        "name": party.name,
        "identifier": party.identifier,
        "country": party.country,
        "address": party.address,
        "phone": party.phone,
        "email": party.email,
        "party_key": party_key(party),
    }


def _container_columns(consignment_id: str, place: int, use: ContainerUse) -> dict[str, object]:
    return {
        "consignment_id": consignment_id,
        "ordinal": place,
        "number": use.number,
        "type": use.type,
        "seal": use.seal,
        "seal_at_loading": use.seal_at_loading,
        "empty": use.empty,
        "gross_kg": use.gross_kg,
        "shared": use.shared,
    }


def _scaled(value: Decimal | None, by: Decimal) -> int | None:
    return None if value is None else int((value * by).to_integral_value())


def _unscaled(value: int | None, by: Decimal) -> Decimal | None:
    return None if value is None else Decimal(value) / by


def _consignments(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Consignment]:
    rows = connection.execute(sa.select(consignment).where(which).order_by(consignment.c.id)).all()
    items = _children(connection, consignment_item, which)
    parties = _children(connection, consignment_party, which)
    containers = _children(connection, consignment_container, which)
    return [
        _consignment(
            row,
            tuple([_item(own) for own in items.get(row.id, ())]),
            tuple([_party(own) for own in parties.get(row.id, ())]),
            tuple([_container(own) for own in containers.get(row.id, ())]),
        )
        for row in rows
    ]


def _children(
    connection: sa.Connection, child: sa.Table, which: sa.ColumnElement[bool]
) -> Mapping[str, list[Any]]:
    query = sa.select(child).join(consignment).where(which)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query.order_by(child.c.consignment_id, child.c.ordinal)):
        found.setdefault(row.consignment_id, []).append(row)
    return found


def _consignment(
    row: Any,
    items: tuple[Item, ...],
    parties: tuple[Party, ...],
    containers: tuple[ContainerUse, ...],
) -> Consignment:
    return Consignment(
        id=row.id,
        reference=row.reference,
        kind=None if row.kind is None else BillKind(row.kind),
        master_reference=row.master_reference,
        mode=None if row.mode is None else Mode(row.mode),
        direction=Direction(row.direction),
        port=row.port,
        voyage_id=row.voyage_id,
        conveyance_id=row.conveyance_id,
        loading_port=row.loading_port,
        discharge_port=row.discharge_port,
        route=tuple(row.route),
        export_country=row.export_country,
        packages=row.packages,
        gross_kg=row.gross_kg,
        description=row.description,
        due_at=row.due_at,
        declaration=DECLARATION.load(row.declaration) if row.declaration else None,
        items=items,
        parties=parties,
        containers=containers,
        cancelled=row.cancelled,
    )


def _item(row: Any) -> Item:
    price = _unscaled(row.price, _HUNDREDTHS)
    return Item(
        ordinal=row.ordinal,
        hs_code=row.hs_code,
        description=row.description,
        origin=row.origin,
        quantity=_unscaled(row.quantity, _THOUSANDTHS),
        unit=row.unit,
        packages=row.packages,
        gross_kg=row.gross_kg,
        net_kg=row.net_kg,
        price=None if price is None else Money(amount=price, currency=row.currency or ""),
        value=_unscaled(row.value, _HUNDREDTHS),
        duty=_unscaled(row.duty, _HUNDREDTHS),
        rate=row.rate,
        licence=row.licence,
    )


def _party(row: Any) -> Party:
    return Party(
        role=PartyRole(row.role),
        name=row.name,
        identifier=row.identifier,
        country=row.country,
        address=row.address,
        phone=row.phone,
        email=row.email,
    )


def _container(row: Any) -> ContainerUse:
    return ContainerUse(
        number=row.number,
        type=row.type,
        seal=row.seal,
        seal_at_loading=row.seal_at_loading,
        empty=row.empty,
        gross_kg=row.gross_kg,
        shared=row.shared,
    )
