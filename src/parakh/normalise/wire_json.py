"""The documented shape of `parakh parse --json`: one object a message."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from typing import Any, TypeVar

from parakh.clock import utc_now
from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredBooking,
    DeclaredCrossing,
    DeclaredDocument,
    DeclaredSegment,
    DeclaredTraveller,
    DeclaredVoyage,
)
from parakh.ingest.submission import Submission
from parakh.normalise.codes import country
from parakh.normalise.dates import read_birth_date, read_datetime, read_expiry
from parakh.normalise.wire_goods import goods_json

T = TypeVar("T")


def parsed_json(file_name: str, submission: Submission) -> dict[str, Any]:
    """One message as read: dates in ISO 8601 (as far as they are known), countries in alpha-3.

    A value that cannot be read is None; `errors` says where and why, and also lists warnings.
    Two-digit years are understood as on the day of the voyage, or today if the list gives none, so
    that an old message is read as it was meant. A PNRGOV has `bookings` and `removed` besides, a
    transmission of crossings its `source` and its `crossings`, one of goods its `consignments` and
    other `records` (see `parakh.normalise.wire_goods`).
    """
    values = _Values(_day_of(submission), submission.problems)
    document: dict[str, Any] = {
        "file": file_name,
        "message_type": submission.message_type,
        "version": submission.version,
        "reference": submission.reference,
        "function": submission.function,
        "quarantined": submission.fatal,
        "voyages": [_voyage(voyage, values) for voyage in submission.voyages],
        "travellers": [_traveller(traveller, values) for traveller in submission.travellers],
    }
    if submission.message_type == "PNRGOV":
        told = len(values.problems)
        document["bookings"] = [_booking(booking, values) for booking in submission.bookings]
        document["removed"] = dict(submission.removed)
        del values.problems[told:]
    if submission.message_type == "CROSSINGS":
        document["source"] = submission.reporter
        document["crossings"] = [_crossing(crossing, values) for crossing in submission.crossings]
    wrong: list[Problem] = []
    if submission.goods:
        told_goods, wrong = goods_json(submission)
        document |= told_goods
    problems = (*submission.problems, *values.problems, *wrong)
    document["errors"] = [_without(asdict(problem), "entry") for problem in problems]
    return document


def booking_json(booking: DeclaredBooking, day: date) -> dict[str, Any]:
    """One booking in the documented shape; `day` settles two-digit years."""
    return _booking(booking, _Values(day, ()))


class _Values:
    """Interprets values, and collects what is wrong with them that reading has not yet said."""

    def __init__(self, day: date, found: Iterable[Problem]) -> None:
        self.problems: list[Problem] = []
        self._today = day
        self._said = {own.line for own in found if own.segment in ("DTM", "SSR")}

    def moment(self, text: str) -> str | None:
        """A local date and time; reading the list has reported one that is none."""
        with suppress(Unreadable):
            found = read_datetime(text)
            return found.isoformat() if found else None
        return None

    def birth_date(self, text: str, line: int) -> str | None:
        """A date of birth, of which parts may be unknown."""
        found = self._read(lambda: read_birth_date(text, self._today), line)
        return str(found) if found else None

    def expiry(self, text: str, line: int) -> str | None:
        """A document's date of expiry."""
        found = self._read(lambda: read_expiry(text, self._today), line)
        return str(found) if found else None

    def country(self, text: str, line: int) -> str | None:
        """A country's alpha-3 code."""
        found = country(text)
        if found is None and text.strip("< "):
            self._report(line, "The country code is not known")
        return found

    def _read(self, read: Callable[[], T], line: int) -> T | None:
        try:
            return read()
        except Unreadable as error:
            if line not in self._said:
                self._report(line, str(error))
            return None

    def _report(self, line: int, cause: str) -> None:
        self.problems.append(Problem(line=line, column=1, segment="", cause=cause))


def _day_of(submission: Submission) -> date:
    for text in (time for leg in submission.voyages for time in (leg.departure, leg.arrival)):
        with suppress(Unreadable):
            if found := read_datetime(text):
                return found.date()
    return utc_now().date()


def _voyage(voyage: DeclaredVoyage, values: _Values) -> dict[str, Any]:
    return {
        "carrier": voyage.carrier or None,
        "number": voyage.number or None,
        "origin": voyage.origin or None,
        "destination": voyage.destination or None,
        "departure": values.moment(voyage.departure),
        "arrival": values.moment(voyage.arrival),
    }


def _traveller(traveller: DeclaredTraveller, values: _Values) -> dict[str, Any]:
    lines = traveller.lines
    return {
        "role": traveller.role,
        "family_name": traveller.family_name or None,
        "given_names": traveller.given_names or None,
        "birth_date": values.birth_date(traveller.birth_date, lines.get("birth_date", 0)),
        "sex": traveller.sex or None,
        "nationality": values.country(traveller.nationality, lines.get("nationality", 0)),
        "residence": values.country(traveller.residence, lines.get("residence", 0)),
        "embarkation": traveller.embarkation or None,
        "debarkation": traveller.debarkation or None,
        "booking_reference": traveller.booking_reference or None,
        "seat": traveller.seat or None,
        "bags": list(traveller.bags),
        "bag_count": traveller.bag_count,
        "documents": [_document(document, values) for document in traveller.documents],
    }


