"""A traveller's booking, and everything in it, as rules see it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from parakh.domain.voyage import Voyage
from parakh.normalise import codes
from parakh.normalise.bookings import not_held
from parakh.screen.screener import TravellerSubject
from parakh.services import feature_values as values
from parakh.services.feature_facts import Facts, OwnBooking, Row
from parakh.services.feature_segments import Json, flights, is_on, local_time

T = TypeVar("T")


_MEMBERSHIPS = "FQT"


def bookings(facts: Facts) -> list[Row]:
    """Their bookings as a whole."""
    found = _shared(facts, _booking)
    return [{} if own is None else own for own in found]


def sizes(facts: Facts) -> list[Row]:
    """How many persons their bookings name."""
    found = (facts.booking_of(own) for own in facts.subjects)
    return [{} if own is None else {"size": facts.sizes_of_bookings.get(own.id)} for own in found]


def _shared(
    facts: Facts, told: Callable[[OwnBooking, TravellerSubject, Facts], T]
) -> list[T | None]:
    """What is the same for all of a booking on a voyage; None for those without a booking."""
    known: dict[tuple[str, str], T] = {}
    found: list[T | None] = []
    for one in facts.subjects:
        own = facts.booking_of(one)
        if own is None:
            found.append(None)
            continue
        key = own.id, one.voyage.id if one.voyage else ""
        if key not in known:
            known[key] = told(own, one, facts)
        found.append(known[key])
    return found


def _booking(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> Row:
    data, voyage = own.data, subject.voyage
    references = data.get("references") or [{}]
    created = data.get("created", "")
    kinds = (one["kind"].upper() for one in data.get("payments", ()) if one.get("kind"))
    return {
        "locator": values.capitals(references[0].get("locator")),
        "carrier": values.capitals(references[0].get("company")),
        "holds": _holds(data, voyage),
        "made": values.local_day(created),
        "ticketed": values.local_day(data.get("ticketed", "")),
        "received": own.row.received_at,
        "group_size": data.get("group_size"),
        "unnamed": _unnamed(own, facts),
        "excess_pieces": _excess(data),
        "payment_kinds": list(dict.fromkeys(kinds)),
        "changes": len(data.get("history", ())),
        "cancelled_segments": len(data.get("cancelled", ())),
        "splits": len(data.get("splits", ())),
        **_lead(created, data, voyage),
        **_baggage(data, voyage),
        **_itinerary(data),
    }


def _holds(data: Json, voyage: Voyage | None) -> bool | None:
    if voyage is None:
        return None
    here = [one for one in data.get("itinerary", ()) if is_on(one, voyage)]
    if here:
        return not all(not_held(one.get("status", "")) for one in here)
    return not any(is_on(one, voyage) for one in data.get("cancelled", ()))


def _unnamed(own: OwnBooking, facts: Facts) -> int | None:
    size = own.data.get("group_size")
    return None if size is None else max(0, size - facts.sizes_of_bookings.get(own.id, 0))


def _excess(data: Json) -> float:
    told = (values.number(one.get("pieces", "")) for one in data.get("excess", ()))
    return sum(own for own in told if own is not None)


def _lead(created: str, data: Json, voyage: Voyage | None) -> Row:
    """How long before its departure it was made; its moments are in UTC, as PNRGOV has them."""
    first = next((local_time(one, "departure") for one in flights(data)), None)
    leaves = voyage.departure if voyage and voyage.departure else first
    made = values.local_day(created)
    return {
        "departure_date": first and first.date(),
        "days_before_departure": values.days(leaves and leaves.date(), made),
        "hours_before_departure": values.hours(
            voyage.leaves_at if voyage else None, values.utc(created)
        ),
    }


def _baggage(data: Json, voyage: Voyage | None) -> Row:
    checked = [
        one
        for segment in data.get("itinerary", ())
        if voyage is None or is_on(segment, voyage)
        for one in segment.get("check_ins", ())
    ]
    counts = [one["bag_count"] for one in checked if one.get("bag_count") is not None]
    weights = [
        found for one in checked if (found := values.weight(one.get("bag_weight", ""))) is not None
    ]
    count = sum(counts) if counts else None
    weight = sum(weights) if weights else None
    return {
        "bag_count": count,
        "bag_weight": weight,
        "bag_weight_average": weight / count if weight is not None and count else None,
    }


def _itinerary(data: Json) -> Row:
    legs = [one for one in flights(data) if one.get("origin") and one.get("destination")]
    if not legs:
        return {}
    origin, end = legs[0]["origin"].upper(), legs[-1]["destination"].upper()
    ports: list[str] = []
    for one in legs:
        for port in (one["origin"].upper(), one["destination"].upper()):
            if not ports or ports[-1] != port:
                ports.append(port)
    shape = _shape(ports, legs)
    aim = end
    if shape != "one_way":
        aim = max(ports, key=lambda own: values.km_between(origin, own) or 0.0)
    return {
        "origin": origin,
        "origin_country": codes.port_country(origin),
        "destination": aim,
        "destination_country": codes.port_country(aim),
        "ports": ports,
        "countries": _runs(codes.port_country(own) for own in ports),
        "trip_type": shape,
        "trip_days": values.days(
            local_time(legs[-1], "arrival") or local_time(legs[-1], "departure"),
            local_time(legs[0], "departure"),
        ),
    }


def _shape(ports: Sequence[str], legs: Sequence[Json]) -> str:
    """There and back, back from elsewhere (or to elsewhere in the first country), or one way."""
    gap = any(
        one["destination"].upper() != next_["origin"].upper() for one, next_ in pairwise(legs)
    )
    if ports[-1] == ports[0]:
        return "open_jaw" if gap else "round_trip"
    first, last = codes.port_country(ports[0]), codes.port_country(ports[-1])
    abroad = any(codes.port_country(own) != first for own in ports)
    return "open_jaw" if first is not None and first == last and abroad else "one_way"


def _runs(values_: Iterable[str | None]) -> list[str | None]:
    """Without the same one twice in a row."""
    found: list[str | None] = []
    for own in values_:
        if not found or found[-1] != own:
            found.append(own)
    return found


# --- its parts ----------------------------------------------------------------------------------


def segments(facts: Facts) -> list[list[Row] | None]:
    """The pieces of their itineraries."""
    return _shared(facts, _segments)


def stays(facts: Facts) -> list[list[Row] | None]:
    """The stays between flights; both times of one are local to the same port."""
    return _shared(facts, _stays)


def payments(facts: Facts) -> list[list[Row] | None]:
    """The payments of their bookings."""
    found = zip(_shared(facts, _payments), facts.subjects, strict=True)
    return [None if own is None else _paid(own, one) for own, one in found]


def tickets(facts: Facts) -> list[list[Row] | None]:
    """Their own tickets."""
    return _lists(facts, _tickets)


def agencies(facts: Facts) -> list[list[Row] | None]:
    """Who made their bookings."""
    return _shared(facts, _agencies)


def memberships(facts: Facts) -> list[list[Row] | None]:
    """Their memberships with airlines."""
    return _lists(facts, _memberships)


def services(facts: Facts) -> list[list[Row] | None]:
    """The special services that are kept."""
    return _lists(facts, _services)


def changes(facts: Facts) -> list[list[Row] | None]:
    """Lines of their bookings' histories."""
    return _shared(facts, _changes)


