"""Alerts, and the events of the live wall."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import Alert, AlertState, Outcome, OutcomeKind, Step, StepKind
from parakh.domain.hit import Advice, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.errors import NotFound
from parakh.store.codec import PHRASE
from parakh.store.database import Tx, next_value
from parakh.store.tables import (
    alert,
    alert_step,
    assessment,
    assessment_hit,
    case_alert,
    case_file,
    hit,
    wall_event,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WallEvent:
    """Something happened to an alert; `seq` is what a wall resumes from."""

    seq: int
    unit_id: str
    alert_id: str
    kind: str
    at: datetime


def add_alert(tx: Tx, value: Alert) -> None:
    """Adds an alert and puts it on its unit's wall."""
    tx.connection.execute(
        alert.insert().values(
            id=value.id,
            unit_id=value.unit_id,
            assessment_id=value.assessment_id,
            subject_kind=value.subject.kind.value,
            subject_id=value.subject.id,
            advice=value.advice.value,
            at=value.at,
            state=value.state.value,
            priority=value.priority,
            acknowledge_by=value.acknowledge_by,
            close_by=value.close_by,
            escalated_from=value.escalated_from,
            escalates_at=value.escalates_at,
        )
    )
    _tell_wall(tx, value, "raised")


def move_alert(tx: Tx, value: Alert, since: AlertState) -> bool:
    """Stores an alert's next state and tells the wall; False when it left `since` already."""
    result = tx.connection.execute(
        alert.update()
        .where(alert.c.id == value.id, alert.c.state == since.value)
        .values(
            state=value.state.value,
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            held_by=value.held_by,
            escalates_at=value.escalates_at,
            outcome=value.outcome and value.outcome.kind.value,
            outcome_note=value.outcome and value.outcome.note,
            closed_by=value.outcome and value.outcome.by,
            closed_at=value.outcome and value.outcome.at,
        )
    )
    if result.rowcount == 0:
        return False
    _tell_wall(tx, value, value.state.value)
    return True


def note_shown(tx: Tx, ids: Collection[str]) -> None:
    """Notes to whom alerts were shown, of those that nobody saw before."""
    unseen = alert.update().where(alert.c.id.in_(ids), alert.c.shown_at.is_(None))
    tx.connection.execute(unseen.values(shown_by=tx.actor.name, shown_at=tx.at))


def give_to(tx: Tx, values: Iterable[Alert], holder: str | None) -> list[Alert]:
    """Puts acknowledged alerts into somebody's hands, or (None) into those of the unit.

    Gives those that were still in the same hands as in `values`; the others stay as they are.
    """
    given = []
    for value in values:
        done = tx.connection.execute(
            alert.update()
            .where(
                alert.c.id == value.id,
                alert.c.state == AlertState.ACKNOWLEDGED.value,
                alert.c.held_by.is_not_distinct_from(value.held_by),
            )
            .values(held_by=holder)
        )
        if done.rowcount:
            given.append(value)
            _tell_wall(tx, value, "changed")
    return given


def mark_escalated(tx: Tx, value: Alert) -> bool:
    """Notes that an alert is escalated and tells the wall; False if it is not to be any more."""
    done = tx.connection.execute(
        alert.update()
        .where(alert.c.id == value.id, alert.c.escalates_at <= tx.at)
        .values(escalated_at=tx.at, escalates_at=None)
    )
    if done.rowcount:
        _tell_wall(tx, value, "escalated")
    return done.rowcount == 1


def add_steps(tx: Tx, alert_id: str, steps: Iterable[Step]) -> None:
    """Adds to the path of an alert."""
    rows = [
        {
            "id": new_id(),
            "alert_id": alert_id,
            "kind": own.kind.value,
            "at": own.at,
            "by": own.by,
            "text": PHRASE.dump(own.text),
        }
        for own in steps
    ]
    if rows:
        tx.connection.execute(alert_step.insert(), rows)


def redraw(tx: Tx, subject: Ref) -> None:
    """Tells the walls that a subject changed, so that its open alerts are drawn anew."""
    for value in alerts_on(tx.connection, subject):
        if value.state is not AlertState.CLOSED:
            _tell_wall(tx, value, "changed")


