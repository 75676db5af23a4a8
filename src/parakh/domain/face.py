"""Faces: samples, templates and comparison results (terms of ISO/IEC 2382-37)."""

from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.phrase import Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle in pixels of the picture as shown upright: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """How fit a face sample is for comparison.

    Attributes:
        score: 0 (useless) to 1 (fit).
        acceptable: whether comparison results may be relied on.
        reasons: what is wrong, in words for the person before the camera; empty when acceptable.
    """

    score: float
    acceptable: bool
    reasons: tuple[Phrase, ...] = ()


class PadState(StrEnum):
    """Presentation attack detection (ISO/IEC 30107-3): never claimed where it was not done."""

    NOT_EVALUATED = "not_evaluated"
    BONA_FIDE = "bona_fide"
    ATTACK = "attack"


@dataclass(frozen=True, kw_only=True, slots=True)
class PadResult:
    """What a check for presentation attacks said, and which check it was.

    Attributes:
        method: the check that was done, such as `turn` or a model's `id@version`; "" for none.
        score: how much speaks for a living person, 0 to 1, where the check gives it.
        threshold: the score from which a face is taken for a living person's.
        reason: why nothing could be told, or what was seen, for the officer; None for nothing.
    """

    state: PadState = PadState.NOT_EVALUATED
    method: str = ""
    score: float | None = None
    threshold: float | None = None
    reason: Phrase | None = None


NO_PAD_CHECK = PadResult()
"""Nothing was checked, and nothing is claimed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A biometric template: a unit vector of float32, as bytes, and the model that made it."""

    model: str
    vector: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceSample:
    """One face found in a picture, ready for comparison.

    `second` is the template by the model that votes, where one is installed.
    """

    box: Box
    detection: float
    quality: Quality
    pad: PadResult
    template: Template
    second: Template | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Result of a 1:1 comparison: cosine similarity, the threshold, and whether it is reached."""

    score: float
    threshold: float

    @property
    def match(self) -> bool:
        """Whether the score reaches the threshold; advice for the officer, not a decision."""
        return self.score >= self.threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One line of a 1:N search: the enrolled reference and its cosine similarity."""

    reference_id: str
    score: float
