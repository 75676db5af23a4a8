"""Entries change, come up for review, and end; never silently, and never by one person alone."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.amendment import Amendment, AmendmentState, changed_fields
from parakh.domain.ids import new_id
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.watchlist import EntryState, WatchlistEntry, entry_print, listed_content
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.watchlists import (
    LONGEST,
    PAGE,
    EntryRow,
    checked,
    expiry_of,
    review_date,
    rows_of,
)
from parakh.store import amendments, watchlists
from parakh.store.database import Tx

SOON = timedelta(days=30)
"""An entry that ends within this is shown and counted."""

LATELY = timedelta(days=90)
"""So far back the page shows what was retired or expired."""

MOST_COUNTED = 1000


class Due(StrEnum):
    """Why an entry is on the page of reviews."""

    EXPIRING = "expiring"
    REVIEW = "review"
    CHANGES = "changes"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class DueRow:
    """An entry that is due; `decision` is why it was retired, `amendment` a change that waits."""

    row: EntryRow
    decision: str = ""
    amendment: Amendment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DuePage:
    """A page of what is due for one reason, and how many are due for each."""

    due: Due
    rows: tuple[DueRow, ...]
    counts: dict[Due, int]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What became of an entry since it was approved: the change that waits, and those before it.

    `by_hand` is False for an entry that a version of its list brought.
    """

    waiting: Amendment | None
    past: tuple[Amendment, ...]
    by_hand: bool
    may_correct: bool
    may_keep: bool
    may_decide: bool


# --- looking ----------------------------------------------------------------------------------


def due_count(centre: Centre) -> int:
    """How many entries end within 30 days or are past their review, 1,000 at most."""
    now = centre.clock()
    with centre.db.read() as connection:
        return amendments.count_due(connection, now, now + SOON, MOST_COUNTED)


