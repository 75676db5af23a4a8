"""Sweeps: new and changed entries on their way through everybody on file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.watchlist import EntryKind, EntryState
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import sweep, traveller, watchlist_entry
from parakh.store.watchlists import MOST_VALUES

_START = "g"
"""After every identifier: travellers are taken from the newest to the oldest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Entries that are held against everybody on file, from the newest traveller to the oldest.

    Attributes:
        moved_at: when its last batch was done.
        entries: how many there are; those that change on the way go into another sweep.
        total: travellers to screen when it began; `done` of them are.
        cursor: the traveller before whom the next batch begins.
        seq: the newest change of entries that its batches know.
        hits: those that nobody had cleared and no unit been told of; `alerts` came of them.
        failure: why its last try came to nothing, "" while it gets on.
    """

    id: str
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    entries: int
    total: int
    done: int
    cursor: str
    seq: int
    hits: int
    alerts: int
    failure: str

    @property
    def seconds(self) -> float:
        """From its beginning to its end, or to its last batch."""
        return ((self.finished_at or self.moved_at) - self.started_at).total_seconds()


def begin(tx: Tx, sweep_id: str, seq: int) -> int:
    """Begins a sweep of all entries in force that wait for one; gives how many.

    With none there is no sweep. Two workers that begin at once take different entries.
    """
    ended = sa.select(sweep.c.id).where(sweep.c.finished_at.is_not(None))
    untaken = watchlist_entry.c.sweep_id.is_(None) | watchlist_entry.c.sweep_id.in_(ended)
    total = sa.select(sa.func.count()).where(traveller.c.joined_to.is_(None))
    tx.connection.execute(
        sweep.insert().values(
            id=sweep_id,
            started_at=tx.at,
            moved_at=tx.at,
            entries=0,
            total=tx.connection.execute(total).scalar_one(),
            done=0,
            cursor=_START,
            seq=seq,
            hits=0,
            alerts=0,
        )
    )
    taken = tx.connection.execute(
        watchlist_entry.update().where(_waiting(), untaken).values(sweep_id=sweep_id)
    ).rowcount
    mine = sweep.c.id == sweep_id
    if taken:
        tx.connection.execute(sweep.update().where(mine).values(entries=taken))
    else:
        tx.connection.execute(sweep.delete().where(mine))
    return taken


def again(tx: Tx, watchlist_id: str) -> int:
    """Lets all persons in force of a list wait for a sweep once more; gives how many.

    A sweep that has some of them under way lets them go: it began under other thresholds.
    """
    own = watchlist_entry.c
    mine = (own.watchlist_id == watchlist_id) & (own.kind == EntryKind.PERSON.value)
    return tx.connection.execute(
        watchlist_entry.update()
        .where(mine, own.state == EntryState.APPROVED.value)
        .values(swept_at=None, sweep_id=None)
    ).rowcount


def waiting(connection: sa.Connection) -> bool:
    """Whether entries in force wait for a sweep to begin."""
    under_way = sa.select(sweep.c.id).where(sweep.c.finished_at.is_(None))
    taken = watchlist_entry.c.sweep_id.in_(under_way)
    query = sa.select(watchlist_entry.c.id).where(
        _waiting(), watchlist_entry.c.sweep_id.is_(None) | ~taken
    )
    return connection.execute(query.limit(1)).first() is not None


def under_way(connection: sa.Connection) -> list[Sweep]:
    """Those that are not finished, the one that got least far first."""
    query = sa.select(sweep).where(sweep.c.finished_at.is_(None)).order_by(sweep.c.done, sweep.c.id)
    return [_sweep(row) for row in connection.execute(query)]


def entries_of(connection: sa.Connection, sweep_id: str) -> list[str]:
    """Identifiers of the entries that a sweep still holds."""
    query = (
        sa.select(watchlist_entry.c.id)
        .where(watchlist_entry.c.sweep_id == sweep_id, _waiting())
        .order_by(watchlist_entry.c.id)
    )
    return list(connection.execute(query).scalars())


def travellers_before(connection: sa.Connection, cursor: str, limit: int) -> list[str]:
    """Identifiers of the next travellers, newest first; who turned out to be another is none."""
    query = (
        sa.select(traveller.c.id)
        .where(traveller.c.id < cursor, traveller.c.joined_to.is_(None))
        .order_by(traveller.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def advance(tx: Tx, before: Sweep, *, cursor: str, seq: int, done: int) -> bool:
    """Notes that a batch is done; False when another worker did it."""
    result = tx.connection.execute(
        sweep.update()
        .where(sweep.c.id == before.id, sweep.c.cursor == before.cursor)
        .values(moved_at=tx.at, cursor=cursor, seq=seq, done=sweep.c.done + done, failure="")
    )
    return result.rowcount == 1


def found(tx: Tx, sweep_id: str, *, hits: int, alerts: int) -> None:
    """Adds what a batch came to."""
    more = {"hits": sweep.c.hits + hits, "alerts": sweep.c.alerts + alerts}
    tx.connection.execute(sweep.update().where(sweep.c.id == sweep_id).values(more))


def release(tx: Tx, sweep_id: str, entry_ids: Collection[str]) -> None:
    """Takes entries that changed out of a sweep; the next one takes them as they are now."""
    ids = sorted(entry_ids)
    for start in range(0, len(ids), MOST_VALUES):
        some = watchlist_entry.c.id.in_(ids[start : start + MOST_VALUES])
        mine = watchlist_entry.c.sweep_id == sweep_id
        tx.connection.execute(watchlist_entry.update().where(some, mine).values(sweep_id=None))


def finish(tx: Tx, sweep_id: str) -> None:
    """Notes that everybody was screened against the entries that the sweep still holds."""
    mine = watchlist_entry.c.sweep_id == sweep_id
    tx.connection.execute(watchlist_entry.update().where(mine).values(swept_at=tx.at))
    ended = {"finished_at": tx.at, "moved_at": tx.at, "failure": ""}
    tx.connection.execute(sweep.update().where(sweep.c.id == sweep_id).values(ended))


def fail(tx: Tx, sweep_id: str, failure: str) -> None:
    """Notes why a try came to nothing."""
    tx.connection.execute(sweep.update().where(sweep.c.id == sweep_id).values(failure=failure))


def get(connection: sa.Connection, sweep_id: str) -> Sweep:
    """One sweep; raises NotFound."""
    row = connection.execute(sa.select(sweep).where(sweep.c.id == sweep_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such sweep")
    return _sweep(row)


def of_entry(connection: sa.Connection, entry_id: str) -> Sweep | None:
    """The newest sweep that took an entry, if one did."""
    query = (
        sa.select(sweep)
        .join(watchlist_entry, watchlist_entry.c.sweep_id == sweep.c.id)
        .where(watchlist_entry.c.id == entry_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _sweep(row)


def newest(connection: sa.Connection, *, offset: int, limit: int) -> tuple[Sequence[Sweep], int]:
    """A page of sweeps, newest first, and how many there are."""
    total = connection.execute(sa.select(sa.func.count()).select_from(sweep)).scalar_one()
    query = sa.select(sweep).order_by(sweep.c.id.desc()).offset(offset).limit(limit)
    return [_sweep(row) for row in connection.execute(query)], int(total)


def _waiting() -> sa.ColumnElement[bool]:
    return (watchlist_entry.c.state == EntryState.APPROVED.value) & (
        watchlist_entry.c.swept_at.is_(None)
    )


def _sweep(row: sa.Row[tuple[object, ...]]) -> Sweep:
    return Sweep(**row._mapping)
