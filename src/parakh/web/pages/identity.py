"""An identity verified with a national register, from the page of a traveller."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import RedirectResponse

from parakh.access import Purpose
from parakh.services import identity
from parakh.services.identity import Wanted
from parakh.web.uploads import optional
from parakh.web.viewer import Here

router = APIRouter(prefix="/travellers/{traveller_id}/verifications")


@router.post("")
def verify(
    here: Here,
    traveller_id: str,
    number: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
    purpose: Annotated[Purpose, Form()] = Purpose.VETTING,
    connector: Annotated[str, Form(max_length=80)] = "",
    portrait: Annotated[UploadFile | None, File()] = None,
) -> RedirectResponse:
    """Asks a register about the traveller."""
    wanted = Wanted(number=number, reason=reason, purpose=purpose, portrait=optional(portrait))
    identity.verify(here.centre, here.actor, traveller_id, wanted, connector)
    return here.done(f"/travellers/{traveller_id}#identity", "identity-asked")
