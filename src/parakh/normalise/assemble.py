"""Domain values from the declared records of one submission.

What cannot be used is left out and named in a Problem with its line; the rest goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from parakh.domain.ids import new_id
from parakh.domain.message import Problem, Severity
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.errors import Unreadable
from parakh.ingest.paxlst_values import MASTER_CREW
from parakh.ingest.records import (
    DeclaredCrossing,
    DeclaredDocument,
    DeclaredTraveller,
    DeclaredVoyage,
)
from parakh.ingest.submission import Submission
from parakh.normalise.bookings import holds, locators
from parakh.normalise.codes import country, moment_at, port_country, told, told_country
from parakh.normalise.dates import read_birth_date, read_datetime, read_expiry
from parakh.normalise.documents import document_number, document_type
from parakh.normalise.join import Marks, SourceKind, marks_of
from parakh.normalise.names import comparison_form, read_name

T = TypeVar("T")

_MODES = {mode.value: mode for mode in Mode} | {
    "": Mode.AIR,
    "1": Mode.SEA,
    "2": Mode.RAIL,
    "3": Mode.ROAD,
    "4": Mode.AIR,
}
"""By name and by UN/ECE Recommendation 19; carriers that leave it out are airlines."""

_ROLES = {role.value: role for role in TravellerRole}

_SEXES = {
    "M": Sex.MALE,
    "F": Sex.FEMALE,
    "X": Sex.UNSPECIFIED,
    "U": Sex.UNSPECIFIED,
    "<": Sex.UNSPECIFIED,
}

_LONGEST = 35
"""Characters of a port, seat or document number; no such element of UN/EDIFACT D.05B has more."""

_LONGEST_JOURNEY = 17
"""Characters of a carrier or a journey number (elements 3127 and 8028)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssembledTraveller:
    """A traveller with where he comes from.

    Attributes:
        declared: his record.
        marks: by what he is told from others of the voyage.
        booking: place of his booking in `Submission.bookings`, from 0; None in a passenger list.
    """

    traveller: Traveller
    declared: DeclaredTraveller
    marks: Marks
    booking: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembled:
    """Domain values of one submission, and what could not be used of it.

    Attributes:
        border: identifier of the voyage that crosses the border; None if there is no voyage.
    """

    voyages: tuple[Voyage, ...] = ()
    border: str | None = None
    travellers: tuple[AssembledTraveller, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def carrier(self) -> str:
        """Whose voyage crosses the border, or ""."""
        return next((own.carrier for own in self.voyages if own.id == self.border), "")


def assemble(submission: Submission, home_country: str, today: date) -> Assembled:
    """Makes voyages and travellers; identifiers are new each time.

    `home_country` is alpha-3; a voyage that comes from abroad to it is an ENTRY, one that leaves it
    an EXIT, any other a TRANSIT. `today` settles two-digit years. Every traveller is put on the
    voyage on which he crosses the home border; without any voyage nobody can be assembled, except
    the crew of a master crew list, who belong to their carrier and to no voyage. Crossings of
    immigration systems are only checked: whose they are depends on what is stored. Of goods nothing
    is made here (see `parakh.normalise.goods`).
    """
    notes = _Notes()
    if submission.message_type == SourceKind.CROSSINGS:
        _check_crossings(submission.crossings, home_country, today, notes)
        return Assembled(problems=tuple(notes.problems))
    if submission.goods:
        return Assembled()
    if submission.function == MASTER_CREW:
        listed = tuple(_listed(submission, "", today, notes))
        return Assembled(travellers=listed, problems=tuple(notes.problems))
    voyages = [_voyage(leg, home_country, notes) for leg in submission.voyages]
    if not voyages:
        notes.add(submission.line, "no voyage is declared, so that nobody can be expected")
        return Assembled(problems=tuple(notes.problems))
    leg = _border_leg(submission.voyages, voyages)
    border = voyages[leg]
    if submission.bookings:
        found = _booked(submission, submission.voyages[leg], border, today, notes)
    else:
        found = _listed(submission, border.id, today, notes)
    return Assembled(
        voyages=tuple(voyages),
        border=border.id,
        travellers=tuple([_on_his_leg(own, voyages, border) for own in found]),
        problems=tuple(notes.problems),
    )


def traveller_of(declared: DeclaredTraveller, voyage_id: str, today: date) -> Traveller:
    """One record's values, normalised; what cannot be used is left out in silence."""
    return _traveller(declared, voyage_id, today, _Notes())


def timed(voyage: Voyage, *, departure: datetime | None, arrival: datetime | None) -> Voyage:
    """The voyage with other local times, and the moments that follow from them."""
    lands, leaves = moment_at(voyage.destination, arrival), moment_at(voyage.origin, departure)
    return replace(
        voyage,
        departure=departure,
        arrival=arrival,
        due_at=_due_at(voyage.direction, (departure, leaves), (arrival, lands)),
        leaves_at=leaves or (departure and departure.replace(tzinfo=UTC)),
    )


def voyage_key(voyage: Voyage) -> str:
    """What makes a voyage the same when it is sent again.

    Mode, carrier, number, ports and the local date of departure (of arrival if that is unknown).
    """
    if voyage.departure:
        day = voyage.departure.date().isoformat()
    else:
        day = f"to {voyage.arrival.date().isoformat()}" if voyage.arrival else ""
    return ":".join(
        (voyage.mode, voyage.carrier, voyage.number, voyage.origin, voyage.destination, day)
    )


class _Notes:
    """Collects what was wrong, in the order in which it is found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, line: int, cause: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(
            Problem(line=line, column=1, segment="", cause=cause, severity=severity)
        )

    def read(self, line: int, what: str, read: Callable[[], T | None]) -> T | None:
        """What `read` gives; None, and a problem that names `what`, if it is unreadable."""
        try:
            return read()
        except Unreadable as error:
            self.add(line, f"{what}: {error}")
            return None

    def code(self, line: int, what: str, text: str, longest: int = _LONGEST) -> str:
        """The code in upper case; "", and a problem, for more than a code can be."""
        value = text.strip().upper()
        if len(value) <= longest and value.isprintable():
            return value
        self.add(line, f"{what}: longer than {longest} characters, or not printable")
        return ""

    def country(self, line: int, what: str, text: str) -> str | None:
        """The alpha-3 code; None, and a problem, if a code is given that is not known."""
        found = country(text)
        if found is None and text.strip("< "):
            self.add(line, f"{what}: {told_country(text)} is no known country code")
        return found


def _check_crossings(
    crossings: Iterable[DeclaredCrossing], home: str, today: date, notes: _Notes
) -> None:
    """Notes what cannot be used of what an immigration system recorded."""
    for own in crossings:
        if own.traveller is not None:
            _traveller(own.traveller, "", today, notes)
        if own.port and port_country(own.port) != home:
            cause = f"port: {told(own.port)} is no port of this centre's country"
            notes.add(own.line, cause, Severity.WARNING)


def _voyage(leg: DeclaredVoyage, home: str, notes: _Notes) -> Voyage:
    origin = notes.code(leg.line, "port of departure", leg.origin)
    destination = notes.code(leg.line, "port of arrival", leg.destination)
    departure = notes.read(leg.line, "departure", lambda: read_datetime(leg.departure))
    arrival = notes.read(leg.line, "arrival", lambda: read_datetime(leg.arrival))
    for code in (origin, destination):
        if port_country(code) is None:
            notes.add(leg.line, f"port: {told(code)} is no known port", Severity.WARNING)
    mode = _MODES.get(leg.mode.strip().lower())
    if mode is None:
        notes.add(leg.line, "the mode of transport is not known; taken as air", Severity.WARNING)
    lands = moment_at(destination, arrival)
    leaves = moment_at(origin, departure)
    direction = _direction(origin, destination, home)
    if lands and leaves and lands < leaves:
        notes.add(leg.line, "the arrival lies before the departure", Severity.WARNING)
    voyage = Voyage(
        id=new_id(),
        mode=mode or Mode.AIR,
        carrier=notes.code(leg.line, "carrier", leg.carrier, _LONGEST_JOURNEY),
        number=notes.code(leg.line, "journey number", leg.number, _LONGEST_JOURNEY).lstrip("0"),
        origin=origin,
        destination=destination,
        departure=departure,
        arrival=arrival,
        due_at=None,
        direction=direction,
    )
    return timed(voyage, departure=departure, arrival=arrival)


def _due_at(
    direction: Direction,
    leaving: tuple[datetime | None, datetime | None],
    landing: tuple[datetime | None, datetime | None],
) -> datetime | None:
    """When the voyage is due at our port, from the local time and the moment of each end.

    Where a port's zone is not known, its local time is taken as UTC: wrong by some hours, but the
    voyage stands in the list of its day. Where our end has no time, the other end's serves.
    """
    ends = (leaving, landing) if direction is Direction.EXIT else (landing, leaving)
    for local, moment in ends:
        if moment or local:
            return moment or (local and local.replace(tzinfo=UTC))
    return None


def _direction(origin: str, destination: str, home: str) -> Direction:
    comes_from_home = port_country(origin) == home
    goes_home = port_country(destination) == home
    if comes_from_home == goes_home:
        return Direction.TRANSIT
    return Direction.ENTRY if goes_home else Direction.EXIT


def _border_leg(legs: tuple[DeclaredVoyage, ...], voyages: list[Voyage]) -> int:
    """Which leg the travellers cross the home border on.

    A leg that touches home comes before one that the sender called a border leg: his border may be
    another country's. Where none is either, it is the last.
    """
    places = range(len(voyages))
    touching = [place for place in places if voyages[place].direction is not Direction.TRANSIT]
    declared = [place for place in places if legs[place].border]
    both = [place for place in touching if place in declared]
    return next(iter([*both, *touching, *declared]), len(voyages) - 1)


def _on_his_leg(
    own: AssembledTraveller, voyages: Sequence[Voyage], border: Voyage
) -> AssembledTraveller:
    """Puts somebody who boards or leaves on the way onto the leg that he crosses the border on.

    Who goes on through the country stays on the first leg that touches it.
    """
    traveller = own.traveller
    origins = [leg.origin for leg in voyages]
    ends = [leg.destination for leg in voyages]
    first = origins.index(traveller.embarkation) if traveller.embarkation in origins else 0
    last = ends.index(traveller.debarkation) if traveller.debarkation in ends else len(ends) - 1
    his = [leg for leg in voyages[first : last + 1] if leg.direction is not Direction.TRANSIT]
    leg = his[0] if len(his) == 1 else border
    return replace(own, traveller=replace(traveller, voyage_id=leg.id))


def _traveller(
    declared: DeclaredTraveller, voyage_id: str, today: date, notes: _Notes
) -> Traveller:
    def line(attribute: str) -> int:
        return declared.lines.get(attribute, declared.line)

    def code(attribute: str) -> str:
        what = attribute.replace("_", " ")
        return notes.code(line(attribute), what, getattr(declared, attribute))

    name = read_name(declared.family_name, declared.given_names)
    if name == PersonName(family="", given=""):
        notes.add(declared.line, "a traveller without any name")
    role = _ROLES.get(declared.role)
    if role is None:
        notes.add(declared.line, "the role is not known; taken as passenger", Severity.WARNING)
    documents = (_document(item, declared.line, today, notes) for item in declared.documents)
    return Traveller(
        id=new_id(),
        voyage_id=voyage_id,
        role=role or TravellerRole.PASSENGER,
        name=name,
        birth_date=notes.read(
            line("birth_date"), "birth date", lambda: read_birth_date(declared.birth_date, today)
        ),
        sex=_sex(declared.sex, line("sex"), notes),
        nationality=notes.country(line("nationality"), "nationality", declared.nationality),
        residence=notes.country(line("residence"), "residence", declared.residence),
        embarkation=code("embarkation") or None,
        debarkation=code("debarkation") or None,
        booking_reference=code("booking_reference") or None,
        seat=code("seat").lstrip("0") or None,
        bags=tuple(bag.strip() for bag in declared.bags if bag.strip()),
        documents=tuple(item for item in documents if item is not None),
        father_name=read_name(declared.father_name, "").family,
        birth_place=read_name(declared.birth_place, "").family,
    )


def _sex(text: str, line: int, notes: _Notes) -> Sex | None:
    value = text.strip().upper()
    if value and value not in _SEXES:
        said = told(value) if len(value) == 1 else "what stands there"
        notes.add(line, f"sex: {said} is not M, F, X or U")
    return _SEXES.get(value)


def _document(declared: DeclaredDocument, line: int, today: date, notes: _Notes) -> Document | None:
    line = declared.line or line
    number = document_number(declared.number)
    if not number:
        notes.add(line, "a document without a number is left out", Severity.WARNING)
        return None
    if len(number) > _LONGEST:
        notes.add(line, f"a document number of more than {_LONGEST} characters is left out")
        return None
    return Document(
        type=document_type(declared.type),
        number=number,
        issuer=notes.country(line, "issuer of a document", declared.issuer),
        expiry=notes.read(
            declared.lines.get("expiry", line),
            "expiry",
            lambda: read_expiry(declared.expiry, today),
        ),
    )


def _listed(
    submission: Submission, voyage_id: str, today: date, notes: _Notes
) -> Iterator[AssembledTraveller]:
    """The travellers of a passenger list, in which nobody should stand twice."""
    seen: set[str] = set()
    for declared in submission.travellers:
        traveller = _traveller(declared, voyage_id, today, notes)
        key = _key(traveller)
        if key in seen:
            notes.add(
                declared.line,
                "another traveller of this list has the same document, or the same name and "
                "birth date; both are kept",
                Severity.WARNING,
            )
        seen.add(key)
        marks = marks_of(traveller, reference=declared.unique_reference)
        yield AssembledTraveller(traveller=traveller, declared=declared, marks=marks)


def _booked(
    submission: Submission, flight: DeclaredVoyage, voyage: Voyage, today: date, notes: _Notes
) -> Iterator[AssembledTraveller]:
    for place, booking in enumerate(submission.bookings):
        held, named = holds(booking, flight), locators(booking)
        for declared in booking.travellers:
            traveller = _traveller(declared, voyage.id, today, notes)
            marks = marks_of(traveller, named, declared.unique_reference, holds=held)
            yield AssembledTraveller(
                traveller=traveller, declared=declared, marks=marks, booking=place
            )


def _key(traveller: Traveller) -> str:
    """First passport, else first document, else name and birth date."""
    passports = [own for own in traveller.documents if own.type is DocumentType.PASSPORT]
    first = next(iter([*passports, *traveller.documents]), None)
    if first is not None:
        return f"{first.type}:{first.issuer or ''}:{first.number}"
    return f"{comparison_form(traveller.name.full)}:{traveller.birth_date or ''}"
