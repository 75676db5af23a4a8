"""Audit: who did or looked at what, and whether the trail is whole."""

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.errors import InvalidInput
from parakh.services import trail
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
    page: int = 1,
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
    """The beginning of a day of the centre's calendar, or of one so many days later."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text!r} is not a day: YYYY-MM-DD") from error
    return datetime.combine(day, time(), here.centre.settings.zone)
