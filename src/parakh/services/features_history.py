"""A person's earlier crossings, hits and alerts, as rules see them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from parakh.domain.outcome import FOUND
from parakh.domain.voyage import Direction
from parakh.normalise.codes import moment_at, port_country
from parakh.screen.screener import TravellerSubject
from parakh.services import feature_values as values
from parakh.services.feature_facts import YEAR, Facts, Row
from parakh.store.features import PassedRow

FASTEST_KMH = 1000.0
"""Nobody travels faster from port to port: airliners fly at up to about 920 km/h (Mach 0.85 at
cruising height), and faster over the ground only in a jet stream."""

_APART_KM = 100.0
"""Ports nearer to each other are one place: between them the clocks of gates decide, not speed."""

_SHORTEST = timedelta(minutes=1)
"""Two journeys that overlap are taken to be so long apart, so that their speed is a number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """Where somebody was first and last on one crossing, as far as its times are known."""

    origin: str
    leaves: datetime
    destination: str
    lands: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """From the end of one journey to the beginning of the next."""

    kmh: float
    origin: str
    since: datetime
    destination: str
    until: datetime


def histories(facts: Facts) -> list[Row]:
    """What crossings came before."""
    return [_history(own, facts) if facts.on_file(own) else {} for own in facts.subjects]


def _history(subject: TravellerSubject, facts: Facts) -> Row:
    rows = facts.passed_by(subject)
    now = facts.moment_of(subject) or facts.at
    direction = _direction(subject, facts)
    last = rows[0] if rows else None
    return {
        "crossings_7d": _since(rows, facts.at - timedelta(days=7)),
        "crossings_30d": _since(rows, facts.at - timedelta(days=30)),
        "crossings_365d": _since(rows, facts.at - YEAR),
        "first_time": not rows,
        "last_entry": _last(rows, Direction.ENTRY),
        "last_exit": _last(rows, Direction.EXIT),
        "days_since_last": values.days(now, last.at) if last else None,
        "entry_without_exit": _again(last, direction, Direction.ENTRY),
        "exit_without_entry": _again(last, direction, Direction.EXIT),
        "shortest_turnaround_hours_365d": _turnaround(rows, direction, now, facts.at - YEAR),
        "crossing_times": [own.at for own in rows],
    }


def documents(facts: Facts) -> list[Row]:
    """Under how many documents they crossed."""
    return [_documents(own, facts) if facts.on_file(own) else {} for own in facts.subjects]


def _documents(subject: TravellerSubject, facts: Facts) -> Row:
    since = facts.at - YEAR
    earlier = (own.traveller_id for own in facts.passed_by(subject) if own.at >= since)
    numbers = {one for own in (subject.ref.id, *earlier) for one in facts.numbers_of(own)}
    return {"distinct_documents_365d": len(numbers)}


def ways(facts: Facts) -> list[Row]:
    """How fast they must have travelled between two journeys."""
    return [_way(own, facts) if facts.on_file(own) else {} for own in facts.subjects]


def _way(subject: TravellerSubject, facts: Facts) -> Row:
    since = facts.at - YEAR
    journeys = [_journey(own) for own in facts.passed_by(subject) if own.at >= since]
    present = _present(subject, facts)
    found = fastest([*journeys, *([present] if present else [])])
    if found is None:
        return {"impossible_travel": False}
    return {
        "impossible_travel": found.kmh > FASTEST_KMH,
        "fastest_kmh": found.kmh,
        "fastest_from_port": found.origin,
        "fastest_from": found.since,
        "fastest_to_port": found.destination,
        "fastest_to": found.until,
    }


def fastest(journeys: Iterable[Journey]) -> Way | None:
    """The fastest way between two journeys that follow each other and end and begin apart."""
    ordered = sorted(journeys, key=lambda own: (own.leaves, own.lands))
    return max(_ways(ordered), key=lambda own: own.kmh, default=None)


def _ways(ordered: Sequence[Journey]) -> Iterator[Way]:
    for one, then in pairwise(ordered):
        km = values.km_between(one.destination, then.origin)
        if km is not None and km >= _APART_KM:
            time = max(then.leaves - one.lands, _SHORTEST)
            yield Way(
                kmh=km / (time / timedelta(hours=1)),
                origin=one.destination,
                since=one.lands,
                destination=then.origin,
                until=then.leaves,
            )


def companions(facts: Facts) -> list[Row]:
    """With how many of those who come along they crossed before."""
    return [
        {"companions_seen_before": facts.seen_before(own)} if facts.on_file(own) else {}
        for own in facts.subjects
    ]


