"""Terminals, their policies, and examiners with leave and wishes."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from parakh.domain.examination import (
    Examiner,
    First,
    Policy,
    PolicyState,
    Skill,
    Staffing,
    Terminal,
)
from parakh.domain.roster import Leave, Wish
from parakh.errors import NotFound
from parakh.store.codec import Codec
from parakh.store.database import Tx
from parakh.store.tables import exam_leave, exam_policy, exam_terminal, exam_wish, examiner

_STAFFING: Codec[tuple[Staffing, ...]] = Codec(tuple[Staffing, ...])


# --- terminals ----------------------------------------------------------------------------------


def terminals(connection: sa.Connection) -> dict[str, Terminal]:
    """All terminals by identifier, in order of name."""
    rows = connection.execute(sa.select(exam_terminal).order_by(exam_terminal.c.name))
    return {row.id: _terminal(row) for row in rows}


def terminal(connection: sa.Connection, terminal_id: str, *, lock: bool = False) -> Terminal:
    """One terminal; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(exam_terminal).where(exam_terminal.c.id == terminal_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such terminal")
    return _terminal(row)


def save_terminal(tx: Tx, value: Terminal) -> None:
    """Adds a terminal, or updates the one with its identifier."""
    columns = {
        "name": value.name,
        "port": value.port,
        "bays": value.bays,
        "a_shift": value.a_shift,
        "staffing": _STAFFING.dump(value.staffing),
    }
    own = exam_terminal.c.id == value.id
    if tx.connection.execute(exam_terminal.update().where(own).values(columns)).rowcount == 0:
        tx.connection.execute(exam_terminal.insert().values(id=value.id, **columns))


# --- policies -----------------------------------------------------------------------------------


def policies(connection: sa.Connection, terminal_ids: Collection[str]) -> list[Policy]:
    """The policies of terminals, newest first."""
    query = (
        sa.select(exam_policy)
        .where(exam_policy.c.terminal_id.in_(list(terminal_ids)))
        .order_by(exam_policy.c.terminal_id, exam_policy.c.number.desc())
    )
    return [_policy(row) for row in connection.execute(query)]


def policy(connection: sa.Connection, policy_id: str, *, lock: bool = False) -> Policy:
    """One policy; raises NotFound."""
    query = sa.select(exam_policy).where(exam_policy.c.id == policy_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such policy")
    return _policy(row)


def in_force(connection: sa.Connection, terminal_ids: Collection[str]) -> dict[str, Policy]:
    """The policy in force of each terminal that has one."""
    found = policies(connection, terminal_ids)
    return {own.terminal_id: own for own in found if own.state is PolicyState.IN_FORCE}


def save_policy(tx: Tx, value: Policy) -> None:
    """Adds a policy, or updates the one with its identifier."""
    columns = {
        "terminal_id": value.terminal_id,
        "number": value.number,
        "state": value.state.value,
        "terms": {
            "order": [own.value for own in value.order],
            "perishable": sorted(value.perishable),
            "waiting_step": value.waiting_step,
            "longest_wait": value.longest_wait,
        },
        "reason": value.reason,
        "proposed_by": value.proposed_by,
        "proposed_at": value.proposed_at,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "decision": value.decision,
    }
    own = exam_policy.c.id == value.id
    if tx.connection.execute(exam_policy.update().where(own).values(columns)).rowcount == 0:
        tx.connection.execute(exam_policy.insert().values(id=value.id, **columns))


# --- examiners ----------------------------------------------------------------------------------


def examiners(connection: sa.Connection) -> dict[str, Examiner]:
    """All examiners by identifier, in order of name."""
    rows = connection.execute(sa.select(examiner).order_by(examiner.c.name))
    return {row.id: _examiner(row) for row in rows}


def save_examiner(tx: Tx, value: Examiner) -> None:
    """Adds an examiner, or updates the one with his identifier."""
    columns = {
        "name": value.name,
        "terminal_ids": sorted(value.terminal_ids),
        "skills": sorted(own.value for own in value.skills),
        "conflicts": sorted(value.conflicts),
        "hours_a_week": value.hours_a_week,
    }
    own = examiner.c.id == value.id
    if tx.connection.execute(examiner.update().where(own).values(columns)).rowcount == 0:
        tx.connection.execute(examiner.insert().values(id=value.id, **columns))


def leaves(connection: sa.Connection, since: date, until: date) -> list[Leave]:
    """Leave that has a day in [since, until]."""
    own = exam_leave.c
    query = sa.select(exam_leave).where(own.since <= until, own.until >= since)
    return [
        Leave(
            id=row.id,
            examiner_id=row.examiner_id,
            since=row.since,
            until=row.until,
            reason=row.reason,
        )
        for row in connection.execute(query.order_by(own.since, own.id))
    ]


def add_leave(tx: Tx, value: Leave) -> None:
    """Adds leave."""
    tx.connection.execute(
        exam_leave.insert().values(
            id=value.id,
            examiner_id=value.examiner_id,
            since=value.since,
            until=value.until,
            reason=value.reason,
        )
    )


def remove_leave(tx: Tx, leave_id: str) -> None:
    """Removes leave; raises NotFound."""
    done = tx.connection.execute(exam_leave.delete().where(exam_leave.c.id == leave_id))
    if done.rowcount == 0:
        raise NotFound("there is no such leave")


def wishes(connection: sa.Connection, since: date, until: date) -> list[Wish]:
    """Wishes for days in [since, until]."""
    own = exam_wish.c
    query = sa.select(exam_wish).where(own.day >= since, own.day <= until)
    return [
        Wish(id=row.id, examiner_id=row.examiner_id, day=row.day, slot=row.slot)
        for row in connection.execute(query.order_by(own.day, own.id))
    ]


def add_wish(tx: Tx, value: Wish) -> None:
    """Adds a wish."""
    tx.connection.execute(
        exam_wish.insert().values(
            id=value.id, examiner_id=value.examiner_id, day=value.day, slot=value.slot
        )
    )


# --- rows and values ----------------------------------------------------------------------------


def _terminal(row: sa.Row[tuple[object, ...]]) -> Terminal:
    own = row._mapping
    return Terminal(
        id=own["id"],
        name=own["name"],
        port=own["port"],
        bays=own["bays"],
        a_shift=own["a_shift"],
        staffing=_STAFFING.load(own["staffing"]),
    )


def _policy(row: sa.Row[tuple[object, ...]]) -> Policy:
    own = row._mapping
    terms = own["terms"]
    return Policy(
        id=own["id"],
        terminal_id=own["terminal_id"],
        number=own["number"],
        order=tuple(map(First, terms["order"])),
        perishable=frozenset(terms["perishable"]),
        waiting_step=terms["waiting_step"],
        longest_wait=terms["longest_wait"],
        reason=own["reason"],
        state=PolicyState(own["state"]),
        proposed_by=own["proposed_by"],
        proposed_at=own["proposed_at"],
        decided_by=own["decided_by"],
        decided_at=own["decided_at"],
        decision=own["decision"],
    )


def _examiner(row: sa.Row[tuple[object, ...]]) -> Examiner:
    own = row._mapping
    return Examiner(
        id=own["id"],
        name=own["name"],
        terminal_ids=frozenset(own["terminal_ids"]),
        skills=frozenset(map(Skill, own["skills"])),
        conflicts=frozenset(own["conflicts"]),
        hours_a_week=own["hours_a_week"],
    )
