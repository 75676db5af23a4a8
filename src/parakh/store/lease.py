"""Claims on messages, so that several workers do not work on the same one.

On PostgreSQL a session lock that ends with its connection, so that a worker which dies leaves no
claim behind. An embedded database has one worker; should two run, the state check in
`messages.move` lets only one of them finish.
"""

import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from parakh.domain.message import Message, MessageState
from parakh.store import messages
from parakh.store.database import Database


@contextmanager
def claim(
    database: Database, state: MessageState, leave: Collection[str]
) -> Iterator[Message | None]:
    """The message that waits longest in `state`, for this worker alone; None when there is none."""
    if database.embedded:
        with database.read() as connection:
            message = messages.oldest(connection, state, tuple(leave))
        yield message
        return
    autonomous = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autonomous.connect() as connection:
        message = _lock_oldest(connection, state, leave)
        try:
            yield message
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))


def _lock_oldest(
    connection: sa.Connection, state: MessageState, leave: Collection[str]
) -> Message | None:
    passed = set(leave)
    while message := messages.oldest(connection, state, tuple(passed)):
        key = zlib.crc32(message.id.encode())
        if connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar_one():
            # It may have moved on between the look and the lock.
            if messages.get(connection, message.id) == message:
                return message
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
        passed.add(message.id)
    return None
