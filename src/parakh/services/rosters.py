"""Rosters of examiners: solved in the background, changed by hand within the rules, published."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import roster as act
from parakh.act.decisions import require_human
from parakh.act.roster import Breach, Problem
from parakh.domain.examination import Examiner, Terminal
from parakh.domain.ids import new_id
from parakh.domain.phrase import Phrase
from parakh.domain.roster import NIGHT, SLOTS, Duty, Roster, RosterState
from parakh.errors import Conflict, InvalidInput
from parakh.services.background import Report
from parakh.services.centre import Centre
from parakh.services.roster_solver import solve
from parakh.store import examination_places, people
from parakh.store import rosters as store
from parakh.store.database import Tx

MOST_DAYS = 28
USUAL_DAYS = 14
FARTHEST = timedelta(days=366)
"""How far from today a roster begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterRow:
    """One examiner's line: his duty on each day, and his nights and weekend duties."""

    examiner: Examiner
    name: str
    duties: tuple[Duty | None, ...]
    away: tuple[bool, ...]
    nights: int
    weekends: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterView:
    """A roster as a grid.

    Attributes:
        shortages: what it leaves uncovered, in words, by day and slot.
        breaches: hard rules that are broken now, after leave that came later.
    """

    roster: Roster
    days: tuple[date, ...]
    rows: tuple[RosterRow, ...]
    terminals: dict[str, Terminal]
    shortages: tuple[tuple[date, int, Phrase], ...]
    breaches: tuple[tuple[str, Breach], ...]


def listed(centre: Centre, actor: Actor) -> list[Roster]:
    """Rosters, newest first."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        found = store.rosters(connection)
    shown = (RosterState.PUBLISHED, RosterState.DRAFT)
    drafts = actor.may(Permission.PLAN_EXAMINATIONS)
    return [own for own in found if own.state in shown[: 2 if drafts else 1]]


def begin(centre: Centre, actor: Actor, since: date, days: int = USUAL_DAYS) -> None:
    """Begins to make a roster in the background; raises Conflict while another is made,
    InvalidInput where there is nobody, or nothing to cover."""
    _require(centre, actor, since, days)
    if not centre.rostering.start(lambda told: make(centre, actor, since, days, told)):
        raise Conflict("another roster is being made just now")


def make(
    centre: Centre,
    actor: Actor,
    since: date,
    days: int = USUAL_DAYS,
    told: Report = lambda _done, _total: None,
) -> Roster:
    """Makes a draft of a roster; what cannot be covered is told in it."""
    problem = _require(centre, actor, since, days)
    told(0, 1)
    found = solve(problem)
    told(1, 1)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        made = Roster(
            id=new_id(),
            since=since,
            until=problem.days[-1],
            state=RosterState.DRAFT,
            made_by=actor.name,
            made_at=tx.at,
            penalty=found.penalty,
            bound=found.bound,
            greedy=act.penalty(problem, act.greedy(problem)),
            seconds=found.seconds,
            shortages=found.shortages,
        )
        store.save(tx, made)
        store.add_duties(tx, made.id, found.duties)
        tx.audit("roster.made", "roster", made.id, since=since.isoformat(), days=days)
    return made


def view(centre: Centre, actor: Actor, roster_id: str) -> RosterView:
    """One roster; drafts are for planners. Raises NotFound."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        found = store.get(connection, roster_id)
        if found.state is not RosterState.PUBLISHED:
            actor.require(Permission.PLAN_EXAMINATIONS)
        return _view(connection, found)


def change(
    centre: Centre,
    actor: Actor,
    roster_id: str,
    examiner_id: str,
    day: date,
    place: tuple[str, int] | None,
) -> RosterView:
    """Gives somebody a duty on a day (terminal and slot) in the place of his, or takes it away.

    Raises Conflict with the rule that it would break, for a roster that was discarded too.
    """
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = store.get(tx.connection, roster_id, lock=True)
        if old.state is RosterState.DISCARDED:
            raise Conflict("this roster was discarded")
        problem = problem_of(tx.connection, old.since, _span(old))
        store.remove_duty(tx, roster_id, examiner_id, day)
        if place is not None:
            duty = Duty(day=day, slot=place[1], terminal_id=place[0], examiner_id=examiner_id)
            _add(tx, problem, old, duty)
        duties = store.duties(tx.connection, roster_id)
        new = replace(
            old,
            penalty=act.penalty(problem, duties),
            bound=min(old.bound, act.penalty(problem, duties)),
            shortages=act.shortages(problem, duties, proven=False),
        )
        store.save(tx, new)
        tx.audit("roster.changed", "roster", roster_id, examiner=examiner_id, day=day.isoformat())
        return _view(tx.connection, new)


