"""Carriers: what is missing now, how each delivers, and the timetables behind it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, File, Path, Query, UploadFile
from pydantic import Field

from parakh.domain.delivery import Awaited, Delivery
from parakh.services import carriers, missing, timetable
from parakh.services.carriers import CarrierRow, CarrierView, Overview, ToldVoyage
from parakh.services.missing import Missing, Monitor
from parakh.services.timetable import Imported
from parakh.web.api.auth import Calling
from parakh.web.api.wire import VoyageOut, Wire
from parakh.web.queries import PageNumber
from parakh.web.uploads import content, file_name

router = APIRouter(tags=["carriers"])

Days = Annotated[int, Query(description="over how many days: 7, 30 or 90")]
Code = Annotated[str, Path(description="designator; `-` for messages of nobody known")]
VoyageId = Annotated[str, Path(description="identifier of the voyage")]
State = Annotated[
    Literal[Delivery.LATE, Delivery.MISSING, Delivery.CANCELLED] | None,
    Query(description="only such voyages"),
]


class MissingOut(Wire):
    """A scheduled voyage of which something did not come."""

    voyage: VoyageOut
    awaited: list[Awaited] = Field(description="what did not come; the list before the bookings")
    due_at: datetime = Field(description="when the first of these was due")
    departed: bool
    arrived: bool = Field(description="at the port of the centre's own country")

    @classmethod
    def of(cls, value: Missing) -> "MissingOut":
        """From the service's value."""
        return cls(
            voyage=VoyageOut.of(value.voyage),
            awaited=list(value.awaited),
            due_at=value.due_at,
            departed=value.departed,
            arrived=value.arrived,
        )


class MonitorOut(Wire):
    """What is missing now, the most urgent first."""

    rows: list[MissingOut]
    watched: int = Field(description="how many scheduled voyages were looked at")

    @classmethod
    def of(cls, value: Monitor) -> "MonitorOut":
        """From the service's value."""
        return cls(rows=[MissingOut.of(row) for row in value.rows], watched=value.watched)


class StretchOut(Wire):
    """Voyages of one stretch of the span, and of how many the list came in time."""

    voyages: int
    on_time: int


class CarrierRowOut(Wire):
    """A carrier over a span of days."""

    carrier: str = Field(description='designator; "" for messages of nobody known')
    voyages: int = Field(description="that left, and were scheduled or had a passenger list")
    lists: int = Field(description="of how many a passenger list came")
    on_time: int = Field(description="of how many it came before it was due")
    missing: int = Field(description="of how many none came")
    lead_minutes: float | None = Field(description="median, first list to departure")
    travellers: int = Field(description="in its lists; a list sent twice counts twice")
    complete: int = Field(description="of them with every required value")
    messages: int = Field(description="that came in the span, of all ports")
    quarantined: int
    wrong: int = Field(description="messages with an error, or quarantined")
    errors: int
    errors_per_hundred: float | None = Field(description="travellers told of")
    shortfall: float = Field(description="0 to 1; the order of carriers, the greatest first")
    trend: list[StretchOut] = Field(description="stretches of the span, the oldest first")

    @classmethod
    def of(cls, value: CarrierRow) -> "CarrierRowOut":
        """From the service's value."""
        return cls(
            carrier=value.carrier,
            voyages=value.voyages,
            lists=value.lists,
            on_time=value.on_time,
            missing=value.missing,
            lead_minutes=value.lead and value.lead.total_seconds() / 60,
            travellers=value.travellers,
            complete=value.complete,
            messages=value.messages,
            quarantined=value.quarantined,
            wrong=value.wrong,
            errors=value.errors,
            errors_per_hundred=value.errors_per_hundred,
            shortfall=value.shortfall,
            trend=[StretchOut(voyages=own.voyages, on_time=own.on_time) for own in value.trend],
        )


class OverviewOut(Wire):
    """All carriers over a span, the worst first."""

    rows: list[CarrierRowOut]
    since: datetime
    until: datetime
    due_minutes: int = Field(description="so long before departure a list must be there")

    @classmethod
    def of(cls, value: Overview) -> "OverviewOut":
        """From the service's value."""
        return cls(
            rows=[CarrierRowOut.of(row) for row in value.rows],
            since=value.span.since,
            until=value.span.until,
            due_minutes=round(value.span.due.total_seconds() / 60),
        )


class AttributeOut(Wire):
    """How many travellers have a value that can be used, of those who should."""

    name: str
    filled: int
    of_travellers: int


