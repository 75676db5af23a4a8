"""Carriers: what is missing now, and how each of them delivers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.delivery import Delivery
from parakh.services import carriers, missing, timetable
from parakh.services.carriers import STRETCHES
from parakh.web.charts import lead_chart
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/carriers")

UNKNOWN = "-"
"""Stands in an address for the messages of which nobody could tell whose they are."""

Days = Annotated[int, Query(description="7, 30 or 90")]
_STATES = {own.value: own for own in (Delivery.LATE, Delivery.MISSING, Delivery.CANCELLED)}


@router.get("")
def overview(here: Here, days: Days = 30, page: PageNumber = 1) -> HTMLResponse:
    """What is missing now, and all carriers, the worst first."""
    view = carriers.overview(here.centre, here.actor, days)
    return here.page(
        "carriers.html", view=view, days=days, choices=list(STRETCHES), **_missing(here, page)
    )


@router.get("/missing/rows")
def missing_rows(here: Here, days: Days = 30, page: PageNumber = 1) -> HTMLResponse:
    """What is missing now, as the page puts it into its place."""
    return here.page("fragments/missing.html", days=days, **_missing(here, page))


@router.get("/{code}")
def carrier(
    here: Here, code: str, days: Days = 30, state: str = "", page: PageNumber = 1
) -> HTMLResponse:
    """One carrier: timeliness, completeness, errors, voyages."""
    view = carriers.carrier(
        here.centre,
        here.actor,
        "" if code == UNKNOWN else code,
        days=days,
        state=_STATES.get(state),
        page=page,
    )
    return here.page(
        "carrier.html",
        view=view,
        row=view.row,
        code=code,
        choices=list(STRETCHES),
        state=state if state in _STATES else "",
        states=list(_STATES.values()),
        chart=lead_chart(view.points, view.span),
    )


@router.post("/voyages/{voyage_id}/cancellation")
def cancel(here: Here, voyage_id: str) -> RedirectResponse:
    """Takes a scheduled voyage out."""
    timetable.cancel(here.centre, here.actor, voyage_id)
    return here.done("/carriers", "voyage-cancelled")


@router.post("/voyages/{voyage_id}/cancellation/undo")
def undo(here: Here, voyage_id: str, days: Days = 30) -> RedirectResponse:
    """Puts a voyage back that was taken out."""
    voyage = timetable.put_back(here.centre, here.actor, voyage_id)
    path = f"/carriers/{voyage.carrier}?days={days}&state={Delivery.CANCELLED.value}#voyages"
    return here.done(path, "voyage-restored")


def _missing(here: Viewer, page: int) -> dict[str, Any]:
    found = missing.monitor(here.centre, here.actor)
    return {"monitor": found, "listed": found.page(page)}
