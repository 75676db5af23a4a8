"""Transport units: finding one, and all that is known of it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from parakh.domain.conveyance import ConveyanceKind
from parakh.services import conveyances
from parakh.web.viewer import Here

router = APIRouter(prefix="/conveyances")


@router.get("")
def listing(
    here: Here,
    text: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Units whose number or name holds what was typed, the last seen first."""
    found = conveyances.find(here.centre, here.actor, text, kind)
    return here.page(
        "conveyances.html", found=found, text=text, kind=kind, kinds=list(ConveyanceKind)
    )


@router.get("/{conveyance_id}")
def conveyance(here: Here, conveyance_id: str) -> HTMLResponse:
    """One unit: where it was, what it carried, what was found in it."""
    view = conveyances.conveyance(here.centre, here.actor, conveyance_id)
    return here.page("conveyance.html", view=view, own=view.conveyance)
