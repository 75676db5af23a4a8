"""The rules in force, compiled, as they are in the database; and what they see of subjects."""

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import polars as pl

from parakh.clock import Clock
from parakh.domain.cargo import CargoScore
from parakh.domain.hit import Hit
from parakh.screen.cargo_lines import Tokeniser
from parakh.screen.rules.screener import NAME, LiveRule, RuleScreener, RuleSubject, ready
from parakh.screen.screener import Subject, TravellerSubject
from parakh.services import features, goods_features
from parakh.services.cargo_live import PURPOSE
from parakh.store import rules
from parakh.store.database import Database


class Features:
    """Reads of the database what rules ask for (the screener's FrameSource).

    `home` is the centre's own country; `scores` are those of the cargo model that are not stored
    yet, by consignment.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        home: str,
        scores: Mapping[str, CargoScore] = MappingProxyType({}),
    ) -> None:
        self._database = database
        self._clock = clock
        self._home = home
        self._scores = scores
        self._tokeniser = Tokeniser(database.keys.token_key(PURPOSE))

    def frame(self, subjects: Sequence[RuleSubject], needs: Collection[str]) -> pl.DataFrame:
        """The columns of some subjects of one kind, as they are now."""
        persons = [own for own in subjects if isinstance(own, TravellerSubject)]
        others = [own for own in subjects if not isinstance(own, TravellerSubject)]
        now = self._clock()
        with self._database.read() as connection:
            if persons:
                return features.frame(connection, persons, needs, now)
            return goods_features.frame(
                connection,
                others,
                needs,
                now,
                home=self._home,
                scores=self._scores,
                tokeniser=self._tokeniser,
            )

    def scored(self, scores: Mapping[str, CargoScore]) -> "Features":
        """The same with scores that are not stored yet."""
        return Features(self._database, self._clock, self._home, scores)


class LiveRules:
    """Compiles the rules in force once, and again when one of them, or a named list, changed, or
    began or ended by itself.

    It is the screener of rules: it looks for changes before each batch. Rules for other agencies
    than this centre's are left out.
    """

    name = NAME

    def __init__(self, database: Database, clock: Clock, agency: str, home: str) -> None:
        self.source = Features(database, clock, home)
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
        """Persons as declared, goods, and conveyances for what they did."""
        return isinstance(subject, RuleSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject by the rules in force now (see `RuleScreener`)."""
        return RuleScreener(self.current(), self.source).screen(subjects)


class ScoredRules:
    """The rules in force, for goods whose scores by the cargo model are not stored yet."""

    name = NAME

    def __init__(self, rules: LiveRules, scores: Mapping[str, CargoScore]) -> None:
        self._rules = rules
        self._source = rules.source.scored(scores)

    def applies(self, subject: Subject) -> bool:
        """As `LiveRules` does."""
        return self._rules.applies(subject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject by the rules in force now (see `RuleScreener`)."""
        return RuleScreener(self._rules.current(), self._source).screen(subjects)
