"""How far the reading of a PNRGOV has come, and what every part of it needs."""

from collections import Counter
from typing import Any, Literal

from parakh.domain.message import Problem, Severity
from parakh.ingest.cards import CardCutter
from parakh.ingest.edifact import Segment
from parakh.ingest.pnrgov_parts import Booking, Leg, Person
from parakh.ingest.pnrgov_values import (
    moment,
    padded,
)
from parakh.ingest.records import (
    DeclaredBooking,
    DeclaredChange,
    DeclaredContact,
    DeclaredReference,
    DeclaredVoyage,
)
from parakh.ingest.submission import Hidden, Unmapped

HEAD, PEOPLE, ITINERARY, SPLIT, OTHER, HISTORY = range(6)
"""How far a booking has come."""


class State:
    """What was read of a message, and the booking, person and segment that are open."""

    def __init__(self, cards: CardCutter) -> None:
        self.function = ""
        self.reporter = ""
        self.voyages: list[DeclaredVoyage] = []
        self.bookings: list[DeclaredBooking] = []
        self.problems: list[Problem] = []
        self.unmapped: list[Unmapped] = []
        self.removed = Counter[str]()
        self.hidden: list[Hidden] = []
        self._cards = cards
        self._count: tuple[Segment, str] | None = None
        self._booking: Booking | None = None
        self._stage = HEAD
        self._person: Person | None = None
        self._leg: Leg | None = None
        self._ticket: dict[str, Any] | None = None
        self._payment: dict[str, Any] | None = None
        self._check_in: dict[str, Any] | None = None
        self._desk = ("", "")
        self._change = ("", "", "")
        self._product = ""
        self._last_rci: Segment | None = None

    def _open(self, segment: Segment) -> Booking:
        self._booking = Booking(segment.line)
        self._stage = HEAD
        self._person = self._leg = self._ticket = self._payment = self._check_in = None
        self._change = ("", "", "")
        self._desk = ("", "")
        self._last_rci = None
        return self._booking

    def _close(self) -> None:
        if self._booking is not None:
            self.bookings.append(self._booking.declared(self.voyages))
        self._booking = None

    def _need(self, segment: Segment) -> Booking:
        """The open booking; one is opened where its SRC is missing."""
        if self._booking is not None:
            return self._booking
        self._report(segment, "SRC is missing before this: it belongs to a booking")
        return self._open(segment)

    def _reopen(self, segment: Segment) -> Booking:
        """A new booking whose SRC was lost, with the locators that stood right before."""
        before = self._last_rci
        self._close()
        booking = self._need(segment)
        if before is not None:
            self._take_references(before, booking)
        return booking

    def _take_references(self, segment: Segment, booking: Booking) -> None:
        found = references(segment)
        booking.references += found
        created = next((own.created for own in found if own.created), "")
        if created and "created" not in booking.values:
            booking.values["created"] = created

    def _reach(self, found: DeclaredContact) -> None:
        booking = self._booking
        if booking is not None:
            booking.contacts.setdefault(found)
        if self._person is not None and self._stage == PEOPLE:
            self._person.contacts.append(found)

    def _changed(self, segment: Segment, text: str) -> None:
        action, agent, at = self._change
        self._need(segment).history.append(
            DeclaredChange(
                line=segment.line, action=action, what=segment.tag, text=text, at=at, agent=agent
            )
        )

    def _leave(self, segment: Segment) -> None:
        text = "+".join((segment.tag, *(":".join(element) for element in segment.elements)))
        self.unmapped.append(
            Unmapped(line=segment.line, column=segment.column, segment=segment.tag, text=text)
        )

    def _remove(self, segment: Segment, code: str, what: Literal["content", "text"]) -> None:
        """Counts protected content that is left out, and notes where it stands."""
        self.removed[code] += 1
        self.hidden.append(Hidden(segment.start, segment.end, what))

    def _report(self, segment: Segment, cause: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(segment.problem(cause, severity))


def references(segment: Segment) -> list[DeclaredReference]:
    """The locators of an RCI: `company:locator:type:DDMMYY:HHMM` each."""
    found = []
    for element in segment.elements:
        parts = padded(element)
        if not parts[1]:
            continue
        date, time = (parts[3], parts[4]) if parts[3] else (parts[2], parts[3])
        date, time = (date, time) if date.isdecimal() else ("", "")
        if len(parts[2]) == 6 and parts[2].isdecimal():
            date, time = parts[2], parts[3]
        created = moment(date, time) if date else ""
        found.append(DeclaredReference(company=parts[0], locator=parts[1], created=created))
    return found
