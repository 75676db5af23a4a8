"""Search: one box for whatever an officer has in hand."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from parakh.normalise.recognise import LONGEST
from parakh.services import search as service
from parakh.services.search_answers import Kind
from parakh.web.viewer import Here

router = APIRouter()

PATHS = {
    Kind.TRAVELLER: "/travellers/{id}",
    Kind.VOYAGE: "/voyages/{id}",
    Kind.ENTRY: "/watchlist/entries/{id}",
    Kind.CASE: "/cases/{id}",
    Kind.PROFILE: "/profiles/{id}",
    Kind.CONSIGNMENT: "/consignments/{id}",
    Kind.CONVEYANCE: "/conveyances/{id}",
}
"""Where an answer leads."""


@router.get("/search")
def search(
    here: Here,
    q: Annotated[str, Query(max_length=2000)] = "",
    kind: str = "",
    why: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """Answers to a text, by kind; with `kind` all of that one."""
    only = Kind(kind) if kind in list(Kind) else None
    text = q[:LONGEST]
    found = service.search(here.centre, here.actor, text, kind=only, why=why)
    return here.page(
        "search.html",
        found=found,
        q=text,
        why=why,
        only=only,
        path_of=lambda own: PATHS[own.kind].format(id=own.id),
        all_of=lambda own: "/search?" + urlencode({"q": text, "kind": own.value, "why": why}),
    )
