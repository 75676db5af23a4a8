"""Segments of an itinerary as they stand in a booking's column (see `DeclaredSegment`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parakh.domain.voyage import Voyage
from parakh.normalise.bookings import not_held, same_number
from parakh.services import feature_values as values

Json = Mapping[str, Any]
"""A part of a booking."""

_CARRYING = ("air", "surface")


def is_on(one: Json, voyage: Voyage) -> bool:
    """Whether a segment is a voyage, under its own number or another carrier's."""
    departs = local_time(one, "departure")
    if departs and voyage.departure and departs.date() != voyage.departure.date():
        return False
    return any(
        one.get(f"{prefix}carrier", "") == voyage.carrier
        and same_number(one.get(f"{prefix}number", ""), voyage.number)
        for prefix in ("", "operating_")
    )


def flights(data: Json) -> list[Json]:
    """What carries somebody, in order, without what was cancelled."""
    return [
        one
        for one in data.get("itinerary", ())
        if one.get("kind", "air") in _CARRYING and not not_held(one.get("status", ""))
    ]


def local_time(one: Json, name: str) -> datetime | None:
    """Its `departure` or `arrival`, local to the port."""
    return values.local(one.get(name, ""))
