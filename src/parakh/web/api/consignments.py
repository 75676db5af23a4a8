"""Goods: the list of consignments, one consignment, and transport units."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import (
    BillKind,
    Consignment,
    ContainerUse,
    Declaration,
    Item,
    Party,
    PartyRole,
)
from parakh.domain.conveyance import (
    Conveyance,
    ConveyanceKind,
    Heading,
    Movement,
    MovementKind,
)
from parakh.domain.examination import OrderState
from parakh.domain.goods_list import GoodsLine, GoodsWanted
from parakh.domain.hit import Advice
from parakh.domain.selectivity import Basis, Lane
from parakh.domain.voyage import Direction, Mode
from parakh.services import consignments, conveyances, goods_list
from parakh.services.consignments import ConsignmentView
from parakh.services.conveyances import ConveyanceView
from parakh.services.goods_list import GoodsPage
from parakh.web.api.auth import Calling
from parakh.web.api.lanes import LaneDecisionOut
from parakh.web.api.wire import AlertOut, Country, HitOut, PhraseOut, VoyageOut, Wire
from parakh.web.queries import PageNumber

router = APIRouter(tags=["goods"])

Text = Annotated[str, Query(max_length=200)]


class GoodsLineOut(Wire):
    """A consignment on the goods list."""

    consignment_id: str
    name: str = Field(description="the declaration's number, else the transport document's")
    party: str
    description: str
    port: str
    direction: Direction
    mode: Mode | None
    due_at: datetime | None
    declared: bool
    lane: Lane | None
    basis: Basis | None
    advice: Advice | None
    open_hits: int
    score: float | None
    duty: Decimal | None = Field(description="in the centre's currency")
    order: OrderState | None = Field(description="the state of its examination")

    @classmethod
    def of(cls, value: GoodsLine) -> "GoodsLineOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class GoodsPageOut(Wire):
    """A page of the goods list, the most urgent first."""

    lines: list[GoodsLineOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: GoodsPage) -> "GoodsPageOut":
        """From the service's value."""
        return cls(
            lines=[GoodsLineOut.of(own) for own in value.lines],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


class GoodsPartyOut(Wire):
    """A party of a consignment, as declared."""

    role: PartyRole
    name: str
    identifier: str
    country: Country | None
    address: str
    phone: str
    email: str

    @classmethod
    def of(cls, value: Party) -> "GoodsPartyOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class ItemOut(Wire):
    """One line of goods."""

    ordinal: int
    hs_code: str
    description: str
    origin: Country | None
    quantity: Decimal | None
    unit: str
    packages: int | None
    gross_kg: float | None
    net_kg: float | None
    price: Decimal | None
    currency: str
    value: Decimal | None = Field(description="customs value in the centre's currency")
    duty: Decimal | None
    rate: float | None
    licence: str

    @classmethod
    def of(cls, value: Item) -> "ItemOut":
        """From the domain value."""
        told = {
            name: getattr(value, name)
            for name in cls.model_fields
            if name not in ("price", "currency")
        }
        price = value.price
        return cls(
            **told,
            price=price.amount if price else None,
            currency=price.currency if price else "",
        )


class ContainerOut(Wire):
    """A container in which goods of the consignment are."""

    number: str
    type: str
    seal: str
    seal_at_loading: str
    empty: bool | None
    gross_kg: float | None
    shared: bool | None

    @classmethod
    def of(cls, value: ContainerUse) -> "ContainerOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class DeclarationOut(Wire):
    """A customs declaration, as lodged."""

    reference: str
    office: str
    lodged_at: datetime
    procedure: str
    currency: str
    invoice_total: Decimal | None
    freight: Decimal | None
    insurance: Decimal | None
    corrections: int
    preference_claimed: bool | None
    documents: list[tuple[str, str]]

    @classmethod
    def of(cls, value: Declaration) -> "DeclarationOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields if name != "documents"}
        return cls(**told, documents=list(value.documents))


class ConsignmentOut(Wire):
    """Goods as all messages tell of them together."""

    id: str
    reference: str
    kind: BillKind | None
    master_reference: str
    mode: Mode | None
    direction: Direction
    port: str
    voyage_id: str | None
    conveyance_id: str | None
    loading_port: str
    discharge_port: str
    route: list[str]
    export_country: Country | None
    packages: int | None
    gross_kg: float | None
    description: str
    due_at: datetime | None
    declaration: DeclarationOut | None
    items: list[ItemOut]
    parties: list[GoodsPartyOut]
    containers: list[ContainerOut]
    cancelled: bool

    @classmethod
    def of(cls, value: Consignment) -> "ConsignmentOut":
        """From the domain value."""
        lists = ("route", "declaration", "items", "parties", "containers")
        told = {name: getattr(value, name) for name in cls.model_fields if name not in lists}
        return cls(
            **told,
            route=list(value.route),
            declaration=DeclarationOut.of(value.declaration) if value.declaration else None,
            items=[ItemOut.of(own) for own in value.items],
            parties=[GoodsPartyOut.of(own) for own in value.parties],
            containers=[ContainerOut.of(own) for own in value.containers],
        )


class ContributionOut(Wire):
    """What one feature added to a score, in log odds."""

    feature: str
    weight: float
    sentence: PhraseOut


class CargoScoreOut(Wire):
    """What the cargo model says of a consignment, with its reasons."""

    model: str
    score: float = Field(description="calibrated probability that an examination finds something")
    base: float
    contributions: list[ContributionOut]
    revenue: float | None
    at: datetime

    @classmethod
    def of(cls, value: CargoScore) -> "CargoScoreOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields if name != "contributions"}
        return cls(
            **told,
            contributions=[
                ContributionOut(
                    feature=own.feature, weight=own.weight, sentence=PhraseOut.of(own.sentence)
                )
                for own in value.contributions
            ],
        )


class ConsignmentViewOut(Wire):
    """All that is known of a consignment."""

    consignment: ConsignmentOut
    voyage: VoyageOut | None
    advice: Advice | None
    hits: list[HitOut]
    score: CargoScoreOut | None
    signals: list[PhraseOut]
    lanes: list[LaneDecisionOut] = Field(description="every lane that it was given, newest first")
    alerts: list[AlertOut]
    found: bool | None = Field(description="whether something was found; null if nobody looked")

    @classmethod
    def of(cls, value: ConsignmentView) -> "ConsignmentViewOut":
        """From the service's value."""
        return cls(
            consignment=ConsignmentOut.of(value.consignment),
            voyage=VoyageOut.of(value.voyage) if value.voyage else None,
            advice=value.advice,
            hits=[HitOut.of(own.hit) for own in value.hits],
            score=CargoScoreOut.of(value.score) if value.score else None,
            signals=[PhraseOut.of(own) for own in value.signals],
            lanes=[LaneDecisionOut.of(own) for own in value.lanes],
            alerts=[AlertOut.of(own) for own in value.alerts],
            found=value.found,
        )


class ConveyanceOut(Wire):
    """A vehicle, vessel, aircraft or container."""

    id: str
    kind: ConveyanceKind
    identifier: str
    country: Country | None
    name: str

    @classmethod
    def of(cls, value: Conveyance) -> "ConveyanceOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class MovementOut(Wire):
    """One place and time of a transport unit."""

    id: str
    kind: MovementKind
    at: datetime
    place: str
    port: str
    direction: Direction | None
    heading: Heading | None
    gross_kg: float | None
    empty: bool | None
    seal: str
    consignment_id: str | None
    picture_id: str | None

    @classmethod
    def of(cls, value: Movement) -> "MovementOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class ConveyanceViewOut(Wire):
    """All that is known of a transport unit."""

    conveyance: ConveyanceOut
    movements: list[MovementOut]
    elsewhere: int = Field(description="movements at others' ports")
    hits: list[HitOut]
    hits_elsewhere: int = Field(description="hits that concern others' ports alone")
    carried: list[ConsignmentOut]

    @classmethod
    def of(cls, value: ConveyanceView) -> "ConveyanceViewOut":
        """From the service's value."""
        return cls(
            conveyance=ConveyanceOut.of(value.conveyance),
            movements=[MovementOut.of(own) for own in value.movements],
            elsewhere=value.elsewhere,
            hits=[HitOut.of(own.hit) for own in value.hits],
            hits_elsewhere=value.hits_elsewhere,
            carried=[ConsignmentOut.of(own.consignment) for own in value.carried],
        )


@router.get("/consignments")
def list_consignments(
    calling: Calling,
    text: Text = "",
    port: Text = "",
    lane: Text = "",
    shown: Text = "",
    page: PageNumber = 1,
) -> GoodsPageOut:
    """Consignments at the caller's ports, the most urgent first."""
    wanted = GoodsWanted.of({"text": text, "port": port, "lane": lane, "shown": shown})
    return GoodsPageOut.of(goods_list.listing(calling.centre, calling.actor, wanted, page))


@router.get("/consignments/{consignment_id}")
def get_consignment(calling: Calling, consignment_id: str) -> ConsignmentViewOut:
    """One consignment; the look is audited."""
    view = consignments.consignment(calling.centre, calling.actor, consignment_id)
    return ConsignmentViewOut.of(view)


@router.get("/conveyances")
def list_conveyances(calling: Calling, text: Text = "", kind: Text = "") -> list[ConveyanceOut]:
    """Transport units whose number or name holds a text, those that moved last first."""
    found = conveyances.find(calling.centre, calling.actor, text, kind)
    return [ConveyanceOut.of(own.conveyance) for own in found]


@router.get("/conveyances/{conveyance_id}")
def get_conveyance(calling: Calling, conveyance_id: str) -> ConveyanceViewOut:
    """One transport unit; the look is audited."""
    return ConveyanceViewOut.of(
        conveyances.conveyance(calling.centre, calling.actor, conveyance_id)
    )
