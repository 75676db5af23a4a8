"""The examination board, and the page of one order."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.act.checklists import ALL
from parakh.domain.selectivity import Lane
from parakh.services import examination_draws as draws
from parakh.services import examination_reports as reports
from parakh.services import examination_views as views
from parakh.services import examinations
from parakh.web.examination_charts import spread_chart
from parakh.web.examination_labels import SLOTS
from parakh.web.findings import OFFERED
from parakh.web.viewer import Here

router = APIRouter(prefix="/examinations")

Reason = Annotated[str, Form(max_length=4000)]


@router.get("")
def board(here: Here) -> HTMLResponse:
    """What waits, what is examined, what was found."""
    found = views.board(here.centre, here.actor)
    charts = {own.terminal.id: spread_chart(own.times) for own in found.terminals}
    return here.page(
        "examinations.html", board=found, charts=charts, slots=SLOTS, shown=views.MOST_SHOWN
    )


@router.post("/orders")
def order(
    here: Here,
    consignment: Annotated[str, Form(max_length=32)],
    lane: Annotated[Lane, Form()] = Lane.RED,
    reason: Reason = "",
) -> RedirectResponse:
    """Orders an examination by hand."""
    made = examinations.order_by_hand(here.centre, here.actor, consignment, lane, reason)
    return _done(here, made.id, "examination-ordered")


@router.get("/orders/{order_id}")
def one(here: Here, order_id: str) -> HTMLResponse:
    """One order."""
    view = views.view(here.centre, here.actor, order_id)
    return here.page("examination.html", view=view, order=view.order, points=ALL, **OFFERED)


@router.post("/orders/{order_id}/calling-off")
def call_off(here: Here, order_id: str, reason: Reason = "") -> RedirectResponse:
    """Calls it off."""
    examinations.call_off(here.centre, here.actor, order_id, reason)
    return _done(here, order_id, "examination-called-off")


@router.post("/orders/{order_id}/grounding")
def ground(here: Here, order_id: str, reason: Reason = "") -> RedirectResponse:
    """Has the goods brought to the terminal."""
    examinations.ground(here.centre, here.actor, order_id, reason)
    return _done(here, order_id, "examination-grounded")


@router.post("/terminals/{terminal_id}/grounding")
def ground_next(here: Here, terminal_id: str) -> RedirectResponse:
    """Grounds what comes next, as much as the shift still can."""
    examinations.ground_next(here.centre, here.actor, terminal_id)
    return here.done("/examinations", "examinations-grounded")


@router.post("/orders/{order_id}/assignment")
def reassign(
    here: Here,
    order_id: str,
    examiner: Annotated[str, Form(max_length=80)] = "",
    reason: Reason = "",
) -> RedirectResponse:
    """Gives it to another examiner."""
    draws.reassign(here.centre, here.actor, order_id, examiner, reason)
    return _done(here, order_id, "examination-reassigned")


@router.post("/orders/{order_id}/refusal")
def refuse(here: Here, order_id: str, reason: Reason = "") -> RedirectResponse:
    """The examiner gives it back."""
    draws.refuse(here.centre, here.actor, order_id, reason)
    return here.done("/examinations", "examination-refused")


@router.post("/orders/{order_id}/beginning")
def begin(here: Here, order_id: str) -> RedirectResponse:
    """The examiner begins, and is led to the report."""
    draws.begin(here.centre, here.actor, order_id)
    return here.done(f"/examinations/orders/{order_id}/report", "examination-begun")


@router.get("/orders/{order_id}/pictures/{picture_id}")
def picture(here: Here, order_id: str, picture_id: str) -> Response:
    """A picture of a report."""
    data, media = reports.picture(here.centre, here.actor, order_id, picture_id)
    return Response(data, media_type=media)


def _done(here: Here, order_id: str, notice: str) -> RedirectResponse:
    return here.done(f"/examinations/orders/{order_id}", notice)
