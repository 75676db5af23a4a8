"""The rules in force, compiled, as they are in the database; and what they see of travellers."""

import threading
from collections.abc import Collection, Sequence
from datetime import datetime

import polars as pl

from parakh.clock import Clock
from parakh.domain.hit import Hit
from parakh.screen.rules.screener import NAME, LiveRule, RuleScreener, ready
from parakh.screen.screener import Subject, TravellerSubject
from parakh.services import features
from parakh.store import rules
from parakh.store.database import Database


class Features:
    """Reads of the database what rules ask for (the screener's FrameSource)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def frame(self, subjects: Sequence[TravellerSubject], needs: Collection[str]) -> pl.DataFrame:
        """The columns of some subjects, as they are now."""
        with self._database.read() as connection:
            return features.frame(connection, subjects, needs, self._clock())


class LiveRules:
    """Compiles the rules in force once, and again when one of them, or a named list, changed, or
    began or ended by itself.

    It is the screener of rules: it looks for changes before each batch. Rules for other agencies
    than this centre's are left out.
    """

    name = NAME

    def __init__(self, database: Database, clock: Clock, agency: str) -> None:
        self.source = Features(database, clock)
        self._database = database
        self._clock = clock
        self._agency = agency
        self._lock = threading.Lock()
        self._seq = -1
        self._turns_at: datetime | None = None
        self._rules: tuple[LiveRule, ...] = ()

    def current(self) -> tuple[LiveRule, ...]:
        """The rules in force now."""
        now = self._clock()
        with self._lock, self._database.read() as connection:
            last = rules.last_change(connection)
            if last != self._seq or (self._turns_at is not None and self._turns_at <= now):
                lists = rules.value_lists(connection, now)
                versions = rules.in_force(connection, now)
                ours = [own for own in versions if own.scope.concerns(self._agency)]
                self._rules = ready(ours, lists)
                self._turns_at = rules.next_turn(connection, now)
                self._seq = last
            return self._rules

    def applies(self, subject: Subject) -> bool:
        """Only persons as declared."""
        return isinstance(subject, TravellerSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject by the rules in force now (see `RuleScreener`)."""
        return RuleScreener(self.current(), self.source).screen(subjects)
