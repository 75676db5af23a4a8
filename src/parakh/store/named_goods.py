"""Consignments by the numbers that other records name them by."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.store.batches import batches
from parakh.store.tables import consignment, enforcement, enforcement_mark

_OWN = consignment.c

_BEFORE, _AFTER = timedelta(days=30), timedelta(days=365)
"""So long before goods are due, and after it, a seizure that bears their number is of them."""


def consignments_named(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, str]:
    """For each number of a bill or declaration, the newest consignment that bears it."""
    found: dict[str, str] = {}
    for some in batches(own for own in numbers if own):
        for column in (_OWN.reference, _OWN.declaration_reference):
            query = sa.select(column, _OWN.id).where(column.in_(some)).order_by(_OWN.id)
            found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def seized(
    connection: sa.Connection,
    ids: Collection[str] | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> dict[str, bool]:
    """The consignments (of some, or all) that a seizure names, told of in a time [since, until), or
    ever; True for each.

    A number stands on other goods after a year: what was seized long before or later was of those.
    """
    due = sa.func.coalesce(_OWN.due_at, _OWN.lodged_at, _OWN.known_at, type_=_OWN.known_at.type)
    when = sa.func.coalesce(enforcement.c.at, enforcement.c.known_at, type_=_OWN.known_at.type)
    base = (
        sa.select(_OWN.id, due.label("due"), when.label("seized"))
        .join(
            enforcement_mark,
            (enforcement_mark.c.value == _OWN.reference)
            | (enforcement_mark.c.value == _OWN.declaration_reference),
        )
        .join(enforcement, enforcement.c.id == enforcement_mark.c.record_id)
        .where(enforcement_mark.c.kind == "bill")
    )
    if between is not None:
        base = base.where(enforcement.c.known_at >= between[0], enforcement.c.known_at < between[1])
    queries = [base] if ids is None else [base.where(_OWN.id.in_(some)) for some in batches(ids)]
    return {
        row.id: True
        for query in queries
        for row in connection.execute(query)
        if -_BEFORE <= row.seized - row.due <= _AFTER
    }
