"""The person's own account: who he is here, his password, his language."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.errors import InvalidInput, ParakhError, SignInFailed
from parakh.services import accounts
from parakh.web import i18n
from parakh.web.errors import status_of
from parakh.web.security import set_session_cookie
from parakh.web.viewer import Here, secure_of

router = APIRouter(prefix="/account")


@router.get("")
def account(here: Here) -> HTMLResponse:
    """The account page."""
    return here.page("account.html", failure="")


@router.post("/password")
def change_password(
    here: Here,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Sets a new password; the session is replaced by a fresh one."""
    try:
        if new != again:
            raise InvalidInput(i18n.gettext("The two new passwords are not the same."))
        signed_in = accounts.change_password(here.centre, here.actor, old, new)
    except (InvalidInput, SignInFailed) as error:
        return _again(here, error)
    response = here.done("/account", "password-changed")
    set_session_cookie(response, signed_in.token, secure=secure_of(here.request))
    return response


@router.post("/language")
def use_language(here: Here, language: Annotated[str, Form()]) -> RedirectResponse:
    """Remembers the language in the browser."""
    response = RedirectResponse("/account", 303)
    if language in i18n.languages():
        response.set_cookie(i18n.COOKIE, language, max_age=31_536_000, samesite="lax")
    return response


def _again(here: Here, error: ParakhError) -> HTMLResponse:
    return here.page("account.html", failure=str(error), status=status_of(error))
