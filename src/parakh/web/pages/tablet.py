"""The report that an examiner writes on a tablet, also while the centre cannot be reached."""

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse

from parakh.act.examining import MOST_PICTURES
from parakh.domain.examination import Answer, OrderState
from parakh.errors import Conflict
from parakh.services import examination_views as views
from parakh.services import passkeys, second_factor
from parakh.web.findings import OFFERED
from parakh.web.rendering import built_file
from parakh.web.viewer import Here

router = APIRouter(prefix="/examinations")

SAMPLES = 3
"""Lines for samples; the API takes more."""


@router.get("/worker.js")
def worker(here: Here) -> FileResponse:
    """The service worker of the tablet's pages: its scope is the folder from which it comes."""
    return FileResponse(built_file("tablet-worker.js"), media_type="text/javascript")


@router.get("/orders/{order_id}/report")
def report(here: Here, order_id: str) -> HTMLResponse:
    """The form; it is sent by its own script, to the API."""
    view = views.tablet(here.centre, here.actor, order_id)
    if view.order.state not in (OrderState.BEGUN, OrderState.REPORTED):
        raise Conflict("begin the examination first")
    return here.page(
        "tablet.html",
        view=view,
        order=view.order,
        answers=list(Answer),
        samples=SAMPLES,
        most_pictures=MOST_PICTURES,
        factors=second_factor.own(here.centre, here.actor),
        passkeys=passkeys.available(here.centre.settings),
        **OFFERED,
    )
