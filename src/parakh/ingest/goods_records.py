"""Declared records of goods, currency, conveyances and seizures: what a sender said, as text.

Nothing is interpreted here, as in `parakh.ingest.records`; `line` and `column` tell where a record
begins in its file, and `lines` on which line each of its values stood, where that is known.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredParty:
    """A party; `role` is one of `parakh.domain.consignment.PartyRole`."""

    role: str
    name: str
    identifier: str = ""
    country: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredItem:
    """A line of goods; numbers as sent, with a point before decimals."""

    ordinal: int
    hs_code: str = ""
    description: str = ""
    origin: str = ""
    quantity: str = ""
    unit: str = ""
    packages: str = ""
    gross_kg: str = ""
    net_kg: str = ""
    price: str = ""
    currency: str = ""
    value: str = ""
    duty: str = ""
    rate: str = ""
    licence: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredContainer:
    """A container of a consignment; `empty` and `shared` are `yes`, `no` or ""."""

    number: str
    type: str = ""
    seal: str = ""
    seal_at_loading: str = ""
    empty: str = ""
    gross_kg: str = ""
    shared: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredDeclaration:
    """What only a customs declaration says of a consignment."""

    reference: str
    office: str
    lodged_at: str
    procedure: str = ""
    currency: str = ""
    invoice_total: str = ""
    freight: str = ""
    insurance: str = ""
    corrections: str = ""
    preference_claimed: str = ""
    import_use: str = ""
    payment: str = ""
    documents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredConsignment:
    """Goods under one transport document (a manifest's bill, an air waybill) or one declaration.

    Attributes:
        action: `add`, `replace` or `cancel`.
        kind: one of `parakh.domain.consignment.BillKind`; "" for a declaration without a bill.
        declaration: None where a carrier tells of the goods.
        mode, carrier, number, departure, arrival, origin, destination: of the voyage.
        conveyance_kind, conveyance, conveyance_name, conveyance_country: what carries them.
    """

    line: int
    column: int = 1
    action: str = "add"
    reference: str = ""
    kind: str = ""
    master_reference: str = ""
    direction: str = ""
    mode: str = ""
    carrier: str = ""
    number: str = ""
    departure: str = ""
    arrival: str = ""
    origin: str = ""
    destination: str = ""
    conveyance_kind: str = ""
    conveyance: str = ""
    conveyance_name: str = ""
    conveyance_country: str = ""
    port: str = ""
    loading_port: str = ""
    discharge_port: str = ""
    route: tuple[str, ...] = ()
    export_country: str = ""
    packages: str = ""
    gross_kg: str = ""
    description: str = ""
    items: tuple[DeclaredItem, ...] = ()
    parties: tuple[DeclaredParty, ...] = ()
    containers: tuple[DeclaredContainer, ...] = ()
    declaration: DeclaredDeclaration | None = None
    lines: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredMovement:
    """Where a conveyance was (see `parakh.domain.conveyance.Movement`); `picture` is base64."""

    line: int
    column: int = 1
    source: str
    reference: str
    action: str = "recorded"
    kind: str = ""
    conveyance_kind: str = ""
    conveyance: str = ""
    conveyance_name: str = ""
    country: str = ""
    at: str = ""
    place: str = ""
    port: str = ""
    direction: str = ""
    heading: str = ""
    gross_kg: str = ""
    empty: str = ""
    seal: str = ""
    consignment: str = ""
    driver: str = ""
    picture: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredAmount:
    """One amount of a currency declaration."""

    instrument: str
    amount: str
    currency: str
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredCurrency:
    """A currency declaration (see `parakh.domain.currency.CurrencyDeclaration`)."""

    line: int
    column: int = 1
    source: str
    reference: str
    action: str = "recorded"
    port: str = ""
    direction: str = ""
    at: str = ""
    family_name: str = ""
    given_names: str = ""
    birth_date: str = ""
    nationality: str = ""
    document_number: str = ""
    document_issuer: str = ""
    booking_reference: str = ""
    family: str = ""
    amounts: tuple[DeclaredAmount, ...] = ()
    origin: str = ""
    purpose: str = ""
    owner: str = ""
    recipient: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredEnforcement:
    """A seizure, suspect or company record, as the JSON object that its schema describes.

    `kind` is one of `parakh.domain.enforcement.RecordKind`; `pictures` (base64) stand apart from
    `data`, so that they are sealed and not kept with the text.
    """

    line: int
    column: int = 1
    source: str
    reference: str
    kind: str
    action: str = "recorded"
    data: dict[str, object] = field(default_factory=dict, hash=False)
    pictures: tuple[str, ...] = ()


DeclaredGoods = DeclaredConsignment | DeclaredMovement | DeclaredCurrency | DeclaredEnforcement
