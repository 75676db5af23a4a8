"""A traveller, his documents, his voyage and his crossing, as rules see them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from parakh.domain.traveller import Document
from parakh.domain.voyage import CrossingState, Voyage
from parakh.normalise.codes import country, moment_at, port_country
from parakh.normalise.documents import document_number
from parakh.screen.screener import TravellerSubject
from parakh.services import feature_values as values
from parakh.services.feature_facts import Facts, OwnBooking, Row
from parakh.store.features import SaidRow

T = TypeVar("T")


def travellers(facts: Facts) -> list[Row]:
    """What all sources say of them together."""
    return [_traveller(own, facts) for own in facts.subjects]


def _traveller(subject: TravellerSubject, facts: Facts) -> Row:
    own = subject.traveller
    first, _, rest = own.name.given.partition(" ")
    return {
        "family_name": own.name.family or None,
        "given_names": own.name.given or None,
        "first_name": first or None,
        "middle_names": rest.strip() or None,
        "father_name": own.father_name or None,
        "birth_date": own.birth_date and own.birth_date.complete,
        "age": values.age_on(own.birth_date, _day_of(subject, facts)),
        "sex": own.sex and own.sex.value,
        "nationality": own.nationality,
        "residence": own.residence,
        "role": own.role.value,
        "standing": own.standing.value,
        "embarkation": own.embarkation,
        "embarkation_country": own.embarkation and port_country(own.embarkation),
        "debarkation": own.debarkation,
        "debarkation_country": own.debarkation and port_country(own.debarkation),
        "booking_reference": own.booking_reference,
        "seat": own.seat,
    }


def declared(facts: Facts) -> list[Row]:
    """What single messages say of them, each value by the newest that says it."""
    return [_declared(facts.said_of(own), own) for own in facts.subjects]


def _declared(said: Sequence[SaidRow], subject: TravellerSubject) -> Row:
    def newest(name: str) -> Any:
        return next((row.data[name] for row in said if row.data.get(name) is not None), None)

    count = newest("bag_count")
    if count is None and subject.traveller.bags:
        count = len(subject.traveller.bags)
    weight = values.weight(newest("bag_weight") or "")
    others = newest("other_nationalities")
    return {
        "other_nationalities": None if others is None else [country(own) or own for own in others],
        "type": newest("type"),
        "occupation": values.capitals(newest("occupation")),
        "verified": newest("verified"),
        "clearance": values.capitals(newest("clearance")),
        "agency_reference": newest("agency_reference"),
        "customer_reference": newest("customer_reference"),
        "bag_count": count,
        "bag_weight": weight,
        "bag_weight_average": weight / count if weight is not None and count else None,
    }


def parties(facts: Facts) -> list[Row]:
    """How many come with them."""
    found = (facts.fellows_of(own) for own in facts.subjects)
    return [{"co_travellers": None if own is None else len(own)} for own in found]


def pools(facts: Facts) -> list[Row]:
    """The pools of bags that they are in."""
    return [_pool(facts.booking_of(own)) for own in facts.subjects]


def _pool(booking: OwnBooking | None) -> Row:
    for segment in booking.data.get("itinerary", ()) if booking else ():
        ins = segment.get("check_ins", ())
        own = next((one for one in ins if booking and one["traveller"] == booking.reference), None)
        if own is None:
            continue
        pooled = [one for one in ins if one.get("bag_pool")] if own.get("bag_pool") else [own]
        counts = [one.get("bag_count") for one in pooled]
        weights = [values.weight(one.get("bag_weight", "")) for one in pooled]
        return {
            "bag_pool_head": own.get("bag_pool") == "HP",
            "bag_pool_count": _sum(counts),
            "bag_pool_weight": _sum(weights),
        }
    return {}


def _sum(numbers: Sequence[float | None]) -> float | None:
    """The sum of all that is told, None where nothing is."""
    told = [own for own in numbers if own is not None]
    return sum(told) if told else None


def documents(facts: Facts) -> list[list[Row]]:
    """Their travel documents."""
    return [_documents(own, facts) for own in facts.subjects]


def _documents(subject: TravellerSubject, facts: Facts) -> list[Row]:
    told: dict[str, Mapping[str, Any]] = {}
    for row in facts.said_of(subject):
        for one in row.data.get("documents", ()):
            if one.get("issued") or one.get("issued_at"):
                told.setdefault(document_number(one["number"]), one)
    today = facts.at.date()
    return [_document(own, told.get(own.number, {}), today) for own in subject.traveller.documents]


def _document(own: Document, told: Mapping[str, Any], today: date) -> Row:
    ends = values.last_day(own.expiry)
    issued = values.local_day(told.get("issued", ""))
    return {
        "type": own.type.value,
        "number": own.number,
        "issuer": own.issuer,
        "expiry": ends,
        "days_to_expiry": values.days(ends, today),
        "issued": issued,
        "days_since_issue": values.days(today, issued),
        "issued_at": values.capitals(told.get("issued_at")),
    }


def voyages(facts: Facts) -> list[Row]:
    """The voyages that they come by, each worked out once."""
    return _once(facts.subjects, lambda own: voyage(own.voyage, facts.at))


def voyage(own: Voyage | None, at: datetime) -> Row:
    """One voyage at a moment; nothing of none."""
    if own is None:
        return {}
    arrives = moment_at(own.destination, own.arrival)
    return {
        "name": own.name,
        "mode": own.mode.value,
        "carrier": own.carrier or None,
        "number": own.number or None,
        "direction": own.direction.value,
        "origin": own.origin or None,
        "origin_country": port_country(own.origin),
        "destination": own.destination or None,
        "destination_country": port_country(own.destination),
        "port": own.port or None,
        "departs": own.leaves_at,
        "arrives": arrives,
        "departure_date": own.departure and own.departure.date(),
        "arrival_date": own.arrival and own.arrival.date(),
        "departure_hour": own.departure and own.departure.hour,
        "arrival_hour": own.arrival and own.arrival.hour,
        "hours_to_departure": values.hours(own.leaves_at, at),
        "hours_to_arrival": values.hours(arrives, at),
        "delay": values.hours(own.departure, own.scheduled_departure),
        "cancelled": own.cancelled,
    }


def sizes(facts: Facts) -> list[Row]:
    """How many come on their voyages."""
    counts = facts.sizes_of_voyages
    return [
        {"travellers": counts.get(own.voyage.id, 0)} if own.voyage else {} for own in facts.subjects
    ]


def crossings(facts: Facts) -> list[Row]:
    """The crossings that they are about to make, or have just made."""
    return [_crossing(own, facts) for own in facts.subjects]


def _crossing(subject: TravellerSubject, facts: Facts) -> Row:
    own, at = subject.crossing, facts.moment_of(subject)
    voyage = subject.voyage
    port = own.port if own else voyage.port if voyage else ""
    direction = own.direction if own else voyage.direction if voyage else None
    seen = own is not None and own.state is CrossingState.ACTUAL
    state = CrossingState.ACTUAL if seen else CrossingState.EXPECTED
    return {
        "state": state.value if own or voyage else None,
        "port": port or None,
        "lane": (own.lane if own else "") or None,
        "direction": direction and direction.value,
        "at": at,
        "hour": values.hour_at(port, at),
        "hours_after_due": values.hours(at, voyage.due_at) if seen and voyage else None,
    }


def _day_of(subject: TravellerSubject, facts: Facts) -> date:
    voyage = subject.voyage
    return (voyage.departure if voyage and voyage.departure else facts.at).date()


def _once(
    subjects: Iterable[TravellerSubject], told: Callable[[TravellerSubject], Row]
) -> list[Row]:
    """One row a subject; those of one voyage share theirs."""
    rows: dict[str, Row] = {}
    found = []
    for own in subjects:
        key = own.voyage.id if own.voyage else ""
        if key not in rows:
            rows[key] = told(own)
        found.append(rows[key])
    return found
