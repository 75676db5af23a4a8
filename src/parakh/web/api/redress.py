"""Redress: who was cleared of being whom; documents added, and mistakes put right by humans."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from pydantic import Field

from parakh.domain.hit import Kind
from parakh.domain.redress import Addition, Redress
from parakh.domain.traveller import DocumentType
from parakh.services import redress
from parakh.services.redress import RedressPage, RedressRow, RedressView, SparedJourney
from parakh.web.api.alerts import ThingOut
from parakh.web.api.auth import Calling
from parakh.web.api.wire import (
    Country,
    CrossingOut,
    DocumentOut,
    NameOut,
    PartialDateText,
    TravellerOut,
    VoyageOut,
    Wire,
)
from parakh.web.documents import typed_document
from parakh.web.queries import PageNumber
from parakh.web.uploads import optional

router = APIRouter(prefix="/redress", tags=["redress"])

RedressId = Annotated[str, Path(description="identifier of the record")]


class AdditionOut(Wire):
    """What an officer added to a record later."""

    document: DocumentOut | None
    picture: bool
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, value: Addition) -> "AdditionOut":
        """From the domain value."""
        return cls(
            document=DocumentOut.of(value.document) if value.document else None,
            picture=value.picture,
            reason=value.reason,
            by=value.by,
            at=value.at,
        )


class RedressOut(Wire):
    """That a human cleared somebody, a party of goods or a unit of being a listed one, or of
    belonging to a profile, and by what he is known again."""

    id: str
    entry_id: str | None = Field(description="null for a record of a profile")
    profile_id: str | None
    screener: str = Field(
        description="whose hits it clears: `name`, `document`, `face`, `profiles` or `links`"
    )
    name: NameOut
    birth_date: PartialDateText | None
    nationality: Country | None
    documents: list[DocumentOut]
    picture_id: str | None
    reason: str
    by: str
    at: datetime
    additions: list[AdditionOut]
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @classmethod
    def of(cls, value: Redress) -> "RedressOut":
        """From the domain value."""
        return cls(
            id=value.id,
            entry_id=value.target.id if value.target.kind is Kind.WATCHLIST_ENTRY else None,
            profile_id=value.target.id if value.target.kind is Kind.PROFILE else None,
            screener=value.screener,
            name=NameOut.of(value.name),
            birth_date=str(value.birth_date) if value.birth_date else None,
            nationality=value.nationality,
            documents=[DocumentOut.of(own) for own in value.documents],
            picture_id=value.picture_id,
            reason=value.reason,
            by=value.by,
            at=value.at,
            additions=[AdditionOut.of(own) for own in value.additions],
            withdrawn_by=value.withdrawn_by,
            withdrawn_at=value.withdrawn_at,
            withdrawn_reason=value.withdrawn_reason,
        )


class RedressRowOut(Wire):
    """A record, and how often it spared the person."""

    record: RedressOut
    watchlist: str | None = Field(description="null for a record of a profile")
    avoided: int = Field(description="times the person was not stopped again")
    last_avoided_at: datetime | None

    @classmethod
    def of(cls, value: RedressRow) -> "RedressRowOut":
        """From the service's value."""
        return cls(
            record=RedressOut.of(value.record),
            watchlist=value.watchlist.name if value.watchlist else None,
            avoided=value.avoided.count,
            last_avoided_at=value.avoided.last,
        )


class RedressPageOut(Wire):
    """A page of records, newest first; `avoided` counts those of all records."""

    rows: list[RedressRowOut]
    total: int
    page: int
    pages: int
    avoided: int
    last_avoided_at: datetime | None

    @classmethod
    def of(cls, value: RedressPage) -> "RedressPageOut":
        """From the service's value."""
        return cls(
            rows=[RedressRowOut.of(row) for row in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
            avoided=value.avoided.count,
            last_avoided_at=value.avoided.last,
        )


class SparedOut(Wire):
    """A journey on which the person was not stopped again."""

    traveller: TravellerOut
    voyage: VoyageOut | None
    crossing: CrossingOut | None = Field(description="as a gate or a border's system told it")

    @classmethod
    def of(cls, value: SparedJourney) -> "SparedOut":
        """From the service's value."""
        return cls(
            traveller=TravellerOut.of(value.traveller),
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            crossing=CrossingOut.of(value.crossing) if value.crossing else None,
        )


class RedressViewOut(Wire):
    """All of one record."""

    row: RedressRowOut
    changed: bool = Field(
        description="the entry or profile since then, so that the record holds no more"
    )
    journeys: list[SparedOut] = Field(description="on which it cleared the person, newest first")
    things: list[ThingOut] = Field(description="goods and transport units that it cleared")
    may_add: bool
    may_withdraw: bool

    @classmethod
    def of(cls, value: RedressView) -> "RedressViewOut":
        """From the service's value."""
        return cls(
            row=RedressRowOut.of(value.row),
            changed=value.changed,
            journeys=[SparedOut.of(own) for own in value.journeys],
            things=[ThingOut.of(own) for own in value.things],
            may_add=value.may_add,
            may_withdraw=value.may_withdraw,
        )


class WithdrawalIn(Wire):
    """Why a clearing was a mistake."""

    reason: str = Field(max_length=4000)


@router.get("")
def list_redress(
    calling: Calling,
    q: Annotated[str, Query(max_length=200, description="part of a name, or a number")] = "",
    page: PageNumber = 1,
) -> RedressPageOut:
    """Records, newest first, fifty at a time."""
    return RedressPageOut.of(redress.records(calling.centre, calling.actor, text=q, page=page))


@router.get("/{redress_id}")
def get_redress(calling: Calling, redress_id: RedressId) -> RedressViewOut:
    """One record with the journeys on which it cleared the person."""
    return RedressViewOut.of(redress.view(calling.centre, calling.actor, redress_id))


@router.post("/{redress_id}/additions")
def add_to_redress(
    calling: Calling,
    redress_id: RedressId,
    reason: Annotated[str, Form(max_length=4000)],
    document_type: Annotated[DocumentType, Form()] = DocumentType.PASSPORT,
    document_number: Annotated[str, Form(max_length=100)] = "",
    document_issuer: Annotated[str, Form(max_length=100, description="alpha-3")] = "",
    picture: Annotated[UploadFile | None, File()] = None,
) -> RedressOut:
    """Adds a renewed document, or a picture in place of the one before; humans only."""
    new = redress.add(
        calling.centre,
        calling.actor,
        redress_id,
        document=typed_document(document_type, document_number, document_issuer),
        picture=optional(picture),
        reason=reason,
    )
    return RedressOut.of(new)


@router.post("/{redress_id}/withdraw")
def withdraw_redress(calling: Calling, redress_id: RedressId, body: WithdrawalIn) -> RedressOut:
    """Takes a wrong clearing back; 403 for whoever cleared. Those still to come alert again."""
    new = redress.withdraw(calling.centre, calling.actor, redress_id, body.reason)
    return RedressOut.of(new)
