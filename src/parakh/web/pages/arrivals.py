"""Arrivals: the voyages that matter now, or those of one day."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.services import voyages
from parakh.web.queries import AHEAD, PAST, around, day_of, midnight
from parakh.web.viewer import Here

router = APIRouter()

HOUR = timedelta(hours=1)


@router.get("/arrivals")
def arrivals(here: Here, day: str = "") -> HTMLResponse:
    """Voyages that are due about now; with `day`, those of that day of the centre's calendar."""
    zone, now = here.centre.settings.zone, here.centre.clock()
    today = now.astimezone(zone).date()
    shown = day_of(day, today)
    if day:
        since, until = midnight(shown, zone), midnight(shown, zone, days=1)
    else:
        since, until = around(now)
    return here.page(
        "arrivals.html",
        rows=voyages.arrivals(here.centre, here.actor, since, until),
        day=shown,
        whole_day=bool(day),
        past=PAST // HOUR,
        ahead=AHEAD // HOUR,
        previous=shown - timedelta(days=1),
        following=shown + timedelta(days=1),
    )