def _lists(
    facts: Facts, told: Callable[[OwnBooking, TravellerSubject, Facts], list[Row]]
) -> list[list[Row] | None]:
    """None for those without a booking: nobody told then."""
    own = ((facts.booking_of(one), one) for one in facts.subjects)
    return [None if found is None else told(found, one, facts) for found, one in own]


def _segments(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    kept = [_segment(one, subject.voyage, gone=False) for one in own.data.get("itinerary", ())]
    gone = [_segment(one, subject.voyage, gone=True) for one in own.data.get("cancelled", ())]
    return kept + gone


def _segment(one: Json, voyage: Voyage | None, *, gone: bool) -> Row:
    origin, destination = one.get("origin", "").upper(), one.get("destination", "").upper()
    departs = local_time(one, "departure")
    operator = one.get("operating_carrier", "")
    return {
        "kind": one.get("kind", "air"),
        "carrier": values.capitals(one.get("carrier")),
        "number": one.get("number") or None,
        "operated_by_another": operator not in ("", one.get("carrier", "")),
        "operating_carrier": values.capitals(operator),
        "operating_number": one.get("operating_number") or None,
        "origin": origin or None,
        "origin_country": codes.port_country(origin),
        "destination": destination or None,
        "destination_country": codes.port_country(destination),
        "departs": codes.moment_at(origin, departs),
        "arrives": codes.moment_at(destination, local_time(one, "arrival")),
        "departure_date": departs and departs.date(),
        "booking_class": values.capitals(one.get("booking_class")),
        "status": values.capitals(one.get("status")),
        "on_voyage": voyage is not None and is_on(one, voyage),
        "cancelled": gone or not_held(one.get("status", "")),
    }


def _stays(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    carried = flights(own.data)
    return [
        {
            "port": one["destination"].upper(),
            "country": codes.port_country(one["destination"]),
            "hours": values.hours(local_time(then, "departure"), local_time(one, "arrival")),
        }
        for one, then in pairwise(carried)
        if one.get("destination") and one.get("destination") == then.get("origin")
    ]


def _payments(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    currencies = {values.money(one.get("total", ""))[1] for one in own.data.get("tickets", ())} - {
        None
    }
    currency = next(iter(currencies)) if len(currencies) == 1 else None
    today = facts.at.date()
    return [_payment(one, currency, today) for one in own.data.get("payments", ())]


def _payment(one: Json, currency: str | None, today: date) -> Row:
    ends = values.card_expiry(one.get("expiry", ""))
    return {
        "kind": values.capitals(one.get("kind")),
        "amount": values.number(one.get("amount", "")),
        "currency": currency,
        "vendor": values.capitals(one.get("vendor")),
        "card": one.get("token") or None,
        "account": one.get("account") or None,
        "expiry": ends,
        "days_to_expiry": values.days(ends, today),
        "payer": values.capitals(one.get("payer")),
    }


def _paid(rows: Sequence[Row], subject: TravellerSubject) -> list[Row]:
    """The payments as one of the booking's travellers sees them."""
    name = subject.traveller.name
    return [
        {**own, "paid_by_another": _other(str(own["payer"]), name.family, name.given)}
        if own["payer"] is not None
        else own
        for own in rows
    ]


def _other(payer: str, family: str, given: str) -> bool:
    """Whether none of the words of a payer's name are in a traveller's."""
    return set(payer.split()).isdisjoint(f"{family} {given}".split())


def _tickets(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    found: list[Row] = []
    for one in own.data.get("tickets", ()):
        if own.tells_of(one):
            total, currency = values.money(one.get("total", ""))
            found.append(
                {
                    "number": one.get("number") or None,
                    "issued": values.local_day(one.get("issued", "")),
                    "total": total,
                    "currency": currency,
                    "carrier": values.capitals(one.get("carrier")),
                }
            )
    return found


def _agencies(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    one = own.data.get("agency")
    if not one:
        return []
    location = values.capitals(one.get("location")) or values.capitals(one.get("office", "")[:3])
    port = codes.port(location or "")
    airport = codes.airports().get(location or "")
    phones = (
        values.phone(contact["value"])
        for contact in own.data.get("contacts", ())
        if contact["kind"] == "phone" and not contact.get("traveller")
    )
    return [
        {
            "identifier": one.get("agency") or None,
            "office": values.capitals(one.get("office")),
            "name": values.capitals(one.get("company")),
            "type": values.capitals(one.get("type")),
            "location": location,
            "city": airport["city"] if airport else None,
            "country": codes.country(one.get("country", "")) or (port.country if port else None),
            "currency": values.capitals(one.get("currency")),
            "system": values.capitals(one.get("system")),
            "agent": values.capitals(one.get("agent")),
            "phone": next(filter(None, phones), None),
        }
    ]


def _memberships(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    return [
        {
            "carrier": values.capitals(one.get("carrier")),
            "number": one.get("text", "").strip() or None,
            "tier": values.capitals(one.get("status")),
        }
        for one in own.data.get("services", ())
        if one["code"].startswith(_MEMBERSHIPS) and own.tells_of(one)
    ]


def _services(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    return [
        {
            "code": one["code"].upper(),
            "status": values.capitals(one.get("status")),
            "carrier": values.capitals(one.get("carrier")),
            "text": one.get("text") or None,
        }
        for one in own.data.get("services", ())
        if own.tells_of(one)
    ]


def _changes(own: OwnBooking, subject: TravellerSubject, facts: Facts) -> list[Row]:
    return [
        {
            "action": one.get("action") or None,
            "what": one.get("what") or None,
            "text": one.get("text") or None,
        }
        for one in own.data.get("history", ())
    ]
