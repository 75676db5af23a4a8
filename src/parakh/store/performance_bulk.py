"""Crossings and pictures in bulk, as another system hands over the past."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from parakh.domain.voyage import Crossing
from parakh.store.captures import Capture, columns_of
from parakh.store.database import insert_of
from parakh.store.performance import Place
from parakh.store.tables import capture, crossing, performance_bucket


def add(
    connection: sa.Connection, crossings: Sequence[Crossing], captures: Sequence[Capture]
) -> None:
    """Adds crossings of people whom nobody announced, and pictures that were taken."""
    if crossings:
        rows = [
            {
                "id": own.id,
                "traveller_id": None,
                "voyage_id": None,
                "port": own.port,
                "direction": own.direction.value,
                "state": own.state.value,
                "lane": own.lane,
                "at": own.at,
            }
            for own in crossings
        ]
        connection.execute(crossing.insert(), rows)
    if captures:
        connection.execute(
            capture.insert(), [{"id": own.id, **columns_of(own)} for own in captures]
        )


def add_tries(connection: sa.Connection, tries: Mapping[Place, tuple[int, int]]) -> None:
    """Adds pictures that were answered, and those that were unfit, to their five minutes."""
    statement = insert_of(connection)(performance_bucket)
    own = performance_bucket.c
    upsert = statement.on_conflict_do_update(
        index_elements=["at", "post", "lane"],
        set_={
            "tries": own.tries + statement.excluded.tries,
            "unfit": own.unfit + statement.excluded.unfit,
        },
    )
    rows: Iterable[dict[str, object]] = [
        {"at": at, "post": post, "lane": lane, "tries": count, "unfit": unfit}
        for (at, post, lane), (count, unfit) in tries.items()
    ]
    if tries:
        connection.execute(upsert, list(rows))
