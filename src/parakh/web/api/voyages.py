"""Voyages, vetting lists and travellers."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.access import Permission
from parakh.domain.delivery import Delivery
from parakh.domain.hit import Advice
from parakh.domain.traveller import Standing
from parakh.errors import InvalidInput
from parakh.normalise.fold import Claim
from parakh.normalise.join import SourceKind
from parakh.normalise.wire_json import booking_json
from parakh.services import dossier, voyages
from parakh.services.dossier import (
    BookingView,
    DocumentSources,
    Step,
    Told,
    TravellerView,
    Value,
)
from parakh.services.voyages import VettingRow, VoyageRow, VoyageView
from parakh.web.api.auth import Calling
from parakh.web.api.wire import (
    AlertOut,
    AssessmentOut,
    CrossingOut,
    DocumentOut,
    HitOut,
    TravellerOut,
    VoyageOut,
    Wire,
)
from parakh.web.queries import Moment

router = APIRouter(tags=["voyages"])

LONGEST = timedelta(days=31)

_VETTING_ONLY = ("contacts", "tickets", "payment", "excess_baggage")
"""Of a booking: money, and how to reach whom."""


class VoyageRowOut(Wire):
    """A voyage at a glance."""

    voyage: VoyageOut
    expected: int
    actual: int
    hits: int
    open_hits: int
    worst: Advice | None
    delivery: Delivery | None = Field(
        description="how it stands with an awaited passenger list; null where one came"
    )

    @classmethod
    def of(cls, value: VoyageRow) -> "VoyageRowOut":
        """From the service's value."""
        return cls(
            voyage=VoyageOut.of(value.voyage),
            expected=value.expected,
            actual=value.actual,
            hits=value.hits,
            open_hits=value.open_hits,
            worst=value.worst,
            delivery=value.delivery,
        )


class VettingRowOut(Wire):
    """A traveller on a vetting list; `advice` is null while he waits to be screened."""

    traveller: TravellerOut
    crossing: CrossingOut | None
    advice: Advice | None
    hits: list[HitOut]
    failed: list[str]

    @classmethod
    def of(cls, value: VettingRow) -> "VettingRowOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
            advice=value.advice,
            hits=[HitOut.of(hit) for hit in value.hits],
            failed=list(value.failed),
        )


class VoyageViewOut(Wire):
    """A voyage with its vetting list, most urgent first."""

    voyage: VoyageOut
    rows: list[VettingRowOut]
    staged: int = Field(description="travellers whose face is ready for their crossing")

    @classmethod
    def of(cls, value: VoyageView) -> "VoyageViewOut":
        """From the service's value."""
        return cls(
            voyage=VoyageOut.of(value.voyage),
            rows=[VettingRowOut.of(row) for row in value.rows],
            staged=value.staged,
        )


class ToldOut(Wire):
    """What one message said of an attribute: as declared, as understood, and how it stands."""

    text: str
    value: str
    claim: Claim
    kind: SourceKind
    said_at: datetime
    message_id: str
    line: int

    @classmethod
    def of(cls, value: Told) -> "ToldOut":
        """From the service's value."""
        return cls(**asdict(value))


class ValueOut(Wire):
    """A value in use, and everything that was declared for it, newest first."""

    attribute: str
    value: str
    conflict: bool = Field(description="two kinds of source say different things now")
    told: list[ToldOut]

    @classmethod
    def of(cls, value: Value) -> "ValueOut":
        """From the service's value."""
        return cls(
            attribute=value.attribute,
            value=value.value,
            conflict=value.conflict,
            told=[ToldOut.of(one) for one in value.told],
        )


class DifferingOut(Wire):
    """What one kind of source says otherwise of a document."""

    attribute: str
    kind: SourceKind
    value: str


class DocumentSourcesOut(Wire):
    """A document, which kinds of source declare it, and where they differ about it."""

    document: DocumentOut
    kinds: list[SourceKind]
    differing: list[DifferingOut]

    @classmethod
    def of(cls, value: DocumentSources) -> "DocumentSourcesOut":
        """From the service's value."""
        return cls(
            document=DocumentOut.of(value.document),
            kinds=list(value.kinds),
            differing=[DifferingOut(attribute=a, kind=b, value=c) for a, b, c in value.differing],
        )


