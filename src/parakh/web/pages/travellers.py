"""Traveller: all that is known, and where each value came from."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.normalise.wire_json import booking_json
from parakh.services import dossier, identity, persons
from parakh.web.viewer import Here

router = APIRouter()


@router.get("/travellers/{traveller_id}")
def traveller(here: Here, traveller_id: str, as_of: str | None = None) -> HTMLResponse:
    """One traveller, as known now, or once a message had come."""
    view = dossier.traveller(here.centre, here.actor, traveller_id, as_of=as_of)
    bookings = [(own, booking_json(own.booking, own.said_at.date())) for own in view.bookings]
    history = persons.history(here.centre, here.actor, traveller_id)
    verified = None if view.masked else identity.shown(here.centre, here.actor, view.traveller)
    return here.page(
        "traveller.html",
        view=view,
        traveller=view.traveller,
        bookings=bookings,
        history=history,
        verified=verified,
    )
