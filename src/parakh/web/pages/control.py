"""The control room: all posts live or on a past day, one post, one lane, and officers' figures."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, StreamingResponse

from parakh.access import Permission
from parakh.domain.phrase import N_
from parakh.services import (
    performance,
    performance_day,
    performance_lanes,
    performance_officers,
    performance_troubles,
    sessions,
)
from parakh.services.performance import Board, Level
from parakh.web.control_charts import HEIGHT, WIDTH, bars
from parakh.web.formats import span
from parakh.web.i18n import gettext
from parakh.web.labels import word
from parakh.web.maps import MapPoint, map_data
from parakh.web.queries import FIRST, Moment, day_of
from parakh.web.security import COOKIE
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/control")

BEAT_SECONDS = 10.0
RETRY_MS = 2000
_SECONDS = N_("{seconds} s")
Day = Annotated[str, Query(max_length=10)]
At = Annotated[Moment | None, Query(description="a past moment; none for now")]


@router.get("")
def control(here: Here, wall: bool = False, at: At = None) -> HTMLResponse:
    """All posts: as a page, or big and dark for a wall."""
    zone = here.centre.settings.zone
    found = performance.board(here.centre, here.actor, at)
    kept = performance.kept(here.centre, here.actor)
    return here.page(
        "control.html",
        **_shown(here, found),
        wall=wall,
        zone=zone.key,
        days=kept and (kept.first.astimezone(zone).date(), here.centre.local_now().date()),
        map=_map(found),
        version=performance.version(here.centre),
    )


@router.get("/board")
def board(here: Here, wall: bool = False, at: At = None) -> HTMLResponse:
    """What changes on the page, which asks for it again whenever there is news, and for each moment
    of a past day that it plays."""
    found = performance.board(here.centre, here.actor, at)
    return here.page("fragments/control_board.html", **_shown(here, found), wall=wall)


@router.get("/day")
def day(here: Here, day: Day = "") -> HTMLResponse:
    """What went wrong on a day that is to be played; without one, in the last 24 hours."""
    wanted = day_of(day, FIRST) if day else None
    found = performance_day.played(here.centre, here.actor, wanted)
    return here.page("fragments/control_day.html", played=found, **_drawn())


@router.get("/events")
async def events(request: Request, here: Here) -> StreamingResponse:
    """Says whenever there is something new to see (server-sent events)."""
    here.actor.require(Permission.SEE_PERFORMANCE)
    seen = request.headers.get("last-event-id", "")
    return StreamingResponse(
        _stream(here, seen if re.fullmatch(r"[0-9.-]{1,40}", seen) else ""),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


@router.get("/posts/{code}")
def post(here: Here, code: str, at: At = None) -> HTMLResponse:
    """One post with its lanes."""
    found = performance.post(here.centre, here.actor, code, at)
    return here.page(
        "control_post.html",
        view=found,
        tile=found.tile,
        at=found.at,
        live=found.live,
        version=performance.version(here.centre),
        **_drawn(),
    )


@router.get("/posts/{code}/lanes")
def lane(
    here: Here, code: str, name: Annotated[str, Query(max_length=20)] = "", at: At = None
) -> HTMLResponse:
    """One lane: its figures, who crossed last, and alerts on them, for those who may see them."""
    found = performance.post(here.centre, here.actor, code, at)
    shown = performance_lanes.lane(here.centre, here.actor, code, name, found.at)
    own = next((one for one in found.lanes if one.lane == name), None)
    return here.page(
        "control_lane.html",
        view=found,
        tile=found.tile,
        lane=own,
        name=name,
        shown=shown,
        at=found.at,
        live=found.live,
        **_drawn(),
    )


@router.post("/troubles/{trouble_id}/acknowledgement")
def acknowledge(
    here: Here,
    trouble_id: str,
    note: Annotated[str, Form(max_length=500)] = "",
    back: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Notes that the viewer sees to it."""
    performance_troubles.acknowledge(here.centre, here.actor, trouble_id, note)
    own = back.startswith("/control") and "\\" not in back
    return here.done(back if own else "/control", "trouble-acknowledged")


@router.get("/officers")
def officers(here: Here) -> HTMLResponse:
    """Figures of officers: one's own, and those of the unit for who answers for it."""
    found = performance_officers.figures(here.centre, here.actor)
    return here.page("control_officers.html", view=found)


def _shown(here: Viewer, found: Board) -> dict[str, Any]:
    return {
        "board": found,
        "levels": tuple(Level),
        "at": found.at,
        "live": found.live,
        **_drawn(),
    }


def _drawn() -> dict[str, Any]:
    return {"bars": bars, "series_box": (WIDTH, HEIGHT), "seconds": _seconds, "lasting": span}


def _seconds(value: float | None) -> str:
    """Seconds as `45 s`, a dash for none."""
    return "–" if value is None else gettext(_SECONDS).format(seconds=round(value))


def _map(found: Board) -> str:
    points = [
        MapPoint(
            latitude=own.post.latitude,
            longitude=own.post.longitude,
            title=f"{own.post.name}: {word(own.level)}",
            href=f"/control/posts/{own.post.code}",
            look=f"level {own.level}",
        )
        # The worst last, so that nothing covers it.
        for own in reversed(found.tiles)
        if own.post.latitude is not None and own.post.longitude is not None
    ]
    return map_data(points, (), around=1.0)


# --- live ---------------------------------------------------------------------------------------


async def _stream(here: Viewer, seen: str) -> AsyncIterator[bytes]:
    news = asyncio.Event()
    loop = asyncio.get_running_loop()
    leave = here.centre.wall.subscribe(lambda: _wake(loop, news))
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while await _may(here):
            news.clear()
            version = await run_in_threadpool(performance.version, here.centre)
            if version != seen:
                seen = version
                data = orjson.dumps({"version": version})
                yield b"id: %s\nevent: control\ndata: %s\n\n" % (version.encode(), data)
            yield b"event: beat\ndata:\n\n"
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), BEAT_SECONDS)
        yield b"event: signed-out\ndata:\n\n"
    finally:
        leave()


def _wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    # The loop may be closed while a worker thread still commits: nobody waits any more then.
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)


async def _may(here: Viewer) -> bool:
    """A session that ended, or lost the permission, must not go on listening."""
    token = here.request.cookies.get(COOKIE, "")
    session = await run_in_threadpool(sessions.find, here.centre, token, touch=False)
    return session is not None and session.actor.may(Permission.SEE_PERFORMANCE)
