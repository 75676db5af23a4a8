"""Watchlists: proposed by one person, decided by another; imports; enrolled faces."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import Kind
from parakh.domain.ids import new_id
from parakh.domain.message import Problem
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.ingest.lists import csv
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.entries import watchlist_entry
from parakh.services import portraits
from parakh.services.centre import Centre
from parakh.services.portraits import Portrait
from parakh.store import alerts, pictures, watchlists
from parakh.store.database import Tx

PAGE = 50
LONGEST = timedelta(days=5 * 365)
"""An entry lives no longer than this without being proposed again."""

BATCH = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRow:
    """An entry in a list of entries."""

    entry: WatchlistEntry
    watchlist: Watchlist
    pictures: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPage:
    """A page of entries in order of name."""

    rows: tuple[EntryRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryView:
    """One entry with why it was decided on, and whether the actor may decide on it now.

    `waiting` are pictures that another person must approve before they are searched.
    """

    row: EntryRow
    decision: str
    may_decide: bool
    waiting: tuple[str, ...] = ()
    may_decide_waiting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import came to; `known` rows were in their list already, and were passed over."""

    lists: int
    entries: int
    known: int
    problems: tuple[Problem, ...]


# --- looking ----------------------------------------------------------------------------------


def lists(centre: Centre, actor: Actor) -> list[tuple[Watchlist, int]]:
    """All lists with the number of their approved entries."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        counts = watchlists.entry_counts(connection)
        return [(own, counts.get(own.id, 0)) for own in watchlists.lists(connection).values()]


def get_list(centre: Centre, actor: Actor, list_id: str) -> Watchlist:
    """One list; raises NotFound."""
    for own, _ in lists(centre, actor):
        if own.id == list_id:
            return own
    raise NotFound("there is no such list")


def entries(
    centre: Centre,
    actor: Actor,
    *,
    state: EntryState | None = None,
    text: str = "",
    page: int = 1,
) -> EntryPage:
    """A page of entries; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    page = max(1, page)
    with centre.db.read() as connection:
        found, total = watchlists.search_entries(
            connection, state=state, text=text.strip(), offset=(page - 1) * PAGE, limit=PAGE
        )
        rows = _rows(connection, found)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        tx.audit("entries.viewed", "watchlist", state or "all", searched=text.strip())
    return EntryPage(rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)))


def entry(centre: Centre, actor: Actor, entry_id: str) -> EntryView:
    """One entry; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        found = watchlists.get_entry(connection, entry_id)
        view = EntryView(
            row=_rows(connection, [found])[0],
            decision=watchlists.decision_reason(connection, entry_id),
            may_decide=actor.may(Permission.DECIDE_ENTRIES) and found.proposed_by != actor.name,
            waiting=tuple(waiting := pictures.waiting_pictures(connection, entry_id)),
            may_decide_waiting=actor.may(Permission.DECIDE_ENTRIES)
            and any(proposer != actor.name for proposer in waiting.values()),
        )
    centre.looked(actor, Purpose.WATCHLIST, "entry.viewed", "watchlist_entry", entry_id)
    return view


def picture(centre: Centre, actor: Actor, picture_id: str) -> tuple[bytes, str]:
    """A picture and its media type, for those who see watchlists or have an alert about it."""
    with centre.db.read() as connection:
        kind, owner_id = pictures.picture_owner(connection, picture_id)
        listed = kind == Kind.WATCHLIST_ENTRY and actor.may(Permission.SEE_WATCHLISTS)
        if not listed and not _has_alert(connection, actor, kind, owner_id):
            raise Forbidden("no alert of yours shows this picture")
        data, media = pictures.load_picture(connection, centre.db.vault, picture_id)
    purpose = Purpose.WATCHLIST if listed else Purpose.ALERT
    centre.looked(actor, purpose, "picture.viewed", kind, owner_id)
    return data, media


# --- four eyes --------------------------------------------------------------------------------


def add_list(centre: Centre, actor: Actor, value: Watchlist) -> None:
    """Adds a list; raises InvalidInput when it does not say why it may be held."""
    actor.require(Permission.DECIDE_ENTRIES)
    if not value.name.strip() or not value.source.strip() or not value.legal_basis.strip():
        raise InvalidInput("a watchlist needs a name, a source and a legal basis")
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        taken = [own for own in watchlists.lists(tx.connection).values() if own.name == value.name]
        if taken and taken[0].id != value.id:
            raise Conflict(f"there is a watchlist {value.name} already")
        watchlists.save_list(tx.connection, value)
        tx.audit("watchlist.saved", "watchlist", value.id, name=value.name)


def propose(
    centre: Centre, actor: Actor, value: WatchlistEntry, portrait: bytes | None = None
) -> WatchlistEntry:
    """Proposes an entry; nobody is screened against it until another person approves.

    Raises InvalidInput when it lacks what it must have, or the portrait is not fit to search by.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    proposed = _proposed(centre, actor, value)
    enrolled = portraits.read(centre, portrait) if portrait else None
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        if value.watchlist_id not in watchlists.lists(tx.connection):
            raise InvalidInput("choose a watchlist")
        watchlists.save_entry(tx, proposed)
        if enrolled:
            _enrol(centre, tx, proposed.id, enrolled)
        tx.audit("entry.proposed", "watchlist_entry", proposed.id, picture=enrolled is not None)
    return proposed


