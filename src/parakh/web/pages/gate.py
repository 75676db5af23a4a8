"""Gate: the live picture and the document against the lists, answered on the same page."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import HTMLResponse

from parakh.access import Permission
from parakh.domain.voyage import Direction
from parakh.faces.picture import MOST_BYTES
from parakh.services import accounts, gate
from parakh.web.uploads import content, optional
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/gate")


@router.get("")
def place(here: Here) -> HTMLResponse:
    """The camera and the form."""
    here.actor.require(Permission.USE_GATE)
    return _page(here, None)


@router.post("/captures")
def capture(
    here: Here,
    port: Annotated[str, Form(max_length=5)],
    direction: Annotated[Direction, Form()],
    lane: Annotated[str, Form(max_length=20)] = "",
    document: Annotated[str, Form(max_length=200)] = "",
    live: Annotated[UploadFile | None, File()] = None,
    portrait: Annotated[UploadFile | None, File()] = None,
) -> HTMLResponse:
    """Answers one capture; to HTMX the answer alone, otherwise the whole page."""
    request = gate.CaptureRequest(
        frames=(content(live, "the live picture"),),
        portrait=optional(portrait),
        port=port.strip().upper(),
        lane=lane.strip(),
        direction=direction,
        document=document,
    )
    answer = gate.capture(here.centre, here.actor, request)
    if "hx-request" in here.request.headers:
        return here.page("fragments/gate_answer.html", answer=answer)
    return _page(here, answer)


def _page(here: Viewer, answer: gate.GateAnswer | None) -> HTMLResponse:
    ports = here.actor.ports
    if here.actor.everywhere:
        ports = frozenset().union(*(unit.ports for unit in accounts.units(here.centre).values()))
    return here.page(
        "gate.html",
        ports=sorted(ports),
        directions=(Direction.ENTRY, Direction.EXIT),
        limit=MOST_BYTES,
        answer=answer,
    )
