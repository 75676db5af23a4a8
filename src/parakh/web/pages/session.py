"""Signing in and out, and the start page."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.errors import SignInFailed
from parakh.services import accounts
from parakh.web.i18n import gettext
from parakh.web.navigation import PLACES
from parakh.web.rendering import render
from parakh.web.security import COOKIE, check_origin, set_session_cookie
from parakh.web.viewer import Here, centre_of, secure_of, session_of

router = APIRouter()


@router.get("/")
def start(here: Here) -> RedirectResponse:
    """Leads to the first place that the person may see."""
    path = next((p.path for p in PLACES if here.actor.may(p.permission)), "/account")
    return RedirectResponse(path, 303)


@router.get("/sign-in")
async def form(request: Request, next: str = "/") -> Response:
    """The sign-in page."""
    if await session_of(request) is not None:
        return RedirectResponse(_safe(next), 303)
    return _form(request, next=_safe(next))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Starts a session; a failed attempt shows the page again, without saying what was wrong."""
    check_origin(request)
    try:
        signed_in = await run_in_threadpool(accounts.sign_in, centre_of(request), name, password)
    except SignInFailed as error:
        return _form(request, next=_safe(next), name=name, failure=gettext(str(error)), status=401)
    response = RedirectResponse(_safe(next), 303)
    set_session_cookie(response, signed_in.token, secure=secure_of(request))
    return response


@router.post("/sign-out")
def sign_out(here: Here) -> RedirectResponse:
    """Ends the session."""
    accounts.sign_out(here.centre, here.actor, here.request.cookies[COOKIE])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _form(
    request: Request, *, next: str, name: str = "", failure: str = "", status: int = 200
) -> HTMLResponse:
    return render(request, "sign_in.html", status=status, next=next, name=name, failure=failure)


def _safe(path: str) -> str:
    """A path on this server; anything that could lead elsewhere becomes the start page."""
    return path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/"
