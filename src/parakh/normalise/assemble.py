"""Domain values from the declared records of one submission.

What cannot be used is left out and named in a Problem with its line; the rest goes on.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
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
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.errors import Unreadable
from parakh.ingest.records import (
    DeclaredDocument,
    DeclaredTraveller,
    DeclaredVoyage,
    Submission,
)
from parakh.normalise.codes import country, moment_at, port_country
from parakh.normalise.dates import read_birth_date, read_datetime, read_expiry
from parakh.normalise.documents import document_number, document_type
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
        key: from `traveller_key`; unlike that of every other traveller of the submission.
        index: place of his DeclaredTraveller in `Submission.travellers`, from 0.
        crossing: where he is expected to cross the border.
    """

    traveller: Traveller
    crossing: Crossing
    key: str
    index: int


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


def assemble(submission: Submission, home_country: str, today: date) -> Assembled:
    """Makes voyages, travellers and expected crossings; identifiers are new each time.

    `home_country` is alpha-3; a voyage that comes from abroad to it is an ENTRY, one that leaves it
    an EXIT, any other a TRANSIT. `today` settles two-digit years. Every traveller is put on the
    voyage that crosses the home border; without any voyage nobody can be assembled.
    """
    notes = _Notes()
    voyages = [_voyage(leg, home_country, notes) for leg in submission.voyages]
    if not voyages:
        notes.add(submission.line, "no voyage is declared, so that nobody can be expected")
        return Assembled(problems=tuple(notes.problems))
    border = voyages[_border_leg(submission.voyages, voyages)]
    travellers = [_traveller(declared, border, today, notes) for declared in submission.travellers]
    return Assembled(
        voyages=tuple(voyages),
        border=border.id,
        travellers=tuple(_keyed(travellers, submission.travellers, border, notes)),
        problems=tuple(notes.problems),
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


def traveller_key(traveller: Traveller) -> str:
    """What makes a traveller the same when his voyage's list is sent again.

    His first passport's issuer and number, else his first document's type, issuer and number, else
    name and birth date.
    """
    passports = [item for item in traveller.documents if item.type is DocumentType.PASSPORT]
    first = next(iter([*passports, *traveller.documents]), None)
    if first is not None:
        return f"{first.type}:{first.issuer or ''}:{first.number}"
    family, given = comparison_form(traveller.name.family), comparison_form(traveller.name.given)
    return f"N:{family[:100]}:{given[:100]}:{traveller.birth_date or ''}"


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
            self.add(line, f"{what}: {text.strip()!r} is no known country code")
        return found


def _voyage(leg: DeclaredVoyage, home: str, notes: _Notes) -> Voyage:
    origin = notes.code(leg.line, "port of departure", leg.origin)
    destination = notes.code(leg.line, "port of arrival", leg.destination)
    departure = notes.read(leg.line, "departure", lambda: read_datetime(leg.departure))
    arrival = notes.read(leg.line, "arrival", lambda: read_datetime(leg.arrival))
    for code in (origin, destination):
        if port_country(code) is None:
            notes.add(leg.line, f"the port {code!r} is not known", Severity.WARNING)
    mode = _MODES.get(leg.mode.strip().lower())
    if mode is None:
        notes.add(leg.line, "the mode of transport is not known; taken as air", Severity.WARNING)
    lands = moment_at(destination, arrival)
    leaves = moment_at(origin, departure)
    direction = _direction(origin, destination, home)
    if lands and leaves and lands < leaves:
        notes.add(leg.line, "the arrival lies before the departure", Severity.WARNING)
    return Voyage(
        id=new_id(),
        mode=mode or Mode.AIR,
        carrier=notes.code(leg.line, "carrier", leg.carrier, _LONGEST_JOURNEY),
        number=notes.code(leg.line, "journey number", leg.number, _LONGEST_JOURNEY).lstrip("0"),
        origin=origin,
        destination=destination,
        departure=departure,
        arrival=arrival,
        due_at=_due_at(direction, (departure, leaves), (arrival, lands)),
        direction=direction,
    )


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


def _traveller(
    declared: DeclaredTraveller, voyage: Voyage, today: date, notes: _Notes
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
        voyage_id=voyage.id,
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
    )


def _sex(text: str, line: int, notes: _Notes) -> Sex | None:
    value = text.strip().upper()
    if value and value not in _SEXES:
        notes.add(line, f"sex: {value!r} is not M, F, X or U")
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


def _keyed(
    travellers: list[Traveller],
    declared: tuple[DeclaredTraveller, ...],
    voyage: Voyage,
    notes: _Notes,
) -> list[AssembledTraveller]:
    """Travellers with keys of their own; who shares a key with one before gets an ordinal."""
    seen = Counter[str]()
    keyed = []
    for index, traveller in enumerate(travellers):
        key = traveller_key(traveller)
        seen[key] += 1
        if seen[key] > 1:
            notes.add(
                declared[index].line,
                "another traveller of this list has the same document, or the same name and "
                "birth date; both are kept",
                Severity.WARNING,
            )
            key = f"{key}#{seen[key]}"
        keyed.append(
            AssembledTraveller(
                traveller=traveller, crossing=_crossing(traveller, voyage), key=key, index=index
            )
        )
    return keyed


def _crossing(traveller: Traveller, voyage: Voyage) -> Crossing:
    in_transit = traveller.role is TravellerRole.TRANSIT
    return Crossing(
        id=new_id(),
        traveller_id=traveller.id,
        voyage_id=voyage.id,
        port=voyage.port,
        direction=Direction.TRANSIT if in_transit else voyage.direction,
        state=CrossingState.EXPECTED,
    )
