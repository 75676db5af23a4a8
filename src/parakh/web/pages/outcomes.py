"""Outcomes: corrected from the page of their alert or case."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from parakh.domain.alert import OutcomeKind
from parakh.services import outcomes
from parakh.services.outcomes import Correction
from parakh.web.findings import Found
from parakh.web.viewer import Here

router = APIRouter(prefix="/outcomes")


@router.post("/{outcome_id}/corrections")
def correct(
    here: Here,
    outcome_id: str,
    outcome: Annotated[OutcomeKind, Form()],
    details: Found,
    reason: Annotated[str, Form(max_length=4000)],
    note: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Records what is so instead."""
    told = Correction(kind=outcome, note=note, details=details, reason=reason)
    new = outcomes.correct(here.centre, here.actor, outcome_id, told)
    path = f"/alerts/{new.alert_id}" if new.alert_id else f"/cases/{new.case_id}"
    return here.done(path, "outcome-corrected")