def outcomes(facts: Facts) -> list[Row]:
    """What came of the last year's alerts."""
    return [_outcomes(own, facts) if facts.on_file(own) else {} for own in facts.subjects]


def _outcomes(subject: TravellerSubject, facts: Facts) -> Row:
    found = facts.alerts_of(subject)
    return {"alerts_365d": len(found), "findings_365d": sum(bool(own & FOUND) for own in found)}


def crossings(facts: Facts) -> list[list[Row] | None]:
    """Each crossing before."""
    return [_crossings(own, facts) if facts.on_file(own) else None for own in facts.subjects]


def _crossings(subject: TravellerSubject, facts: Facts) -> list[Row]:
    now = facts.moment_of(subject) or facts.at
    found: list[Row] = []
    for own in facts.passed_by(subject):
        other = own.origin if own.direction == Direction.ENTRY else own.destination
        found.append(
            {
                "at": own.at,
                "days_ago": values.days(now, own.at),
                "port": own.port,
                "direction": own.direction,
                "carrier": own.carrier,
                "number": own.number,
                "other_port": other,
                "other_country": port_country(other) if other else None,
                "document": next(iter(facts.numbers_of(own.traveller_id)), None),
            }
        )
    return found


def hits(facts: Facts) -> list[list[Row] | None]:
    """What was found of the same person before."""
    return [_hits(own, facts) if facts.on_file(own) else None for own in facts.subjects]


def _hits(subject: TravellerSubject, facts: Facts) -> list[Row]:
    return [
        {
            "kind": own.kind,
            "target": own.target,
            "list": own.list,
            "screener": own.screener,
            "score": own.score,
            "state": own.state,
        }
        for own in facts.hits_of(subject)
    ]


# --- crossings ----------------------------------------------------------------------------------


def _since(rows: Iterable[PassedRow], since: datetime) -> int:
    return sum(own.at >= since for own in rows)


def _last(rows: Iterable[PassedRow], direction: Direction) -> datetime | None:
    return next((own.at for own in rows if own.direction == direction), None)


def _again(last: PassedRow | None, now: Direction | None, which: Direction) -> bool | None:
    """Whether somebody crosses the same way as the last time; unknown where no way is told."""
    if now is None:
        return None
    return now is which and last is not None and last.direction == which


def _turnaround(
    rows: Sequence[PassedRow], direction: Direction | None, now: datetime, since: datetime
) -> float | None:
    """The shortest time, in hours, between two crossings one after the other in opposite ways."""
    passed = [(own.at, own.direction) for own in reversed(rows) if own.at >= since]
    if direction is not None:
        passed.append((now, direction))
    ways_ = {Direction.ENTRY, Direction.EXIT}
    turns = [
        (then - one) / timedelta(hours=1)
        for (one, way), (then, next_way) in pairwise(passed)
        if then >= one and {Direction(way), Direction(next_way)} == ways_
    ]
    return min(turns, default=None)


def _direction(subject: TravellerSubject, facts: Facts) -> Direction | None:
    crossing = subject.crossing
    if crossing is not None:
        return crossing.direction
    return subject.voyage.direction if subject.voyage else None


def _journey(own: PassedRow) -> Journey:
    """A crossing before; a voyage's other end counts as far as its time is known."""
    ends = {"origin": own.port, "leaves": own.at, "destination": own.port, "lands": own.at}
    if own.direction == Direction.ENTRY and own.origin and own.leaves_at:
        ends |= {"origin": own.origin, "leaves": min(own.leaves_at, own.at)}
    if own.direction == Direction.EXIT and own.destination:
        lands = moment_at(own.destination, own.arrival)
        if lands is not None:
            ends |= {"destination": own.destination, "lands": max(lands, own.at)}
    return Journey(**ends)  # type: ignore[arg-type]


def _present(subject: TravellerSubject, facts: Facts) -> Journey | None:
    """The crossing of now, in the same way."""
    at, voyage = facts.moment_of(subject), subject.voyage
    crossing = subject.crossing
    port = crossing.port if crossing else voyage.port if voyage else ""
    direction = _direction(subject, facts)
    if at is None or not port or direction is None:
        return None
    return _journey(
        PassedRow(
            traveller_id=subject.ref.id,
            at=at,
            port=port,
            direction=direction.value,
            seen=False,
            voyage_id=voyage.id if voyage else None,
            carrier=voyage.carrier if voyage else None,
            number=voyage.number if voyage else None,
            origin=voyage.origin if voyage else None,
            destination=voyage.destination if voyage else None,
            leaves_at=voyage.leaves_at if voyage else None,
            due_at=voyage.due_at if voyage else None,
            arrival=voyage.arrival if voyage else None,
        )
    )
