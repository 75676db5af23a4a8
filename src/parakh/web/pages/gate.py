"""Gate: the live pictures and the document against the lists, answered on the same page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, JSONResponse

from parakh.access import Permission
from parakh.domain.voyage import Direction
from parakh.faces.guidance import instruction
from parakh.faces.liveness import Method
from parakh.faces.picture import MOST_BYTES
from parakh.services import accounts, presence, stations
from parakh.services.gate_values import GateAnswer
from parakh.web.captures import Particulars, Pictures, Place, sent
from parakh.web.i18n import translate
from parakh.web.measures import measured
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
    pictures: Annotated[Pictures, Depends()],
    where: Annotated[Place, Depends()],
    particulars: Annotated[Particulars, Depends()],
) -> HTMLResponse:
    """Answers one capture; to HTMX the answer alone, otherwise the whole page."""
    answer = stations.capture(here.centre, here.actor, sent(pictures, where, particulars))
    if "hx-request" in here.request.headers:
        return here.page(
            "fragments/gate_answer.html", answer=answer, told=instruction, measured=measured
        )
    return _page(here, answer)


@router.post("/challenges")
def challenge(here: Here, method: Annotated[Method | None, Form()] = None) -> JSONResponse:
    """What to ask of the next person, for the page's script, in the officer's language."""
    issued = presence.issue(here.centre, here.actor, method)
    return JSONResponse(
        {
            "challenge": issued.token,
            "capture": issued.capture_id,
            "method": issued.challenge.method.value,
            "prompt": translate(issued.challenge.prompt),
            "steps": [{"at": step.at, "x": step.x} for step in issued.challenge.steps],
        }
    )


def _page(here: Viewer, answer: GateAnswer | None) -> HTMLResponse:
    ports = here.actor.ports
    if here.actor.everywhere:
        ports = frozenset().union(*(unit.ports for unit in accounts.units(here.centre).values()))
    return here.page(
        "gate.html",
        ports=sorted(ports),
        directions=(Direction.ENTRY, Direction.EXIT),
        methods=tuple(Method),
        limit=MOST_BYTES,
        answer=answer,
        told=instruction,
        measured=measured,
        zone=here.centre.settings.time_zone,
    )
