"""Outcomes: corrected by new ones, and given as labels to whoever learns."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.alert import OutcomeKind
from parakh.domain.outcome import Label
from parakh.services import outcomes
from parakh.services.outcomes import Correction
from parakh.web.api.auth import Calling
from parakh.web.api.case_wire import DetailsIn, OutcomeRecordOut
from parakh.web.api.wire import RefOut, Wire
from parakh.web.queries import Moment

router = APIRouter(prefix="/outcomes", tags=["outcomes"])


class CorrectionIn(Wire):
    """What is so instead, and why it was said otherwise."""

    kind: OutcomeKind
    note: str = Field("", max_length=4000)
    details: DetailsIn = DetailsIn()
    reason: str = Field(max_length=4000)


class LabelOut(Wire):
    """What became of one hit."""

    hit_id: str
    subject: RefOut
    target: RefOut = Field(description="the entry, rule or profile that was met")
    screener: str
    score: float
    confirmed: bool | None = Field(description="whether an officer said that the hit is right")
    found: bool | None = Field(
        description="whether something was found; null after an error in the data"
    )
    kinds: list[OutcomeKind]
    at: Moment

    @classmethod
    def of(cls, value: Label) -> "LabelOut":
        """From the domain value."""
        return cls(
            hit_id=value.hit_id,
            subject=RefOut.of(value.subject),
            target=RefOut.of(value.target),
            screener=value.screener,
            score=value.score,
            confirmed=value.confirmed,
            found=value.found,
            kinds=sorted(value.kinds),
            at=value.at,
        )


@router.get("/labels")
def list_labels(
    calling: Calling, since: Annotated[Moment, Query(description="ISO 8601 with a zone")]
) -> list[LabelOut]:
    """What became of hits since a moment, oldest first; a later label of a hit replaces it."""
    return [LabelOut.of(own) for own in outcomes.labels(calling.centre, calling.actor, since)]


@router.post("/{outcome_id}/corrections", status_code=201)
def correct_outcome(
    calling: Calling,
    outcome_id: Annotated[str, Path(description="identifier of the outcome")],
    body: CorrectionIn,
) -> OutcomeRecordOut:
    """Records an outcome that replaces one; 409 where that was corrected before."""
    told = Correction(
        kind=body.kind, note=body.note, details=body.details.value(), reason=body.reason
    )
    return OutcomeRecordOut.of(outcomes.correct(calling.centre, calling.actor, outcome_id, told))
