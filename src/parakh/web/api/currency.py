"""Currency declarations: which ask for attention, and what belongs to one."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.currency import CurrencyDeclaration, Instrument
from parakh.domain.voyage import Direction
from parakh.services import currency_views
from parakh.services.currency_people import Totals
from parakh.services.currency_views import CurrencyView, Row, Wanted
from parakh.web.api.auth import Calling
from parakh.web.api.wire import HitOut, NameOut, PhraseOut, Wire
from parakh.web.queries import PageNumber

router = APIRouter(prefix="/currency", tags=["currency"])

DeclarationId = Annotated[str, Path(description="identifier of the declaration")]


class CarriedOut(Wire):
    """One amount of one instrument; `value` is it in the centre's currency, null without a rate."""

    instrument: Instrument
    amount: Decimal
    currency: str
    value: Decimal | None


class DeclarationOut(Wire):
    """What one person declared at one crossing; without him where he is masked."""

    id: str
    source: str
    reference: str
    port: str
    direction: Direction
    at: datetime
    name: NameOut
    birth_date: str | None
    nationality: str | None
    document_number: str
    traveller_id: str | None
    booking_reference: str
    family: str
    carried: list[CarriedOut]
    value: Decimal | None = Field(description="all of it; null where an amount has no rate")
    origin: str
    purpose: str
    owner: str
    recipient: str
    masked: bool
    attention: int = Field(description="how much it asks for attention, 0 to 100")
    reasons: list[PhraseOut]

    @classmethod
    def of(cls, row: Row) -> "DeclarationOut":
        """From the service's value."""
        own: CurrencyDeclaration = row.declaration
        return cls(
            id=own.id,
            source=own.source,
            reference=own.reference,
            port=own.port,
            direction=own.direction,
            at=own.at,
            name=NameOut.of(own.name),
            birth_date=None if own.birth_date is None else str(own.birth_date),
            nationality=own.nationality,
            document_number=own.document_number,
            traveller_id=own.traveller_id,
            booking_reference=own.booking_reference,
            family=own.family,
            carried=[
                CarriedOut(
                    instrument=one.instrument,
                    amount=one.money.amount,
                    currency=one.money.currency,
                    value=one.value,
                )
                for one in own.carried
            ],
            value=own.value,
            origin=own.origin,
            purpose=own.purpose,
            owner=own.owner,
            recipient=own.recipient,
            masked=row.masked,
            attention=row.standing.attention,
            reasons=[PhraseOut.of(one) for one in row.standing.reasons],
        )


class DeclarationRowOut(DeclarationOut):
    """A declaration in the list."""

    window_total: Decimal = Field(description="what the person declared within the window up to it")
    window_times: int

    @classmethod
    def listed(cls, row: Row) -> "DeclarationRowOut":
        """From the service's value."""
        whole = DeclarationOut.of(row).model_dump()
        return cls(**whole, window_total=row.total, window_times=row.times)


class DeclarationPageOut(Wire):
    """A page of declarations, those first that ask most for attention."""

    rows: list[DeclarationRowOut]
    total: int
    page: int
    pages: int


class TotalsOut(Wire):
    """What was declared within some days, in the centre's currency."""

    days: int
    entered: Decimal
    left: Decimal
    count: int

    @classmethod
    def of(cls, own: Totals) -> "TotalsOut":
        """From the service's value."""
        return cls(days=own.days, entered=own.entered, left=own.left, count=own.count)


class DeclarationViewOut(Wire):
    """One declaration with those of the same person and family."""

    declaration: DeclarationOut
    person: list[DeclarationRowOut]
    family: list[DeclarationRowOut]
    person_totals: list[TotalsOut]
    family_totals: list[TotalsOut]
    hits: list[HitOut]
    consignments: list[str] = Field(description="identifiers of those that he is a party of")

    @classmethod
    def of(cls, view: CurrencyView) -> "DeclarationViewOut":
        """From the service's value."""
        return cls(
            declaration=DeclarationOut.of(view.row),
            person=[DeclarationRowOut.listed(row) for row in view.own],
            family=[DeclarationRowOut.listed(row) for row in view.family],
            person_totals=[TotalsOut.of(own) for own in view.person_totals],
            family_totals=[TotalsOut.of(own) for own in view.family_totals],
            hits=[HitOut.of(own) for own in view.hits],
            consignments=[own.id for own in view.consignments],
        )


@router.get("")
def list_currency_declarations(
    calling: Calling,
    port: Annotated[str, Query(max_length=5)] = "",
    direction: Direction | None = None,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    asking: Annotated[bool, Query(description="only those that ask for attention")] = False,
    page: PageNumber = 1,
) -> DeclarationPageOut:
    """Declarations of the caller's ports; fifty at a time."""
    wanted = Wanted(port=port, direction=direction, days=days, asking=asking, page=page)
    found = currency_views.listing(calling.centre, calling.actor, wanted)
    return DeclarationPageOut(
        rows=[DeclarationRowOut.listed(row) for row in found.rows],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


@router.get("/{declaration_id}")
def get_currency_declaration(calling: Calling, declaration_id: DeclarationId) -> DeclarationViewOut:
    """One declaration, with totals of the person and the family over 7, 30 and 365 days."""
    return DeclarationViewOut.of(currency_views.view(calling.centre, calling.actor, declaration_id))
