"""Outcomes as recorded, and the labels that they make of hits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from parakh.act import outcomes as act
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.hit import HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.outcome import (
    NO_DETAILS,
    Commodity,
    Concealment,
    Details,
    Label,
    Measure,
    Money,
    OutcomeRecord,
    Seizure,
)
from parakh.errors import NotFound
from parakh.store import rule_hits
from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.standing import EXAMINED, kinds_of
from parakh.store.tables import (
    alert,
    assessment_hit,
    case_alert,
    exam_order,
    hit,
    outcome,
    seizure,
)

_THOUSANDTHS, _HUNDREDTHS = Decimal(1000), Decimal(100)


def add(tx: Tx, value: OutcomeRecord) -> None:
    """Adds an outcome with its seizures."""
    details = value.details
    tx.connection.execute(
        outcome.insert().values(
            id=value.id,
            alert_id=value.alert_id,
            case_id=value.case_id,
            examination_id=value.examination_id,
            kind=value.kind.value,
            note=value.note,
            penalty=_hundredths(details.penalty),
            penalty_currency=details.penalty and details.penalty.currency,
            legal_reference=details.legal_reference,
            place=details.place,
            by=value.by,
            at=value.at,
            corrects=value.corrects,
            reason=value.reason,
        )
    )
    rows = [
        {
            "outcome_id": value.id,
            "ordinal": ordinal,
            "commodity": own.commodity.value,
            "description": own.description,
            "quantity": _thousandths(own.quantity),
            "measure": own.measure.value,
            "value": _hundredths(own.value),
            "value_currency": own.value and own.value.currency,
            "chapter": own.chapter,
            "concealment": own.concealment.value,
        }
        for ordinal, own in enumerate(details.seizures)
    ]
    if rows:
        tx.connection.execute(seizure.insert(), rows)
    rule_hits.follow_outcome(tx, value)


def of_closed(tx: Tx, closed: Alert, details: Details) -> None:
    """Adds the outcome of an alert that was closed just now."""
    if closed.outcome is None:
        raise ValueError("the alert has no outcome")
    value = OutcomeRecord(
        id=new_id(),
        kind=closed.outcome.kind,
        note=closed.outcome.note,
        details=details,
        by=closed.outcome.by,
        at=closed.outcome.at,
        alert_id=closed.id,
    )
    add(tx, value)


def restate_alert(tx: Tx, alert_id: str, value: OutcomeRecord) -> None:
    """Puts a corrected outcome into the summary that stands on the alert."""
    tx.connection.execute(
        alert.update()
        .where(alert.c.id == alert_id)
        .values(outcome=value.kind.value, outcome_note=value.note)
    )


def get(connection: sa.Connection, outcome_id: str, *, lock: bool = False) -> OutcomeRecord:
    """One outcome; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    if lock:
        query = sa.select(outcome.c.id).where(outcome.c.id == outcome_id)
        connection.execute(query.with_for_update())
    found = _records(connection, outcome.c.id == outcome_id)
    if not found:
        raise NotFound("there is no such outcome")
    return found[0]


def of_alerts(connection: sa.Connection, ids: Iterable[str]) -> list[OutcomeRecord]:
    """Outcomes of alerts, corrected ones too, oldest first."""
    return _records(connection, outcome.c.alert_id.in_(set(ids)))


def of_case(connection: sa.Connection, case_id: str) -> list[OutcomeRecord]:
    """Outcomes of a case itself, corrected ones too, oldest first."""
    return _records(connection, outcome.c.case_id == case_id)


def of_examinations(connection: sa.Connection, ids: Iterable[str]) -> list[OutcomeRecord]:
    """Outcomes of examinations by their orders, corrected ones too, oldest first."""
    return _records(connection, outcome.c.examination_id.in_(set(ids)))


def fill(tx: Tx, most: int) -> int:
    """Adds the outcomes of alerts that were closed before outcomes were kept apart; gives how many.

    Oldest first, at most so many; what the alert says of its closing is what they say.
    """
    query = (
        sa.select(
            alert.c.id,
            alert.c.outcome,
            sa.func.coalesce(alert.c.outcome_note, "").label("note"),
            sa.func.coalesce(alert.c.closed_by, "").label("by"),
            sa.func.coalesce(alert.c.closed_at, alert.c.at, type_=alert.c.at.type).label("at"),
        )
        .where(
            alert.c.state == AlertState.CLOSED.value,
            alert.c.outcome.is_not(None),
            ~sa.exists().where(outcome.c.alert_id == alert.c.id),
        )
        .order_by(alert.c.id)
        .limit(most)
    )
    rows = tx.connection.execute(query).all()
    for row in rows:
        value = OutcomeRecord(
            id=new_id(),
            kind=OutcomeKind(row.outcome),
            note=row.note,
            details=NO_DETAILS,
            by=row.by,
            at=row.at,
            alert_id=row.id,
        )
        add(tx, value)
    return len(rows)


def labels(connection: sa.Connection, since: datetime) -> list[Label]:
    """What became of hits whose alert, or a case with it, had an outcome since a moment; and of all
    hits on a consignment that was examined since, alerted to or not.

    A later correction, or the outcome of a case, makes the label of a hit anew; whoever learns
    takes the newest. Oldest first.
    """
    ids = _alerts_told(connection, since)
    found: list[Label] = []
    for some in batches(ids):
        found += _labels(connection, some)
    found += _examined(connection, since, {own.hit_id for own in found})
    return sorted(found, key=lambda own: (own.at, own.hit_id))


# --- within -------------------------------------------------------------------------------------


