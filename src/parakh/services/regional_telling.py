"""What a regional centre sends up: rows of its audit trail, and what the centre needs with them.

With some rows go a message, a step with an alert, or a lookout or a case as it stands now. What is
gone by the time it is sent is not sent.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson
import sqlalchemy as sa

from parakh.domain.hit import Ref
from parakh.domain.outcome import OutcomeRecord
from parakh.errors import NotFound
from parakh.services.centre import Centre
from parakh.services.regional_crossings import told_as_message
from parakh.services.regional_values import (
    ALERT,
    CASE,
    LOOKOUT,
    AlertTold,
    CaseTold,
    LookoutTold,
    Told,
)
from parakh.store import (
    alerts,
    assessments,
    audit,
    case_parts,
    cases,
    lookouts,
    messages,
    outcomes,
    watchlists,
)
from parakh.store import regional as store
from parakh.store.audit import AuditRow
from parakh.store.codec import DETAILS

MOST_ROWS, MOST_BYTES = 500, 4 * 2**20
"""Of one request; a single larger message goes by itself."""

BELONGINGS = ("message", "alert", "record")

_DECIDED = frozenset({"hit.confirmed", "hit.cleared"})
_LOOKOUTS = frozenset(
    {"lookout.placed", "lookout.agreed", "lookout.refused", "lookout.cancelled",
     "extension.asked", "extension.agreed", "extension.refused"}
)  # fmt: skip
_CASES = frozenset(
    {"case.opened", "case.changed", "case.moved", "case.closed", "case.reopened",
     "case.alert_added", "case.party_added", "case.party_removed", "case.note_added",
     "case.task_added", "case.task_done"}
)  # fmt: skip


def events(centre: Centre, connection: sa.Connection, sent: int) -> list[Told]:
    """The next rows of the audit trail with what belongs to them, as many as one request takes."""
    rows = list(audit.after(connection, sent, MOST_ROWS))
    refused = store.asides(connection)
    # A case is sent as it stands: once for all its rows is enough.
    last = {row.subject_id: row.seq for row in rows if row.action in _CASES}
    found: list[Told] = []
    size = 0
    for row in rows:
        own = bare(row)
        if row.seq in refused:
            own["refused"] = refused[row.seq].reason
        elif row.action not in _CASES or last[row.subject_id] == row.seq:
            own |= belonging(centre, connection, row)
        size += sum(len(orjson.dumps(own[name])) for name in BELONGINGS if name in own)
        if found and size > MOST_BYTES:
            break
        found.append(own)
    return found


def bare(row: AuditRow) -> Told:
    """A row by itself."""
    own = {name: getattr(row, name) for name in AuditRow.__dataclass_fields__}
    return own | {"at": row.at.isoformat()}


def belonging(centre: Centre, connection: sa.Connection, row: AuditRow) -> Told:
    """What the centre needs to do the same: a message, a step with an alert, a lookout or a case;
    nothing too where it is gone by now."""
    found: dict[str, Any] = {}
    with suppress(NotFound):
        if row.action == "message.received":
            found["message"] = _message(centre, connection, row.subject_id)
        elif row.action in ("crossing.recorded", "gate.captured"):
            found["message"] = told_as_message(connection, row)
        elif row.action in _LOOKOUTS:
            found["record"] = _lookout(connection, row.subject_id)
        elif row.action in _CASES:
            found["record"] = _case(connection, row.subject_id)
        elif row.action == "outcome.corrected":
            found |= _corrected(connection, row)
        else:
            found["alert"] = _step(connection, row)
    return {name: own for name, own in found.items() if own is not None}


def _message(centre: Centre, connection: sa.Connection, message_id: str) -> Told:
    own = messages.get(connection, message_id)
    data = messages.body(connection, centre.db.vault, message_id)
    return {"name": own.source.name, "body": base64.b64encode(data).decode()}


# --- steps with alerts --------------------------------------------------------------------------


def _step(connection: sa.Connection, row: AuditRow) -> Told | None:
    if row.action == "alert.acknowledged":
        return _with_alert(connection, row, row.subject_id, {"step": "acknowledged"})
    if row.action in _DECIDED:
        return _decided(connection, row)
    if row.action == "alert.closed":
        told = outcomes.of_alerts(connection, [row.subject_id])
        if told:
            step = {"step": "closed", **_outcome(told[0])}
            return _with_alert(connection, row, row.subject_id, step)
    return None


def _decided(connection: sa.Connection, row: AuditRow) -> Told | None:
    hit = assessments.get_hit(connection, row.subject_id)
    detail = orjson.loads(row.detail)
    step = {
        "step": "decided",
        "target": [hit.target.kind.value, hit.target.id],
        "confirmed": row.action == "hit.confirmed",
        "reason": str(detail.get("reason", "")),
    }
    return _with_alert(connection, row, str(detail.get("alert", "")), step)


def _corrected(connection: sa.Connection, row: AuditRow) -> Told:
    own = outcomes.get(connection, row.subject_id)
    if own.case_id is not None:
        return {"record": _case(connection, own.case_id)}
    if own.alert_id is None:
        return {}
    step = {"step": "corrected", "reason": own.reason, **_outcome(own)}
    return {"alert": _with_alert(connection, row, own.alert_id, step)}


def _outcome(own: OutcomeRecord) -> Told:
    return {"outcome": own.kind.value, "note": own.note, "details": DETAILS.dump(own.details)}


def _with_alert(
    connection: sa.Connection, row: AuditRow, alert_id: str, step: Mapping[str, Any]
) -> Told | None:
    """A step with what the alert is about, as the centre finds it; None for what no message told
    of."""
    told = _alert(connection, alert_id)
    return None if told is None else {**step, "officer": row.actor, **ALERT.dump(told)}


def _alert(connection: sa.Connection, alert_id: str) -> AlertTold | None:
    alert = alerts.get_alert(connection, alert_id)
    hits = assessments.hits_by_assessment(connection, [alert.assessment_id])
    told = store.told_of(connection, Ref(kind=alert.subject.kind, id=alert.subject.id))
    if not told:
        return None
    return AlertTold(
        kind=alert.subject.kind,
        told=tuple(told),
        targets=tuple(
            (own.target.kind.value, own.target.id) for own in hits.get(alert.assessment_id, [])
        ),
    )


# --- lookouts and cases -------------------------------------------------------------------------


def _lookout(connection: sa.Connection, lookout_id: str) -> Told:
    told = LookoutTold(
        lookout=lookouts.get(connection, lookout_id),
        decision=watchlists.decision_reason(connection, lookout_id),
    )
    return {"kind": "lookout", "value": LOOKOUT.dump(told)}


def _case(connection: sa.Connection, case_id: str) -> Told | None:
    """None for a restricted case: it is for the persons named in it, who are here."""
    own = cases.get(connection, case_id)
    if own.restricted:
        return None
    found = (_alert(connection, one) for one in cases.alerts_of(connection, case_id))
    told = CaseTold(
        case=own,
        alerts=tuple(one for one in found if one is not None),
        parties=tuple(case_parts.parties(connection, case_id)),
        notes=tuple(case_parts.notes(connection, case_id)),
        tasks=tuple(case_parts.tasks(connection, case_id)),
        events=tuple(case_parts.events(connection, case_id)),
        outcomes=tuple(outcomes.of_case(connection, case_id)),
    )
    return {"kind": "case", "value": CASE.dump(told)}
