"""Signing in and out: password, code, passkey; and the start page."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from parakh.domain.sign_in import Method, Stage
from parakh.errors import InvalidInput, SignInFailed
from parakh.services import accounts, oidc_sign_in, passkeys, second_factor, sessions, totp
from parakh.services.sessions import SignedIn
from parakh.web.errors import SignInNeeded
from parakh.web.factors import qr_code
from parakh.web.i18n import refusal
from parakh.web.navigation import PLACES
from parakh.web.rendering import render
from parakh.web.security import (
    COOKIE,
    WAITING_COOKIE,
    check_origin,
    set_session_cookie,
    set_waiting_cookie,
)
from parakh.web.tries import Unhurried
from parakh.web.viewer import (
    Arriving,
    Here,
    came_of,
    centre_of,
    secure_of,
    session_of,
)

router = APIRouter()

Code = Annotated[str, Form(max_length=40)]
Next = Annotated[str, Form(max_length=2000)]


@router.get("/")
def start(here: Here) -> RedirectResponse:
    """Leads to the first place that the person may see."""
    path = next((p.path for p in PLACES if here.actor.may(p.permission)), "/account")
    return RedirectResponse(path, 303)


@router.get("/sign-in")
async def form(request: Request, next: str = "/", left: bool = False) -> Response:
    """The sign-in page; a sign-in that waited in this browser is given up."""
    if await session_of(request) is not None:
        return RedirectResponse(safe(next), 303)
    response = sign_in_page(request, next=safe(next), left=left)
    response.delete_cookie(WAITING_COOKIE, path="/sign-in")
    return response


@router.post("/sign-in")
async def sign_in(
    request: Request,
    _: Unhurried,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Next = "/",
) -> Response:
    """Starts a session; a failed attempt shows the page again, without saying what was wrong."""
    check_origin(request)
    try:
        signed_in = await run_in_threadpool(
            accounts.sign_in, centre_of(request), name, password, came_of(request)
        )
    except SignInFailed as error:
        return sign_in_page(request, next=safe(next), name=name, failure=refusal(error), status=401)
    return entered(request, signed_in, next)


@router.get("/sign-in/second")
def second(arriving: Arriving, next: str = "/") -> HTMLResponse:
    """Asks for the second factor."""
    return _second(arriving, next)


@router.post("/sign-in/second")
def give_code(_: Unhurried, arriving: Arriving, code: Code = "", next: Next = "/") -> Response:
    """Completes the sign-in by a code of the app, or by a recovery code."""
    try:
        _require_stage(arriving, Stage.SECOND)
        signed_in = totp.finish_sign_in(arriving.centre, arriving.token, code)
    except SignInFailed as error:
        return _second(arriving, next, failure=refusal(error), status=401)
    return entered(arriving.request, signed_in, next)


@router.get("/sign-in/enrol")
def enrol(arriving: Arriving, next: str = "/") -> HTMLResponse:
    """Lets somebody whose role needs it make his second factor."""
    return _enrol(arriving, next)


@router.post("/sign-in/enrol")
def give_first_code(arriving: Arriving, code: Code = "", next: Next = "/") -> Response:
    """Puts the new app in force, shows the recovery codes, and completes the sign-in."""
    _require_stage(arriving, Stage.ENROL)
    try:
        codes = totp.confirm(arriving.centre, arriving.session.actor, code)
    except InvalidInput as error:
        return _enrol(arriving, next, failure=refusal(error), status=422)
    signed_in = second_factor.enrolled(
        arriving.centre, arriving.session.actor, arriving.token, Method.CODE
    )
    response = arriving.page("sign_in_codes.html", codes=codes, next=safe(next))
    _open(arriving.request, response, signed_in)
    return response


@router.post("/sign-in/enrol/passkey/options")
def ask_for_first_passkey(arriving: Arriving) -> Response:
    """What the browser is asked for to make a first passkey."""
    _require_stage(arriving, Stage.ENROL)
    return _json(passkeys.begin_registration(arriving.centre, arriving.session.actor))


@router.post("/sign-in/enrol/passkey")
def give_first_passkey(
    arriving: Arriving,
    name: Annotated[str, Body(max_length=80)],
    answer: Annotated[str, Body(max_length=20_000)],
    next: Annotated[str, Body(max_length=2000)] = "/",
) -> Response:
    """Keeps the first passkey, and completes the sign-in."""
    _require_stage(arriving, Stage.ENROL)
    actor = arriving.session.actor
    passkeys.finish_registration(arriving.centre, actor, name, answer)
    signed_in = second_factor.enrolled(arriving.centre, actor, arriving.token, Method.PASSKEY)
    response = JSONResponse({"next": safe(next)})
    _open(arriving.request, response, signed_in)
    return response


@router.post("/sign-in/passkey/options")
async def ask_for_passkey(request: Request, _: Unhurried) -> Response:
    """What the browser is asked to sign: by anybody's passkey, or by his whose sign-in waits."""
    check_origin(request)
    centre, token = centre_of(request), request.cookies.get(WAITING_COOKIE, "")
    waiting = await run_in_threadpool(sessions.unfinished, centre, token) if token else None
    return _json(await run_in_threadpool(passkeys.begin_sign_in, centre, waiting))


