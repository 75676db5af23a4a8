"""The parts of one booking while it is read: persons, segments of the itinerary, and the whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from parakh.ingest.pnrgov_values import Identity, Service, read_inft
from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredAgency,
    DeclaredBag,
    DeclaredBooking,
    DeclaredChange,
    DeclaredCheckIn,
    DeclaredContact,
    DeclaredDocument,
    DeclaredExcess,
    DeclaredPayment,
    DeclaredReference,
    DeclaredSeat,
    DeclaredSegment,
    DeclaredService,
    DeclaredSplit,
    DeclaredTicket,
    DeclaredTraveller,
    DeclaredVoyage,
)

_SEARCHED = 200
"""Among so many travellers of a booking a name written otherwise is looked for; more are no booking
but an attack on the time that reading takes."""


@dataclass(slots=True)
class Person:
    """A TIF while it is read; `values` are those of his DeclaredTraveller."""

    line: int
    family: str
    given: str
    reference: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    documents: list[DeclaredDocument] = field(default_factory=list)
    addresses: list[DeclaredAddress] = field(default_factory=list)
    contacts: list[DeclaredContact] = field(default_factory=list)
    born: str = ""

    def is_followed_by(self, identity: Identity) -> bool:
        """Whether a document in his group shows that the next one's TIF was lost.

        `born` is the date of birth in the first document of the group.
        """
        if identity.infant or not identity.birth_date:
            return False
        self.born = self.born or identity.birth_date
        return self.born != identity.birth_date

    def take(self, name: str, value: str, line: int) -> None:
        """Sets a value unless it is empty or one is there already."""
        if value and name not in self.values:
            self.values[name] = value
            self.lines[name] = line

    def may_be(self, identity: Identity) -> bool:
        """Whether a document can be his: nobody was born on two days."""
        born = self.values.get("birth_date")
        return not (born and identity.birth_date and born != identity.birth_date)

    def is_called(self, family: str, given: str) -> bool:
        """Whether a document's name is his, which his booking may write shorter or with a title."""
        same_family = self.family.startswith(family[:3]) or not family
        return same_family and (self.given.startswith(given[:2]) or not self.given)

    def take_identity(self, identity: Identity, line: int) -> None:
        """What his travel document says of him; the first one's name is his."""
        document = identity.document
        if document is not None and not self._has(document):
            self.documents.append(document)
        if identity.family and "family_name" not in self.values:
            self.take("family_name", identity.family, line)
            self.values["given_names"] = identity.given
            self.lines["given_names"] = line
        self.take("birth_date", identity.birth_date, line)
        self.take("sex", identity.sex, line)
        self.take("nationality", identity.nationality, line)

    def _has(self, document: DeclaredDocument) -> bool:
        for own in self.documents:
            if own.type == document.type and own.number == document.number:
                return True
        return False

    def declared(self, booking: str, embarkation: str, debarkation: str) -> DeclaredTraveller:
        """The finished record."""
        values = self.values
        family, given = values.pop("family_name", ""), values.pop("given_names", "")
        if not family:
            family, given = self.family, self.given
        other = family != self.family or given != self.given
        lines = {"family_name": self.line, "given_names": self.line} | self.lines
        return DeclaredTraveller(
            line=self.line,
            role="passenger",
            family_name=family,
            given_names=given,
            booked_as=f"{self.family}/{self.given}" if other and self.family else "",
            booking_reference=booking,
            embarkation=embarkation,
            debarkation=debarkation,
            reference=self.reference,
            documents=tuple(self.documents),
            addresses=tuple(self.addresses),
            contacts=tuple(self.contacts),
            lines=lines,
            **values,
        )


