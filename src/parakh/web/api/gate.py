"""Gate: one capture, of a station or of a signed-in officer, answered at once."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import Field

from parakh.domain.capture import CaptureAnswer, FrameNote, Identified
from parakh.domain.face import Comparison, PadResult, PadState, Quality
from parakh.domain.hit import Advice
from parakh.faces.guidance import instruction
from parakh.faces.liveness import Method
from parakh.services import presence, stations
from parakh.services.gate_values import GateAnswer
from parakh.services.presence import Issued
from parakh.store.captures import Capture
from parakh.web.api.alerts import HitViewOut
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, ResultOut, TravellerOut, VoyageOut, Wire
from parakh.web.captures import Particulars, Pictures, Place, sent

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
    reason: PhraseOut | None = Field(description="why nothing could be told, or what was seen")

    @classmethod
    def of(cls, value: PadResult) -> "PadOut":
        """From the domain value."""
        return cls(
            state=value.state,
            method=value.method,
            score=value.score,
            threshold=value.threshold,
            reason=PhraseOut.of(value.reason) if value.reason else None,
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


class FrameOut(Wire):
    """How fit one frame was, and whether the answer rests on it."""

    quality: QualityOut
    used: bool

    @classmethod
    def of(cls, value: FrameNote) -> "FrameOut":
        """From the domain value."""
        return cls(quality=QualityOut.of(value.quality), used=value.used)


class IdentifiedOut(Wire):
    """A traveller whom the face resembles, among those of the voyages that are due."""

    traveller_id: str
    comparison: ComparisonOut
    agrees: bool = Field(description="false: the document that was shown is another's")
    sole: bool = Field(description="false: a second traveller resembles the face as well")

    @classmethod
    def of(cls, value: Identified) -> "IdentifiedOut":
        """From the domain value."""
        return cls(
            traveller_id=value.traveller_id,
            comparison=ComparisonOut.of(value.comparison),
            agrees=value.agrees,
            sole=value.sole,
        )


class GateAnswerOut(Wire):
    """What the gate officer is told; all of it is advice."""

    capture_id: str | None = Field(description="null when the picture was not fit")
    quality: QualityOut
    instruction: PhraseOut | None = Field(description="for the traveller, so that he may be seen")
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
    frames: list[FrameOut] = Field(description="in the order in which they were sent")
    identified: IdentifiedOut | None
    duplicate: bool = Field(description="it was answered before, and is recorded once")
    late_seconds: float | None = Field(description="from when it was taken until it came")
    milliseconds: float

    @classmethod
    def of(cls, value: GateAnswer) -> "GateAnswerOut":
        """From the service's value."""
        told = instruction(value.quality)
        return cls(
            capture_id=value.capture_id,
            quality=QualityOut.of(value.quality),
            instruction=PhraseOut.of(told) if told else None,
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
            frames=[FrameOut.of(frame) for frame in value.frames],
            identified=IdentifiedOut.of(value.identified) if value.identified else None,
            duplicate=value.duplicate,
            late_seconds=value.late.total_seconds() if value.late else None,
            milliseconds=value.milliseconds,
        )


class StepOut(Wire):
    """One frame to take: when, and where the person should look meanwhile."""

    at: float = Field(description="seconds from the start")
    x: int = Field(description="-1 his left, 0 the middle, 1 his right, as he faces the camera")


class ChallengeOut(Wire):
    """What to ask of one person, and the frames to take meanwhile."""

    challenge: str = Field(description="comes back with the frames, unchanged")
    capture_id: str = Field(description="of the one capture that it is for")
    method: Method
    prompt: PhraseOut
    steps: list[StepOut]
    expires_at: datetime

    @classmethod
    def of(cls, value: Issued) -> "ChallengeOut":
        """From the service's value."""
        return cls(
            challenge=value.token,
            capture_id=value.capture_id,
            method=value.challenge.method,
            prompt=PhraseOut.of(value.challenge.prompt),
            steps=[StepOut(at=step.at, x=step.x) for step in value.challenge.steps],
            expires_at=value.expires_at,
        )


class StoredAnswerOut(Wire):
    """What was answered to a capture before: identifiers and figures, no names."""

    capture_id: str
    at: datetime
    taken_at: datetime | None
    quality: QualityOut
    pad: PadOut
    verification: ComparisonOut | None
    advice: Advice
    next_step: PhraseOut
    notes: list[PhraseOut]
    frames: list[FrameOut]
    identified: IdentifiedOut | None

    @classmethod
    def of(cls, value: Capture, told: CaptureAnswer) -> "StoredAnswerOut":
        """From the stored values."""
        return cls(
            capture_id=value.id,
            at=value.at,
            taken_at=value.taken_at,
            quality=QualityOut.of(told.quality),
            pad=PadOut.of(told.pad),
            verification=ComparisonOut.of(told.verification) if told.verification else None,
            advice=told.advice,
            next_step=PhraseOut.of(told.next_step),
            notes=[PhraseOut.of(note) for note in told.notes],
            frames=[FrameOut.of(frame) for frame in told.frames],
            identified=IdentifiedOut.of(told.identified) if told.identified else None,
        )


@router.post("/challenges")
def draw_challenge(
    calling: Calling, method: Annotated[Method | None, Body(embed=True)] = None
) -> ChallengeOut:
    """Draws an active check for presentation attacks, for the caller's next capture."""
    return ChallengeOut.of(presence.issue(calling.centre, calling.actor, method))


@router.post("/captures")
def capture_face(
    calling: Calling,
    pictures: Annotated[Pictures, Depends()],
    place: Annotated[Place, Depends()],
    particulars: Annotated[Particulars, Depends()],
) -> GateAnswerOut:
    """Quality, 1:1, 1:N, the crossing, and what to do next.

    Sent again with the same `id`, a capture is recorded once, and answered as before. A station's
    port, lane and direction are those of its registration; what it sends otherwise is refused.
    """
    capture = sent(pictures, place, particulars)
    return GateAnswerOut.of(stations.capture(calling.centre, calling.actor, capture))


@router.get("/captures/{capture_id}")
def get_capture(calling: Calling, capture_id: str) -> StoredAnswerOut:
    """What was answered to a capture, to the station that sent it or an officer of its port."""
    found, told = stations.stored_answer(calling.centre, calling.actor, capture_id)
    return StoredAnswerOut.of(found, told)
