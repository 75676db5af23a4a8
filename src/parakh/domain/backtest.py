"""Back-tests: what a rule would have raised in the past."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.hit import Kind
from parakh.domain.rule import Scope


class BacktestState(StrEnum):
    """How far a back-test is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self in (BacktestState.DONE, BacktestState.FAILED, BacktestState.STOPPED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day of the history: subjects in scope, and how many of them the rule would have hit."""

    day: date
    subjects: int
    hits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """Subjects whom another rule hit too; `of` is how many that one hit in all, in that time."""

    rule_id: str
    shared: int
    of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """What officers found of the subjects that the rule would have hit.

    Attributes:
        decided: subjects whose alerts were closed, for whatever reason they were raised.
        found: those of them with a seizure, penalty, arrest or refusal.
        low, high: Wilson's interval of the share, of 95%; 0 and 1 where nothing was decided.
    """

    decided: int
    found: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Found of decided; None where nothing was."""
        return self.found / self.decided if self.decided else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What came of a back-test.

    Attributes:
        subjects: those in scope.
        hits: those whom the rule would have hit; `undecided`: of whom too little was known.
        not_kept: attributes of the rule that the history does not keep, such as `traveller.name`.
        days: one for each day of the history, in order.
        ports: hits by port.
        alerts_a_day: by unit, how many alerts a day it would have received on average.
        overlaps: other rules, the largest share first.
        examples: identifiers of travellers it would have hit, the newest first.
    """

    subjects: int
    hits: int
    undecided: int
    not_kept: tuple[str, ...]
    days: tuple[Day, ...]
    ports: Mapping[str, int]
    alerts_a_day: Mapping[str, float]
    overlaps: tuple[Overlap, ...]
    precision: Precision
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """Hits of all subjects in scope."""
        return self.hits / self.subjects if self.subjects else 0.0

    @property
    def hits_a_day(self) -> float:
        """On average."""
        return self.hits / len(self.days) if self.days else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backtest:
    """A back-test, and how far it is.

    Attributes:
        digest: of the text, subject and scope, so that a result is known to belong to a rule.
        since, until: the days that are read; `until` is not among them.
        done, total: rows of the history.
        failure: why it failed; "" where it did not.
    """

    id: str
    text: str
    subject: Kind
    scope: Scope = field(default_factory=Scope)
    digest: str
    since: date
    until: date
    by: str
    asked_at: datetime
    state: BacktestState = BacktestState.WAITING
    done: int = 0
    total: int = 0
    finished_at: datetime | None = None
    failure: str = ""
    findings: Findings | None = None
