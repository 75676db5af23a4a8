"""Cases, who may see them, and how they hang together."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.case import Case, CaseState, Priority, Section, Share
from parakh.domain.ids import new_id
from parakh.errors import Forbidden, NotFound
from parakh.store import rule_hits
from parakh.store.database import Tx, insert_of, next_value
from parakh.store.tables import (
    case_alert,
    case_file,
    case_handover,
    case_key,
    case_party,
    case_relation,
    case_share,
    case_task,
    sequence,
    unit,
)

SEQUENCE = "case"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which cases are wanted; empty fields want all.

    Attributes:
        owner: sign-in name.
        overdue_on: a day; those with a task that should have been done before it.
        text: a part of the number, the title, or of the name or number of a party whom he may see.
    """

    owner: str = ""
    unit_ids: frozenset[str] = frozenset()
    states: frozenset[CaseState] = frozenset()
    priority: Priority | None = None
    overdue_on: date | None = None
    text: str = ""


EVERY_CASE = Wanted()

MOST_SHARED = 1000
"""What other cases have in common with one is looked at so far: a phone that stands in more, such
as a travel agency's, tells nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far somebody sees a case: `sections`, and whether it is his to work on."""

    case: Case
    sections: frozenset[Section]
    works: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A key that two cases have in common: what it is, and the party's name."""

    case_id: str
    kind: str
    label: str


def new_number(tx: Tx, year: int) -> str:
    """The next number of a year; one that is not used after all comes back with the rollback."""
    name = f"{SEQUENCE}:{year}"
    insert = insert_of(tx.connection)
    tx.connection.execute(insert(sequence).values(name=name, value=0).on_conflict_do_nothing())
    return f"{year}-{next_value(tx.connection, name):06d}"


def add(tx: Tx, value: Case) -> None:
    """Adds a case."""
    tx.connection.execute(
        case_file.insert().values(
            id=value.id, number=value.number, opened_by=value.opened_by,
            opened_at=value.opened_at, **_columns(value)
        )
    )  # fmt: skip


def save(tx: Tx, value: Case) -> None:
    """Stores what changed of a case."""
    tx.connection.execute(
        case_file.update().where(case_file.c.id == value.id).values(_columns(value))
    )


