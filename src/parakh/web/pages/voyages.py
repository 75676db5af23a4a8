"""Voyage: the vetting list."""

from collections import Counter

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.domain.hit import Advice
from parakh.domain.voyage import CrossingState
from parakh.services import voyages
from parakh.web.viewer import Here

router = APIRouter()


@router.get("/voyages/{voyage_id}")
def voyage(here: Here, voyage_id: str) -> HTMLResponse:
    """One voyage with its travellers, the most urgent first."""
    view = voyages.voyage(here.centre, here.actor, voyage_id)
    found = Counter(row.advice for row in view.rows if row.advice)
    seen = sum(
        row.crossing is not None and row.crossing.state is CrossingState.ACTUAL for row in view.rows
    )
    return here.page(
        "voyage.html",
        voyage=view.voyage,
        rows=view.rows,
        actual=seen,
        staged=view.staged,
        counts=[(advice, found[advice]) for advice in reversed(Advice) if found[advice]],
    )