@dataclass(slots=True)
class Leg:
    """A TVL of the itinerary while it is read."""

    values: dict[str, Any]
    seats: list[DeclaredSeat] = field(default_factory=list)
    check_ins: list[dict[str, Any]] = field(default_factory=list)
    bags: list[DeclaredBag] = field(default_factory=list)

    def take(self, name: str, value: Any) -> None:
        """Sets a value unless it is empty or one is there already."""
        if value not in ("", None) and name not in self.values:
            self.values[name] = value

    def declared(self) -> DeclaredSegment:
        """The finished record."""
        return DeclaredSegment(
            **self.values,
            seats=tuple(self.seats),
            check_ins=tuple([DeclaredCheckIn(**own) for own in self.check_ins]),
            bags=tuple(self.bags),
        )

    def is_flight(self, voyage: DeclaredVoyage) -> bool:
        """Whether it is the flight of the message: same ports, and same number or day."""
        values = self.values
        if (values["origin"], values["destination"]) != (voyage.origin, voyage.destination):
            return False
        numbers = (values["number"], values.get("operating_number"))
        day = values["departure"][:6]
        return voyage.number in numbers or (bool(day) and voyage.departure.startswith(day))


@dataclass(slots=True)
class Booking:
    """An SRC group while it is read."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    references: list[DeclaredReference] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    by_reference: dict[str, Person] = field(default_factory=dict)
    by_name: dict[tuple[str, str], Person] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)
    cancelled: list[DeclaredSegment] = field(default_factory=list)
    contacts: dict[DeclaredContact, None] = field(default_factory=dict)
    addresses: list[DeclaredAddress] = field(default_factory=list)
    agency: DeclaredAgency | None = None
    tickets: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    fares: list[str] = field(default_factory=list)
    fare_calculations: list[str] = field(default_factory=list)
    excess: list[DeclaredExcess] = field(default_factory=list)
    services: list[DeclaredService] = field(default_factory=list)
    splits: list[DeclaredSplit] = field(default_factory=list)
    history: list[DeclaredChange] = field(default_factory=list)
    seats: list[tuple[Service, int]] = field(default_factory=list)
    identities: list[tuple[Identity, Person | None, tuple[str, ...], int]] = field(
        default_factory=list
    )
    infants: dict[tuple[str, str], tuple[str, tuple[str, ...], int]] = field(default_factory=dict)

    def person(self, reference: str) -> Person | None:
        """The traveller with this reference."""
        return self.by_reference.get(reference)

    def add(self, person: Person) -> Person:
        """Adds a traveller; who has the reference of an earlier one is not found by it."""
        self.people.append(person)
        self.by_name.setdefault((person.family, person.given), person)
        if person.reference:
            self.by_reference.setdefault(person.reference, person)
        return person

    def whose(self, references: Sequence[str], reader: Person | None) -> Person | None:
        """Whom a service names by reference, else `reader`, in whose group it stands."""
        if not references or (reader is not None and reader.reference == references[0]):
            return reader
        return self.person(references[0]) or reader

    def named(self, family: str, given: str) -> Person | None:
        """The traveller with this name, as the booking writes it."""
        return self.by_name.get((family, given))

    def add_infant(self, service: Service, person: Person | None, line: int) -> None:
        """Notes an INFT; several segments of the itinerary may repeat it."""
        family, given, born = read_inft(service.text)
        parents = service.travellers or ((person.reference,) if person else ())
        if family or given:
            self.infants.setdefault((family, given), (born, parents, line))

    def declared(self, voyages: Iterable[DeclaredVoyage]) -> DeclaredBooking:
        """The finished record, its parts joined by the travellers' references."""
        self._join_infants()
        self._join_identities()
        for service, _ in self.seats:
            self._join_seat(service)
        locator = self.references[0].locator if self.references else ""
        flight = self._flight(voyages)
        origin, destination = "", ""
        if flight is not None:
            origin, destination = flight.values["origin"], flight.values["destination"]
            self._put_on_board(flight)
        return DeclaredBooking(
            line=self.line,
            references=tuple(self.references),
            travellers=tuple([own.declared(locator, origin, destination) for own in self.people]),
            itinerary=tuple([leg.declared() for leg in self.legs]),
            cancelled=tuple(self.cancelled),
            contacts=tuple(self.contacts),
            addresses=tuple(self.addresses),
            agency=self.agency,
            tickets=tuple([DeclaredTicket(**own) for own in self.tickets]),
            payments=tuple([DeclaredPayment(**own) for own in self.payments]),
            fares=tuple(self.fares),
            fare_calculations=tuple(self.fare_calculations),
            excess=tuple(self.excess),
            services=tuple(self.services),
            splits=tuple(self.splits),
            history=tuple(self.history),
            **self.values,
        )

    def _join_infants(self) -> None:
        for (family, given), (born, parents, line) in self.infants.items():
            child = self.named(family, given)
            if child is None:
                child = Person(line, family, given)
                self.add(child)
            child.values["type"] = "INF"
            child.take("birth_date", born, line)
            if parents:
                child.take("accompanied_by", parents[0], line)

    def _join_identities(self) -> None:
        """A document goes to whom it names by reference or position; an infant's to the infant."""
        for identity, reader, references, line in self.identities:
            owner = self.whose(references, reader) or self._only(identity)
            if owner is not None and not identity.infant and not owner.may_be(identity):
                owner = None  # the TIF of the one it belongs to was lost
            if identity.infant or owner is None:
                owner = self._by_name(identity, owner) or owner
            if owner is not None:
                owner.take_identity(identity, line)
            elif identity.document is not None or identity.family:
                person = Person(line, identity.family, identity.given)
                person.take_identity(identity, line)
                self.add(person)

    def _only(self, identity: Identity) -> Person | None:
        """The one traveller of the booking, unless the document clearly has another name."""
        if len(self.people) != 1:
            return None
        (person,) = self.people
        return person if person.is_called(identity.family, identity.given) else None

    def _by_name(self, identity: Identity, carer: Person | None) -> Person | None:
        """The infant on `carer`'s lap, or whoever has the name in the document."""
        same = self.named(identity.family, identity.given)
        if same is not None:
            return same
        for person in self.people[:_SEARCHED]:
            infant = identity.infant and person.values.get("type") == "INF"
            if infant and carer and person.values.get("accompanied_by") == carer.reference:
                return person
            called = identity.family and person.is_called(identity.family, identity.given)
            if not identity.infant and called and person.may_be(identity):
                return person
        return None

    def _join_seat(self, service: Service) -> None:
        """A seat request that stood outside the segment it is for."""
        for leg in self.legs:
            ports = (leg.values["origin"], leg.values["destination"])
            if ports == (service.origin, service.destination):
                leg.seats += seats_of(service)

    def _flight(self, voyages: Iterable[DeclaredVoyage]) -> Leg | None:
        for voyage in voyages:
            for leg in self.legs:
                if leg.is_flight(voyage):
                    return leg
        return None

    def _put_on_board(self, flight: Leg) -> None:
        """Seats and bags on the message's own flight are the travellers'."""
        for seat in flight.seats:
            person = self.person(seat.traveller)
            if person is not None and seat.number[:1].isdigit():
                person.values.setdefault("seat", seat.number)
        for own in flight.check_ins:
            person = self.person(own["traveller"])
            if person is None:
                continue
            if own.get("seat"):
                person.values["seat"] = own["seat"]
            if own.get("bag_count") is not None:
                person.values["bag_count"] = own["bag_count"]
            if own.get("bag_weight"):
                person.values["bag_weight"] = own["bag_weight"]
            tags = tuple(bag.tag for bag in flight.bags if bag.traveller == own["traveller"])
            if tags:
                person.values["bags"] = tags


def seats_of(service: Service) -> list[DeclaredSeat]:
    """The seats of an SSR, one for each traveller that it names."""
    return [DeclaredSeat(number=number, traveller=who) for number, who in service.details if number]
