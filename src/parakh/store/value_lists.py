"""Named lists that rules refer to, and their items (their values: `parakh.store.rules`)."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.value_list import ValueItem, ValueKind, ValueList
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.rules import CHANGED
from parakh.store.tables import value_list, value_list_item

MOST_VALUES = 10_000
"""In one statement; SQLite takes at most 32,766."""


def save(tx: Tx, value: ValueList) -> None:
    """Adds a list, or changes what is said of the one with its identifier; its name stays."""
    said = {"kind": value.kind.value, "note": value.note}
    same = value_list.update().where(value_list.c.id == value.id)
    if tx.connection.execute(same.values(said)).rowcount == 0:
        tx.connection.execute(
            value_list.insert().values(
                id=value.id, name=value.name, made_by=value.made_by, made_at=value.made_at, **said
            )
        )
    tx.changed(CHANGED, [value.id])


def delete(tx: Tx, list_id: str) -> None:
    """Takes a list away with its items."""
    tx.connection.execute(value_list_item.delete().where(value_list_item.c.list_id == list_id))
    tx.connection.execute(value_list.delete().where(value_list.c.id == list_id))
    tx.changed(CHANGED, [list_id])


def get(connection: sa.Connection, list_id: str) -> ValueList:
    """One list; raises NotFound."""
    row = connection.execute(sa.select(value_list).where(value_list.c.id == list_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such list")
    return _list(row)


def by_name(connection: sa.Connection, name: str) -> ValueList | None:
    """The list that rules call so."""
    row = connection.execute(sa.select(value_list).where(value_list.c.name == name)).one_or_none()
    return None if row is None else _list(row)


def lists(connection: sa.Connection) -> list[ValueList]:
    """All lists in order of name."""
    rows = connection.execute(sa.select(value_list).order_by(value_list.c.name))
    return [_list(row) for row in rows]


def counts(connection: sa.Connection, at: datetime) -> dict[str, int]:
    """How many items of each list stand at a moment."""
    item = value_list_item.c
    query = (
        sa.select(item.list_id, sa.func.count())
        .where(~item.waits, item.expires_at.is_(None) | (item.expires_at > at))
        .group_by(item.list_id)
    )
    return {list_id: int(count) for list_id, count in connection.execute(query)}


def put(tx: Tx, list_id: str, items: Sequence[ValueItem]) -> None:
    """Adds items, in place of the same ones; what stands remains beside one that waits."""
    values = [own.value for own in items]
    remove(tx, list_id, values, waits=True)
    remove(tx, list_id, [own.value for own in items if not own.waits], waits=False)
    rows = [
        {
            "list_id": list_id,
            "value": own.value,
            "note": own.note,
            "added_by": own.added_by,
            "added_at": own.added_at,
            "expires_at": own.expires_at,
            "waits": own.waits,
        }
        for own in items
    ]
    if rows:
        tx.connection.execute(value_list_item.insert(), rows)
    if any(not own.waits for own in items):
        _touch(tx, list_id)


def remove(tx: Tx, list_id: str, values: Collection[str], *, waits: bool | None = None) -> int:
    """Takes items away, all of them or those that wait or stand; gives how many there were."""
    which = [] if waits is None else [value_list_item.c.waits == waits]
    gone, wanted = 0, sorted(values)
    for start in range(0, len(wanted), MOST_VALUES):
        some = wanted[start : start + MOST_VALUES]
        query = value_list_item.delete().where(
            value_list_item.c.list_id == list_id, value_list_item.c.value.in_(some), *which
        )
        gone += tx.connection.execute(query).rowcount
    if gone and waits is not True:
        _touch(tx, list_id)
    tx.changed(CHANGED, [list_id])
    return gone


def waiting(connection: sa.Connection, list_id: str, values: Collection[str]) -> list[ValueItem]:
    """Those of some values that wait for a second person; they are held until the end."""
    found: list[ValueItem] = []
    wanted = sorted(values)
    for start in range(0, len(wanted), MOST_VALUES):
        some = wanted[start : start + MOST_VALUES]
        query = sa.select(value_list_item).where(
            value_list_item.c.list_id == list_id,
            value_list_item.c.value.in_(some),
            value_list_item.c.waits,
        )
        found += [_item(row) for row in connection.execute(query.with_for_update())]
    return found


def items(
    connection: sa.Connection,
    list_id: str,
    *,
    waits: bool = False,
    text: str = "",
    offset: int = 0,
    limit: int,
) -> tuple[list[ValueItem], int]:
    """A page of a list's items in order, those with a part of a text, and how many in all.

    Either those that wait for a second person, or the others.
    """
    where = [value_list_item.c.list_id == list_id, value_list_item.c.waits == waits]
    if text:
        where.append(
            value_list_item.c.value.icontains(text, autoescape=True)
            | value_list_item.c.note.icontains(text, autoescape=True)
        )
    total = connection.execute(
        sa.select(sa.func.count()).select_from(value_list_item).where(*where)
    ).scalar_one()
    query = sa.select(value_list_item).where(*where).order_by(value_list_item.c.value)
    rows = connection.execute(query.offset(offset).limit(limit))
    return [_item(row) for row in rows], int(total)


def _touch(tx: Tx, list_id: str) -> None:
    same = value_list.update().where(value_list.c.id == list_id)
    tx.connection.execute(same.values(values_at=tx.at))


def _list(row: sa.Row[tuple[object, ...]]) -> ValueList:
    columns = dict(row._mapping)
    return ValueList(**columns | {"kind": ValueKind(columns["kind"])})


def _item(row: sa.Row[tuple[object, ...]]) -> ValueItem:
    columns = dict(row._mapping)
    columns.pop("list_id")
    return ValueItem(**columns)
