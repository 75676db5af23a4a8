"""Conveyances and their movements, as rules see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement, MovementKind
from parakh.domain.voyage import Direction
from parakh.services import feature_values as values
from parakh.services.feature_facts import Row
from parakh.services.goods_facts import UnitFacts
from parakh.store.goods_history import Load

T = TypeVar("T")

_MONTH, _QUARTER = timedelta(days=30), timedelta(days=90)
_SAME_TRIP = timedelta(days=3)
"""Goods that are due so long before or after a crossing are what it carries."""

_MOST_SIGHTINGS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """Where a unit was up to a moment, the newest first.

    Attributes:
        moves: of the last 90 days.
        earlier: its newest crossing before those.
        at: the moment.
    """

    moves: Sequence[Movement]
    earlier: datetime | None
    at: datetime

    @property
    def crossing(self) -> Movement | None:
        """The newest crossing, to which what came after it belongs."""
        return next((own for own in self.moves if own.kind is MovementKind.CROSSING), None)

    @property
    def trip(self) -> Sequence[Movement]:
        """The newest crossing and what came after it; all where none is known."""
        crossing = self.crossing
        return self.moves[: self.moves.index(crossing) + 1] if crossing else self.moves

    @property
    def before(self) -> Sequence[Movement]:
        """What came before the newest crossing."""
        return self.moves[len(self.trip) :]

    @property
    def crossings_before(self) -> list[Movement]:
        """The crossings before the newest one."""
        return [own for own in self.before if own.kind is MovementKind.CROSSING]

    @property
    def last(self) -> datetime | None:
        """When it crossed before the newest crossing."""
        found = self.crossings_before
        return found[0].at if found else self.earlier

    @property
    def in_port(self) -> Sequence[Movement]:
        """What came since it was loaded or unloaded last, that included; nothing where neither is
        known."""
        begun = (MovementKind.LOADED, MovementKind.DISCHARGED)
        places = (place for place, own in enumerate(self.moves) if own.kind in begun)
        place = next(places, None)
        return () if place is None else self.moves[: place + 1]


def conveyance(
    own: Conveyance, facts: UnitFacts, moment: datetime, this: Movement | None = None
) -> Row:
    """What is known of a unit at a moment, when it did what led to its screening (`this`)."""
    trail = trail_of(own, facts, moment)
    crossing = trail.crossing
    known = own.kind is ConveyanceKind.CONTAINER
    loads = facts.loads_of(own.identifier) if known else ()
    return {
        "kind": own.kind.value,
        "identifier": own.identifier,
        "country": own.country,
        "foreign": own.country != facts.home if own.country and facts.home else None,
        "empty": _first(move.empty for move in trail.trip),
        "last_empty": _first(move.empty for move in trail.crossings_before),
        "gross_kg": _first(move.gross_kg for move in trail.trip),
        "last_gross_kg": _first(move.gross_kg for move in trail.before),
        "first_time": trail.earlier is None and not _crossed_but(trail, this),
        "crossings_30d": len([one for one in trail.crossings_before if moment - one.at <= _MONTH]),
        "hours_since_last": values.hours(crossing.at if crossing else None, trail.last),
        "drivers_90d": _drivers(trail, moment),
        "findings_365d": facts.findings_of(own),
        "seen_without_crossing": _unseen_at_the_border(trail),
        "goods_declared": bool(loads) if known else _declared(own, facts, trail),
        "seal_changed": seal_changed(trail, loads) if known else None,
        "days_in_port": days_in_port(trail),
        "co_loaded_found": facts.co_loaded_found(own.identifier) if known else None,
    }


def movement(own: Movement | None) -> Row:
    """What a unit did last."""
    if own is None:
        return {}
    return {
        "kind": own.kind.value,
        "at": own.at,
        "place": own.place or None,
        "port": own.port or None,
        "direction": own.direction and own.direction.value,
        "driver": own.driver or None,
    }


def sightings(own: Conveyance, facts: UnitFacts, moment: datetime) -> list[Row]:
    """Where it was seen inland, the newest first."""
    seen = [one for one in trail_of(own, facts, moment).moves if _sighting(one)]
    return [
        {
            "place": one.place,
            "at": one.at,
            "hours_ago": values.hours(moment, one.at),
            "direction": one.heading and one.heading.value,
        }
        for one in seen[:_MOST_SIGHTINGS]
    ]


def trail_of(own: Conveyance, facts: UnitFacts, moment: datetime) -> Trail:
    """A unit's movements up to a moment."""
    moves = [one for one in facts.movements_of(own.id) if moment - _QUARTER <= one.at <= moment]
    return Trail(moves=moves, earlier=facts.crossed_before(own.id), at=moment)


def seal_changed(trail: Trail, loads: Sequence[Load]) -> bool | None:
    """Whether the last seal is another than the first that is told; None where fewer than two
    tell of one."""
    told = [own.seal for own in reversed(trail.in_port)]
    newest = max(loads, key=lambda own: own.known_at, default=None)
    seals = [own for own in (*(newest.seals if newest else ()), *told) if own]
    return seals[-1] != seals[0] if len(seals) > 1 else None


def days_in_port(trail: Trail) -> float | None:
    """From the unloading until it left, or until the moment; None where none is known."""
    stay = list(reversed(trail.in_port))
    if not stay or stay[0].kind is not MovementKind.DISCHARGED:
        return None
    left = next((own.at for own in stay if own.kind is MovementKind.GATE_OUT), trail.at)
    return values.days(left, stay[0].at)


# --- within -------------------------------------------------------------------------------------


def _first(told: Iterable[T | None]) -> T | None:
    return next((own for own in told if own is not None), None)


def _crossed_but(trail: Trail, this: Movement | None) -> bool:
    """Whether another crossing is known."""
    crossings = (own.id for own in trail.moves if own.kind is MovementKind.CROSSING)
    return any(this is None or own != this.id for own in crossings)


def _drivers(trail: Trail, moment: datetime) -> int:
    recent = [own for own in trail.moves if moment - own.at <= _QUARTER]
    return len({own.traveller_id or own.driver for own in recent} - {"", None})


def _sighting(own: Movement) -> bool:
    return own.kind is MovementKind.SIGHTING


def _unseen_at_the_border(trail: Trail) -> bool:
    """Seen inland without ever having crossed, or after it left."""
    place = next((place for place, own in enumerate(trail.moves) if _sighting(own)), None)
    if place is None:
        return False
    crossed = (own for own in trail.moves[place:] if own.kind is MovementKind.CROSSING)
    last = next(crossed, None)
    if last is None:
        return trail.earlier is None
    return last.direction is Direction.EXIT


def _declared(own: Conveyance, facts: UnitFacts, trail: Trail) -> bool:
    if any(one.consignment_id for one in trail.trip):
        return True
    crossing = trail.crossing
    moment = crossing.at if crossing else trail.at
    way = crossing.direction.value if crossing and crossing.direction else ""
    return any(
        abs(due - moment) <= _SAME_TRIP and way in ("", direction)
        for direction, due in facts.carried_by(own.id)
    )
