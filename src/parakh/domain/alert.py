"""Alerts: what an operational unit receives, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.hit import Advice, Ref
from parakh.domain.phrase import Phrase


class AlertState(StrEnum):
    """An alert's life in its unit."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"

    def can_become(self, other: "AlertState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]


_NEXT = {
    AlertState.NEW: {AlertState.ACKNOWLEDGED},
    AlertState.ACKNOWLEDGED: {AlertState.CLOSED},
    AlertState.CLOSED: set[AlertState](),
}


class OutcomeKind(StrEnum):
    """What the officer found; the label that the centre learns from."""

    NOTHING_FOUND = "nothing_found"
    SEIZURE = "seizure"
    PENALTY = "penalty"
    ARREST = "arrest"
    REFUSED = "refused"
    FALSE_MATCH = "false_match"
    DATA_ERROR = "data_error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What an officer found, with a note."""

    kind: OutcomeKind
    note: str
    by: str
    at: datetime


LISTED = 0
"""Priority of who is identified on a list: before whatever rules advise."""

ORDINARY = 3
"""Priority of what no rule made more or less urgent; rules have from 1 (most urgent) to 5."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Tells one unit of one assessment.

    Attributes:
        priority: 0 for who is identified on a list, then those of rules, 1 (most urgent) to 5;
            within its advice.
        acknowledge_by, close_by: until when the unit must have done so; None where nobody said.
        shown_by, shown_at: to whom it was shown first.
        held_by: who sees to it now; None while it is new, and once it was handed over until
            somebody takes it over.
        escalated_at: when it was escalated, which happens once.
        escalated_from: the alert of another unit that was escalated to this one.
    """

    id: str
    unit_id: str
    assessment_id: str
    subject: Ref
    advice: Advice
    at: datetime
    state: AlertState = AlertState.NEW
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    outcome: Outcome | None = None
    priority: int = ORDINARY
    acknowledge_by: datetime | None = None
    close_by: datetime | None = None
    shown_by: str | None = None
    shown_at: datetime | None = None
    held_by: str | None = None
    escalated_at: datetime | None = None
    escalated_from: str | None = None

    @property
    def due_at(self) -> datetime | None:
        """Until when the next step must be taken."""
        if self.state is AlertState.NEW:
            return self.acknowledge_by or self.close_by
        return self.close_by if self.state is AlertState.ACKNOWLEDGED else None

    @property
    def escalates_at(self) -> datetime | None:
        """When it is escalated unless somebody takes that step; an escalated one is not again."""
        return None if self.escalated_at or self.escalated_from else self.due_at


class StepKind(StrEnum):
    """The steps of an alert's path."""

    RAISED = "raised"
    ROUTED = "routed"
    SHOWN = "shown"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    HANDED_OVER = "handed_over"
    TAKEN_OVER = "taken_over"
    DECIDED = "decided"
    CASE = "case"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of an alert's path.

    Attributes:
        by: who took it; "" for the program itself.
        source: what it came from or led to: the cause of the assessment that raised the alert, the
            telling that was delivered, the case that it went into; "" for all other steps.
    """

    kind: StepKind
    at: datetime
    by: str
    text: Phrase
    source: str = ""
