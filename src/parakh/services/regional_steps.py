"""Does at the centre what officers of a regional centre did there, as of when they did it.

The same list or rule raised an alert here too, once the same message was read here. Lookouts and
cases are taken over as they stand there (`parakh.services.regional_records`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from parakh.access import Actor, Purpose, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.hit import Hit, HitState
from parakh.domain.outcome import OutcomeRecord
from parakh.errors import Conflict, NotFound, ParakhError
from parakh.services import alerts, regional_records
from parakh.services.centre import Centre
from parakh.services.outcomes import Correction, correct
from parakh.services.regional_counterparts import NotYet, counterpart, officer_of
from parakh.services.regional_values import ALERT
from parakh.store import assessments, outcomes
from parakh.store import regional as store
from parakh.store.codec import DETAILS
from parakh.store.regional import LEFT, RegionEvent

_TAKER = system_actor("regions")
AT_ONCE = 100
"""Steps of a region that are taken at a time."""


def work(centre: Centre) -> int:
    """Takes what waits, in the order of each region; gives how many steps were settled.

    A step whose message is not read here yet waits, and all later ones of its region with it.
    """
    done = 0
    with centre.db.read() as connection:
        names = [own.name for own in store.regions(connection)]
    for name in names:
        with centre.db.read() as connection:
            waiting = store.pending(connection, name, AT_ONCE)
        for own in waiting:
            try:
                outcome = _take(centre, own)
            except NotYet:
                break
            except (Conflict, NotFound) as error:
                outcome = f"{LEFT}{error}"
            except (ParakhError, ValueError) as error:
                outcome = f"{LEFT}{type(error).__name__}"
            with centre.db.write(_TAKER, Purpose.LINKED) as tx:
                store.settle(tx, own, outcome)
                tx.audit("region.taken", "region", name, row=own.row.seq, outcome=outcome)
            done += 1
    return done


def _take(centre: Centre, own: RegionEvent) -> str:
    """Takes one step; gives the identifier of what it was done to. Raises as the step does."""
    step = own.pending or {}
    if "value" in step:
        return regional_records.take(centre, own)
    officer = officer_of(centre, own, str(step["officer"]))
    with centre.db.read() as connection:
        alert = counterpart(connection, own.region, ALERT.load(step), officer)
        hits = assessments.hits_by_assessment(connection, [alert.assessment_id])
        told = [one for one in outcomes.of_alerts(connection, [alert.id]) if not one.corrected_by]
    with centre.db.done_at(own.row.at):
        if alert.state is AlertState.NEW:
            alert = alerts.acknowledge(centre, officer, alert.id)
        if step["step"] == "decided":
            hit = _hit(hits.get(alert.assessment_id, []), step)
            confirmed, reason = bool(step["confirmed"]), str(step["reason"])
            alerts.decide(centre, officer, alert.id, hit.id, confirmed=confirmed, reason=reason)
        elif step["step"] == "closed":
            kind, note = OutcomeKind(step["outcome"]), str(step["note"])
            details = DETAILS.load(step["details"])
            alerts.close(centre, officer, alert.id, kind, note, details)
        elif step["step"] == "corrected":
            _correct(centre, officer, told, step)
    return alert.id


def _correct(
    centre: Centre, officer: Actor, told: Sequence[OutcomeRecord], step: Mapping[str, Any]
) -> None:
    if not told:
        raise NotFound("the alert here has no outcome yet")
    correction = Correction(
        kind=OutcomeKind(step["outcome"]),
        note=str(step["note"]),
        details=DETAILS.load(step["details"]),
        reason=str(step["reason"]),
    )
    correct(centre, officer, told[-1].id, correction)


def _hit(hits: list[Hit], step: Mapping[str, Any]) -> Hit:
    kind, ref = step["target"]
    for own in hits:
        if (own.target.kind.value, own.target.id) == (kind, ref):
            if own.state is not HitState.OPEN:
                raise Conflict(f"the hit was {own.state.value} here already")
            return own
    raise NotFound("the alert here has no such hit")
