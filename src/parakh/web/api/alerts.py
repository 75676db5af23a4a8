"""Alerts: the wall, one alert, and the steps an officer takes. Programs may look, humans decide."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.alert import AlertState, OutcomeKind, Step, StepKind
from parakh.domain.case import PartyKind
from parakh.domain.redress import Difference
from parakh.services import alerts
from parakh.services.alerted import Examined, Thing
from parakh.services.alerts import AlertRow, AlertView, HitView
from parakh.services.clearing import Earlier
from parakh.store.alerts import WallEvent
from parakh.web.api.auth import Calling
from parakh.web.api.case_wire import DetailsIn, OutcomeRecordOut
from parakh.web.api.examination_wire import OrderOut
from parakh.web.api.wire import (
    AlertOut,
    AssessmentOut,
    CrossingOut,
    HitOut,
    PhraseOut,
    TravellerOut,
    VoyageOut,
    Wire,
)
from parakh.web.queries import Offset, Sequence

router = APIRouter(prefix="/alerts", tags=["alerts"])


class ThingOut(Wire):
    """Goods or a transport unit."""

    id: str
    kind: PartyKind
    name: str
    detail: str
    owner: str
    port: str
    due_at: datetime | None

    @classmethod
    def of(cls, value: Thing) -> "ThingOut":
        """From the service's value."""
        return cls(
            id=value.ref.id,
            kind=value.party,
            name=value.name,
            detail=value.detail,
            owner=value.owner,
            port=value.port,
            due_at=value.due_at,
        )


class AlertRowOut(Wire):
    """An alert as a wall shows it."""

    alert: AlertOut
    unit: str
    traveller: TravellerOut | None
    voyage: VoyageOut | None
    hits: list[HitOut]
    crossing: CrossingOut | None
    lane: str = Field(description="of the gate at which the person was seen; may be empty")
    thing: ThingOut | None = Field(description="what an alert on goods or a unit is about")

    @classmethod
    def of(cls, value: AlertRow) -> "AlertRowOut":
        """From the service's value."""
        return cls(
            alert=AlertOut.of(value.alert),
            unit=value.unit.name,
            traveller=TravellerOut.of(value.traveller) if value.traveller else None,
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            hits=[HitOut.of(hit) for hit in value.hits],
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
            lane=value.lane,
            thing=ThingOut.of(value.thing) if value.thing else None,
        )


class EarlierOut(Wire):
    """A decision on somebody like the subject that does not hold for him, and why it does not."""

    redress_id: str
    by: str
    at: datetime
    reason: str
    differences: list[Difference]

    @classmethod
    def of(cls, value: Earlier) -> "EarlierOut":
        """From the service's value."""
        record = value.record
        return cls(
            redress_id=record.id,
            by=record.by,
            at=record.at,
            reason=record.reason,
            differences=list(value.differences),
        )


class HitViewOut(Wire):
    """A hit with the entry it met, and pictures of that entry by identifier.

    `handling_code` and `instruction` are what its list, lookout or rule tells the officer to do.
    """

    hit: HitOut
    entry_id: str | None
    watchlist: str | None
    handling_code: str
    instruction: str
    rule: str | None = Field(description="`name@version` of the rule that raised it")
    lookout: bool = Field(description="whether the entry is a manual lookout")
    pictures: list[str]
    earlier: list[EarlierOut]

    @classmethod
    def of(cls, value: HitView) -> "HitViewOut":
        """From the service's value."""
        behind = value.rule or value.watchlist
        return cls(
            hit=HitOut.of(value.hit),
            entry_id=value.entry.id if value.entry else None,
            watchlist=value.watchlist.name if value.watchlist else None,
            handling_code=value.watchlist.handling_code if value.watchlist else "",
            instruction=behind.instruction if behind else "",
            rule=value.rule.label if value.rule else None,
            lookout=value.lookout is not None,
            pictures=list(value.pictures),
            earlier=[EarlierOut.of(own) for own in value.earlier],
        )


class StepOut(Wire):
    """One step of an alert's path; `by` is who took it, empty for the program itself.

    `source` is what it came from or led to: the cause of the assessment, a delivery, a case.
    """

    kind: StepKind
    at: datetime
    by: str
    text: PhraseOut
    source: str

    @classmethod
    def of(cls, value: Step) -> "StepOut":
        """From the domain value."""
        return cls(
            kind=value.kind,
            at=value.at,
            by=value.by,
            text=PhraseOut.of(value.text),
            source=value.source,
        )


