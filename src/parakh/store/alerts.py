"""Assessments, hits, alerts, and the events of the live wall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import Alert, AlertState, Outcome, OutcomeKind
from parakh.domain.hit import Advice, Assessment, Hit, HitState, Kind, Ref, ScreenerResult
from parakh.errors import NotFound
from parakh.store.codec import EVIDENCE, PHRASE, RESULTS
from parakh.store.database import Tx, next_value
from parakh.store.tables import alert, assessment, assessment_hit, hit, traveller, wall_event


@dataclass(frozen=True, kw_only=True, slots=True)
class WallEvent:
    """Something happened to an alert; `seq` is what a wall resumes from."""

    seq: int
    unit_id: str
    alert_id: str
    kind: str
    at: datetime


# --- hits and assessments ---------------------------------------------------------------------


def hits_of(connection: sa.Connection, subjects: Iterable[Ref]) -> dict[Ref, list[Hit]]:
    """All hits ever raised on subjects, strongest first."""
    wanted = set(subjects)
    query = (
        sa.select(hit)
        .where(hit.c.subject_id.in_({ref.id for ref in wanted}))
        .order_by(hit.c.score.desc(), hit.c.id)
    )
    found: dict[Ref, list[Hit]] = {}
    for row in connection.execute(query):
        value = _hit(row)
        if value.subject in wanted:
            found.setdefault(value.subject, []).append(value)
    return found


def get_hit(connection: sa.Connection, hit_id: str) -> Hit:
    """One hit; raises NotFound."""
    row = connection.execute(sa.select(hit).where(hit.c.id == hit_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such hit")
    return _hit(row)


def save_assessment(connection: sa.Connection, value: Assessment) -> None:
    """Adds an assessment with its hits; hits that are known already keep their state."""
    connection.execute(
        assessment.insert().values(
            id=value.id,
            subject_kind=value.subject.kind.value,
            subject_id=value.subject.id,
            cause=value.cause,
            at=value.at,
            advice=value.advice.value,
            results=RESULTS.dump(value.results),
        )
    )
    for own in value.hits:
        _save_hit(connection, own)
    links = [{"assessment_id": value.id, "hit_id": own.id} for own in value.hits]
    if links:
        connection.execute(assessment_hit.insert(), links)


def assessed(connection: sa.Connection, cause: str) -> set[str]:
    """Identifiers of the subjects that were assessed for a cause already."""
    query = sa.select(assessment.c.subject_id).where(assessment.c.cause == cause)
    return set(connection.execute(query).scalars())


def assessments_of(
    connection: sa.Connection, subjects: Iterable[Ref]
) -> dict[Ref, list[Assessment]]:
    """Every assessment of subjects, newest first."""
    wanted = set(subjects)
    query = (
        sa.select(assessment)
        .where(assessment.c.subject_id.in_({ref.id for ref in wanted}))
        .order_by(assessment.c.id.desc())
    )
    rows = list(connection.execute(query))
    hits = hits_by_assessment(connection, [row.id for row in rows])
    found: dict[Ref, list[Assessment]] = {}
    for row in rows:
        value = _assessment(row, hits.get(row.id, ()))
        if value.subject in wanted:
            found.setdefault(value.subject, []).append(value)
    return found


def get_assessment(connection: sa.Connection, assessment_id: str) -> Assessment:
    """One assessment with its hits; raises NotFound."""
    query = sa.select(assessment).where(assessment.c.id == assessment_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such assessment")
    return _assessment(row, hits_by_assessment(connection, [row.id]).get(row.id, ()))


def hits_by_assessment(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Hit]]:
    """The hits of each assessment, strongest first."""
    query = (
        sa.select(assessment_hit.c.assessment_id, hit)
        .join(hit, hit.c.id == assessment_hit.c.hit_id)
        .where(assessment_hit.c.assessment_id.in_(ids))
        .order_by(hit.c.score.desc(), hit.c.id)
    )
    found: dict[str, list[Hit]] = {}
    for row in connection.execute(query):
        found.setdefault(row.assessment_id, []).append(_hit(row))
    return found


def newest_results(
    connection: sa.Connection, subjects: Iterable[Ref]
) -> dict[str, tuple[ScreenerResult, ...]]:
    """For each subject (by identifier) that was assessed, how the screeners fared the last time."""
    newest = (
        sa.select(sa.func.max(assessment.c.id))
        .where(assessment.c.subject_id.in_({ref.id for ref in subjects}))
        .group_by(assessment.c.subject_id)
    )
    query = sa.select(assessment.c.subject_id, assessment.c.results).where(
        assessment.c.id.in_(newest)
    )
    return {row.subject_id: RESULTS.load(row.results) for row in connection.execute(query)}


def hits_by_voyage(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Hit]]:
    """All hits on travellers of voyages."""
    query = (
        sa.select(traveller.c.voyage_id, hit)
        .join(traveller, traveller.c.id == hit.c.subject_id)
        .where(hit.c.subject_kind == Kind.TRAVELLER.value, traveller.c.voyage_id.in_(ids))
    )
    found: dict[str, list[Hit]] = {}
    for row in connection.execute(query):
        found.setdefault(row.voyage_id, []).append(_hit(row))
    return found


def advice_by_voyage(connection: sa.Connection, ids: Sequence[str]) -> dict[str, set[Advice]]:
    """Which advice the newest assessments of a voyage's travellers gave."""
    newest = (
        sa.select(traveller.c.voyage_id, sa.func.max(assessment.c.id).label("id"))
        .join(assessment, assessment.c.subject_id == traveller.c.id)
        .where(traveller.c.voyage_id.in_(ids))
        .group_by(traveller.c.voyage_id, traveller.c.id)
        .subquery()
    )
    query = (
        sa.select(newest.c.voyage_id, assessment.c.advice)
        .join(assessment, assessment.c.id == newest.c.id)
        .distinct()
    )
    found: dict[str, set[Advice]] = {}
    for row in connection.execute(query):
        found.setdefault(row.voyage_id, set()).add(Advice(row.advice))
    return found


