"""Audit: who did or looked at what, and whether the trail is whole."""

from datetime import datetime

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.services import trail
from parakh.web.queries import FIRST, PageNumber, day_of, midnight
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/audit")


@router.get("")
def audit(
    here: Here,
    actor: str = "",
    action: str = "",
    subject: str = "",
    since: str = "",
    until: str = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """The trail, newest first."""
    fields = {
        "actor": actor.strip(),
        "action": action.strip(),
        "subject": subject.strip(),
        "since": since,
        "until": until,
    }
    wanted = trail.TrailFilter(
        actor=fields["actor"],
        action=fields["action"],
        subject=fields["subject"],
        since=_midnight(here, since),
        until=_midnight(here, until, days=1),
    )
    found = trail.search(here.centre, here.actor, wanted, page)
    return here.page("audit.html", page=found, fields=fields)


@router.post("/verify")
def verify(here: Here) -> HTMLResponse:
    """Reads the whole chain and says whether it holds."""
    verdict = trail.verify(here.centre, here.actor)
    return here.page("audit_verdict.html", verdict=verdict)


def _midnight(here: Viewer, text: str, days: int = 0) -> datetime | None:
    if not text:
        return None
    return midnight(day_of(text, FIRST), here.centre.settings.zone, days)
