"""One version of a rule before its writer and its reviewer, and the steps that they take."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.act.rules import field_of
from parakh.errors import InvalidInput
from parakh.services import accounts, rule_review
from parakh.web.pages.rule_trials import shown_trial
from parakh.web.rule_builder import Sent, built
from parakh.web.viewer import Here

router = APIRouter(prefix="/rules")

Reason = Annotated[str, Form(max_length=4000)]
Decision = Annotated[str, Form(pattern="^(approve|return|reject)$")]

_NOTICES = {"approve": "rule-approved", "return": "rule-returned", "reject": "rule-rejected"}


@router.get("/versions/{version_id}")
def version(here: Here, version_id: str) -> HTMLResponse:
    """One version: what it changes, what it would have raised, and who has to decide."""
    view = rule_review.view(here.centre, here.actor, version_id)
    return here.page(
        "rule_version.html",
        view=view,
        rule=view.version,
        ready=view.readiness,
        comparison=view.comparison,
        in_words=built(Sent(text=view.version.text, subject=view.version.subject, do="open")),
        field_of=field_of,
        **shown_trial(here, view.version, view.readiness.tried),
    )


@router.post("/versions/{version_id}/submit")
def submit(here: Here, version_id: str) -> RedirectResponse:
    """Gives a draft to another person."""
    rule_review.submit(here.centre, here.actor, version_id)
    return here.done(f"/rules/versions/{version_id}", "rule-submitted")


@router.post("/versions/{version_id}/decision")
def decide(
    here: Here,
    version_id: str,
    decision: Decision,
    reason: Reason = "",
    over_budget: Reason = "",
) -> RedirectResponse:
    """Approves a version, sends it back, or rejects it."""
    centre, actor = here.centre, here.actor
    if decision == "approve":
        rule_review.approve(centre, actor, version_id, reason, over_budget=over_budget)
    elif decision == "return":
        rule_review.send_back(centre, actor, version_id, reason)
    else:
        rule_review.reject(centre, actor, version_id, reason)
    return here.done(f"/rules/versions/{version_id}", _NOTICES[decision])


@router.post("/versions/{version_id}/discard")
def discard(here: Here, version_id: str, reason: Reason = "") -> RedirectResponse:
    """Gives a draft up."""
    done = rule_review.discard(here.centre, here.actor, version_id, reason)
    return here.done(f"/rules/{done.rule_id}", "rule-discarded")


@router.get("/budgets")
def budgets(here: Here) -> HTMLResponse:
    """How many alerts a day each unit can see to, and which versions wait for a review."""
    waiting = rule_review.waiting(here.centre, here.actor)
    return here.page("rule_budgets.html", waiting=waiting, units=accounts.units(here.centre))


@router.post("/budgets")
def set_budgets(
    here: Here,
    unit: Annotated[list[str], Form(max_length=1000)],
    budget: Annotated[list[str], Form(max_length=1000)],
) -> RedirectResponse:
    """Says how many alerts a day units can see to; an empty field stands for any number."""
    if len(unit) != len(budget):
        raise InvalidInput("each unit needs its field")
    told = {own: _number(text) for own, text in zip(unit, budget, strict=True)}
    rule_review.set_budgets(here.centre, here.actor, told)
    return here.done("/rules/budgets", "budgets-saved")


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("alerts a day: write a whole number, or nothing")
    return int(text)
