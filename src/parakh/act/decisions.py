"""The steps that an officer takes with an alert, and what each needs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from parakh.access import Actor
from parakh.domain.alert import Alert, AlertState, Outcome, OutcomeKind
from parakh.domain.hit import Hit, HitState
from parakh.errors import Conflict, Forbidden, InvalidInput

MINIMUM_REASON = 5
"""Characters; a reason that nobody could follow is none."""


def acknowledge(alert: Alert, actor: Actor, at: datetime) -> Alert:
    """Takes a new alert on; raises Conflict when somebody has it already."""
    require_human(actor)
    if not alert.state.can_become(AlertState.ACKNOWLEDGED):
        raise Conflict(f"the alert is {alert.state.value} already")
    return replace(
        alert,
        state=AlertState.ACKNOWLEDGED,
        acknowledged_by=actor.name,
        acknowledged_at=at,
        held_by=actor.name,
    )


def decide(hit: Hit, *, confirmed: bool, reason: str, actor: Actor, at: datetime) -> Hit:
    """Confirms or clears an open hit; raises InvalidInput without a reason, Conflict if decided."""
    require_human(actor)
    if hit.state is not HitState.OPEN:
        raise Conflict(f"the hit was {hit.state.value} already, by {hit.decided_by}")
    return replace(
        hit,
        state=HitState.CONFIRMED if confirmed else HitState.CLEARED,
        decided_by=actor.name,
        decided_at=at,
        reason=reason_of(reason),
    )


def close(
    alert: Alert, hits: Iterable[Hit], kind: OutcomeKind, note: str, actor: Actor, at: datetime
) -> Alert:
    """Records the outcome; raises Conflict while a hit is open or the alert is not acknowledged."""
    require_human(actor)
    if not alert.state.can_become(AlertState.CLOSED):
        raise Conflict(f"the alert is {alert.state.value}: acknowledge it first, and close it once")
    states = {hit.state for hit in hits}
    if HitState.OPEN in states:
        raise Conflict("decide on each hit first: confirm it or clear it")
    if kind is OutcomeKind.FALSE_MATCH and HitState.CONFIRMED in states:
        raise InvalidInput("a false match cannot have a confirmed hit")
    outcome = Outcome(kind=kind, note=note.strip(), by=actor.name, at=at)
    return replace(alert, state=AlertState.CLOSED, outcome=outcome)


def reason_of(text: str) -> str:
    """A human's reason, tidied; raises InvalidInput for one that says nothing."""
    reason = text.strip()
    if len(reason) < MINIMUM_REASON:
        raise InvalidInput(f"give a reason of at least {MINIMUM_REASON} characters")
    return reason


def require_human(actor: Actor) -> None:
    """Raises Forbidden for a program."""
    if not actor.human:
        raise Forbidden("only a human decides")
