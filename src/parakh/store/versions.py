"""Versions of watchlists, and what each of them changes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.watchlist import WatchlistEntry
from parakh.errors import NotFound
from parakh.store.codec import ENTRY, PROBLEMS
from parakh.store.database import Tx
from parakh.store.tables import difference, watchlist, watchlist_version

BATCH = 2000
"""Differences that are read or written at once."""


def save_version(tx: Tx, value: Version) -> None:
    """Adds a version, or updates the one with its identifier."""
    columns: dict[str, object] = {
        "watchlist_id": value.watchlist_id,
        "ordinal": value.ordinal,
        "form": value.form,
        "file_name": value.file_name,
        "digest": value.digest,
        "published": value.published,
        "fetched_at": value.fetched_at,
        "state": value.state.value,
        "added": value.added,
        "changed": value.changed,
        "removed": value.removed,
        "same": value.same,
        "problems": PROBLEMS.dump(value.problems),
        "imported_by": value.imported_by,
        "imported_at": value.imported_at,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "reason": value.reason,
        "basis": value.basis,
    }
    done = tx.connection.execute(
        watchlist_version.update().where(watchlist_version.c.id == value.id).values(columns)
    )
    if done.rowcount == 0:
        tx.connection.execute(watchlist_version.insert().values(id=value.id, **columns))


def get_version(connection: sa.Connection, version_id: str) -> Version:
    """One version; raises NotFound."""
    query = sa.select(watchlist_version).where(watchlist_version.c.id == version_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such version of a watchlist")
    return _version(row)


def applied(connection: sa.Connection, watchlist_id: str, *, lock: bool = False) -> str:
    """Identifier of the version of a list that was applied last; "" for none.

    With `lock` no other transaction prepares or applies a version of the list meanwhile.
    """
    query = sa.select(watchlist.c.applied_version).where(watchlist.c.id == watchlist_id)
    return str(connection.execute(query.with_for_update() if lock else query).scalar_one())


def note_applied(tx: Tx, value: Version) -> None:
    """Notes which version of a list was applied last, and when its source was read."""
    columns = {"applied_version": value.id, "fetched_at": value.fetched_at}
    tx.connection.execute(
        watchlist.update().where(watchlist.c.id == value.watchlist_id).values(columns)
    )


def versions_of(connection: sa.Connection, watchlist_id: str) -> list[Version]:
    """All versions of a list, the newest first."""
    query = (
        sa.select(watchlist_version)
        .where(watchlist_version.c.watchlist_id == watchlist_id)
        .order_by(watchlist_version.c.ordinal.desc())
    )
    return [_version(row) for row in connection.execute(query)]


def pending(connection: sa.Connection) -> list[Version]:
    """The versions of all lists that wait for a decision, the oldest first."""
    query = (
        sa.select(watchlist_version)
        .where(watchlist_version.c.state == VersionState.PENDING.value)
        .order_by(watchlist_version.c.imported_at, watchlist_version.c.id)
    )
    return [_version(row) for row in connection.execute(query)]


def add_differences(tx: Tx, version_id: str, values: Iterable[Difference]) -> None:
    """Stores what a version changes."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        tx.connection.execute(
            difference.insert(), [_difference_columns(version_id, value) for value in batch]
        )


def differences(
    connection: sa.Connection,
    version_id: str,
    kind: DifferenceKind | None = None,
    *,
    after: int = 0,
    offset: int = 0,
    limit: int = BATCH,
) -> list[Difference]:
    """The differences of a version in order, of those that follow the ordinal `after`."""
    where = [difference.c.version_id == version_id, difference.c.ordinal > after]
    if kind is not None:
        where.append(difference.c.kind == kind.value)
    query = sa.select(difference).where(*where).order_by(difference.c.ordinal)
    query = query.offset(offset).limit(limit)
    return [_difference(row) for row in connection.execute(query)]


def batches(connection: sa.Connection, version_id: str) -> Iterator[list[Difference]]:
    """All differences of a version in order, some at a time."""
    last = 0
    while found := differences(connection, version_id, after=last):
        yield found
        last = found[-1].ordinal


def _version(row: sa.Row[tuple[object, ...]]) -> Version:
    columns = row._mapping
    return Version(
        id=columns["id"],
        watchlist_id=columns["watchlist_id"],
        ordinal=columns["ordinal"],
        form=columns["form"],
        file_name=columns["file_name"],
        digest=columns["digest"],
        published=columns["published"],
        fetched_at=columns["fetched_at"],
        state=VersionState(columns["state"]),
        added=columns["added"],
        changed=columns["changed"],
        removed=columns["removed"],
        same=columns["same"],
        problems=PROBLEMS.load(columns["problems"]),
        imported_by=columns["imported_by"],
        imported_at=columns["imported_at"],
        decided_by=columns["decided_by"],
        decided_at=columns["decided_at"],
        reason=columns["reason"],
        basis=columns["basis"],
    )


def _difference_columns(version_id: str, value: Difference) -> dict[str, object]:
    return {
        "version_id": version_id,
        "ordinal": value.ordinal,
        "kind": value.kind.value,
        "entry_id": value.entry_id,
        "name": value.name,
        "before": _dumped(value.before),
        "after": _dumped(value.after),
    }


def _difference(row: sa.Row[tuple[object, ...]]) -> Difference:
    columns = row._mapping
    return Difference(
        ordinal=columns["ordinal"],
        kind=DifferenceKind(columns["kind"]),
        entry_id=columns["entry_id"],
        name=columns["name"],
        before=_loaded(columns["before"]),
        after=_loaded(columns["after"]),
    )


def _dumped(entry: WatchlistEntry | None) -> Any:
    return {} if entry is None else ENTRY.dump(entry)


def _loaded(column: Any) -> WatchlistEntry | None:
    return ENTRY.load(column) if column else None
