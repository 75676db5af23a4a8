"""Outcomes that stand: what was said of alerts, however it was said, and not corrected since."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Kind
from parakh.store.batches import batches
from parakh.store.tables import alert, case_alert, exam_order, outcome

EXAMINED = (alert.c.subject_id == exam_order.c.consignment_id) & (
    alert.c.subject_kind == Kind.CONSIGNMENT.value
)
"""The examinations of the consignment to which an alert was raised."""


def standing(ids: Collection[str] | None = None, before: datetime | None = None) -> sa.Subquery:
    """Outcomes that stand, of alerts, of the cases with them, and of examinations of consignments
    that were alerted to: `alert_id`, `kind`, `at`.

    `ids` are the alerts asked for, None for all. With `before`, as they stood at that moment: what
    was said or corrected from then on is not known yet.
    """
    later = outcome.alias("later")
    corrected = later.c.corrects == outcome.c.id
    told = [
        (
            outcome.c.alert_id,
            sa.select(outcome.c.alert_id, outcome.c.kind, outcome.c.at).where(
                outcome.c.alert_id.is_not(None)
            ),
        ),
        (
            case_alert.c.alert_id,
            sa.select(case_alert.c.alert_id, outcome.c.kind, outcome.c.at).join(
                outcome, outcome.c.case_id == case_alert.c.case_id
            ),
        ),
        (
            alert.c.id,
            sa.select(alert.c.id.label("alert_id"), outcome.c.kind, outcome.c.at)
            .join(exam_order, EXAMINED)
            .join(outcome, outcome.c.examination_id == exam_order.c.id),
        ),
    ]
    if before is not None:
        corrected &= later.c.at < before
        told = [(alert_id, one.where(outcome.c.at < before)) for alert_id, one in told]
    if ids is not None:
        told = [(alert_id, one.where(alert_id.in_(ids))) for alert_id, one in told]
    stands = ~sa.exists().where(corrected)
    return sa.union_all(*(one.where(stands) for _, one in told)).subquery("standing")


def kinds_of(
    connection: sa.Connection, ids: Sequence[str], before: datetime | None = None
) -> defaultdict[str, set[tuple[OutcomeKind, datetime]]]:
    """Kinds and moments of the outcomes that stand, by alert (see `standing`)."""
    found: defaultdict[str, set[tuple[OutcomeKind, datetime]]] = defaultdict(set)
    for some in batches(ids):
        told = standing(some, before)
        for alert_id, kind, at in connection.execute(sa.select(told)):
            found[alert_id].add((OutcomeKind(kind), at))
    return found