def _alerts_told(connection: sa.Connection, since: datetime) -> list[str]:
    recent = outcome.c.at >= since
    direct = sa.select(outcome.c.alert_id.label("id")).where(
        recent, outcome.c.alert_id.is_not(None)
    )
    by_case = (
        sa.select(case_alert.c.alert_id.label("id"))
        .join(outcome, outcome.c.case_id == case_alert.c.case_id)
        .where(recent)
    )
    examined = (
        sa.select(alert.c.id)
        .join(exam_order, EXAMINED)
        .join(outcome, outcome.c.examination_id == exam_order.c.id)
        .where(recent)
    )
    return sorted(connection.execute(direct.union(by_case, examined)).scalars())


def _examined(connection: sa.Connection, since: datetime, known: set[str]) -> list[Label]:
    """Labels of hits on consignments that were examined, without those of `known`."""
    later = outcome.alias("later")
    examined = (
        sa.select(exam_order.c.consignment_id)
        .join(outcome, outcome.c.examination_id == exam_order.c.id)
        .where(outcome.c.at >= since)
    )
    query = (
        sa.select(hit, outcome.c.kind.label("told"), outcome.c.at.label("told_at"))
        .join(exam_order, exam_order.c.consignment_id == hit.c.subject_id)
        .join(outcome, outcome.c.examination_id == exam_order.c.id)
        .where(
            hit.c.subject_kind == Kind.CONSIGNMENT.value,
            hit.c.subject_id.in_(examined),
            ~sa.exists().where(later.c.corrects == outcome.c.id),
        )
    )
    rows: dict[str, sa.Row[tuple[object, ...]]] = {}
    told: defaultdict[str, set[tuple[OutcomeKind, datetime]]] = defaultdict(set)
    for row in connection.execute(query):
        if row.id not in known:
            rows[row.id] = row
            told[row.id].add((OutcomeKind(row.told), row.told_at))
    return [_label(row, told[hit_id]) for hit_id, row in rows.items()]


def _labels(connection: sa.Connection, ids: Sequence[str]) -> list[Label]:
    told = kinds_of(connection, ids)
    query = (
        sa.select(hit, alert.c.id.label("alert_id"))
        .join(assessment_hit, assessment_hit.c.hit_id == hit.c.id)
        .join(alert, alert.c.assessment_id == assessment_hit.c.assessment_id)
        .where(alert.c.id.in_(ids))
    )
    rows: dict[str, sa.Row[tuple[object, ...]]] = {}
    outcomes: defaultdict[str, set[tuple[OutcomeKind, datetime]]] = defaultdict(set)
    for row in connection.execute(query):
        columns = row._mapping
        rows[columns["id"]] = row
        outcomes[columns["id"]] |= told[columns["alert_id"]]
    return [_label(row, outcomes[hit_id]) for hit_id, row in rows.items() if outcomes[hit_id]]


def _label(row: sa.Row[tuple[object, ...]], told: set[tuple[OutcomeKind, datetime]]) -> Label:
    columns = row._mapping
    state = HitState(columns["state"])
    kinds = frozenset(kind for kind, _ in told)
    return Label(
        hit_id=columns["id"],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        target=Ref(kind=Kind(columns["target_kind"]), id=columns["target_id"]),
        screener=columns["screener"],
        score=columns["score"],
        confirmed=None if state is HitState.OPEN else state is HitState.CONFIRMED,
        found=act.found(kinds, state),
        kinds=kinds,
        at=max(at for _, at in told),
    )


def _records(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[OutcomeRecord]:
    later = outcome.alias("later")
    query = (
        sa.select(outcome, later.c.id.label("corrected_by"))
        .outerjoin(later, later.c.corrects == outcome.c.id)
        .where(which)
        .order_by(outcome.c.at, outcome.c.id)
    )
    rows = connection.execute(query).all()
    goods = _seizures(connection, [row.id for row in rows])
    return [_record(row, tuple(goods[row.id])) for row in rows]


def _seizures(connection: sa.Connection, ids: Sequence[str]) -> defaultdict[str, list[Seizure]]:
    query = sa.select(seizure).where(seizure.c.outcome_id.in_(ids)).order_by(seizure.c.ordinal)
    found: defaultdict[str, list[Seizure]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.outcome_id].append(
            Seizure(
                commodity=Commodity(row.commodity),
                description=row.description,
                quantity=None if row.quantity is None else row.quantity / _THOUSANDTHS,
                measure=Measure(row.measure),
                value=_money(row.value, row.value_currency),
                chapter=row.chapter,
                concealment=Concealment(row.concealment),
            )
        )
    return found


def _record(row: sa.Row[tuple[object, ...]], goods: tuple[Seizure, ...]) -> OutcomeRecord:
    columns = row._mapping
    return OutcomeRecord(
        id=columns["id"],
        kind=OutcomeKind(columns["kind"]),
        note=columns["note"],
        details=Details(
            seizures=goods,
            penalty=_money(columns["penalty"], columns["penalty_currency"]),
            legal_reference=columns["legal_reference"],
            place=columns["place"],
        ),
        by=columns["by"],
        at=columns["at"],
        alert_id=columns["alert_id"],
        case_id=columns["case_id"],
        examination_id=columns["examination_id"],
        corrects=columns["corrects"],
        reason=columns["reason"],
        corrected_by=columns["corrected_by"],
    )


def _thousandths(value: Decimal | None) -> int | None:
    return None if value is None else int(value * _THOUSANDTHS)


def _hundredths(value: Money | None) -> int | None:
    return None if value is None else int(value.amount * _HUNDREDTHS)


def _money(amount: int | None, currency: str | None) -> Money | None:
    if amount is None or currency is None:
        return None
    return Money(amount=amount / _HUNDREDTHS, currency=currency)