def reach(
    connection: sa.Connection, actor: Actor, case_id: str, at: datetime, *, lock: bool = False
) -> Reach:
    """A case as far as somebody sees it.

    Raises NotFound, also where a restricted case names neither him nor his units' hand-over, and
    Forbidden for a case of another unit. With `lock` other writers wait (PostgreSQL).
    """
    if lock:
        held = sa.select(case_file.c.id).where(case_file.c.id == case_id)
        connection.execute(held.with_for_update())
    query = sa.select(case_file, _works(actor).label("works")).where(case_file.c.id == case_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such case")
    if row.works:
        return Reach(case=_case(row), sections=frozenset(Section), works=True)
    given = connection.execute(
        sa.select(case_handover.c.sections).where(
            case_handover.c.case_id == case_id, _given(actor, at)
        )
    ).scalars()
    handed = list(given)
    if handed:
        sections = frozenset(Section(name) for own in handed for name in own)
        return Reach(case=_seen(row), sections=sections, works=False)
    if row.restricted:
        raise NotFound("there is no such case")
    raise Forbidden("the case belongs to another unit")


def get(connection: sa.Connection, case_id: str) -> Case:
    """One case, whoever asks; raises NotFound."""
    row = connection.execute(sa.select(case_file).where(case_file.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such case")
    return _case(row)


def by_number(connection: sa.Connection, number: str) -> Case:
    """The case of a number, whoever asks; raises NotFound."""
    row = connection.execute(
        sa.select(case_file).where(case_file.c.number == number.strip())
    ).one_or_none()
    if row is None:
        raise NotFound("there is no case of that number")
    return _case(row)


def search(
    connection: sa.Connection,
    actor: Actor,
    wanted: Wanted,
    *,
    at: datetime,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Case], int]:
    """A page of the cases that somebody may see, and how many there are in all.

    The most urgent live ones come first, then those that changed last.
    """
    where = seen_by(actor, at) & _wanted(wanted, actor, at)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(case_file).where(where)
    ).scalar_one()
    ranks = {own.value: own.rank for own in Priority}
    over = sa.case((case_file.c.state == CaseState.CLOSED.value, 1), else_=0)
    query = (
        sa.select(case_file, _works(actor).label("works"))
        .where(where)
        .order_by(over, sa.case(ranks, value=case_file.c.priority))
        .order_by(case_file.c.changed_at.desc(), case_file.c.id.desc())
    )
    rows = connection.execute(query.offset(offset).limit(limit))
    return [_seen(row) for row in rows], int(total)


def seen_by(actor: Actor, at: datetime) -> sa.ColumnElement[bool]:
    """The condition on `case_file` that somebody may see a case."""
    handed = sa.exists().where(case_handover.c.case_id == case_file.c.id, _given(actor, at))
    return sa.or_(_works(actor), handed)


def by_id(connection: sa.Connection, actor: Actor, ids: Iterable[str], at: datetime) -> list[Case]:
    """Those of some cases that somebody may see, newest first."""
    query = sa.select(case_file, _works(actor).label("works")).where(
        case_file.c.id.in_(set(ids)), seen_by(actor, at)
    )
    return [_seen(row) for row in connection.execute(query.order_by(case_file.c.number.desc()))]


# --- alerts -------------------------------------------------------------------------------------


def add_alert(tx: Tx, case_id: str, alert_id: str) -> bool:
    """Puts an alert into a case; False when it is in it already."""
    insert = insert_of(tx.connection)(case_alert).values(
        case_id=case_id, alert_id=alert_id, by=tx.actor.name, at=tx.at
    )
    added = insert.on_conflict_do_nothing().returning(case_alert.c.alert_id)
    new = tx.connection.execute(added).first() is not None
    if new:
        rule_hits.follow_alert(tx, alert_id)
    return new


def alerts_of(connection: sa.Connection, case_id: str) -> list[str]:
    """Identifiers of the alerts in a case, oldest first."""
    query = sa.select(case_alert.c.alert_id).where(case_alert.c.case_id == case_id)
    return list(connection.execute(query.order_by(case_alert.c.alert_id)).scalars())


def with_alert(connection: sa.Connection, alert_id: str) -> list[str]:
    """Identifiers of the cases that hold an alert."""
    query = sa.select(case_alert.c.case_id).where(case_alert.c.alert_id == alert_id)
    return list(connection.execute(query).scalars())


def with_party(connection: sa.Connection, ref_ids: Collection[str]) -> list[str]:
    """Identifiers of the cases in which some travellers or profiles stand."""
    query = sa.select(case_party.c.case_id).where(
        case_party.c.ref_id.in_(set(ref_ids) - {""}), case_party.c.removed_at.is_(None)
    )
    return list(connection.execute(query.distinct()).scalars())


# --- shares -------------------------------------------------------------------------------------


def add_share(tx: Tx, case_id: str, value: Share) -> bool:
    """Lets one more unit or person work on a case; False for one who may already."""
    same = sa.select(case_share.c.id).where(
        case_share.c.case_id == case_id,
        case_share.c.unit_id == value.unit_id
        if value.unit_id
        else case_share.c.person == value.person,
    )
    if tx.connection.execute(same).first() is not None:
        return False
    tx.connection.execute(
        case_share.insert().values(
            id=value.id, case_id=case_id, unit_id=value.unit_id, person=value.person,
            reason=value.reason, by=value.by, at=value.at,
        )
    )  # fmt: skip
    return True


def name_person(tx: Tx, case_id: str, person: str, reason: str) -> bool:
    """Names somebody in a case; False for one who is named already."""
    value = Share(
        id=new_id(), unit_id=None, person=person, reason=reason, by=tx.actor.name, at=tx.at
    )
    return add_share(tx, case_id, value)


def end_share(tx: Tx, case_id: str, share_id: str) -> Share:
    """Takes a share back and gives what it was; raises NotFound."""
    for own in shares_of(tx.connection, case_id):
        if own.id == share_id:
            tx.connection.execute(case_share.delete().where(case_share.c.id == share_id))
            return own
    raise NotFound("the case is not shared so")


def shares_of(connection: sa.Connection, case_id: str) -> list[Share]:
    """Who besides its own unit may work on a case, oldest first."""
    query = sa.select(case_share).where(case_share.c.case_id == case_id).order_by(case_share.c.id)
    return [
        Share(
            id=row.id, unit_id=row.unit_id, person=row.person, reason=row.reason,
            by=row.by, at=row.at,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


# --- relations ----------------------------------------------------------------------------------


def relate(tx: Tx, case_id: str, other_id: str, reason: str) -> bool:
    """Says that two cases belong together; False when somebody said so before."""
    first, second = sorted((case_id, other_id))
    insert = insert_of(tx.connection)(case_relation).values(
        case_id=first, other_id=second, reason=reason, by=tx.actor.name, at=tx.at
    )
    added = insert.on_conflict_do_nothing().returning(case_relation.c.case_id)
    return tx.connection.execute(added).first() is not None


def related(connection: sa.Connection, case_id: str) -> dict[str, str]:
    """Cases that somebody said belong to this one, and why."""
    own = case_relation.c
    query = sa.select(own.case_id, own.other_id, own.reason).where(
        (own.case_id == case_id) | (own.other_id == case_id)
    )
    return {
        (other if one == case_id else one): reason
        for one, other, reason in connection.execute(query)
    }


def add_keys(
    connection: sa.Connection, case_id: str, party_id: str, keys: Collection[tuple[str, str]]
) -> None:
    """Adds by what a party is known again in other cases: kind and key."""
    rows = [
        {"party_id": party_id, "kind": kind, "key": key, "case_id": case_id}
        for kind, key in sorted(keys)
    ]
    if rows:
        connection.execute(case_key.insert(), rows)


def sharing_keys(connection: sa.Connection, case_id: str) -> list[Shared]:
    """Other cases with a party that is known by one of this one's keys; most in common first."""
    mine, theirs = case_key.alias("mine"), case_key.alias("theirs")
    ours = case_party.alias("ours")
    query = (
        sa.select(theirs.c.case_id, theirs.c.kind, ours.c.label)
        .join(theirs, (theirs.c.kind == mine.c.kind) & (theirs.c.key == mine.c.key))
        .join(ours, ours.c.id == mine.c.party_id)
        .join(case_party, case_party.c.id == theirs.c.party_id)
        .where(mine.c.case_id == case_id, theirs.c.case_id != case_id)
        .where(ours.c.removed_at.is_(None), case_party.c.removed_at.is_(None))
        .distinct()
        .limit(MOST_SHARED)
    )
    found = [
        Shared(case_id=row.case_id, kind=row.kind, label=row.label)
        for row in connection.execute(query)
    ]
    count = Counter(own.case_id for own in found)
    return sorted(found, key=lambda own: (-count[own.case_id], own.case_id, own.kind, own.label))


# --- within -------------------------------------------------------------------------------------


def _works(actor: Actor) -> sa.ColumnElement[bool]:
    """Its owner and those named in it; unless it is restricted, its unit and those it was shared
    with, and whoever sees every unit of the agency whose case it is."""
    shared = sa.exists().where(case_share.c.case_id == case_file.c.id)
    named = shared.where(case_share.c.person == actor.name)
    units = sorted(actor.units)
    agency_units = sa.select(unit.c.id).where(unit.c.agency == actor.agency)
    mine = sa.or_(
        case_file.c.unit_id.in_(agency_units) if actor.everywhere else sa.false(),
        case_file.c.unit_id.in_(units),
        shared.where(case_share.c.unit_id.in_(units)),
    )
    return sa.or_(
        case_file.c.owner == actor.name, named, sa.and_(case_file.c.restricted.is_(False), mine)
    )


def _given(actor: Actor, at: datetime) -> sa.ColumnElement[bool]:
    own = case_handover.c
    return sa.and_(
        own.unit_id.in_(sorted(actor.units)),
        own.taken_back_at.is_(None),
        sa.or_(own.expires_at.is_(None), own.expires_at > at),
    )


def _wanted(wanted: Wanted, actor: Actor, at: datetime) -> sa.ColumnElement[bool]:
    found: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.owner:
        found.append(case_file.c.owner == wanted.owner)
    if wanted.unit_ids:
        found.append(case_file.c.unit_id.in_(sorted(wanted.unit_ids)))
    if wanted.states:
        found.append(case_file.c.state.in_(sorted(own.value for own in wanted.states)))
    if wanted.priority is not None:
        found.append(case_file.c.priority == wanted.priority.value)
    if wanted.overdue_on is not None:
        late = sa.exists().where(
            case_task.c.case_id == case_file.c.id,
            case_task.c.done_at.is_(None),
            case_task.c.due_on < wanted.overdue_on,
        )
        found.append(late)
    if wanted.text:
        found.append(_with_text(wanted.text, actor, at))
    return sa.and_(*found)


def _with_text(text: str, actor: Actor, at: datetime) -> sa.ColumnElement[bool]:
    given = sa.exists().where(
        case_handover.c.case_id == case_file.c.id,
        _given(actor, at),
        # A list of names in JSON, in which each stands in quotation marks.
        sa.cast(case_handover.c.sections, sa.Text).contains(f'"{Section.PARTIES.value}"'),
    )
    party = sa.exists().where(
        case_party.c.case_id == case_file.c.id,
        case_party.c.removed_at.is_(None),
        case_party.c.label.icontains(text, autoescape=True),
    )
    return sa.or_(
        case_file.c.number.icontains(text, autoescape=True),
        case_file.c.title.icontains(text, autoescape=True),
        sa.and_(party, sa.or_(_works(actor), given)),
    )


def _columns(value: Case) -> dict[str, object]:
    return {
        "title": value.title,
        "summary": value.summary,
        "priority": value.priority.value,
        "state": value.state.value,
        "waiting_for": value.waiting_for,
        "restricted": value.restricted,
        "unit_id": value.unit_id,
        "agency": value.agency,
        "owner": value.owner,
        "changed_at": value.changed_at,
        "closed_at": value.closed_at,
    }


def _seen(row: sa.Row[Any]) -> Case:
    """A case without its summary for those to whom it was only handed over: no section gives it,
    and it tells what the sections that were not given tell."""
    own = _case(row)
    return own if row.works else replace(own, summary="")


def _case(row: Sequence[object]) -> Case:
    columns = row._mapping  # type: ignore[attr-defined]  # a Row, with more columns or without
    return Case(
        id=columns["id"],
        number=columns["number"],
        title=columns["title"],
        summary=columns["summary"],
        priority=Priority(columns["priority"]),
        state=CaseState(columns["state"]),
        waiting_for=columns["waiting_for"],
        restricted=columns["restricted"],
        unit_id=columns["unit_id"],
        agency=columns["agency"],
        owner=columns["owner"],
        opened_by=columns["opened_by"],
        opened_at=columns["opened_at"],
        changed_at=columns["changed_at"],
        closed_at=columns["closed_at"],
    )
