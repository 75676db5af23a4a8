"""Watchlists: proposed by one person, decided by another; enrolled faces."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.ids import new_id
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.unit import Unit
from parakh.domain.vetting import Reason
from parakh.domain.watchlist import (
    LEAST_ONE_IN,
    MOST_ONE_IN,
    EntryKind,
    EntryState,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import expected, listed_pictures, portraits
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.galleries import shown_to
from parakh.store import (
    amendments,
    calibration,
    galleries,
    lookout_sight,
    people,
    pictures,
    sweeps,
    template_upkeep,
    vetting,
    watchlists,
)
from parakh.store.database import Tx
from parakh.store.watchlists import Approval

PAGE = 50
LONGEST = timedelta(days=5 * 365)
"""An entry lives no longer than this without being proposed again."""

REVIEW = timedelta(days=365)
"""So long after somebody decided on it, somebody must look at an entry again."""


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
class ListView:
    """A list, how many entries of each kind and state are on it, the units it may alert, and the
    galleries in which its faces may be enrolled."""

    watchlist: Watchlist
    counts: dict[EntryKind, dict[EntryState, int]]
    units: tuple[Unit, ...]
    galleries: tuple[Gallery, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryView:
    """One entry with why it was decided on, and whether the actor may decide on it now.

    `approval` is how an entry that was retired had come into force; `waiting` are pictures that
    another person must approve before they are searched.
    """

    row: EntryRow
    decision: str
    may_decide: bool
    approval: Approval | None = None
    waiting: tuple[str, ...] = ()
    may_decide_waiting: bool = False


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


def list_view(centre: Centre, actor: Actor, list_id: str) -> ListView:
    """One list with what is on it; raises NotFound."""
    found = get_list(centre, actor, list_id)
    with centre.db.read() as connection:
        counts = watchlists.counts_of_list(connection, list_id)
        units = tuple(people.units(connection).values())
        held = tuple(
            own for own in galleries.galleries(connection) if own.kind is not GalleryKind.VOYAGES
        )
    return ListView(watchlist=found, counts=counts, units=units, galleries=held)


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
            connection,
            actor,
            state=state,
            text=text.strip(),
            offset=(page - 1) * PAGE,
            limit=PAGE,
        )
        rows = _rows_for(connection, actor, found)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        tx.audit("entries.viewed", "watchlist", state or "all", searched=text.strip())
    return EntryPage(rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)))


def entry(centre: Centre, actor: Actor, entry_id: str) -> EntryView:
    """One entry; a look that is audited. Raises NotFound, also for another unit's lookout."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        lookout_sight.require_open(connection, actor, entry_id)
        found = watchlists.get_entry(connection, entry_id)
        view = EntryView(
            row=_rows_for(connection, actor, [found])[0],
            decision=watchlists.decision_reason(connection, entry_id),
            approval=watchlists.approval(connection, entry_id),
            may_decide=actor.may(Permission.DECIDE_ENTRIES)
            and not same_person(connection, found.proposed_by, actor),
            waiting=tuple(waiting := pictures.waiting_pictures(connection, entry_id)),
            may_decide_waiting=actor.may(Permission.DECIDE_ENTRIES)
            and any(not same_person(connection, own, actor) for own in waiting.values()),
        )
    centre.looked(actor, Purpose.WATCHLIST, "entry.viewed", "watchlist_entry", entry_id)
    return view


# --- four eyes --------------------------------------------------------------------------------


