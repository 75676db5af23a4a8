"""Whether the process lives, whether it can do its work, and its metrics; for who runs it.

Reasons and metrics are told to whoever sends the token of `PARAKH_METRICS_TOKEN_FILE`; where no
token is set, to callers on this machine. What a proxy passes on comes from this machine too: it is
told apart by the header that it adds, or by the name that was asked for.
"""

from ipaddress import ip_address

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from parakh.errors import Forbidden
from parakh.services import telemetry
from parakh.web.viewer import centre_of

router = APIRouter(include_in_schema=False)

_PASSED_ON = (
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "forwarded",
    "via",
    "x-real-ip",
)


@router.get("/healthz")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """200 when the centre can do its work, 503 otherwise; who may know is told why."""
    found = telemetry.conditions(centre_of(request))
    holds = all(own.holds for own in found)
    body: dict[str, object] = {"status": "ok" if holds else "not ready"}
    if _may_know(request):
        body["conditions"] = {own.name: own.reason or "ok" for own in found}
    return JSONResponse(body, 200 if holds else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """All metrics, as text for Prometheus."""
    if not _may_know(request):
        raise Forbidden("Metrics are told to whoever sends their token.")
    content = telemetry.exposition(centre_of(request))
    return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_know(request: Request) -> bool:
    centre = centre_of(request)
    if centre.settings.metrics_token_file is None:
        return _from_here(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and telemetry.token_fits(centre, token.strip())


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks, and no proxy for somebody else."""
    asked = request.url.hostname or ""
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and (asked == "localhost" or _is_loopback(asked))
        and not _passed_on(request.headers)
    )


def _passed_on(headers: Headers) -> bool:
    return any(name in headers for name in _PASSED_ON)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
