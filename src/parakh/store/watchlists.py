"""Watchlists and their entries."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.traveller import Sex
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import NotFound
from parakh.normalise.searching import entry_searched, wanted_words
from parakh.store.codec import DATES, DOCUMENTS, IDENTIFIERS, NAMES
from parakh.store.database import Tx
from parakh.store.lookout_sight import closed_to
from parakh.store.tables import change, lookout, watchlist, watchlist_entry

ENTRY_CHANGED = "watchlist_entry"
LIST_CHANGED = "watchlist"
MOST_VALUES = 10_000
"""In one statement; SQLite takes at most 32,766."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """Who put an entry in force, and why."""

    by: str
    at: datetime
    reason: str


# --- lists ------------------------------------------------------------------------------------


def save_list(tx: Tx, value: Watchlist) -> None:
    """Adds a list, or updates the one with its identifier, and tells the indexes."""
    columns = {
        "name": value.name,
        "source": value.source,
        "legal_basis": value.legal_basis,
        "handling": value.handling.value,
        "handling_code": value.handling_code,
        "instruction": value.instruction,
        "unit_id": value.unit_id,
        "alerts_port": value.alerts_port,
        "alert_rate": value.alert_rate,
        "fetched_at": value.fetched_at,
        "gallery_id": value.gallery_id,
        "by_name": value.by_name,
    }
    done = tx.connection.execute(
        watchlist.update().where(watchlist.c.id == value.id).values(columns)
    )
    if done.rowcount == 0:
        tx.connection.execute(watchlist.insert().values(id=value.id, **columns))
        return
    # Not its entries: to take all of a large list in again held every screening up for seconds.
    tx.changed(LIST_CHANGED, [value.id])


def take_in_again(tx: Tx, watchlist_id: str) -> None:
    """Tells the indexes to take in all entries of a list that are in force."""
    own = watchlist_entry.c
    query = sa.select(own.id).where(
        own.watchlist_id == watchlist_id, own.state == EntryState.APPROVED.value
    )
    tx.changed(ENTRY_CHANGED, list(tx.connection.execute(query).scalars()))


def lists(connection: sa.Connection) -> dict[str, Watchlist]:
    """All lists by identifier, in order of name."""
    rows = connection.execute(sa.select(watchlist).order_by(watchlist.c.name))
    return {row.id: _list(row) for row in rows}


def entry_counts(connection: sa.Connection) -> dict[str, int]:
    """For each list, how many approved entries it has."""
    query = (
        sa.select(watchlist_entry.c.watchlist_id, sa.func.count())
        .where(watchlist_entry.c.state == EntryState.APPROVED.value)
        .group_by(watchlist_entry.c.watchlist_id)
    )
    return dict(connection.execute(query).all())


def counts_of_list(
    connection: sa.Connection, watchlist_id: str
) -> dict[EntryKind, dict[EntryState, int]]:
    """How many entries of each kind and state a list has."""
    own = watchlist_entry.c
    query = (
        sa.select(own.kind, own.state, sa.func.count())
        .where(own.watchlist_id == watchlist_id)
        .group_by(own.kind, own.state)
        .order_by(own.kind)
    )
    counts: dict[EntryKind, dict[EntryState, int]] = {}
    for kind, state, count in connection.execute(query):
        counts.setdefault(EntryKind(kind), {})[EntryState(state)] = count
    return counts


# --- entries ----------------------------------------------------------------------------------


def save_entry(tx: Tx, value: WatchlistEntry, decision: str = "") -> None:
    """Adds or updates an entry, and tells the indexes."""
    columns = _entry_columns(value) | {"decision": decision}
    done = tx.connection.execute(
        watchlist_entry.update().where(watchlist_entry.c.id == value.id).values(columns)
    )
    if done.rowcount == 0:
        tx.connection.execute(watchlist_entry.insert().values(columns))
    tx.changed(ENTRY_CHANGED, [value.id])


def new_rows(values: Iterable[WatchlistEntry], version_id: str) -> list[dict[str, object]]:
    """The rows of new entries, which a version of their list brings; to make them takes longer than
    to add them."""
    return [_entry_columns(value) | {"decision": "", "version_id": version_id} for value in values]


def add_rows(tx: Tx, rows: Sequence[dict[str, object]]) -> None:
    """Adds the rows of new entries, and tells the indexes."""
    if rows:
        tx.connection.execute(watchlist_entry.insert(), rows)
        tx.changed(ENTRY_CHANGED, [str(row["id"]) for row in rows])


def get_entry(connection: sa.Connection, entry_id: str) -> WatchlistEntry:
    """One entry; raises NotFound."""
    query = sa.select(watchlist_entry).where(watchlist_entry.c.id == entry_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such watchlist entry")
    return _entry(row)


def gallery_of(connection: sa.Connection, entry_id: str) -> str:
    """The gallery in which the faces of an entry are enrolled; raises NotFound."""
    query = (
        sa.select(watchlist.c.gallery_id)
        .join(watchlist_entry, watchlist_entry.c.watchlist_id == watchlist.c.id)
        .where(watchlist_entry.c.id == entry_id)
    )
    found: str | None = connection.execute(query).scalar()
    if found is None:
        raise NotFound("there is no such watchlist entry")
    return found


def lock_entry(connection: sa.Connection, entry_id: str) -> WatchlistEntry:
    """One entry as it is, which nobody changes until the transaction ends (PostgreSQL), neither by
    hand nor with a version of its list; raises NotFound."""
    list_id = get_entry(connection, entry_id).watchlist_id
    # The list first, as whoever applies a version does; each waits for the other then.
    own = sa.select(watchlist.c.id).where(watchlist.c.id == list_id)
    connection.execute(own.with_for_update(read=True))
    query = sa.select(watchlist_entry.c.id).where(watchlist_entry.c.id == entry_id)
    connection.execute(query.with_for_update())
    return get_entry(connection, entry_id)


def decision_reason(connection: sa.Connection, entry_id: str) -> str:
    """Why the last decision on an entry was taken."""
    query = sa.select(watchlist_entry.c.decision).where(watchlist_entry.c.id == entry_id)
    return str(connection.execute(query).scalar_one())


def approval(connection: sa.Connection, entry_id: str) -> Approval | None:
    """Who had approved an entry that was retired; None for all others."""
    own = watchlist_entry.c
    query = sa.select(own.approved_by, own.approved_at, own.approval).where(own.id == entry_id)
    row = connection.execute(query).one()
    if row.approved_by is None or row.approved_at is None:
        return None
    return Approval(by=row.approved_by, at=row.approved_at, reason=row.approval)


def keep_approval(tx: Tx, ids: Sequence[str]) -> None:
    """Keeps who approved entries, before the decision to retire them is written over it."""
    own = watchlist_entry.c
    kept = {"approved_by": own.decided_by, "approved_at": own.decided_at, "approval": own.decision}
    _each(tx, watchlist_entry.update().values(kept), ids)


def entries_by_id(connection: sa.Connection, ids: Iterable[str]) -> dict[str, WatchlistEntry]:
    """Entries by their identifiers."""
    wanted = sorted(set(ids))
    found: dict[str, WatchlistEntry] = {}
    for start in range(0, len(wanted), MOST_VALUES):
        some = wanted[start : start + MOST_VALUES]
        query = sa.select(watchlist_entry).where(watchlist_entry.c.id.in_(some))
        found |= {row.id: _entry(row) for row in connection.execute(query)}
    return found


def screened_entries(connection: sa.Connection) -> Iterator[WatchlistEntry]:
    """All approved entries, for building an index; expiry is checked when screening."""
    query = (
        sa.select(watchlist_entry)
        .where(watchlist_entry.c.state == EntryState.APPROVED.value)
        .execution_options(yield_per=2000)
    )
    for row in connection.execute(query):
        yield _entry(row)


def search_entries(
    connection: sa.Connection,
    actor: Actor,
    *,
    state: EntryState | None,
    text: str,
    offset: int,
    limit: int,
) -> tuple[list[WatchlistEntry], int]:
    """A page of entries in order of name, and how many there are in all; lookouts of other units
    are not among them.

    With a text, those that hold all words of it in their names and numbers
    (`parakh.normalise.searching`).
    """
    theirs = sa.exists().where(lookout.c.id == watchlist_entry.c.id, closed_to(actor))
    where: list[sa.ColumnElement[bool]] = [~theirs]
    if state is not None:
        where.append(watchlist_entry.c.state == state.value)
    if text:
        words = wanted_words(text)
        found_by = (watchlist_entry.c.search.contains(word, autoescape=True) for word in words)
        where.append(sa.and_(*found_by) if words else sa.false())
    total = connection.execute(
        sa.select(sa.func.count()).select_from(watchlist_entry).where(*where)
    ).scalar_one()
    query = (
        sa.select(watchlist_entry)
        .where(*where)
        .order_by(watchlist_entry.c.name == "", watchlist_entry.c.name, watchlist_entry.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [_entry(row) for row in connection.execute(query)], int(total)


def in_force(
    connection: sa.Connection, watchlist_id: str
) -> Iterator[tuple[WatchlistEntry, str | None]]:
    """The approved entries of a list, each with the version that brought it, if one did."""
    query = (
        sa.select(watchlist_entry)
        .where(
            watchlist_entry.c.watchlist_id == watchlist_id,
            watchlist_entry.c.state == EntryState.APPROVED.value,
        )
        .execution_options(yield_per=2000)
    )
    for row in connection.execute(query):
        yield _entry(row), row.version_id


def change_entries(tx: Tx, values: Sequence[WatchlistEntry], sweep: Collection[str]) -> None:
    """Stores the new state of entries that a version changes, and tells the indexes.

    Those of `sweep` (identifiers) are screened against everybody again.
    """
    if not values:
        return
    rows = [
        {f"new_{name}": column for name, column in _entry_columns(value).items()}
        | {"new_decision": ""}
        for value in values
    ]
    names = [name.removeprefix("new_") for name in rows[0] if name != "new_id"]
    tx.connection.execute(
        watchlist_entry.update()
        .where(watchlist_entry.c.id == sa.bindparam("new_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in names}),
        rows,
    )
    _each(
        tx,
        watchlist_entry.update().values(swept_at=None, sweep_id=None),
        [value.id for value in values if value.id in sweep],
    )
    tx.changed(ENTRY_CHANGED, [value.id for value in values])


def retire_entries(tx: Tx, ids: Sequence[str], reason: str) -> None:
    """Takes approved entries out of screening, and tells the indexes."""
    keep_approval(tx, ids)
    _each(
        tx,
        watchlist_entry.update().values(
            state=EntryState.RETIRED.value,
            decided_by=tx.actor.name,
            decided_at=tx.at,
            decision=reason,
        ),
        ids,
    )
    tx.changed(ENTRY_CHANGED, ids)


def review_list(tx: Tx, watchlist_id: str, review_at: datetime) -> None:
    """Puts the review of all approved entries off that a version of the list brought."""
    tx.connection.execute(
        watchlist_entry.update()
        .where(
            watchlist_entry.c.watchlist_id == watchlist_id,
            watchlist_entry.c.state == EntryState.APPROVED.value,
            watchlist_entry.c.version_id.is_not(None),
        )
        .values(review_at=review_at)
    )


def note_fetched(tx: Tx, watchlist_id: str, fetched_at: datetime) -> None:
    """Notes when a list's source was read last."""
    tx.connection.execute(
        watchlist.update().where(watchlist.c.id == watchlist_id).values(fetched_at=fetched_at)
    )


