"""Back-tests at rest, and what the centre knows of the subjects that they met."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from parakh.domain.backtest import (
    Backtest,
    BacktestState,
    Day,
    Findings,
    Overlap,
    Precision,
)
from parakh.domain.hit import Kind
from parakh.domain.rule import Scope
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.standing import standing
from parakh.store.tables import alert, archived, assessment, backtest, crossing, hit, voyage

_LEFT_ALONE = timedelta(minutes=5)
"""A running one that did not get on for so long was left by its process."""


def add(tx: Tx, value: Backtest) -> None:
    """Keeps a back-test that waits."""
    tx.connection.execute(
        backtest.insert().values(
            id=value.id,
            text=value.text,
            subject=value.subject.value,
            scope=scope_data(value.scope),
            digest=value.digest,
            since=value.since,
            until=value.until,
            by=value.by,
            asked_at=value.asked_at,
            state=value.state.value,
            done=0,
            total=0,
            moved_at=value.asked_at,
            failure="",
        )
    )


def get(connection: sa.Connection, backtest_id: str) -> Backtest:
    """One back-test; raises NotFound."""
    row = connection.execute(sa.select(backtest).where(backtest.c.id == backtest_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such back-test")
    return _value(row)


def newest(connection: sa.Connection, digest: str) -> Backtest | None:
    """The newest back-test of a rule's text, subject and scope."""
    query = sa.select(backtest).where(backtest.c.digest == digest)
    row = connection.execute(query.order_by(backtest.c.asked_at.desc()).limit(1)).one_or_none()
    return None if row is None else _value(row)


