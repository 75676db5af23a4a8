"""What became of the hits that rules raised, counted by version and day.

To count them anew for every page would take seconds once there are some hundred thousand. Each hit
therefore stands with what it adds to the counts of its day. Whatever may change that (a hit is
raised or decided, an outcome is told, a case takes an alert in) says so with one of the `follow`
functions; at the end of its transaction those hits are looked at again, and the counts of the days
take on the difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.outcome import FOUND, SILENT, OutcomeRecord
from parakh.learn.rule_quality import DayCount
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.standing import EXAMINED, kinds_of
from parakh.store.tables import (
    alert,
    assessment,
    assessment_hit,
    case_alert,
    exam_order,
    hit,
    rule_day,
    rule_hit,
)

_COUNTS = ("hits", "confirmed", "cleared", "decided", "found")


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleHit:
    """A hit of a rule: on whom, by which version, when first, and what came of it."""

    id: str
    subject: Ref
    number: int
    at: datetime
    state: HitState
    outcome: OutcomeKind | None


# --- looking ------------------------------------------------------------------------------------


def days(connection: sa.Connection, rule_id: str) -> list[DayCount]:
    """What became of a rule's hits, by version and day (UTC) on which each was first raised.

    A subject with several alerts counts by the best of them; a hit that was cleared found nothing,
    whatever was found on its subject.
    """
    query = sa.select(rule_day).where(rule_day.c.rule_id == rule_id, rule_day.c.hits > 0)
    return [_count(row) for row in connection.execute(query)]


def totals(connection: sa.Connection) -> dict[str, list[DayCount]]:
    """The same of all rules, by version; the day is that of the newest hit."""
    sums = (sa.func.sum(rule_day.c[own]).label(own) for own in _COUNTS)
    query = (
        sa.select(
            rule_day.c.rule_id, rule_day.c.number, sa.func.max(rule_day.c.day).label("day"), *sums
        )
        .where(rule_day.c.hits > 0)
        .group_by(rule_day.c.rule_id, rule_day.c.number)
    )
    counts: dict[str, list[DayCount]] = {}
    for row in connection.execute(query):
        counts.setdefault(row.rule_id, []).append(_count(row))
    return counts


def newest(connection: sa.Connection, rule_id: str, limit: int) -> list[RuleHit]:
    """The newest hits of a rule."""
    query = (
        sa.select(rule_hit.c.number, rule_hit.c.at, hit)
        .join(hit, hit.c.id == rule_hit.c.hit_id)
        .where(rule_hit.c.rule_id == rule_id)
        .order_by(rule_hit.c.at.desc(), rule_hit.c.hit_id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    told = _told(connection, [row.id for row in rows])
    return [
        RuleHit(
            id=row.id,
            subject=Ref(kind=Kind(row.subject_kind), id=row.subject_id),
            number=row.number,
            at=row.at,
            state=HitState(row.state),
            outcome=max(told[row.id], default=None),
        )
        for row in rows
    ]


def _count(row: sa.Row[Any]) -> DayCount:
    counts = {own: int(row._mapping[own]) for own in _COUNTS}
    return DayCount(number=row.number, day=row.day, **counts)


# --- following ----------------------------------------------------------------------------------


def follow(tx: Tx, hits: Iterable[Hit]) -> None:
    """Hits were raised or decided."""
    tx.at_end(_recount, (own.id for own in hits if own.target.kind is Kind.RULE))


def follow_subject(tx: Tx, subject_id: str) -> None:
    """The hits of another subject were given to this one."""
    mine = hit.c.subject_id == subject_id
    tx.at_end(_recount, tx.connection.execute(_ids().where(mine)).scalars())


def follow_alert(tx: Tx, alert_id: str) -> None:
    """An alert came into a case, so that the case's outcomes tell of its hits."""
    _follow_alerts(tx, sa.select(alert.c.id).where(alert.c.id == alert_id))


def follow_outcome(tx: Tx, value: OutcomeRecord) -> None:
    """Something was told of an alert, of all in a case, or of a consignment."""
    if value.alert_id is not None:
        follow_alert(tx, value.alert_id)
    if value.case_id is not None:
        mine = case_alert.c.case_id == value.case_id
        _follow_alerts(tx, sa.select(case_alert.c.alert_id).where(mine))
    if value.examination_id is not None:
        examined = sa.select(alert.c.id).join(exam_order, EXAMINED)
        _follow_alerts(tx, examined.where(exam_order.c.id == value.examination_id))


def uncounted(connection: sa.Connection, limit: int) -> list[str]:
    """Hits of rules that nobody counted, at most so many."""
    known = sa.exists().where(rule_hit.c.hit_id == hit.c.id)
    return list(connection.execute(_ids().where(~known).limit(limit)).scalars())


def count(tx: Tx, ids: Collection[str]) -> None:
    """Counts some hits of rules."""
    tx.at_end(_recount, ids)


def _follow_alerts(tx: Tx, ids: sa.Select[str]) -> None:
    query = (
        _ids()
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(alert, alert.c.assessment_id == assessment_hit.c.assessment_id)
        .where(alert.c.id.in_(ids))
    )
    tx.at_end(_recount, tx.connection.execute(query).scalars())


