"""Signing in at the agency's OpenID provider, and out when it says so."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from parakh.domain.phrase import N_
from parakh.errors import Misconfigured, ParakhError, SignInFailed
from parakh.services import oidc_sign_in
from parakh.services.oidc import ProviderDown
from parakh.web.errors import status_of
from parakh.web.i18n import gettext, refusal
from parakh.web.pages.session import entered, safe, sign_in_page
from parakh.web.security import NO_STORE
from parakh.web.tries import Unhurried
from parakh.web.viewer import came_of, centre_of, secure_of

router = APIRouter(prefix="/sign-in/provider")

COOKIE = "parakh_provider"
_DOWN = N_("It does not answer just now. Try again later, or sign in by a password of this centre.")
_WRONG = N_("Signing in there is not set up rightly. Tell whoever runs the centre.")


@router.get("")
def begin(request: Request, _: Unhurried, next: str = "/") -> Response:
    """Sends the browser to the provider."""
    try:
        begun = oidc_sign_in.begin(centre_of(request), safe(next))
    except (ProviderDown, Misconfigured) as error:
        return _failed(request, error, safe(next))
    response = RedirectResponse(begun.url, 303)
    response.set_cookie(
        COOKIE,
        begun.secret,
        path="/sign-in/provider",
        max_age=600,
        httponly=True,
        samesite="lax",
        secure=secure_of(request),
    )
    return response


@router.get("/back")
def back(request: Request, _: Unhurried) -> Response:
    """Takes the browser back from the provider."""
    answer = {name: value[:4000] for name, value in request.query_params.items()}
    secret = request.cookies.get(COOKIE, "")
    try:
        signed_in, then = oidc_sign_in.finish(centre_of(request), answer, secret, came_of(request))
    except (ProviderDown, Misconfigured, SignInFailed) as error:
        return _failed(request, error, "/")
    response = entered(request, signed_in, then)
    response.delete_cookie(COOKIE, path="/sign-in/provider")
    return response


@router.get("/end")
def end(request: Request) -> RedirectResponse:
    """Sends the browser to where it ends its session at the provider."""
    return RedirectResponse(oidc_sign_in.way_out(centre_of(request)), 303)


@router.post("/logout")
def logged_out(
    request: Request, logout_token: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """The provider's own call (Back-Channel Logout 1.0): ends the sessions that its token names.

    It carries no cookie; the token's signature is what it is believed for.
    """
    headers = {"cache-control": NO_STORE}
    try:
        oidc_sign_in.end_by_provider(centre_of(request), logout_token)
    except (ProviderDown, Misconfigured, SignInFailed):
        return JSONResponse({"error": "invalid_request"}, 400, headers)
    return Response(status_code=200, headers=headers)


def _failed(request: Request, error: ParakhError, then: str) -> Response:
    said = {ProviderDown: _DOWN, Misconfigured: _WRONG}.get(type(error), refusal(error))
    status = 503 if isinstance(error, ProviderDown) else status_of(error)
    return sign_in_page(request, next=then, failure=gettext(said), status=status)
