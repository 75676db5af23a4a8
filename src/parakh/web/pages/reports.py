"""Reports: those that were made, to whom they go, and each as a PDF."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.access import Permission
from parakh.domain.trend import ReportKind
from parakh.services import report_pdf, reports
from parakh.services.case_report import Report as File
from parakh.web.case_files import pdf, speech
from parakh.web.viewer import Here

router = APIRouter(prefix="/reports")


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """All reports, the newest first."""
    return here.page(
        "reports.html",
        found=reports.overview(here.centre, here.actor),
        kinds=list(ReportKind),
        keeps=here.actor.may(Permission.KEEP_REPORTS),
    )


@router.get("/{report_id}.pdf")
def document(here: Here, report_id: str) -> Response:
    """One report in the reader's language."""
    own = reports.get(here.centre, here.actor, report_id)
    settings = here.centre.settings
    data = report_pdf.typeset(own, speech(settings.zone), settings.agency)
    return pdf(File(name=own.name, data=data))


@router.post("/plans/{kind}")
def plan(
    here: Here,
    kind: ReportKind,
    addresses: Annotated[str, Form(max_length=6000)] = "",
    active: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Says whether reports of a kind are made, and to whom they go."""
    told = reports.addresses_of(addresses)
    reports.plan(here.centre, here.actor, kind, active=active, addresses=told)
    return here.done("/reports", "report-planned")


@router.post("")
def make(here: Here, kind: Annotated[ReportKind, Form()]) -> RedirectResponse:
    """Makes the report of the last week or month, unless it was made."""
    reports.make(here.centre, here.actor, kind)
    return here.done("/reports", "report-made")
