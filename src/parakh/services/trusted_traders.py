"""Trusted traders: proposed, decided on and suspended by two persons each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.consignment import PartyRole
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_
from parakh.domain.selectivity import TrustedTrader
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.centre import WORKER, Centre
from parakh.services.four_eyes import same_person
from parakh.services.lane_facts import trusted_behind
from parakh.store import consignments, examinations
from parakh.store import trusted_traders as store

LONGEST = timedelta(days=5 * 366)
"""An authorisation is looked at again after five years at the latest."""

LONGEST_TEXT, LONGEST_NUMBER = 200, 80

LOOK_BACK = timedelta(days=30)
"""Findings of so many days lead to a proposal to suspend."""

AFTER_FINDING = N_("Something was found in a consignment of this trader.")


class TraderState(StrEnum):
    """How a trusted trader stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    ASKED = "asked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class TraderRow:
    """A trader with how it stands; `may_decide` says whether the actor may decide what waits."""

    trader: TrustedTrader
    state: TraderState
    may_decide: bool


def state_of(value: TrustedTrader, at: datetime) -> TraderState:
    """How a trader stands at a moment."""
    if value.decided_at is None:
        return TraderState.PROPOSED
    if value.refused:
        return TraderState.REFUSED
    if value.suspended_at is not None:
        return TraderState.SUSPENDED
    if not value.in_force(at):
        return TraderState.EXPIRED
    return TraderState.ASKED if value.waits else TraderState.IN_FORCE


# --- looks --------------------------------------------------------------------------------------


def traders(centre: Centre, actor: Actor, text: str = "") -> tuple[TraderRow, ...]:
    """All traders with a part of a name or number: those that wait first, then the newest; a look
    that is audited."""
    actor.require(Permission.SEE_SELECTIVITY)
    now = centre.clock()
    keeps = actor.may(Permission.KEEP_SELECTIVITY) and actor.human
    with centre.db.read() as connection:
        rows = [
            TraderRow(
                trader=own,
                state=(state := state_of(own, now)),
                may_decide=keeps
                and state in (TraderState.PROPOSED, TraderState.ASKED)
                and not same_person(connection, own.asked_by or own.proposed_by, actor),
            )
            for own in store.traders(connection, text.strip())
        ]
    with centre.db.write(actor, Purpose.GOODS) as tx:
        tx.audit("traders.listed", "trusted_trader", "all", searched=text.strip())
    waiting = (TraderState.PROPOSED, TraderState.ASKED)
    return tuple(sorted(rows, key=lambda row: row.state not in waiting))


# --- steps --------------------------------------------------------------------------------------


def propose(centre: Centre, actor: Actor, draft: TrustedTrader) -> TrustedTrader:
    """Proposes a trader by its number.

    Raises InvalidInput for a number, role or end that cannot be, Conflict while one with the number
    waits or is in force.
    """
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        made = TrustedTrader(
            id=new_id(),
            identifier=_number(draft.identifier),
            name=_text("name", draft.name).upper(),
            roles=_roles(draft.roles),
            authorisation=_text("authorisation", draft.authorisation),
            reason=reason_of(draft.reason),
            proposed_by=actor.name,
            proposed_at=tx.at,
            expires_at=_end(draft.expires_at, tx.at),
        )
        known = store.by_identifier(tx.connection, [made.identifier]).get(made.identifier, [])
        if any(own.decided_at is None or own.in_force(tx.at) for own in known):
            raise Conflict("a trader with this number is trusted, or proposed, already")
        store.save(tx, made)
        tx.audit("trader.proposed", "trusted_trader", made.id, identifier=made.identifier)
    return made


def decide(
    centre: Centre, actor: Actor, trader_id: str, *, approve: bool, reason: str
) -> TrustedTrader:
    """Decides whether a proposed trader is trusted.

    Raises Forbidden for whoever proposed it, Conflict where it is decided already.
    """
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        old = store.get(tx.connection, trader_id, lock=True)
        if old.decided_at is not None:
            raise Conflict("this trader was decided on already")
        if same_person(tx.connection, old.proposed_by, actor):
            raise Forbidden("you proposed it: another person must decide")
        made = replace(
            old,
            decided_by=actor.name,
            decided_at=tx.at,
            refused=not approve,
            decision=reason_of(reason),
        )
        store.save(tx, made)
        action = "trader.approved" if approve else "trader.refused"
        tx.audit(action, "trusted_trader", trader_id, reason=made.decision)
    return made


