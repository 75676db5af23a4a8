"""How many travellers each list raises by name: measured, shown as curves, and allowed."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.errors import InvalidInput, NotFound
from parakh.screen.calibration import Band
from parakh.services import calibration
from parakh.services.calibration import CHOICES, ListRow, Overview
from parakh.web.charts import curve_chart
from parakh.web.i18n import refusal
from parakh.web.proposals import number_of
from parakh.web.viewer import Here

router = APIRouter(prefix="/watchlist/calibration")

OneIn = Annotated[str, Query(max_length=20, description="at most one in so many; empty: standard")]


@router.get("")
def overview(here: Here, list: str = "", one_in: OneIn | None = None) -> HTMLResponse:
    """All lists, and one of them with its curves; with `one_in`, what that rate would give."""
    view = calibration.overview(here.centre, here.actor)
    row = _chosen(view, list)
    wanted, fault = None, ""
    if row is not None and row.curves and one_in is not None:
        try:
            wanted = calibration.effect(row, view.daily, number_of(one_in))
        except InvalidInput as error:
            fault = refusal(error)
    shown = wanted or (row.now if row else None)
    return here.page(
        "calibration.html",
        view=view,
        row=row,
        one_in=one_in,
        wanted=wanted,
        fault=fault,
        others=[calibration.effect(row, view.daily, own) for own in (*CHOICES, None)]
        if row and row.curves
        else [],
        bands=[own for own in Band],
        chart=curve_chart(
            row.curves,
            {band: own.threshold for band, own in shown.settings.items()},
            1 / shown.one_in if shown.one_in else None,
        )
        if row and row.curves and shown and view.last and view.last.travellers
        else None,
    )


@router.get("/progress")
def progress(here: Here) -> HTMLResponse:
    """How far the measurement is, as the page puts it into its place; loads it anew at the end."""
    here.actor.require(Permission.SEE_CALIBRATION)
    found = here.centre.calibrating.progress
    answer = here.page("fragments/calibrating.html", progress=found)
    if not found.running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("")
def measure(here: Here) -> RedirectResponse:
    """Begins to measure."""
    calibration.begin(here.centre, here.actor)
    return here.done("/watchlist/calibration", "calibration-begun")


@router.post("/{list_id}")
def allow(
    here: Here, list_id: str, one_in: Annotated[str, Form(max_length=20)] = ""
) -> RedirectResponse:
    """Sets how many a list may raise."""
    calibration.allow(here.centre, here.actor, list_id, number_of(one_in))
    return here.done(f"/watchlist/calibration?list={list_id}#list", "rate-saved")


def _chosen(view: Overview, list_id: str) -> ListRow | None:
    """The list asked for, else the one that raises most; None without lists."""
    if list_id:
        found = next((own for own in view.rows if own.watchlist.id == list_id), None)
        if found is None:
            raise NotFound("there is no such list")
        return found
    return max(view.rows, key=lambda own: own.now.share or 0.0, default=None)
