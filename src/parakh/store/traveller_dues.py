"""Travellers who are to be screened for a cause that is no message.

They wait as those of a message do (see `parakh.store.travellers.travellers_to_screen`).
"""

from collections.abc import Iterable

import sqlalchemy as sa

from parakh.domain.message import MessageState
from parakh.store.batches import batches
from parakh.store.tables import message, traveller


def put(connection: sa.Connection, ids: Iterable[str], cause: str) -> None:
    """Has travellers screened for a cause, but for those who wait to be screened with a message."""
    waits = sa.exists().where(
        message.c.id == traveller.c.due_for,
        message.c.state.in_([MessageState.RECEIVED.value, MessageState.PARSED.value]),
    )
    for some in batches(ids):
        mine = traveller.update().where(traveller.c.id.in_(some), ~waits)
        connection.execute(mine.values(due_for=cause))


def done(connection: sa.Connection, ids: Iterable[str], cause: str) -> None:
    """Notes that travellers wait for a cause no more."""
    for some in batches(ids):
        mine = traveller.update().where(traveller.c.id.in_(some), traveller.c.due_for == cause)
        connection.execute(mine.values(due_for=None))