def get_alert(connection: sa.Connection, alert_id: str) -> Alert:
    """One alert; raises NotFound."""
    row = connection.execute(sa.select(alert).where(alert.c.id == alert_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such alert")
    return _alert(row)


def alerts(
    connection: sa.Connection,
    *,
    units: Iterable[str] | None,
    states: Iterable[AlertState],
    urgent_first: bool = False,
    offset: int = 0,
    limit: int = 100,
) -> list[Alert]:
    """Alerts in some states, newest first; of some units, or (None) of all.

    With `urgent_first` the most urgent advice comes first, then the most urgent priority, then new
    ones, then the newest.
    """
    query = sa.select(alert).where(alert.c.state.in_({state.value for state in states}))
    if units is not None:
        query = query.where(alert.c.unit_id.in_(set(units)))
    if urgent_first:
        ranks = {advice.value: advice.rank for advice in Advice}
        taken = sa.case((alert.c.state == AlertState.NEW.value, 0), else_=1)
        urgency = sa.case(ranks, value=alert.c.advice).desc()
        query = query.order_by(urgency, alert.c.priority, taken)
    query = query.order_by(alert.c.id.desc()).offset(offset).limit(limit)
    return [_alert(row) for row in connection.execute(query)]


def alert_counts(connection: sa.Connection, units: Iterable[str] | None) -> dict[AlertState, int]:
    """How many alerts are in each state."""
    query = sa.select(alert.c.state, sa.func.count()).group_by(alert.c.state)
    if units is not None:
        query = query.where(alert.c.unit_id.in_(set(units)))
    return {AlertState(state): int(n) for state, n in connection.execute(query)}


def alerts_on(connection: sa.Connection, subject: Ref) -> list[Alert]:
    """All alerts on one subject, newest first."""
    query = (
        sa.select(alert)
        .where(alert.c.subject_id == subject.id, alert.c.subject_kind == subject.kind.value)
        .order_by(alert.c.id.desc())
    )
    return [_alert(row) for row in connection.execute(query)]


def open_on(
    connection: sa.Connection, traveller_ids: Iterable[str], units: Collection[str] | None
) -> dict[str, str]:
    """The newest alert that is not closed on each of some travellers, by the traveller; of some
    units, or (None) of all."""
    query = (
        sa.select(alert.c.subject_id, sa.func.max(alert.c.id))
        .where(
            alert.c.subject_id.in_(list(traveller_ids)),
            alert.c.subject_kind == Kind.TRAVELLER.value,
            alert.c.state != AlertState.CLOSED.value,
        )
        .group_by(alert.c.subject_id)
    )
    if units is not None:
        query = query.where(alert.c.unit_id.in_(list(units)))
    return {row[0]: row[1] for row in connection.execute(query)}


def alerts_by_id(connection: sa.Connection, ids: Collection[str]) -> list[Alert]:
    """Alerts by their identifiers, oldest first."""
    query = sa.select(alert).where(alert.c.id.in_(ids)).order_by(alert.c.id)
    return [_alert(row) for row in connection.execute(query)]


def alerts_held(
    connection: sa.Connection,
    officer: str | None,
    units: Collection[str] | None,
    limit: int = 500,
) -> list[Alert]:
    """The acknowledged alerts of some units (None: any) that somebody sees to, or (None) nobody
    does, oldest first."""
    query = (
        sa.select(alert)
        .where(
            alert.c.held_by.is_not_distinct_from(officer),
            alert.c.state == AlertState.ACKNOWLEDGED.value,
        )
        .order_by(alert.c.id)
        .limit(limit)
    )
    if units is not None:
        query = query.where(alert.c.unit_id.in_(units))
    return [_alert(row) for row in connection.execute(query)]


def to_escalate(connection: sa.Connection, at: datetime, limit: int = 100) -> list[Alert]:
    """Alerts whose time has passed and that are to be escalated, the one due first at first."""
    query = (
        sa.select(alert)
        .where(alert.c.escalates_at <= at)
        .order_by(alert.c.escalates_at, alert.c.id)
        .limit(limit)
    )
    return [_alert(row) for row in connection.execute(query)]


def units_told(connection: sa.Connection, assessment_id: str) -> dict[str, str]:
    """The alerts of one assessment: identifier by unit."""
    query = sa.select(alert.c.unit_id, alert.c.id).where(alert.c.assessment_id == assessment_id)
    return {row.unit_id: row.id for row in connection.execute(query)}


def steps_of(connection: sa.Connection, alert_id: str) -> list[Step]:
    """What was added to the path of an alert, oldest first."""
    query = sa.select(alert_step).where(alert_step.c.alert_id == alert_id).order_by(alert_step.c.id)
    return [
        Step(kind=StepKind(row.kind), at=row.at, by=row.by, text=PHRASE.load(row.text))
        for row in connection.execute(query)
    ]


def cases_of(connection: sa.Connection, alert_id: str) -> list[Step]:
    """That an alert went into cases; a restricted case is not told by its number."""
    query = (
        sa.select(case_alert, case_file.c.number, case_file.c.restricted)
        .join(case_file, case_file.c.id == case_alert.c.case_id)
        .where(case_alert.c.alert_id == alert_id)
        .order_by(case_alert.c.at)
    )
    return [
        Step(
            kind=StepKind.CASE,
            at=row.at,
            by=row.by,
            text=phrase(N_("Put into a restricted case"))
            if row.restricted
            else phrase(N_("Put into case {number}"), number=row.number),
            source="" if row.restricted else row.case_id,
        )
        for row in connection.execute(query)
    ]


def alerts_about(
    connection: sa.Connection, target: Ref, units: Iterable[str] | None, limit: int = 100
) -> list[Alert]:
    """Alerts of some units (None: any) with a hit on a target, newest first."""
    query = (
        sa.select(alert)
        .join(assessment_hit, assessment_hit.c.assessment_id == alert.c.assessment_id)
        .join(hit, hit.c.id == assessment_hit.c.hit_id)
        .where(hit.c.target_id == target.id, hit.c.target_kind == target.kind.value)
        .order_by(alert.c.id.desc())
        .limit(limit)
    )
    if units is not None:
        query = query.where(alert.c.unit_id.in_(set(units)))
    return [_alert(row) for row in connection.execute(query)]


def alert_about_target(
    connection: sa.Connection, target_id: str, units: Iterable[str] | None
) -> bool:
    """Whether some of the units (None: any) have an alert with a hit on this target."""
    query = (
        sa.select(alert.c.id)
        .join(assessment_hit, assessment_hit.c.assessment_id == alert.c.assessment_id)
        .join(hit, hit.c.id == assessment_hit.c.hit_id)
        .where(hit.c.target_id == target_id)
    )
    return _any_of(connection, query, units)


def alert_from_cause(connection: sa.Connection, cause: str, units: Iterable[str] | None) -> bool:
    """Whether some of the units (None: any) have an alert that this cause led to."""
    query = (
        sa.select(alert.c.id)
        .join(assessment, assessment.c.id == alert.c.assessment_id)
        .where(assessment.c.cause == cause)
    )
    return _any_of(connection, query, units)


def _any_of(
    connection: sa.Connection, query: sa.Select[tuple[str]], units: Iterable[str] | None
) -> bool:
    if units is not None:
        query = query.where(alert.c.unit_id.in_(set(units)))
    return connection.execute(query.limit(1)).first() is not None


def wall_after(
    connection: sa.Connection, seq: int, units: Iterable[str] | None, limit: int = 200
) -> list[WallEvent]:
    """Events after number `seq`, oldest first; of some units, or (None) of all."""
    query = sa.select(wall_event).where(wall_event.c.seq > seq)
    if units is not None:
        query = query.where(wall_event.c.unit_id.in_(set(units)))
    query = query.order_by(wall_event.c.seq).limit(limit)
    return [WallEvent(**row._mapping) for row in connection.execute(query)]


def last_wall_event(connection: sa.Connection) -> int:
    """The number of the newest event on any wall."""
    query = sa.select(sa.func.coalesce(sa.func.max(wall_event.c.seq), 0))
    return int(connection.execute(query).scalar_one())


def _tell_wall(tx: Tx, value: Alert, kind: str) -> None:
    tx.connection.execute(
        wall_event.insert().values(
            seq=next_value(tx.connection, "wall"),
            unit_id=value.unit_id,
            alert_id=value.id,
            kind=kind,
            at=tx.at,
        )
    )


def _alert(row: sa.Row[tuple[object, ...]]) -> Alert:
    columns = row._mapping
    value = Alert(
        id=columns["id"],
        unit_id=columns["unit_id"],
        assessment_id=columns["assessment_id"],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        advice=Advice(columns["advice"]),
        at=columns["at"],
        state=AlertState(columns["state"]),
        acknowledged_by=columns["acknowledged_by"],
        acknowledged_at=columns["acknowledged_at"],
        priority=columns["priority"],
        acknowledge_by=columns["acknowledge_by"],
        close_by=columns["close_by"],
        shown_by=columns["shown_by"],
        shown_at=columns["shown_at"],
        held_by=columns["held_by"],
        escalated_at=columns["escalated_at"],
        escalated_from=columns["escalated_from"],
    )
    if columns["outcome"] is None:
        return value
    outcome = Outcome(
        kind=OutcomeKind(columns["outcome"]),
        note=columns["outcome_note"],
        by=columns["closed_by"],
        at=columns["closed_at"],
    )
    return replace(value, outcome=outcome)