def _booking(booking: DeclaredBooking, values: _Values) -> dict[str, Any]:
    """One passenger name record; amounts, codes and free names are as sent."""
    return {
        "reference": booking.reference or None,
        "references": [
            {"company": own.company or None, "locator": own.locator} for own in booking.references
        ],
        "created": values.moment(booking.created),
        "transacted": values.moment(booking.transacted),
        "group": _group(booking),
        "travellers": [_passenger(own, values) for own in booking.travellers],
        "itinerary": [_segment(own, values) for own in booking.itinerary],
        "cancelled": [_segment(own, values) for own in booking.cancelled],
        "contacts": [
            *(
                {"kind": own.kind, "value": own.value} | _who(own.traveller)
                for own in booking.contacts
            ),
            *(_address(own) for own in booking.addresses),
        ],
        "agency": _texts(asdict(booking.agency)) if booking.agency else None,
        "tickets": [
            {
                "number": own.number,
                "issued": values.moment(own.issued),
                "base": own.base or None,
                "total": own.total or None,
                "taxes": list(own.taxes),
            }
            | _who(own.traveller)
            for own in booking.tickets
        ],
        "payment": [_texts(_without(asdict(own), "line")) for own in booking.payments],
        "bags": _bags(booking),
        "excess_baggage": [_texts(_without(asdict(own), "line")) for own in booking.excess],
        "services": [
            {"code": own.code, "status": own.status or None, "text": own.text or None}
            | _who(own.traveller)
            for own in booking.services
        ],
        "splits": [
            {
                "travellers": own.travellers,
                "references": [reference.locator for reference in own.references],
            }
            for own in booking.splits
        ],
        "history": [_texts(_without(asdict(own), "line")) for own in booking.history],
    }


def _group(booking: DeclaredBooking) -> dict[str, Any] | None:
    if not booking.group_name and booking.group_size is None:
        return None
    return {
        "name": booking.group_name or None,
        "size": booking.group_size,
        "unnamed": booking.unnamed,
    }


def _passenger(traveller: DeclaredTraveller, values: _Values) -> dict[str, Any]:
    """A traveller as in a list, with what only a booking says of him."""
    return (
        {
            "reference": traveller.reference or None,
            "type": traveller.type or None,
            "booked_as": traveller.booked_as or None,
            "accompanied_by": traveller.accompanied_by or None,
        }
        | _traveller(traveller, values)
        | {
            "birth_place": traveller.birth_place or None,
            "addresses": [_address(own) for own in traveller.addresses],
        }
    )


def _segment(segment: DeclaredSegment, values: _Values) -> dict[str, Any]:
    return {
        "kind": segment.kind,
        "carrier": segment.carrier or None,
        "number": segment.number or None,
        "operating_carrier": segment.operating_carrier or None,
        "operating_number": segment.operating_number or None,
        "origin": segment.origin or None,
        "destination": segment.destination or None,
        "departure": values.moment(segment.departure),
        "arrival": values.moment(segment.arrival),
        "class": segment.booking_class or None,
        "status": segment.status or None,
        "quantity": segment.quantity,
        "aircraft": segment.aircraft or None,
        "name": segment.name or None,
        "locator": segment.locator or None,
        "seats": [{"seat": own.number} | _who(own.traveller) for own in segment.seats],
        "check_in": [
            {
                "at": values.moment(own.at),
                "sequence": own.sequence or None,
                "seat": own.seat or None,
                "cabin": own.cabin or None,
                "bag_count": own.bag_count,
                "bag_weight": own.bag_weight or None,
            }
            | _who(own.traveller)
            for own in segment.check_ins
        ],
    }


def _bags(booking: DeclaredBooking) -> list[dict[str, Any]]:
    return [
        {"tag": own.tag, "carrier": own.carrier or None, "destination": own.destination or None}
        | {"flight": f"{segment.carrier}{segment.number}"}
        | _who(own.traveller)
        for segment in booking.itinerary
        for own in segment.bags
    ]


def _address(address: DeclaredAddress) -> dict[str, Any]:
    return {"kind": "address"} | _texts(_without(asdict(address), "line"))


def _who(reference: str) -> dict[str, Any]:
    return {"traveller": reference or None}


def _crossing(crossing: DeclaredCrossing, values: _Values) -> dict[str, Any]:
    told = asdict(replace(crossing, traveller=None))
    del told["line"], told["column"], told["source"]
    traveller = crossing.traveller
    return _texts(told) | {"traveller": _traveller(traveller, values) if traveller else None}


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    """The values, with None for empty texts."""
    return {name: None if value == "" else value for name, value in values.items()}


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {own: value for own, value in values.items() if own != name}


def _document(document: DeclaredDocument, values: _Values) -> dict[str, Any]:
    return {
        "type": document.type or None,
        "number": document.number,
        "issuer": values.country(document.issuer, document.lines.get("issuer", 0)),
        "expiry": values.expiry(document.expiry, document.lines.get("expiry", 0)),
    }
