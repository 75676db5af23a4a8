"""A file of a list on its way to a version: read, compared with what is in force, stored."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from parakh.access import Actor, Permission, Purpose
from parakh.domain.ids import new_id
from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.message import Problem, Severity
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.errors import InvalidInput, NotFound, Unreadable
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
        self._now = centre.clock()

    def read(self, list_name: str) -> Found:
        """The entries of the one list of that name."""
        found = Found(problems=[], entries=[])
        for declared in self._declared(found):
            if self._form.own and declared.list != list_name:
                cause = "list: the row belongs to another list than the one that was chosen"
                found.problems.append(
                    Problem(line=declared.line, column=1, segment="", cause=cause)
                )
            else:
                self._take(declared, found)
        return found

    def read_each(self) -> dict[str, Found]:
        """The entries of each list that the file names; problems of no list stand with all."""
        general = Found(problems=[], entries=[])
        lists: dict[str, Found] = {}
        for declared in self._declared(general):
            own = lists.setdefault(declared.list, Found(problems=[], entries=[]))
            self._take(declared, own)
        if general.problems and not lists:
            raise InvalidInput(f"no row can be used: {general.problems[0].cause}")
        for own in lists.values():
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
        fetched_at = fetched_at or self._now
        with self._centre.db.write(self._actor, Purpose.WATCHLIST) as tx:
            own = _list_of_name(tx, list_name, new_list)
            comparison = Comparison(tx.connection, own.id, tx.at)
            for line, entry in found.entries:
                if not comparison.take(replace(entry, watchlist_id=own.id)):
                    told = f"the entry {entry.source_id}" if entry.source_id else "an entry"
                    found.problems.append(warning(line, f"{told} stands twice in the file"))
            differences = comparison.differences()
            earlier = store.versions_of(tx.connection, own.id)
            if known := _nothing_new(earlier, digest, differences):
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
                published=found.published,
                fetched_at=fetched_at,
                state=VersionState.PENDING,
                added=_count(differences, DifferenceKind.ADDED),
                changed=_count(differences, DifferenceKind.CHANGED),
                removed=_count(differences, DifferenceKind.REMOVED),
                same=comparison.same,
                problems=_bounded(found.problems),
                imported_by=self._actor.name,
                imported_at=tx.at,
            )
            store.save_version(tx, version)
            store.add_differences(tx, version.id, differences)
            tx.audit("version.prepared", "watchlist_version", version.id, **counts(version))
        return Prepared(watchlist=own, version=version, new=True)


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
    earlier: list[Version], digest: str, differences: list[Difference]
) -> Version | None:
    """The version that says the same: the newest, if it waits; or the last applied, if its bytes
    are these and nothing differs."""
    applied = next((one for one in earlier if one.state is VersionState.APPLIED), None)
    if earlier and earlier[0].state is VersionState.PENDING and earlier[0].digest == digest:
        return earlier[0]
    if applied is not None and applied.digest == digest and not differences:
        return applied
    return None


def _list_of_name(tx: Tx, name: str, new_list: Watchlist | None) -> Watchlist:
    """The list of that name, made if need be and allowed."""
    for own in watchlists.lists(tx.connection).values():
        if own.name == name:
            return own
    if new_list is None:
        raise InvalidInput(unknown(name))
    value = replace(new_list, id=new_id(), name=name)
    watchlists.save_list(tx, value)
    tx.audit("watchlist.saved", "watchlist", value.id, name=name)
    return value


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
