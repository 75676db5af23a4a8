"""What is counted of consignments, and the rows that the cargo model learns from.

A consignment is counted in the transaction that screens it, and again when it changes or when it
becomes known what was found; what it added before stands in its row, and is taken away first. So
counts are right at any time without looking through the past. All of it are tokens and numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from parakh.learn.cargo_counting import Tallies
from parakh.screen.cargo_lines import Numbers, Places, Tokens
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.tables import cargo_row

_TOLD = ("seen", "known", "found")
_COUNTS = {
    "sqlite": "SELECT group_concat(token), group_concat(seen), group_concat(known),"
    " group_concat(found) FROM cargo_tally WHERE token IN (SELECT value FROM json_each(:tokens))",
    "postgresql": "SELECT array_to_string(array_agg(token), ','),"
    " array_to_string(array_agg(seen), ','), array_to_string(array_agg(known), ','),"
    " array_to_string(array_agg(found), ',') FROM cargo_tally"
    " WHERE token = ANY(CAST(:tokens AS bigint[]))",
}
_STEPS = {
    "sqlite": "SELECT group_concat(token), group_concat(step), group_concat(seen) FROM cargo_price"
    " WHERE seen > 0 AND token IN (SELECT value FROM json_each(:tokens))",
    "postgresql": "SELECT array_to_string(array_agg(token), ','),"
    " array_to_string(array_agg(step), ','), array_to_string(array_agg(seen), ',')"
    " FROM cargo_price WHERE seen > 0 AND token = ANY(CAST(:tokens AS bigint[]))",
}
"""Many values as one parameter: a statement with a parameter each would take longer to compile than
to run. Each column as one text: a row for each token would take longer to make than to find."""

_ADD_COUNTS = {
    "sqlite": "INSERT INTO cargo_tally (token, seen, known, found) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (token) DO UPDATE SET seen = cargo_tally.seen + excluded.seen,"
    " known = cargo_tally.known + excluded.known, found = cargo_tally.found + excluded.found",
    "postgresql": "INSERT INTO cargo_tally (token, seen, known, found) SELECT * FROM"
    " unnest(%s::bigint[], %s::int[], %s::int[], %s::int[])"
    " ON CONFLICT (token) DO UPDATE SET seen = cargo_tally.seen + excluded.seen,"
    " known = cargo_tally.known + excluded.known, found = cargo_tally.found + excluded.found",
}
_ADD_STEPS = {
    "sqlite": "INSERT INTO cargo_price (token, step, seen) VALUES (?, ?, ?)"
    " ON CONFLICT (token, step) DO UPDATE SET seen = cargo_price.seen + excluded.seen",
    "postgresql": "INSERT INTO cargo_price (token, step, seen) SELECT * FROM"
    " unnest(%s::bigint[], %s::int[], %s::int[])"
    " ON CONFLICT (token, step) DO UPDATE SET seen = cargo_price.seen + excluded.seen",
}

FILE = "file:"
"""So begin the keys of rows that a file brought."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A consignment as it was counted.

    Attributes:
        key: the consignment, or the name in a file of one that no message told of.
        found: whether something was found; None while nobody looked.
        lines: as `parakh.screen.cargo_lines.pack` makes them.
    """

    key: str
    day: date
    found: bool | None
    lines: bytes


# --- rows -------------------------------------------------------------------------------------


def rows(connection: sa.Connection, keys: Iterable[str]) -> dict[str, Row]:
    """The rows of some consignments, as far as they were counted."""
    found: dict[str, Row] = {}
    for some in batches(keys):
        query = sa.select(cargo_row).where(cargo_row.c.key.in_(some))
        found |= {own.key: _row(own) for own in connection.execute(query)}
    return found


def newest_rows(connection: sa.Connection, since: date, most: int) -> list[Row]:
    """The newest rows since a day, at most so many, the oldest first."""
    query = (
        sa.select(cargo_row)
        .where(cargo_row.c.day >= since)
        .order_by(cargo_row.c.day.desc(), cargo_row.c.key)
        .limit(most)
    )
    return [_row(own) for own in reversed(connection.execute(query).all())]


def learnt_until(connection: sa.Connection) -> datetime | None:
    """When it was counted last that something was found, or nothing, in a declared consignment."""
    own = cargo_row.c
    query = sa.select(sa.func.max(own.counted_at)).where(
        own.found.is_not(None), own.key.not_like(f"{FILE}%")
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def known_outcomes(connection: sa.Connection) -> tuple[int, int]:
    """Of how many rows it is known what became, and in how many of them something was found."""
    own = cargo_row.c
    query = sa.select(sa.func.count(), sa.func.sum(sa.case((own.found, 1), else_=0))).where(
        own.found.is_not(None)
    )
    known, found = connection.execute(query).one()
    return int(known), int(found or 0)


def rows_due(connection: sa.Connection, before: date, most: int) -> list[str]:
    """Keys of rows of days before one."""
    query = sa.select(cargo_row.c.key).where(cargo_row.c.day < before).limit(most)
    return list(connection.execute(query).scalars())


def drop_rows(tx: Tx, keys: Sequence[str]) -> None:
    """Deletes rows; what they added to the counts is not taken away here."""
    tx.connection.execute(cargo_row.delete().where(cargo_row.c.key.in_(keys)))


def put_rows(tx: Tx, values: Sequence[Row]) -> None:
    """Keeps rows in the place of those with their keys."""
    if not values:
        return
    insert = insert_of(tx.connection)(cargo_row)
    changed = {name: insert.excluded[name] for name in ("day", "found", "lines", "counted_at")}
    tx.connection.execute(
        insert.on_conflict_do_update(index_elements=["key"], set_=changed),
        [
            {
                "key": own.key,
                "day": own.day,
                "found": own.found,
                "lines": own.lines,
                "counted_at": tx.at,
            }
            for own in values
        ],
    )


def _row(own: Any) -> Row:
    return Row(key=own.key, day=own.day, found=own.found, lines=own.lines)


# --- counts -----------------------------------------------------------------------------------


def add(tx: Tx, tallies: Tallies, sign: int, steps: Mapping[tuple[int, int], int]) -> None:
    """Adds to the counts (`sign` 1), or takes away (-1).

    In the order of tokens, so that two transactions never wait for each other in a ring.
    """
    signed = tallies.tokens.view(np.int64)
    order = np.argsort(signed)
    counted = (sign * getattr(tallies, name)[order].astype(np.int64) for name in _TOLD)
    _put(tx, _ADD_COUNTS, [signed[order].tolist(), *(own.tolist() for own in counted)])
    told = sorted((token, step, sign * count) for (token, step), count in steps.items())
    _put(tx, _ADD_STEPS, [list(own) for own in zip(*told, strict=True)])


def _put(tx: Tx, statement: Mapping[str, str], columns: Sequence[Sequence[int]]) -> None:
    """Runs a statement for many rows, past what builds statements of dictionaries: that would take
    several times as long as the database does."""
    dialect = tx.connection.dialect.name
    if not columns or not columns[0]:
        return
    if dialect == "postgresql":
        tx.connection.exec_driver_sql(statement[dialect], tuple(columns))
    else:
        tx.connection.exec_driver_sql(statement[dialect], list(zip(*columns, strict=True)))


def counts(connection: sa.Connection, tokens: Tokens) -> tuple[Numbers, Numbers, Numbers]:
    """How often each token was seen, was looked into, and was found."""
    values, place = np.unique(tokens, return_inverse=True)
    own, *told = _columns(connection, _COUNTS, values)
    found = np.zeros((len(_TOLD), len(values)))
    found[:, np.searchsorted(values, own.view(np.uint64))] = told
    seen, known, hit = found[:, place]
    return seen, known, hit


def steps_of(connection: sa.Connection, tokens: Tokens) -> tuple[Tokens, Places, Numbers]:
    """What is counted of some groups: tokens, steps and how often, in order of both."""
    own, step, seen = _columns(connection, _STEPS, np.unique(tokens))
    group = own.view(np.uint64)
    order = np.lexsort((step, group))
    return group[order], step[order], seen[order].astype(np.float64)


def _columns(
    connection: sa.Connection, statements: Mapping[str, str], tokens: Tokens
) -> list[Places]:
    """What a statement tells of tokens, in columns; tokens signed, as tables hold them."""
    dialect = connection.dialect.name
    asked = tokens.view(np.int64).tolist()
    given = {"tokens": str(asked) if dialect == "sqlite" else asked}
    told = connection.execute(sa.text(statements[dialect]), given).one()
    return [np.fromstring(own or "", dtype=np.int64, sep=",") for own in told]