def due(centre: Centre, actor: Actor, which: Due = Due.EXPIRING, page: int = 1) -> DuePage:
    """A page of what is due; a look that is audited."""
    actor.require(Permission.SEE_WATCHLISTS)
    page, now = max(1, page), centre.clock()
    span = {"offset": (page - 1) * PAGE, "limit": PAGE}
    with centre.db.read() as connection:
        counts = {one: _found(connection, one, now, offset=0, limit=0)[1] for one in Due}
        rows = _found(connection, which, now, **span)[0]
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        tx.audit("entries.viewed", "watchlist", which.value)
    total = counts[which]
    return DuePage(
        due=which,
        rows=rows,
        counts=counts,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


def changes_of(centre: Centre, actor: Actor, entry_id: str) -> Changes:
    """What became of an entry since it was approved, and what may be done about it now."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        entry = watchlists.get_entry(connection, entry_id)
        found = amendments.of_entry(connection, entry_id)
        by_hand = amendments.made_by_hand(connection, entry_id)
        waiting = next((one for one in found if one.state is AmendmentState.OPEN), None)
        own = waiting is not None and same_person(connection, waiting.proposed_by, actor)
    free = entry.listed_at(centre.clock()) and waiting is None and entry.watchlist_id != LOOKOUTS
    proposes, decides = actor.may(Permission.PROPOSE_ENTRIES), actor.may(Permission.DECIDE_ENTRIES)
    return Changes(
        waiting=waiting,
        past=tuple(one for one in found if one is not waiting),
        by_hand=by_hand,
        may_correct=free and by_hand and proposes,
        may_keep=free and (proposes if by_hand else decides),
        may_decide=waiting is not None and decides and not own,
    )


# --- changing ---------------------------------------------------------------------------------


def correct(
    centre: Centre, actor: Actor, entry_id: str, value: WatchlistEntry, reason: str
) -> Amendment:
    """Proposes that an entry made by hand be changed; it stays as it is until then.

    Raises InvalidInput when the new state lacks what it must have or changes nothing, Conflict when
    the entry is not in force, belongs to a source, or has a change that waits already.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    checked(value)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        old = _in_force(tx, entry_id)
        if not amendments.made_by_hand(tx.connection, entry_id):
            raise Conflict("the entry belongs to its source: it changes with the next version")
        if value.kind is not old.kind:
            raise InvalidInput("an entry keeps its kind: propose another one")
        new = _corrected(old, value, _expiry(centre, old.expires_at, value.expires_at))
        if not changed_fields(old, new):
            raise InvalidInput("nothing is changed")
        return _propose(tx, old, new, reason)


def keep(centre: Centre, actor: Actor, entry_id: str, until: datetime, reason: str) -> Amendment:
    """Keeps an entry in force until a date, and puts its next review a year off.

    Of an entry made by hand that is proposed, and another person decides; for one that its list's
    source brought it is done at once, by somebody who may decide. Raises InvalidInput for a date
    that does not lie within five years, Conflict when the entry is not in force.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        old = _in_force(tx, entry_id)
        new = replace(old, expires_at=expiry_of(until, tx.at))
        if amendments.made_by_hand(tx.connection, entry_id):
            return _propose(tx, old, new, reason)
        actor.require(Permission.DECIDE_ENTRIES)
        kept = replace(
            _change(tx, old, new, reason),
            state=AmendmentState.APPROVED,
            decided_by=actor.name,
            decided_at=tx.at,
            decision=reason.strip(),
        )
        amendments.save(tx, kept)
        _save(tx, new)
        tx.audit("entry.kept", "watchlist_entry", entry_id, change=kept.id, reason=kept.reason)
    return kept


def decide(
    centre: Centre, actor: Actor, amendment_id: str, *, approve: bool, reason: str
) -> Amendment:
    """Approves or rejects a change; raises Forbidden for the person who proposed it.

    An approved one takes effect at once: the entry keeps its identifier and its hits, and everybody
    on file is screened against it once more where it says something new about whom it means. Raises
    Conflict where the entry is not any more what the proposer saw.
    """
    actor.require(Permission.DECIDE_ENTRIES)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        entry_id = amendments.get(tx.connection, amendment_id).entry_id
        current = watchlists.lock_entry(tx.connection, entry_id)
        found = amendments.get(tx.connection, amendment_id)
        if same_person(tx.connection, found.proposed_by, actor):
            raise Forbidden("you proposed this change: another person must decide on it")
        if found.state is not AmendmentState.OPEN:
            raise Conflict(f"the change is {found.state.value} already")
        decided = replace(
            found,
            state=AmendmentState.APPROVED if approve else AmendmentState.REJECTED,
            decided_by=actor.name,
            decided_at=tx.at,
            decision=_reason(reason),
        )
        amendments.save(tx, decided)
        if approve:
            _apply(tx, found, current)
        verb = "approved" if approve else "rejected"
        detail = {"change": found.id, "reason": decided.decision}
        tx.audit(f"entry.change_{verb}", "watchlist_entry", found.entry_id, **detail)
    return decided


# --- within -----------------------------------------------------------------------------------


def _found(
    connection: sa.Connection, which: Due, now: datetime, *, offset: int, limit: int
) -> tuple[tuple[DueRow, ...], int]:
    if which is Due.CHANGES:
        waiting, total = amendments.open_ones(connection, offset=offset, limit=limit)
        entries = watchlists.entries_by_id(connection, [one.entry_id for one in waiting])
        rows = rows_of(connection, [entries[one.entry_id] for one in waiting])
        both = zip(rows, waiting, strict=True)
        return tuple(DueRow(row=row, amendment=change) for row, change in both), total
    where, order = {
        Due.EXPIRING: (amendments.expiring(now, now + SOON), "expires_at"),
        Due.REVIEW: (amendments.past_review(now), "review_at"),
        Due.ENDED: (amendments.ended(now - LATELY, now), "name"),
    }[which]
    ids, total = amendments.entry_ids(connection, where, order, offset=offset, limit=limit)
    known = watchlists.entries_by_id(connection, ids)
    rows = rows_of(connection, [known[one] for one in ids])
    return tuple(DueRow(row=row, decision=_why(connection, row.entry)) for row in rows), total


def _why(connection: sa.Connection, entry: WatchlistEntry) -> str:
    retired = entry.state is EntryState.RETIRED
    return watchlists.decision_reason(connection, entry.id) if retired else ""


def _in_force(tx: Tx, entry_id: str) -> WatchlistEntry:
    """The entry, locked; raises Conflict if it is not in force, or has a change that waits."""
    found = watchlists.lock_entry(tx.connection, entry_id)
    if found.state is not EntryState.APPROVED:
        raise Conflict(f"the entry is {found.state.value}")
    if found.watchlist_id == LOOKOUTS:
        raise Conflict("this is a lookout: extend or cancel it on its own page")
    if not found.listed_at(tx.at):
        raise Conflict("the entry has expired: propose it anew")
    changes_known = amendments.of_entry(tx.connection, entry_id)
    if any(one.state is AmendmentState.OPEN for one in changes_known):
        raise Conflict("a change of this entry waits for a decision already")
    return found


def _corrected(old: WatchlistEntry, new: WatchlistEntry, expires_at: datetime) -> WatchlistEntry:
    """The old entry with all that the new one says about whom it means."""
    return replace(
        old,
        names=new.names,
        weak_names=new.weak_names,
        birth_dates=new.birth_dates,
        birth_places=new.birth_places,
        sex=new.sex,
        nationalities=new.nationalities,
        father_names=new.father_names,
        documents=new.documents,
        identifiers=new.identifiers,
        reason=new.reason,
        expires_at=expires_at,
    )


def _expiry(centre: Centre, old: datetime | None, new: datetime | None) -> datetime:
    """When the entry ends; the same last day of the centre's calendar is no change, whatever the
    hour."""
    zone = centre.settings.zone
    if old is not None and (new is None or _last_day(new, zone) == _last_day(old, zone)):
        return old
    return expiry_of(new, centre.clock())


def _last_day(ends: datetime, zone: tzinfo) -> date:
    return (ends - timedelta(seconds=1)).astimezone(zone).date()


def _propose(tx: Tx, old: WatchlistEntry, new: WatchlistEntry, reason: str) -> Amendment:
    made = _change(tx, old, new, reason)
    amendments.save(tx, made)
    fields = [one.field for one in made.fields]
    tx.audit("entry.change_proposed", "watchlist_entry", old.id, change=made.id, fields=fields)
    return made


def _change(tx: Tx, old: WatchlistEntry, new: WatchlistEntry, reason: str) -> Amendment:
    return Amendment(
        id=new_id(),
        entry_id=old.id,
        before=old,
        after=new,
        reason=_reason(reason),
        proposed_by=tx.actor.name,
        proposed_at=tx.at,
    )


def _apply(tx: Tx, change: Amendment, current: WatchlistEntry) -> None:
    if current.state is not EntryState.APPROVED:
        raise Conflict(f"the entry is {current.state.value}")
    if listed_content(current) != listed_content(change.before):
        raise Conflict("the entry changed since: reject this change, and propose it anew")
    expires_at = change.after.expires_at
    if expires_at is None or not tx.at < expires_at <= tx.at + LONGEST:
        raise Conflict("the last day proposed does not lie within five years any more")
    _save(tx, _corrected(current, change.after, expires_at))
    if entry_print(change.after) != entry_print(current):
        amendments.sweep_again(tx, [current.id])


def _save(tx: Tx, entry: WatchlistEntry) -> None:
    """Somebody has looked at it, so its next review is a year off; why it was listed stays."""
    reviewed = replace(entry, review_at=review_date(tx.at, entry.expires_at))
    watchlists.save_entry(tx, reviewed, watchlists.decision_reason(tx.connection, entry.id))


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput("give a reason")
    return text.strip()
