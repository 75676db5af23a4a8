"""How a traveller can be reached, and what he has with him, as rules see it."""

from collections.abc import Sequence

from parakh.domain.traveller import Traveller
from parakh.normalise import codes
from parakh.normalise.contacts import read_email
from parakh.screen.screener import TravellerSubject
from parakh.services import feature_values as values
from parakh.services.feature_facts import Facts, OwnBooking, Row
from parakh.services.feature_segments import Json, is_on

_LIST, _BOOKING = "PAXLST", "PNRGOV"


def phones(facts: Facts) -> list[list[Row] | None]:
    """Telephone numbers of their own and of their bookings."""
    return [_phones(own, facts) for own in facts.subjects]


def _phones(subject: TravellerSubject, facts: Facts) -> list[Row] | None:
    booking = facts.booking_of(subject)
    told = [(one["value"], own) for one, own in _contacts(subject, facts, "phone")]
    if booking is not None:
        payments = booking.data.get("payments", ())
        told += [(one["payer_phone"], False) for one in payments if one.get("payer_phone")]
    found: dict[str, bool] = {}
    for text, own in told:
        number = values.phone(text)
        if number is not None:
            found[number] = found.get(number, False) or own
    rows: list[Row] = [
        {"number": one, "prefix": one[:4] if one[0] == "+" else None, "own": own}
        for one, own in found.items()
    ]
    return rows if _is_told(subject, facts) else None


def emails(facts: Facts) -> list[list[Row] | None]:
    """E-mail addresses of their own and of their bookings."""
    return [_emails(own, facts) for own in facts.subjects]


def _emails(subject: TravellerSubject, facts: Facts) -> list[Row] | None:
    found: dict[str, bool] = {}
    for one, own in _contacts(subject, facts, "email"):
        address = read_email(one["value"])
        if address:
            found[address] = found.get(address, False) or own
    rows: list[Row] = [
        {"address": one, "domain": one.rpartition("@")[2], "own": own} for one, own in found.items()
    ]
    return rows if _is_told(subject, facts) else None


def _contacts(subject: TravellerSubject, facts: Facts, kind: str) -> list[tuple[Json, bool]]:
    """Contacts of one kind, and whether they are told as his own."""
    found: list[tuple[Json, bool]] = [
        (one, True) for row in facts.said_of(subject) for one in row.data.get("contacts", ())
    ]
    booking = facts.booking_of(subject)
    if booking is not None:
        parts = booking.data.get("contacts", ())
        found += [(one, bool(one.get("traveller"))) for one in parts if booking.tells_of(one)]
    return [(one, own) for one, own in found if one["kind"] == kind]


def addresses(facts: Facts) -> list[list[Row] | None]:
    """Addresses of their own and of their bookings."""
    return [_addresses(own, facts) for own in facts.subjects]


def _addresses(subject: TravellerSubject, facts: Facts) -> list[Row] | None:
    told = [one for row in facts.said_of(subject) for one in row.data.get("addresses", ())]
    booking = facts.booking_of(subject)
    if booking is not None:
        told += [one for one in booking.data.get("addresses", ()) if booking.tells_of(one)]
    found: dict[tuple[object, ...], Row] = {}
    for one in told:
        row = _address(one)
        found.setdefault(tuple(row.values()), row)
    return list(found.values()) if _is_told(subject, facts) else None


def _address(one: Json) -> Row:
    country = one.get("country", "")
    return {
        "purpose": values.capitals(one.get("purpose")),
        "street": values.capitals(one.get("street")),
        "city": values.capitals(one.get("city")),
        "region": values.capitals(one.get("region")),
        "country": codes.country(country) or values.capitals(country),
        "postal_code": values.capitals(one.get("postal_code")),
    }


def _is_told(subject: TravellerSubject, facts: Facts) -> bool:
    """Whether any message could have told it."""
    return bool(facts.said_of(subject))


def bags(facts: Facts) -> list[list[Row] | None]:
    """Their checked bags by their tags."""
    return [_bags(own, facts) for own in facts.subjects]


def _bags(subject: TravellerSubject, facts: Facts) -> list[Row] | None:
    booking = facts.booking_of(subject)
    traveller = subject.traveller
    found: dict[str, Row] = {}
    for segment in booking.data.get("itinerary", ()) if booking else ():
        here = subject.voyage is not None and is_on(segment, subject.voyage)
        heads = _pool_heads(segment, booking)
        for one in segment.get("bags", ()):
            if booking is not None and booking.tells_of(one):
                row = _bag(one, traveller, here=here, head=heads)
                found.setdefault(one["tag"].upper(), row)
    listed = {"source": _LIST, "on_voyage": True}
    for tag in traveller.bags:
        # The booking tells more of a bag, such as where it goes.
        found[tag] = found.get(tag) or {"tag": tag, **listed}
    if found:
        return list(found.values())
    none = any(row.data.get("bag_count") == 0 for row in facts.said_of(subject))
    return [] if none else None


def _pool_heads(segment: Json, booking: OwnBooking | None) -> bool:
    return any(
        one.get("bag_pool") == "HP"
        for one in segment.get("check_ins", ())
        if booking is not None and one["traveller"] == booking.reference
    )


def _bag(one: Json, traveller: Traveller, *, here: bool, head: bool) -> Row:
    destination = values.capitals(one.get("destination"))
    other = None
    if destination is not None and traveller.debarkation is not None:
        other = destination != traveller.debarkation
    return {
        "tag": one["tag"].upper(),
        "carrier": values.capitals(one.get("carrier")),
        "source": _BOOKING,
        "destination": destination,
        "destination_country": codes.port_country(destination or ""),
        "on_voyage": here,
        "to_another_port": other,
        "pool_head": head,
    }


def seats(facts: Facts) -> list[list[Row] | None]:
    """Their seats on all flights."""
    return [_seats(own, facts) for own in facts.subjects]


def _seats(subject: TravellerSubject, facts: Facts) -> list[Row] | None:
    booking = facts.booking_of(subject)
    rows: list[Row] = []
    for segment in booking.data.get("itinerary", ()) if booking else ():
        here = subject.voyage is not None and is_on(segment, subject.voyage)
        cabins = _cabins(segment, booking)
        for one in segment.get("seats", ()):
            if booking is not None and booking.tells_of(one):
                cabin = one.get("cabin") or cabins
                rows.append(
                    {
                        "number": values.capitals(one["number"]),
                        "cabin": values.capitals(cabin),
                        "source": _BOOKING,
                        "on_voyage": here,
                    }
                )
    own = subject.traveller.seat
    if own is not None and not any(one["on_voyage"] and one["number"] == own for one in rows):
        rows.append({"number": own, "cabin": None, "source": _LIST, "on_voyage": True})
    return rows if rows or booking is not None else None


def _cabins(segment: Json, booking: OwnBooking | None) -> str:
    told: Sequence[str] = [
        one.get("cabin", "")
        for one in segment.get("check_ins", ())
        if booking is not None and one["traveller"] == booking.reference
    ]
    return next(filter(None, told), "")
