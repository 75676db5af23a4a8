"""Counts that are kept say the same as counting, whatever happened to hits, alerts and cases."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Advice, Assessment, Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.phrase import phrase
from parakh.learn.rule_quality import DayCount
from parakh.store import assessments, cases, outcomes, rule_hits, tables
from parakh.store.database import Database, Tx
from parakh.store.rule_hits import RuleHit

RULES = ("quiet", "loud")
START = datetime(2026, 11, 1, 22, tzinfo=UTC)


class History:
    """A centre to which things happen at random."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database = database
        self._random = Random(seed)
        self._at = START
        self._hits: dict[tuple[str, str], Hit] = {}
        self._alerts: list[str] = []
        self._told: list[OutcomeRecord] = []
        self._cases: list[str] = []
        with database.maintain() as connection:
            connection.execute(
                tables.unit.insert().values(id="u", name="Unit", central=True, ports=[])
            )

    def go_on(self, steps: int) -> None:
        """Lets some more happen, each in a transaction of its own."""
        happens: Sequence[Callable[[Tx], None]] = (
            self._raise, self._raise, self._decide, self._decide, self._reopen,
            self._close, self._close, self._correct, self._open_case, self._close_case,
            self._join,
        )  # fmt: skip
        for _ in range(steps):
            self._at += timedelta(hours=self._random.choice((0, 1, 5)))
            with self.tx() as tx:
                self._random.choice(happens)(tx)

    @contextmanager
    def tx(self) -> Iterator[Tx]:
        """A transaction at the moment that it is now."""
        with self._database.write(system_actor("test"), Purpose.SCREENING) as tx:
            yield tx
            tx.audit("test", "test", "")

    def _raise(self, tx: Tx) -> None:
        """Somebody is screened; a rule that met him before meets him in its present version."""
        who = Ref(kind=Kind.TRAVELLER, id=f"t{self._random.randrange(6)}")
        wanted = self._random.sample([*RULES, "entry"], self._random.randint(1, 3))
        hits = [self._met(who, own) for own in wanted]
        value = Assessment(
            id=new_id(), subject=who, cause=new_id(), at=self._at, advice=Advice.COMPARE,
            results=(), hits=tuple(hits),
        )  # fmt: skip
        assessments.save_assessments(tx.connection, [value])
        rule_hits.follow(tx, hits)
        for _ in range(self._random.choice((0, 1, 1, 2))):
            self._alert(tx, value)

    def _met(self, who: Ref, what: str) -> Hit:
        old = self._hits.get((who.id, what))
        number = 1 + (self._at - START).days // 2
        kind = Kind.RULE if what in RULES else Kind.WATCHLIST_ENTRY
        new = Hit(
            id=old.id if old else new_id(), subject=who, target=Ref(kind=kind, id=what),
            screener=f"{'rules' if kind is Kind.RULE else 'name'}@{number}", score=1.0,
            threshold=0.5, sentence=phrase("Met"), evidence=(),
        )  # fmt: skip
        self._hits[who.id, what] = replace(new, state=old.state) if old else new
        return self._hits[who.id, what]

    def _alert(self, tx: Tx, value: Assessment) -> None:
        unit = new_id()
        tx.connection.execute(
            tables.unit.insert().values(id=unit, name=unit, central=False, ports=[])
        )
        own = new_id()
        tx.connection.execute(
            tables.alert.insert().values(
                id=own, unit_id=unit, assessment_id=value.id, subject_kind="traveller",
                subject_id=value.subject.id, advice="compare", at=self._at, state="open",
            )
        )  # fmt: skip
        self._alerts.append(own)

    def _decide(self, tx: Tx) -> None:
        left = [own for own, hit in self._hits.items() if hit.state is HitState.OPEN]
        if left:
            key = self._random.choice(left)
            state = self._random.choice((HitState.CONFIRMED, HitState.CLEARED))
            self._hits[key] = replace(self._hits[key], state=state, decided_at=self._at)
            assert assessments.decide_hit(tx.connection, self._hits[key])
            rule_hits.follow(tx, [self._hits[key]])

    def _reopen(self, tx: Tx) -> None:
        left = [own for own, hit in self._hits.items() if hit.state is HitState.CLEARED]
        if left:
            key = self._random.choice(left)
            self._hits[key] = replace(self._hits[key], state=HitState.OPEN)
            assert assessments.restate(tx.connection, self._hits[key])
            rule_hits.follow(tx, [self._hits[key]])

    def _close(self, tx: Tx) -> None:
        if self._alerts:
            self._tell(tx, alert_id=self._random.choice(self._alerts))

    def _correct(self, tx: Tx) -> None:
        if self._told:
            place = self._random.randrange(len(self._told))
            old = self._told.pop(place)
            self._tell(tx, alert_id=old.alert_id, case_id=old.case_id, corrects=old.id)

    def _open_case(self, tx: Tx) -> None:
        if not self._alerts:
            return
        if not self._cases or self._random.random() < 0.3:
            self._cases.append(new_id())
            tx.connection.execute(
                tables.case_file.insert().values(
                    id=self._cases[-1], number=self._cases[-1][-20:], title="", summary="",
                    priority="3", state="open", waiting_for="", unit_id="u", agency="", owner="",
                    opened_by="", opened_at=self._at, changed_at=self._at,
                )
            )  # fmt: skip
        cases.add_alert(tx, self._random.choice(self._cases), self._random.choice(self._alerts))

    def _close_case(self, tx: Tx) -> None:
        if self._cases:
            self._tell(tx, case_id=self._random.choice(self._cases))

    def _tell(self, tx: Tx, **about: Any) -> None:
        kind = self._random.choice(list(OutcomeKind))
        value = OutcomeRecord(id=new_id(), kind=kind, note="", by="x", at=self._at, **about)
        outcomes.add(tx, value)
        self._told.append(value)

    def _join(self, tx: Tx) -> None:
        """Somebody turns out to be another."""
        old, new = (f"t{own}" for own in self._random.sample(range(6), 2))
        assessments.rehome(tx.connection, old, new)
        rule_hits.follow_subject(tx, new)
        self._hits = {}
        for row in tx.connection.execute(sa.select(tables.hit.c.id)).scalars():
            hit = assessments.get_hit(tx.connection, row)
            self._hits[hit.subject.id, hit.target.id] = hit


