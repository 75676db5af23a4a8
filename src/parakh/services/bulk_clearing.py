"""Clears the hits of many travellers for one reason, each as a decision of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.errors import NotFound, ParakhError
from parakh.services import alerts
from parakh.services.centre import Centre
from parakh.services.vetting import some
from parakh.store import alerts as alert_store
from parakh.store import assessments
from parakh.store import vetting as store

ONE_BY_ONE = {
    "document": N_("A hit on a document number tells who it is; decide on it by itself"),
    "face": N_("A face is compared side by side; decide on it by itself"),
}
"""Screeners whose hits nobody clears together with others, and why."""

CLEARED = "vetting.cleared"
"""The action by which the trail knows a bulk clearing; its subject is who cleared."""

_NO_ALERT = N_("No alert of your unit tells of it")
_OTHERS = N_("{officer} is working on it")
_REFUSED = N_("It was refused: {cause}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A hit that was not cleared, or somebody without one that can be, and why."""

    traveller_id: str
    hit_id: str
    cause: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """What a bulk step did: hits cleared, alerts closed by it, and what it left."""

    hits: tuple[str, ...]
    closed: tuple[str, ...]
    left: tuple[Left, ...]


def clear(
    centre: Centre,
    actor: Actor,
    ids: Sequence[str],
    reason: str,
    outcome: OutcomeKind | None = None,
) -> Cleared:
    """Clears the open hits of several travellers for one reason, each as his own decision.

    As on the page of an alert: an alert that nobody took on is acknowledged first, and each hit is
    cleared through `parakh.services.alerts`, so that redress knows of it. Hits that need a look
    each (ONE_BY_ONE), that no alert of the actor's units tells of, or on whose alert somebody else
    works, are left and listed. With `outcome` the alerts without any open hit are closed with it.
    Raises InvalidInput without a reason, or for nobody or too many.
    """
    actor.require(Permission.VET_TRAVELLERS)
    actor.require(Permission.HANDLE_ALERTS)
    require_human(actor)
    tidy = reason_of(reason)
    hits: list[str] = []
    closed: list[str] = []
    left: list[Left] = []
    for traveller_id in some(ids):
        work = _work_on(centre, actor, traveller_id)
        left += work.left
        for alert, told in work.todo:
            try:
                _clear(centre, actor, alert, told, tidy, hits)
                if outcome is not None and _close(centre, actor, alert, outcome, tidy):
                    closed.append(alert.id)
            except ParakhError as error:
                cause = phrase(_REFUSED, cause=error)
                left += [
                    Left(traveller_id=traveller_id, hit_id=hit.id, cause=cause)
                    for hit in told
                    if hit.id not in hits
                ]
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit(CLEARED, "vetting", actor.name, hits=hits, left=len(left), reason=tidy)
    return Cleared(hits=tuple(hits), closed=tuple(closed), left=tuple(left))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """What can be cleared of one traveller, by the alert that tells of it, and what is left."""

    todo: tuple[tuple[Alert, tuple[Hit, ...]], ...]
    left: tuple[Left, ...]


def _work_on(centre: Centre, actor: Actor, traveller_id: str) -> _Work:
    ref = Ref(kind=Kind.TRAVELLER, id=traveller_id)
    with centre.db.read() as connection:
        known = store.lines(connection, [traveller_id]).get(traveller_id)
        if known is None:
            raise NotFound("there is no such traveller on the list")
        actor.require_port(known.port)
        told = assessments.hits_of(connection, [ref]).get(ref, [])
        mine = [
            own
            for own in alert_store.alerts_on(connection, ref)
            if own.state is not AlertState.CLOSED
            and (actor.everywhere or own.unit_id in actor.units)
        ]
        of_alert = {
            key: {hit.id for hit in hits}
            for key, hits in assessments.hits_by_assessment(
                connection, [own.assessment_id for own in mine]
            ).items()
        }
    todo: dict[str, tuple[Alert, list[Hit]]] = {}
    left = []
    for hit in told:
        if hit.state is not HitState.OPEN:
            continue
        alert = next((own for own in mine if hit.id in of_alert.get(own.assessment_id, ())), None)
        cause = _obstacle(actor, hit, alert)
        if cause is not None or alert is None:
            why = cause or phrase(_NO_ALERT)
            left.append(Left(traveller_id=traveller_id, hit_id=hit.id, cause=why))
        else:
            todo.setdefault(alert.id, (alert, []))[1].append(hit)
    return _Work(
        todo=tuple((alert, tuple(hits)) for alert, hits in todo.values()), left=tuple(left)
    )


def _obstacle(actor: Actor, hit: Hit, alert: Alert | None) -> Phrase | None:
    """Why an officer may not clear a hit together with others; None where he may."""
    screener = hit.screener.partition("@")[0]
    if screener in ONE_BY_ONE:
        return phrase(ONE_BY_ONE[screener])
    if alert is None:
        return phrase(_NO_ALERT)
    if alert.state is AlertState.ACKNOWLEDGED and alert.acknowledged_by != actor.name:
        return phrase(_OTHERS, officer=alert.acknowledged_by)
    return None


def _clear(
    centre: Centre,
    actor: Actor,
    alert: Alert,
    told: Sequence[Hit],
    reason: str,
    done: list[str],
) -> None:
    """Clears hits one by one; those that are cleared stand in `done` when another is refused."""
    if alert.state is AlertState.NEW:
        alerts.acknowledge(centre, actor, alert.id)
    for hit in told:
        alerts.decide(centre, actor, alert.id, hit.id, confirmed=False, reason=reason)
        done.append(hit.id)


def _close(centre: Centre, actor: Actor, alert: Alert, outcome: OutcomeKind, note: str) -> bool:
    """Closes an alert all of whose hits are decided; False while one is open."""
    with centre.db.read() as connection:
        hits = assessments.get_assessment(connection, alert.assessment_id).hits
    if any(hit.state is HitState.OPEN for hit in hits):
        return False
    alerts.close(centre, actor, alert.id, outcome, note)
    return True
