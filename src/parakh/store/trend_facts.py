"""What became of subjects, for the counts of trends: hits, outcomes, seizures; what came late."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from parakh.domain.enforcement import RecordKind, SeizureRecord
from parakh.domain.hit import HitState, Kind
from parakh.domain.ids import new_id
from parakh.domain.outcome import FOUND, SILENT
from parakh.domain.trend import Facet
from parakh.learn.trends_cells import SUBJECTS, TARGETS, Facts
from parakh.store import enforcement as records
from parakh.store.batches import batches
from parakh.store.standing import standing
from parakh.store.tables import (
    alert,
    assessment,
    case_alert,
    consignment,
    crossing,
    enforcement,
    exam_order,
    hit,
    outcome,
    seizure,
    traveller,
    voyage,
    watchlist_entry,
)

_DAY = timedelta(days=1)
_OVERLAP = timedelta(minutes=10)
"""Late news are asked for again so far back, because commits come in another order than moments."""


# --- what became of subjects --------------------------------------------------------------------


def facts(connection: sa.Connection, kind: Kind, ids: Collection[str] | None = None) -> Facts:
    """What became of some subjects of a kind, or of all."""
    targets, state = _targets(connection, kind, ids)
    told: defaultdict[str, set[str]] = defaultdict(set)
    for subject_id, own in _outcomes(connection, kind, ids):
        told[subject_id].add(own)
    silent, found = {own.value for own in SILENT}, {own.value for own in FOUND}
    rows = [
        (
            subject_id,
            subject_id in state,
            state.get(subject_id, False),
            bool(told[subject_id] - silent),
            bool(told[subject_id] & found),
        )
        for subject_id in state.keys() | told.keys()
    ]
    return Facts(
        subjects=pl.DataFrame(rows, schema=dict(SUBJECTS), orient="row"),
        targets=pl.DataFrame(targets, schema=dict(TARGETS), orient="row"),
    )


def _targets(
    connection: sa.Connection, kind: Kind, ids: Collection[str] | None
) -> tuple[list[tuple[str, str, str, bool, bool]], dict[str, bool]]:
    """Rules and lists that subjects met; and whether a hit of each was confirmed."""
    query = sa.select(
        hit.c.subject_id, hit.c.target_kind, hit.c.target_id, hit.c.state,
        watchlist_entry.c.watchlist_id,
    ).outerjoin(
        watchlist_entry,
        (watchlist_entry.c.id == hit.c.target_id)
        & (hit.c.target_kind == Kind.WATCHLIST_ENTRY.value),
    ).where(hit.c.subject_kind == kind.value)  # fmt: skip
    met: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    state: dict[str, bool] = {}
    for row in _some(connection, query, hit.c.subject_id, ids):
        confirmed = row.state == HitState.CONFIRMED.value
        state[row.subject_id] = state.get(row.subject_id, False) or confirmed
        if row.target_kind == Kind.RULE.value:
            met[row.subject_id, Facet.RULE.value, row.target_id].append(row.state)
        elif row.watchlist_id is not None:
            met[row.subject_id, Facet.LIST.value, row.watchlist_id].append(row.state)
    cleared = HitState.CLEARED.value
    rows = [
        (*key, HitState.CONFIRMED.value in states, all(own == cleared for own in states))
        for key, states in met.items()
    ]
    return rows, state


def _outcomes(
    connection: sa.Connection, kind: Kind, ids: Collection[str] | None
) -> Iterable[tuple[str, str]]:
    """Subjects and the kinds of outcomes that stand of them: of alerts, cases, examinations."""
    for told, mine in _parts(connection, kind, ids):
        query = sa.select(alert.c.subject_id, told.c.kind).join(told, told.c.alert_id == alert.c.id)
        for row in connection.execute(query.where(mine)):
            yield row.subject_id, row.kind
    if kind is Kind.CONSIGNMENT:
        later = outcome.alias("later")
        examined = (
            sa.select(exam_order.c.consignment_id.label("subject_id"), outcome.c.kind)
            .join(exam_order, exam_order.c.id == outcome.c.examination_id)
            .where(~sa.exists().where(later.c.corrects == outcome.c.id))
        )
        for one in _some(connection, examined, exam_order.c.consignment_id, ids):
            yield one.subject_id, one.kind


def _parts(
    connection: sa.Connection, kind: Kind, ids: Collection[str] | None
) -> Iterable[tuple[sa.Subquery, sa.ColumnElement[bool]]]:
    """Outcomes that stand, of alerts to some subjects or all; and which alerts these are."""
    of_kind = alert.c.subject_kind == kind.value
    if ids is None:
        yield standing(), of_kind
        return
    for some in batches(ids):
        mine = sa.select(alert.c.id).where(of_kind, alert.c.subject_id.in_(some))
        for alerts in batches(connection.execute(mine).scalars()):
            yield standing(alerts), of_kind


def _some(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.ColumnElement[str],
    ids: Collection[str] | None,
) -> Iterable[sa.Row[Any]]:
    if ids is None:
        yield from connection.execute(query)
        return
    for some in batches(ids):
        yield from connection.execute(query.where(column.in_(some)))


# --- what came late -----------------------------------------------------------------------------


def late(
    connection: sa.Connection, marks: Mapping[str, str], now: datetime
) -> tuple[dict[Kind, set[str]], dict[str, str]]:
    """Subjects of which something was told since the marks, by kind, and the marks from now on.

    Hits are found by their identifiers, which sort by time; decisions and outcomes by theirs.
    """
    found: dict[Kind, set[str]] = {Kind.TRAVELLER: set(), Kind.CONSIGNMENT: set()}
    back = (now - _OVERLAP).isoformat()
    after = {
        "hit": _id_before(new_id()),
        "decided": back,
        "outcome": back,
    }
    if not marks:
        # Nothing was counted yet, so that nothing can be late.
        return found, after
    mine = [own.value for own in found]
    for row in connection.execute(
        sa.select(hit.c.subject_kind, hit.c.subject_id).where(
            hit.c.subject_kind.in_(mine),
            sa.or_(
                hit.c.id > marks["hit"],
                hit.c.decided_at > datetime.fromisoformat(marks["decided"]),
            ),
        )
    ):
        found[Kind(row.subject_kind)].add(row.subject_id)
    for kind, subject_id in _told(connection, datetime.fromisoformat(marks["outcome"])):
        if kind in found:
            found[kind].add(subject_id)
    return found, after


def _id_before(identifier: str) -> str:
    """How identifiers began so much earlier."""
    earlier = int(identifier[:12], 16) - int(_OVERLAP / timedelta(milliseconds=1))
    return f"{earlier:012x}"


def _told(connection: sa.Connection, since: datetime) -> Iterable[tuple[Kind, str]]:
    """Subjects of which an outcome was told or corrected."""
    new = outcome.c.at > since
    alerts = sa.select(alert.c.subject_kind, alert.c.subject_id)
    queries = (
        alerts.join(outcome, outcome.c.alert_id == alert.c.id).where(new),
        alerts.join(case_alert, case_alert.c.alert_id == alert.c.id)
        .join(outcome, outcome.c.case_id == case_alert.c.case_id)
        .where(new),
    )
    for query in queries:
        for row in connection.execute(query):
            yield Kind(row.subject_kind), row.subject_id
    examined = (
        sa.select(exam_order.c.consignment_id)
        .join(outcome, outcome.c.examination_id == exam_order.c.id)
        .where(new)
    )
    for subject_id in connection.execute(examined).scalars():
        yield Kind.CONSIGNMENT, subject_id


def days_of(connection: sa.Connection, kind: Kind, ids: Collection[str]) -> set[date]:
    """Days of the history (UTC) on which subjects may stand: that of the last screening of their
    voyage, that on which they were due, and that on which they crossed or were screened."""
    if kind is Kind.CONSIGNMENT:
        return _days_of_goods(connection, ids)
    found: set[date] = set()
    for some in batches(ids):
        query = (
            sa.select(voyage.c.id, voyage.c.due_at, crossing.c.at)
            .select_from(traveller)
            .outerjoin(voyage, voyage.c.id == traveller.c.voyage_id)
            .outerjoin(crossing, crossing.c.traveller_id == traveller.c.id)
            .where(traveller.c.id.in_(some))
        )
        rows = connection.execute(query).all()
        found |= _utc(own for row in rows for own in (row.due_at, row.at))
        for voyage_id, due_at in {(row.id, row.due_at) for row in rows if row.due_at}:
            found |= _utc([_screened(connection, voyage_id, due_at)])
    return found


def _screened(connection: sa.Connection, voyage_id: str, due_at: datetime) -> datetime | None:
    """When anybody of a voyage was screened last before it was due (as the history has it)."""
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(assessment.c.at, type_=assessment.c.at.type))
        .join(traveller, traveller.c.id == assessment.c.subject_id)
        .where(
            traveller.c.voyage_id == voyage_id,
            assessment.c.subject_kind == Kind.TRAVELLER.value,
            assessment.c.at <= due_at,
        )
    ).scalar()
    return found


def _days_of_goods(connection: sa.Connection, ids: Collection[str]) -> set[date]:
    found: set[date] = set()
    for some in batches(ids):
        mine = assessment.c.subject_id.in_(some)
        screened = sa.select(assessment.c.at).where(
            mine, assessment.c.subject_kind == Kind.CONSIGNMENT.value
        )
        due = sa.select(consignment.c.due_at).where(consignment.c.id.in_(some))
        found |= _utc(connection.execute(screened).scalars())
        found |= _utc(connection.execute(due).scalars())
    return found


def _utc(moments: Iterable[datetime | None]) -> set[date]:
    return {own.astimezone(UTC).date() for own in moments if own is not None}


# --- seizures -----------------------------------------------------------------------------------

SEIZED = (
    Facet.COMMODITY, Facet.CONCEALMENT, Facet.ROUTE, Facet.CHAPTER, Facet.METHOD,
)  # fmt: skip
"""By what seizures are counted."""


def seizures(connection: sa.Connection, since: datetime) -> pl.DataFrame:
    """Each kind of goods that was seized from a moment on: `at`, `port`, `direction`, and the
    columns of SEIZED. Those of other posts and agencies have no port of ours."""
    rows = [*_reported(connection, since), *_found_here(connection, since)]
    schema = {
        "at": pl.Datetime("us", "UTC"),
        "port": pl.String(),
        "direction": pl.String(),
        **{own.value: pl.String() for own in SEIZED},
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reported(connection: sa.Connection, since: datetime) -> Iterable[tuple[object, ...]]:
    query = sa.select(enforcement.c.id).where(
        enforcement.c.kind == RecordKind.SEIZURE.value, enforcement.c.at >= since
    )
    ids = list(connection.execute(query).scalars())
    for own in records.by_ids(connection, ids).values():
        if not isinstance(own, SeizureRecord):
            continue
        route = f"{own.origin}–{own.destination}" if own.origin and own.destination else ""
        for one in own.seizures:
            yield (
                own.at, "", "", one.commodity.value, own.concealment.value, route,
                _chapter(one.chapter), own.method,
            )  # fmt: skip


def _found_here(connection: sa.Connection, since: datetime) -> Iterable[tuple[object, ...]]:
    """Those of our own outcomes that stand; of a case at the port of its first alert."""
    later = outcome.alias("later")
    of_case = (
        sa.select(sa.func.min(case_alert.c.alert_id))
        .where(case_alert.c.case_id == outcome.c.case_id)
        .scalar_subquery()
    )
    query = (
        sa.select(
            outcome.c.at,
            seizure.c.commodity,
            seizure.c.concealment,
            seizure.c.chapter,
            alert.c.subject_kind,
            sa.func.coalesce(exam_order.c.consignment_id, alert.c.subject_id).label("subject_id"),
            exam_order.c.id.label("examined"),
        )
        .join(outcome, outcome.c.id == seizure.c.outcome_id)
        .outerjoin(exam_order, exam_order.c.id == outcome.c.examination_id)
        .outerjoin(alert, alert.c.id == sa.func.coalesce(outcome.c.alert_id, of_case))
        .where(outcome.c.at >= since, ~sa.exists().where(later.c.corrects == outcome.c.id))
        .order_by(outcome.c.at, seizure.c.outcome_id, seizure.c.ordinal)
    )
    rows = connection.execute(query).all()
    where = _places(connection, {row.subject_id for row in rows if row.subject_id})
    for row in rows:
        port, direction, route = where.get(row.subject_id, ("", "", ""))
        yield (
            row.at, port, direction, row.commodity, row.concealment, route,
            _chapter(row.chapter), "",
        )  # fmt: skip


def _places(connection: sa.Connection, ids: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Port, direction and route of travellers and consignments."""
    found: dict[str, tuple[str, str, str]] = {}
    for some in batches(ids):
        people = (
            sa.select(traveller.c.id, voyage.c.port, voyage.c.direction, voyage.c.origin,
                      voyage.c.destination)
            .join(voyage, voyage.c.id == traveller.c.voyage_id)
            .where(traveller.c.id.in_(some))
        )  # fmt: skip
        goods = sa.select(
            consignment.c.id, consignment.c.port, consignment.c.direction,
            consignment.c.loading_port, consignment.c.discharge_port,
        ).where(consignment.c.id.in_(some))  # fmt: skip
        for row in (*connection.execute(people), *connection.execute(goods)):
            route = f"{row[3]}–{row[4]}" if row[3] and row[4] else ""
            found[row[0]] = (row[1], row[2], route)
    return found


def _chapter(value: int | None) -> str:
    return "" if value is None else f"{value:02}"
