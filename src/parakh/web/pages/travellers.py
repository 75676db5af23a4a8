"""Traveller: all that is known, and where each value came from."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.services import voyages
from parakh.web.origins import values_of
from parakh.web.viewer import Here

router = APIRouter()


@router.get("/travellers/{traveller_id}")
def traveller(here: Here, traveller_id: str) -> HTMLResponse:
    """One traveller."""
    view = voyages.traveller(here.centre, here.actor, traveller_id)
    return here.page("traveller.html", view=view, traveller=view.traveller, values=values_of(view))
