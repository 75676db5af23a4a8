"""Imports of whole watchlists."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from parakh.access import Actor, Permission, Purpose
from parakh.domain.ids import new_id
from parakh.domain.message import Problem
from parakh.domain.watchlist import EntryState, Watchlist, WatchlistEntry
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.ingest.lists import csv
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.entries import watchlist_entry
from parakh.services.centre import Centre
from parakh.services.watchlists import LONGEST
from parakh.store import watchlists
from parakh.store.database import Tx

BATCH = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import came to; `known` rows were in their list already, and were passed over."""

    lists: int
    entries: int
    known: int
    problems: tuple[Problem, ...]


def import_csv(
    centre: Centre,
    actor: Actor,
    path: Path,
    *,
    approver: Actor | None = None,
    new_list: Watchlist | None = None,
) -> Imported:
    """Imports a CSV watchlist; good rows become proposals, bad rows are named, the rest goes on.

    With an `approver`, a second person, the entries are approved in the same step. Lists that do
    not exist yet are made like `new_list` (its source, legal basis and handling); without it they
    are refused with InvalidInput, for a list must say why it may be held. No entry lives longer
    than `LONGEST`; rows that are in their list already are passed over.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    if approver is not None:
        approver.require(Permission.DECIDE_ENTRIES)
        if approver.name == actor.name:
            raise Forbidden("the person who imports cannot approve as well")
    problems: list[Problem] = []
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        books = _Books(tx, new_list)
        count = 0
        entries = _new_entries(tx, path, books, problems)
        while batch := list(islice(entries, BATCH)):
            if approver is not None:
                batch = [_approved(value, approver, tx.at) for value in batch]
            watchlists.add_entries(tx, batch)
            count += len(batch)
        tx.audit(
            "watchlist.imported",
            "watchlist",
            path.name,
            entries=count,
            known=books.known,
            refused=len(problems),
            approved_by=approver.name if approver else None,
        )
    return Imported(lists=books.made, entries=count, known=books.known, problems=tuple(problems))


def _declared(path: Path, problems: list[Problem]) -> Iterator[DeclaredEntry]:
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    for row in csv.read(path.read_bytes()):
        if isinstance(row, Problem):
            problems.append(row)
        else:
            yield row


class _Books:
    """The lists of one import, and which entries each of them has already."""

    def __init__(self, tx: Tx, new_list: Watchlist | None) -> None:
        self._tx = tx
        self._new_list = new_list
        self._ids = {own.name: own.id for own in watchlists.lists(tx.connection).values()}
        self._keys: dict[str, set[str]] = {}
        self.made = 0
        self.known = 0

    def list_id(self, name: str) -> str:
        """The list of that name, made if need be and allowed."""
        if name not in self._ids:
            self._ids[name] = self._make(name)
        return self._ids[name]

    def takes(self, value: WatchlistEntry) -> bool:
        """Whether the entry is new to its list; from then on it is known."""
        key, list_id = watchlists.entry_key(value), value.watchlist_id
        if list_id not in self._keys:
            self._keys[list_id] = watchlists.keys_of_list(self._tx.connection, list_id)
        if key in self._keys[list_id]:
            self.known += 1
            return False
        self._keys[list_id].add(key)
        return True

    def _make(self, name: str) -> str:
        if self._new_list is None:
            raise InvalidInput(
                f"there is no watchlist {name} yet: say its source and legal basis, "
                "so that it can be made"
            )
        value = replace(self._new_list, id=new_id(), name=name)
        watchlists.save_list(self._tx, value)
        self._tx.audit("watchlist.saved", "watchlist", value.id, name=name)
        self.made += 1
        return value.id


def _new_entries(
    tx: Tx, path: Path, books: _Books, problems: list[Problem]
) -> Iterator[WatchlistEntry]:
    for declared in _declared(path, problems):
        value = watchlist_entry(declared, books.list_id(declared.list), tx.actor.name, tx.at)
        if isinstance(value, Problem):
            problems.append(value)
        elif books.takes(value):
            yield _bounded(value, tx.at)


def _bounded(value: WatchlistEntry, at: datetime) -> WatchlistEntry:
    """The entry with an expiry: the list's own, or the longest life if it gives none or more."""
    latest = at + LONGEST
    return replace(value, expires_at=min(value.expires_at or latest, latest))


def _approved(value: WatchlistEntry, approver: Actor, at: datetime) -> WatchlistEntry:
    return replace(value, state=EntryState.APPROVED, decided_by=approver.name, decided_at=at)
