"""Agencies: which there are, what each may do, whose each unit is, and the regional centres."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import AGENCY_GRANTS
from parakh.domain.agency import OTHERS, Agency, AgencyKind
from parakh.services import agencies, regional, regional_aside, regional_link
from parakh.web.viewer import Here

router = APIRouter(prefix="/agencies")

Seq = Annotated[int, Path(ge=1, le=2**62)]
Short = Annotated[str, Form(max_length=80)]


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """All agencies."""
    rows = agencies.overview(here.centre, here.actor)
    return here.page(
        "agencies.html",
        rows=rows,
        regions=regional.overview(here.centre, here.actor),
        link=regional_link.state(here.centre),
        asides=regional_aside.listed(here.centre, here.actor),
        kinds=OTHERS,
        grants=AGENCY_GRANTS,
    )


@router.post("")
def save(
    here: Here, code: Short, name: Short, kind: Annotated[AgencyKind, Form()]
) -> RedirectResponse:
    """Adds a guest agency, or changes the one of this code."""
    value = Agency(id=code.strip().lower(), name=name, kind=kind)
    agencies.save(here.centre, here.actor, value)
    return here.done("/agencies", "agency-saved")


@router.post("/units/{unit_id}")
def place(
    here: Here,
    unit_id: str,
    agency: Short = "",
    region: Short = "",
    regional: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Says whose a unit is, and in which region it works."""
    agencies.place_unit(
        here.centre, here.actor, unit_id, agency=agency, region=region, regional=regional
    )
    return here.done("/agencies", "unit-placed")


@router.post("/asides/{seq}/again")
def send_again(here: Here, seq: Seq) -> RedirectResponse:
    """At a regional centre: sends again what the centre above refused."""
    regional_aside.send_again(here.centre, here.actor, seq)
    return here.done("/agencies", "aside-again")


@router.post("/asides/{seq}/drop")
def drop(
    here: Here, seq: Seq, reason: Annotated[str, Form(max_length=2000)] = ""
) -> RedirectResponse:
    """At a regional centre: gives up what the centre above refused."""
    regional_aside.drop(here.centre, here.actor, seq, reason)
    return here.done("/agencies", "aside-dropped")