def ask_to_suspend(centre: Centre, actor: Actor, trader_id: str, reason: str) -> TrustedTrader:
    """Asks that a trader be suspended; raises Conflict where it is not in force, or that is asked
    already."""
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        old = store.get(tx.connection, trader_id, lock=True)
        if not old.in_force(tx.at) or old.waits:
            raise Conflict("it is not in force, or somebody asked already")
        made = replace(old, asked_by=actor.name, asked_at=tx.at, asked_reason=reason_of(reason))
        store.save(tx, made)
        tx.audit("trader.suspension_asked", "trusted_trader", trader_id, reason=made.asked_reason)
    return made


def decide_suspension(
    centre: Centre, actor: Actor, trader_id: str, *, suspend: bool, reason: str
) -> TrustedTrader:
    """Suspends a trader at once, or leaves it trusted; who is suspended has to be proposed again.

    Raises Forbidden for whoever asked for it, Conflict where nobody did.
    """
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        old = store.get(tx.connection, trader_id, lock=True)
        if old.asked_at is None or old.suspended_at is not None:
            raise Conflict("nobody asked to suspend it, or it is suspended already")
        if same_person(tx.connection, old.asked_by, actor):
            raise Forbidden("you asked for it: another person must decide")
        why = reason_of(reason)
        made = replace(old, suspended_by=actor.name, suspended_at=tx.at, suspension=why)
        if not suspend:
            made = replace(old, asked_by="", asked_at=None, asked_reason="", kept_at=tx.at)
        store.save(tx, made)
        action = "trader.suspended" if suspend else "trader.kept"
        tx.audit(action, "trusted_trader", trader_id, reason=why)
    return made


def follow_findings(centre: Centre) -> int:
    """Proposes to suspend trusted traders with whose goods something was found; gives how many.

    Findings from before somebody declined to suspend the trader count no more.
    """
    now = centre.clock()
    with centre.db.read() as connection:
        found = _found(connection, now - LOOK_BACK, now)
        behind = trusted_behind(connection, consignments.by_ids(connection, found).values(), now)
        due = {
            own.id: consignment_id
            for consignment_id, own in sorted(behind.items())
            if not own.waits
            and (own.kept_at is None or consignment_id in _found(connection, own.kept_at, now))
        }
    for trader_id, consignment_id in due.items():
        _ask(centre, trader_id, consignment_id)
    return len(due)


# --- within -------------------------------------------------------------------------------------


def _found(connection: sa.Connection, since: datetime, until: datetime) -> set[str]:
    return {own for own, found in examinations.found(connection, since, until).items() if found}


def _ask(centre: Centre, trader_id: str, consignment_id: str) -> None:
    with centre.db.write(WORKER, Purpose.GOODS) as tx:
        old = store.get(tx.connection, trader_id, lock=True)
        if old.waits:
            tx.audit("trader.left", "trusted_trader", trader_id, cause="asked meanwhile")
            return
        made = replace(
            old,
            asked_by=WORKER.name,
            asked_at=tx.at,
            asked_reason=AFTER_FINDING,
            asked_after=consignment_id,
        )
        store.save(tx, made)
        tx.audit("trader.suspension_asked", "trusted_trader", trader_id, after=consignment_id)


def _number(text: str) -> str:
    number = "".join(own for own in text.upper() if own.isalnum())
    if not number or len(number) > LONGEST_NUMBER:
        raise InvalidInput("identifier: give the trader's tax or registration number")
    return number


def _text(name: str, text: str) -> str:
    told = text.strip()
    if not told or len(told) > LONGEST_TEXT:
        raise InvalidInput(f"{name}: write 1 to {LONGEST_TEXT} characters")
    return told


def _roles(roles: Iterable[str]) -> frozenset[str]:
    known = {own.value for own in PartyRole}
    if not set(roles) <= known:
        raise InvalidInput(f"roles: some of {', '.join(sorted(known))}")
    return frozenset(roles)


def _end(expires_at: datetime | None, now: datetime) -> datetime:
    if expires_at is None or not now < expires_at <= now + LONGEST:
        raise InvalidInput("expires_at: an end that lies ahead, within five years")
    return expires_at
