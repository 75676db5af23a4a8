"""New versions of watchlists: shown as a difference, applied or discarded by a second person.

What a version takes away is only what an earlier version brought: entries that were made by hand in
the same list stay as they are.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.watchlist import (
    EntryState,
    Watchlist,
    WatchlistEntry,
    entry_print,
    listed_content,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.list_reading import ListReading, Prepared, Progress, counts, unknown
from parakh.services.watchlists import REVIEW
from parakh.store import pictures, watchlists
from parakh.store import versions as store
from parakh.store.database import Tx

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionView:
    """A version with its list.

    `may_decide`: whether the actor may apply or discard it now. `stale`: whether another version
    was applied since it was prepared, so that it must be prepared again.
    """

    version: Version
    watchlist: Watchlist
    may_decide: bool
    stale: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferencePage:
    """A page of what a version changes."""

    rows: tuple[Difference, ...]
    total: int
    page: int
    pages: int


# --- preparing --------------------------------------------------------------------------------


def prepare(  # noqa: PLR0913  (each is a question that the caller must be able to answer)
    centre: Centre,
    actor: Actor,
    form: str,
    path: Path,
    *,
    list_id: str = "",
    list_name: str = "",
    new_list: Watchlist | None = None,
    fetched_at: datetime | None = None,
    file_name: str = "",
    progress: Progress | None = None,
) -> Prepared:
    """Reads a file as a new version of one list, which then waits for a second person.

    The list is told by its identifier or its name. One that does not exist yet is made like
    `new_list` (its source, legal basis and handling) under `list_name`. `fetched_at` is when the
    file was got from its source (now, if not given), `file_name` what it is called where `path` is
    a temporary name.

    Raises InvalidInput for a format or list that does not exist, Unreadable for a file of another
    kind, NotFound when there is no file, Conflict when another version was applied meanwhile.
    """
    if not list_id and not list_name.strip():
        raise InvalidInput("name the list of which this is a new version")
    reading = ListReading(centre, actor, form, path, file_name=file_name, progress=progress)
    if list_id:
        list_name = _list(centre, list_id).name
    found = reading.read(list_name.strip())
    return reading.store(list_name.strip(), found, new_list, fetched_at)


def prepare_each(
    centre: Centre,
    actor: Actor,
    path: Path,
    *,
    new_list: Watchlist | None = None,
    fetched_at: datetime | None = None,
    progress: Progress | None = None,
) -> tuple[Prepared, ...]:
    """Reads a file of Parakh's own form as a new version of each list that it names.

    Raises as `prepare` does, before anything is stored.
    """
    reading = ListReading(centre, actor, "csv", path, progress=progress)
    found = reading.read_each()
    known = {own.name for own in _lists(centre).values()}
    for name in found:
        if name not in known and new_list is None:
            raise InvalidInput(unknown(name))
    return tuple(reading.store(name, own, new_list, fetched_at) for name, own in found.items())


# --- looking ----------------------------------------------------------------------------------


def versions(centre: Centre, actor: Actor, list_id: str) -> list[Version]:
    """All versions of a list, the newest first; raises NotFound if there is no such list."""
    actor.require(Permission.SEE_WATCHLISTS)
    _list(centre, list_id)
    with centre.db.read() as connection:
        return store.versions_of(connection, list_id)


def waiting(centre: Centre, actor: Actor) -> list[Version]:
    """The versions of all lists that wait for a decision, the oldest first."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return store.pending(connection)


