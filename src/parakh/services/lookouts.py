"""Manual lookouts: placed by one officer and in force at once, for a day; for longer by two.

A lookout is an entry of a built-in watchlist, so that screeners, the sweep over everybody on file,
redress and expiry hold for it as for any entry.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.lookout import LONGEST, LOOKOUTS, Extension, Lookout, LookoutState
from parakh.domain.unit import Unit
from parakh.domain.watchlist import EntryState, Handling, WatchlistEntry
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services.alerts import AlertRow, rows_of, units_of
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.watchlists import checked, move_within, review_date
from parakh.store import alerts, people, watchlists
from parakh.store import lookouts as store
from parakh.store.database import Tx

PAGE = 50
USUAL = timedelta(days=30)
"""A lookout ends so long after it was placed, unless somebody says otherwise."""

LONGEST_INSTRUCTION = 2000


class Which(StrEnum):
    """Which lookouts are wanted."""

    MINE = "mine"
    UNIT = "unit"
    WAITING = "waiting"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class LookoutRow:
    """A lookout in a list of them, with how many hits it raised."""

    lookout: Lookout
    state: LookoutState
    unit: Unit
    hits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LookoutView:
    """One lookout, the alerts that it raised for the actor's units, and what he may do about it.

    `ended` is why it was cancelled; "" for one that was not.
    """

    row: LookoutRow
    alerts: tuple[AlertRow, ...]
    ended: str
    may_decide: bool
    may_extend: bool
    may_cancel: bool


# --- looking ----------------------------------------------------------------------------------


def lookouts(
    centre: Centre,
    actor: Actor,
    which: Which = Which.UNIT,
    *,
    ended: bool = False,
    offset: int = 0,
) -> list[LookoutRow]:
    """Lookouts in force, with `ended` all of them, the newest first, fifty at a time; a look that
    is audited. Nobody sees those of other units but who sees every unit."""
    _require(actor)
    now, seen = centre.clock(), units_of(actor)
    mine = which is Which.MINE
    with centre.db.read() as connection:
        found = store.newest(
            connection,
            placed_by=actor.name if mine else None,
            units=None if mine else actor.units if which is Which.UNIT else seen,
            in_force_at=None if ended else now,
            waiting=which is Which.WAITING,
            offset=offset,
            limit=PAGE,
        )
        rows = _rows(connection, found, now)
    with centre.db.write(actor, Purpose.LOOKOUT) as tx:
        tx.audit("lookouts.viewed", "lookout", which.value, lookouts=[own.id for own in found])
    return rows


def view(centre: Centre, actor: Actor, lookout_id: str) -> LookoutView:
    """One lookout with the alerts that it raised; a look that is audited. Raises NotFound."""
    _require(actor)
    now = centre.clock()
    with centre.db.read() as connection:
        found = _own(connection, actor, lookout_id)
        row = _rows(connection, [found], now)[0]
        target = Ref(kind=Kind.WATCHLIST_ENTRY, id=lookout_id)
        raised = alerts.alerts_about(connection, target, units_of(actor))
        may_see = actor.may(Permission.SEE_ALERTS)
        confirmed = row.state is LookoutState.CONFIRMED
        done = LookoutView(
            row=row,
            alerts=tuple(rows_of(centre, connection, actor, raised)) if may_see else (),
            ended=watchlists.decision_reason(connection, lookout_id)
            if row.state is LookoutState.CANCELLED
            else "",
            may_decide=_may_decide(connection, actor, found, now),
            may_extend=confirmed
            and found.extension is None
            and actor.may(Permission.PLACE_LOOKOUTS),
            may_cancel=row.state.in_force,
        )
    centre.looked(actor, Purpose.LOOKOUT, "lookout.viewed", "lookout", lookout_id)
    return done


# --- steps ------------------------------------------------------------------------------------


def place(
    centre: Centre,
    actor: Actor,
    entry: WatchlistEntry,
    *,
    instruction: str = "",
    handling: Handling = Handling.INSPECT,
    ends_at: datetime | None = None,
    unit_id: str = "",
) -> Lookout:
    """Places a lookout for what an entry describes; it is in force at once, provisionally.

    `unit_id` is the unit that is alerted, one of the actor's own (the first, if none is named).
    Raises InvalidInput for one that nothing could be found by, or without a reason.
    """
    actor.require(Permission.PLACE_LOOKOUTS)
    checked(entry)
    reason_of(entry.reason)
    if len(instruction) > LONGEST_INSTRUCTION:
        raise InvalidInput(f"an instruction has at most {LONGEST_INSTRUCTION} characters")
    with centre.db.write(actor, Purpose.LOOKOUT) as tx:
        unit = _unit_of(tx.connection, actor, unit_id)
        ends = _end(ends_at or tx.at + USUAL, tx.at)
        provisional = timedelta(hours=centre.settings.lookout_hours)
        made = Lookout(
            entry=replace(
                entry,
                id=new_id(),
                watchlist_id=LOOKOUTS,
                state=EntryState.APPROVED,
                proposed_by=actor.name,
                proposed_at=tx.at,
                decided_by=None,
                decided_at=None,
                expires_at=min(ends, tx.at + provisional),
            ),
            instruction=instruction.strip(),
            handling=handling,
            unit_id=unit.id,
            placed_by=actor.name,
            placed_at=tx.at,
            ends_at=ends,
        )
        store.ensure_list(tx)
        watchlists.save_entry(tx, made.entry)
        store.save(tx, made)
        tx.audit(
            "lookout.placed",
            "lookout",
            made.id,
            what=entry.kind.value,
            unit=unit.id,
            until=ends.isoformat(),
            reason=entry.reason,
        )
    return made


def decide(centre: Centre, actor: Actor, lookout_id: str, *, agree: bool, reason: str) -> Lookout:
    """The second person's word on a provisional lookout, or on a later end that waits for it.

    Confirmed, a lookout lasts until its end; one that is not agreed to ends at once, and where only
    a later end is refused it ends as it would have. Raises Forbidden for whoever asked for it,
    Conflict for one that waits for nothing.
    """
    actor.require(Permission.CONFIRM_LOOKOUTS)
    require_human(actor)
    said = reason_of(reason)
    with centre.db.write(actor, Purpose.LOOKOUT) as tx:
        old = store.get(tx.connection, lookout_id, lock=True)
        _visible(actor, old)
        if not old.waits(tx.at):
            raise Conflict("nothing of this lookout waits for a second person, or it has ended")
        if same_person(tx.connection, _asked_by(old), actor):
            raise Forbidden("you asked for this yourself: another person must decide on it")
        new = _extended(tx, old, agree) if old.confirmed_by else _confirmed(tx, old, agree, said)
        store.save(tx, new)
        what = "extension" if old.confirmed_by else "lookout"
        tx.audit(f"{what}.{'agreed' if agree else 'refused'}", "lookout", lookout_id, reason=said)
        return store.get(tx.connection, lookout_id)


def extend(centre: Centre, actor: Actor, lookout_id: str, until: datetime, reason: str) -> Lookout:
    """Asks for a later end of a confirmed lookout, which another person must agree to."""
    actor.require(Permission.PLACE_LOOKOUTS)
    said = reason_of(reason)
    with centre.db.write(actor, Purpose.LOOKOUT) as tx:
        old = store.get(tx.connection, lookout_id, lock=True)
        _visible(actor, old)
        if old.state(tx.at) is not LookoutState.CONFIRMED or old.extension is not None:
            raise Conflict("only a confirmed lookout is extended, one later end at a time")
        if until <= old.ends_at:
            raise InvalidInput("the later end lies before the present one")
        wanted = Extension(until=_end(until, tx.at), reason=said, by=actor.name, at=tx.at)
        new = replace(old, extension=wanted)
        store.save(tx, new)
        tx.audit(
            "extension.asked", "lookout", lookout_id, until=wanted.until.isoformat(), reason=said
        )
    return new


def cancel(centre: Centre, actor: Actor, lookout_id: str, reason: str) -> Lookout:
    """Ends a lookout at once; raises Conflict for one that has ended."""
    _require(actor)
    said = reason_of(reason)
    with centre.db.write(actor, Purpose.LOOKOUT) as tx:
        old = store.get(tx.connection, lookout_id, lock=True)
        _visible(actor, old)
        if not old.state(tx.at).in_force:
            raise Conflict("the lookout has ended")
        entry = move_within(tx, lookout_id, EntryState.RETIRED, said)
        tx.audit("lookout.cancelled", "lookout", lookout_id, reason=said)
    return replace(old, entry=entry)


# --- within -----------------------------------------------------------------------------------


def _confirmed(tx: Tx, old: Lookout, agree: bool, reason: str) -> Lookout:
    if not agree:
        return replace(old, entry=move_within(tx, old.id, EntryState.RETIRED, reason))
    entry = replace(
        old.entry,
        expires_at=old.ends_at,
        decided_by=tx.actor.name,
        decided_at=tx.at,
        review_at=review_date(tx.at, old.ends_at),
    )
    watchlists.save_entry(tx, entry, reason)
    return replace(old, entry=entry, confirmed_by=tx.actor.name, confirmed_at=tx.at)


def _extended(tx: Tx, old: Lookout, agree: bool) -> Lookout:
    extension = old.extension
    if not agree or extension is None:
        return replace(old, extension=None)
    if extension.until > tx.at + LONGEST:
        raise Conflict("the later end does not lie within 90 days")
    entry = replace(
        old.entry,
        expires_at=extension.until,
        review_at=review_date(tx.at, extension.until),
    )
    watchlists.save_entry(tx, entry, watchlists.decision_reason(tx.connection, old.id))
    return replace(old, entry=entry, ends_at=extension.until, extension=None)


def _asked_by(own: Lookout) -> str:
    """Whose word alone is not enough."""
    return own.extension.by if own.confirmed_by and own.extension else own.placed_by


def _may_decide(connection: sa.Connection, actor: Actor, own: Lookout, now: datetime) -> bool:
    return (
        own.waits(now)
        and actor.human
        and actor.may(Permission.CONFIRM_LOOKOUTS)
        and not same_person(connection, _asked_by(own), actor)
    )


def _require(actor: Actor) -> None:
    if not actor.may(Permission.CONFIRM_LOOKOUTS):
        actor.require(Permission.PLACE_LOOKOUTS)


def _visible(actor: Actor, own: Lookout) -> None:
    if not actor.everywhere and own.placed_by != actor.name and own.unit_id not in actor.units:
        raise NotFound("there is no such lookout")


def _own(connection: sa.Connection, actor: Actor, lookout_id: str) -> Lookout:
    found = store.get(connection, lookout_id)
    _visible(actor, found)
    return found


def _end(wanted: datetime, now: datetime) -> datetime:
    # A day's grace: who chooses the ninetieth day means all of it.
    if not now < wanted <= now + LONGEST + timedelta(days=1):
        raise InvalidInput("a lookout ends in the future, within 90 days")
    return min(wanted, now + LONGEST)


def _unit_of(connection: sa.Connection, actor: Actor, unit_id: str) -> Unit:
    units = people.units(connection)
    mine = [own for own in units.values() if own.id in actor.units]
    # Programs and whoever runs the command line belong to no unit.
    if not mine and actor.everywhere:
        mine = [own for own in units.values() if own.central] or list(units.values())
    chosen = units.get(unit_id) if unit_id else next(iter(mine), None)
    if chosen is None:
        raise InvalidInput("choose the unit that is alerted")
    if chosen not in mine and not actor.everywhere:
        raise Forbidden("that is not your unit")
    return chosen


def _rows(connection: sa.Connection, found: list[Lookout], now: datetime) -> list[LookoutRow]:
    units = people.units(connection)
    hits = store.hit_counts(connection, [own.id for own in found])
    return [
        LookoutRow(
            lookout=own,
            state=own.state(now),
            unit=units[own.unit_id],
            hits=hits.get(own.id, 0),
        )
        for own in found
    ]
