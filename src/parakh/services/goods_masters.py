"""House bills travel as their masters do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.consignment import Consignment
from parakh.store import consignments
from parakh.store.consignments import Carriage


def carriage_of(own: Consignment | None) -> Carriage:
    """How goods travel; nothing is known of none."""
    return Carriage(own.voyage_id, own.conveyance_id, own.due_at) if own else Carriage(*[None] * 3)


def on_masters(
    connection: sa.Connection,
    made: Sequence[Consignment],
    said_at: Mapping[str, datetime],
    length: timedelta,
) -> list[Consignment]:
    """Consignments; the house bills among them that tell no voyage are on that of their master, as
    far as it is known.

    Of several masters of one number it is the nearest in time, and none that is further away than
    `length`; `said_at` is when each consignment was told of first.
    """
    wanted = {one.master_reference for one in made if not one.voyage_id} - {""}
    known = consignments.masters(connection, wanted)
    for one in made:
        if one.voyage_id and one.reference in wanted:
            same = known.setdefault(one.reference, {})
            same[one.id] = (one.due_at or said_at[one.id], carriage_of(one))
    return [
        one
        if one.voyage_id
        else _placed(one, said_at[one.id], known.get(one.master_reference, {}), length)
        for one in made
    ]


def _placed(
    own: Consignment,
    said_at: datetime,
    masters: Mapping[str, tuple[datetime, Carriage]],
    length: timedelta,
) -> Consignment:
    near = [
        (abs(at - said_at), carriage)
        for at, carriage in masters.values()
        if abs(at - said_at) <= length
    ]
    if not near:
        return own
    return replace(own, **min(near, key=lambda one: one[0])[1]._asdict())
