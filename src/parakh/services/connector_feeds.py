"""What linked systems are told: lanes that stand, and what happens in the centre's operations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.connectors.kit import Feed, News
from parakh.store import announcements, selectivity
from parakh.store.selectivity import Told

Reader = Callable[[sa.Connection, int, datetime, int], Sequence[News]]
Counter = Callable[[sa.Connection, int, datetime], int]


def lanes(connection: sa.Connection, number: int, since: datetime, limit: int) -> Sequence[News]:
    """Lanes that stand; a consignment that is given another one comes again."""
    found = selectivity.told_after(connection, number, since, limit)
    return [_lane(own) for own in found]


def operations(
    connection: sa.Connection, number: int, since: datetime, limit: int
) -> Sequence[News]:
    """What was announced of operations."""
    found = announcements.after(connection, Feed.OPERATIONS.value, number, since, limit)
    return [
        News(number=row.seq, key=row.key, what=row.what, at=row.at, body=row.body) for row in found
    ]


def _lane(own: Told) -> News:
    decision = own.decision
    return News(
        number=own.seq,
        key=decision.id,
        what="lane.given",
        at=decision.at,
        body={
            "consignment_id": decision.consignment_id,
            "reference": own.reference,
            "declaration": own.declaration,
            "port": decision.port,
            "lane": decision.lane.value,
            "sentence": str(decision.sentence),
            "at": decision.at.isoformat(),
        },
    )


READERS: Mapping[Feed, Reader] = {Feed.LANES: lanes, Feed.OPERATIONS: operations}
"""How each feed is read on from a number."""

COUNTERS: Mapping[Feed, Counter] = {
    Feed.LANES: announcements.count_lanes,
    Feed.OPERATIONS: lambda connection, number, since: announcements.count(
        connection, Feed.OPERATIONS.value, number, since
    ),
}
"""How many wait in each."""
