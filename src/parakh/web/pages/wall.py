"""The wall's live events (server-sent events, WHATWG HTML, section 9.2)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from parakh.access import Actor, Permission
from parakh.services import accounts, alerts
from parakh.store.alerts import WallEvent
from parakh.web.queries import Sequence
from parakh.web.security import COOKIE
from parakh.web.viewer import Here, Viewer

router = APIRouter()

BEAT_SECONDS = 10.0
"""How often a silent line says that it lives; news of other processes is looked for as often."""

RETRY_MS = 2000


@router.get("/wall/events")
async def events(request: Request, here: Here, after: Sequence = 0) -> StreamingResponse:
    """Streams what happens on the viewer's wall after the last event the browser has seen."""
    here.actor.require(Permission.SEE_ALERTS)
    seen = request.headers.get("last-event-id", "")
    return StreamingResponse(
        _stream(here, int(seen) if re.fullmatch(r"[0-9]{1,15}", seen) else after),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _stream(here: Viewer, after: int) -> AsyncIterator[bytes]:
    news = asyncio.Event()
    loop = asyncio.get_running_loop()
    leave = here.centre.wall.subscribe(lambda: _wake(loop, news))
    actor: Actor | None = here.actor
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while actor is not None:
            news.clear()
            found = await run_in_threadpool(alerts.wall, here.centre, actor, after)
            for event in found:
                after = event.seq
                yield _encoded(event)
            if found:
                continue
            yield b"event: beat\ndata:\n\n"
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), BEAT_SECONDS)
            # A session that ended, or lost a permission, must not go on listening.
            actor = await _actor(here)
        yield b"event: signed-out\ndata:\n\n"
    finally:
        leave()


def _wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    # The loop may be closed while a worker thread still commits: nobody waits any more then.
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)


async def _actor(here: Viewer) -> Actor | None:
    token = here.request.cookies.get(COOKIE, "")
    session = await run_in_threadpool(accounts.session, here.centre, token, touch=False)
    return session.actor if session else None


def _encoded(event: WallEvent) -> bytes:
    data = {"seq": event.seq, "kind": event.kind, "alert_id": event.alert_id}
    return b"id: %d\nevent: alert\ndata: %s\n\n" % (event.seq, orjson.dumps(data))