def _ids() -> sa.Select[str]:
    return sa.select(hit.c.id).where(hit.c.target_kind == Kind.RULE.value)


# --- counting -----------------------------------------------------------------------------------

_Cell = tuple[str, int, date]
"""A rule, the number of its version, and a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What one hit adds, in the order of _COUNTS, and to which rule, version and day it does."""

    rule_id: str = ""
    number: int = 0
    at: datetime | None = None
    counts: tuple[int, ...] = (0,) * len(_COUNTS)

    @property
    def cell(self) -> _Cell | None:
        """Where it is counted; None for one that was not yet."""
        return None if self.at is None else (self.rule_id, self.number, self.at.date())


def _recount(connection: sa.Connection, ids: Collection[str]) -> None:
    for some in batches(sorted(ids)):
        before = _held(connection, some)
        now = _judged(connection, some)
        changed = {own: part for own, part in now.items() if part != before[own]}
        _keep(connection, changed)
        _add(connection, [(before[own], part) for own, part in changed.items()])


def _held(connection: sa.Connection, ids: Sequence[str]) -> dict[str, _Part]:
    """What hits were counted as. Whoever else would count one of them waits from now on; so that
    each sees what the other told, and the difference is added once."""
    new = insert_of(connection)(rule_hit).on_conflict_do_nothing()
    connection.execute(new, [{"hit_id": own} for own in ids])
    query = sa.select(rule_hit).where(rule_hit.c.hit_id.in_(ids)).order_by(rule_hit.c.hit_id)
    return {
        row.hit_id: _Part(
            rule_id=row.rule_id,
            number=row.number,
            at=row.at,
            counts=tuple(row._mapping[own] for own in _COUNTS),
        )
        for row in connection.execute(query.with_for_update())
    }


def _judged(connection: sa.Connection, ids: Sequence[str]) -> dict[str, _Part]:
    """What hits count as now."""
    query = (
        sa.select(
            hit.c.id,
            hit.c.target_id,
            hit.c.screener,
            hit.c.state,
            sa.func.min(assessment.c.at, type_=assessment.c.at.type).label("at"),
        )
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(assessment, assessment.c.id == assessment_hit.c.assessment_id)
        .where(hit.c.id.in_(ids))
        .group_by(hit.c.id)  # its key: the other columns follow from it
    )
    told = _told(connection, ids)
    return {
        row.id: _Part(
            rule_id=row.target_id,
            number=int(row.screener.rpartition("@")[2]),  # as in `rules@7`
            at=row.at,
            counts=_counts(HitState(row.state), told[row.id]),
        )
        for row in connection.execute(query)
    }


def _counts(state: HitState, told: Collection[OutcomeKind]) -> tuple[int, ...]:
    cleared = state is HitState.CLEARED
    found = not cleared and not FOUND.isdisjoint(told)
    return (1, state is HitState.CONFIRMED, cleared, bool(set(told) - SILENT), found)


def _told(connection: sa.Connection, ids: Sequence[str]) -> Mapping[str, set[OutcomeKind]]:
    """All outcomes that stand of the alerts to each of some hits."""
    query = (
        sa.select(assessment_hit.c.hit_id, alert.c.id)
        .join(alert, alert.c.assessment_id == assessment_hit.c.assessment_id)
        .where(assessment_hit.c.hit_id.in_(ids))
    )
    rows = connection.execute(query).all()
    kinds = kinds_of(connection, [alert_id for _, alert_id in rows])
    found: defaultdict[str, set[OutcomeKind]] = defaultdict(set)
    for hit_id, alert_id in rows:
        found[hit_id] |= {kind for kind, _ in kinds[alert_id]}
    return found


def _keep(connection: sa.Connection, parts: Mapping[str, _Part]) -> None:
    names = ("rule_id", "number", "at", *_COUNTS)
    change = (
        rule_hit.update()
        .where(rule_hit.c.hit_id == sa.bindparam("own"))
        .values({name: sa.bindparam(f"now_{name}") for name in names})
    )
    rows = [
        {
            "own": own,
            "now_rule_id": part.rule_id,
            "now_number": part.number,
            "now_at": part.at,
            **{f"now_{name}": int(n) for name, n in zip(_COUNTS, part.counts, strict=True)},
        }
        for own, part in parts.items()
    ]
    if rows:
        connection.execute(change, rows)


def _add(connection: sa.Connection, changes: Iterable[tuple[_Part, _Part]]) -> None:
    """Takes what hits counted as before from the days, and adds what they count as now.

    The days come in order, so that two who count never wait for each other.
    """
    sums: defaultdict[_Cell, list[int]] = defaultdict(lambda: [0] * len(_COUNTS))
    for before, now in changes:
        for part, sign in ((before, -1), (now, 1)):
            if part.cell is not None:
                own = sums[part.cell]
                own[:] = (known + sign * n for known, n in zip(own, part.counts, strict=True))
    rows = [
        {"rule_id": rule_id, "number": number, "day": day} | dict(zip(_COUNTS, own, strict=True))
        for (rule_id, number, day), own in sorted(sums.items())
        if any(own)
    ]
    if rows:
        insert = insert_of(connection)(rule_day)
        added = {own: rule_day.c[own] + insert.excluded[own] for own in _COUNTS}
        keys = ["rule_id", "number", "day"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=added), rows)
