"""What other systems are told of, in an order that never changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.store.database import Tx, next_value
from parakh.store.tables import announcement, lane_decision

SEQUENCE = "announcement"


def add(tx: Tx, topic: str, what: str, body: Mapping[str, Any]) -> None:
    """Tells whoever is linked for a topic, such as `operations`; `what` is `thing.happened`.

    It is told if and when the transaction commits. `body` holds no personal data.
    """
    tx.connection.execute(
        announcement.insert().values(
            seq=next_value(tx.connection, SEQUENCE),
            key=new_id(),
            topic=topic,
            what=what,
            body=dict(body),
            at=tx.at,
        )
    )


def after(
    connection: sa.Connection, topic: str, seq: int, since: datetime, limit: int
) -> list[sa.Row[Any]]:
    """Rows of a topic with a number above `seq` from a moment on, in their order."""
    query = sa.select(announcement).where(_of(topic, seq, since))
    return list(connection.execute(query.order_by(announcement.c.seq).limit(limit)))


def count(connection: sa.Connection, topic: str, seq: int, since: datetime) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(announcement).where(_of(topic, seq, since))
    return int(connection.execute(query).scalar_one())


def count_lanes(connection: sa.Connection, seq: int, since: datetime) -> int:
    """How many lanes stand with a number above `seq` that were given from a moment on."""
    own = lane_decision.c
    query = (
        sa.select(sa.func.count())
        .select_from(lane_decision)
        .where(own.seq > seq, own.at >= since, own.standing)
    )
    return int(connection.execute(query).scalar_one())


def forget(connection: sa.Connection, before: datetime) -> int:
    """Deletes what is older than a moment; gives how many."""
    return connection.execute(announcement.delete().where(announcement.c.at < before)).rowcount


def _of(topic: str, seq: int, since: datetime) -> sa.ColumnElement[bool]:
    own = announcement.c
    return sa.and_(own.topic == topic, own.seq > seq, own.at >= since)
