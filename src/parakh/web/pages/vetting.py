"""The vetting list: everybody who is expected, ranked; saved views, and steps with many at once."""

from collections import Counter
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from starlette.responses import JSONResponse, RedirectResponse, Response

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Advice
from parakh.domain.vetting import Grouping, Wanted
from parakh.domain.voyage import Direction
from parakh.services import accounts, bulk_clearing, bulk_undo, vetting
from parakh.web.queries import PageNumber
from parakh.web.tables import as_csv
from parakh.web.vetting_rows import HEADINGS, csv_row
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/vetting")

CLEARED_AS = (OutcomeKind.FALSE_MATCH, OutcomeKind.NOTHING_FOUND, OutcomeKind.DATA_ERROR)
"""Outcomes with which alerts of which every hit was cleared may be closed."""

HOURS = (1, 2, 4, 8, 12, 24, 48)

Chosen = Annotated[list[str], Form(max_length=vetting.MOST_AT_ONCE)]
Back = Annotated[str, Form(max_length=2000)]


@router.get("")
def listing(here: Here, page: PageNumber = 1) -> Response:
    """The list; without any wish it opens with the officer's own view."""
    views, begin = vetting.views(here.centre, here.actor)
    own = next((one for one in views if one.id == begin), None)
    if own is not None and not here.request.query_params:
        return RedirectResponse(
            f"/vetting?{urlencode({**own.wanted.query(), 'view': own.id})}", 303
        )
    wanted = _wanted(here)
    found = vetting.listing(here.centre, here.actor, wanted, page)
    units = accounts.units(here.centre)
    mine = units if here.actor.everywhere else here.actor.units
    return here.page(
        "vetting.html",
        found=found,
        wanted=wanted,
        query=wanted.query(),
        address=lambda **values: f"/vetting?{urlencode({'all': '1', **wanted.but(**values)})}",
        page_at=lambda number: f"/vetting?{urlencode({**wanted.query(), 'page': number})}",
        link=lambda own: f"/vetting?{urlencode({'all': '1', **own.query()})}",
        views=views,
        begin=begin,
        view=here.request.query_params.get("view", ""),
        units=[own for key, own in units.items() if key in mine],
        advices=[*reversed(Advice)],
        directions=list(Direction),
        groupings=list(Grouping),
        hours=HOURS,
        ports=sorted({port for unit in units.values() for port in unit.ports if _sees(here, port)}),
        outcomes=CLEARED_AS,
        undo=bulk_undo.undoable(here.centre, here.actor),
    )


@router.get("/pulse")
def pulse(here: Here) -> JSONResponse:
    """What is another once the list changed; the page asks for it every few seconds."""
    return JSONResponse({"pulse": vetting.pulse(here.centre, here.actor)})


@router.get("/export.csv")
def export(here: Here, page: PageNumber = 1) -> Response:
    """The page's travellers as CSV (RFC 4180)."""
    lines = vetting.export(here.centre, here.actor, _wanted(here), page)
    body = as_csv(HEADINGS, (csv_row(own) for own in lines))
    name = f"vetting-{here.centre.clock():%Y%m%dT%H%MZ}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/clear")
def clear(
    here: Here,
    reason: Annotated[str, Form(max_length=4000)] = "",
    outcome: Annotated[str, Form()] = "",
    back: Back = "",
    traveller: Chosen | None = None,
) -> Response:
    """Clears what is open on the chosen travellers; what had to be left is shown with its cause."""
    closing = OutcomeKind(outcome) if outcome in CLEARED_AS else None
    ids = traveller or []
    done = bulk_clearing.clear(here.centre, here.actor, ids, reason, closing)
    address = _address(back)
    if not done.left:
        return here.done(address, "vetting-cleared")
    found = vetting.some_lines(here.centre, here.actor, [own.traveller_id for own in done.left])
    return here.page(
        "vetting_left.html",
        done=done,
        lines={own.line.traveller_id: own for own in found},
        left=Counter(own.traveller_id for own in done.left),
        back=address,
    )


@router.post("/undo")
def undo(here: Here, back: Back = "") -> RedirectResponse:
    """Takes the last bulk clearing back."""
    bulk_undo.undo(here.centre, here.actor)
    return here.done(_address(back), "vetting-undone")


@router.post("/settle")
def settle(here: Here, back: Back = "", traveller: Chosen | None = None) -> RedirectResponse:
    """Marks that there is nothing new to the chosen travellers."""
    vetting.settle(here.centre, here.actor, traveller or [])
    return here.done(_address(back), "vetting-settled")


@router.post("/unsettle")
def unsettle(here: Here, back: Back = "", traveller: Chosen | None = None) -> RedirectResponse:
    """Takes that back."""
    vetting.unsettle(here.centre, here.actor, traveller or [])
    return here.done(_address(back), "vetting-unsettled")


@router.post("/views")
def save_view(
    here: Here,
    name: Annotated[str, Form(max_length=200)] = "",
    unit: Annotated[str, Form(max_length=80)] = "",
    begin: Annotated[bool, Form()] = False,
    back: Back = "",
) -> RedirectResponse:
    """Keeps the filter of the page as a view."""
    wanted = Wanted.of(dict(parse_qsl(back)))
    made = vetting.save_view(here.centre, here.actor, name, wanted, unit_id=unit or None)
    if begin:
        vetting.begin_with(here.centre, here.actor, made.id)
    query = urlencode({**wanted.query(), "view": made.id})
    return here.done(f"/vetting?{query}", "view-saved")


@router.post("/views/begin")
def begin_with(here: Here, view: Annotated[str, Form(max_length=80)] = "") -> RedirectResponse:
    """Chooses the view with which the list opens; none for the whole list."""
    vetting.begin_with(here.centre, here.actor, view or None)
    return here.done("/vetting" if view else "/vetting?all=1", "view-chosen")


@router.post("/views/{view_id}/remove")
def remove_view(here: Here, view_id: str) -> RedirectResponse:
    """Drops a view."""
    vetting.remove_view(here.centre, here.actor, view_id)
    return here.done("/vetting?all=1", "view-removed")


def _wanted(here: Viewer) -> Wanted:
    return Wanted.of(dict(here.request.query_params))


def _address(back: str) -> str:
    """The list with the filter that a form carried, whatever somebody wrote into it."""
    query = Wanted.of(dict(parse_qsl(back))).query()
    return f"/vetting?{urlencode({'all': '1', **query})}"


def _sees(here: Viewer, port: str) -> bool:
    return here.actor.everywhere or port in here.actor.ports
