"""Officers' targeting rules: what they say, where they hold, and who let them stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from parakh.domain.hit import Kind
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling


class RuleState(StrEnum):
    """A version's life. An approved one is in force from its start to its end."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    APPROVED = "approved"
    RETIRED = "retired"

    def can_become(self, other: "RuleState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]


_NEXT: dict[RuleState, set[RuleState]] = {
    RuleState.DRAFT: {RuleState.IN_REVIEW, RuleState.RETIRED},
    RuleState.IN_REVIEW: {RuleState.DRAFT, RuleState.REJECTED, RuleState.APPROVED},
    RuleState.REJECTED: set(),
    RuleState.APPROVED: {RuleState.RETIRED},
    RuleState.RETIRED: set(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Where a rule holds; an empty set stands for everywhere.

    Attributes:
        ports: the centre's own ports, as voyages name them.
        units: units that are told; those of the port where none is named.
        directions: of crossing the border.
        agencies: agencies whose rule it is, as centres name themselves.
    """

    ports: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    directions: frozenset[Direction] = frozenset()
    agencies: frozenset[str] = frozenset()

    def concerns(self, agency: str) -> bool:
        """Whether it holds at the centre of an agency."""
        return not self.agencies or agency in self.agencies


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleVersion:
    """One version of a rule, `id@number`.

    Attributes:
        rule_id: the rule that it is a version of; hits name it as their target.
        number: 1 for the first; the hits of a version have the screener `rules@number`.
        name: what officers call the rule, the same for all its versions.
        subject: what it is about, such as a traveller.
        text: the condition, in CEL (see `parakh.screen.rules`).
        reason: why somebody whom it fits is to be looked at; the first words of every hit.
        instruction: what the officer should do.
        handling: what a hit advises.
        priority: 1 (most urgent) to 5.
        active_from, active_until: when it is in force once approved; None for at once, for good.
        authors: all who wrote a part of it; none of them may approve it.
        review: what the reviewer wrote.
        over_budget: why it may raise more alerts than its units' budgets; "" where it does not.
    """

    id: str
    rule_id: str
    number: int
    name: str
    subject: Kind
    text: str
    reason: str
    instruction: str = ""
    handling: Handling = Handling.INSPECT
    priority: int = 3
    scope: Scope = field(default_factory=Scope)
    state: RuleState = RuleState.DRAFT
    written_by: str
    written_at: datetime
    authors: frozenset[str] = frozenset()
    active_from: datetime | None = None
    active_until: datetime | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    review: str = ""
    over_budget: str = ""
    retired_by: str | None = None
    retired_at: datetime | None = None
    retirement: str = ""

    @property
    def label(self) -> str:
        """Name and number, as people say it."""
        return f"{self.name}@{self.number}"

    def in_force(self, at: datetime) -> bool:
        """Whether it raises hits at a moment."""
        return (
            self.state is RuleState.APPROVED
            and (self.active_from is None or self.active_from <= at)
            and (self.active_until is None or at < self.active_until)
        )