def take(connection: sa.Connection, at: datetime) -> Backtest | None:
    """The back-test that waits longest, now running for the caller; None when none does."""
    left = sa.and_(
        backtest.c.state == BacktestState.RUNNING.value, backtest.c.moved_at < at - _LEFT_ALONE
    )
    query = (
        sa.select(backtest)
        .where(sa.or_(backtest.c.state == BacktestState.WAITING.value, left))
        .order_by(backtest.c.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    connection.execute(
        backtest.update()
        .where(backtest.c.id == row.id)
        .values(state=BacktestState.RUNNING.value, moved_at=at)
    )
    return get(connection, row.id)


def progress(connection: sa.Connection, own_id: str, done: int, total: int, at: datetime) -> bool:
    """Notes how far it is; False when it was stopped."""
    query = (
        backtest.update()
        .where(backtest.c.id == own_id, backtest.c.state == BacktestState.RUNNING.value)
        .values(done=done, total=total, moved_at=at)
    )
    return connection.execute(query).rowcount == 1


def end(
    tx: Tx,
    own_id: str,
    state: BacktestState,
    *,
    findings: Findings | None = None,
    failure: str = "",
) -> bool:
    """Ends one that is not over; False when it was already."""
    over = [own.value for own in BacktestState if own.over]
    query = (
        backtest.update()
        .where(backtest.c.id == own_id, backtest.c.state.not_in(over))
        .values(
            state=state.value,
            finished_at=tx.at,
            failure=failure,
            findings=None if findings is None else _findings_data(findings),
        )
    )
    return tx.connection.execute(query).rowcount == 1


# --- what is known of subjects ----------------------------------------------------------------


def outcomes(connection: sa.Connection, kind: Kind) -> pl.DataFrame:
    """Subjects of whose alerts outcomes stand, those of cases too: `subject_id`, `outcome`."""
    told = standing()
    query = (
        sa.select(alert.c.subject_id, told.c.kind)
        .join(told, told.c.alert_id == alert.c.id)
        .where(alert.c.subject_kind == kind.value)
    )
    return _frame(connection.execute(query), ("subject_id", "outcome"))


def rule_hits(connection: sa.Connection, kind: Kind) -> pl.DataFrame:
    """Subjects whom rules hit: `subject_id`, `rule_id`."""
    query = sa.select(hit.c.subject_id, hit.c.target_id).where(
        hit.c.subject_kind == kind.value, hit.c.target_kind == Kind.RULE.value
    )
    return _frame(connection.execute(query), ("subject_id", "rule_id"))


# --- what stands in the history ---------------------------------------------------------------


def unarchived_voyages(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Voyages that were due before a moment and are not in the history yet, the oldest first."""
    query = (
        sa.select(voyage.c.id)
        .outerjoin(archived, archived.c.key == voyage.c.id)
        .where(voyage.c.due_at < before, archived.c.key.is_(None))
        .order_by(voyage.c.due_at)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def unarchived_alone(
    connection: sa.Connection, before: datetime, most: int
) -> list[tuple[str, str, datetime]]:
    """Crossings without a voyage: crossing, traveller and moment, the oldest first."""
    query = (
        sa.select(crossing.c.id, crossing.c.traveller_id, crossing.c.at)
        .outerjoin(archived, archived.c.key == crossing.c.id)
        .where(
            crossing.c.voyage_id.is_(None),
            crossing.c.traveller_id.is_not(None),
            crossing.c.at < before,
            archived.c.key.is_(None),
        )
        .order_by(crossing.c.at)
        .limit(most)
    )
    return [(row.id, row.traveller_id, row.at) for row in connection.execute(query)]


def screened_at(connection: sa.Connection, ids: Sequence[str], before: datetime) -> datetime | None:
    """When any of some travellers was screened last before a moment."""
    query = sa.select(sa.func.max(assessment.c.at)).where(
        assessment.c.subject_id.in_(ids),
        assessment.c.subject_kind == Kind.TRAVELLER.value,
        assessment.c.at <= before,
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def mark_archived(tx: Tx, counts: Iterable[tuple[str, int]]) -> None:
    """Notes voyages, or crossings without one, whose rows were written."""
    rows = [{"key": key, "at": tx.at, "subjects": subjects} for key, subjects in counts]
    if rows:
        tx.connection.execute(archived.insert(), rows)


# --- within -----------------------------------------------------------------------------------


def _frame(rows: Iterable[sa.Row[Any]], names: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [tuple(row) for row in rows], schema=dict.fromkeys(names, pl.String()), orient="row"
    )


def scope_data(scope: Scope) -> dict[str, list[str]]:
    """A scope as JSON."""
    return {
        "ports": sorted(scope.ports),
        "units": sorted(scope.units),
        "directions": sorted(own.value for own in scope.directions),
        "agencies": sorted(scope.agencies),
    }


def scope_of(data: Any) -> Scope:
    """A scope from JSON."""
    return Scope(
        ports=frozenset(data["ports"]),
        units=frozenset(data["units"]),
        directions=frozenset(Direction(own) for own in data["directions"]),
        agencies=frozenset(data["agencies"]),
    )


def _value(row: sa.Row[Any]) -> Backtest:
    return Backtest(
        id=row.id,
        text=row.text,
        subject=Kind(row.subject),
        scope=scope_of(row.scope),
        digest=row.digest,
        since=row.since,
        until=row.until,
        by=row.by,
        asked_at=row.asked_at,
        state=BacktestState(row.state),
        done=row.done,
        total=row.total,
        finished_at=row.finished_at,
        failure=row.failure,
        findings=None if row.findings is None else _findings(row.findings),
    )


def _findings_data(value: Findings) -> dict[str, Any]:
    return {
        "subjects": value.subjects,
        "hits": value.hits,
        "undecided": value.undecided,
        "not_kept": list(value.not_kept),
        "days": [[own.day.isoformat(), own.subjects, own.hits] for own in value.days],
        "ports": dict(value.ports),
        "alerts_a_day": dict(value.alerts_a_day),
        "overlaps": [[own.rule_id, own.shared, own.of] for own in value.overlaps],
        "precision": {
            "decided": value.precision.decided,
            "found": value.precision.found,
            "low": value.precision.low,
            "high": value.precision.high,
        },
        "examples": list(value.examples),
    }


def _findings(data: Any) -> Findings:
    return Findings(
        subjects=data["subjects"],
        hits=data["hits"],
        undecided=data["undecided"],
        not_kept=tuple(data["not_kept"]),
        days=tuple(
            Day(day=date.fromisoformat(day), subjects=subjects, hits=hits)
            for day, subjects, hits in data["days"]
        ),
        ports=data["ports"],
        alerts_a_day=data["alerts_a_day"],
        overlaps=tuple(
            Overlap(rule_id=own, shared=shared, of=of) for own, shared, of in data["overlaps"]
        ),
        precision=Precision(**data["precision"]),
        examples=tuple(data["examples"]),
    )
