"""Times each request, and puts a span around it; by the route's template, never by its address."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parakh import metrics, tracing

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
"""Stands for the addresses that no route has: there are as many as somebody cares to type."""


class Measuring:
    """ASGI middleware, outside of all others, so that what they refuse is counted too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and notes when its answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = perf_counter()
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route, status = route_of(scope), str(message["status"])
                metrics.HTTP_SECONDS.labels(method, route, status).observe(perf_counter() - start)
                tracing.note(route=route, status=status)
            await send(message)

        with tracing.span("http.request", method=method):
            await self._app(scope, receive, noted)


def route_of(scope: Scope) -> str:
    """The template of the route that took the request, such as `/alerts/{alert_id}`."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else UNMATCHED
