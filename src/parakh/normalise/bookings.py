"""What a booking means for one voyage."""

from collections.abc import Iterable

from parakh.ingest.records import DeclaredBooking, DeclaredSegment, DeclaredVoyage

_NOT_HELD = frozenset({"HX", "XX", "XL", "XK", "XR", "UN", "UC", "NO"})
"""Status codes of segments that carry nobody (AIRIMP): cancelled, or refused by the airline. Who is
on a waiting list may still come, and is expected."""


def holds(booking: DeclaredBooking, flight: DeclaredVoyage) -> bool:
    """Whether the booking still brings its travellers onto the flight.

    One that does not mention the flight at all is taken to hold: its sender put it into that
    flight's message.
    """
    held = _on(booking.itinerary, flight)
    if held:
        return any(not not_held(own.status) for own in held)
    return not _on(booking.cancelled, flight)


def not_held(status: str) -> bool:
    """Whether a segment with this status carries nobody."""
    return status[:2].upper() in _NOT_HELD


def same_number(one: str, other: str) -> bool:
    """Whether two numbers of journeys are the same but for zeros and blanks before them."""
    return _number(one) == _number(other)


def locators(booking: DeclaredBooking) -> tuple[str, ...]:
    """Every record locator of the booking, the sender's own first."""
    named = (own.locator.strip().upper() for own in booking.references)
    return tuple(dict.fromkeys(own for own in named if own))


def _on(segments: Iterable[DeclaredSegment], flight: DeclaredVoyage) -> list[DeclaredSegment]:
    sought = flight.carrier, _number(flight.number)
    return [
        own
        for own in segments
        if own.departure[:6] in ("", flight.departure[:6])
        and sought
        in (
            (own.carrier, _number(own.number)),
            (own.operating_carrier, _number(own.operating_number)),
        )
    ]


def _number(text: str) -> str:
    return text.strip().lstrip("0")
