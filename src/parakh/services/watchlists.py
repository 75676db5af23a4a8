"""Watchlists: proposed by one person, decided by another; enrolled faces."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import Kind
from parakh.domain.ids import new_id
from parakh.domain.unit import Unit
from parakh.domain.watchlist import (
    LEAST_ONE_IN,
    MOST_ONE_IN,
    EntryKind,
    EntryState,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import portraits
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.portraits import Portrait
from parakh.store import alerts, amendments, calibration, people, pictures, sweeps, watchlists
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
    """A list, how many entries of each kind and state are on it, and the units it may alert."""

    watchlist: Watchlist
    counts: dict[EntryKind, dict[EntryState, int]]
    units: tuple[Unit, ...]


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
    return ListView(watchlist=found, counts=counts, units=units)


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
        rows = rows_of(connection, found)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        tx.audit("entries.viewed", "watchlist", state or "all", searched=text.strip())
    return EntryPage(rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)))


def entry(centre: Centre, actor: Actor, entry_id: str) -> EntryView:
    """One entry; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        found = watchlists.get_entry(connection, entry_id)
        view = EntryView(
            row=rows_of(connection, [found])[0],
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


def picture(centre: Centre, actor: Actor, picture_id: str) -> tuple[bytes, str]:
    """A picture and its media type, for those who see watchlists or redress (whichever it is of),
    or have an alert about it."""
    with centre.db.read() as connection:
        kind, owner_id = pictures.picture_owner(connection, picture_id)
        purpose = _purpose_of_look(actor, kind)
        if purpose is Purpose.ALERT and not _has_alert(connection, actor, kind, owner_id):
            raise Forbidden("no alert of yours shows this picture")
        data, media = pictures.load_picture(connection, centre.db.vault, picture_id)
    centre.looked(actor, purpose, "picture.viewed", kind, owner_id)
    return data, media


def _purpose_of_look(actor: Actor, kind: str) -> Purpose:
    if kind == Kind.WATCHLIST_ENTRY and actor.may(Permission.SEE_WATCHLISTS):
        return Purpose.WATCHLIST
    if kind == Kind.REDRESS and actor.may(Permission.SEE_REDRESS):
        return Purpose.REDRESS
    return Purpose.ALERT


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
        before = known[value.id].alert_rate if value.id in known else value.alert_rate
        watchlists.save_list(tx, value)
        calibration.rates_changed(tx)
        if calibration.falls(tx.connection, value.id, before, value.alert_rate):
            sweeps.again(tx, value.id)
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
        own = same_person(connection, proposer, actor)
    if own:
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
        if same_person(tx.connection, proposer, actor):
            raise Forbidden("you proposed this picture: another person must decide on it")
        if approve:
            pictures.approve_templates(tx, entry_id, picture_id)
        else:
            pictures.forget(tx, entry_id, picture_id)
        verb = "approved" if approve else "rejected"
        tx.audit(f"entry.portrait_{verb}", "watchlist_entry", entry_id, picture=picture_id)


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


def _move(
    centre: Centre, actor: Actor, entry_id: str, to: EntryState, reason: str
) -> WatchlistEntry:
    if not reason.strip():
        raise InvalidInput("give a reason")
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        old = watchlists.lock_entry(tx.connection, entry_id)
        if not old.state.can_become(to):
            raise Conflict(f"the entry is {old.state.value} already")
        new = replace(old, state=to, decided_by=actor.name, decided_at=tx.at)
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


def _enrol(centre: Centre, tx: Tx, entry_id: str, portrait: Portrait) -> str:
    gallery_id = watchlists.gallery_of(tx.connection, entry_id)
    picture_id = pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.WATCHLIST_ENTRY,
        owner_id=entry_id,
        media_type="image/jpeg",
        data=portrait.jpeg,
    )
    pictures.save_template(
        tx, centre.db.vault, gallery_id, entry_id, picture_id, portrait.sample.template
    )
    return picture_id


def _has_alert(connection: sa.Connection, actor: Actor, kind: str, owner_id: str) -> bool:
    if not actor.may(Permission.SEE_ALERTS):
        return False
    units = None if actor.everywhere else actor.units
    if kind == Kind.WATCHLIST_ENTRY:
        return alerts.alert_about_target(connection, owner_id, units)
    return alerts.alert_from_cause(connection, owner_id, units)
