"""The web application: makes one FastAPI application for one centre."""

from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import version
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from parakh.services.centre import Centre
from parakh.web import errors, health
from parakh.web.api import schema
from parakh.web.api.auth import Callers
from parakh.web.api.routes import TAGS
from parakh.web.api.routes import router as api_router
from parakh.web.i18n import (
    CALENDAR_COOKIE,
    GREGORIAN,
    Calendars,
    calendars,
    choose,
    language,
    zone,
)
from parakh.web.i18n import COOKIE as LANGUAGE_COOKIE
from parakh.web.measuring import Measuring
from parakh.web.pages.routes import router as pages_router
from parakh.web.rendering import STATIC
from parakh.web.security import IMMUTABLE, Guard
from parakh.web.tries import Tries


class _Languages:
    """ASGI middleware: the language of each request, by cookie, else by the browser's wish, the
    calendars that the person wants, and the centre's time zone."""

    def __init__(self, app: ASGIApp, here: ZoneInfo, offset: int) -> None:
        self._app = app
        self._here = here
        self._offset = offset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            cookies = (one.partition("=") for one in headers.get("cookie", "").split(";"))
            wishes = {name.strip(): value.strip() for name, _, value in cookies}
            language.set(choose(wishes.get(LANGUAGE_COOKIE), headers.get("accept-language")))
            both = wishes.get(CALENDAR_COOKIE) != GREGORIAN
            calendars.set(Calendars(hijri=both, offset=self._offset))
            zone.set(self._here)
        await self._app(scope, receive, send)


class _Built(StaticFiles):
    """Built assets: their names carry a hash of their content, so they never change."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = IMMUTABLE
        return response


@cache
def _routes() -> Sequence[BaseRoute]:
    """Of all applications of this process: what routes need is worked out at their first request,
    once, and takes a second."""
    every = APIRouter()
    for own in (health.router, api_router, pages_router):
        every.include_router(own)
    return tuple(every.routes)


def create_app(centre: Centre) -> FastAPI:
    """The console, the HTTP API and the health checks over one centre."""
    app = FastAPI(
        title="Parakh",
        version=version("parakh"),
        summary="An open National Targeting Centre for customs and border agencies",
        openapi_tags=TAGS,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=[*_routes()],
    )
    app.state.centre = centre
    app.state.tries = Tries(centre.settings.sign_ins_a_minute)
    app.openapi = partial(schema.document, app)  # type: ignore[method-assign]
    errors.install(app)
    app.mount("/static/built", _Built(directory=STATIC / "built", check_dir=False))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Callers)
    app.add_middleware(_Languages, here=centre.settings.zone, offset=centre.settings.hijri_offset)
    app.add_middleware(Guard, settings=centre.settings)
    app.add_middleware(Measuring)
    return app
