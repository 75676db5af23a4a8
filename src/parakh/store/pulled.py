"""Files of other servers that were taken in but must stay where they are."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from parakh.store.tables import pulled


def known(connection: sa.Connection, source: str) -> set[tuple[str, str]]:
    """Name and fingerprint of each file of a source that need not be fetched again."""
    query = sa.select(pulled.c.name, pulled.c.fingerprint).where(pulled.c.source == source)
    return {(row.name, row.fingerprint) for row in connection.execute(query)}


def remember(
    connection: sa.Connection,
    source: str,
    file: tuple[str, str],
    at: datetime,
    *,
    message_id: str | None,
    refused: str = "",
) -> None:
    """Notes that a file (name, fingerprint) was taken in as a message, or refused and why."""
    name, fingerprint = file
    this = (pulled.c.source == source) & (pulled.c.name == name)
    connection.execute(pulled.delete().where(this))
    connection.execute(
        pulled.insert().values(
            source=source,
            name=name,
            fingerprint=fingerprint,
            message_id=message_id,
            at=at,
            refused=refused,
        )
    )


def forget(connection: sa.Connection, source: str, names: Iterable[str]) -> None:
    """Removes the notes on files that are gone."""
    for name in names:
        this = (pulled.c.source == source) & (pulled.c.name == name)
        connection.execute(pulled.delete().where(this))
