"""Who looks at a page: the session behind the cookie, checked once for each request."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Actor
from parakh.services import sessions
from parakh.services.centre import Centre
from parakh.services.sessions import Came, Session
from parakh.web.errors import SignInNeeded
from parakh.web.rendering import NOTICE_COOKIE, render
from parakh.web.security import (
    BACKGROUND,
    COOKIE,
    WAITING_COOKIE,
    check_origin,
    check_token,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """A signed-in person and his request: all that a page's handler needs."""

    request: Request
    centre: Centre
    session: Session

    @property
    def actor(self) -> Actor:
        """The person as the services know him."""
        return self.session.actor

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Renders a template for this viewer."""
        return render(self.request, template, status=status, **context)

    def done(self, path: str, notice: str) -> RedirectResponse:
        """After a change: leads to `path` (303), where the notice is shown once."""
        response = RedirectResponse(path, 303)
        response.set_cookie(
            NOTICE_COOKIE,
            notice,
            max_age=20,
            httponly=True,
            samesite="lax",
            secure=secure_of(self.request),
        )
        return response


def centre_of(request: Request) -> Centre:
    """The centre that the application was made for."""
    centre: Centre = request.app.state.centre
    return centre


def secure_of(request: Request) -> bool:
    """Whether cookies must travel over HTTPS only."""
    return request.url.scheme == "https" or centre_of(request).settings.secure_cookies


async def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, if it is still good."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    # What a page asks for by itself does not keep an abandoned desk signed in.
    touch = BACKGROUND not in request.headers
    return await run_in_threadpool(sessions.find, centre_of(request), token, touch=touch)


async def viewer(request: Request) -> Viewer:
    """The viewer; raises SignInNeeded without a session, Forbidden for a forged change."""
    session = await session_of(request)
    if session is None:
        raise SignInNeeded
    request.state.session = session
    request.state.actor = session.actor
    check_origin(request)
    await check_token(request, session.csrf)
    return Viewer(request=request, centre=centre_of(request), session=session)


Here = Annotated[Viewer, Depends(viewer)]
"""The viewer as a handler's argument."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Somebody whose sign-in waits for a second factor: his request, and the secret of his wait."""

    request: Request
    centre: Centre
    session: Session
    token: str

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Renders a template; to its navigation nobody has signed in yet."""
        return render(self.request, template, status=status, **context)


def came_of(request: Request) -> Came:
    """Where a sign-in comes from, as far as that is kept."""
    address = request.client.host if request.client else ""
    return sessions.came_from(request.headers.get("user-agent", ""), address)


async def arrival(request: Request) -> Arrival:
    """The one who arrives; raises SignInNeeded where nobody's sign-in waits."""
    token = request.cookies.get(WAITING_COOKIE, "")
    centre = centre_of(request)
    found = await run_in_threadpool(sessions.unfinished, centre, token) if token else None
    if found is None:
        raise SignInNeeded
    request.state.csrf = found.csrf
    check_origin(request)
    await check_token(request, found.csrf)
    return Arrival(request=request, centre=centre, session=found, token=token)


Arriving = Annotated[Arrival, Depends(arrival)]
"""The one who arrives as a handler's argument."""
