"""Special services (SSR) of a booking: documents, addresses, infants, seats, contacts, others."""

from collections.abc import Callable

from parakh.domain.message import Severity
from parakh.ingest.edifact import Segment
from parakh.ingest.paxlst_values import may_be_date
from parakh.ingest.pnrgov_parts import Person, seats_of
from parakh.ingest.pnrgov_state import HISTORY, ITINERARY, PEOPLE, State
from parakh.ingest.pnrgov_values import (
    Service,
    contact,
    read_doca,
    read_doco,
    read_docs,
    read_foid,
    read_service,
    service_contact_kind,
)
from parakh.ingest.records import (
    DeclaredService,
)
from parakh.ingest.sensitive import reason

_SEATS = frozenset(("SEAT", "RQST", "NSSA", "NSSB", "NSSR", "NSST", "NSSW", "SMSA", "SMSW"))
_TEXT_KEPT = frozenset(
    ("CHLD", "UMNR", "FQTV", "FQTR", "FQTS", "FQTU", "TKNE", "TKNA", "TKNM", "TKTL", "GRPF", "GRPS")
)
"""Services whose text is figures and codes; the text of any other could say anything."""


def _keeps_text(code: str) -> bool:
    return code in _TEXT_KEPT or code in _SEATS or code.startswith("CTC")


class Services(State):
    """Takes the SSR segments; each method those of one kind."""

    def _ssr(self, segment: Segment) -> None:
        booking = self._need(segment)
        service = read_service(segment)
        code = service.code
        taker = _SERVICES.get(code)
        if taker is None and reason(code):
            self._remove(segment, code, "content")
            return
        if self._stage == HISTORY:
            if taker is None and service.text and not _keeps_text(code):
                self._remove(segment, code, "text")
            self._changed(segment, code)
            return
        person = self._person if self._stage == PEOPLE else None
        person = booking.whose(service.travellers, person)
        if taker is not None:
            taker(self, segment, service, person)
        elif code in _SEATS:
            self._take_seats(segment, service)
        elif code.startswith("CTC"):
            self._take_contact(segment, service, person)
        else:
            self._keep(segment, service, person)

    def _docs(self, segment: Segment, service: Service, person: Person | None) -> None:
        booking = self._need(segment)
        identity = read_docs(service.text, segment.line)
        if person is not None and person is self._person and person.is_followed_by(identity):
            self._report(segment, "A TIF is missing before this: it begins another person")
            person = Person(segment.line, identity.family, identity.given, born=identity.birth_date)
            self._person = booking.add(person)
        booking.identities.append((identity, person, service.travellers, segment.line))
        if identity.document is None and not identity.family:
            cause = "DOCS gives neither a document number nor a name"
            self._report(segment, cause, Severity.WARNING)
        expiry = identity.document.expiry if identity.document else ""
        for value in (identity.birth_date, expiry):
            if value and not may_be_date(value, time=False):
                self._report(segment, "The value cannot be a date")

    def _doco(self, segment: Segment, service: Service, person: Person | None) -> None:
        place, document = read_doco(service.text, segment.line)
        if person is None:
            self._keep(segment, service, person)
            return
        person.take("birth_place", place, segment.line)
        if document is not None and document.type.upper() == "R":
            person.take("agency_reference", document.number, segment.line)
        elif document is not None and document not in person.documents:
            person.documents.append(document)

    def _doca(self, segment: Segment, service: Service, person: Person | None) -> None:
        who = person.reference if person else ""
        address = read_doca(service.text, who, segment.line)
        target = person.addresses if person else self._need(segment).addresses
        target.append(address)
        if person and address.purpose.upper() == "R":
            person.take("residence", address.country, segment.line)

    def _foid(self, segment: Segment, service: Service, person: Person | None) -> None:
        document = read_foid(service.text, segment.line)
        if document is None or person is None:
            self._keep(segment, service, person)
        elif all(own.number != document.number for own in person.documents):
            person.documents.append(document)

    def _inft(self, segment: Segment, service: Service, person: Person | None) -> None:
        self._need(segment).add_infant(service, person, segment.line)

    def _pctc(self, segment: Segment, service: Service, person: Person | None) -> None:
        who = person.reference if person else ""
        self._reach(contact("other", service.text, who, segment.line))

    def _take_seats(self, segment: Segment, service: Service) -> None:
        if self._stage == ITINERARY and self._leg is not None:
            self._leg.seats += seats_of(service)
        else:
            self._need(segment).seats.append((service, segment.line))

    def _take_contact(self, segment: Segment, service: Service, person: Person | None) -> None:
        if service.text:
            who = person.reference if person else ""
            kind = service_contact_kind(service.code)
            self._reach(contact(kind, service.text, who, segment.line))

    def _keep(self, segment: Segment, service: Service, person: Person | None) -> None:
        kept = service.code in _TEXT_KEPT
        if not kept and (service.text or any(datum for datum, _ in service.details)):
            self._remove(segment, service.code, "text")
        self._need(segment).services.append(
            DeclaredService(
                code=service.code,
                line=segment.line,
                status=service.status,
                quantity=service.quantity,
                carrier=service.carrier,
                origin=service.origin,
                destination=service.destination,
                text=service.text if kept else "",
                traveller=person.reference if person else "",
            )
        )


_SERVICES: dict[str, Callable[[Services, Segment, Service, Person | None], None]] = {
    "DOCS": Services._docs,
    "DOCO": Services._doco,
    "DOCA": Services._doca,
    "FOID": Services._foid,
    "INFT": Services._inft,
    "PCTC": Services._pctc,
}
