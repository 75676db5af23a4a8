"""What officers decide about who a traveller is; his history stands on his own page."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from parakh.services import persons
from parakh.web.viewer import Here

router = APIRouter(prefix="/travellers")

Reason = Annotated[str, Form(max_length=4000)]
TravellerId = Annotated[str, Form(pattern="^[0-9a-f]{32}$")]


@router.post("/decisions/{decision_id}/withdraw")
def withdraw(here: Here, decision_id: str, back: TravellerId, reason: Reason) -> RedirectResponse:
    """Takes a decision back."""
    persons.withdraw(here.centre, here.actor, decision_id, reason)
    return here.done(f"/travellers/{back}#history", "person-withdrawn")


@router.post("/{traveller_id}/split")
def split(here: Here, traveller_id: str, back: TravellerId, reason: Reason) -> RedirectResponse:
    """A journey is not this person's."""
    persons.split(here.centre, here.actor, traveller_id, reason)
    return here.done(f"/travellers/{back}#history", "person-split")


@router.post("/{traveller_id}/merge")
def merge(
    here: Here, traveller_id: str, other: TravellerId, back: TravellerId, reason: Reason
) -> RedirectResponse:
    """Two are one person."""
    persons.merge(here.centre, here.actor, traveller_id, other, reason)
    return here.done(f"/travellers/{back}#history", "person-merged")
