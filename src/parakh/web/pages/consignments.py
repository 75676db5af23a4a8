"""Goods: the list of consignments that wait for somebody, and one consignment."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse

from parakh.domain.goods_list import GoodsWanted, Shown
from parakh.domain.selectivity import Lane
from parakh.domain.voyage import Direction
from parakh.services import accounts, consignments, goods_list
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/consignments")


@router.get("")
def listing(here: Here, page: PageNumber = 1) -> HTMLResponse:
    """Consignments that wait, the most urgent first."""
    wanted = GoodsWanted.of(dict(here.request.query_params))
    found = goods_list.listing(here.centre, here.actor, wanted, page)
    units = accounts.units(here.centre).values()
    ports = sorted({port for unit in units for port in unit.ports if _sees(here, port)})
    return here.page(
        "consignments.html",
        found=found,
        wanted=wanted,
        query=wanted.query(),
        address=lambda **values: f"/consignments?{urlencode(wanted.but(**values))}",
        page_at=lambda number: f"/consignments?{urlencode({**wanted.query(), 'page': number})}",
        lanes=[*reversed(Lane)],
        directions=list(Direction),
        shown=list(Shown),
        ports=ports,
        currency=here.centre.settings.currency,
    )


@router.get("/pulse")
def pulse(here: Here) -> JSONResponse:
    """What is another once the list changed; the page asks for it every few seconds."""
    return JSONResponse({"pulse": goods_list.pulse(here.centre, here.actor)})


@router.get("/{consignment_id}")
def consignment(here: Here, consignment_id: str) -> HTMLResponse:
    """One consignment: what was declared, why it has its lane, what came of it."""
    view = consignments.consignment(here.centre, here.actor, consignment_id)
    return here.page(
        "consignment.html",
        view=view,
        own=view.consignment,
        currency=here.centre.settings.currency,
    )


def _sees(here: Viewer, port: str) -> bool:
    return here.actor.everywhere or port in here.actor.ports
