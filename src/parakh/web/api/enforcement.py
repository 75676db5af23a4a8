"""Seizures, suspects and companies that other posts and agencies reported."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.enforcement import (
    CompanyRecord,
    EnforcementRecord,
    RecordKind,
    SeizureRecord,
    SuspectRecord,
)
from parakh.domain.outcome import Commodity, Concealment, Measure
from parakh.services import enforcement_views
from parakh.services.enforcement_views import RecordView
from parakh.store.enforcement import Filter
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment

router = APIRouter(prefix="/enforcement", tags=["enforcement"])

RecordId = Annotated[str, Path(description="identifier of the record")]


class SeizedOut(Wire):
    """One kind of goods that was seized."""

    commodity: Commodity
    description: str
    quantity: Decimal | None
    measure: Measure
    value: Decimal | None
    currency: str | None


class RecordOut(Wire):
    """One record; what its kind has not is left at its default."""

    id: str
    kind: RecordKind
    source: str
    reference: str
    title: str = Field(description="the place of a seizure; the name of a suspect or company")
    at: datetime | None = None
    reported_on: date | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    seizures: list[SeizedOut] = Field([])
    origin: str = ""
    destination: str = ""
    route: list[str] = Field([])
    conveyance_kind: str = ""
    conveyance: str = ""
    container: str = ""
    concealment: Concealment | None = None
    method: str = ""
    suspects: list[str] = Field([])
    companies: list[str] = Field([])
    consignment: str = ""
    aliases: list[str] = Field([])
    birth_date: str = ""
    documents: list[tuple[str, str, str]] = Field([])
    identifier: str = ""
    address: str = ""
    role: str = ""
    suspicion: str = ""
    summary: str = ""
    pictures: list[str] = Field([], description="identifiers; each is at /pictures/{id}")

    @classmethod
    def of(cls, own: EnforcementRecord) -> "RecordOut":
        """From the domain value."""
        match own:
            case SeizureRecord():
                return _seizure(own)
            case SuspectRecord():
                return cls(
                    id=own.id,
                    kind=RecordKind.SUSPECT,
                    source=own.source,
                    reference=own.reference,
                    title=f"{own.given_names} {own.family_name}".strip(),
                    reported_on=own.reported_on,
                    country=own.nationality,
                    aliases=list(own.aliases),
                    birth_date=own.birth_date,
                    documents=list(own.documents),
                    suspicion=own.suspicion,
                    pictures=list(own.pictures),
                )
            case CompanyRecord():
                return cls(
                    id=own.id,
                    kind=RecordKind.COMPANY,
                    source=own.source,
                    reference=own.reference,
                    title=own.name,
                    reported_on=own.reported_on,
                    country=own.country,
                    aliases=list(own.aliases),
                    identifier=own.identifier,
                    address=own.address,
                    role=own.role,
                    suspicion=own.suspicion,
                )


class RecordPageOut(Wire):
    """A page of records, the newest first."""

    rows: list[RecordOut]
    total: int
    page: int
    pages: int


class RecordViewOut(Wire):
    """One record with what it names that is on file."""

    record: RecordOut
    related: list[RecordOut]
    consignments: list[str]
    conveyances: list[str]
    travellers: list[str] = Field(description="on file, the same by document or exact name")

    @classmethod
    def of(cls, view: RecordView) -> "RecordViewOut":
        """From the service's value."""
        return cls(
            record=RecordOut.of(view.record),
            related=[RecordOut.of(own) for own in view.related],
            consignments=[own.id for own in view.consignments],
            conveyances=[own.id for own in view.conveyances],
            travellers=list(view.travellers),
        )


def _seizure(own: SeizureRecord) -> RecordOut:
    return RecordOut(
        id=own.id,
        kind=RecordKind.SEIZURE,
        source=own.source,
        reference=own.reference,
        title=own.place.name,
        at=own.at,
        country=own.place.country,
        latitude=own.place.latitude,
        longitude=own.place.longitude,
        seizures=[
            SeizedOut(
                commodity=one.commodity,
                description=one.description,
                quantity=one.quantity,
                measure=one.measure,
                value=one.value and one.value.amount,
                currency=one.value and one.value.currency,
            )
            for one in own.seizures
        ],
        origin=own.origin,
        destination=own.destination,
        route=list(own.route),
        conveyance_kind=own.conveyance_kind,
        conveyance=own.conveyance,
        container=own.container,
        concealment=own.concealment,
        method=own.method,
        suspects=list(own.suspects),
        companies=list(own.companies),
        consignment=own.consignment,
        summary=own.summary,
        pictures=list(own.pictures),
    )


class RecordsWanted(Wire):
    """Which records, and which page of them."""

    kind: RecordKind = RecordKind.SEIZURE
    since: Moment | None = None
    until: Moment | None = None
    text: str = Field("", max_length=120, description="a part of a place, name or reference")
    commodity: Commodity | None = None
    route: str = Field("", max_length=60, description="a country or port of it")
    concealment: Concealment | None = None
    method: str = Field("", max_length=20)
    page: int = Field(1, ge=1, le=1_000_000, description="page, from 1")


@router.get("")
def list_enforcement_records(
    calling: Calling, asked: Annotated[RecordsWanted, Query()]
) -> RecordPageOut:
    """Records of one kind; fifty at a time."""
    wanted = Filter(
        kind=asked.kind,
        since=asked.since,
        until=asked.until,
        text=asked.text,
        commodity=asked.commodity or "",
        route=asked.route,
        concealment=asked.concealment or "",
        method=asked.method,
    )
    found = enforcement_views.listing(calling.centre, calling.actor, wanted, asked.page)
    return RecordPageOut(
        rows=[RecordOut.of(own) for own in found.rows],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


@router.get("/{record_id}")
def get_enforcement_record(calling: Calling, record_id: RecordId) -> RecordViewOut:
    """One record, with what it names that is on file."""
    return RecordViewOut.of(enforcement_views.view(calling.centre, calling.actor, record_id))
