"""The person's own account: who he is here, password, second factors, sessions, language."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Form
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from parakh.catalogues import languages
from parakh.errors import Conflict, InvalidInput, ParakhError, SignInFailed
from parakh.services import accounts, passkeys, second_factor, sessions, totp
from parakh.web import i18n
from parakh.web.errors import status_of
from parakh.web.factors import qr_code
from parakh.web.pages.language import remember
from parakh.web.security import set_session_cookie
from parakh.web.viewer import Here, came_of, secure_of

router = APIRouter(prefix="/account")

Code = Annotated[str, Form(max_length=40)]


@router.get("")
def account(here: Here) -> HTMLResponse:
    """The account page."""
    return _page(here)


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
        signed_in = accounts.change_password(
            here.centre, here.actor, old, new, came_of(here.request)
        )
    except (InvalidInput, SignInFailed) as error:
        return _page(here, status=status_of(error), failure=_said(error))
    response = here.done("/account", "password-changed")
    set_session_cookie(response, signed_in.token, secure=secure_of(here.request))
    return response


@router.post("/language")
def use_language(
    here: Here, language: Annotated[str, Form()], calendar: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Remembers the language and the calendars in the browser."""
    response = RedirectResponse("/account", 303)
    if language in languages():
        remember(response, i18n.COOKIE, language)
    if calendar in (i18n.GREGORIAN, i18n.BOTH):
        remember(response, i18n.CALENDAR_COOKIE, calendar)
    return response


# --- sessions ---------------------------------------------------------------------------------


@router.post("/sessions/end")
def end_others(here: Here) -> RedirectResponse:
    """Ends all of the viewer's sessions but this one."""
    sessions.end_others(here.centre, here.actor, here.session.id)
    return here.done("/account", "sessions-ended")


@router.post("/sessions/{session_id}/end")
def end_session(here: Here, session_id: str) -> RedirectResponse:
    """Ends one of the viewer's own sessions."""
    sessions.end_own(here.centre, here.actor, session_id)
    return here.done("/account", "session-ended")


# --- second factors ---------------------------------------------------------------------------


@router.get("/totp")
def app(here: Here) -> HTMLResponse:
    """A new key for an authenticator app, as a picture and as text."""
    return _app(here)


@router.post("/totp/confirm")
def confirm_app(here: Here, code: Code = "") -> HTMLResponse:
    """Puts the app in force, and shows the recovery codes once."""
    try:
        codes = totp.confirm(here.centre, here.actor, code)
    except InvalidInput as error:
        return _app(here, status=status_of(error), failure=_said(error))
    return here.page("account_codes.html", codes=codes)


@router.post("/totp/codes")
def renew_codes(here: Here, code: Code = "") -> HTMLResponse:
    """Shows new recovery codes once, in place of those before."""
    try:
        codes = totp.renew_recovery_codes(here.centre, here.actor, code)
    except SignInFailed as error:
        return _page(here, status=status_of(error), factor_failure=_said(error))
    return here.page("account_codes.html", codes=codes)


@router.post("/totp/remove")
def remove_app(here: Here, code: Code = "") -> Response:
    """Takes the viewer's app away."""
    try:
        totp.remove(here.centre, here.actor, code)
    except (SignInFailed, Conflict) as error:
        return _page(here, status=status_of(error), factor_failure=_said(error))
    return here.done("/account", "app-removed")


@router.post("/passkeys/options")
def ask_for_passkey(here: Here) -> Response:
    """What the browser is asked for to make a passkey."""
    asked = passkeys.begin_registration(here.centre, here.actor)
    return Response(asked, media_type="application/json")


@router.post("/passkeys/agreement")
def ask_for_agreement(here: Here) -> Response:
    """What the browser is asked to sign where a step needs the person once more."""
    asked = passkeys.begin_agreement(here.centre, here.actor)
    return Response(asked, media_type="application/json")


@router.post("/passkeys")
def add_passkey(
    here: Here,
    name: Annotated[str, Body(max_length=80)],
    answer: Annotated[str, Body(max_length=20_000)],
) -> JSONResponse:
    """Keeps a passkey that the browser made."""
    passkeys.finish_registration(here.centre, here.actor, name, answer)
    return JSONResponse({"next": "/account"}, 201)


@router.post("/passkeys/{passkey_id}/remove")
def remove_passkey(here: Here, passkey_id: str) -> Response:
    """Takes one of the viewer's passkeys away."""
    try:
        passkeys.remove(here.centre, here.actor, passkey_id)
    except Conflict as error:
        return _page(here, status=status_of(error), factor_failure=_said(error))
    return here.done("/account", "passkey-removed")


# --- within -----------------------------------------------------------------------------------


def _page(here: Here, *, status: int = 200, **failures: Any) -> HTMLResponse:
    context = {
        "failure": "",
        "factor_failure": "",
        "factors": second_factor.own(here.centre, here.actor),
        "passkeys": passkeys.available(here.centre.settings),
        "sessions": sessions.own_sessions(here.centre, here.actor, here.session.id),
    }
    return here.page("account.html", status=status, **(context | failures))


def _app(here: Here, *, status: int = 200, failure: str = "") -> HTMLResponse:
    offer = totp.offer(here.centre, here.actor)
    return here.page(
        "account_totp.html",
        status=status,
        offer=offer,
        qr=qr_code(offer.address),
        failure=failure,
    )


def _said(error: ParakhError) -> str:
    return i18n.refusal(error)