def add_list(centre: Centre, actor: Actor, value: Watchlist) -> None:
    """Adds a list, or changes the one with its identifier.

    Raises InvalidInput when it does not say why it may be held, Conflict when the name is taken.
    """
    actor.require(Permission.DECIDE_ENTRIES)
    if not value.name.strip() or not value.source.strip() or not value.legal_basis.strip():
        raise InvalidInput("a watchlist needs a name, a source and a legal basis")
    if value.alert_rate is not None and not 1 / MOST_ONE_IN <= value.alert_rate <= 1 / LEAST_ONE_IN:
        raise InvalidInput(f"the alert rate lies between 1 in {LEAST_ONE_IN} and {MOST_ONE_IN:,}")
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        if value.unit_id and value.unit_id not in people.units(tx.connection):
            raise InvalidInput("there is no such unit")
        if not value.alerts_port and not value.unit_id:
            raise InvalidInput("somebody must be alerted: the units of the port, or a unit")
        known = watchlists.lists(tx.connection)
        if any(own.name == value.name and own.id != value.id for own in known.values()):
            raise Conflict(f"there is a watchlist {value.name} already")
        _check_gallery(tx, value)
        before = known[value.id].alert_rate if value.id in known else value.alert_rate
        watchlists.save_list(tx, value)
        if value.id in known and known[value.id].handling is not value.handling:
            listed = vetting.with_reason(tx.connection, Reason(kind="watchlist", id=value.id))
            expected.follow(tx, listed, handling_of)
        moved = template_upkeep.move_templates(tx, centre.db.vault, value.id, value.gallery_id)
        calibration.rates_changed(tx)
        if value.id in known and known[value.id].by_name != value.by_name:
            watchlists.take_in_again(tx, value.id)
            sweeps.again(tx, value.id)
        elif calibration.falls(tx.connection, value.id, before, value.alert_rate):
            sweeps.again(tx, value.id)
        tx.audit(
            "watchlist.saved",
            "watchlist",
            value.id,
            name=value.name,
            gallery=value.gallery_id,
            templates_moved=moved,
        )


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
        known = watchlists.lists(tx.connection).keys() - {LOOKOUTS}
        if value.watchlist_id not in known:
            raise InvalidInput("choose a watchlist; a lookout is placed on the page of lookouts")
        proposed = _within_retention(tx, proposed)
        watchlists.save_entry(tx, proposed)
        if enrolled:
            listed_pictures.enrol_picture(centre, tx, proposed.id, enrolled)
        tx.audit("entry.proposed", "watchlist_entry", proposed.id, picture=enrolled is not None)
    return proposed


def decide(
    centre: Centre, actor: Actor, entry_id: str, *, approve: bool, reason: str
) -> WatchlistEntry:
    """Approves or rejects a proposal; raises Forbidden for the person who made it."""
    actor.require(Permission.DECIDE_ENTRIES)
    with centre.db.read() as connection:
        proposer = watchlists.get_entry(connection, entry_id).proposed_by
        own = same_person(connection, proposer, actor)
    if own:
        raise Forbidden("you proposed this entry: another person must decide on it")
    to = EntryState.APPROVED if approve else EntryState.REJECTED
    return move(centre, actor, entry_id, to, reason)


def retire(centre: Centre, actor: Actor, entry_id: str, reason: str) -> WatchlistEntry:
    """Takes an approved entry out of screening."""
    actor.require(Permission.DECIDE_ENTRIES)
    return move(centre, actor, entry_id, EntryState.RETIRED, reason)


# --- for those who change entries -------------------------------------------------------------


def checked(value: WatchlistEntry) -> None:
    """Raises InvalidInput when an entry lacks that by which its kind is found, or its reason."""
    if value.kind is EntryKind.PERSON and not value.names:
        raise InvalidInput("a person needs a name")
    if value.kind is EntryKind.DOCUMENT and not value.documents:
        raise InvalidInput("a document needs a number")
    if not (value.names or value.documents or value.identifiers):
        raise InvalidInput("a name or a number is needed")
    if not value.reason.strip():
        raise InvalidInput("say why this entry is needed")


def expiry_of(wanted: datetime | None, now: datetime) -> datetime:
    """The moment after which an entry is not screened; raises InvalidInput if out of bounds."""
    expires = wanted or now + LONGEST
    if not now < expires <= now + LONGEST:
        raise InvalidInput("the expiry must lie in the future, within five years")
    return expires