def _each(tx: Tx, statement: sa.Update, ids: Sequence[str]) -> None:
    """The statement for the entries of these identifiers."""
    for start in range(0, len(ids), MOST_VALUES):
        some = ids[start : start + MOST_VALUES]
        tx.connection.execute(statement.where(watchlist_entry.c.id.in_(some)))


def changes_after(connection: sa.Connection, seq: int) -> list[tuple[int, str]]:
    """Entries to take in again, oldest change first: sequence number and entry identifier."""
    query = (
        sa.select(change.c.seq, change.c.ref_id)
        .where(change.c.seq > seq, change.c.kind == ENTRY_CHANGED)
        .order_by(change.c.seq)
    )
    return [(int(row.seq), row.ref_id) for row in connection.execute(query)]


def lists_changed_after(connection: sa.Connection, seq: int) -> bool:
    """Whether the settings of some list changed after a change of this number."""
    query = sa.select(change.c.seq).where(change.c.kind == LIST_CHANGED, change.c.seq > seq)
    return connection.execute(query.limit(1)).first() is not None


def last_change(connection: sa.Connection) -> int:
    """The number of the newest change."""
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(change.c.seq), 0))).scalar_one()
    )


# --- rows and values --------------------------------------------------------------------------


def _entry_columns(value: WatchlistEntry) -> dict[str, object]:
    return {
        "id": value.id,
        "watchlist_id": value.watchlist_id,
        "kind": value.kind.value,
        # Only for order: an index cannot hold a text of any length.
        "name": str(value.names[0])[:200] if value.names else "",
        "search": entry_searched(value),
        "names": NAMES.dump(value.names),
        "birth_dates": DATES.dump(value.birth_dates),
        "sex": value.sex and value.sex.value,
        "nationalities": list(value.nationalities),
        "documents": DOCUMENTS.dump(value.documents),
        "weak_names": NAMES.dump(value.weak_names),
        "father_names": list(value.father_names),
        "birth_places": list(value.birth_places),
        "identifiers": IDENTIFIERS.dump(value.identifiers),
        "source_id": value.source_id,
        "reason": value.reason,
        "state": value.state.value,
        "proposed_by": value.proposed_by,
        "proposed_at": value.proposed_at,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "expires_at": value.expires_at,
        "review_at": value.review_at,
    }


