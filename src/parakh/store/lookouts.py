"""The life of lookouts, beside their entries on the built-in watchlist."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.gallery import WATCHLIST_GALLERY
from parakh.domain.hit import Kind
from parakh.domain.lookout import LOOKOUTS, Extension, Lookout
from parakh.domain.watchlist import Handling
from parakh.errors import NotFound
from parakh.store import watchlists
from parakh.store.database import Tx, insert_of
from parakh.store.tables import hit, lookout, watchlist, watchlist_entry

_APPROVED = "approved"


def ensure_list(tx: Tx) -> None:
    """Makes the built-in watchlist, unless it is there; two at once make one."""
    columns = {
        "id": LOOKOUTS,
        "name": "Lookouts by officers",
        "source": "Officers of this agency",
        "legal_basis": "Powers of officers to stop and examine; each lookout states its reason",
        "handling": Handling.INSPECT.value,
        "handling_code": "",
        "instruction": "",
        "alerts_port": True,
        "gallery_id": WATCHLIST_GALLERY,
        "by_name": True,
    }
    added = insert_of(tx.connection)(watchlist).values(columns)
    tx.connection.execute(added.on_conflict_do_nothing(index_elements=["id"]))


def save(tx: Tx, value: Lookout) -> None:
    """Adds or updates a lookout; its entry is stored by itself, and before it."""
    extension = value.extension
    columns = {
        "instruction": value.instruction,
        "handling": value.handling.value,
        "unit_id": value.unit_id,
        "placed_by": value.placed_by,
        "placed_at": value.placed_at,
        "ends_at": value.ends_at,
        "confirmed_by": value.confirmed_by,
        "confirmed_at": value.confirmed_at,
        "extension_until": extension and extension.until,
        "extension_reason": extension and extension.reason,
        "extension_by": extension and extension.by,
        "extension_at": extension and extension.at,
    }
    mine = lookout.update().where(lookout.c.id == value.id)
    if tx.connection.execute(mine.values(columns)).rowcount == 0:
        tx.connection.execute(lookout.insert().values(id=value.id, **columns))


def get(connection: sa.Connection, lookout_id: str, *, lock: bool = False) -> Lookout:
    """One lookout; raises NotFound. With `lock` nobody changes it until the transaction ends."""
    if lock and by_entries(connection, [lookout_id]):
        watchlists.lock_entry(connection, lookout_id)
    found = by_entries(connection, [lookout_id])
    if not found:
        raise NotFound("there is no such lookout")
    return found[lookout_id]


def by_entries(connection: sa.Connection, entry_ids: Iterable[str]) -> dict[str, Lookout]:
    """The lookouts behind entries, by identifier, as far as they are lookouts."""
    query = sa.select(lookout).where(lookout.c.id.in_(set(entry_ids)))
    return _lookouts(connection, query)


def newest(
    connection: sa.Connection,
    *,
    placed_by: str | None = None,
    units: Collection[str] | None = None,
    in_force_at: datetime | None = None,
    waiting: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> list[Lookout]:
    """Lookouts, the newest first: somebody's, or of some units, or of all.

    With `in_force_at` those in force then; `waiting`: those of which a second person must say
    something.
    """
    own, entry = lookout.c, watchlist_entry.c
    query = sa.select(lookout).join(watchlist_entry, entry.id == own.id)
    if placed_by is not None:
        query = query.where(own.placed_by == placed_by)
    if units is not None:
        query = query.where(own.unit_id.in_(units))
    if in_force_at is not None:
        query = query.where(entry.state == _APPROVED, entry.expires_at > in_force_at)
    if waiting:
        query = query.where(own.confirmed_by.is_(None) | own.extension_by.is_not(None))
    query = query.order_by(own.id.desc()).offset(offset).limit(limit)
    return list(_lookouts(connection, query).values())


def hit_counts(connection: sa.Connection, ids: Collection[str]) -> dict[str, int]:
    """For each lookout that met somebody, how many hits it raised."""
    query = (
        sa.select(hit.c.target_id, sa.func.count())
        .where(hit.c.target_id.in_(ids), hit.c.target_kind == Kind.WATCHLIST_ENTRY.value)
        .group_by(hit.c.target_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _lookouts(
    connection: sa.Connection, query: sa.Select[tuple[object, ...]]
) -> dict[str, Lookout]:
    rows = connection.execute(query).all()
    entries = watchlists.entries_by_id(connection, [row.id for row in rows])
    return {
        row.id: Lookout(
            entry=entries[row.id],
            instruction=row.instruction,
            handling=Handling(row.handling),
            unit_id=row.unit_id,
            placed_by=row.placed_by,
            placed_at=row.placed_at,
            ends_at=row.ends_at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
            extension=_extension(row),
        )
        for row in rows
    }


def _extension(row: sa.Row[tuple[object, ...]]) -> Extension | None:
    columns = row._mapping
    if columns["extension_by"] is None:
        return None
    return Extension(
        until=columns["extension_until"],
        reason=columns["extension_reason"],
        by=columns["extension_by"],
        at=columns["extension_at"],
    )
