"""Declared records: what a sender said, as text, with the place where it stood.

Nothing is interpreted here; `parakh.normalise` makes domain values of it. The records are kept
beside the normalised values, so that a mapping can be checked and repeated.
"""

from dataclasses import dataclass, field

from parakh.domain.message import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredDocument:
    """A travel document as declared; dates and countries as sent.

    `lines` tells on which line each of its values stood, as for a traveller.
    """

    type: str
    number: str
    issuer: str = ""
    expiry: str = ""
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredTraveller:
    """A person as declared in one list.

    Attributes:
        line: line of the segment that opens the person's group, from 1.
        role: `passenger`, `crew` or `transit`.
        lines: attribute name to the line on which its value stood, for showing where it came from.
        bag_count: number of checked bags where the list gives one.
        bag_weight: weight of the checked bags with its unit, such as `13 KGM`.
    """

    line: int
    role: str
    family_name: str
    given_names: str
    birth_date: str = ""
    sex: str = ""
    nationality: str = ""
    residence: str = ""
    embarkation: str = ""
    debarkation: str = ""
    booking_reference: str = ""
    seat: str = ""
    bags: tuple[str, ...] = ()
    bag_count: int | None = None
    bag_weight: str = ""
    documents: tuple[DeclaredDocument, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredVoyage:
    """One leg of a trip as declared; times as `YYMMDDHHMM` and the like, local to their port.

    `border` tells the leg that crosses the border (LOC+125 to LOC+87) from legs before or after it.
    """

    line: int
    mode: str
    carrier: str
    number: str
    origin: str = ""
    destination: str = ""
    departure: str = ""
    arrival: str = ""
    border: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmapped:
    """A segment that was read and that no field takes; listed, so that nothing goes in silence."""

    line: int
    column: int
    segment: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One message of a standard inside a transmission, read as far as it could be.

    Attributes:
        ordinal: place in the transmission, from 1.
        message_type, version, reference: from its header (such as UNH); "" where missing.
        function: what the list is for (BGM 1001, such as `745` passengers, `250` crew).
        start, end: the bytes of the transmission that it spans, end exclusive.
        fatal: True when it must be quarantined: its records cannot be trusted as a whole.
    """

    ordinal: int
    message_type: str
    version: str
    reference: str
    function: str
    line: int
    start: int
    end: int
    voyages: tuple[DeclaredVoyage, ...] = ()
    travellers: tuple[DeclaredTraveller, ...] = ()
    problems: tuple[Problem, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    fatal: bool = False
