"""Consignments that wait for something that is no message, such as to be valued again."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.tables import consignment, consignment_item


def due(connection: sa.Connection, due_for: str, most: int) -> list[str]:
    """The next consignments that wait for something, the newest first."""
    own = consignment.c
    query = sa.select(own.id).where(own.due_for == due_for).order_by(own.id.desc()).limit(most)
    return list(connection.execute(query).scalars())


def count(connection: sa.Connection, due_for: str) -> int:
    """How many wait for something."""
    query = sa.select(sa.func.count()).select_from(consignment)
    return int(connection.execute(query.where(consignment.c.due_for == due_for)).scalar_one())


def mark_priced(tx: Tx, currency: str, since: datetime, until: datetime, due_for: str) -> None:
    """Lets goods wait for something that are priced in a currency, by when they were declared or
    came to be known."""
    own = consignment.c
    priced = sa.exists().where(
        consignment_item.c.consignment_id == own.id, consignment_item.c.currency == currency
    )
    when = sa.func.coalesce(own.lodged_at, own.known_at, type_=own.known_at.type)
    mine = consignment.update().where(when >= since, when < until, ~own.cancelled, priced)
    tx.connection.execute(mine.values(due_for=due_for))


def wait_no_more(tx: Tx, ids: Iterable[str], due_for: str) -> None:
    """Notes that some wait for something no more."""
    own = consignment.c
    for some in batches(ids):
        mine = consignment.update().where(own.id.in_(some), own.due_for == due_for)
        tx.connection.execute(mine.values(due_for=None))
