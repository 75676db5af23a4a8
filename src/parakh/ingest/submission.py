"""One message of a standard, read as far as it could be: what readers give and services take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from parakh.domain.message import Envelope, Problem
from parakh.ingest.goods_records import DeclaredGoods
from parakh.ingest.records import (
    DeclaredBooking,
    DeclaredCard,
    DeclaredContact,
    DeclaredCrossing,
    DeclaredTraveller,
    DeclaredVoyage,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmapped:
    """A segment that was read and that no field takes; listed, so that nothing goes in silence."""

    line: int
    column: int
    segment: str
    text: str


class Hidden(NamedTuple):
    """Bytes of a transmission, `start` to `end`, that must not be kept as they came.

    `what` in them: the whole `content` of a segment, its free `text`, the card `numbers` in its
    values, or card numbers anywhere in `bytes` that are no segments.
    """

    start: int
    end: int
    what: Literal["content", "text", "numbers", "bytes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One message of a standard inside a transmission, read as far as it could be.

    Attributes:
        ordinal: place in the transmission, from 1.
        message_type, version, reference: from its header (such as UNH); "" where missing.
        function: what the message is for: BGM 1001 of a PAXLST (`745` passengers, `250` crew),
            MSG 4343 of a PNRGOV (`22` first push, `141` update).
        action: what is to be done where BGM tells; "" for an original, or an addition to one.
            Of the persons that it names: `change` their data, `cancel` their reservation (a crew
            member's place in the master list), `reduction`: they left their party, `boarded` and
            `not boarded` at a flight's close-out; `replace` the list before. Of the flight, with
            or without persons: `close`, `cancel flight`, `change flight`.
        common_reference: UNH 0068, which the messages of one list share.
        sequence: place among the messages of one list (UNH 0070), from 1; None if it is alone.
        part: `first` or `final` of them (UNH 0073), else "".
        transaction: the sender's transaction reference (RFF+TN).
        reporter: name of who reports (NAD+MS; a PNRGOV's ORG), with his `contacts`.
        bookings: of a PNRGOV; `travellers` then holds those of all of them.
        crossings: of an immigration system's transmission.
        goods: consignments, movements of conveyances, currency and enforcement records.
        removed: how often content was left out that can reveal a protected attribute, by its code
            (see `parakh.ingest.sensitive`).
        cards: every card number that was found and cut.
        hidden: where what was left out or cut stands in the transmission (`parakh.ingest.redact`).
        characters: the service characters that parted it: for components, for elements, to release
            (a blank where there is none), to terminate.
        start, end: the bytes of the transmission that it spans, end exclusive.
        envelope: the headers around it; None where it stands in no interchange.
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
    action: str = ""
    common_reference: str = ""
    sequence: int | None = None
    part: str = ""
    transaction: str = ""
    reporter: str = ""
    contacts: tuple[DeclaredContact, ...] = ()
    bookings: tuple[DeclaredBooking, ...] = ()
    crossings: tuple[DeclaredCrossing, ...] = ()
    goods: tuple[DeclaredGoods, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    cards: tuple[DeclaredCard, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    characters: str = ":+?'"
    problems: tuple[Problem, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    envelope: Envelope | None = None
    fatal: bool = False
