"""Raises alerts: who is told by which routing rule, until when, and by what channels."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from parakh import tracing
from parakh.alert.route import Told, told
from parakh.domain.alert import Alert, Step, StepKind
from parakh.domain.channel import Channel, Dispatch, Occurrence
from parakh.domain.duty import units_on_duty
from parakh.domain.hit import Assessment, Hit
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.routing import Occasion, Route, ServiceLevel, level_for
from parakh.domain.unit import Unit
from parakh.services.targets import Targets
from parakh.store import alerts, duty, people, routing
from parakh.store.database import Tx


class Raising:
    """Raises alerts within one transaction; what it goes by is read once, when it is needed."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def raise_for(
        self, assessment: Assessment, hits: Sequence[Hit], targets: Targets, port: str, lane: str
    ) -> tuple[Alert, ...]:
        """Alerts the units that must know of hits, each once; nobody without a hit."""
        if not hits:
            return ()
        occasion = Occasion(port=port, lane=lane, advice=assessment.advice, at=self._tx.at)
        behind = [targets.behind(hit) for hit in hits]
        priority = min(targets.priority(hit) for hit in hits)
        found = told(behind, occasion, self._routes, self.units.values(), self.on_duty)
        with tracing.span("alert.raise", advice=assessment.advice.value, alerts=len(found)):
            return tuple(self._add(assessment, own, priority) for own in found)

    def escalate_to(self, alert: Alert, assessment: Assessment, unit: Unit) -> Alert:
        """Alerts another unit to what one did not see to in time."""
        return self._add(assessment, Told(unit=unit), alert.priority, escalated=alert)

    def tell(self, alert: Alert, what: Occurrence) -> None:
        """Has every channel that wants it tell of an alert."""
        wanted = [own for own in self._channels if own.wants(alert.unit_id, alert.advice, what)]
        routing.add_dispatches(
            self._tx,
            (
                Dispatch(
                    id=new_id(),
                    channel_id=own.id,
                    alert_id=alert.id,
                    what=what,
                    made_at=self._tx.at,
                    next_at=self._tx.at,
                )
                for own in wanted
            ),
        )

    @cached_property
    def units(self) -> dict[str, Unit]:
        """All units by identifier."""
        return people.units(self._tx.connection)

    @cached_property
    def on_duty(self) -> frozenset[str]:
        """The units of which somebody is on duty."""
        return units_on_duty(duty.shifts_at(self._tx.connection, self._tx.at), self._tx.at)

    @cached_property
    def levels(self) -> list[ServiceLevel]:
        """How soon alerts must be seen to."""
        return routing.levels(self._tx.connection)

    @cached_property
    def _routes(self) -> list[Route]:
        return routing.routes(self._tx.connection)

    @cached_property
    def _channels(self) -> list[Channel]:
        return routing.channels(self._tx.connection)

    def _add(
        self, assessment: Assessment, own: Told, priority: int, escalated: Alert | None = None
    ) -> Alert:
        tx = self._tx
        level = level_for(self.levels, own.unit.id, assessment.advice)
        alert = Alert(
            id=new_id(),
            unit_id=own.unit.id,
            assessment_id=assessment.id,
            subject=assessment.subject,
            advice=assessment.advice,
            at=tx.at,
            priority=priority,
            acknowledge_by=_after(tx, level.acknowledge if level else None),
            close_by=_after(tx, level.close if level else None),
            escalated_from=escalated.id if escalated else None,
        )
        alerts.add_alert(tx, alert)
        alerts.add_steps(tx, alert.id, [] if escalated else _routed(tx, own))
        self.tell(alert, Occurrence.ESCALATED if escalated else Occurrence.RAISED)
        tx.audit(
            "alert.raised",
            "alert",
            alert.id,
            unit=alert.unit_id,
            advice=alert.advice.value,
            routes=[route.id for route in own.routes],
            escalated_from=alert.escalated_from,
        )
        return alert


def _after(tx: Tx, length: timedelta | None) -> datetime | None:
    return None if length is None else tx.at + length


def _routed(tx: Tx, own: Told) -> list[Step]:
    texts = [
        phrase(N_("Told to {unit} by the routing rule {rule}"), unit=own.unit.name, rule=route.name)
        for route in own.routes
    ] or [phrase(N_("Told to {unit} by the standing way"), unit=own.unit.name)]
    return [Step(kind=StepKind.ROUTED, at=tx.at, by="", text=text) for text in texts]
