"""The people of a booking, with their tickets, payments, addresses and remarks."""

from parakh.domain.message import Severity
from parakh.ingest.edifact import Segment
from parakh.ingest.pnrgov_parts import Person
from parakh.ingest.pnrgov_services import Services
from parakh.ingest.pnrgov_state import HISTORY, PEOPLE
from parakh.ingest.pnrgov_values import (
    before_contact,
    contact,
    moment,
    padded,
    parts_of,
    read_contact,
    traveller_type,
    whole,
)
from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredDocument,
    DeclaredExcess,
    DeclaredService,
)

_FARE_CALCULATION, _SPONSOR, _SERVICE_INFORMATION = "15", "43", "28"
"""IFT 4405."""


class People(Services):
    """Takes the segments of groups 1 to 4; each method those of one tag."""

    def _add(self, segment: Segment) -> None:
        booking = self._need(segment)
        purpose, street, city, state, region, country, postal_code, text, *_ = parts_of(segment, 1)
        who = self._person.reference if self._person is not None else ""
        address = DeclaredAddress(
            purpose=purpose,
            street=street,
            city=city,
            region=state or region,
            country=country,
            postal_code=postal_code,
            traveller=who,
            line=segment.line,
        )
        placed = any((address.street, address.city, address.country, address.postal_code))
        if self._payment is not None:
            where = (address.street, address.city, address.region, address.postal_code)
            self._payment.setdefault("payer_address", ", ".join(own for own in where if own))
        elif placed and self._person is not None:
            self._person.addresses.append(address)
        elif placed:
            booking.addresses.append(address)
        if text:
            kind = "email" if address.purpose == "E" else "phone"
            found = read_contact(text, who, segment.line)
            self._reach(found or contact(kind, text, who, segment.line))

    def _ebd(self, segment: Segment) -> None:
        booking = self._need(segment)
        rate = f"{segment.get(0, 1)} {segment.get(0)}".strip()
        for element in segment.elements[1:]:
            parts = padded(element)
            booking.excess.append(
                DeclaredExcess(
                    rate=rate,
                    pieces=parts[0],
                    unit=parts[2] or parts[1],
                    line=segment.line,
                    traveller=self._person.reference if self._person else "",
                )
            )

    def _tif(self, segment: Segment) -> None:
        booking = self._need(segment)
        family, group, size, *_ = parts_of(segment, 0)
        given, kind, reference, *_ = parts_of(segment, 1)
        if self._stage == HISTORY:
            self._changed(segment, f"{family}/{given}".strip("/"))
            return
        if self._stage > PEOPLE:
            self._find(segment, family, given, kind, reference)
            return
        self._stage = PEOPLE
        self._ticket = self._payment = None
        if group.upper() == "G":
            booking.values["group_name"] = family
            booking.values["group_size"] = whole(size)
            self._person = None
            return
        self._add_person(segment, family, given, kind, reference)

    def _add_person(
        self, segment: Segment, family: str, given: str, code: str, reference: str
    ) -> None:
        booking = self._need(segment)
        if not (family or given):
            self._report(segment, "This person has no name")
        person = Person(segment.line, family, given, reference)
        kind = traveller_type(code)
        if kind:
            person.values["type"] = kind
        self._person = person
        booking.add(person)

    def _find(self, segment: Segment, family: str, given: str, code: str, reference: str) -> None:
        """Somebody named again at check-in; one whom the booking does not name is added to it."""
        booking = self._need(segment)
        person = booking.person(reference) or booking.named(family, given)
        if person is None:
            cause = "This person stands among the check-in data only; his own TIF is missing"
            self._report(segment, cause, Severity.WARNING)
            self._add_person(segment, family, given, code, reference)
            person, self._person = self._person, None
        if self._check_in is not None and person is not None and person.reference:
            self._check_in["traveller"] = person.reference

    def _fti(self, segment: Segment) -> None:
        booking = self._need(segment)
        for element in segment.elements:
            parts = padded(element)
            if parts[1]:
                booking.services.append(
                    DeclaredService(
                        code="FQTV",
                        line=segment.line,
                        carrier=parts[0],
                        text=parts[1],
                        status=parts[4] or parts[5],
                        traveller=self._person.reference if self._person else "",
                    )
                )

    def _ref(self, segment: Segment) -> None:
        if self._person is None or self._stage != PEOPLE:
            self._leave(segment)
        else:
            value = segment.get(0, 1) or segment.get(0)
            self._person.take("unique_reference", value, segment.line)

    def _far(self, segment: Segment) -> None:
        if segment.get(5):
            self._need(segment).fares.append(segment.get(5))

    def _doc(self, segment: Segment) -> None:
        if self._person is None or not segment.get(1):
            self._leave(segment)
        else:
            document = DeclaredDocument(
                type=segment.get(0), number=segment.get(1), line=segment.line
            )
            self._person.documents.append(document)

    def _tkt(self, segment: Segment) -> None:
        booking = self._need(segment)
        self._payment = None
        number, kind, booklets, *_ = parts_of(segment, 0)
        self._ticket = {
            "number": number,
            "type": kind,
            "booklets": booklets,
            "traveller": self._person.reference if self._person else "",
            "line": segment.line,
        }
        booking.tickets.append(self._ticket)

    def _mon(self, segment: Segment) -> None:
        if self._ticket is None:
            self._leave(segment)
            return
        for element in segment.elements:
            parts = padded(element)
            name = {"B": "base", "T": "total"}.get(parts[0].upper())
            if name is not None:
                self._ticket.setdefault(name, f"{parts[1]} {parts[2]}".strip())

    def _ptk(self, segment: Segment) -> None:
        if self._ticket is None:
            self._leave(segment)
            return
        self._ticket["conditions"] = segment.get(0)
        day, time, *_ = parts_of(segment, 2)
        self._ticket["deadline"] = moment(day, time)
        self._ticket["carrier"] = segment.get(3)

    def _txd(self, segment: Segment) -> None:
        if self._ticket is None:
            self._leave(segment)
            return
        taxes = [" ".join(filter(None, own)) for own in segment.elements[1:]]
        self._ticket["taxes"] = (*self._ticket.get("taxes", ()), *(own for own in taxes if own))

    def _fop(self, segment: Segment) -> None:
        booking = self._need(segment)
        for element in segment.elements:
            parts = padded(element)
            if not any(parts):
                continue
            account = parts[4]
            card = self._cards.of_account(segment, account) if account else None
            self._payment = {
                "kind": parts[0],
                "amount": parts[2],
                "vendor": parts[3],
                "account": card.account if card else account,
                "token": card.token if card else "",
                "expiry": parts[5],
                "traveller": self._person.reference if self._person else "",
                "line": segment.line,
            }
            booking.payments.append(self._payment)

    def _ift(self, segment: Segment) -> None:
        booking = self._need(segment)
        kind = segment.get(0, 1)
        texts = [text for own in segment.elements[1:] for part in own if (text := part.strip())]
        if not texts:
            self._leave(segment)
            return
        if kind == _FARE_CALCULATION:
            booking.fare_calculations.append(" ".join(texts))
            return
        if kind == _SPONSOR and self._payment is not None:
            names = ("payer", "payer_address", "payer_phone")
            taken = [
                self._payment.setdefault(name, text) == text
                for name, text in zip(names, texts, strict=False)
            ]
            if len(texts) > len(names) or not all(taken):
                self._leave(segment)
            return
        who = self._person.reference if self._person and self._stage == PEOPLE else ""
        whole = " ".join(texts)
        found = read_contact(whole, who, segment.line)
        if found is not None:
            self._reach(found)
        if before_contact(whole):
            code = "OSI" if kind == _SERVICE_INFORMATION else "IFT"
            self._remove(segment, code, "text")
