"""Which lookouts somebody may read: an entry of their list is not everybody's who sees lists."""

from collections.abc import Collection

import sqlalchemy as sa

from parakh.access import Actor
from parakh.errors import NotFound
from parakh.store.tables import lookout


def closed_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on `lookout` that nobody of the actor's units placed it, nor he himself: a
    lookout is the business of its unit and of those who see every unit."""
    if actor.everywhere:
        return sa.false()
    return sa.and_(lookout.c.placed_by != actor.name, lookout.c.unit_id.not_in(sorted(actor.units)))


def closed_among(connection: sa.Connection, actor: Actor, ids: Collection[str]) -> set[str]:
    """Those of some entries that are lookouts of other units; see `closed_to`."""
    query = sa.select(lookout.c.id).where(lookout.c.id.in_(set(ids)), closed_to(actor))
    return set(connection.execute(query).scalars())


def require_open(connection: sa.Connection, actor: Actor, entry_id: str) -> None:
    """Raises NotFound for a lookout of another unit."""
    if closed_among(connection, actor, [entry_id]):
        raise NotFound("there is no such entry")
