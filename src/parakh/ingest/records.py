"""Declared records: what a sender said, as text, with the place where it stood.

Nothing is interpreted here; `parakh.normalise` makes domain values of it. The records are kept
beside the normalised values, so that a mapping can be checked and repeated.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredContact:
    """A way to reach somebody.

    `kind` is `phone`, `email`, `fax`, or `other`; `traveller` is the traveller's reference within
    the booking, "" where the contact is the booking's or the list's own.
    """

    kind: str
    value: str
    traveller: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredAddress:
    """An address; `purpose` is the sender's word or code for it, such as `R` residence."""

    purpose: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    postal_code: str = ""
    traveller: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredDocument:
    """A travel document as declared; dates and countries as sent.

    `issued` is its date of issue, `issued_at` the place. `lines` tells on which line each of its
    values stood, as for a traveller.
    """

    type: str
    number: str
    issuer: str = ""
    expiry: str = ""
    issued: str = ""
    issued_at: str = ""
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredTraveller:
    """A person as declared in one list.

    Attributes:
        line: line of the segment that opens the person's group, from 1.
        role: `passenger`, `crew` or `transit`.
        lines: attribute name to the line on which its value stood, for showing where it came from.
        bag_count: number of checked bags where the list gives one.
        bag_weight: weight of the checked bags with its unit, such as `13 KGM`.
        father_name: his father's name, in whatever order it was given.
        birth_place: town and region of birth; `birth_country` is its country.
        other_nationalities: those after the first.
        unique_reference: the carrier's own reference of the passenger (RFF+ABO; REF in a PNR).
        agency_reference: a government agency's reference (RFF+AEA), such as a redress number.
        customer_reference: the customer's number with the carrier (RFF+CR).
        clearance: port at which he clears customs (LOC+22).
        occupation: a crew member's function (EMP), such as `CR1`.
        verified: whether the sender checked the data against the document (GEI); None if unsaid.
        booked_as: `FAMILY/GIVEN` as his booking names him, where his document says it otherwise.
        reference: the number by which his booking refers to him.
        type: `ADT`, `CHD` or `INF` where it is told, else "".
        accompanied_by: reference of the traveller on whose lap an infant sits.
    """

    line: int
    role: str
    family_name: str
    given_names: str
    birth_date: str = ""
    sex: str = ""
    nationality: str = ""
    residence: str = ""
    embarkation: str = ""
    debarkation: str = ""
    booking_reference: str = ""
    seat: str = ""
    bags: tuple[str, ...] = ()
    bag_count: int | None = None
    bag_weight: str = ""
    documents: tuple[DeclaredDocument, ...] = ()
    father_name: str = ""
    birth_place: str = ""
    birth_country: str = ""
    other_nationalities: tuple[str, ...] = ()
    addresses: tuple[DeclaredAddress, ...] = ()
    contacts: tuple[DeclaredContact, ...] = ()
    unique_reference: str = ""
    agency_reference: str = ""
    customer_reference: str = ""
    clearance: str = ""
    occupation: str = ""
    verified: bool | None = None
    booked_as: str = ""
    reference: str = ""
    type: str = ""
    accompanied_by: str = ""
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredVoyage:
    """One leg of a trip as declared; times as `YYMMDDHHMM` and the like, local to their port.

    `border` tells the leg that crosses the border (LOC+125 to LOC+87) from legs before or after it.
    """

    line: int
    mode: str
    carrier: str
    number: str
    origin: str = ""
    destination: str = ""
    departure: str = ""
    arrival: str = ""
    border: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredReference:
    """A record locator and the company whose system gave it (RCI)."""

    company: str
    locator: str
    created: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredSeat:
    """A seat on one segment; `cabin` where check-in told it."""

    number: str
    traveller: str = ""
    cabin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredBag:
    """A checked bag; `tag` is its whole number, `destination` the port on its tag."""

    tag: str
    carrier: str = ""
    destination: str = ""
    traveller: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredCheckIn:
    """What departure control says of one traveller on one segment (DAT, TRI, SSD, TBD).

    Attributes:
        at: moment of check-in, local, as `YYMMDDHHMM`.
        sequence: boarding or check-in number.
        bag_weight: with its unit, such as `34 KGM`.
        bag_pool: `HP` head of a bag pool, `MP` its member.
    """

    traveller: str
    line: int
    at: str = ""
    agent: str = ""
    sequence: str = ""
    seat: str = ""
    cabin: str = ""
    bag_count: int | None = None
    bag_weight: str = ""
    bag_pool: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredSegment:
    """One piece of an itinerary; times local, as `YYMMDDHHMM` or `YYMMDD`.

    Attributes:
        kind: `air`, `hotel`, `open` (flight not chosen), `surface` (ARNK), or `other`.
        carrier, number: of the flight as sold; `operating_*` of the one that flies, if another.
        name: a hotel's or another supplier's name where it is no flight.
        status: the airline's code, such as `HK` confirmed; `quantity` seats.
        locator: the segment's own record locator where it differs from the booking's.
    """

    line: int
    kind: str = "air"
    carrier: str = ""
    number: str = ""
    operating_carrier: str = ""
    operating_number: str = ""
    origin: str = ""
    destination: str = ""
    departure: str = ""
    arrival: str = ""
    booking_class: str = ""
    status: str = ""
    quantity: int | None = None
    aircraft: str = ""
    name: str = ""
    locator: str = ""
    seats: tuple[DeclaredSeat, ...] = ()
    check_ins: tuple[DeclaredCheckIn, ...] = ()
    bags: tuple[DeclaredBag, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredTicket:
    """A ticket (TKT) with its price: amounts as sent, with their currency (`2888.00 GBP`).

    `conditions` is PTK's first element (`NR` not refundable), `deadline` its date.
    """

    number: str
    traveller: str
    line: int
    type: str = ""
    booklets: str = ""
    issued: str = ""
    base: str = ""
    total: str = ""
    taxes: tuple[str, ...] = ()
    conditions: str = ""
    deadline: str = ""
    carrier: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredPayment:
    """A form of payment (FOP).

    Attributes:
        kind: `CC` card, `CA` cash, `CK` cheque and the like.
        account: a card's first six and last four digits, others as `X`; never a whole number.
        token: HMAC-SHA256 of the whole number under the reader's key, in hexadecimal, so that
            payments by one card can be told; "" without a key, or where the sender cut the number.
        payer, payer_address, payer_phone: the sponsor's (IFT 43).
    """

    kind: str
    line: int
    traveller: str = ""
    amount: str = ""
    vendor: str = ""
    account: str = ""
    token: str = ""
    expiry: str = ""
    payer: str = ""
    payer_address: str = ""
    payer_phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredCard:
    """A card number that was found and cut, and its token as for a payment."""

    account: str
    token: str
    line: int
    segment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredAgency:
    """Who made the booking (ORG); `type` is `A` airline or `T` travel agent."""

    system: str = ""
    system_location: str = ""
    agency: str = ""
    office: str = ""
    location: str = ""
    company: str = ""
    type: str = ""
    country: str = ""
    currency: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredService:
    """A special service (SSR) or frequent traveller number that no other record takes."""

    code: str
    line: int
    status: str = ""
    quantity: int | None = None
    carrier: str = ""
    origin: str = ""
    destination: str = ""
    text: str = ""
    traveller: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredExcess:
    """Excess baggage (EBD): `pieces` over the allowance at `rate` each, with its currency."""

    rate: str
    pieces: str
    unit: str
    line: int
    traveller: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredChange:
    """One line of a booking's history.

    Attributes:
        action: `added`, `cancelled`, `changed`, or "" for a line of text (LTS).
        what: tag of the segment that was changed (`TVL`, `TIF`, `SSR`, `RCI`).
        text: the changed thing in short.
        agent: who changed it, where.
    """

    line: int
    action: str = ""
    what: str = ""
    text: str = ""
    at: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredSplit:
    """`travellers` persons were split off this booking into (or came from) another one."""

    travellers: int | None
    references: tuple[DeclaredReference, ...]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredBooking:
    """One passenger name record of a PNRGOV message (SRC to SRC).

    Attributes:
        references: its locators; the first is the sender's own.
        created: when it was made, `transacted` last touched, `ticketed` when tickets were issued,
            as `YYMMDDHHMM` or shorter, local.
        group_name, group_size: of a group booking; members beyond `travellers` have no names yet.
        fares: fare bases (FAR); `fare_calculations` the ticket's own text of them (IFT 15).
        cancelled: segments of the itinerary that its history says were cancelled.
    """

    line: int
    references: tuple[DeclaredReference, ...] = ()
    created: str = ""
    transacted: str = ""
    ticketed: str = ""
    travellers: tuple[DeclaredTraveller, ...] = ()
    group_name: str = ""
    group_size: int | None = None
    itinerary: tuple[DeclaredSegment, ...] = ()
    cancelled: tuple[DeclaredSegment, ...] = ()
    contacts: tuple[DeclaredContact, ...] = ()
    addresses: tuple[DeclaredAddress, ...] = ()
    agency: DeclaredAgency | None = None
    tickets: tuple[DeclaredTicket, ...] = ()
    payments: tuple[DeclaredPayment, ...] = ()
    fares: tuple[str, ...] = ()
    fare_calculations: tuple[str, ...] = ()
    excess: tuple[DeclaredExcess, ...] = ()
    services: tuple[DeclaredService, ...] = ()
    splits: tuple[DeclaredSplit, ...] = ()
    history: tuple[DeclaredChange, ...] = ()

    @property
    def reference(self) -> str:
        """The sender's own record locator, or "" if it gives none."""
        return self.references[0].locator if self.references else ""

    @property
    def unnamed(self) -> int:
        """How many members of the group have no name yet."""
        return max(0, (self.group_size or 0) - len(self.travellers))


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredCrossing:
    """A crossing that another system recorded (see `parakh.ingest.crossings`).

    Attributes:
        source, reference: they name one crossing for good; said again, it is corrected.
        action: `recorded`, or `cancelled`, which may leave out all else.
        at: RFC 3339.
        carrier, number, date: of the voyage, where it is known.
        conveyance: plate of the vehicle, or what names the vessel.
    """

    line: int
    column: int
    source: str
    reference: str
    action: str
    at: str = ""
    port: str = ""
    lane: str = ""
    direction: str = ""
    traveller: DeclaredTraveller | None = None
    carrier: str = ""
    number: str = ""
    date: str = ""
    conveyance: str = ""