def decide_hit(connection: sa.Connection, value: Hit) -> bool:
    """Stores a human's decision; False when somebody else decided in the meantime."""
    result = connection.execute(
        hit.update()
        .where(hit.c.id == value.id, hit.c.state == HitState.OPEN.value)
        .values(
            state=value.state.value,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
        )
    )
    return result.rowcount == 1


def _save_hit(connection: sa.Connection, value: Hit) -> None:
    columns = {
        "screener": value.screener,
        "score": value.score,
        "threshold": value.threshold,
        "sentence": PHRASE.dump(value.sentence),
        "evidence": EVIDENCE.dump(value.evidence),
    }
    done = connection.execute(hit.update().where(hit.c.id == value.id).values(columns))
    if done.rowcount == 0:
        connection.execute(
            hit.insert().values(
                id=value.id,
                subject_kind=value.subject.kind.value,
                subject_id=value.subject.id,
                target_kind=value.target.kind.value,
                target_id=value.target.id,
                screener_id=value.screener.partition("@")[0],
                state=value.state.value,
                reason=value.reason,
                **columns,
            )
        )


# --- alerts -----------------------------------------------------------------------------------


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

    With `urgent_first` the most urgent advice comes first, then new ones, then the newest.
    """
    query = sa.select(alert).where(alert.c.state.in_({state.value for state in states}))
    if units is not None:
        query = query.where(alert.c.unit_id.in_(set(units)))
    if urgent_first:
        ranks = {advice.value: advice.rank for advice in Advice}
        taken = sa.case((alert.c.state == AlertState.NEW.value, 0), else_=1)
        query = query.order_by(sa.case(ranks, value=alert.c.advice).desc(), taken)
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


# --- rows and values --------------------------------------------------------------------------


def _hit(row: sa.Row[tuple[object, ...]]) -> Hit:
    columns = row._mapping
    return Hit(
        id=columns[hit.c.id],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        target=Ref(kind=Kind(columns["target_kind"]), id=columns["target_id"]),
        screener=columns["screener"],
        score=columns["score"],
        threshold=columns["threshold"],
        sentence=PHRASE.load(columns["sentence"]),
        evidence=EVIDENCE.load(columns["evidence"]),
        state=HitState(columns["state"]),
        decided_by=columns["decided_by"],
        decided_at=columns["decided_at"],
        reason=columns["reason"],
    )


def _assessment(row: sa.Row[tuple[object, ...]], hits: Sequence[Hit]) -> Assessment:
    columns = row._mapping
    return Assessment(
        id=columns["id"],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        cause=columns["cause"],
        at=columns["at"],
        advice=Advice(columns["advice"]),
        results=RESULTS.load(columns["results"]),
        hits=tuple(hits),
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
