"""Screening by hand."""

from fastapi import APIRouter
from pydantic import Field

from parakh.access import Purpose
from parakh.domain.traveller import Sex
from parakh.domain.watchlist import EntryKind, IdentifierKind
from parakh.services import hand
from parakh.services.hand import Answer, Found, Question
from parakh.web.api.auth import Calling
from parakh.web.api.watchlists import EntryOut
from parakh.web.api.wire import EvidenceOut, PhraseOut, Wire

router = APIRouter(prefix="/screen", tags=["watchlists"])


class QuestionIn(Wire):
    """Whom or what to ask about, for what purpose, and why."""

    kind: EntryKind = EntryKind.PERSON
    name: str = Field(
        "", max_length=400, description="`FAMILY, GIVEN` or the whole name, in any script"
    )
    born: str = Field("", max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD")
    nationality: str = Field("", max_length=3)
    sex: Sex | None = None
    document: str = Field("", max_length=40, description="number of a travel document")
    father_name: str = Field("", max_length=200)
    birth_place: str = Field("", max_length=200)
    country: str = Field("", max_length=3, description="of an organisation or conveyance")
    numbers: dict[IdentifierKind, str] = Field({}, max_length=10)
    purpose: Purpose = Field(Purpose.VETTING, description="vetting, alert, gate or watchlist")
    reason: str = Field(max_length=4000, description="stands in the audit trail")

    def question(self) -> Question:
        """The same as a question."""
        return Question(
            kind=self.kind,
            name=self.name,
            born=self.born,
            nationality=self.nationality,
            sex=self.sex.value if self.sex else "",
            document=self.document,
            father_name=self.father_name,
            birth_place=self.birth_place,
            country=self.country,
            numbers=self.numbers,
            purpose=self.purpose,
            reason=self.reason,
        )


class FoundOut(Wire):
    """One that is listed and resembles who was asked about."""

    entry: EntryOut
    watchlist: str
    screener: str = Field(description="`id@version`")
    score: float
    threshold: float
    sentence: PhraseOut
    evidence: list[EvidenceOut]

    @classmethod
    def of(cls, value: Found) -> "FoundOut":
        """From the service's value."""
        return cls(
            entry=EntryOut.of(value.entry),
            watchlist=value.watchlist.name,
            screener=value.hit.screener,
            score=value.hit.score,
            threshold=value.hit.threshold,
            sentence=PhraseOut.of(value.hit.sentence),
            evidence=[EvidenceOut.of(item) for item in value.hit.evidence],
        )


class AnswerOut(Wire):
    """What the lists say, strongest first; nothing of it is stored."""

    hits: list[FoundOut]
    near: list[FoundOut] = Field(description="what came close but is no hit, five at most")
    failed: list[str] = Field(description="screeners that did not answer")

    @classmethod
    def of(cls, value: Answer) -> "AnswerOut":
        """From the service's value."""
        return cls(
            hits=[FoundOut.of(one) for one in value.hits],
            near=[FoundOut.of(one) for one in value.near],
            failed=list(value.failed),
        )


@router.post("")
def screen_by_hand(calling: Calling, body: QuestionIn) -> AnswerOut:
    """Asks the lists about a person, an organisation or a conveyance; the audit trail keeps it."""
    return AnswerOut.of(hand.ask(calling.centre, calling.actor, body.question()))
