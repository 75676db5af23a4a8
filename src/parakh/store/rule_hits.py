"""What became of the hits that rules raised."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState, Kind, Ref
from parakh.learn.rule_quality import DayCount
from parakh.store import outcomes
from parakh.store.tables import alert, assessment, assessment_hit, hit


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleHit:
    """A hit of a rule: on whom, by which version, when first, and what came of it."""

    id: str
    subject: Ref
    number: int
    at: datetime
    state: HitState
    outcome: OutcomeKind | None


def days(
    connection: sa.Connection,
    rule_id: str,
    found: Collection[OutcomeKind],
    unknown: Collection[OutcomeKind],
) -> list[DayCount]:
    """What became of a rule's hits, by version and day (UTC) on which each was first raised.

    `found` are outcomes that stand for a finding, `unknown` those that say nothing either way. A
    subject with several alerts counts by the best of them; a hit that was cleared found nothing,
    whatever was found on its subject.
    """
    each = _judged(found, unknown).where(hit.c.target_id == rule_id).subquery()
    day = _day(connection, each.c.at)
    query = _sums(each).add_columns(day.label("day")).group_by(each.c.screener, day)
    return [_count(row, row.day) for row in connection.execute(query)]


def totals(
    connection: sa.Connection, found: Collection[OutcomeKind], unknown: Collection[OutcomeKind]
) -> dict[str, list[DayCount]]:
    """The same of all rules, by version; the day is that of the newest hit."""
    each = _judged(found, unknown).subquery()
    last = _day(connection, sa.func.max(each.c.at))
    query = _sums(each).add_columns(each.c.target_id, last.label("day"))
    counts: dict[str, list[DayCount]] = {}
    for row in connection.execute(query.group_by(each.c.target_id, each.c.screener)):
        counts.setdefault(row.target_id, []).append(_count(row, row.day))
    return counts


def newest(connection: sa.Connection, rule_id: str, limit: int) -> list[RuleHit]:
    """The newest hits of a rule."""
    told = outcomes.standing()
    each = (
        _first(told)
        .add_columns(
            hit.c.subject_kind, hit.c.subject_id, sa.func.max(told.c.kind).label("outcome")
        )
        .where(hit.c.target_id == rule_id)
        .subquery()
    )
    query = sa.select(each).order_by(each.c.at.desc(), each.c.id.desc()).limit(limit)
    return [
        RuleHit(
            id=row.id,
            subject=Ref(kind=Kind(row.subject_kind), id=row.subject_id),
            number=_number(row.screener),
            at=row.at,
            state=HitState(row.state),
            outcome=row.outcome and OutcomeKind(row.outcome),
        )
        for row in connection.execute(query)
    ]


def _judged(found: Collection[OutcomeKind], unknown: Collection[OutcomeKind]) -> sa.Select[Any]:
    """Rules' hits, each with whether an outcome tells of it, and whether something was found."""
    cleared = hit.c.state == HitState.CLEARED.value
    told = outcomes.standing()
    telling = told.c.kind.not_in(_values(unknown))  # not true where there is no outcome
    good = told.c.kind.in_(_values(found)) & ~cleared
    return _first(told).add_columns(
        sa.func.max(sa.case((telling, 1), else_=0)).label("decided"),
        sa.func.max(sa.case((good, 1), else_=0)).label("found"),
    )


def _first(told: sa.Subquery) -> sa.Select[Any]:
    """Rules' hits, each with the moment when it was first raised, beside what is told of them."""
    return (
        sa.select(
            hit.c.id,
            hit.c.target_id,
            hit.c.screener,
            hit.c.state,
            sa.func.min(assessment.c.at).label("at"),
        )
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(assessment, assessment.c.id == assessment_hit.c.assessment_id)
        .outerjoin(alert, alert.c.assessment_id == assessment.c.id)
        .outerjoin(told, told.c.alert_id == alert.c.id)
        .where(hit.c.target_kind == Kind.RULE.value)
        .group_by(hit.c.id)  # its key: the other columns follow from it
    )


def _sums(each: sa.Subquery) -> sa.Select[Any]:
    return sa.select(
        each.c.screener,
        sa.func.count().label("hits"),
        _sum(each.c.state == HitState.CONFIRMED.value).label("confirmed"),
        _sum(each.c.state == HitState.CLEARED.value).label("cleared"),
        sa.func.sum(each.c.decided).label("decided"),
        sa.func.sum(each.c.found).label("found"),
    )


def _count(row: sa.Row[Any], day: date | str) -> DayCount:
    return DayCount(
        number=_number(row.screener),
        day=day if isinstance(day, date) else date.fromisoformat(day),
        hits=row.hits,
        confirmed=int(row.confirmed),
        cleared=int(row.cleared),
        decided=int(row.decided),
        found=int(row.found),
    )


def _day(connection: sa.Connection, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return sa.func.date(moment, type_=sa.String())
    return sa.func.date(sa.func.timezone("UTC", moment), type_=sa.Date())


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _number(screener: str) -> int:
    """The version in `rules@7`."""
    return int(screener.rpartition("@")[2])


def _values(kinds: Collection[OutcomeKind]) -> list[str]:
    return sorted(own.value for own in kinds)
