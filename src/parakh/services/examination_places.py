"""Terminals, the policies by which they ground, and examiners with leave and wishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, permissions_of
from parakh.act import grounding
from parakh.act.decisions import reason_of, require_human
from parakh.domain.examination import Examiner, First, Policy, PolicyState, Staffing, Terminal
from parakh.domain.ids import new_id
from parakh.domain.roster import SLOTS, Leave, Wish
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import examination_places as store
from parakh.store import people
from parakh.store.database import Tx

MOST = 1000
MOST_HOURS = 60
MOST_WISHES = 10
LONGEST_LEAVE = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalView:
    """A terminal, its policy in force, and all its policies, newest first."""

    terminal: Terminal
    policy: Policy
    policies: tuple[Policy, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExaminerView:
    """An examiner with his leave and wishes from today on; `display_name` is what he is called."""

    examiner: Examiner
    display_name: str
    leave: tuple[Leave, ...]
    wishes: tuple[Wish, ...]


# --- terminals ----------------------------------------------------------------------------------


def terminals(centre: Centre, actor: Actor) -> list[Terminal]:
    """The terminals at the actor's ports, in order of name."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        return mine(connection, actor)


def mine(connection: sa.Connection, actor: Actor) -> list[Terminal]:
    """The same, within a look."""
    every = store.terminals(connection).values()
    return [own for own in every if actor.everywhere or own.port in actor.ports]


def terminal(centre: Centre, actor: Actor, terminal_id: str) -> TerminalView:
    """One terminal with its policies; raises NotFound, Forbidden."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        found = store.terminal(connection, terminal_id)
        actor.require_port(found.port)
        policies = tuple(store.policies(connection, [terminal_id]))
        usual = grounding.usual(terminal_id, centre.clock())
        in_force = (own for own in policies if own.state is PolicyState.IN_FORCE)
        return TerminalView(terminal=found, policy=next(in_force, usual), policies=policies)


def save_terminal(centre: Centre, actor: Actor, value: Terminal) -> Terminal:
    """Adds a terminal ("" as its identifier), or says something else of one."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    made = replace(value, id=value.id or new_id(), name=value.name.strip(), port=value.port.strip())
    _check_terminal(made)
    actor.require_port(made.port)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        known = store.terminals(tx.connection)
        if value.id and value.id not in known:
            raise NotFound("there is no such terminal")
        if any(own.name == made.name and own.id != made.id for own in known.values()):
            raise Conflict(f"there is a terminal {made.name} already")
        store.save_terminal(tx, made)
        tx.audit(
            "terminal.saved", "terminal", made.id, name=made.name, bays=made.bays,
            a_shift=made.a_shift,
        )  # fmt: skip
    return made


# --- policies -----------------------------------------------------------------------------------


def propose_policy(
    centre: Centre,
    actor: Actor,
    terminal_id: str,
    *,
    order: Sequence[First],
    perishable: frozenset[str],
    waiting_step: int,
    longest_wait: int,
    reason: str,
) -> Policy:
    """Proposes in what order a terminal grounds; it holds once another planner approves it."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        actor.require_port(store.terminal(tx.connection, terminal_id, lock=True).port)
        known = store.policies(tx.connection, [terminal_id])
        if any(own.state is PolicyState.PROPOSED for own in known):
            raise Conflict("another policy waits for a decision: decide on it first")
        made = grounding.checked(
            Policy(
                id=new_id(),
                terminal_id=terminal_id,
                number=known[0].number + 1 if known else 1,
                order=tuple(order),
                perishable=perishable,
                waiting_step=waiting_step,
                longest_wait=longest_wait,
                reason=reason,
                state=PolicyState.PROPOSED,
                proposed_by=actor.name,
                proposed_at=tx.at,
            )
        )
        store.save_policy(tx, made)
        tx.audit("grounding.proposed", "terminal", terminal_id, policy=made.number)
    return made


def decide_policy(
    centre: Centre, actor: Actor, policy_id: str, *, approve: bool, reason: str
) -> Policy:
    """Puts a proposed policy in force, in the place of the one before, or rejects it.

    Raises Forbidden for whoever proposed it, Conflict unless it waits.
    """
    actor.require(Permission.PLAN_EXAMINATIONS)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = store.policy(tx.connection, policy_id, lock=True)
        actor.require_port(store.terminal(tx.connection, old.terminal_id).port)
        own = same_person(tx.connection, old.proposed_by, actor)
        new = grounding.decided(old, actor, approve=approve, own=own, reason=reason, at=tx.at)
        before = store.in_force(tx.connection, [old.terminal_id]).get(old.terminal_id)
        if approve and before is not None:
            store.save_policy(tx, replace(before, state=PolicyState.REPLACED))
        store.save_policy(tx, new)
        verb = "approved" if approve else "rejected"
        tx.audit(f"grounding.{verb}", "terminal", old.terminal_id, policy=old.number)
    return new


# --- examiners ----------------------------------------------------------------------------------


def examiners(centre: Centre, actor: Actor) -> list[ExaminerView]:
    """Examiners of the actor's terminals with what is known of them; an audited look."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    today = centre.clock().astimezone(centre.settings.zone).date()
    with centre.db.read() as connection:
        shown = {own.id for own in mine(connection, actor)}
        names = {own.name: own.display_name for own in people.users(connection)}
        leave = store.leaves(connection, today, date.max)
        wishes = store.wishes(connection, today, date.max)
        found = [
            ExaminerView(
                examiner=own,
                display_name=names.get(own.name, own.name),
                leave=tuple(one for one in leave if one.examiner_id == own.id),
                wishes=tuple(one for one in wishes if one.examiner_id == own.id),
            )
            for own in store.examiners(connection).values()
            if actor.everywhere or own.terminal_ids & shown
        ]
    centre.looked(actor, Purpose.EXAMINATION, "examiners.listed", "examiner", "all")
    return found


