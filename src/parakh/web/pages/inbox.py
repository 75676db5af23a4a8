"""The inbox of what waits for a second person, and people with their sessions."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.services import factor_resets, inbox, second_factor, sessions
from parakh.web.viewer import Here

router = APIRouter()

Reason = Annotated[str, Form(max_length=4000)]


@router.get("/inbox")
def listed(here: Here) -> HTMLResponse:
    """All that waits for the viewer's word, and his own that waits for others'."""
    found = inbox.waiting(here.centre, here.actor)
    return here.page(
        "inbox.html",
        rows=[own for own in found if not own.own],
        mine=[own for own in found if own.own],
        urgent=here.centre.clock() + inbox.URGENT,
    )


@router.post("/inbox/{kind}/{thing_id}")
def decide(
    here: Here,
    kind: str,
    thing_id: str,
    approve: Annotated[bool, Form()],
    reason: Reason = "",
) -> RedirectResponse:
    """Approves or refuses where a reason is all that it needs."""
    inbox.decide(here.centre, here.actor, kind, thing_id, approve=approve, reason=reason)
    return here.done("/inbox", "inbox-approved" if approve else "inbox-refused")


@router.get("/people")
def people(here: Here) -> HTMLResponse:
    """Everybody with an account, and where he is signed in."""
    return here.page(
        "people.html",
        rows=sessions.people_signed_in(here.centre, here.actor),
        with_factor=second_factor.with_factor(here.centre, here.actor),
        may_reset=here.actor.may(Permission.MANAGE_USERS),
    )


@router.post("/people/{name}/sessions/end")
def end_sessions(here: Here, name: str, reason: Reason = "") -> RedirectResponse:
    """Ends all sessions of somebody else."""
    sessions.end_all_of(here.centre, here.actor, name, reason)
    return here.done("/people", "sessions-ended-of")


@router.post("/people/{name}/reset")
def ask_for_reset(here: Here, name: str, reason: Reason = "") -> RedirectResponse:
    """Asks that somebody's second factors be taken away."""
    factor_resets.ask(here.centre, here.actor, name, reason)
    return here.done("/people", "reset-asked")