def version(centre: Centre, actor: Actor, version_id: str) -> VersionView:
    """One version with its counts and problems; raises NotFound."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        found = store.get_version(connection, version_id)
        stale = _stale(connection, found)
        own = watchlists.lists(connection)[found.watchlist_id]
        same = same_person(connection, found.imported_by, actor)
    return VersionView(
        version=found,
        watchlist=own,
        may_decide=found.state is VersionState.PENDING
        and actor.may(Permission.DECIDE_ENTRIES)
        and not same,
        stale=stale,
    )


def differences(
    centre: Centre,
    actor: Actor,
    version_id: str,
    kind: DifferenceKind | None = None,
    page: int = 1,
) -> DifferencePage:
    """A page of what a version adds, changes and removes; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    page = max(1, page)
    with centre.db.read() as connection:
        found = store.get_version(connection, version_id)
        rows = store.differences(connection, version_id, kind, offset=(page - 1) * PAGE, limit=PAGE)
    total = {
        None: found.added + found.changed + found.removed,
        DifferenceKind.ADDED: found.added,
        DifferenceKind.CHANGED: found.changed,
        DifferenceKind.REMOVED: found.removed,
    }[kind]
    centre.looked(actor, Purpose.WATCHLIST, "version.viewed", "watchlist_version", version_id)
    return DifferencePage(rows=tuple(rows), total=total, page=page, pages=max(1, -(-total // PAGE)))


# --- deciding ---------------------------------------------------------------------------------


def apply(
    centre: Centre,
    actor: Actor,
    version_id: str,
    reason: str,
    *,
    confirm_removal: bool = False,
) -> Version:
    """Puts a version in force, all of it or nothing: added, changed and removed entries.

    A changed entry keeps its identifier, so that hits, pictures and redress stay with it. What is
    added, or changed in what it is matched by, is screened against everybody anew.

    Raises Forbidden for the person who prepared it; Conflict when it was decided on already, or is
    stale: another version was applied or one of its entries changed since; InvalidInput without a
    reason, or when it takes more than a third of the list away, or anything while rows of its file
    could not be read, and `confirm_removal` is not given.
    """
    actor.require(Permission.DECIDE_ENTRIES)
    application = _Application(centre, actor, version_id, reason.strip())
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        found = _decidable(tx, version_id, reason)
        if _stale(tx.connection, found):
            raise Conflict("another version was applied since: prepare this file again")
        if found.doubtful and not confirm_removal:
            raise InvalidInput(_doubt(found))
        application.put(tx)
        watchlists.review_list(tx, found.watchlist_id, tx.at + REVIEW)
        store.note_applied(tx, found)
        done = _decided(tx, found, VersionState.APPLIED, reason)
        tx.audit("version.applied", "watchlist_version", version_id, **counts(done), reason=reason)
    return done


def discard(centre: Centre, actor: Actor, version_id: str, reason: str) -> Version:
    """Puts a version away for good; whoever prepared it may do so himself.

    Raises Conflict when it was decided on already, InvalidInput without a reason.
    """
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        if store.get_version(tx.connection, version_id).imported_by != actor.name:
            actor.require(Permission.DECIDE_ENTRIES)
        actor.require(Permission.PROPOSE_ENTRIES)
        found = _decidable(tx, version_id, reason, own=True)
        done = _decided(tx, found, VersionState.DISCARDED, reason)
        tx.audit("version.discarded", "watchlist_version", version_id, reason=reason)
    return done


def _doubt(version: Version) -> str:
    """Why it must be confirmed that entries are to go."""
    if version.drastic:
        return (
            f"it would take {version.removed} entries of the list away, more than a third; the "
            "file may have been cut off: confirm that they are to go"
        )
    return (
        f"it would take {version.removed} entries of the list away, while {version.unread} rows of "
        "the file could not be read: confirm that they are to go"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """Some differences, with the entries that they make, and the rows of those that are new."""

    before: dict[str, Difference]
    sweep: set[str]
    added: list[dict[str, object]]
    changed: list[WatchlistEntry]
    removed: list[str]


class _Application:
    """Differences of a version as they are put in force.

    Made before the transaction that does so, which on SQLite keeps every other writer waiting.
    """

    def __init__(self, centre: Centre, actor: Actor, version_id: str, reason: str) -> None:
        self._actor = actor
        self._reason = reason
        self._at = centre.clock()
        with centre.db.read() as connection:
            self._seq = watchlists.last_change(connection)
            self._conflict: Conflict | None = None
            self._version = store.get_version(connection, version_id)
            found = store.batches(connection, version_id)
            self._batches = [self._batch(connection, batch) for batch in found]

    def put(self, tx: Tx) -> None:
        """Puts them in force; raises Conflict when an entry is not as it was."""
        if self._conflict is not None:
            raise self._conflict
        moved = {own for _, own in watchlists.changes_after(tx.connection, self._seq)}
        for batch in self._batches:
            again = moved.intersection(batch.before)
            known = watchlists.entries_by_id(tx.connection, again)
            for entry_id in again:
                _require_same(known.get(entry_id), batch.before[entry_id])
            watchlists.add_rows(tx, batch.added)
            watchlists.change_entries(tx, batch.changed, batch.sweep)
            watchlists.retire_entries(tx, batch.removed, self._reason)
            for entry_id in pictures.pictures_of(tx.connection, batch.removed):
                pictures.forget(tx, entry_id)

    def _batch(self, connection: sa.Connection, batch: list[Difference]) -> _Batch:
        of = {kind: [own for own in batch if own.kind is kind] for kind in DifferenceKind}
        changed, removed = of[DifferenceKind.CHANGED], of[DifferenceKind.REMOVED]
        added = map(self._entry, of[DifferenceKind.ADDED])
        before = {own.entry_id: own for own in (*changed, *removed)}
        known = watchlists.entries_by_id(connection, before)
        try:
            for entry_id, own in before.items():
                _require_same(known.get(entry_id), own)
        except Conflict as error:
            # Told once it is known that the actor may apply the version, and that it waits.
            self._conflict = error
        after = [self._entry(own) for own in changed]
        otherwise = (own.id for own in after if self._screened_otherwise(known.get(own.id), own))
        return _Batch(
            before=before,
            sweep=set(otherwise),
            added=watchlists.new_rows(added, self._version.id),
            changed=after,
            removed=[own.entry_id for own in removed],
        )

    def _entry(self, own: Difference) -> WatchlistEntry:
        if own.after is None:
            raise Conflict("the version is damaged: prepare this file again")
        return replace(
            own.after,
            id=own.entry_id,
            state=EntryState.APPROVED,
            proposed_by=self._version.imported_by,
            proposed_at=self._version.imported_at,
            decided_by=self._actor.name,
            decided_at=self._at,
            review_at=self._at + REVIEW,
        )

    def _screened_otherwise(self, before: WatchlistEntry | None, after: WatchlistEntry) -> bool:
        """Whether it is matched by something else than before, or was expired."""
        return (
            before is None
            or entry_print(before) != entry_print(after)
            or not before.listed_at(self._at)
        )


def _require_same(entry: WatchlistEntry | None, own: Difference) -> None:
    if entry is None or entry.state is not EntryState.APPROVED:
        raise Conflict("an entry was retired since the version was prepared: prepare it again")
    if listed_content(entry) != own.before:
        raise Conflict("an entry was changed since the version was prepared: prepare it again")


def _decidable(tx: Tx, version_id: str, reason: str, *, own: bool = False) -> Version:
    if not reason.strip():
        raise InvalidInput("give a reason")
    watchlist_id = store.get_version(tx.connection, version_id).watchlist_id
    store.applied(tx.connection, watchlist_id, lock=True)
    found = store.get_version(tx.connection, version_id)
    if found.state is not VersionState.PENDING:
        raise Conflict(f"the version is {found.state.value} already")
    if same_person(tx.connection, found.imported_by, tx.actor) and not own:
        raise Forbidden("you prepared this version: another person must apply it")
    return found


def _decided(tx: Tx, version: Version, state: VersionState, reason: str) -> Version:
    done = replace(
        version, state=state, decided_by=tx.actor.name, decided_at=tx.at, reason=reason.strip()
    )
    store.save_version(tx, done)
    return done


def _stale(connection: sa.Connection, version: Version) -> bool:
    """Whether another version of the list was applied since this one was prepared."""
    return version.state is VersionState.PENDING and version.basis != store.applied(
        connection, version.watchlist_id
    )


def _lists(centre: Centre) -> dict[str, Watchlist]:
    with centre.db.read() as connection:
        return watchlists.lists(connection)


def _list(centre: Centre, list_id: str) -> Watchlist:
    found = _lists(centre).get(list_id)
    if found is None:
        raise NotFound("there is no such list")
    return found
