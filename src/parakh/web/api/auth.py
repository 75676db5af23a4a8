"""Who calls the API: a program with a key, or a person with the console's session."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from parakh.access import Actor
from parakh.services import accounts
from parakh.services.centre import Centre
from parakh.web.errors import SignInNeeded, UnknownKey
from parakh.web.security import COOKIE, check_origin, check_token
from parakh.web.viewer import centre_of, session_of

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


async def caller(
    request: Request,
    key: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _: Annotated[str | None, Security(_COOKIE)],
) -> Caller:
    """The caller; raises SignInNeeded without a good key or session, Forbidden for a forgery."""
    centre = centre_of(request)
    if key is not None:
        # A key that is sent must be good; falling back to the cookie would skip its token check.
        actor = await run_in_threadpool(accounts.bearer, centre, key.credentials)
        if actor is None:
            raise UnknownKey
        request.state.actor = actor
        return Caller(centre=centre, actor=actor)
    session = await session_of(request)
    if session is None:
        raise SignInNeeded
    request.state.actor = session.actor
    check_origin(request)
    await check_token(request, session.csrf)
    return Caller(centre=centre, actor=session.actor)


Calling = Annotated[Caller, Depends(caller)]
"""The caller as a handler's argument."""
