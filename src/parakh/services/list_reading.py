"""A file of a list on its way to a version: read, compared with what is in force, stored."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.ids import new_id
from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.message import Problem, Severity
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.errors import Conflict, InvalidInput, NotFound, Unreadable
from parakh.ingest import tabular
from parakh.ingest.lists.declared import DeclaredEntry, Published, warning
from parakh.ingest.lists.formats import FORMS
from parakh.normalise.entries import listed_entry, watchlist_entry
from parakh.services.centre import Centre
from parakh.services.comparison import Comparison
from parakh.store import versions as store
from parakh.store import watchlists
from parakh.store.database import Tx

MOST_PROBLEMS = 2000
"""Kept with a version; of those that come after, only how many they are."""

TRIES = 3
"""A version is compared anew so often when another one of its list is applied meanwhile."""

STEP = 5000
"""Entries after which progress is told."""

Progress = Callable[[int], None]
"""Is told from time to time how many entries were read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A version that waits to be applied; `new` is False when the file says nothing new.

    Then the version is the one that waits already, or that was applied last.
    """

    watchlist: Watchlist
    version: Version
    new: bool


@dataclass(kw_only=True, slots=True)
class Found:
    """What a file says of one list: its entries, each with its line."""

    problems: list[Problem]
    entries: list[tuple[int, WatchlistEntry]]
    published: str = ""


class ListReading:
    """One file on its way to a version."""

    def __init__(
        self,
        centre: Centre,
        actor: Actor,
        form: str,
        path: Path,
        *,
        file_name: str = "",
        progress: Progress | None = None,
    ) -> None:
        actor.require(Permission.PROPOSE_ENTRIES)
        if form not in FORMS:
            raise InvalidInput(f"{form} is no format of a list: known are {', '.join(FORMS)}")
        if not path.is_file():
            raise NotFound(f"there is no file {path.name}")
        self._centre = centre
        self._actor = actor
        self._form = FORMS[form]
        self._path = path
        self._file_name = file_name or path.name
        self._progress = progress
        self._now = centre.local_now()

    def read(self, list_name: str) -> Found:
        """The entries of the one list of that name."""
        found = Found(problems=[], entries=[])
        for declared in self._declared(found):
            if self._form.own and declared.list != list_name:
                cause = "list: the row belongs to another list than the one that was chosen"
                place = declared.column("list")
                found.problems.append(
                    Problem(
                        line=declared.line,
                        column=place,
                        segment="",
                        cause=cause,
                        entry=declared.told,
                    )
                )
            else:
                self._take(declared, found)
        _require_entries(found)
        return found

    def read_each(self) -> dict[str, Found]:
        """The entries of each list that the file names; problems of no list stand with all."""
        general = Found(problems=[], entries=[])
        lists: dict[str, Found] = {}
        for declared in self._declared(general):
            own = lists.setdefault(declared.list, Found(problems=[], entries=[]))
            self._take(declared, own)
        if not lists:
            _require_entries(general)
        for own in lists.values():
            _require_entries(own)
            own.problems += general.problems
        return lists

    def _declared(self, found: Found) -> Iterator[DeclaredEntry]:
        count = 0
        for own in self._form.read(self._path):
            if isinstance(own, Problem):
                found.problems.append(own)
                _require_readable(found.problems)
            elif isinstance(own, Published):
                found.published = own.text[:80]
            else:
                count += 1
                if self._progress and count % STEP == 0:
                    self._progress(count)
                yield own

    def _take(self, declared: DeclaredEntry, found: Found) -> None:
        if self._form.own:
            read = watchlist_entry(declared, "", self._actor.name, self._now)
            if isinstance(read, Problem):
                found.problems.append(read)
            else:
                found.entries.append((declared.line, read))
            return
        entry, problems = listed_entry(declared, "", self._actor.name, self._now)
        found.problems += problems
        if entry is not None:
            found.entries.append((declared.line, entry))

    def store(
        self,
        list_name: str,
        found: Found,
        new_list: Watchlist | None,
        fetched_at: datetime | None,
    ) -> Prepared:
        """Compares what was read with the list, and stores the version with its differences."""
        digest = _digest(self._form.files(self._path))
        own = self._list(list_name, new_list)
        for _ in range(TRIES):
            # Outside of the transaction that stores it: of a large list it takes seconds.
            with self._centre.db.read() as connection:
                basis = store.applied(connection, own.id)
                compared = self._compared(connection, own, found)
            with self._centre.db.write(self._actor, Purpose.WATCHLIST) as tx:
                if store.applied(tx.connection, own.id, lock=True) == basis:
                    return self._keep(tx, own, compared, digest, basis, fetched_at or self._now)
                tx.audit("version.left", "watchlist", own.id, cause="another one was applied")
        raise Conflict("other versions of the list are applied: prepare this file again")

    def _list(self, name: str, new_list: Watchlist | None) -> Watchlist:
        with self._centre.db.read() as connection:
            for own in watchlists.lists(connection).values():
                if own.name == name:
                    return _importable(own)
        with self._centre.db.write(self._actor, Purpose.WATCHLIST) as tx:
            own = _list_of_name(tx, name, new_list)
            tx.audit("version.begun", "watchlist", own.id, file=self._file_name)
        return own

    def _compared(self, connection: sa.Connection, own: Watchlist, found: Found) -> "_Compared":
        comparison = Comparison(connection, own.id, self._now)
        problems = list(found.problems)
        for line, entry in found.entries:
            told = f"the entry {entry.source_id}" if entry.source_id else "an entry"
            if not comparison.take(replace(entry, watchlist_id=own.id)):
                problems.append(warning(line, f"{told} stands twice in the file"))
            elif comparison.by_hand(entry):
                cause = f"{told} was made by hand as well, and stays beside this one"
                problems.append(warning(line, cause))
        unread = [own.entry for own in problems if own.severity is Severity.ERROR]
        differences = comparison.differences(unread)
        return _Compared(
            differences=differences,
            problems=_bounded(problems),
            same=comparison.same,
            published=found.published,
        )

    def _keep(
        self,
        tx: Tx,
        own: Watchlist,
        compared: "_Compared",
        digest: str,
        basis: str,
        fetched_at: datetime,
    ) -> Prepared:
        differences = compared.differences
        earlier = store.versions_of(tx.connection, own.id)
        if known := _nothing_new(earlier, digest, differences, basis):
            watchlists.note_fetched(tx, own.id, fetched_at)
            tx.audit("version.known", "watchlist_version", known.id, file=self._file_name)
            return Prepared(watchlist=own, version=known, new=False)
        version = Version(
            id=new_id(),
            watchlist_id=own.id,
            ordinal=1 + max((one.ordinal for one in earlier), default=0),
            form=self._form.name,
            file_name=self._file_name[:200],
            digest=digest,
            published=compared.published,
            fetched_at=fetched_at,
            state=VersionState.PENDING,
            added=_count(differences, DifferenceKind.ADDED),
            changed=_count(differences, DifferenceKind.CHANGED),
            removed=_count(differences, DifferenceKind.REMOVED),
            same=compared.same,
            problems=compared.problems,
            imported_by=self._actor.name,
            imported_at=tx.at,
            basis=basis,
        )
        store.save_version(tx, version)
        store.add_differences(tx, version.id, differences)
        tx.audit("version.prepared", "watchlist_version", version.id, **counts(version))
        return Prepared(watchlist=own, version=version, new=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Compared:
    """What a file changes in its list as it is now."""

    differences: list[Difference]
    problems: tuple[Problem, ...]
    same: int
    published: str


def _require_entries(found: Found) -> None:
    """Raises InvalidInput when there is no entry: such a version would take the whole list away."""
    if not found.entries:
        cause = next((own.cause for own in found.problems), "")
        raise InvalidInput(
            f"no row can be used: {cause}" if cause else "there is no entry in the file"
        )


def _require_readable(problems: list[Problem]) -> None:
    """Raises Unreadable when most likely this is another file, or one that was damaged.

    The version would take away whatever could not be read.
    """
    errors = sum(own.severity is Severity.ERROR for own in problems)
    if errors > tabular.MAX_PROBLEMS:
        raise Unreadable(
            f"more than {tabular.MAX_PROBLEMS} rows cannot be used; the first of them: line "
            f"{problems[0].line}: {problems[0].cause}"
        )


def _nothing_new(
    earlier: list[Version], digest: str, differences: list[Difference], basis: str
) -> Version | None:
    """The version that says the same: the newest, if it waits; or the last applied, if its bytes
    are these and nothing differs."""
    applied = next((one for one in earlier if one.id == basis), None)
    newest = earlier[0] if earlier else None
    if newest and newest.state is VersionState.PENDING and newest.digest == digest:
        # One that went stale cannot be applied: it is compared again.
        return newest if newest.basis == basis else None
    if applied is not None and applied.digest == digest and not differences:
        return applied
    return None


def _list_of_name(tx: Tx, name: str, new_list: Watchlist | None) -> Watchlist:
    """The list of that name, made if need be and allowed."""
    for own in watchlists.lists(tx.connection).values():
        if own.name == name:
            return _importable(own)
    if new_list is None:
        raise InvalidInput(unknown(name))
    value = replace(new_list, id=new_id(), name=name)
    watchlists.save_list(tx, value)
    tx.audit("watchlist.saved", "watchlist", value.id, name=name)
    return value


def _importable(own: Watchlist) -> Watchlist:
    if own.id == LOOKOUTS:
        raise InvalidInput("lookouts are placed one by one, not read from a file")
    return own


def unknown(name: str) -> str:
    """That there is no such list, and what to do."""
    return (
        f"there is no watchlist {name} yet: say its source and legal basis, so that it can be made"
    )


def _bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems, errors first, as many as are kept, and how many more there were."""
    ordered = sorted(problems, key=lambda own: own.severity is Severity.WARNING)
    more = len(ordered) - MOST_PROBLEMS
    if more <= 0:
        return tuple(ordered)
    return (*ordered[:MOST_PROBLEMS], warning(1, f"{more} more problems are not shown"))


def _count(differences: list[Difference], kind: DifferenceKind) -> int:
    return sum(own.kind is kind for own in differences)


def counts(version: Version) -> dict[str, object]:
    """What the audit trail says of a version."""
    return {
        "list": version.watchlist_id,
        "file": version.file_name,
        "added": version.added,
        "changed": version.changed,
        "removed": version.removed,
        "same": version.same,
        "problems": len(version.problems),
    }


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
