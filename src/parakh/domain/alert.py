"""Alerts: what an operational unit receives, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.hit import Advice, Ref


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Tells one unit of one assessment."""

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
