"""What one agency lets another see: which record, which parts, under which conditions, until when.

The conditions of use, the legal basis and the time limit of what is exchanged between agencies
are those of the WCO's model bilateral agreement (articles on the use and protection of
information) and of Council Framework Decision 2006/960/JHA, article 8.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordKind(StrEnum):
    """What can be shared."""

    ALERT = "alert"
    PROFILE = "profile"
    CASE = "case"


class Part(StrEnum):
    """Parts of a record, of which a share names some. What it is about is always told."""

    REASONS = "reasons"
    OUTCOMES = "outcomes"
    FACTS = "facts"
    JOURNEYS = "journeys"
    PARTIES = "parties"
    ALERTS = "alerts"
    TASKS = "tasks"
    NOTES = "notes"
    TIMELINE = "timeline"


PARTS: dict[RecordKind, tuple[Part, ...]] = {
    RecordKind.ALERT: (Part.REASONS, Part.JOURNEYS, Part.OUTCOMES),
    RecordKind.PROFILE: (Part.REASONS, Part.FACTS, Part.JOURNEYS),
    RecordKind.CASE: (
        Part.PARTIES, Part.ALERTS, Part.OUTCOMES, Part.TASKS, Part.NOTES, Part.TIMELINE,
    ),
}  # fmt: skip
"""The parts of each kind of record. A case's files go with a hand-over only."""


class ShareState(StrEnum):
    """A share's life; one for an agency without a unit here waits for a second person."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """That another agency may look at a record.

    Attributes:
        ref_id: identifier of the alert, profile or case.
        from_agency, agency: who shares, and with whom; "" for the agency whose centre this is.
        unit_id: the unit that sees it; None for an agency's liaison officers alone.
        sections: the parts that are shown besides what the record is about.
        may_pass_on: whether the agency may share it further, with one more agency, no further.
        expires_at: from this moment nobody sees it any more.
        decided_by: the second person, where one was needed.
        acknowledged_by: who accepted the conditions; nothing is shown before.
        reference: how the other agency calls it.
        ended_by, ending: who took it back, and why.
        parent_id: the share that it was passed on from; it ends with that one.
    """

    id: str
    kind: RecordKind
    ref_id: str
    from_agency: str
    agency: str
    unit_id: str | None
    sections: frozenset[Part]
    legal_basis: str
    conditions: str
    may_pass_on: bool
    expires_at: datetime
    state: ShareState
    by: str
    at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    reference: str = ""
    ended_by: str = ""
    ended_at: datetime | None = None
    ending: str = ""
    parent_id: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment; of one that was passed on ask its parent too."""
        return self.state is ShareState.IN_FORCE and at < self.expires_at


class RequestState(StrEnum):
    """What became of a request to have something shared."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRequest:
    """That an agency asked another to share something, and what came of it.

    Attributes:
        agency, asked_agency: who asks whom; "" for the agency whose centre this is.
        about: what is wanted, as the one who asks knows it: a number, a name.
        reason: what it is needed for, and by which law.
        share_id: what was shared because of it.
    """

    id: str
    agency: str
    asked_agency: str
    kind: RecordKind
    about: str
    reason: str
    by: str
    at: datetime
    state: RequestState = RequestState.OPEN
    answered_by: str = ""
    answered_at: datetime | None = None
    answer: str = ""
    share_id: str | None = None
