"""Requests to see masked travellers."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.services import masking
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here

router = APIRouter()

Reason = Annotated[str, Form(max_length=4000)]


@router.get("/unmasking")
def requests(here: Here, page: PageNumber = 1) -> HTMLResponse:
    """Requests, those that wait first in sight."""
    waiting = masking.requests(here.centre, here.actor, asked_only=True)
    found = masking.requests(here.centre, here.actor, page=page)
    return here.page("unmasking.html", waiting=waiting, page=found)


@router.post("/travellers/{traveller_id}/unmasking")
def ask(here: Here, traveller_id: str, reason: Reason) -> RedirectResponse:
    """Asks to see a masked traveller."""
    masking.ask(here.centre, here.actor, traveller_id, reason)
    return here.done(f"/travellers/{traveller_id}", "unmasking-asked")


@router.post("/unmasking/{request_id}")
def decide(
    here: Here, request_id: str, granted: Annotated[bool, Form()], reason: Reason
) -> RedirectResponse:
    """Grants or refuses a request."""
    masking.decide(here.centre, here.actor, request_id, granted=granted, decision=reason)
    return here.done("/unmasking", "unmasking-decided")
