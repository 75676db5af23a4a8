"""Arrivals: the voyages of one day."""

from datetime import date, datetime, time, timedelta
from typing import Literal

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.services import voyages
from parakh.web.viewer import Here

router = APIRouter()


@router.get("/arrivals")
def arrivals(here: Here, day: date | Literal[""] = "") -> HTMLResponse:
    """Voyages that arrive on a day of the centre's calendar; today by default."""
    zone = here.centre.settings.zone
    today = here.centre.clock().astimezone(zone).date()
    day = day or today
    # Each midnight by itself: a day may have 23 or 25 hours.
    since, until = (
        datetime.combine(date_, time(), zone) for date_ in (day, day + timedelta(days=1))
    )
    return here.page(
        "arrivals.html",
        rows=voyages.arrivals(here.centre, here.actor, since, until),
        day=day,
        today=today,
        previous=day - timedelta(days=1),
        following=day + timedelta(days=1),
    )
