"""Tables of a centre that its regional centres hold copies of: read, compared, and written.

Only what screening and routing need: lists with their entries, rules with their named lists, who
is told of alerts, units, agencies and posts. Persons, pictures and faces are never copied down.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from parakh.domain.watchlist import EntryState
from parakh.store import rules, tables, watchlists
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of

Row = dict[str, Any]

PAGE = 2_000
"""Entries that are sent at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """A table that is copied whole whenever it differs.

    Attributes:
        blank: columns that point to what is not copied, and what stands there instead.
        replaced: whether rows that are gone at the centre go here too.
        changed: what to tell indexes in memory of, if anything.
    """

    table: sa.Table
    blank: Mapping[str, Any] = field(default_factory=dict)
    replaced: bool = False
    changed: str = ""

    @property
    def name(self) -> str:
        """The table's name, as plain text that JSON takes."""
        return f"{self.table.name}"


WHOLE = (
    Copied(table=tables.agency),
    Copied(table=tables.post),
    Copied(table=tables.unit),
    Copied(table=tables.watchlist, blank={"applied_version": ""}, changed=watchlists.LIST_CHANGED),
    Copied(table=tables.rule),
    Copied(table=tables.rule_version, changed=rules.CHANGED),
    Copied(table=tables.value_list),
    Copied(table=tables.value_list_item, replaced=True, changed=rules.CHANGED),
    Copied(table=tables.service_level, replaced=True),
    Copied(table=tables.route, replaced=True),
)
"""In an order in which each row finds those that it refers to."""

_ENTRY_BLANK = {"version_id": None, "sweep_id": None}
_ENTRIES = "watchlist_entry"


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """What a regional centre lacks: rows by table, how far it is then, and whether more waits."""

    rows: Mapping[str, Sequence[Row]]
    marks: Mapping[str, Any]
    more: bool


def lacking(connection: sa.Connection, marks: Mapping[str, Any]) -> Copy:
    """What a copy that is as far as some marks lacks now.

    A mark is the digest of a table that is copied whole; that of entries is the number of the last
    change that is there, and while the first copy is on its way the last entry that is.
    """
    rows: dict[str, Sequence[Row]] = {}
    now: dict[str, Any] = {}
    for own in WHOLE:
        found = _read(connection, own)
        now[own.name] = _digest(found)
        if now[own.name] != marks.get(own.name):
            rows[own.name] = found
    entries, now[_ENTRIES] = _entries(connection, marks.get(_ENTRIES))
    if entries:
        rows[_ENTRIES] = entries
    return Copy(rows=rows, marks=now, more="after" in now[_ENTRIES])


def write(tx: Tx, rows: Mapping[str, Sequence[Row]]) -> None:
    """Writes what was lacking, and tells the indexes in memory."""
    for own in WHOLE:
        if own.name in rows:
            found = rows[own.name]
            if own.replaced:
                tx.connection.execute(own.table.delete())
            _put(tx, own.table, found)
            if own.changed:
                tx.changed(own.changed, _ids(found))
    entries = _not_mine(tx.connection, rows.get(_ENTRIES, ()))
    _put(tx, tables.watchlist_entry, entries)
    tx.changed(watchlists.ENTRY_CHANGED, _ids(entries))


# --- within -------------------------------------------------------------------------------------


def _entries(connection: sa.Connection, told: object) -> tuple[list[Row], Row]:
    own, mark = tables.watchlist_entry, told if isinstance(told, dict) else {}
    if "seq" not in mark or "after" in mark:
        # The number is taken before the first page: what changes meanwhile comes once more.
        seq = mark.get("seq", watchlists.last_change(connection))
        query = (
            sa.select(own)
            .where(own.c.state == EntryState.APPROVED.value, own.c.id > mark.get("after", ""))
            .order_by(own.c.id)
            .limit(PAGE)
        )
        found = _rows(connection, query, _ENTRY_BLANK)
        if len(found) == PAGE:
            return found, {"seq": seq, "after": found[-1]["id"]}
        return found, {"seq": seq}
    changes = watchlists.changes_after(connection, mark["seq"])[:PAGE]
    ids = dict.fromkeys(ref_id for _, ref_id in changes)
    found = [
        row
        for some in batches(list(ids))
        for row in _rows(connection, sa.select(own).where(own.c.id.in_(some)), _ENTRY_BLANK)
    ]
    return found, {"seq": changes[-1][0] if changes else mark["seq"]}


def _not_mine(connection: sa.Connection, rows: Sequence[Row]) -> list[Row]:
    """Entries but for lookouts that were placed here: their life is told from here, so that what
    comes back may be older than what stands. What was ended above is ended here too."""
    own = tables.lookout.c.id
    query = sa.select(own)
    mine = {
        one
        for some in batches([row["id"] for row in rows])
        for one in connection.execute(query.where(own.in_(some))).scalars()
    }
    approved = EntryState.APPROVED.value
    return [row for row in rows if row["id"] not in mine or row["state"] != approved]


def _read(connection: sa.Connection, own: Copied) -> list[Row]:
    query = sa.select(own.table).order_by(*own.table.primary_key)
    return _rows(connection, query, own.blank)


def _rows(connection: sa.Connection, query: sa.Select[Any], blank: Mapping[str, Any]) -> list[Row]:
    return [
        {f"{name}": _plain(value) for name, value in (dict(row._mapping) | dict(blank)).items()}
        for row in connection.execute(query)
    ]


def _put(tx: Tx, table: sa.Table, rows: Iterable[Row]) -> None:
    keys = [own.name for own in table.primary_key]
    moments = {own.name for own in table.c if isinstance(own.type, tables.Moment)}
    for row in rows:
        values = {
            name: datetime.fromisoformat(value) if value and name in moments else value
            for name, value in row.items()
            if name in table.c
        }
        rest = {name: value for name, value in values.items() if name not in keys}
        insert = insert_of(tx.connection)(table).values(values)
        tx.connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest))


def _ids(rows: Sequence[Row]) -> list[str]:
    return [str(row.get("id") or row.get("list_id")) for row in rows]


def _digest(rows: Sequence[Row]) -> str:
    return hashlib.sha256(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