def _entry(row: sa.Row[tuple[object, ...]]) -> WatchlistEntry:
    columns = row._mapping
    return WatchlistEntry(
        id=columns["id"],
        watchlist_id=columns["watchlist_id"],
        kind=EntryKind(columns["kind"]),
        names=NAMES.load(columns["names"]),
        birth_dates=DATES.load(columns["birth_dates"]) if columns["birth_dates"] else (),
        sex=None if columns["sex"] is None else Sex(columns["sex"]),
        nationalities=tuple(columns["nationalities"]),
        documents=DOCUMENTS.load(columns["documents"]) if columns["documents"] else (),
        weak_names=NAMES.load(columns["weak_names"]) if columns["weak_names"] else (),
        father_names=tuple(columns["father_names"]),
        birth_places=tuple(columns["birth_places"]),
        identifiers=IDENTIFIERS.load(columns["identifiers"]) if columns["identifiers"] else (),
        source_id=columns["source_id"],
        reason=columns["reason"],
        state=EntryState(columns["state"]),
        proposed_by=columns["proposed_by"],
        proposed_at=columns["proposed_at"],
        decided_by=columns["decided_by"],
        decided_at=columns["decided_at"],
        expires_at=columns["expires_at"],
        review_at=columns["review_at"],
    )


def _list(row: sa.Row[tuple[object, ...]]) -> Watchlist:
    columns = row._mapping
    return Watchlist(
        id=columns["id"],
        name=columns["name"],
        source=columns["source"],
        legal_basis=columns["legal_basis"],
        handling=Handling(columns["handling"]),
        handling_code=columns["handling_code"],
        instruction=columns["instruction"],
        unit_id=columns["unit_id"],
        alerts_port=columns["alerts_port"],
        alert_rate=columns["alert_rate"],
        fetched_at=columns["fetched_at"],
        gallery_id=columns["gallery_id"],
        by_name=columns["by_name"],
    )
