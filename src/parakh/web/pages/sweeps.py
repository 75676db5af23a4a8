"""How far new and changed entries have been held against everybody on file."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.services import sweeps
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here

router = APIRouter(prefix="/watchlist/sweeps")

LAST = 1
"""Of those that are over, so many are shown below."""


@router.get("")
def history(here: Here, page: PageNumber = 1) -> HTMLResponse:
    """All sweeps, newest first."""
    found = sweeps.history(here.centre, here.actor, page=page)
    told = sweeps.told(here.centre, here.actor, found.rows)
    return here.page("sweeps.html", page=found, told=told)


@router.get("/now")
def now(here: Here) -> HTMLResponse:
    """Those under way and the last ones, as a page puts them into their place."""
    rows = sweeps.history(here.centre, here.actor).rows
    last = [own for own in rows if own.finished_at][:LAST]
    going = sweeps.under_way(here.centre, here.actor)
    return here.page("fragments/sweeps.html", going=going, last=last, entry_id="")


@router.get("/entries/{entry_id}")
def of_entry(here: Here, entry_id: str) -> HTMLResponse:
    """The sweep of one entry."""
    found = sweeps.of_entry(here.centre, here.actor, entry_id)
    going = [found] if found and not found.finished_at else []
    last = [found] if found and found.finished_at else []
    return here.page("fragments/sweeps.html", going=going, last=last, entry_id=entry_id)