def counted(connection: sa.Connection) -> dict[str, dict[tuple[int, date], DayCount]]:
    """The same by counting: hit by hit, as the pages used to."""
    found: defaultdict[str, dict[tuple[int, date], DayCount]] = defaultdict(dict)
    rows = connection.execute(sa.select(tables.hit).where(tables.hit.c.target_kind == "rule"))
    for row in rows.all():
        told = _told_of(connection, row.id)
        telling = {own for own in told if own != "data_error"}
        good = bool(telling & {"seizure", "penalty", "arrest", "refused"})
        at = connection.execute(
            sa.select(sa.func.min(tables.assessment.c.at, type_=tables.assessment.c.at.type))
            .join(tables.assessment_hit)
            .where(tables.assessment_hit.c.hit_id == row.id)
        ).scalar_one()
        key = int(row.screener.partition("@")[2]), at.date()
        nothing = DayCount(
            number=key[0], day=key[1], hits=0, confirmed=0, cleared=0, decided=0, found=0
        )
        old = found[row.target_id].get(key, nothing)
        found[row.target_id][key] = replace(
            old,
            hits=old.hits + 1,
            confirmed=old.confirmed + (row.state == "confirmed"),
            cleared=old.cleared + (row.state == "cleared"),
            decided=old.decided + bool(telling),
            found=old.found + (good and row.state != "cleared"),
        )
    return found


def _told_of(connection: sa.Connection, hit_id: str) -> set[str]:
    outcome, alert, case_alert = tables.outcome, tables.alert, tables.case_alert
    alerts = (
        sa.select(alert.c.id)
        .join(tables.assessment_hit, tables.assessment_hit.c.assessment_id == alert.c.assessment_id)
        .where(tables.assessment_hit.c.hit_id == hit_id)
    )
    in_cases = sa.select(case_alert.c.case_id).where(case_alert.c.alert_id.in_(alerts))
    corrected = sa.select(outcome.c.corrects).where(outcome.c.corrects.is_not(None))
    query = sa.select(outcome.c.kind).where(
        outcome.c.alert_id.in_(alerts) | outcome.c.case_id.in_(in_cases),
        outcome.c.id.not_in(corrected),
    )
    return set(connection.execute(query).scalars())


