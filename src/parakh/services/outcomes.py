"""Outcomes: corrected by new ones, and given as labels to whoever learns."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.act.outcomes import checked
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState
from parakh.domain.ids import new_id
from parakh.domain.outcome import FOUND, NO_DETAILS, Details, Label, OutcomeRecord
from parakh.domain.phrase import N_, phrase
from parakh.errors import Conflict, Forbidden
from parakh.services import examinations, goods_list, importer_profiles
from parakh.services.centre import Centre
from parakh.store import alerts, assessments, case_parts, cases, consignments
from parakh.store import outcomes as store
from parakh.store.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What is so instead, and why it was said otherwise."""

    kind: OutcomeKind
    note: str
    details: Details = NO_DETAILS
    reason: str


def correct(centre: Centre, actor: Actor, outcome_id: str, correction: Correction) -> OutcomeRecord:
    """Records a new outcome that replaces one; the old one stays and is named by the new.

    Raises Conflict for one that was corrected before, Forbidden for the alert, case or examination
    of another unit, InvalidInput where the details do not fit the outcome.
    """
    require_human(actor)
    with centre.db.write(actor, Purpose.CASE) as tx:
        old = store.get(tx.connection, outcome_id, lock=True)
        _require_own(tx, old)
        if old.corrected_by is not None:
            raise Conflict("this outcome was corrected already: correct the newer one")
        states = hit_states(tx.connection, _alert_ids(tx.connection, old))
        new = OutcomeRecord(
            id=new_id(),
            kind=correction.kind,
            note=correction.note.strip(),
            details=checked(correction.kind, states, correction.details),
            by=actor.name,
            at=tx.at,
            alert_id=old.alert_id,
            case_id=old.case_id,
            examination_id=old.examination_id,
            corrects=old.id,
            reason=reason_of(correction.reason),
        )
        store.add(tx, new)
        _follow(tx, new)
        tx.audit("outcome.corrected", "outcome", new.id, corrects=old.id, reason=new.reason)
    return new


def labels(centre: Centre, actor: Actor, since: datetime) -> list[Label]:
    """What became of hits since a moment (see `parakh.store.outcomes.labels`); audited."""
    actor.require(Permission.SEE_CALIBRATION)
    with centre.db.read() as connection:
        found = store.labels(connection, since)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        tx.audit("labels.read", "outcome", "all", since=since.isoformat(), count=len(found))
    return found


def hit_states(connection: sa.Connection, alert_ids: list[str]) -> list[HitState]:
    """The states of the hits behind some alerts."""
    found = [alerts.get_alert(connection, own).assessment_id for own in alert_ids]
    hits = assessments.hits_by_assessment(connection, found)
    return [hit.state for own in hits.values() for hit in own]


# --- within -------------------------------------------------------------------------------------


def _require_own(tx: Tx, old: OutcomeRecord) -> None:
    actor = tx.actor
    if old.case_id is not None:
        actor.require(Permission.WORK_CASES)
        if not cases.reach(tx.connection, actor, old.case_id, tx.at, lock=True).works:
            raise Forbidden("what was handed over to your unit may be looked at, not changed")
        return
    if old.examination_id is not None:
        # Whoever examined writes another report; what was recorded is put right by planners.
        actor.require(Permission.PLAN_EXAMINATIONS)
        examinations.reach(tx.connection, actor, old.examination_id, lock=True)
        return
    actor.require(Permission.HANDLE_ALERTS)
    unit_id = alerts.get_alert(tx.connection, old.alert_id or "").unit_id
    if not actor.everywhere and unit_id not in actor.units:
        raise Forbidden("the alert belongs to another unit")


def _alert_ids(connection: sa.Connection, old: OutcomeRecord) -> list[str]:
    if old.alert_id is not None:
        return [old.alert_id]
    if old.examination_id is not None:
        return []
    return cases.alerts_of(connection, old.case_id or "")


def _follow(tx: Tx, new: OutcomeRecord) -> None:
    """Puts the correction where people look: on the alert, into the case's timeline, or on the list
    of goods and the importer's profile."""
    if new.examination_id is not None:
        order = examinations.reach(tx.connection, tx.actor, new.examination_id)
        goods_list.follow(tx, [order.consignment_id])
        if new.kind in FOUND:
            found = consignments.get(tx.connection, order.consignment_id)
            importer_profiles.note(tx, found, new)
    if new.alert_id is not None:
        store.restate_alert(tx, new.alert_id, new)
    if new.case_id is not None:
        sentence = phrase(N_("The outcome was corrected: {reason}"), reason=new.reason)
        case_parts.tell(tx, new.case_id, "outcome_corrected", sentence)
