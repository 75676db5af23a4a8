"""Notices of what happened to profiles that somebody follows."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.services import notices
from parakh.web.viewer import Here

router = APIRouter(prefix="/notices")


@router.get("")
def listed(here: Here) -> HTMLResponse:
    """The viewer's notices, those not read first."""
    return here.page("notices.html", rows=notices.listed(here.centre, here.actor))


@router.get("/bell")
def bell(here: Here) -> HTMLResponse:
    """The bell with the number of notices that wait, as pages renew it."""
    here.actor.require(Permission.SEE_PROFILES)
    return here.page("fragments/bell.html")


@router.post("/read")
def read(
    here: Here,
    notice_id: Annotated[str, Form(max_length=40)] = "",
    path: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Marks one notice, or all, as read, and leads to what it is about."""
    notices.read(here.centre, here.actor, notice_id or None)
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return RedirectResponse(path if notice_id and own else "/notices", 303)
