"""Voyages, vetting lists and travellers."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from parakh.domain.hit import Advice
from parakh.errors import InvalidInput
from parakh.services import voyages
from parakh.services.voyages import TravellerView, VettingRow, VoyageRow, VoyageView
from parakh.web.api.auth import Calling
from parakh.web.api.wire import (
    AlertOut,
    AssessmentOut,
    CrossingOut,
    HitOut,
    TravellerOut,
    VoyageOut,
    Wire,
)
from parakh.web.origins import Told, Value, values_of
from parakh.web.queries import Moment

router = APIRouter(tags=["voyages"])

LONGEST = timedelta(days=31)


class VoyageRowOut(Wire):
    """A voyage at a glance."""

    voyage: VoyageOut
    expected: int
    actual: int
    hits: int
    open_hits: int
    worst: Advice | None

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

    @classmethod
    def of(cls, value: VoyageView) -> "VoyageViewOut":
        """From the service's value."""
        return cls(
            voyage=VoyageOut.of(value.voyage), rows=[VettingRowOut.of(row) for row in value.rows]
        )


class ToldOut(Wire):
    """What one message said, and where."""

    text: str
    message_id: str
    line: int

    @classmethod
    def of(cls, value: Told) -> "ToldOut":
        """From the value shown on the traveller's page."""
        return cls(text=value.text, message_id=value.message_id, line=value.line)


class ValueOut(Wire):
    """A value as held, and everything that was declared for it, newest first."""

    attribute: str
    value: str
    told: list[ToldOut]

    @classmethod
    def of(cls, value: Value) -> "ValueOut":
        """From the value shown on the traveller's page."""
        return cls(
            attribute=value.attribute,
            value=value.value,
            told=[ToldOut.of(one) for one in value.told],
        )


class TravellerViewOut(Wire):
    """All that is known of one traveller."""

    traveller: TravellerOut
    voyage: VoyageOut
    crossing: CrossingOut | None
    advice: Advice | None
    values: list[ValueOut]
    assessments: list[AssessmentOut]
    hits: list[HitOut]
    alerts: list[AlertOut]

    @classmethod
    def of(cls, value: TravellerView) -> "TravellerViewOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            voyage=VoyageOut.of(value.voyage),
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
            advice=value.advice,
            values=[ValueOut.of(one) for one in values_of(value)],
            assessments=[AssessmentOut.of(one) for one in value.assessments],
            hits=[HitOut.of(hit) for hit in value.hits],
            alerts=[AlertOut.of(alert) for alert in value.alerts],
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
def get_traveller(calling: Calling, traveller_id: str) -> TravellerViewOut:
    """All that is known of one traveller, and where each value came from."""
    return TravellerViewOut.of(voyages.traveller(calling.centre, calling.actor, traveller_id))


def _check_span(since: datetime, until: datetime) -> None:
    if not timedelta() < until - since <= LONGEST:
        raise InvalidInput("until must lie after since, by 31 days at most")
