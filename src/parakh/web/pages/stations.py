"""Capture stations: which there are, which are silent, and how their day goes."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.station import StationKind
from parakh.domain.voyage import Direction
from parakh.services import accounts, stations
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/stations")

Port = Annotated[str, Query(max_length=5)]


@router.get("")
def every(here: Here, port: Port = "") -> HTMLResponse:
    """All stations of the viewer's ports, and for keepers the form for another."""
    return _page(here, port)


@router.get("/rows")
def rows(here: Here, port: Port = "") -> HTMLResponse:
    """The table alone, which the page asks for again and again."""
    found = stations.every(here.centre, here.actor, port)
    return here.page("fragments/station_rows.html", rows=found, port=port)


@router.post("")
def register(
    here: Here,
    name: Annotated[str, Form(max_length=80)],
    kind: Annotated[StationKind, Form()],
    port: Annotated[str, Form(max_length=5)],
    lane: Annotated[str, Form(max_length=20)] = "",
    direction: Annotated[Direction | None, Form()] = None,
    owner: Annotated[str, Form(max_length=80)] = "",
) -> HTMLResponse:
    """Registers a station and shows its key, once."""
    key = stations.register(
        here.centre,
        here.actor,
        name=name,
        kind=kind,
        port=port,
        lane=lane,
        direction=direction,
        owner=owner,
    )
    return _page(here, "", key=key, name=name.strip())


@router.post("/{station_id}/key")
def rekey(here: Here, station_id: str) -> HTMLResponse:
    """Gives a station another key and shows it, once."""
    key = stations.rekey(here.centre, here.actor, station_id)
    found = stations.every(here.centre, here.actor)
    name = next(row.station.name for row in found if row.station.id == station_id)
    return _page(here, "", key=key, name=name)


@router.post("/{station_id}/revocation")
def revoke(here: Here, station_id: str) -> RedirectResponse:
    """Refuses a station's key from now on."""
    stations.revoke(here.centre, here.actor, station_id)
    return here.done("/stations", "station-revoked")


def _page(here: Viewer, port: str, *, key: str = "", name: str = "") -> HTMLResponse:
    found = stations.every(here.centre, here.actor, port)
    ports = here.actor.ports
    if here.actor.everywhere:
        ports = frozenset().union(*(unit.ports for unit in accounts.units(here.centre).values()))
    return here.page(
        "stations.html",
        rows=found,
        port=port,
        ports=sorted(ports),
        kinds=tuple(StationKind),
        directions=(Direction.ENTRY, Direction.EXIT),
        keeper=here.actor.may(Permission.KEEP_STATIONS),
        key=key,
        name=name,
    )
