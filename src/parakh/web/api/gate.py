"""Gate: one capture, answered at once."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import Field

from parakh.domain.face import Comparison, PadResult, PadState, Quality
from parakh.domain.hit import Advice
from parakh.domain.voyage import Direction
from parakh.services import gate
from parakh.services.gate import GateAnswer
from parakh.web.api.alerts import HitViewOut
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, ResultOut, TravellerOut, VoyageOut, Wire
from parakh.web.uploads import content, optional

router = APIRouter(prefix="/gate", tags=["gate"])


class QualityOut(Wire):
    """How fit the live picture is; the reasons are for the person before the camera."""

    score: float
    acceptable: bool
    reasons: list[PhraseOut]

    @classmethod
    def of(cls, value: Quality) -> "QualityOut":
        """From the domain value."""
        return cls(
            score=value.score,
            acceptable=value.acceptable,
            reasons=[PhraseOut.of(reason) for reason in value.reasons],
        )


class PadOut(Wire):
    """What a check for presentation attacks said; `method` names the check, "" for none."""

    state: PadState
    method: str
    score: float | None
    threshold: float | None

    @classmethod
    def of(cls, value: PadResult) -> "PadOut":
        """From the domain value."""
        return cls(
            state=value.state,
            method=value.method,
            score=value.score,
            threshold=value.threshold,
        )


class ComparisonOut(Wire):
    """The 1:1 comparison with the document's portrait."""

    score: float
    threshold: float
    match: bool

    @classmethod
    def of(cls, value: Comparison) -> "ComparisonOut":
        """From the domain value."""
        return cls(score=value.score, threshold=value.threshold, match=value.match)


class GateAnswerOut(Wire):
    """What the gate officer is told; all of it is advice."""

    capture_id: str | None = Field(description="null when the picture was not fit")
    quality: QualityOut
    pad: PadOut
    verification: ComparisonOut | None
    advice: Advice
    next_step: PhraseOut
    notes: list[PhraseOut]
    traveller: TravellerOut | None
    voyage: VoyageOut | None
    hits: list[HitViewOut]
    results: list[ResultOut]
    alerts: list[str]
    milliseconds: float

    @classmethod
    def of(cls, value: GateAnswer) -> "GateAnswerOut":
        """From the service's value."""
        return cls(
            capture_id=value.capture_id,
            quality=QualityOut.of(value.quality),
            pad=PadOut.of(value.pad),
            verification=ComparisonOut.of(value.verification) if value.verification else None,
            advice=value.advice,
            next_step=PhraseOut.of(value.next_step),
            notes=[PhraseOut.of(note) for note in value.notes],
            traveller=TravellerOut.of(value.traveller) if value.traveller else None,
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            hits=[HitViewOut.of(hit) for hit in value.hits],
            results=[ResultOut.of(result) for result in value.results],
            alerts=list(value.alerts),
            milliseconds=value.milliseconds,
        )


@router.post("/captures")
def capture_face(
    calling: Calling,
    live: Annotated[UploadFile, File(description="the picture taken at the gate")],
    port: Annotated[str, Form(max_length=5, description="IATA code, else UN/LOCODE")],
    direction: Annotated[Direction, Form()],
    portrait: Annotated[UploadFile | None, File(description="the document's portrait")] = None,
    lane: Annotated[str, Form(max_length=20)] = "",
    document: Annotated[
        str, Form(max_length=200, description="number, or the machine readable zone's lines")
    ] = "",
) -> GateAnswerOut:
    """Quality, 1:1, 1:N, the crossing, and what to do next."""
    request = gate.CaptureRequest(
        frames=(content(live, "the live picture"),),
        portrait=optional(portrait),
        port=port.strip().upper(),
        lane=lane.strip(),
        direction=direction,
        document=document,
    )
    return GateAnswerOut.of(gate.capture(calling.centre, calling.actor, request))
