"""What officers decided: figures of persons, which few may see."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.store.tables import alert, hit


def decided(
    connection: sa.Connection, names: Sequence[str], since: datetime, until: datetime
) -> list[tuple[str, datetime]]:
    """Who decided on a hit, and when, of some officers in [since, until)."""
    own = hit.c
    query = sa.select(own.decided_by, own.decided_at).where(
        own.decided_by.in_(names), own.decided_at >= since, own.decided_at < until
    )
    return [(by, at) for by, at in connection.execute(query)]


def closed(
    connection: sa.Connection, names: Sequence[str], since: datetime, until: datetime
) -> list[tuple[str, datetime | None, datetime]]:
    """Who closed an alert, when somebody took it on, and when it was closed."""
    own = alert.c
    query = sa.select(own.closed_by, own.acknowledged_at, own.closed_at).where(
        own.closed_by.in_(names), own.closed_at >= since, own.closed_at < until
    )
    return [(by, begun, at) for by, begun, at in connection.execute(query)]