@router.post("/sign-in/passkey")
async def give_passkey(
    request: Request,
    _: Unhurried,
    answer: Annotated[str, Body(max_length=20_000)],
    next: Annotated[str, Body(max_length=2000)] = "/",
) -> Response:
    """Signs in by what a passkey signed; the answer says where to go."""
    check_origin(request)
    signed_in = await run_in_threadpool(
        passkeys.finish_sign_in,
        centre_of(request),
        answer,
        came_of(request),
        request.cookies.get(WAITING_COOKIE) or None,
    )
    response = JSONResponse({"next": safe(next)})
    _open(request, response, signed_in)
    return response


@router.post("/sign-out")
def sign_out(here: Here) -> RedirectResponse:
    """Ends the session; whom the agency's provider knows may end his session there too."""
    sessions.sign_out(here.centre, here.actor, here.request.cookies[COOKIE])
    there = here.session.method is Method.PROVIDER
    response = RedirectResponse("/sign-in?left=1" if there else "/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def entered(request: Request, signed_in: SignedIn, next: str) -> Response:
    """Leads to where somebody wanted to go, or first to his second factor."""
    stage = signed_in.session.stage
    if stage is Stage.FULL:
        response = RedirectResponse(safe(next), 303)
        _open(request, response, signed_in)
        return response
    path = "/sign-in/second" if stage is Stage.SECOND else "/sign-in/enrol"
    response = RedirectResponse(f"{path}?{urlencode({'next': safe(next)})}", 303)
    set_waiting_cookie(response, signed_in.token, secure=secure_of(request))
    return response


def sign_in_page(
    request: Request,
    *,
    next: str,
    name: str = "",
    failure: str = "",
    left: bool = False,
    status: int = 200,
) -> HTMLResponse:
    """The sign-in page, with what went wrong; `left` after signing out of an agency account.

    It asks nobody: what it says of the agency's provider is what was seen last.
    """
    centre = centre_of(request)
    offered = oidc_sign_in.offered(centre)
    return render(
        request,
        "sign_in.html",
        status=status,
        next=next,
        name=name,
        failure=failure,
        passkeys=passkeys.available(centre.settings),
        provider=offered.name if offered else "",
        provider_down=offered is not None and offered.down,
        left=left and offered is not None,
    )


def safe(path: str) -> str:
    """A path on this server; anything that could lead elsewhere becomes the start page.

    Browsers pass over tabs and line breaks in an address (WHATWG URL, 4.4): behind one of them a
    second stroke would lead to another server.
    """
    here = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if here else "/"


def _open(request: Request, response: Response, signed_in: SignedIn) -> None:
    set_session_cookie(response, signed_in.token, secure=secure_of(request))
    response.delete_cookie(WAITING_COOKIE, path="/sign-in")


def _second(arriving: Arriving, next: str, failure: str = "", status: int = 200) -> HTMLResponse:
    _require_stage(arriving, Stage.SECOND)
    return arriving.page(
        "sign_in_second.html",
        status=status,
        factors=second_factor.own(arriving.centre, arriving.session.actor),
        passkeys=passkeys.available(arriving.centre.settings),
        next=safe(next),
        failure=failure,
    )


def _enrol(arriving: Arriving, next: str, failure: str = "", status: int = 200) -> HTMLResponse:
    _require_stage(arriving, Stage.ENROL)
    offer = totp.offer(arriving.centre, arriving.session.actor)
    return arriving.page(
        "sign_in_enrol.html",
        status=status,
        offer=offer,
        qr=qr_code(offer.address),
        passkeys=passkeys.available(arriving.centre.settings),
        next=safe(next),
        failure=failure,
    )


def _require_stage(arriving: Arriving, stage: Stage) -> None:
    """Whoever has a second factor must show it: he may not make another one first.

    That holds too where he made one elsewhere since this sign-in began: it begins again then.
    """
    if arriving.session.stage is not stage:
        raise SignInNeeded
    if stage is Stage.ENROL and second_factor.has_one(arriving.centre, arriving.session.actor):
        raise SignInNeeded


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