def publish(centre: Centre, actor: Actor, roster_id: str) -> Roster:
    """Puts a draft in force in the place of what was published for its days.

    Raises Conflict while it breaks a hard rule, as after leave that was granted since.
    """
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = store.get(tx.connection, roster_id, lock=True)
        if old.state is not RosterState.DRAFT:
            raise Conflict(f"this roster is {old.state.value}")
        problem = problem_of(tx.connection, old.since, _span(old))
        broken = act.breaches(problem, store.duties(tx.connection, roster_id))
        if broken:
            raise Conflict(f"a rule is broken on {broken[0].day}: {broken[0].text}")
        replaced = store.clear(tx, old.since, old.until, [old.id])
        new = replace(old, state=RosterState.PUBLISHED, published_by=actor.name, published_at=tx.at)
        store.save(tx, new)
        tx.audit("roster.published", "roster", roster_id, replaced=replaced)
    return new


def discard(centre: Centre, actor: Actor, roster_id: str) -> None:
    """Gives up a draft; raises Conflict for one that was published."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = store.get(tx.connection, roster_id, lock=True)
        if old.state is not RosterState.DRAFT:
            raise Conflict(f"this roster is {old.state.value}")
        store.save(tx, replace(old, state=RosterState.DISCARDED))
        tx.audit("roster.discarded", "roster", roster_id)


def problem_of(connection: sa.Connection, since: date, days: int) -> Problem:
    """What a roster is wanted for, by terminals, examiners, leave, wishes and what was published
    for the days before."""
    span = tuple(since + timedelta(days=n) for n in range(days))
    terminals = examination_places.terminals(connection)
    return Problem(
        days=span,
        shifts=act.shifts_of(terminals.values(), span),
        examiners=tuple(examination_places.examiners(connection).values()),
        leave=tuple(examination_places.leaves(connection, span[0], span[-1])),
        wishes=tuple(examination_places.wishes(connection, span[0], span[-1])),
        before=tuple(
            store.published(
                connection, since - timedelta(days=act.WINDOW), since - timedelta(days=1)
            )
        ),
    )


# --- within -------------------------------------------------------------------------------------


def _require(centre: Centre, actor: Actor, since: date, days: int) -> Problem:
    actor.require(Permission.PLAN_EXAMINATIONS)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"a roster has 1 to {MOST_DAYS} days")
    if abs(since - centre.clock().date()) > FARTHEST:
        raise InvalidInput(f"a roster begins within {FARTHEST.days} days of today")
    with centre.db.read() as connection:
        problem = problem_of(connection, since, days)
    if not problem.shifts or not problem.examiners:
        raise InvalidInput("say first whom each terminal needs in which shift, and who examines")
    return problem


def _span(own: Roster) -> int:
    return (own.until - own.since).days + 1


def _add(tx: Tx, problem: Problem, own: Roster, duty: Duty) -> None:
    if not 0 <= duty.slot < len(SLOTS):
        raise InvalidInput("a slot is 0, 1 or 2")
    others = store.duties(tx.connection, own.id)
    mine = [one for one in others if one.examiner_id == duty.examiner_id]
    before = act.breaches(problem, mine)
    broken = [one for one in act.breaches(problem, [*mine, duty]) if one not in before]
    if broken:
        raise Conflict(f"{broken[0].day}: {broken[0].text}")
    store.add_duties(tx, own.id, [duty])


def _view(connection: sa.Connection, own: Roster) -> RosterView:
    duties = store.duties(connection, own.id)
    problem = problem_of(connection, own.since, _span(own))
    terminals = examination_places.terminals(connection)
    names = {one.name: one.display_name for one in people.users(connection)}
    known = {one.id: one for one in problem.examiners}
    mine: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        mine[duty.examiner_id].append(duty)
    shortages = tuple(
        (one.shift.day, one.shift.slot, act.said(one, terminals[one.shift.terminal_id].name))
        for one in own.shortages
    )
    return RosterView(
        roster=own,
        days=problem.days,
        rows=tuple(
            _row(problem, one, names.get(one.name, one.name), mine[one.id])
            for one in problem.examiners
        ),
        terminals=terminals,
        shortages=shortages,
        breaches=tuple(
            (names.get(known[one.examiner_id].name, ""), one)
            for one in act.breaches(problem, duties)
        ),
    )


def _row(problem: Problem, own: Examiner, name: str, duties: list[Duty]) -> RosterRow:
    by_day = {one.day: one for one in duties}
    away = problem.away
    return RosterRow(
        examiner=own,
        name=name,
        duties=tuple(by_day.get(day) for day in problem.days),
        away=tuple((own.id, day) in away for day in problem.days),
        nights=sum(one.slot == NIGHT for one in duties),
        weekends=sum(act.is_weekend(one.day) for one in duties),
    )
