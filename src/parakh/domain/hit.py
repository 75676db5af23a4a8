"""Hits with their evidence, and the assessment of one subject."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.phrase import Phrase


class Kind(StrEnum):
    """Kinds of thing that can be screened, hit, profiled and audited."""

    TRAVELLER = "traveller"
    CONSIGNMENT = "consignment"
    CONVEYANCE = "conveyance"
    CAPTURE = "capture"
    WATCHLIST_ENTRY = "watchlist_entry"
    RULE = "rule"
    PROFILE = "profile"
    ORGANISATION = "organisation"
    CASE = "case"
    LOOKOUT = "lookout"
    REDRESS = "redress"
    STATION = "station"
    POST = "post"
    GALLERY = "gallery"
    MODEL = "model"
    EXAMINATION = "examination"
    CURRENCY = "currency"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """Points to one thing by kind and identifier: a subject of screening, or the target it met."""

    kind: Kind
    id: str


class Agreement(StrEnum):
    """What a piece of evidence says about the hit."""

    AGREES = "agrees"
    SIMILAR = "similar"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One comparison behind a hit.

    Attributes:
        attribute: what was compared, such as `name`, `birth_date`, `document`, `face`.
        ours: the subject's value, as text.
        theirs: the target's value, as text.
        agreement: whether it speaks for or against.
        weight: what it added to the score (negative when it spoke against), in score points.
        note: how the two were found alike or different.
    """

    attribute: str
    ours: str
    theirs: str
    agreement: Agreement
    weight: float
    note: Phrase


class HitState(StrEnum):
    """Only a human takes a hit out of `open`."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A candidate over the threshold, with all that an officer needs to judge it.

    Attributes:
        subject: what was screened.
        target: what it met.
        screener: `id@version` of the screener that raised it.
        score: 0 to 1; what it means is the screener's to say.
        threshold: the score from which the screener raises a hit.
        sentence: the reason in one sentence.
        evidence: every comparison, for and against.
        redress_id: the redress record (see `parakh.domain.redress`) that cleared it when it was
            raised again; None for all others.
    """

    id: str
    subject: Ref
    target: Ref
    screener: str
    score: float
    threshold: float
    sentence: Phrase
    evidence: tuple[Evidence, ...]
    state: HitState = HitState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    redress_id: str | None = None


class ResultState(StrEnum):
    """How a screener fared on one subject."""

    DONE = "done"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScreenerResult:
    """That a screener ran, and what came of it; a failure is recorded, never silent."""

    screener: str
    state: ResultState
    error: str = ""


class Advice(StrEnum):
    """What the centre advises; the officer decides. Ordered from least to most urgent."""

    PROCEED = "proceed"
    INCOMPLETE = "incomplete"
    COMPARE = "compare"
    INSPECT = "inspect"
    REFER = "refer"

    @property
    def rank(self) -> int:
        """0 for the least urgent."""
        return list(Advice).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """All hits on one subject from one cause, and the resulting advice.

    `cause` is the message or capture that led to it: one subject is assessed once for each cause.
    """

    id: str
    subject: Ref
    cause: str
    at: datetime
    advice: Advice
    results: tuple[ScreenerResult, ...]
    hits: tuple[Hit, ...]