def decide(
    centre: Centre, actor: Actor, entry_id: str, *, approve: bool, reason: str
) -> WatchlistEntry:
    """Approves or rejects a proposal; raises Forbidden for the person who made it."""
    actor.require(Permission.DECIDE_ENTRIES)
    with centre.db.read() as connection:
        proposer = watchlists.get_entry(connection, entry_id).proposed_by
    if proposer == actor.name:
        raise Forbidden("you proposed this entry: another person must decide on it")
    to = EntryState.APPROVED if approve else EntryState.REJECTED
    return _move(centre, actor, entry_id, to, reason)


def retire(centre: Centre, actor: Actor, entry_id: str, reason: str) -> WatchlistEntry:
    """Takes an approved entry out of screening."""
    actor.require(Permission.DECIDE_ENTRIES)
    return _move(centre, actor, entry_id, EntryState.RETIRED, reason)


def add_portrait(centre: Centre, actor: Actor, entry_id: str, portrait: bytes) -> str:
    """Proposes one more picture of an entry, and gives its identifier.

    Another person must approve it before it is searched. Raises InvalidInput when it is not fit to
    search by, Conflict when the entry is over.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    enrolled = portraits.read(centre, portrait)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        found = watchlists.get_entry(tx.connection, entry_id)
        if found.state not in (EntryState.PROPOSED, EntryState.APPROVED):
            raise Conflict(f"the entry is {found.state.value}")
        picture_id = _enrol(centre, tx, entry_id, enrolled)
        tx.audit("entry.portrait_proposed", "watchlist_entry", entry_id, picture=picture_id)
    return picture_id


def decide_portrait(
    centre: Centre, actor: Actor, entry_id: str, picture_id: str, *, approve: bool
) -> None:
    """Approves a waiting picture, or deletes it; raises Forbidden for the one who proposed it."""
    actor.require(Permission.DECIDE_ENTRIES)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        proposer = pictures.waiting_pictures(tx.connection, entry_id).get(picture_id)
        if proposer is None:
            raise Conflict("the picture does not wait for a decision any more")
        if proposer == actor.name:
            raise Forbidden("you proposed this picture: another person must decide on it")
        if approve:
            pictures.approve_templates(tx, entry_id, picture_id)
        else:
            pictures.forget(tx, entry_id, picture_id)
        verb = "approved" if approve else "rejected"
        tx.audit(f"entry.portrait_{verb}", "watchlist_entry", entry_id, picture=picture_id)


# --- import -----------------------------------------------------------------------------------


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


# --- within -----------------------------------------------------------------------------------


def _rows(connection: sa.Connection, found: list[WatchlistEntry]) -> tuple[EntryRow, ...]:
    known = watchlists.lists(connection)
    shown = pictures.pictures_of(connection, [own.id for own in found])
    return tuple(
        EntryRow(
            entry=own, watchlist=known[own.watchlist_id], pictures=tuple(shown.get(own.id, ()))
        )
        for own in found
    )


def _proposed(centre: Centre, actor: Actor, value: WatchlistEntry) -> WatchlistEntry:
    now = centre.clock()
    if value.kind is EntryKind.PERSON and not value.names:
        raise InvalidInput("a person needs a name")
    if value.kind is EntryKind.DOCUMENT and not value.documents:
        raise InvalidInput("a document needs a number")
    if not value.reason.strip():
        raise InvalidInput("say why this entry is needed")
    expires = value.expires_at or now + LONGEST
    if not now < expires <= now + LONGEST:
        raise InvalidInput("the expiry must lie in the future, within five years")
    return replace(
        value,
        id=new_id(),
        state=EntryState.PROPOSED,
        proposed_by=actor.name,
        proposed_at=now,
        decided_by=None,
        decided_at=None,
        expires_at=expires,
    )


def _move(
    centre: Centre, actor: Actor, entry_id: str, to: EntryState, reason: str
) -> WatchlistEntry:
    if not reason.strip():
        raise InvalidInput("give a reason")
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        old = watchlists.get_entry(tx.connection, entry_id)
        if not old.state.can_become(to):
            raise Conflict(f"the entry is {old.state.value} already")
        new = replace(old, state=to, decided_by=actor.name, decided_at=tx.at)
        watchlists.save_entry(tx, new, reason.strip())
        if to is EntryState.APPROVED:
            pictures.approve_templates(tx, entry_id)
        else:
            pictures.forget(tx, entry_id)
        tx.audit(f"entry.{to.value}", "watchlist_entry", entry_id, reason=reason.strip())
    return new


def _enrol(centre: Centre, tx: Tx, entry_id: str, portrait: Portrait) -> str:
    picture_id = pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.WATCHLIST_ENTRY,
        owner_id=entry_id,
        media_type="image/jpeg",
        data=portrait.jpeg,
    )
    pictures.save_template(tx, centre.db.vault, entry_id, picture_id, portrait.sample.template)
    return picture_id


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
        watchlists.save_list(self._tx.connection, value)
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


def _has_alert(connection: sa.Connection, actor: Actor, kind: str, owner_id: str) -> bool:
    if not actor.may(Permission.SEE_ALERTS):
        return False
    units = None if actor.everywhere else actor.units
    if kind == Kind.WATCHLIST_ENTRY:
        return alerts.alert_about_target(connection, owner_id, units)
    return alerts.alert_from_cause(connection, owner_id, units)
