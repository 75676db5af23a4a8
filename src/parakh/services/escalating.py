"""Escalates alerts that nobody saw to in time; what the worker does every few seconds."""

from collections.abc import Collection

import structlog

from parakh.access import Purpose, Role
from parakh.alert.route import confined_to
from parakh.domain.alert import Alert, AlertState, Step, StepKind
from parakh.domain.channel import Occurrence
from parakh.domain.hit import Assessment, Kind
from parakh.domain.phrase import N_, phrase
from parakh.domain.routing import level_for
from parakh.domain.unit import Unit
from parakh.services.alerted import things
from parakh.services.centre import WORKER, Centre
from parakh.services.raising import Raising
from parakh.services.subjects import ports_of, subjects_of
from parakh.services.targets import Targets
from parakh.store import alerts as store
from parakh.store import assessments, duty, people, travellers
from parakh.store.database import Tx

_log = structlog.get_logger()

_TEXTS = {
    (AlertState.NEW, False): N_("Not acknowledged in time: escalated to {units}"),
    (AlertState.NEW, True): N_(
        "Not acknowledged in time: escalated to {units}, {officers} on duty"
    ),
    (AlertState.ACKNOWLEDGED, False): N_("Not closed in time: escalated to {units}"),
    (AlertState.ACKNOWLEDGED, True): N_(
        "Not closed in time: escalated to {units}, {officers} on duty"
    ),
}


def escalate_due(centre: Centre) -> int:
    """Escalates every alert whose time has passed, each once; gives how many.

    Each is one transaction, which begins by taking its alert: after a crash, and with several
    workers, none is escalated twice and none is forgotten.
    """
    with centre.db.read() as connection:
        due = store.to_escalate(connection, centre.clock())
    done = 0
    for alert in due:
        try:
            done += _escalate(centre, alert)
        except Exception:
            # One alert must not keep the others waiting; it is tried again at the next look.
            _log.exception("alert not escalated", alert=alert.id)
    if done:
        centre.wall.notify()
    return done


def _escalate(centre: Centre, found: Alert) -> bool:
    with centre.db.write(WORKER, Purpose.ALERT) as tx:
        if not store.mark_escalated(tx, found):
            tx.audit("alert.left", "alert", found.id, cause="somebody was quicker")
            return False
        alert = store.get_alert(tx.connection, found.id)
        raising = Raising(tx)
        supervisors = _supervisors(tx)
        assessment = assessments.get_assessment(tx.connection, alert.assessment_id)
        known = store.units_told(tx.connection, alert.assessment_id)
        may_know = _may_know(tx, raising, assessment, known)
        ports = _ports(tx, raising, alert)
        units = _told(raising, alert, may_know, ports, supervisors)
        for unit in units:
            if unit.id in known:
                there = store.get_alert(tx.connection, known[unit.id])
                raising.tell(there, Occurrence.ESCALATED)
            else:
                raising.escalate_to(alert, assessment, unit)
        on_duty = sorted({name for unit in units for name in supervisors.get(unit.id, ())})
        text = phrase(
            _TEXTS[alert.state, bool(on_duty)],
            units=", ".join(unit.name for unit in units),
            officers=", ".join(on_duty),
        )
        step = Step(kind=StepKind.ESCALATED, at=tx.at, by="", text=text)
        store.add_steps(tx, alert.id, [step])
        tx.audit(
            "alert.escalated", "alert", alert.id, units=[unit.id for unit in units], named=on_duty
        )
    return True


def _told(
    raising: Raising,
    alert: Alert,
    may_know: Collection[str],
    ports: frozenset[str],
    supervisors: Collection[str],
) -> list[Unit]:
    """The unit that the service level names, else those of the supervisors on duty there or at a
    central one, else the central ones; the alert's own where there is none of these.

    Only of units that may know of the alert; `supervisors` are those with a supervisor on duty.
    """
    known = [raising.units[own] for own in raising.units if own in may_know]
    level = level_for(raising.levels, alert.unit_id, alert.advice)
    named = [unit for unit in known if level and unit.id == level.escalate_to]
    # A guest agency's units are told of no alert that is not theirs, unless a level names one.
    own = [unit for unit in known if not unit.agency or unit.id == alert.unit_id]
    concerned = [
        unit
        for unit in own
        if unit.id == alert.unit_id or unit.central or not ports.isdisjoint(unit.ports)
    ]
    on_duty = [unit for unit in concerned if unit.id in supervisors]
    central = [unit for unit in own if unit.central]
    return named or on_duty or central or [raising.units[alert.unit_id]]


def _may_know(
    tx: Tx, raising: Raising, assessment: Assessment, told: Collection[str]
) -> Collection[str]:
    """All units; with a hit on a list of which only its own may know, that one and who was told."""
    targets = Targets.of(tx.connection, assessment.hits)
    confined = confined_to([targets.behind(hit) for hit in assessment.hits], raising.units)
    return confined.union(told) if confined else raising.units


def _ports(tx: Tx, raising: Raising, alert: Alert) -> frozenset[str]:
    """Where a traveller or goods are expected; of all else, the ports of the alert's own unit."""
    connection = tx.connection
    if alert.subject.kind is Kind.TRAVELLER:
        found = travellers.travellers_by_id(connection, [alert.subject.id])
        ports = frozenset(ports_of(connection, subjects_of(connection, found)).values())
        if ports:
            return ports
    about = things(connection, [alert.subject]).get(alert.subject.id)
    if about is not None and about.port:
        return frozenset({about.port})
    return raising.units[alert.unit_id].ports


def _supervisors(tx: Tx) -> dict[str, list[str]]:
    """The supervisors on duty now: their names by unit."""
    shifts = duty.shifts_at(tx.connection, tx.at)
    if not shifts:
        return {}
    known = {own.name for own in people.users(tx.connection) if Role.SUPERVISOR in own.roles}
    found: dict[str, list[str]] = {}
    for shift in shifts:
        if shift.officer in known:
            found.setdefault(shift.unit_id, []).append(shift.officer)
    return found
