"""Manual lookouts: placed by one officer, confirmed by another."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.lookout import LOOKOUTS, Lookout, LookoutState
from parakh.domain.watchlist import EntryKind, Handling
from parakh.services import lookouts
from parakh.services.lookouts import LookoutRow, LookoutView, Which
from parakh.web.api.auth import Calling
from parakh.web.api.watchlists import EntryIn, ReasonIn
from parakh.web.api.wire import DocumentOut, NameOut, Wire
from parakh.web.proposals import proposed
from parakh.web.queries import Moment, Offset

router = APIRouter(prefix="/lookouts", tags=["lookouts"])


class ExtensionOut(Wire):
    """A later end that waits for a second person."""

    until: datetime
    reason: str
    by: str
    at: datetime


class LookoutOut(Wire):
    """A lookout. A provisional one ends at `in_force_until` unless another person confirms it."""

    id: str = Field(description="of its entry on the watchlist `lookouts`")
    kind: EntryKind
    names: list[NameOut]
    documents: list[DocumentOut]
    numbers: list[str]
    reason: str
    instruction: str
    handling: Handling
    unit_id: str
    placed_by: str
    placed_at: datetime
    ends_at: datetime
    in_force_until: datetime | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    extension: ExtensionOut | None

    @classmethod
    def of(cls, value: Lookout) -> "LookoutOut":
        """From the domain value."""
        entry, asked = value.entry, value.extension
        return cls(
            id=value.id,
            kind=entry.kind,
            names=[NameOut.of(own) for own in entry.names],
            documents=[DocumentOut.of(own) for own in entry.documents],
            numbers=[own.value for own in entry.identifiers],
            reason=entry.reason,
            instruction=value.instruction,
            handling=value.handling,
            unit_id=value.unit_id,
            placed_by=value.placed_by,
            placed_at=value.placed_at,
            ends_at=value.ends_at,
            in_force_until=entry.expires_at,
            confirmed_by=value.confirmed_by,
            confirmed_at=value.confirmed_at,
            extension=ExtensionOut(until=asked.until, reason=asked.reason, by=asked.by, at=asked.at)
            if asked
            else None,
        )


class LookoutRowOut(Wire):
    """A lookout with its state now, and how many hits it raised."""

    lookout: LookoutOut
    state: LookoutState
    hits: int

    @classmethod
    def of(cls, value: LookoutRow) -> "LookoutRowOut":
        """From the service's value."""
        return cls(lookout=LookoutOut.of(value.lookout), state=value.state, hits=value.hits)


class LookoutViewOut(LookoutRowOut):
    """One lookout with the alerts, by identifier, that it raised for the caller's units."""

    alerts: list[str]
    ended: str = Field(description="why it was cancelled; may be empty")

    @classmethod
    def of_view(cls, value: LookoutView) -> "LookoutViewOut":
        """From the service's value."""
        row = LookoutRowOut.of(value.row)
        return cls(
            lookout=row.lookout,
            state=row.state,
            hits=row.hits,
            alerts=[own.alert.id for own in value.alerts],
            ended=value.ended,
        )


class LookoutIn(EntryIn):
    """What is looked out for, why, and what the officer who meets it should do."""

    instruction: str = Field("", max_length=2000)
    handling: Handling = Handling.INSPECT
    ends_at: Moment | None = Field(None, description="within 90 days; 30 days if left out")
    unit_id: str = Field("", max_length=32, description="the unit that is alerted")


class LookoutDecisionIn(Wire):
    """The second person's word on a lookout, or on the later end that was asked for."""

    agree: bool
    reason: str = Field(max_length=4000)


class LookoutExtensionIn(Wire):
    """A later end, and why."""

    until: Moment
    reason: str = Field(max_length=4000)


@router.get("")
def list_lookouts(
    calling: Calling,
    which: Annotated[Which, Query()] = Which.UNIT,
    ended: bool = False,
    offset: Offset = 0,
) -> list[LookoutRowOut]:
    """Lookouts in force (with `ended` all), newest first, fifty at a time."""
    found = lookouts.lookouts(calling.centre, calling.actor, which, ended=ended, offset=offset)
    return [LookoutRowOut.of(own) for own in found]


@router.post("", status_code=201)
def add_lookout(calling: Calling, body: LookoutIn) -> LookoutOut:
    """Places a lookout; in force at once, for a day unless another person confirms it."""
    declared = body.declared(LOOKOUTS)
    entry = proposed(declared, LOOKOUTS, calling.actor.name, calling.centre.local_now())
    made = lookouts.place(
        calling.centre,
        calling.actor,
        entry,
        instruction=body.instruction,
        handling=body.handling,
        ends_at=body.ends_at,
        unit_id=body.unit_id,
    )
    return LookoutOut.of(made)


@router.get("/{lookout_id}")
def get_lookout(calling: Calling, lookout_id: str) -> LookoutViewOut:
    """One lookout."""
    return LookoutViewOut.of_view(lookouts.view(calling.centre, calling.actor, lookout_id))


@router.post("/{lookout_id}/decision")
def decide_lookout(calling: Calling, lookout_id: str, body: LookoutDecisionIn) -> LookoutOut:
    """Confirms a lookout or ends it; grants or refuses a later end. Never by who asked for it."""
    return LookoutOut.of(
        lookouts.decide(
            calling.centre, calling.actor, lookout_id, agree=body.agree, reason=body.reason
        )
    )


@router.post("/{lookout_id}/extension")
def extend_lookout(calling: Calling, lookout_id: str, body: LookoutExtensionIn) -> LookoutOut:
    """Asks for a later end, which another person must grant."""
    return LookoutOut.of(
        lookouts.extend(calling.centre, calling.actor, lookout_id, body.until, body.reason)
    )


@router.post("/{lookout_id}/cancellation")
def cancel_lookout(calling: Calling, lookout_id: str, body: ReasonIn) -> LookoutOut:
    """Ends a lookout at once."""
    return LookoutOut.of(lookouts.cancel(calling.centre, calling.actor, lookout_id, body.reason))
