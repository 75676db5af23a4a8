"""Passenger name records: the PADIS message PNRGOV, releases 10.1 to 21.1.

Segment groups follow the IATA/ICAO/WCO "PNRGOV EDIFACT Implementation Guide", and the departures
from it that are seen in practice: a segment is read by its tag and by how far its booking has
come, so that one that is lost or out of place costs no more than itself. Each value is taken as
text; only dates are put in the order of year, month, day.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from parakh.domain.message import Problem, Severity
from parakh.ingest.cards import CardCutter
from parakh.ingest.edifact import Segment
from parakh.ingest.paxlst_values import may_be_date
from parakh.ingest.pnrgov_parts import Leg
from parakh.ingest.pnrgov_people import People
from parakh.ingest.pnrgov_state import HEAD, HISTORY, ITINERARY, OTHER, PEOPLE, SPLIT, references
from parakh.ingest.pnrgov_values import (
    bags_of,
    moment,
    padded,
    parts_of,
    whole,
)
from parakh.ingest.records import DeclaredAgency, DeclaredChange, DeclaredSplit, DeclaredVoyage
from parakh.ingest.sensitive import reveals
from parakh.ingest.submission import Submission

_TYPES = frozenset(("A", "C", "IN"))
_ACTIONS = {"A": "added", "X": "cancelled", "C": "changed"}
_NON_AIR = {"8": "hotel"}
"""MSG 4025 of a product that is no flight."""

_WEIGHTS = {"700": "KGM", "701": "LBR", "K": "KGM", "L": "LBR"}


def read(segments: Sequence[Segment], base: Submission, cut: bool, cards: CardCutter) -> Submission:
    """Fills `base` from one message, UNH to UNT, in which card numbers are cut already.

    It is fatal when it does not say which flight it is for, or when it is `cut` off before its UNT,
    so that bookings may be missing from it. Anything else costs at most the value that it concerns.
    """
    reading = _Reading(cards)
    reading.run(segments)
    fatal = []
    if not any(own.number and (own.origin or own.destination) for own in reading.voyages):
        fatal.append(segments[0].problem("No TVL before the first booking gives the flight"))
    if cut:
        cause = "The message ends before its UNT; bookings may be missing"
        fatal.append(segments[-1].problem(cause))
    bookings = tuple(reading.bookings)
    problems = (*base.problems, *reading.problems, *reading.total_problems(), *fatal)
    return replace(
        base,
        function=reading.function,
        reporter=reading.reporter,
        voyages=tuple(reading.voyages),
        travellers=tuple([own for booking in bookings for own in booking.travellers]),
        bookings=bookings,
        removed=dict(reading.removed),
        hidden=(*reading.hidden, *cards.hidden),
        cards=tuple(cards.cards),
        problems=tuple(sorted(problems, key=lambda own: (own.line, own.column))),
        unmapped=tuple(reading.unmapped),
        fatal=bool(fatal),
    )


class _Reading(People):
    """Walks over the segments of one message; each method takes the segments of one tag."""

    def run(self, segments: Iterable[Segment]) -> None:
        """Reads all segments."""
        takers = _TAKERS
        for segment in segments:
            taker = takers.get(segment.tag)
            if taker is not None:
                taker(self, segment)
            elif segment.tag not in ("UNH", "UNT"):
                self._unknown(segment)
        self._close()

    def total_problems(self) -> Iterable[Problem]:
        """A count of bookings (EQN) that does not fit what was read."""
        there = len(self.bookings)
        if self._count is None:
            return
        segment, said = self._count
        if said.isdecimal() and int(said[:9]) != there:
            cause = f"EQN gives {said[:6]} bookings; there are {there}"
            yield segment.problem(cause, Severity.WARNING)

    def _msg(self, segment: Segment) -> None:
        if self._booking is None:
            self.function = segment.get(0, 1) or segment.get(0)
        else:
            self._stage = OTHER
            self._product = segment.get(0)

    def _eqn(self, segment: Segment) -> None:
        if self._booking is None:
            self._count = (segment, segment.get(0))
        else:
            self._stage = SPLIT
            count = whole(segment.get(0))
            self._booking.splits.append(
                DeclaredSplit(travellers=count, references=(), line=segment.line)
            )

    def _src(self, segment: Segment) -> None:
        self._close()
        self._open(segment)

    def _rci(self, segment: Segment) -> None:
        booking = self._need(segment)
        if self._stage == PEOPLE:
            booking = self._reopen(segment)
        if self._stage == HEAD:
            self._take_references(segment, booking)
        elif self._stage == SPLIT and booking.splits:
            found = tuple(references(segment))
            booking.splits[-1] = replace(booking.splits[-1], references=found)
        elif self._stage == HISTORY:
            self._changed(segment, segment.get(0, 1))
        elif self._leg is not None:
            self._last_rci = segment
            locator = segment.get(0, 1)
            if all(own.locator != locator for own in booking.references):
                self._leg.take("locator", locator)
        else:
            self._leave(segment)

    def _dat(self, segment: Segment) -> None:
        booking = self._need(segment)
        if self._stage == HISTORY:
            action, agent, _ = self._change
            self._change = (action, agent, moment(segment.get(0, 1), segment.get(0, 2)))
            return
        if self._stage >= ITINERARY and segment.get(0) == "700":
            booking = self._reopen(segment)
        if self._stage <= PEOPLE and not segment.get(0, 1):
            self._report(segment, "This segment is empty", Severity.WARNING)
        for element in segment.elements:
            parts = padded(element)
            at = moment(parts[1], parts[2])
            if at and not may_be_date(at, time=True):
                self._report(segment, "The value cannot be a date")
            if self._stage == HEAD:
                name = {"700": "transacted", "710": "ticketed", "": "transacted"}.get(parts[0])
                if name is None:
                    self._leave(segment)
                elif at:
                    booking.values.setdefault(name, at)
            elif self._stage == PEOPLE:
                if self._ticket is not None and parts[0] in ("710", ""):
                    self._ticket.setdefault("issued", at)
                elif at:
                    self._leave(segment)
            else:
                self._desk = (at, "")
                self._check_in = None

    def _org(self, segment: Segment) -> None:
        booking = self._booking
        if booking is None:
            self.reporter = segment.get(0)
        elif self._stage == HEAD:
            get = segment.get
            system, system_location, *_ = parts_of(segment, 0)
            agency, office, *_ = parts_of(segment, 1)
            country, currency, *_ = parts_of(segment, 5)
            booking.agency = DeclaredAgency(
                system=system,
                system_location=system_location,
                agency=agency,
                office=office,
                location=get(2),
                company=get(3),
                type=get(4),
                country=country,
                currency=currency,
                agent=get(6),
            )
        elif self._stage == ITINERARY:
            self._desk = (self._desk[0], f"{segment.get(0)} {segment.get(6)}".strip())
        else:
            self._leave(segment)

    def _tvl(self, segment: Segment) -> None:
        leg = _leg(segment)
        if self._booking is None and not self.voyages:
            self._take_voyage(segment, leg)
            return
        booking = self._need(segment)
        values = leg.values
        flies = not (values["origin"] or values["destination"] or values["carrier"])
        if self._stage == HISTORY:
            text = f"{values['carrier']}{values['number']} {values['origin']}"
            self._changed(segment, f"{text} {values['destination']} {values['departure']}".strip())
            if self._change[0] == "cancelled":
                booking.cancelled.append(leg.declared())
        elif flies and self._leg is not None and values["number"]:
            self._leg.take("operating_number", values["number"])
        else:
            if self._stage == OTHER:
                values["kind"] = _NON_AIR.get(self._product, "other")
                values["name"] = segment.get(1, 1)
            elif self._stage != SPLIT:
                self._stage = ITINERARY
            self._leg, self._check_in, self._last_rci = leg, None, None
            booking.legs.append(leg)
        for value in (values["departure"], values["arrival"]):
            if value and not may_be_date(value, time=True):
                self._report(segment, "The value cannot be a date")

    def _take_voyage(self, segment: Segment, leg: Leg) -> None:
        values = leg.values
        for value in (values["departure"], values["arrival"]):
            if value and not may_be_date(value, time=True):
                self._report(segment, "The value cannot be a date")
        self.voyages.append(
            DeclaredVoyage(
                line=segment.line,
                mode="air",
                carrier=values["carrier"],
                number=values["number"],
                origin=values["origin"],
                destination=values["destination"],
                departure=values["departure"],
                arrival=values["arrival"],
            )
        )

    def _tra(self, segment: Segment) -> None:
        if self._leg is None:
            self._leave(segment)
        else:
            self._leg.take("operating_carrier", segment.get(0))
            self._leg.take("operating_number", segment.get(1))

    def _rpi(self, segment: Segment) -> None:
        if self._stage == HISTORY:
            self._changed(segment, f"{segment.get(0)} {segment.get(1)}".strip())
        elif self._leg is None:
            self._leave(segment)
        else:
            self._leg.take("quantity", whole(segment.get(0)))
            self._leg.take("status", segment.get(1))

    def _apd(self, segment: Segment) -> None:
        if self._leg is None or self._stage == HISTORY:
            self._leave(segment)
        else:
            self._leg.take("aircraft", segment.get(0))

    def _tri(self, segment: Segment) -> None:
        if self._leg is None:
            self._leave(segment)
            return
        at, agent = self._desk
        self._check_in = {
            "traveller": segment.get(1, 3),
            "line": segment.line,
            "sequence": segment.get(1),
            "at": at,
            "agent": agent,
        }
        self._leg.check_ins.append(self._check_in)

    def _ssd(self, segment: Segment) -> None:
        if self._check_in is None:
            self._leave(segment)
        else:
            number = segment.get(0).lstrip("0")
            self._check_in["seat"] = number if number[:1].isdigit() else ""
            self._check_in["cabin"] = segment.get(4)

    def _tbd(self, segment: Segment) -> None:
        if self._check_in is None or self._leg is None:
            self._leave(segment)
            return
        weight, unit = segment.get(1, 1), segment.get(1, 2)
        self._check_in["bag_count"] = whole(segment.get(1))
        self._check_in["bag_weight"] = f"{weight} {_WEIGHTS.get(unit, unit)}".strip()
        self._check_in["bag_pool"] = segment.get(2) or segment.get(3)[:2]
        self._leg.bags += bags_of(segment, self._check_in["traveller"])

    def _abi(self, segment: Segment) -> None:
        self._need(segment)
        self._stage = HISTORY
        agent = " ".join(
            part for part in (segment.get(1, 1), segment.get(2), segment.get(4)) if part
        )
        self._change = ("", agent, "")

    def _sac(self, segment: Segment) -> None:
        self._need(segment)
        self._stage = HISTORY
        action = _ACTIONS.get(segment.get(2).upper(), "")
        self._change = (action, *self._change[1:])

    def _lts(self, segment: Segment) -> None:
        booking = self._need(segment)
        text = "+".join(":".join(element) for element in segment.elements).strip()
        if reveals(text):
            self._remove(segment, "LTS", "content")
        elif text:
            booking.history.append(DeclaredChange(line=segment.line, what="LTS", text=text))

    def _unknown(self, segment: Segment) -> None:
        """A segment that the standard does not have; one with a spoilt tag may be a person."""
        person = self._stage <= PEOPLE and segment.get(1, 1).upper() in _TYPES
        if person and segment.tag and self._booking is not None:
            self._report(segment, "This is no PNRGOV segment; it was read as the TIF of a person")
            self._tif(segment)
            return
        if segment.tag:
            self._report(segment, "This is no segment of a PNRGOV message")
        self._leave(segment)


_TAGS = (
    *("MSG", "EQN", "SRC", "RCI", "DAT", "ORG", "ADD", "EBD", "TIF", "FTI", "REF", "FAR", "DOC"),
    *("TKT", "MON", "PTK", "TXD", "FOP", "IFT", "SSR", "TVL", "TRA", "RPI", "APD", "TRI", "SSD"),
    *("TBD", "ABI", "SAC", "LTS"),
)
"""The segments that are read; each by the method of its name."""

_TAKERS: dict[str, Callable[[_Reading, Segment], None]] = {
    tag: getattr(_Reading, f"_{tag.lower()}") for tag in _TAGS
}


def _leg(segment: Segment) -> Leg:
    """A TVL: `DDMMYY:HHMM:DDMMYY:HHMM+from+to+seller:operator+number:class`."""
    day, time, last_day, last_time, *_ = parts_of(segment, 0)
    carrier, operator, *_ = parts_of(segment, 3)
    number, booking_class, *_ = parts_of(segment, 4)
    if len(last_day) == 4 and not last_time:
        last_day, last_time = "", last_day
    number = number.upper()
    leg = Leg(
        {
            "line": segment.line,
            "carrier": carrier.upper(),
            "number": number.lstrip("0") or number,
            "origin": segment.get(1).upper(),
            "destination": segment.get(2).upper(),
            "departure": moment(day, time),
            "arrival": moment(last_day or day, last_time) if last_day or last_time else "",
        }
    )
    leg.take("operating_carrier", operator.upper())
    leg.take("booking_class", booking_class)
    if number in ("OPEN", "ARNK"):
        leg.values["kind"] = "open" if number == "OPEN" else "surface"
    return leg
