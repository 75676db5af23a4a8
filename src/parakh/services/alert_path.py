"""The whole path of one alert, told from what is stored of it."""

import sqlalchemy as sa

from parakh.domain.alert import Alert, Step, StepKind
from parakh.domain.channel import Channel, ChannelKind, Dispatch, DispatchState
from parakh.domain.hit import Assessment, Hit, HitState
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.store import alerts, routing

_CAUSES = {
    "sweep": N_("Raised when a new entry was held against everybody on file; hits: {hits}"),
    "redress": N_("Raised again when a clearing was withdrawn; hits: {hits}"),
    "message": N_("Raised from a message; hits: {hits}"),
    "capture": N_("Raised at the gate; hits: {hits}"),
}
_OTHERWISE = N_("Raised; hits: {hits}")
_SENT = {
    ChannelKind.EMAIL: N_("Sent by e-mail: {channel}"),
    ChannelKind.WEBHOOK: N_("Sent to a webhook: {channel}"),
}


def path(connection: sa.Connection, alert: Alert, assessment: Assessment) -> tuple[Step, ...]:
    """All that happened to an alert, oldest first; of one moment in the order of `StepKind`."""
    steps = [_raised(alert, assessment), *alerts.steps_of(connection, alert.id)]
    if alert.shown_at is not None:
        text = phrase(N_("Shown for the first time"))
        steps.append(
            Step(kind=StepKind.SHOWN, at=alert.shown_at, by=alert.shown_by or "", text=text)
        )
    if alert.acknowledged_at is not None:
        text = phrase(N_("Acknowledged"))
        by = alert.acknowledged_by or ""
        steps.append(Step(kind=StepKind.ACKNOWLEDGED, at=alert.acknowledged_at, by=by, text=text))
    steps += _dispatched(connection, alert)
    steps += [step for hit in assessment.hits for step in _decided(hit, alert)]
    steps += alerts.cases_of(connection, alert.id)
    if alert.outcome is not None:
        text = phrase(N_("Closed with its outcome"))
        steps.append(
            Step(kind=StepKind.CLOSED, at=alert.outcome.at, by=alert.outcome.by, text=text)
        )
    order = list(StepKind)
    return tuple(sorted(steps, key=lambda own: (own.at, order.index(own.kind))))


def _raised(alert: Alert, assessment: Assessment) -> Step:
    cause = assessment.cause
    kind = cause.partition(":")[0] if ":" in cause else "message" if "#" in cause else "capture"
    text = phrase(_CAUSES.get(kind, _OTHERWISE), hits=len(assessment.hits))
    if alert.escalated_from is not None:
        text = phrase(N_("Raised because another unit did not see to it in time"))
    return Step(kind=StepKind.RAISED, at=alert.at, by="", text=text, source=cause)


def _dispatched(connection: sa.Connection, alert: Alert) -> list[Step]:
    channels = {own.id: own for own in routing.channels(connection)}
    found = routing.dispatches_of(connection, alert.id)
    return [_sent(own, channels[own.channel_id]) for own in found if own.done_at is not None]


def _sent(dispatch: Dispatch, channel: Channel) -> Step:
    delivered = dispatch.state is DispatchState.DELIVERED
    text: Phrase = phrase(_SENT[channel.kind], channel=channel.name)
    if not delivered:
        text = phrase(N_("Not delivered by {channel}: given up"), channel=channel.name)
    return Step(
        kind=StepKind.DELIVERED if delivered else StepKind.UNDELIVERED,
        at=dispatch.done_at or dispatch.made_at,
        by="",
        text=text,
        source=dispatch.id,
    )


def _decided(hit: Hit, alert: Alert) -> list[Step]:
    """A decision on a hit; one from before the alert is no part of its path."""
    if hit.decided_at is None or hit.decided_at < alert.at:
        return []
    confirmed = hit.state is HitState.CONFIRMED
    template = N_("Hit confirmed: {hit}") if confirmed else N_("Hit cleared: {hit}")
    text = phrase(template, hit=str(hit.sentence))
    return [Step(kind=StepKind.DECIDED, at=hit.decided_at, by=hit.decided_by or "", text=text)]
