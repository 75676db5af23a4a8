"""What guards the console: headers, the session cookie, anti-forgery tokens, body limits.

A browser proves by two signs that a change was meant: the request came from our own pages (Fetch
Metadata, else Origin), and it carries the session's token. Callers with an API key carry no cookie
that a foreign page could borrow, and need neither.
"""

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parakh.act.attachments import MOST_BYTES as MOST_ATTACHED
from parakh.errors import Forbidden
from parakh.faces.picture import MOST_BYTES
from parakh.settings import Settings

COOKIE = "parakh_session"
WAITING_COOKIE = "parakh_waiting"
"""Of a sign-in that waits for its second factor; sent to the pages of signing in only."""

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
BACKGROUND = "x-background"
"""Header of requests that a page makes without anybody asking."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"

_OVERHEAD = 64 * 1024  # fields and multipart borders around the files
FORM_LIMIT = 256 * 1024
"""The fields of an ordinary form; more is read of known callers only."""

MOST_CAPTURE_BYTES = 4 * MOST_BYTES
"""A burst and a portrait together. A frame of a gate's camera has some 300 KiB, so that eight of
them are far below; each alone may have what a picture may."""

MOST_PICTURES = 5
"""Of one person who is enrolled."""

MOST_REPORT_BYTES = 48 * 1024 * 1024
"""A report of an examination with its pictures, which a tablet scales down before it sends them."""

MOST_STAGED_BYTES = 64 * 1024 * 1024
"""Fifty portraits, as documents and registers hold them."""

MOST_LIST_BYTES = 256 * 1024 * 1024
"""A watchlist's file; the largest public ones have about 100 MiB."""


_LIMITS = (
    ("/custody", "", MOST_PICTURES * MOST_BYTES),
    ("/voyages", "/faces", MOST_STAGED_BYTES),
    ("/faces", "", 2 * MOST_BYTES),
    ("/gate", "", MOST_CAPTURE_BYTES),
    ("/watchlist", "/versions", MOST_LIST_BYTES),
    ("/watchlist", "", MOST_BYTES),
    ("/redress", "", MOST_BYTES),
    ("/travellers", "/verifications", MOST_BYTES),
    ("/cases", "/attachments", MOST_ATTACHED),
    ("/profiles", "/pictures", MOST_BYTES),
    ("/examinations", "/reports", MOST_REPORT_BYTES),
)
"""Of paths that take files: their beginning, their end, and how many bytes; the first that fits."""


def body_limit(path: str, settings: Settings) -> int:
    """How many bytes a request to `path` may carry; the API has the limits of its pages."""
    path = path.removeprefix("/api/v1")
    if path.startswith(("/messages", "/timetable")):
        return settings.max_message_bytes + _OVERHEAD
    if path.startswith("/regions/"):
        # One message at least, as text in base64, with what belongs to it.
        return 2 * settings.max_message_bytes + FORM_LIMIT
    for start, end, limit in _LIMITS:
        if path.startswith(start) and path.endswith(end):
            return limit + _OVERHEAD
    return FORM_LIMIT


class TooLarge(HTTPException):
    """The body is over its limit; raised while it is read, so it never fills memory or disk."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The upload is larger than {limit // 1024} KiB.")


class Guard:
    """ASGI middleware: bounds every body and stamps every response."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, counting what is read and adding headers to what is sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                stamp(MutableHeaders(scope=message), secure=scope["scheme"] == "https")
            await send(message)

        if b"%00" in scope["raw_path"] + scope["query_string"]:
            # No text of ours holds it, and PostgreSQL would fail on it.
            await _null_character(scope["path"])(scope, receive, stamped)
            return
        limit = body_limit(scope["path"], self._settings)
        declared = Headers(scope=scope).get("content-length", "")
        read = int(declared) if declared.isdigit() else 0

        async def counted() -> Message:
            nonlocal read
            if read > limit:
                raise TooLarge(limit)
            message = await receive()
            if not declared:
                read += len(message.get("body", b""))
                if read > limit:
                    raise TooLarge(limit)
            return message

        await self._app(scope, counted, stamped)


def _null_character(path: str) -> Response:
    detail = "The address holds a null character."
    if not path.startswith("/api/"):
        return PlainTextResponse(detail, 400)
    body = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    body["instance"] = path
    return JSONResponse(body, 400, media_type="application/problem+json")


def stamp(headers: MutableHeaders, *, secure: bool) -> None:
    """Adds the headers that every response carries; what a handler set stays."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", NO_STORE)
    if secure:
        headers.setdefault("strict-transport-security", HSTS)


def set_session_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Gives the browser its session, until it closes; scripts cannot reach the cookie.

    Lax, not Strict: a link to an alert in another program must not lead to the sign-in page.
    """
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=secure)


def set_waiting_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Gives the browser the secret of a sign-in that waits for its second factor."""
    response.set_cookie(
        WAITING_COOKIE,
        token,
        path="/sign-in",
        max_age=600,
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def check_origin(request: Request) -> None:
    """Raises Forbidden when an unsafe request was started by a page that is not ours.

    Browsers say so in Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin alone.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("This request came from another site.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("This request came from another site.")


async def check_token(request: Request, expected: str) -> None:
    """Raises Forbidden unless an unsafe request carries the session's token, in header or form."""
    if request.method in SAFE_METHODS:
        return
    given: object = request.headers.get(CSRF_HEADER)
    if given is None and _is_form(request.headers.getlist("content-type")):
        given = (await request.form()).get(CSRF_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden("This form is out of date. Load the page again, then repeat the step.")


def _is_form(types: Sequence[str]) -> bool:
    return any(
        kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))
        for kind in types
    )
