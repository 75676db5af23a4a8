"""The duty roster, and what one shift hands over to the next."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.services import duty, handovers
from parakh.services.duty import clock_time
from parakh.web.queries import day_of
from parakh.web.uploads import content
from parakh.web.viewer import Here

router = APIRouter(prefix="/duty")

UnitId = Annotated[str, Query(max_length=32)]


@router.get("")
def desk(here: Here) -> HTMLResponse:
    """What the viewer has in hand, and what was handed over to his units."""
    return here.page("duty.html", desk=handovers.desk(here.centre, here.actor))


@router.get("/roster")
def roster(
    here: Here, unit: UnitId = "", day: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """A unit's week."""
    today = here.centre.clock().astimezone(here.centre.settings.zone).date()
    week = duty.week(here.centre, here.actor, unit, day_of(day, today))
    return here.page(
        "roster.html",
        week=week,
        today=today,
        before=week.days[0] - timedelta(days=7),
        after=week.days[0] + timedelta(days=7),
        zone=here.centre.settings.zone,
    )


@router.post("/shifts")
def add_shift(
    here: Here,
    unit: Annotated[str, Form(max_length=32)],
    officer: Annotated[str, Form(max_length=80)],
    day: Annotated[str, Form(max_length=10)],
    since: Annotated[str, Form(max_length=5)],
    until: Annotated[str, Form(max_length=5)],
) -> RedirectResponse:
    """Puts somebody on duty."""
    when = day_of(day, here.centre.clock().date())
    moments = duty.starts_and_ends(here.centre, when, clock_time(since), clock_time(until))
    duty.add_shift(here.centre, here.actor, unit, officer, *moments)
    return here.done(f"/duty/roster?unit={unit}&day={when.isoformat()}", "shift-added")


@router.post("/shifts/{shift_id}/removal")
def remove_shift(here: Here, shift_id: str) -> RedirectResponse:
    """Takes a shift off the roster."""
    duty.remove_shift(here.centre, here.actor, shift_id)
    return here.done("/duty/roster", "shift-removed")


@router.post("/roster")
def import_roster(
    here: Here, file: Annotated[UploadFile | None, File()] = None
) -> RedirectResponse:
    """Puts the shifts of a CSV file on the roster."""
    duty.import_roster(here.centre, here.actor, content(file, "a roster"))
    return here.done("/duty/roster", "roster-imported")


@router.post("/handovers")
def hand_over(
    here: Here,
    alerts: Annotated[list[str], Form(max_length=500)] = [],  # noqa: B006  (never changed)
    note: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Leaves alerts to the next shift."""
    handovers.hand_over(here.centre, here.actor, alerts, note)
    return here.done("/duty", "handed-over")


@router.post("/handovers/{handover_id}/taking")
def take_over(here: Here, handover_id: str) -> RedirectResponse:
    """Goes on with what somebody left."""
    handovers.take_over(here.centre, here.actor, handover_id)
    return here.done("/duty", "taken-over")


@router.post("/alerts/{alert_id}/taking")
def take(here: Here, alert_id: str) -> RedirectResponse:
    """Goes on with one alert that nobody sees to."""
    handovers.take(here.centre, here.actor, alert_id)
    return here.done(f"/alerts/{alert_id}", "taken-over")
