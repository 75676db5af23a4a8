"""The wall's live events (server-sent events, WHATWG HTML, section 9.2)."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import lru_cache
from time import monotonic

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from parakh.access import Actor, Permission
from parakh.services import alerts, sessions
from parakh.store.alerts import WallEvent
from parakh.web.queries import Sequence as Number
from parakh.web.security import COOKIE
from parakh.web.viewer import Here, Viewer

router = APIRouter()

BEAT_SECONDS = 10.0
"""How often a silent line says that it lives."""

CHECK_SECONDS = 5.0
"""A session that ended, or lost a permission, listens on for so long at most."""

RETRY_MS = 2000

MOST_WAITING = 1000
"""Events that are held for a line too slow to take them; beyond, it reads them again by itself."""


@router.get("/wall/events")
async def events(request: Request, here: Here, after: Number = 0) -> StreamingResponse:
    """Streams what happens on the viewer's wall after the last event the browser has seen."""
    here.actor.require(Permission.SEE_ALERTS)
    seen = request.headers.get("last-event-id", "")
    return StreamingResponse(
        _stream(here, int(seen) if re.fullmatch(r"[0-9]{1,15}", seen) else after),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


class _Line:
    """What waits for one browser; filled from the feed's thread, emptied on the event loop.

    A line that is `behind` reads on from the database: at its start, and when it was too slow.
    """

    def __init__(self) -> None:
        self.behind = True
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._waiting: list[WallEvent] = []

    def take(self, found: Sequence[WallEvent]) -> None:
        """Adds events, from any thread."""
        # The loop may be closed while a worker thread still commits: nobody waits any more then.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._add, found)

    def _add(self, found: Sequence[WallEvent]) -> None:
        if len(self._waiting) + len(found) > MOST_WAITING:
            self._waiting.clear()
            self.behind = True
        else:
            self._waiting.extend(found)
        self._news.set()

    async def wait(self, seconds: float) -> list[WallEvent]:
        """What came, at once or within so many seconds; nothing when nothing did."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        found, self._waiting = self._waiting, []
        return found


async def _stream(here: Viewer, after: int) -> AsyncIterator[bytes]:
    line, actor = _Line(), here.actor
    units = alerts.units_of(actor)
    leave = await run_in_threadpool(here.centre.wall_feed.listen, units, line.take)
    checked = beaten = monotonic()
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            if line.behind:
                line.behind = False  # first: it may fall behind again while this is read
                found = await run_in_threadpool(alerts.wall, here.centre, actor, after)
                line.behind |= bool(found)
            else:
                found = await line.wait(min(BEAT_SECONDS, CHECK_SECONDS))
            if monotonic() - checked >= CHECK_SECONDS:
                known = await _actor(here)
                if known is None or alerts.units_of(known) != units:
                    break
                actor, checked = known, monotonic()
            fresh = [own for own in found if own.seq > after]
            if fresh:
                after = fresh[-1].seq
                yield b"".join(map(_encoded, fresh))
            elif monotonic() - beaten >= BEAT_SECONDS:
                yield b"event: beat\ndata:\n\n"
            else:
                continue
            beaten = monotonic()
        yield b"event: signed-out\ndata:\n\n"
    finally:
        leave()


async def _actor(here: Viewer) -> Actor | None:
    token = here.request.cookies.get(COOKIE, "")
    session = await run_in_threadpool(sessions.find, here.centre, token, touch=False)
    if session is None or not session.actor.may(Permission.SEE_ALERTS):
        return None
    return session.actor


@lru_cache(4096)  # each event goes to everybody of its unit
def _encoded(event: WallEvent) -> bytes:
    data = {"seq": event.seq, "kind": event.kind, "alert_id": event.alert_id}
    return b"id: %d\nevent: alert\ndata: %s\n\n" % (event.seq, orjson.dumps(data))
