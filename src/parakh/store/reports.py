"""Reports at rest, to whom they are mailed, and mails on their way."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.trend import Mailing, Report, ReportKind, ReportPlan
from parakh.errors import NotFound
from parakh.store.database import Tx, insert_of
from parakh.store.tables import report, report_mailing, report_plan


def add(tx: Tx, value: Report) -> bool:
    """Keeps a report; False where one of its kind and days is there already."""
    statement = insert_of(tx.connection)(report).values(
        id=value.id,
        kind=value.kind.value,
        since=value.since,
        until=value.until,
        made_at=value.made_at,
        made_by=value.made_by,
        content=dict(value.content),
    )
    added = statement.on_conflict_do_nothing().returning(report.c.id)
    return tx.connection.execute(added).first() is not None


def get(connection: sa.Connection, report_id: str) -> Report:
    """One report; raises NotFound."""
    row = connection.execute(sa.select(report).where(report.c.id == report_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such report")
    return _report(row)


def find(connection: sa.Connection, kind: ReportKind, since: date) -> Report | None:
    """The report of a kind that begins on a day, if it was made."""
    query = sa.select(report).where(report.c.kind == kind.value, report.c.since == since)
    row = connection.execute(query).one_or_none()
    return None if row is None else _report(row)


def newest(connection: sa.Connection, limit: int = 100) -> list[Report]:
    """Reports, the newest first."""
    query = sa.select(report).order_by(report.c.until.desc(), report.c.kind).limit(limit)
    return [_report(row) for row in connection.execute(query)]


def plans(connection: sa.Connection) -> dict[ReportKind, ReportPlan]:
    """What somebody planned, by kind."""
    return {
        ReportKind(row.kind): ReportPlan(
            kind=ReportKind(row.kind),
            active=row.active,
            addresses=tuple(row.addresses),
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in connection.execute(sa.select(report_plan))
    }


def put_plan(tx: Tx, value: ReportPlan) -> None:
    """Plans reports of a kind anew."""
    columns = {
        "active": value.active,
        "addresses": list(value.addresses),
        "changed_by": value.changed_by,
        "changed_at": value.changed_at,
    }
    statement = insert_of(tx.connection)(report_plan).values(kind=value.kind.value, **columns)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["kind"], set_=columns))


# --- mails --------------------------------------------------------------------------------------


def add_mailings(tx: Tx, report_id: str, addresses: Iterable[str]) -> None:
    """Puts a report on its way to some addresses, once each."""
    rows = [
        {"report_id": report_id, "address": own, "tries": 0, "next_at": tx.at, "error": ""}
        for own in dict.fromkeys(addresses)
    ]
    if rows:
        statement = insert_of(tx.connection)(report_mailing)
        tx.connection.execute(statement.on_conflict_do_nothing(), rows)


def claim_mailing(connection: sa.Connection, now: datetime, until: datetime) -> Mailing | None:
    """The mailing that is due longest, now the caller's until a moment; None when none is."""
    query = (
        sa.select(report_mailing)
        .where(report_mailing.c.next_at <= now)
        .order_by(report_mailing.c.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    connection.execute(report_mailing.update().where(_same(row)).values(next_at=until))
    return _mailing(row)


def settle_mailing(tx: Tx, value: Mailing) -> None:
    """Notes what became of a mailing."""
    tx.connection.execute(
        report_mailing.update()
        .where(
            report_mailing.c.report_id == value.report_id,
            report_mailing.c.address == value.address,
        )
        .values(tries=value.tries, next_at=value.next_at, sent_at=value.sent_at, error=value.error)
    )


def mailings(connection: sa.Connection, report_ids: Iterable[str]) -> dict[str, list[Mailing]]:
    """The mailings of some reports, by report."""
    found: dict[str, list[Mailing]] = {}
    query = (
        sa.select(report_mailing)
        .where(report_mailing.c.report_id.in_(list(report_ids)))
        .order_by(report_mailing.c.address)
    )
    for row in connection.execute(query):
        found.setdefault(row.report_id, []).append(_mailing(row))
    return found


def _same(row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    columns = report_mailing.c
    found: sa.ColumnElement[bool] = columns.address == row.address
    return sa.and_(found, columns.report_id == row.report_id)


def _mailing(row: sa.Row[Any]) -> Mailing:
    return Mailing(
        report_id=row.report_id,
        address=row.address,
        tries=row.tries,
        next_at=row.next_at,
        sent_at=row.sent_at,
        error=row.error,
    )


def _report(row: sa.Row[Any]) -> Report:
    return Report(
        id=row.id,
        kind=ReportKind(row.kind),
        since=row.since,
        until=row.until,
        made_at=row.made_at,
        made_by=row.made_by,
        content=row.content,
    )
