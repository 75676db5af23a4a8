"""Containers of manifests: as conveyances, and where they were loaded and discharged; in batches.

A manifest names thousands of them, too many for a statement each.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from parakh.domain.conveyance import ConveyanceKind, Movement, MovementKind
from parakh.domain.ids import new_id
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.tables import consignment, consignment_container, conveyance, movement

BY_VOYAGE = (MovementKind.LOADED, MovementKind.DISCHARGED)
"""What happens to a container with a voyage."""

_KEPT = frozenset({"id", "key", "due_for"})


def find_or_add(tx: Tx, numbers: Iterable[str]) -> dict[str, str]:
    """The conveyance of each container, new if nobody told of it before."""
    wanted = list(dict.fromkeys(numbers))
    known = _known(tx.connection, wanted)
    new = [
        {
            "id": new_id(),
            "kind": ConveyanceKind.CONTAINER.value,
            "identifier": number,
            "country": "",
            "known_at": tx.at,
        }
        for number in wanted
        if number not in known
    ]
    if not new:
        return known
    statement = insert_of(tx.connection)(conveyance).on_conflict_do_nothing()
    tx.connection.execute(statement, new)
    # Read back: another transaction may have added one meanwhile.
    return known | _known(tx.connection, [str(row["identifier"]) for row in new])


def _known(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, str]:
    own = conveyance.c
    return {
        row.identifier: row.id
        for some in batches(numbers)
        for row in connection.execute(
            sa.select(own.identifier, own.id).where(
                own.kind == ConveyanceKind.CONTAINER.value, own.identifier.in_(some)
            )
        )
    }


def put_movements(tx: Tx, values: Sequence[tuple[str, Movement]], due_for: str) -> None:
    """Adds movements by their keys, which then wait to be screened for a message; of those that are
    known, what is told now holds, and they are not screened again."""
    if not values:
        return
    statement = insert_of(tx.connection)(movement)
    names = [own.name for own in movement.c if own.name not in _KEPT]
    changed = {name: statement.excluded[name] for name in names}
    statement = statement.on_conflict_do_update(index_elements=["key"], set_=changed)
    tx.connection.execute(statement, [_columns(key, own, due_for) for key, own in values])


def key_of(voyage_id: str, number: str, kind: MovementKind) -> str:
    """By what it is known that a voyage loaded or discharged a container."""
    return f"{voyage_id}:{number}:{kind.value}"


def drop_movements(tx: Tx, gone: Iterable[tuple[str, str]]) -> None:
    """Takes back that voyages (by identifier) brought containers (by number), as far as no goods
    that stand are in them there."""
    wanted = set(gone)
    for some in batches(sorted({voyage_id for voyage_id, _ in wanted})):
        query = (
            sa.select(consignment.c.voyage_id, consignment_container.c.number)
            .join(consignment, consignment.c.id == consignment_container.c.consignment_id)
            .where(consignment.c.voyage_id.in_(some), ~consignment.c.cancelled)
        )
        wanted -= {(row.voyage_id, row.number) for row in tx.connection.execute(query)}
    keys = [key_of(*own, kind) for own in sorted(wanted) for kind in BY_VOYAGE]
    for some in batches(keys):
        tx.connection.execute(movement.delete().where(movement.c.key.in_(some)))


def _columns(key: str, own: Movement, due_for: str) -> dict[str, object]:
    return {
        "id": own.id,
        "key": key,
        "conveyance_id": own.conveyance_id,
        "kind": own.kind.value,
        "at": own.at,
        "place": own.place,
        "port": own.port,
        "direction": own.direction and own.direction.value,
        "gross_kg": own.gross_kg,
        "empty": own.empty,
        "seal": own.seal,
        "consignment_id": own.consignment_id,
        "due_for": due_for,
    }
