"""Sweeps: new and changed entries on their way through everybody on file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.watchlist import EntryKind, EntryState
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import sweep, sweep_unscreened, traveller, watchlist_entry
from parakh.store.watchlists import MOST_VALUES

FIRST = 3
"""So many entries of a sweep are told by name."""

_START = "g"
"""After every identifier: travellers are taken from the newest to the oldest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Entries that are held against everybody on file, from the newest traveller to the oldest.

    Attributes:
        moved_at: when its last batch was done.
        entries: how many there are; those that change on the way go into another sweep.
        first_ids: the first FIRST of them in order of name, `list_ids` the lists of them all.
        total: travellers to screen when it began; `done` of them are.
        cursor: the traveller before whom the next batch begins.
        seq: the newest change of entries that its batches know.
        hits: those that nobody had cleared and no unit been told of; `alerts` came of them.
        failure: why its last try came to nothing, "" while it gets on.
        unscreened: travellers who could not be screened, and are tried again.
    """

    id: str
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    entries: int
    first_ids: Sequence[str]
    list_ids: Sequence[str]
    total: int
    done: int
    cursor: str
    seq: int
    hits: int
    alerts: int
    failure: str
    unscreened: int = 0

    @property
    def seconds(self) -> float:
        """From its beginning to its end, or to its last batch."""
        return ((self.finished_at or self.moved_at) - self.started_at).total_seconds()


def begin(tx: Tx, sweep_id: str, seq: int) -> int:
    """Begins a sweep of all entries in force that wait for one; gives how many.

    With none there is no sweep. Two workers that begin at once take different entries.
    """
    untaken = watchlist_entry.c.sweep_id.is_(None)
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
        told = _told(tx.connection, sweep_id)
        tx.connection.execute(sweep.update().where(mine).values(entries=taken, **told))
    else:
        tx.connection.execute(sweep.delete().where(mine))
    return taken


def _told(connection: sa.Connection, sweep_id: str) -> dict[str, list[str]]:
    """By what a sweep is known: afterwards its entries may go into another one."""
    own = watchlist_entry.c
    mine = own.sweep_id == sweep_id
    # Those without a name last: documents and vehicles are told by their numbers.
    by_name = (own.name == "", own.name, own.id)
    first = sa.select(own.id).where(mine).order_by(*by_name).limit(FIRST)
    lists = sa.select(own.watchlist_id).where(mine).distinct().order_by(own.watchlist_id)
    return {
        "first_ids": list(connection.execute(first).scalars()),
        "list_ids": list(connection.execute(lists).scalars()),
    }


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
    # Whatever a sweep took and did not let go is in it, or swept.
    query = sa.select(watchlist_entry.c.id).where(_waiting(), watchlist_entry.c.sweep_id.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def any_waits(connection: sa.Connection, entry_ids: Sequence[str]) -> bool:
    """Whether one of some entries was not held against everybody on file yet."""
    query = sa.select(watchlist_entry.c.id).where(_waiting(), watchlist_entry.c.id.in_(entry_ids))
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


def put_off(tx: Tx, sweep_id: str, traveller_ids: Sequence[str]) -> None:
    """Notes who could not be screened, to be tried again."""
    rows = [{"sweep_id": sweep_id, "traveller_id": own} for own in traveller_ids]
    if rows:
        tx.connection.execute(sweep_unscreened.insert(), rows)
    _count_unscreened(tx, sweep_id)


def unscreened(connection: sa.Connection, limit: int) -> list[tuple[str, str]]:
    """Sweep and traveller of those who are to be tried again."""
    query = sa.select(sweep_unscreened.c.sweep_id, sweep_unscreened.c.traveller_id)
    query = query.order_by(sweep_unscreened.c.sweep_id, sweep_unscreened.c.traveller_id)
    return [(row.sweep_id, row.traveller_id) for row in connection.execute(query.limit(limit))]


def caught_up(tx: Tx, sweep_id: str, traveller_id: str) -> bool:
    """Notes that somebody who was put off is screened; False if another worker did so."""
    mine = (sweep_unscreened.c.sweep_id == sweep_id) & (
        sweep_unscreened.c.traveller_id == traveller_id
    )
    done = tx.connection.execute(sweep_unscreened.delete().where(mine))
    _count_unscreened(tx, sweep_id)
    return done.rowcount == 1


def _count_unscreened(tx: Tx, sweep_id: str) -> None:
    left = (
        sa.select(sa.func.count())
        .select_from(sweep_unscreened)
        .where(sweep_unscreened.c.sweep_id == sweep_id)
        .scalar_subquery()
    )
    tx.connection.execute(sweep.update().where(sweep.c.id == sweep_id).values(unscreened=left))


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