def candidates(centre: Centre, actor: Actor) -> dict[str, str]:
    """Users who may examine and are no examiners yet: what they are called by sign-in name."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    with centre.db.read() as connection:
        known = {own.name for own in store.examiners(connection).values()}
        return {
            own.name: own.display_name
            for own in people.users(connection)
            if own.active
            and own.name not in known
            and Permission.EXAMINE in permissions_of(own.roles)
        }


def save_examiner(centre: Centre, actor: Actor, value: Examiner) -> Examiner:
    """Says of a user ("" as the identifier of a new one) what he is trained for, where he works,
    and with whom he has a conflict of interest. Nobody keeps his own record."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    conflicts = frozenset("".join(filter(str.isalnum, own.upper())) for own in value.conflicts)
    made = replace(value, id=value.id or new_id(), conflicts=conflicts - {""})
    if made.name == actor.name:
        raise Forbidden("nobody keeps his own record as an examiner")
    if not 1 <= made.hours_a_week <= MOST_HOURS:
        raise InvalidInput(f"somebody works 1 to {MOST_HOURS} hours in seven days")
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        _require_terminals(tx, made.terminal_ids)
        known = store.examiners(tx.connection)
        if value.id and (value.id not in known or known[value.id].name != made.name):
            raise NotFound("there is no such examiner")
        if not value.id and any(own.name == made.name for own in known.values()):
            raise Conflict(f"{made.name} is an examiner already")
        users = {own.name: own for own in people.users(tx.connection)}
        if made.name not in users or Permission.EXAMINE not in permissions_of(
            users[made.name].roles
        ):
            raise InvalidInput("no user of that name may examine")
        store.save_examiner(tx, made)
        tx.audit(
            "examiner.saved",
            "examiner",
            made.id,
            name=made.name,
            skills=sorted(own.value for own in made.skills),
            conflicts=len(made.conflicts),
        )
    return made


def add_leave(
    centre: Centre, actor: Actor, examiner_id: str, since: date, until: date, reason: str
) -> Leave:
    """Notes that somebody does not work on some days, both included."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    if not since <= until <= since + LONGEST_LEAVE:
        raise InvalidInput("leave ends on or after its first day, within a year")
    made = Leave(
        id=new_id(), examiner_id=examiner_id, since=since, until=until, reason=reason.strip()
    )
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        _require_examiner(tx, examiner_id)
        store.add_leave(tx, made)
        days = {"since": since.isoformat(), "until": until.isoformat()}
        tx.audit("leave.added", "examiner", examiner_id, **days)
    return made


def remove_leave(centre: Centre, actor: Actor, leave_id: str, reason: str) -> None:
    """Takes leave back; raises NotFound."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        store.remove_leave(tx, leave_id)
        tx.audit("leave.removed", "examiner", leave_id, reason=reason_of(reason))


def wish(centre: Centre, actor: Actor, day: date, slot: int | None) -> Wish:
    """An examiner says on which day he would rather be free; raises Forbidden for others."""
    actor.require(Permission.EXAMINE)
    if slot is not None and not 0 <= slot < len(SLOTS):
        raise InvalidInput("a slot is 0, 1 or 2")
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        known = {own.name: own for own in store.examiners(tx.connection).values()}
        if actor.name not in known:
            raise Forbidden("you are not on the list of examiners")
        made = Wish(id=new_id(), examiner_id=known[actor.name].id, day=day, slot=slot)
        mine = [
            own
            for own in store.wishes(tx.connection, tx.at.date(), date.max)
            if own.examiner_id == made.examiner_id
        ]
        if len(mine) >= MOST_WISHES:
            raise Conflict(f"at most {MOST_WISHES} wishes can wait at one time")
        store.add_wish(tx, made)
        tx.audit("wish.added", "examiner", made.examiner_id, day=day.isoformat())
    return made


# --- within -------------------------------------------------------------------------------------


def _check_terminal(own: Terminal) -> None:
    if not own.name or len(own.name) > 80:
        raise InvalidInput("a terminal has a name of at most 80 characters")
    if not own.port:
        raise InvalidInput("name the port at which the terminal is")
    if not (1 <= own.bays <= MOST and 1 <= own.a_shift <= MOST):
        raise InvalidInput(f"bays and groundings a shift are 1 to {MOST}")
    if len({one.slot for one in own.staffing}) != len(own.staffing):
        raise InvalidInput("each slot of the day is told once")
    for one in own.staffing:
        _check_staffing(one)


def _check_staffing(own: Staffing) -> None:
    if not (0 <= own.slot < len(SLOTS) and 0 <= own.needed <= MOST):
        raise InvalidInput("a slot is 0, 1 or 2, and needs so many examiners")
    if any(not 0 < number <= own.needed for _, number in own.skills):
        raise InvalidInput("of the examiners that a slot needs, some are trained: not more")


def _require_terminals(tx: Tx, ids: frozenset[str]) -> None:
    known = store.terminals(tx.connection)
    if not ids or not ids <= known.keys():
        raise InvalidInput("an examiner works at one terminal at least, of those that there are")
    for own in ids:
        tx.actor.require_port(known[own].port)


def _require_examiner(tx: Tx, examiner_id: str) -> None:
    known = store.examiners(tx.connection)
    if examiner_id not in known:
        raise NotFound("there is no such examiner")
    _require_terminals(tx, known[examiner_id].terminal_ids)