class BookingOut(Wire):
    """The newest version of a booking."""

    booking: dict[str, Any] = Field(
        description="in the shape of `parakh parse`; without contacts, tickets, payment and excess "
        "baggage for who may not see messages"
    )
    said_at: datetime
    message_id: str
    holds: bool

    @classmethod
    def of(cls, value: BookingView, *, whole: bool) -> "BookingOut":
        """From the service's value; not `whole` leaves out what the gate does not need."""
        booking = booking_json(value.booking, value.said_at.date())
        if not whole:
            for name in _VETTING_ONLY:
                del booking[name]
        return cls(
            booking=booking,
            said_at=value.said_at,
            message_id=value.message_id,
            holds=value.holds,
        )


class ChangeOut(Wire):
    """An attribute that a message changed."""

    attribute: str
    before: str
    after: str


class StepOut(Wire):
    """A message about the traveller, and what it changed when it came."""

    message_id: str
    kind: SourceKind
    action: str
    said_at: datetime
    received_at: datetime
    line: int
    changed: list[ChangeOut]
    standing: Standing
    late: bool = Field(description="it came after a message that was made later")

    @classmethod
    def of(cls, value: Step) -> "StepOut":
        """From the service's value."""
        changed = [ChangeOut(attribute=a, before=b, after=c) for a, b, c in value.changed]
        return cls(**(asdict(value) | {"changed": changed}))


class TravellerViewOut(Wire):
    """All that is known of one traveller; `voyage` is null for who crossed by no declared one."""

    traveller: TravellerOut
    voyage: VoyageOut | None
    crossing: CrossingOut | None
    advice: Advice | None
    values: list[ValueOut]
    documents: list[DocumentSourcesOut]
    bookings: list[BookingOut]
    steps: list[StepOut]
    as_of: str | None = Field(description="the message whose outcome is shown; null for now")
    assessments: list[AssessmentOut]
    hits: list[HitOut]
    alerts: list[AlertOut]
    masked: bool = Field(description="the crossing lies long back: who it was is not told")

    @classmethod
    def of(cls, value: TravellerView, *, whole: bool) -> "TravellerViewOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
            advice=value.advice,
            values=[ValueOut.of(one) for one in value.values],
            documents=[DocumentSourcesOut.of(one) for one in value.documents],
            bookings=[BookingOut.of(one, whole=whole) for one in value.bookings],
            steps=[StepOut.of(one) for one in value.steps],
            as_of=value.as_of.message_id if value.as_of else None,
            assessments=[AssessmentOut.of(one) for one in value.assessments],
            hits=[HitOut.of(hit) for hit in value.hits],
            alerts=[AlertOut.of(alert) for alert in value.alerts],
            masked=value.masked,
        )


@router.get("/voyages")
def list_voyages(
    calling: Calling,
    since: Annotated[Moment, Query(description="first moment, by the time due at our port")],
    until: Annotated[Moment, Query(description="moment after the last, 31 days at most")],
) -> list[VoyageRowOut]:
    """Voyages due in a span of time at the caller's ports, earliest first."""
    _check_span(since, until)
    found = voyages.arrivals(calling.centre, calling.actor, since, until)
    return [VoyageRowOut.of(row) for row in found]


@router.get("/voyages/{voyage_id}")
def get_voyage(calling: Calling, voyage_id: str) -> VoyageViewOut:
    """One voyage with its vetting list."""
    return VoyageViewOut.of(voyages.voyage(calling.centre, calling.actor, voyage_id))


@router.get("/travellers/{traveller_id}", tags=["travellers"])
def get_traveller(
    calling: Calling,
    traveller_id: str,
    as_of: Annotated[
        str | None, Query(description="a message: his values as they were once it had come")
    ] = None,
) -> TravellerViewOut:
    """All that is known of one traveller, and where each value came from."""
    view = dossier.traveller(calling.centre, calling.actor, traveller_id, as_of=as_of)
    return TravellerViewOut.of(view, whole=calling.actor.may(Permission.SEE_MESSAGES))


def _check_span(since: datetime, until: datetime) -> None:
    if not timedelta() < until - since <= LONGEST:
        raise InvalidInput("until must lie after since, by 31 days at most")
