"""Alerts: the wall's list, one alert, and the steps an officer takes with it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.alert import AlertState, OutcomeKind
from parakh.services import alerts
from parakh.web.findings import OFFERED, Found
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here

router = APIRouter(prefix="/alerts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Which page of the list is shown, of how many, and of how many alerts."""

    page: int
    pages: int
    total: int


@router.get("")
def wall(here: Here, state: str = "open", page: PageNumber = 1) -> HTMLResponse:
    """The live wall of open alerts, or the closed ones, in pages; only the first one is live."""
    closed = state == "closed"
    # The position is taken before the list: an event in between is told twice, never lost.
    position = alerts.wall_position(here.centre, here.actor)
    states = (AlertState.CLOSED,) if closed else alerts.OPEN
    counts = alerts.counts(here.centre, here.actor)
    total = sum(counts.get(own, 0) for own in states)
    place = Page(page=page, pages=max(1, -(-total // alerts.PAGE)), total=total)
    return here.page(
        "alerts.html",
        rows=alerts.list_alerts(here.centre, here.actor, states, offset=(page - 1) * alerts.PAGE),
        counts=counts,
        position=position,
        closed=closed,
        page=place,
        before=(page - 1) * alerts.PAGE,
    )


@router.get("/{alert_id}/row")
def row(here: Here, alert_id: str) -> HTMLResponse:
    """One line of the wall, which the browser puts into its place."""
    found = alerts.row(here.centre, here.actor, alert_id)
    return here.page("fragments/alert_row.html", row=found)


@router.get("/{alert_id}")
def alert(here: Here, alert_id: str) -> HTMLResponse:
    """One alert, both sides of every hit."""
    view = alerts.view(here.centre, here.actor, alert_id)
    return here.page(
        "alert.html",
        view=view,
        row=view.row,
        alert=view.row.alert,
        **OFFERED,
    )


@router.post("/{alert_id}/acknowledge")
def acknowledge(here: Here, alert_id: str, back: Annotated[str, Form()] = "") -> RedirectResponse:
    """Takes the alert on."""
    alerts.acknowledge(here.centre, here.actor, alert_id)
    if back == "row":  # from the wall, which draws the line anew and stays where it is
        return RedirectResponse(f"/alerts/{alert_id}/row", 303)
    return here.done(f"/alerts/{alert_id}", "acknowledged")


@router.post("/{alert_id}/hits/{hit_id}")
def decide(
    here: Here,
    alert_id: str,
    hit_id: str,
    decision: Annotated[str, Form(pattern="^(confirm|clear)$")],
    reason: Annotated[str, Form(max_length=4000)] = "",
    keep_picture: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Confirms or clears a hit."""
    confirmed = decision == "confirm"
    alerts.decide(
        here.centre,
        here.actor,
        alert_id,
        hit_id,
        confirmed=confirmed,
        reason=reason,
        keep_picture=keep_picture,
    )
    return here.done(f"/alerts/{alert_id}", "hit-confirmed" if confirmed else "hit-cleared")


@router.post("/{alert_id}/close")
def close(
    here: Here,
    alert_id: str,
    outcome: Annotated[OutcomeKind, Form()],
    details: Found,
    note: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Records the outcome."""
    alerts.close(here.centre, here.actor, alert_id, outcome, note, details)
    return here.done(f"/alerts/{alert_id}", "alert-closed")
