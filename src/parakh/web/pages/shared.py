"""What was shared with one's agency and by it, requests, and sharing a record."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.act.sharing import Terms
from parakh.domain.sharing import Part, RecordKind
from parakh.errors import InvalidInput
from parakh.services import sharing, sharing_requests, sharing_titles
from parakh.web.queries import day_of, midnight
from parakh.web.viewer import Here

router = APIRouter(prefix="/shared")

Reason = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=400)]


def _terms(
    here: Here,
    to: Short,
    legal_basis: Reason,
    conditions: Reason,
    until: Short,
    section: Annotated[list[Part], Form()] = [],  # noqa: B006  (never changed)
    may_pass_on: Annotated[bool, Form()] = False,
) -> Terms:
    """The terms as a page sends them: `to` is an agency and, behind a stroke, its unit."""
    last = day_of(until, date.min)
    if last == date.min:
        raise InvalidInput("name the last day of the share")
    agency, _, unit = to.partition("/")
    return Terms(
        agency=agency,
        unit_id=unit,
        sections=frozenset(section),
        legal_basis=legal_basis,
        conditions=conditions,
        expires_at=midnight(last, here.centre.settings.zone, days=1),
        may_pass_on=may_pass_on,
    )


Given = Annotated[Terms, Depends(_terms)]


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """What was shared with him, what his agency shared, and requests."""
    found = sharing.overview(here.centre, here.actor)
    called = sharing_titles.titles(here.centre, here.actor, found)
    return here.page("shared.html", page=found, called=called, kinds=list(RecordKind))


@router.post("/requests")
def ask(
    here: Here, agency: Short, kind: Annotated[RecordKind, Form()], about: Short, reason: Reason
) -> RedirectResponse:
    """Asks another agency to share something."""
    asked = "" if agency == "-" else agency
    sharing_requests.ask(
        here.centre, here.actor, asked_agency=asked, kind=kind, about=about, reason=reason
    )
    return here.done("/shared", "share-asked")


@router.post("/requests/{request_id}/refuse")
def refuse(here: Here, request_id: str, reason: Reason) -> RedirectResponse:
    """Refuses a request."""
    sharing_requests.refuse(here.centre, here.actor, request_id, reason)
    return here.done("/shared", "share-request-refused")


@router.get("/records/{kind}/{record_id}")
def of_record(here: Here, kind: RecordKind, record_id: str) -> HTMLResponse:
    """The shares of a record, and the form that shares it."""
    found = sharing.of_record(here.centre, here.actor, kind, record_id)
    return here.page("share_record.html", found=found)


@router.post("/records/{kind}/{record_id}")
def give(
    here: Here, kind: RecordKind, record_id: str, given: Given, request: Short = ""
) -> RedirectResponse:
    """Shares a record."""
    made = sharing.give(here.centre, here.actor, kind, record_id, given, request_id=request)
    done = "share-given" if made.unit_id else "share-proposed"
    return here.done(f"/shared/records/{kind.value}/{record_id}", done)


@router.get("/{share_id}")
def view(here: Here, share_id: str) -> HTMLResponse:
    """One share, its conditions first."""
    found = sharing.view(here.centre, here.actor, share_id)
    return here.page("share.html", view=found, share=found.row.share)


@router.post("/{share_id}/acknowledge")
def acknowledge(here: Here, share_id: str, reference: Short = "") -> RedirectResponse:
    """Accepts the conditions."""
    sharing.acknowledge(here.centre, here.actor, share_id, reference)
    return here.done(f"/shared/{share_id}", "share-acknowledged")


@router.post("/{share_id}/pass-on")
def pass_on(here: Here, share_id: str, given: Given) -> RedirectResponse:
    """Shares it with one more agency."""
    made = sharing.pass_on(here.centre, here.actor, share_id, given)
    done = "share-given" if made.unit_id else "share-proposed"
    return here.done(f"/shared/{share_id}", done)


@router.post("/{share_id}/decision")
def decide(
    here: Here, share_id: str, approve: Annotated[bool, Form()], reason: Reason
) -> RedirectResponse:
    """A second person's word."""
    sharing.decide(here.centre, here.actor, share_id, approve=approve, reason=reason)
    return here.done("/shared", "share-decided")


@router.post("/{share_id}/end")
def end(here: Here, share_id: str, reason: Reason) -> RedirectResponse:
    """Takes a share back."""
    sharing.end(here.centre, here.actor, share_id, reason)
    return here.done("/shared", "share-ended")
