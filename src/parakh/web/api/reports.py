"""Reports: weekly and monthly, as PDF; and to whom they go."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from parakh.domain.trend import Report, ReportKind
from parakh.services import report_pdf, reports
from parakh.services.case_report import Report as File
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.case_files import pdf, speech

router = APIRouter(prefix="/reports", tags=["trends"])

ReportId = Annotated[str, Path(description="identifier of the report")]


class ReportOut(Wire):
    """A report that was made."""

    id: str
    kind: ReportKind
    since: date
    until: date = Field(description="the day after the last")
    made_at: datetime
    made_by: str

    @classmethod
    def of(cls, own: Report) -> "ReportOut":
        """From the domain value."""
        return cls(
            id=own.id,
            kind=own.kind,
            since=own.since,
            until=own.until,
            made_at=own.made_at,
            made_by=own.made_by,
        )


class ReportIn(Wire):
    """What to make a report of: the last whole week or month."""

    kind: ReportKind


class PlanIn(Wire):
    """Whether reports of a kind are made by themselves, and to whom they are mailed."""

    active: bool
    addresses: list[Annotated[str, Field(max_length=254)]] = Field([], max_length=20)


class PlanOut(PlanIn):
    """A plan and who made it."""

    kind: ReportKind
    changed_by: str
    changed_at: datetime


@router.get("")
def list_reports(calling: Calling) -> list[ReportOut]:
    """Reports, the newest first."""
    found = reports.overview(calling.centre, calling.actor)
    return [ReportOut.of(row.report) for row in found.rows]


@router.post("", status_code=201)
def make_report(calling: Calling, body: ReportIn) -> ReportOut:
    """Makes the report of the last whole week or month, or gives the one that was made."""
    return ReportOut.of(reports.make(calling.centre, calling.actor, body.kind))


@router.get(
    "/{report_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The report"}},
)
def get_report(calling: Calling, report_id: ReportId) -> Response:
    """One report as a PDF, in the language asked for (Accept-Language)."""
    own = reports.get(calling.centre, calling.actor, report_id)
    settings = calling.centre.settings
    data = report_pdf.typeset(own, speech(settings.zone), settings.agency)
    return pdf(File(name=own.name, data=data))


@router.put("/plans/{kind}")
def plan_reports(calling: Calling, kind: ReportKind, body: PlanIn) -> PlanOut:
    """Says whether reports of a kind are made by themselves, and to whom they are mailed."""
    made = reports.plan(
        calling.centre, calling.actor, kind, active=body.active, addresses=body.addresses
    )
    return PlanOut(
        kind=made.kind,
        active=made.active,
        addresses=list(made.addresses),
        changed_by=made.changed_by,
        changed_at=made.changed_at,
    )