class CommonErrorOut(Wire):
    """An error that messages have in common, whatever its values; told by the newest example."""

    segment: str
    cause: str
    count: int
    message_id: str
    line: int


class ToldVoyageOut(Wire):
    """A voyage, when its first passenger list came, and how it stands with it."""

    voyage: VoyageOut
    received_at: datetime | None
    lead_minutes: float | None
    state: Delivery

    @classmethod
    def of(cls, value: ToldVoyage) -> "ToldVoyageOut":
        """From the service's value."""
        return cls(
            voyage=VoyageOut.of(value.voyage),
            received_at=value.received_at,
            lead_minutes=None if value.lead is None else value.lead.total_seconds() / 60,
            state=value.state,
        )


class VoyagePageOut(Wire):
    """A page of a carrier's voyages, the last departure first."""

    rows: list[ToldVoyageOut]
    total: int
    page: int
    pages: int


class CarrierOut(Wire):
    """One carrier over a span of days."""

    row: CarrierRowOut
    attributes: list[AttributeOut]
    errors: list[CommonErrorOut]
    removed: dict[str, int] = Field(description="protected content that was left out, by its code")
    voyages: VoyagePageOut

    @classmethod
    def of(cls, value: CarrierView) -> "CarrierOut":
        """From the service's value."""
        page = value.voyages
        return cls(
            row=CarrierRowOut.of(value.row),
            attributes=[
                AttributeOut(name=own.name, filled=own.filled, of_travellers=own.of)
                for own in value.attributes
            ],
            errors=[
                CommonErrorOut(
                    segment=own.segment,
                    cause=own.cause,
                    count=own.count,
                    message_id=own.message_id,
                    line=own.line,
                )
                for own in value.errors
            ],
            removed=dict(value.removed),
            voyages=VoyagePageOut(
                rows=[ToldVoyageOut.of(row) for row in page.rows],
                total=page.total,
                page=page.page,
                pages=page.pages,
            ),
        )


class RowProblemOut(Wire):
    """A row of the file that could not be used."""

    line: int
    column: int
    cause: str


class TimetableOut(Wire):
    """What an import came to; `past` flights were passed over."""

    new: int
    changed: int
    same: int
    past: int
    problems: list[RowProblemOut]

    @classmethod
    def of(cls, value: Imported) -> "TimetableOut":
        """From the service's value."""
        return cls(
            new=value.scheduled.new,
            changed=value.scheduled.changed,
            same=value.scheduled.same,
            past=value.past,
            problems=[
                RowProblemOut(line=own.line, column=own.column, cause=own.cause)
                for own in value.problems
            ],
        )


@router.get("/carriers")
def list_carriers(calling: Calling, days: Days = 30) -> OverviewOut:
    """All carriers with voyages at the caller's ports, the worst first."""
    return OverviewOut.of(carriers.overview(calling.centre, calling.actor, days))


@router.get("/carriers/missing")
def list_missing(calling: Calling) -> MonitorOut:
    """What scheduled voyages at the caller's ports lack now, the most urgent first."""
    return MonitorOut.of(missing.monitor(calling.centre, calling.actor))


@router.get("/carriers/{code}")
def get_carrier(
    calling: Calling, code: Code, days: Days = 30, state: State = None, page: PageNumber = 1
) -> CarrierOut:
    """One carrier: timeliness, completeness, errors, voyages."""
    own = "" if code == "-" else code
    view = carriers.carrier(calling.centre, calling.actor, own, days=days, state=state, page=page)
    return CarrierOut.of(view)


@router.post("/voyages/{voyage_id}/cancellation", status_code=204)
def cancel_voyage(calling: Calling, voyage_id: VoyageId) -> None:
    """Takes a scheduled voyage out: nothing is awaited of it; 409 if it is out already."""
    timetable.cancel(calling.centre, calling.actor, voyage_id)


@router.delete("/voyages/{voyage_id}/cancellation", status_code=204)
def put_voyage_back(calling: Calling, voyage_id: VoyageId) -> None:
    """Takes back that a voyage was taken out; 409 if it was not, or only its carrier did so."""
    timetable.put_back(calling.centre, calling.actor, voyage_id)


@router.put("/timetable")
def import_timetable(calling: Calling, file: Annotated[UploadFile, File()]) -> TimetableOut:
    """Takes a timetable in (CSV); bad rows are named, the others are used.

    Sending the same again changes nothing; `cancelled` in a row takes its flights out.
    """
    data = content(file, "the timetable")
    done = timetable.import_csv(calling.centre, calling.actor, data, file_name(file))
    return TimetableOut.of(done)