def kept(connection: sa.Connection) -> dict[str, dict[tuple[int, date], DayCount]]:
    return {
        rule: {(own.number, own.day): own for own in rule_hits.days(connection, rule)}
        for rule in RULES
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_counting_gives(database: Database, seed: int) -> None:
    history = History(database, seed)
    for _ in range(6):
        history.go_on(25)
        with database.read() as connection:
            told = counted(connection)
            assert kept(connection) == {rule: told.get(rule, {}) for rule in RULES}
            assert _summed(rule_hits.totals(connection)) == {
                rule: _summed_up(days) for rule, days in told.items()
            }


def _summed(totals: dict[str, list[DayCount]]) -> dict[str, dict[int, DayCount]]:
    return {rule: {own.number: own for own in versions} for rule, versions in totals.items()}


def _summed_up(days: dict[tuple[int, date], DayCount]) -> dict[int, DayCount]:
    found: dict[int, DayCount] = {}
    for (number, day), own in days.items():
        old = found.get(number)
        found[number] = own if old is None else DayCount(
            number=number,
            day=max(day, old.day),
            hits=own.hits + old.hits,
            confirmed=own.confirmed + old.confirmed,
            cleared=own.cleared + old.cleared,
            decided=own.decided + old.decided,
            found=own.found + old.found,
        )  # fmt: skip
    return found


def test_hits_from_before_are_counted_once(database: Database) -> None:
    history = History(database, 9)
    history.go_on(80)
    with database.maintain() as connection:
        told = kept(connection)
        connection.execute(tables.rule_hit.delete())
        connection.execute(tables.rule_day.delete())
    assert any(told.values())
    while True:
        with history.tx() as tx:
            ids = rule_hits.uncounted(tx.connection, 3)
            rule_hits.count(tx, ids)
        if not ids:
            break
    with history.tx() as tx:
        every = set(tx.connection.execute(sa.select(tables.hit.c.id)).scalars())
        rule_hits.count(tx, every & set(_rule_hits(tx.connection)))
    with database.read() as connection:
        assert kept(connection) == told


def _rule_hits(connection: sa.Connection) -> Iterator[str]:
    query = sa.select(tables.hit.c.id).where(tables.hit.c.target_kind == "rule")
    yield from connection.execute(query).scalars()


def test_a_transaction_that_fails_counts_nothing(database: Database) -> None:
    history = History(database, 2)
    history.go_on(40)
    with database.read() as connection:
        before = kept(connection)
    with pytest.raises(RuntimeError, match="lost"):
        _fail(history)
    with database.read() as connection:
        assert kept(connection) == before == counted(connection)


def _fail(history: History) -> None:
    with history.tx() as tx:
        tx.connection.execute(tables.hit.update().values(state="confirmed"))
        rule_hits.count(tx, list(_rule_hits(tx.connection)))
        raise RuntimeError("the connection was lost")


def test_who_tells_at_the_same_time_is_counted_too(database: Database) -> None:
    history = History(database, 3)
    history.go_on(60)
    with database.read() as connection:
        alerts = list(connection.execute(sa.select(tables.alert.c.id)).scalars())[:12]

    def tell(some: Sequence[str], kind: OutcomeKind) -> None:
        for own in some:
            with history.tx() as tx:
                value = OutcomeRecord(
                    id=new_id(), kind=kind, note="", by="x", at=START, alert_id=own
                )
                outcomes.add(tx, value)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(tell, alerts, OutcomeKind.SEIZURE)
        other = pool.submit(tell, alerts[::-1], OutcomeKind.NOTHING_FOUND)
        one.result(), other.result()
    with database.read() as connection:
        told = counted(connection)
        assert kept(connection) == {rule: told.get(rule, {}) for rule in RULES}


def test_the_newest_hits_come_first_with_what_was_told(database: Database) -> None:
    history = History(database, 5)
    history.go_on(120)
    with database.read() as connection:
        found = rule_hits.newest(connection, "loud", 4)
        whole = rule_hits.newest(connection, "loud", 100)
        told = {own.id: _told_of(connection, own.id) for own in whole}
    assert whole[:4] == found
    assert [(own.at, own.id) for own in whole] == sorted(
        ((own.at, own.id) for own in whole), reverse=True
    )
    assert {own.id: _kinds(own) <= told[own.id] for own in whole} == dict.fromkeys(told, True)
    assert any(own.outcome for own in whole)


def _kinds(own: RuleHit) -> set[str]:
    return {own.outcome.value} if own.outcome else set()
