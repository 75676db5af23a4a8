"""Draws by chance, as they were made: what they are verified by."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from parakh.domain.selectivity import Draw, Lane
from parakh.store.batches import batches
from parakh.store.database import Tx, next_value
from parakh.store.selectivity import SEQUENCE
from parakh.store.tables import lane_decision, lane_draw


def draws_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, list[Draw]]:
    """All draws of consignments."""
    found: dict[str, list[Draw]] = {}
    for some in batches(ids):
        query = sa.select(lane_draw).where(lane_draw.c.consignment_id.in_(some))
        for row in connection.execute(query.order_by(lane_draw.c.seq)):
            found.setdefault(row.consignment_id, []).append(_draw(row))
    return found


def save_draws(tx: Tx, values: Sequence[Draw]) -> None:
    """Adds draws; each stays for good."""
    if not values:
        return
    first = next_value(tx.connection, SEQUENCE, len(values)) - len(values) + 1
    rows = [
        {
            "seq": first + place,
            "consignment_id": own.consignment_id,
            "reference": own.reference,
            "policy_id": own.policy_id,
            "key": own.key,
            "number": own.number,
            "share": own.share,
            "drawn": own.drawn,
            "trusted": own.trusted,
            "at": own.at,
        }
        for place, own in enumerate(values)
    ]
    tx.connection.execute(lane_draw.insert(), rows)


def draws(
    connection: sa.Connection, policy_id: str, *, after: int = 0, limit: int = 500
) -> list[tuple[int, Draw]]:
    """Draws made from a policy's secret with numbers above `after`, in order."""
    query = (
        sa.select(lane_draw)
        .where(lane_draw.c.policy_id == policy_id, lane_draw.c.seq > after)
        .order_by(lane_draw.c.seq)
        .limit(limit)
    )
    return [(row.seq, _draw(row)) for row in connection.execute(query)]


def count_draws(connection: sa.Connection) -> dict[str, tuple[int, int]]:
    """For each policy how many draws there were, and how many of them chose."""
    drawn = sa.func.sum(sa.case((lane_draw.c.drawn, 1), else_=0))
    query = sa.select(lane_draw.c.policy_id, sa.func.count(), drawn).group_by(lane_draw.c.policy_id)
    return {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(query)}


def undrawn(connection: sa.Connection) -> int:
    """Lanes that the program gave to consignments without a draw; there are none."""
    has = sa.select(lane_draw.c.consignment_id)
    query = sa.select(sa.func.count()).where(
        lane_decision.c.by == "", lane_decision.c.consignment_id.not_in(has)
    )
    return int(connection.execute(query).scalar_one())


def drawn_and_not_red(connection: sa.Connection) -> list[str]:
    """Consignments that chance chose and that have another lane than red; there are none."""
    query = (
        sa.select(lane_draw.c.consignment_id)
        .distinct()
        .join(lane_decision, lane_decision.c.consignment_id == lane_draw.c.consignment_id)
        .where(lane_draw.c.drawn, lane_decision.c.standing, lane_decision.c.lane != Lane.RED.value)
    )
    return sorted(connection.execute(query).scalars())


def _draw(row: sa.Row[tuple[object, ...]]) -> Draw:
    own = row._mapping
    return Draw(
        consignment_id=own["consignment_id"],
        policy_id=own["policy_id"],
        reference=own["reference"],
        key=own["key"],
        number=own["number"],
        share=own["share"],
        drawn=own["drawn"],
        trusted=own["trusted"],
        at=own["at"],
    )
