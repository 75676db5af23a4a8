"""Lanes of consignments: told to the declaration system, looked at, and changed by officers."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.selectivity import Basis, Lane, LaneDecision
from parakh.services import rerouting
from parakh.services.rerouting import LaneView, ToldPage
from parakh.store.selectivity import Told
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import Moment, Sequence

router = APIRouter(prefix="/consignments", tags=["selectivity"])

ConsignmentId = Annotated[str, Path(description="identifier of the consignment")]


class LaneDecisionOut(Wire):
    """A lane that a consignment was given, and why. Advice: officers release or hold."""

    ordinal: int = Field(description="from 1 for the consignment's first")
    lane: Lane
    basis: Basis
    basis_id: str = Field(description="the rule, hit, model or trader behind it; empty for none")
    sentence: PhraseOut
    at: datetime
    port: str
    day: date = Field(description="of the port, on which it takes its place")
    score: float | None
    policy: str = Field(description="identifier of the policy by which it was given")
    draw: float | None = Field(description="the number drawn for it, in [0, 1)")
    draw_key: str = Field(description="from what that was drawn")
    squeezed: Lane | None = Field(description="the lane for which there was no place")
    by: str = Field(description="the officer who routed it; empty for the program")
    reason: str

    @classmethod
    def of(cls, value: LaneDecision) -> "LaneDecisionOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields if name != "sentence"}
        return cls(**told, sentence=PhraseOut.of(value.sentence))


class LaneViewOut(Wire):
    """All lanes that a consignment was given."""

    lanes: list[LaneDecisionOut] = Field(description="the newest first; the first one stands")
    offered: list[Lane] = Field(description="to which the caller may route it")
    held: PhraseOut | None = Field(description="why not to a lesser one")

    @classmethod
    def of(cls, value: LaneView) -> "LaneViewOut":
        """From the service's value."""
        return cls(
            lanes=[LaneDecisionOut.of(own) for own in value.lanes],
            offered=list(value.offered),
            held=PhraseOut.of(value.held) if value.held else None,
        )


class ToldLaneOut(Wire):
    """A lane that stands, as the declaration system is told of it."""

    number: int = Field(description="rises; a consignment that is given another lane comes again")
    consignment_id: str
    reference: str = Field(description="number of the transport document")
    declaration: str = Field(description="number of the declaration; empty before there is one")
    port: str
    lane: Lane
    sentence: PhraseOut
    at: datetime

    @classmethod
    def of(cls, value: Told) -> "ToldLaneOut":
        """From the store's value."""
        own = value.decision
        return cls(
            number=value.seq,
            consignment_id=own.consignment_id,
            reference=value.reference,
            declaration=value.declaration,
            port=own.port,
            lane=own.lane,
            sentence=PhraseOut.of(own.sentence),
            at=own.at,
        )


class ToldLanesOut(Wire):
    """The next lanes, 500 at most."""

    lanes: list[ToldLaneOut]
    after: int = Field(description="ask with it for those that follow, now or later")
    more: bool = Field(description="whether there are more now")

    @classmethod
    def of(cls, value: ToldPage) -> "ToldLanesOut":
        """From the service's value."""
        lanes = [ToldLaneOut.of(own) for own in value.lanes]
        return cls(lanes=lanes, after=value.after, more=value.more)


class RerouteIn(Wire):
    """Another lane, and why."""

    lane: Lane
    reason: str = Field(max_length=4000)


@router.get("/lanes")
def list_lanes(calling: Calling, since: Moment, after: Sequence = 0) -> ToldLanesOut:
    """Lanes given from a moment on, in the order in which they came to stand: what the declaration
    system asks for again and again, each time with the `after` of the answer before."""
    return ToldLanesOut.of(rerouting.told(calling.centre, calling.actor, since, after))


@router.get("/{consignment_id}/lanes")
def get_lanes(calling: Calling, consignment_id: ConsignmentId) -> LaneViewOut:
    """All lanes of one consignment."""
    return LaneViewOut.of(rerouting.view(calling.centre, calling.actor, consignment_id))


@router.post("/{consignment_id}/lanes")
def reroute_consignment(
    calling: Calling, consignment_id: ConsignmentId, body: RerouteIn
) -> LaneDecisionOut:
    """Routes to another lane; humans only. 409 to a lesser one for what chance chose, or what has a
    hit that must be examined; 403 for one's own lane or order."""
    made = rerouting.reroute(calling.centre, calling.actor, consignment_id, body.lane, body.reason)
    return LaneDecisionOut.of(made)
