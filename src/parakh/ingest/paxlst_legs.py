"""The legs of a PAXLST: TDT with its places (LOC) and times (DTM)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from parakh.domain.message import Problem, Severity
from parakh.ingest.edifact import Segment
from parakh.ingest.records import DeclaredVoyage

_DEPARTURES = frozenset(("125", "5", "9"))
_ARRIVALS = frozenset(("87", "8", "11", "60"))
_ROUTE = frozenset(("92", "61", "94"))
_MODES = {"1": "sea", "2": "rail", "3": "road", "4": "air"}
"""UN/ECE Recommendation 19, first digit; a list that does not say is an airline's."""

_NUMBER = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3}) ?(\d{1,4}[A-Z]?)")
"""IATA (two characters, one a letter) or ICAO (three letters) designator and flight number."""


@dataclass(slots=True)
class _Place:
    segment: Segment
    qualifier: str
    code: str
    departure: str = ""
    arrival: str = ""


@dataclass(slots=True)
class Leg:
    """One TDT with the places called at, in the order given."""

    segment: Segment
    places: list[_Place] = field(default_factory=list)

    def add_place(self, segment: Segment, qualifier: str, code: str) -> bool:
        """Adds a port of call; False if the qualifier (LOC 3227) names no port of call."""
        if not code or qualifier not in _DEPARTURES | _ARRIVALS | _ROUTE:
            return False
        self.places.append(_Place(segment, qualifier, code.upper()))
        return True

    def add_time(self, qualifier: str, value: str) -> bool:
        """Adds a departure (DTM+189) or arrival (DTM+232) to the port named last."""
        if not self.places:
            return False
        if qualifier == "189":
            self.places[-1].departure = value
        else:
            self.places[-1].arrival = value
        return True


def voyages(legs: Sequence[Leg]) -> tuple[tuple[DeclaredVoyage, ...], list[Problem]]:
    """The voyages of a list, and what is wrong with its legs.

    `border` is set on the legs that LOC+125 and LOC+87 mark; where none is marked, on all, since
    the list does not tell. A TDT without places of its own, or with those of an earlier one, is a
    code share: it has the same route, and is never the leg that counts.
    """
    found: list[DeclaredVoyage] = []
    problems: list[Problem] = []
    for index, leg in enumerate(legs):
        following = legs[index + 1].places if index + 1 < len(legs) else []
        before = legs[index - 1].places if index else []
        problems += _leg_problems(leg, lone=not (leg.places or following or before))
        found += _calls(leg, leg.places or before or following)
    marked = any(voyage.border for voyage in found)
    if found and not marked and len(found) > 1:
        cause = "No leg is marked as the one that crosses the border (LOC+125, LOC+87)"
        problems.append(legs[0].segment.problem(cause, Severity.WARNING))
    seen: set[tuple[str, str, str]] = set()
    result = []
    for voyage in found:
        route = (voyage.origin, voyage.destination, voyage.departure)
        border = (voyage.border or not marked) and route not in seen
        seen.add(route)
        result.append(replace(voyage, border=border))
    return tuple(result), problems


def _calls(leg: Leg, places: Sequence[_Place]) -> list[DeclaredVoyage]:
    """A voyage for each two ports that follow one another."""
    if len(places) == 2 and places[0].qualifier in _ARRIVALS and places[1].qualifier in _DEPARTURES:
        places = (places[1], places[0])
    if not places:
        return [_voyage(leg, None, None)]
    if len(places) == 1:
        only = places[0]
        arrives = only.qualifier in _ARRIVALS or (only.arrival and not only.departure)
        return [_voyage(leg, None, only) if arrives else _voyage(leg, only, None)]
    return [_voyage(leg, a, b) for a, b in pairwise(places) if a.code != b.code]


def _voyage(leg: Leg, origin: _Place | None, destination: _Place | None) -> DeclaredVoyage:
    carrier, number = _designator(leg.segment.get(1), leg.segment.get(4))
    return DeclaredVoyage(
        line=leg.segment.line,
        mode=_MODES.get(leg.segment.get(2)[:1], "air"),
        carrier=carrier,
        number=number,
        origin=origin.code if origin else "",
        destination=destination.code if destination else "",
        departure=origin.departure if origin else "",
        arrival=destination.arrival if destination else "",
        border=(origin is not None and origin.qualifier in _DEPARTURES)
        or (destination is not None and destination.qualifier in _ARRIVALS),
    )


def _designator(number: str, carrier: str) -> tuple[str, str]:
    """Carrier and number, from `UA123` with or without the carrier beside it."""
    number, carrier = number.upper(), carrier.upper()
    if carrier and number.startswith(carrier) and number != carrier:
        return carrier, number.removeprefix(carrier).strip()
    if not carrier and (match := _NUMBER.fullmatch(number)):
        return match[1], match[2]
    return carrier, number


def _leg_problems(leg: Leg, *, lone: bool) -> list[Problem]:
    problems = []
    if not leg.segment.get(1):
        problems.append(leg.segment.problem("TDT gives no flight or voyage number"))
    if lone:
        problems.append(leg.segment.problem("No LOC gives a port of this leg"))
    elif len(leg.places) == 1:
        cause = "Only one LOC gives a port of this leg; its other end is missing"
        problems.append(leg.places[0].segment.problem(cause))
    for a, b in pairwise(leg.places):
        if a.code != b.code and not (a.departure and b.arrival):
            cause = "A leg lacks its time of departure (DTM+189) or arrival (DTM+232)"
            problems.append(a.segment.problem(cause, Severity.WARNING))
    return problems
