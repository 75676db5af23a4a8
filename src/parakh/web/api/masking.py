"""Masked travellers: asking to see one, and what the second person says."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.masking import Unmasking, UnmaskingState
from parakh.services import masking
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import PageNumber

router = APIRouter(tags=["travellers"])


class UnmaskingOut(Wire):
    """A request to see a masked traveller; it holds for who asked and who granted it."""

    id: str
    traveller_id: str
    reason: str
    asked_by: str
    asked_at: datetime
    state: UnmaskingState
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    until: datetime | None = Field(description="when it ends; null unless granted")

    @classmethod
    def of(cls, value: Unmasking) -> "UnmaskingOut":
        """From the domain value."""
        return cls(
            id=value.id,
            traveller_id=value.traveller_id,
            reason=value.reason,
            asked_by=value.asked_by,
            asked_at=value.asked_at,
            state=value.state,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            decision=value.decision,
            until=value.until,
        )


class UnmaskingPageOut(Wire):
    """A page of requests, newest first."""

    rows: list[UnmaskingOut]
    total: int
    page: int
    pages: int


class AskIn(Wire):
    """Why somebody must be seen."""

    reason: str = Field(max_length=4000)


class DecideIn(Wire):
    """What the second person says."""

    granted: bool
    decision: str = Field(max_length=4000, description="why")


@router.post("/travellers/{traveller_id}/unmasking", status_code=201)
def ask_to_unmask(calling: Calling, traveller_id: str, wanted: AskIn) -> UnmaskingOut:
    """Asks to see a masked traveller; another person decides."""
    return UnmaskingOut.of(masking.ask(calling.centre, calling.actor, traveller_id, wanted.reason))


@router.get("/unmasking")
def list_unmasking(
    calling: Calling,
    asked_only: Annotated[bool, Query(description="only those nobody decided on yet")] = False,
    page: PageNumber = 1,
) -> UnmaskingPageOut:
    """Requests to see masked travellers."""
    found = masking.requests(calling.centre, calling.actor, asked_only=asked_only, page=page)
    return UnmaskingPageOut(
        rows=[UnmaskingOut.of(own) for own in found.rows],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


@router.post("/unmasking/{request_id}")
def decide_unmasking(calling: Calling, request_id: str, said: DecideIn) -> UnmaskingOut:
    """Grants or refuses a request of somebody else."""
    return UnmaskingOut.of(
        masking.decide(
            calling.centre,
            calling.actor,
            request_id,
            granted=said.granted,
            decision=said.decision,
        )
    )