class ExaminedOut(Wire):
    """An examination of goods, and what it came to so far, corrected outcomes too."""

    order: OrderOut
    outcomes: list[OutcomeRecordOut]

    @classmethod
    def of(cls, value: Examined) -> "ExaminedOut":
        """From the service's value."""
        return cls(
            order=OrderOut.of(value.order),
            outcomes=[OutcomeRecordOut.of(own) for own in value.outcomes],
        )


class AlertViewOut(Wire):
    """All that an officer needs to handle an alert; `pictures` show the subject."""

    row: AlertRowOut
    assessment: AssessmentOut
    hits: list[HitViewOut]
    pictures: list[str]
    examined: list[ExaminedOut] = Field(description="examinations of the goods it is about")

    @classmethod
    def of(cls, value: AlertView) -> "AlertViewOut":
        """From the service's value."""
        return cls(
            row=AlertRowOut.of(value.row),
            assessment=AssessmentOut.of(value.assessment),
            hits=[HitViewOut.of(hit) for hit in value.hits],
            pictures=list(value.pictures),
            examined=[ExaminedOut.of(own) for own in value.examined],
        )


class WallEventOut(Wire):
    """Something happened to an alert; ask for what came after `seq` next time."""

    seq: int
    kind: str = Field(
        description="`raised`, `acknowledged`, `escalated`, `closed`, or `changed` otherwise"
    )
    alert_id: str
    unit_id: str
    at: datetime

    @classmethod
    def of(cls, value: WallEvent) -> "WallEventOut":
        """From the stored event."""
        return cls(
            seq=value.seq,
            kind=value.kind,
            alert_id=value.alert_id,
            unit_id=value.unit_id,
            at=value.at,
        )


class DecisionIn(Wire):
    """A human's decision on a hit."""

    confirmed: bool = Field(description="true: the same person; false: not the same")
    reason: str = Field(max_length=4000)
    keep_picture: bool = Field(
        False, description="when clearing: for redress, until the entry ends"
    )


class OutcomeIn(Wire):
    """What the officer found; a seizure names what was seized."""

    kind: OutcomeKind
    note: str = Field("", max_length=4000)
    details: DetailsIn = DetailsIn()


@router.get("")
def list_alerts(
    calling: Calling,
    state: Annotated[list[AlertState], Query()] = list(alerts.OPEN),  # noqa: B006  (never changed)
    offset: Offset = 0,
) -> list[AlertRowOut]:
    """Alerts of the caller's units, a hundred at a time.

    With `closed` ones the newest first; else the most urgent first, then new ones, then newest.
    """
    found = alerts.list_alerts(calling.centre, calling.actor, state, offset=offset)
    return [AlertRowOut.of(row) for row in found]


@router.get("/events")
def list_events(calling: Calling, after: Sequence = 0) -> list[WallEventOut]:
    """What happened on the wall after an event, oldest first; `/wall/events` streams the same."""
    return [WallEventOut.of(event) for event in alerts.wall(calling.centre, calling.actor, after)]


@router.get("/{alert_id}")
def get_alert(calling: Calling, alert_id: str) -> AlertViewOut:
    """One alert with both sides of every hit."""
    return AlertViewOut.of(alerts.view(calling.centre, calling.actor, alert_id))


@router.get("/{alert_id}/path")
def get_alert_path(calling: Calling, alert_id: str) -> list[StepOut]:
    """All that happened to an alert, oldest first: raised, told to whom, shown, closed."""
    return [StepOut.of(own) for own in alerts.path_of(calling.centre, calling.actor, alert_id)]


@router.post("/{alert_id}/acknowledge")
def acknowledge_alert(calling: Calling, alert_id: str) -> AlertOut:
    """Takes an alert on; 409 when somebody has it already."""
    return AlertOut.of(alerts.acknowledge(calling.centre, calling.actor, alert_id))


@router.post("/{alert_id}/hits/{hit_id}")
def decide_hit(calling: Calling, alert_id: str, hit_id: str, body: DecisionIn) -> HitOut:
    """Confirms or clears one hit of an acknowledged alert, with a reason."""
    return HitOut.of(
        alerts.decide(
            calling.centre,
            calling.actor,
            alert_id,
            hit_id,
            confirmed=body.confirmed,
            reason=body.reason,
            keep_picture=body.keep_picture,
        )
    )


@router.post("/{alert_id}/close")
def close_alert(calling: Calling, alert_id: str, body: OutcomeIn) -> AlertOut:
    """Records the outcome and closes the alert, once every hit is decided."""
    return AlertOut.of(
        alerts.close(
            calling.centre, calling.actor, alert_id, body.kind, body.note, body.details.value()
        )
    )
