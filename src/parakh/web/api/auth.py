"""Who calls the API: a program with a key, or a person with the console's session.

A caller is known before anything of his request's body is read: `Callers` stands before the
framework, which would read a whole upload first. The same holds for pages that take files.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from parakh.access import Actor
from parakh.errors import Forbidden
from parakh.ingest.goods import SCHEMAS
from parakh.services import api_keys, stations
from parakh.services.centre import Centre
from parakh.services.sessions import Session
from parakh.web.errors import SignInNeeded, UnknownKey, answer_sign_in
from parakh.web.security import (
    COOKIE,
    FORM_LIMIT,
    SAFE_METHODS,
    body_limit,
    check_origin,
    check_token,
)
from parakh.web.viewer import centre_of, session_of

_PREFIX = "/api/v1/"
_PUBLIC = frozenset({"/api/v1/openapi.json", *(f"/api/v1/schemas/{name}.json" for name in SCHEMAS)})
_FOR_CARRIERS = "/api/v1/messages"
_FOR_STATIONS = ("/api/v1/gate/", "/api/v1/stations/heartbeat")

_BEARER = HTTPBearer(auto_error=False, description="An API key made by `parakh key add`")
_COOKIE = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description="The console's session; unsafe methods also need its token in `X-CSRF-Token`",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls, and the centre called."""

    centre: Centre
    actor: Actor


class Callers:
    """ASGI middleware: refuses calls of the API, and uploads to pages, by callers who are not
    known, bodies unread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the calls of known callers on, with the actor in the request's state."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            try:
                await _check(request)
            except SignInNeeded as error:
                response = await answer_sign_in(request, error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _check(request: Request) -> None:
    """Raises SignInNeeded for nobody known where that must be told before the body is read."""
    path = request.url.path
    if path.startswith(_PREFIX):
        if path not in _PUBLIC:
            await _identify(request)
    elif request.method not in SAFE_METHODS:
        takes_files = body_limit(path, centre_of(request).settings) > FORM_LIMIT
        if takes_files and await session_of(request) is None:
            raise SignInNeeded


async def _identify(request: Request) -> None:
    """Puts who calls into the request's state; raises SignInNeeded for nobody known."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        # A key that is sent must be good; falling back to the cookie would skip its token check.
        actor = await run_in_threadpool(_bearer, centre_of(request), secret.strip())
        if actor is None:
            raise UnknownKey
        request.state.actor = actor
        return
    session = await session_of(request)
    if session is None:
        raise SignInNeeded
    request.state.actor, request.state.session = session.actor, session


def _bearer(centre: Centre, secret: str) -> Actor | None:
    """The system or the capture station that a key stands for; None for neither."""
    known = stations.bearer if secret.startswith(stations.PREFIX) else api_keys.bearer
    return known(centre, secret)


async def caller(
    request: Request,
    _key: Annotated[object, Security(_BEARER)],
    _session: Annotated[object, Security(_COOKIE)],
) -> Caller:
    """The caller; raises Forbidden for a forgery, and for a carrier or station beyond its own."""
    actor: Actor = request.state.actor
    session: Session | None = getattr(request.state, "session", None)
    if session is not None:
        check_origin(request)
        await check_token(request, session.csrf)
    if actor.carrier and not f"{request.url.path}/".startswith(f"{_FOR_CARRIERS}/"):
        raise Forbidden("A carrier's key is for that carrier's messages only.")
    if actor.station and not request.url.path.startswith(_FOR_STATIONS):
        raise Forbidden("A station's key is for captures and its heartbeat only.")
    return Caller(centre=centre_of(request), actor=actor)


Calling = Annotated[Caller, Depends(caller)]
"""The caller as a handler's argument."""
