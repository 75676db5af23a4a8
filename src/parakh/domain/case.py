"""Cases: what is followed up after alerts, by whom, with what, and who may see it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.phrase import Phrase


class CaseState(StrEnum):
    """A case's life.

    The states are those that case systems of investigators share (UNODC goCASE, and the plain
    life of a case in OMG CMMN 1.1, section 8.4): available, active, suspended, closed; what was
    handed to another agency stands apart, because somebody else works on it. To reopen is a step,
    not a state: a case that was opened again is worked on as any other, and its timeline says so.
    """

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"

    def can_become(self, other: "CaseState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]


_NEXT: dict[CaseState, set[CaseState]] = {
    CaseState.OPEN: {CaseState.IN_PROGRESS, CaseState.WAITING, CaseState.HANDED_OVER,
                     CaseState.CLOSED},
    CaseState.IN_PROGRESS: {CaseState.WAITING, CaseState.HANDED_OVER, CaseState.CLOSED},
    CaseState.WAITING: {CaseState.IN_PROGRESS, CaseState.HANDED_OVER, CaseState.CLOSED},
    CaseState.HANDED_OVER: {CaseState.IN_PROGRESS, CaseState.CLOSED},
    CaseState.CLOSED: {CaseState.IN_PROGRESS},
}  # fmt: skip

LIVE = frozenset(CaseState) - {CaseState.CLOSED}
"""States of cases that are not over."""


class Priority(StrEnum):
    """How soon a case is to be worked on, the soonest first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Priority).index(self)


class PartyKind(StrEnum):
    """What a case is about."""

    TRAVELLER = "traveller"
    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    VEHICLE = "vehicle"
    CONTAINER = "container"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    CONSIGNMENT = "consignment"
    PHONE = "phone"
    PROFILE = "profile"


class PartyRole(StrEnum):
    """What somebody or something is in a case."""

    SUSPECT = "suspect"
    COMPANION = "companion"
    CONSIGNEE = "consignee"
    OWNER = "owner"
    WITNESS = "witness"
    VICTIM = "victim"
    THING = "thing"
    OTHER = "other"


class Section(StrEnum):
    """Parts of a case, as a report or a hand-over chooses them."""

    PARTIES = "parties"
    ALERTS = "alerts"
    OUTCOMES = "outcomes"
    TASKS = "tasks"
    NOTES = "notes"
    ATTACHMENTS = "attachments"
    TIMELINE = "timeline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A case.

    Attributes:
        number: year and running number, such as 2026-000017; without gaps.
        waiting_for: what is waited for, "" in other states.
        restricted: seen by persons named in it alone, whatever their unit.
        agency: whose case it is.
        owner: sign-in name of whoever answers for it.
        changed_at: of the newest entry of its timeline.
    """

    id: str
    number: str
    title: str
    summary: str = ""
    priority: Priority = Priority.NORMAL
    state: CaseState = CaseState.OPEN
    waiting_for: str = ""
    restricted: bool = False
    unit_id: str
    agency: str
    owner: str
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody or something in a case.

    Attributes:
        ref_id: identifier of the traveller or profile; "" for what is told by its number or name.
        label: name or number, as people say it.
        source: how it came into the case.
    """

    id: str
    kind: PartyKind
    ref_id: str
    label: str
    role: PartyRole
    source: Phrase
    by: str
    at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None
    removal: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Something to be done by somebody, by a day of the centre's calendar."""

    id: str
    title: str
    assignee: str
    due_on: date | None
    by: str
    at: datetime
    done_by: str | None = None
    done_at: datetime | None = None

    def overdue(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return self.done_at is None and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What somebody wrote; it is never edited. A correction is a note that names the old one."""

    id: str
    text: str
    by: str
    at: datetime
    corrects: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file, without its bytes.

    Attributes:
        media_type: by its content, whatever it was called.
        size: in bytes.
        digest: SHA-256 of the bytes, in hexadecimal.
    """

    id: str
    name: str
    media_type: str
    size: int
    digest: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """That a unit or a person besides the case's own may work on it."""

    id: str
    unit_id: str | None
    person: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """What was given of a case to another agency, why it may be, and for how long.

    Attributes:
        agency: who receives it.
        unit_id: the agency's unit of this centre, which may look at what was given; None for one
            outside, which gets a report.
        sections: what was given.
        expires_at: when the unit no longer sees it; None for until it is taken back.
        reference: how the agency calls it, as it acknowledged.
    """

    id: str
    case_id: str
    agency: str
    unit_id: str | None
    sections: frozenset[Section]
    legal_basis: str
    conditions: str
    expires_at: datetime | None
    by: str
    at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    reference: str = ""
    taken_back_by: str | None = None
    taken_back_at: datetime | None = None
    taking_back: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it gives anything at a moment."""
        return self.taken_back_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line of a case's timeline; `by` is "" for what nobody did, such as an alert."""

    at: datetime
    by: str
    kind: str
    sentence: Phrase
