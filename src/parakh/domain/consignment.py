"""Consignments: goods under one transport document or declaration, their items and parties."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from parakh.domain.outcome import Money
from parakh.domain.voyage import Direction, Mode


class BillKind(StrEnum):
    """Kinds of transport documents (UN/EDIFACT 1001: 704, 714, 740 and 741, 730)."""

    MASTER_BILL = "master_bill"
    HOUSE_BILL = "house_bill"
    AIR_WAYBILL = "air_waybill"
    ROAD_NOTE = "road_note"


class PartyRole(StrEnum):
    """What a party is to a consignment (UN/EDIFACT 3035: IM, EX, CN, CB, CA, NI)."""

    IMPORTER = "importer"
    EXPORTER = "exporter"
    CONSIGNEE = "consignee"
    AGENT = "agent"
    CARRIER = "carrier"
    NOTIFY = "notify"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody who has to do with a consignment, as declared.

    Attributes:
        name: in capitals, as declared.
        identifier: tax or registration number in capitals without blanks and signs; "" if untold.
        country: ISO 3166-1 alpha-3.
        address, phone, email: as declared; "" if untold.
    """

    role: PartyRole
    name: str
    identifier: str = ""
    country: str | None = None
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of goods.

    Attributes:
        ordinal: from 1.
        hs_code: six figures of the Harmonized System, or the national eight or ten; "" if untold.
        description: in capitals, as declared.
        origin: country of origin, ISO 3166-1 alpha-3.
        quantity, unit: how much of it, in units of UN/ECE Recommendation 20.
        gross_kg, net_kg: mass in kilograms.
        price: as invoiced.
        value: customs value in the centre's currency; None where it is not told.
        duty: duties and taxes due, in the centre's currency.
        rate: rate of duty in per cent of the customs value.
        licence: number of the licence or permit; "" if none is told.
    """

    ordinal: int
    hs_code: str = ""
    description: str = ""
    origin: str | None = None
    quantity: Decimal | None = None
    unit: str = ""
    packages: int | None = None
    gross_kg: float | None = None
    net_kg: float | None = None
    price: Money | None = None
    value: Decimal | None = None
    duty: Decimal | None = None
    rate: float | None = None
    licence: str = ""

    @property
    def chapter(self) -> str:
        """Chapter of the Harmonized System, two figures; "" without a code."""
        return self.hs_code[:2]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerUse:
    """A container in which goods of the consignment are.

    Attributes:
        number: ISO 6346, in capitals without blanks and signs.
        type: size and type code of ISO 6346, such as `22G1`.
        seal: number of its seal as last told; `seal_at_loading` as told on loading.
        gross_kg: weighed mass with the container (SOLAS VGM), where it is told.
        shared: whether goods of other consignments are in it.
    """

    number: str
    type: str = ""
    seal: str = ""
    seal_at_loading: str = ""
    empty: bool | None = None
    gross_kg: float | None = None
    shared: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """A customs declaration, as lodged (WCO Data Model: Declaration).

    Attributes:
        reference: its number at the office.
        procedure: code of the customs procedure.
        office: where it was lodged.
        currency, invoice_total: of the invoice.
        freight, insurance: in the centre's currency.
        corrections: how often it was corrected after lodging.
        import_use, payment: the declaration system's own codes; "" if untold.
        documents: type and number of each supporting document.
    """

    reference: str
    office: str
    lodged_at: datetime
    procedure: str = ""
    currency: str = ""
    invoice_total: Decimal | None = None
    freight: Decimal | None = None
    insurance: Decimal | None = None
    corrections: int = 0
    preference_claimed: bool | None = None
    import_use: str = ""
    payment: str = ""
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Consignment:
    """Goods as all messages tell of them together: the transport document, and the declaration.

    Attributes:
        reference: number of the transport document in capitals without blanks; "" without one.
        kind: of that document.
        master_reference: the master bill or waybill under which a house bill travels.
        mode: of transport across the border.
        port: of the centre's own country, where it enters or leaves (as voyages name ports).
        voyage_id: the voyage that brings or takes it; None where none is known.
        conveyance_id: the vessel, aircraft or vehicle (see `parakh.domain.conveyance`).
        loading_port, discharge_port, route: as told; `route` in order, with both of them.
        export_country: alpha-3, from which it was sent.
        packages, gross_kg: of the whole.
        description: of the whole, in capitals.
        due_at: when it arrives or leaves, as far as it is known.
        declared_at: when the declaration was lodged, for those that have one.
        cancelled: whether its sender took it back.
    """

    id: str
    reference: str = ""
    kind: BillKind | None = None
    master_reference: str = ""
    mode: Mode | None = None
    direction: Direction = Direction.ENTRY
    port: str = ""
    voyage_id: str | None = None
    conveyance_id: str | None = None
    loading_port: str = ""
    discharge_port: str = ""
    route: tuple[str, ...] = ()
    export_country: str | None = None
    packages: int | None = None
    gross_kg: float | None = None
    description: str = ""
    due_at: datetime | None = None
    declaration: Declaration | None = None
    items: tuple[Item, ...] = ()
    parties: tuple[Party, ...] = ()
    containers: tuple[ContainerUse, ...] = field(default=())
    cancelled: bool = False

    def party(self, *roles: PartyRole) -> Party | None:
        """The first party in one of the roles, in the order of the roles."""
        found = (own for role in roles for own in self.parties if own.role is role)
        return next(found, None)

    @property
    def name(self) -> str:
        """By what people call it: the declaration's number, else the transport document's."""
        return self.declaration.reference if self.declaration else self.reference

    @property
    def value(self) -> Decimal | None:
        """Customs value of all items that tell one; None where none does."""
        told = [own.value for own in self.items if own.value is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def duty(self) -> Decimal | None:
        """Duties and taxes of all items that tell them; None where none does."""
        told = [own.duty for own in self.items if own.duty is not None]
        return sum(told, Decimal(0)) if told else None
