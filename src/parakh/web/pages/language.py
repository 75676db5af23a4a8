"""The language of the screens, for whoever is not signed in yet."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from parakh.catalogues import languages
from parakh.web import i18n

router = APIRouter()

_YEAR = 31_536_000


@router.get("/language/{code}")
def choose(code: str, next: str = "/") -> RedirectResponse:
    """Remembers a language in the browser, and leads back to the sign-in page."""
    response = RedirectResponse(f"/sign-in?{urlencode({'next': next})}", 303)
    if code in languages():
        remember(response, i18n.COOKIE, code)
    return response


def remember(response: Response, cookie: str, value: str) -> None:
    """Keeps a choice of the screens in the browser for a year."""
    response.set_cookie(cookie, value, max_age=_YEAR, samesite="lax", httponly=True)
