"""What a gate sends, and what its officer is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from parakh.domain.capture import FrameNote, Identified
from parakh.domain.face import NO_PAD_CHECK, Comparison, PadResult, Quality
from parakh.domain.hit import Advice, ScreenerResult
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Direction, Voyage
from parakh.services.alerts import HitView


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureRequest:
    """What a gate sends.

    Attributes:
        frames: one to eight pictures taken at the gate within a moment, as uploaded.
        portrait: the document's portrait, where there is one: a picture, or an ePassport's data
            group 2 (ICAO Doc 9303-10).
        document: a document number, or the text of a machine readable zone; may be empty.
        id: 32 hexadecimal digits that the sender chose, so that a capture that is sent twice is
            answered twice and recorded once; None where it chose none.
        taken_at: when the frames were taken; None for now.
        station_id: the registered station that sends; None for a signed-in officer's browser.
        active: what an active check for presentation attacks found in the frames.
    """

    frames: tuple[bytes, ...]
    portrait: bytes | None
    port: str
    lane: str
    direction: Direction
    document: str = ""
    id: str | None = None
    taken_at: datetime | None = None
    station_id: str | None = None
    active: PadResult = NO_PAD_CHECK


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossingRequest:
    """A crossing that another system saw: who (by document), where, which way, and when."""

    document: str
    port: str
    lane: str
    direction: Direction
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class GateAnswer:
    """What the gate officer is told. Everything here is advice.

    Attributes:
        capture_id: None when the picture was not fit, so that nothing was searched or recorded.
        verification: the 1:1 comparison, where a portrait fit for it was given.
        notes: what else the officer should know, such as an error in the zone.
        next_step: what to do, in one sentence.
        alerts: every open alert of the actor's units on this person.
        frames: how fit each frame was, in their order.
        identified: what the face told among the travellers of the voyages that are due.
        duplicate: whether this capture had been answered before; it is recorded once.
        late: how long after it was taken it came; None for one that came at once.
        milliseconds: from the bytes to this answer.
    """

    capture_id: str | None
    quality: Quality
    pad: PadResult
    verification: Comparison | None
    advice: Advice
    next_step: Phrase
    notes: tuple[Phrase, ...] = ()
    traveller: Traveller | None = None
    voyage: Voyage | None = None
    hits: tuple[HitView, ...] = ()
    results: tuple[ScreenerResult, ...] = ()
    alerts: tuple[str, ...] = ()
    frames: tuple[FrameNote, ...] = ()
    identified: Identified | None = None
    duplicate: bool = False
    late: timedelta | None = None
    milliseconds: float = 0.0
