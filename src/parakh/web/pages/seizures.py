"""Seizures, suspects and companies: the list with its map, and one record."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.domain.enforcement import RecordKind, SeizureRecord
from parakh.domain.outcome import Commodity, Concealment
from parakh.services import enforcement_views
from parakh.store.enforcement import Filter
from parakh.web.enforcement_labels import METHODS, Method
from parakh.web.maps import seizures_map
from parakh.web.queries import LAST, PageNumber, day_of, end_of_day, midnight
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/seizures")

TABS = (RecordKind.SEIZURE, RecordKind.SUSPECT, RecordKind.COMPANY)


@router.get("")
def listing(here: Here, kind: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Records of one kind, the newest first; seizures on a map besides."""
    query = {name: own for name, own in here.request.query_params.items() if name in _NAMES and own}
    own = RecordKind(kind) if kind in list(RecordKind) else RecordKind.SEIZURE
    wanted = _wanted(here, own, query)
    found = enforcement_views.listing(here.centre, here.actor, wanted, page)
    shown = (
        seizures_map(enforcement_views.for_map(here.centre, here.actor, wanted))
        if own is RecordKind.SEIZURE
        else None
    )
    return here.page(
        "seizures.html",
        found=found,
        kind=own,
        wanted=wanted,
        query=query,
        map=shown,
        tabs=TABS,
        commodities=list(Commodity),
        concealments=list(Concealment),
        methods=METHODS,
        Method=Method,
        page_at=lambda number: f"/seizures?{urlencode({'kind': own, **query, 'page': number})}",
    )


@router.get("/{record_id}")
def record(here: Here, record_id: str) -> HTMLResponse:
    """One record, with its pictures and what it names that is on file."""
    view = enforcement_views.view(here.centre, here.actor, record_id)
    own = view.record
    shown = seizures_map([own]) if isinstance(own, SeizureRecord) else None
    return here.page("seizure.html", view=view, own=own, map=shown, Method=Method)


_NAMES = frozenset({"since", "until", "text", "commodity", "route", "concealment", "method"})


def _wanted(here: Viewer, kind: RecordKind, query: dict[str, Any]) -> Filter:
    """What the form asks for; a word that is none of its list asks for nothing."""
    zone = here.centre.settings.zone
    since = query.get("since", "")
    until = query.get("until", "")
    commodity, concealment = query.get("commodity", ""), query.get("concealment", "")
    return Filter(
        kind=kind,
        since=midnight(day_of(since, LAST), zone) if since else None,
        until=end_of_day(day_of(until, LAST), zone) if until else None,
        text=query.get("text", "")[:120].strip(),
        commodity=commodity if commodity in list(Commodity) else "",
        route=query.get("route", "")[:60],
        concealment=concealment if concealment in list(Concealment) else "",
        method=query.get("method", "") if query.get("method") in METHODS else "",
    )
