"""By what a traveller may be linked with others, as one record and its booking tell it."""

from collections.abc import Iterable, Iterator

from parakh.domain.link import End, LinkKind
from parakh.domain.traveller import is_number
from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredAgency,
    DeclaredBooking,
    DeclaredContact,
    DeclaredPayment,
    DeclaredTraveller,
)
from parakh.normalise.contacts import read_address, read_email, read_phone
from parakh.normalise.documents import document_number
from parakh.normalise.names import comparison_form

_SHORTEST_DOCUMENT = 6
_SHORTEST_REFERENCE = 5
"""Shorter ones are numbers of lines."""

_NOT_MASKED = 6
"""Leading digits of a card that show its bank; without them too many cards look alike."""


def ends_of(
    declared: DeclaredTraveller,
    booking: DeclaredBooking | None,
    *,
    voyage_id: str,
    carrier: str,
    home: str,
) -> tuple[End, ...]:
    """All ends that a record tells, each once.

    `voyage_id` and `carrier` are of the voyage that the record is about, "" where it is about none:
    locators, check-in numbers and references are given again, so that they link within these only.
    `home` is the centre's country.
    """
    agency = booking.agency if booking else None
    country = (agency.country if agency else "") or home
    found = [
        *_documents(declared),
        *_reached(_contacts(declared, booking), country),
        *_lives(_addresses(declared, booking), declared),
        *_booked(declared, voyage_id),
        *_referred(declared, carrier),
    ]
    if booking is not None:
        found += [*_paid(declared, booking, country), *_checked_in(declared, booking)]
    if agency is not None and booking is not None:
        found += _agency(agency, booking.line)
    return tuple({(own.kind, own.value): own for own in reversed(found)}.values())[::-1]


def _documents(declared: DeclaredTraveller) -> Iterator[End]:
    for own in declared.documents:
        number = document_number(own.number)
        if is_number(number, _SHORTEST_DOCUMENT):
            told = f"{own.issuer} {own.number}".strip()
            yield End(kind=LinkKind.DOCUMENT, value=number, told=told, line=own.line)


def _contacts(
    declared: DeclaredTraveller, booking: DeclaredBooking | None
) -> Iterator[DeclaredContact]:
    yield from declared.contacts
    for own in booking.contacts if booking else ():
        if own.traveller in ("", declared.reference):
            yield own


def _addresses(
    declared: DeclaredTraveller, booking: DeclaredBooking | None
) -> Iterator[DeclaredAddress]:
    yield from declared.addresses
    for own in booking.addresses if booking else ():
        if own.traveller in ("", declared.reference):
            yield own


def _reached(contacts: Iterable[DeclaredContact], country: str) -> Iterator[End]:
    for own in contacts:
        mail = read_email(own.value)
        phone = "" if mail or own.kind == "email" else read_phone(own.value, country)
        if mail:
            yield End(kind=LinkKind.EMAIL, value=mail, told=own.value, line=own.line)
        elif phone:
            yield End(kind=LinkKind.PHONE, value=phone, told=own.value, line=own.line)


def _lives(addresses: Iterable[DeclaredAddress], declared: DeclaredTraveller) -> Iterator[End]:
    father = " ".join(sorted(comparison_form(declared.father_name).split()))
    for own in addresses:
        value = read_address(own.street, own.city, own.postal_code)
        if not value:
            continue
        told = ", ".join(filter(None, (own.street, own.city, own.postal_code, own.country)))
        yield End(kind=LinkKind.ADDRESS, value=value, told=told, line=own.line)
        if father:
            named = f"{declared.father_name}; {told}"
            yield End(
                kind=LinkKind.FAMILY, value=f"{father}|{value}", told=named, line=declared.line
            )


def _booked(declared: DeclaredTraveller, voyage_id: str) -> Iterator[End]:
    locator = declared.booking_reference.strip().upper()
    if locator and voyage_id:
        line = declared.lines.get("booking_reference", declared.line)
        yield End(kind=LinkKind.BOOKING, value=f"{voyage_id}|{locator}", told=locator, line=line)


def _referred(declared: DeclaredTraveller, carrier: str) -> Iterator[End]:
    for name, text in (
        ("unique_reference", declared.unique_reference),
        ("customer_reference", declared.customer_reference),
    ):
        value = document_number(text)
        if carrier and is_number(value, _SHORTEST_REFERENCE):
            line = declared.lines.get(name, declared.line)
            yield End(
                kind=LinkKind.REFERENCE, value=f"{name}|{carrier}|{value}", told=text, line=line
            )


def _paid(declared: DeclaredTraveller, booking: DeclaredBooking, country: str) -> Iterator[End]:
    for own in booking.payments:
        if own.traveller not in ("", declared.reference):
            continue
        card = own.token or _card(own)
        if card:
            yield End(kind=LinkKind.PAYMENT, value=card, told=own.account, line=own.line)
        phone = read_phone(own.payer_phone, country)
        if phone:
            yield End(kind=LinkKind.PHONE, value=phone, told=own.payer_phone, line=own.line)
        address = read_address(own.payer_address)
        if address:
            yield End(kind=LinkKind.ADDRESS, value=address, told=own.payer_address, line=own.line)


def _card(payment: DeclaredPayment) -> str:
    """A cut number with its bank, last four digits and expiry; "" where less is told."""
    account = payment.account.upper()
    shown = account[:_NOT_MASKED].isdecimal() and account[-4:].isdecimal()
    return f"{payment.vendor}|{account}|{payment.expiry}" if shown and payment.expiry else ""


def _checked_in(declared: DeclaredTraveller, booking: DeclaredBooking) -> Iterator[End]:
    """Who checked in one after the other: a number stands for itself with the one before it, and
    with the one behind it."""
    for leg in booking.itinerary:
        for own in leg.check_ins:
            if own.traveller != declared.reference or not own.sequence.isdecimal():
                continue
            number = int(own.sequence)
            flight = f"{leg.carrier}|{leg.number.lstrip('0')}|{leg.departure[:6]}"
            for place in (number - 1, number):
                yield End(
                    kind=LinkKind.CO_TRAVEL,
                    value=f"{flight}|{place}",
                    told=f"{leg.carrier} {leg.number}, {own.sequence}",
                    line=own.line,
                )


def _agency(own: DeclaredAgency, line: int) -> list[End]:
    if own.type.upper() == "A":
        return []
    parts = (own.agency, own.office) if own.agency else (own.company, own.office, own.location)
    if not any(parts[:2]):
        return []
    told = " ".join(filter(None, (own.agency, own.office, own.company, own.location)))
    return [End(kind=LinkKind.AGENCY, value="|".join(parts).upper(), told=told, line=line)]
