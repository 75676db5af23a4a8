"""What was answered to a capture at a gate, as it is kept: figures and identifiers, no names."""

from dataclasses import dataclass

from parakh.domain.face import Comparison, PadResult, Quality
from parakh.domain.hit import Advice, Ref
from parakh.domain.phrase import Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameNote:
    """How fit one frame of a burst was, and whether it was used for the answer."""

    quality: Quality
    used: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Identified:
    """A traveller whom his face was found to resemble in the galleries of expected voyages.

    Attributes:
        comparison: of the live face with his staged template; reaches the threshold.
        agrees: False when the document that was shown is another's.
        sole: False when a second traveller resembles the face as well, so that nobody is taken
            for found.
    """

    traveller_id: str
    comparison: Comparison
    agrees: bool = True
    sole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureAnswer:
    """The answer to a capture, without what can be read anew: names, hits and alerts.

    `subject` is who was screened: the announced traveller, or the capture itself.
    """

    subject: Ref
    quality: Quality
    pad: PadResult
    verification: Comparison | None
    advice: Advice
    next_step: Phrase
    notes: tuple[Phrase, ...]
    frames: tuple[FrameNote, ...]
    identified: Identified | None
    voyage_id: str | None