def expiry_on(
    listed: Watchlist, gallery: Gallery, wanted: datetime | None, now: datetime
) -> datetime:
    """The same for an entry of a list: one of faces alone ends when its gallery may not hold them
    any longer."""
    if gallery.retention is not None and not listed.by_name:
        latest = now + min(gallery.retention, LONGEST)
        wanted = min(wanted or latest, latest)
    return expiry_of(wanted, now)


def review_date(decided_at: datetime, expires_at: datetime | None) -> datetime:
    """By when somebody must look at an entry again: a year on, or when it ends."""
    return min(decided_at + REVIEW, expires_at or decided_at + REVIEW)


def rows_of(connection: sa.Connection, found: list[WatchlistEntry]) -> tuple[EntryRow, ...]:
    """Entries with their lists and pictures, in the same order."""
    known = watchlists.lists(connection)
    shown = pictures.pictures_of(connection, [own.id for own in found])
    return tuple(
        EntryRow(
            entry=own, watchlist=known[own.watchlist_id], pictures=tuple(shown.get(own.id, ()))
        )
        for own in found
    )


# --- within -----------------------------------------------------------------------------------


def _rows_for(
    connection: sa.Connection, actor: Actor, found: list[WatchlistEntry]
) -> tuple[EntryRow, ...]:
    """Rows with the pictures of those galleries alone that are open to the actor."""
    shown = shown_to(connection, actor)
    return tuple(
        row if row.watchlist.gallery_id in shown else replace(row, pictures=())
        for row in rows_of(connection, found)
    )


def _proposed(centre: Centre, actor: Actor, value: WatchlistEntry) -> WatchlistEntry:
    now = centre.clock()
    checked(value)
    return replace(
        value,
        id=new_id(),
        state=EntryState.PROPOSED,
        proposed_by=actor.name,
        proposed_at=now,
        decided_by=None,
        decided_at=None,
        expires_at=expiry_of(value.expires_at, now),
    )


def move(
    centre: Centre, actor: Actor, entry_id: str, to: EntryState, reason: str
) -> WatchlistEntry:
    """Takes an entry to another state, for whoever may; what must not be kept is deleted.

    Raises Conflict when its state does not allow the step.
    """
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        return move_within(tx, entry_id, to, reason)


def move_within(tx: Tx, entry_id: str, to: EntryState, reason: str) -> WatchlistEntry:
    """The same within a transaction."""
    if not reason.strip():
        raise InvalidInput("give a reason")
    old = watchlists.lock_entry(tx.connection, entry_id)
    if not old.state.can_become(to):
        raise Conflict(f"the entry is {old.state.value} already")
    new = replace(old, state=to, decided_by=tx.actor.name, decided_at=tx.at)
    if to is EntryState.APPROVED:
        new = replace(new, review_at=review_date(tx.at, new.expires_at))
        pictures.approve_templates(tx, entry_id)
    else:
        pictures.forget(tx, entry_id)
        amendments.close_open(tx, entry_id, f"the entry is {to.value}")
    if to is EntryState.RETIRED:
        watchlists.keep_approval(tx, [entry_id])
    watchlists.save_entry(tx, new, reason.strip())
    tx.audit(f"entry.{to.value}", "watchlist_entry", entry_id, reason=reason.strip())
    return new


def _check_gallery(tx: Tx, value: Watchlist) -> None:
    held = {own.id: own for own in galleries.galleries(tx.connection)}
    gallery = held.get(value.gallery_id)
    if gallery is None or gallery.kind is GalleryKind.VOYAGES:
        raise InvalidInput("choose the gallery in which faces of the list are enrolled")


def _within_retention(tx: Tx, value: WatchlistEntry) -> WatchlistEntry:
    """The entry with an end no later than its list's gallery allows."""
    listed = watchlists.lists(tx.connection)[value.watchlist_id]
    gallery = galleries.get(tx.connection, listed.gallery_id)
    return replace(value, expires_at=expiry_on(listed, gallery, value.expires_at, tx.at))
