"""Outcomes: corrected from the page of their alert or case."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from parakh.domain.alert import OutcomeKind
from parakh.domain.outcome import OutcomeRecord
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
    return here.done(_page(new), "outcome-corrected")


def _page(new: OutcomeRecord) -> str:
    if new.alert_id:
        return f"/alerts/{new.alert_id}"
    return f"/cases/{new.case_id}" if new.case_id else f"/examinations/orders/{new.examination_id}"
