"""Which days are counted, and findings: what changed and what somebody said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.trend import (
    Facet,
    Finding,
    FindingState,
    Measure,
    Pattern,
    SeriesKey,
    Stream,
)
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.database import Tx, insert_of
from parakh.store.tables import trend_day, trend_finding, trend_mark

_LIVE = (FindingState.OPEN.value, FindingState.ACKNOWLEDGED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltDay:
    """A day of the history that is counted: of what (`stamp`), from how many rows."""

    stream: Stream
    day: date
    stamp: str
    rows: int


# --- days ---------------------------------------------------------------------------------------


def stamps(connection: sa.Connection, stream: Stream) -> dict[date, str]:
    """The days of a stream that are counted, and of what."""
    query = sa.select(trend_day.c.day, trend_day.c.stamp).where(trend_day.c.stream == stream.value)
    return {row.day: row.stamp for row in connection.execute(query)}


def built_at(connection: sa.Connection, stream: Stream) -> datetime | None:
    """When anything of a stream was counted last."""
    mine = trend_day.c.stream == stream.value
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(trend_day.c.built_at, type_=trend_day.c.built_at.type)).where(mine)
    ).scalar()
    return found


def note_built(connection: sa.Connection, days: Iterable[BuiltDay], at: datetime) -> None:
    """Notes days whose counts stand in the cube now."""
    rows = [
        {
            "stream": own.stream.value,
            "day": own.day,
            "stamp": own.stamp,
            "rows": own.rows,
            "built_at": at,
        }
        for own in days
    ]
    if rows:
        statement = insert_of(connection)(trend_day)
        changed = {name: statement.excluded[name] for name in ("stamp", "rows", "built_at")}
        statement = statement.on_conflict_do_update(index_elements=["stream", "day"], set_=changed)
        connection.execute(statement, rows)


def note_gone(connection: sa.Connection, stream: Stream, days: Iterable[date]) -> None:
    """Forgets days that are counted no more."""
    for some in batches(days):
        connection.execute(
            trend_day.delete().where(trend_day.c.stream == stream.value, trend_day.c.day.in_(some))
        )


def note_stale(connection: sa.Connection, stream: Stream, days: Iterable[date]) -> None:
    """Notes days of which something changed, so that they are counted anew."""
    for some in batches(days):
        connection.execute(
            trend_day.update()
            .where(trend_day.c.stream == stream.value, trend_day.c.day.in_(some))
            .values(stamp="")
        )


def marks(connection: sa.Connection) -> dict[str, str]:
    """Up to where late news were taken in, by their kind."""
    return {row.name: row.value for row in connection.execute(sa.select(trend_mark))}


def set_marks(connection: sa.Connection, values: Mapping[str, str]) -> None:
    """Notes up to where they were."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    if rows:
        statement = insert_of(connection)(trend_mark)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"value": statement.excluded.value}
            ),
            rows,
        )


# --- findings -----------------------------------------------------------------------------------


def get(connection: sa.Connection, finding_id: str, *, lock: bool = False) -> Finding:
    """One finding; raises NotFound. With `lock` other writers wait (PostgreSQL)."""
    query = sa.select(trend_finding).where(trend_finding.c.id == finding_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such finding")
    return _finding(row)


def findings(
    connection: sa.Connection,
    at: datetime,
    *,
    stream: Stream | None = None,
    all_states: bool = False,
    limit: int = 200,
) -> list[Finding]:
    """Those that are not over, the open ones first, then the newest; all on demand."""
    query = sa.select(trend_finding)
    if not all_states:
        query = query.where(trend_finding.c.state.in_(_LIVE), trend_finding.c.expires_at > at)
    if stream is not None:
        query = query.where(trend_finding.c.stream == stream.value)
    order = sa.case((trend_finding.c.state == FindingState.OPEN.value, 0), else_=1)
    query = query.order_by(order, trend_finding.c.last_at.desc(), trend_finding.c.p)
    return [_finding(row) for row in connection.execute(query.limit(limit))]


def newest_of(connection: sa.Connection, keys: Iterable[SeriesKey]) -> dict[str, Finding]:
    """The newest finding of each series, by the series; other writers wait (PostgreSQL)."""
    found: dict[str, Finding] = {}
    for some in batches(str(own) for own in keys):
        query = (
            sa.select(trend_finding)
            .where(trend_finding.c.series.in_(some))
            .order_by(trend_finding.c.last_at)
            .with_for_update()
        )
        found |= {row.series: _finding(row) for row in connection.execute(query)}
    return found


def put(tx: Tx, value: Finding) -> None:
    """Adds a finding, or changes the one of its identifier."""
    columns = _columns(value)
    statement = insert_of(tx.connection)(trend_finding).values(id=value.id, **columns)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=columns))


def expire(tx: Tx, before: datetime) -> int:
    """Deletes findings that were over before a moment; gives how many."""
    return tx.connection.execute(
        trend_finding.delete().where(trend_finding.c.expires_at < before)
    ).rowcount


def _columns(own: Finding) -> dict[str, Any]:
    return {
        "stream": own.key.stream.value,
        "measure": own.key.measure.value,
        "facet": own.key.facet.value,
        "value": own.key.value,
        "port": own.key.port,
        "series": str(own.key),
        "pattern": own.pattern.value,
        "day": own.day,
        "since": own.since,
        "span_days": own.span_days,
        "observed": own.observed,
        "expected": own.expected,
        "low": own.low,
        "high": own.high,
        "p": own.p,
        "traffic": own.traffic,
        "examined": own.examined,
        "found": own.found,
        "state": own.state.value,
        "reason": own.reason,
        "by": own.by,
        "decided_at": own.decided_at,
        "first_at": own.first_at,
        "last_at": own.last_at,
        "expires_at": own.expires_at,
        "rule_id": own.rule_id,
    }


def _finding(row: sa.Row[Any]) -> Finding:
    return Finding(
        id=row.id,
        key=SeriesKey(
            stream=Stream(row.stream),
            measure=Measure(row.measure),
            facet=Facet(row.facet),
            value=row.value,
            port=row.port,
        ),
        pattern=Pattern(row.pattern),
        day=row.day,
        since=row.since,
        span_days=row.span_days,
        observed=row.observed,
        expected=row.expected,
        low=row.low,
        high=row.high,
        p=row.p,
        traffic=row.traffic,
        examined=row.examined,
        found=row.found,
        state=FindingState(row.state),
        reason=row.reason,
        by=row.by,
        decided_at=row.decided_at,
        first_at=row.first_at,
        last_at=row.last_at,
        expires_at=row.expires_at,
        rule_id=row.rule_id,
    )
