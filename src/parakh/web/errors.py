"""The only map from Parakh's errors to HTTP.

The API answers with problem details (RFC 9457); pages answer with a page, or, to HTMX, with a
notice that is shown above the page as it stands. No answer carries a traceback or repeats input.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from parakh.access import Actor, Lacking
from parakh.domain.phrase import N_
from parakh.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    Misconfigured,
    NotFound,
    ParakhError,
    SignInFailed,
    Unreadable,
)
from parakh.services import trail
from parakh.web.i18n import gettext, refusal
from parakh.web.refusals import Refusals
from parakh.web.rendering import render
from parakh.web.rights import RIGHTS
from parakh.web.security import stamp

STATUS: dict[type[ParakhError], int] = {
    InvalidInput: 422,
    Unreadable: 422,
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    SignInFailed: 401,
    Misconfigured: 503,
}

TITLES = {
    400: N_("The request was not understood"),
    401: N_("Sign in first"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    422: N_("Something is not right"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Not ready"),
}
UNEXPECTED = N_("The step was not completed. What happened was written to the server's log.")
LACKING = N_(
    "You do not have the right to {right}. Whoever keeps the accounts of your centre can grant it."
)
UNSTORABLE = N_("A value holds something that cannot be stored, such as a null character.")


class SignInNeeded(Exception):
    """No session: pages lead to the sign-in page and back, the API answers 401."""


class UnknownKey(SignInNeeded):
    """A key that the centre does not know, or that is no longer good; it leaves an audit row."""


def status_of(error: ParakhError) -> int:
    """The HTTP status of an error; of its nearest known class."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def wants_json(request: Request) -> bool:
    """Whether the caller is a program: an API path, or JSON asked for."""
    if request.url.path.startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def title(status: int) -> str:
    """The heading of an error in the language of the request."""
    return gettext(TITLES.get(status) or HTTPStatus(status).phrase)


def answer(
    request: Request, status: int, detail: str, errors: list[dict[str, str]] | None = None
) -> Response:
    """The error as problem details, as a notice for HTMX, or as a page."""
    if wants_json(request):
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": request.url.path,
        }
        if errors:
            body["errors"] = errors
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    template = "fragments/notice.html" if "hx-request" in request.headers else "error.html"
    response = render(
        request, template, status=status, code=status, title=title(status), detail=detail
    )
    # A refused step is no page: its address must not come to stand in the address bar.
    response.headers["hx-push-url"] = "false"
    return response


async def _on_parakh_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ParakhError)  # noqa: S101  (registered for this class)
    actor = getattr(request.state, "actor", None)
    if actor is not None and status_of(error) == 403:
        await _note_refusal(request, actor)
    return answer(request, status_of(error), _told(request, error))


def _told(request: Request, error: ParakhError) -> str:
    """An error's text; a person is told in words which right he lacks."""
    if wants_json(request):
        return str(error)
    if not isinstance(error, Lacking):
        return refusal(error)
    return gettext(LACKING).format(right=gettext(RIGHTS[error.permission]))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this class)
    if error.status_code == 405 and request.method == "GET" and not wants_json(request):
        return RedirectResponse(_above(request), 303)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
    response = answer(request, error.status_code, detail)
    response.headers.update(error.headers or {})
    return response


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for this class)
    found = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "cause": str(one["msg"])}
        for one in error.errors()
    ]
    detail = "; ".join(f"{one['field']}: {one['cause']}" for one in found)
    return answer(request, 422, detail, found)


async def _on_unstorable(request: Request, _: Exception) -> Response:
    return answer(request, 422, gettext(UNSTORABLE))


async def answer_sign_in(request: Request, error: Exception) -> Response:
    """The answer to a caller who is not known: 401 for a program, the way to sign in for others."""
    if isinstance(error, UnknownKey):
        await note_stranger(request)
    if wants_json(request):
        return answer(request, 401, "Send an API key as a bearer token, or sign in.")
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": "/sign-in"})
    here = str(request.url.replace(scheme="", netloc=""))
    return RedirectResponse(_sign_in(here) if request.method == "GET" else "/sign-in", 303)


async def _note_refusal(request: Request, actor: Actor) -> None:
    what = f"{request.method} {request.url.path}"
    await run_in_threadpool(trail.refused, request.app.state.centre, actor, what)


async def note_stranger(request: Request) -> None:
    """Notes what was refused to one address (unknown keys, too many tries to sign in) now and then,
    with its count."""
    address, count = request.app.state.refusals.count(request.client.host if request.client else "")
    if count:
        what = f"{request.method} {request.url.path}"
        centre = request.app.state.centre
        await run_in_threadpool(trail.refused_stranger, centre, what, address, count)


def _above(request: Request) -> str:
    """The nearest page above the address of a form, which is no page itself."""
    path = request.url.path
    while path.rpartition("/")[0]:
        path = path.rpartition("/")[0]
        scope = {"type": "http", "method": "GET", "path": path}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return path
    return "/"


def _sign_in(then: str) -> str:
    return "/sign-in" if then == "/" else f"/sign-in?{urlencode({'next': then})}"


async def _on_unexpected(request: Request, _: Exception) -> Response:
    # Starlette answers this one outside of all middleware, so the headers are added here.
    response = answer(request, 500, gettext(UNEXPECTED))
    stamp(response.headers, secure=request.url.scheme == "https")
    return response


def install(app: FastAPI) -> None:
    """Registers every handler."""
    app.add_exception_handler(ParakhError, _on_parakh_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(DataError, _on_unstorable)
    app.state.refusals = Refusals()
    app.add_exception_handler(SignInNeeded, answer_sign_in)
    app.add_exception_handler(Exception, _on_unexpected)
