"""Voyages that are over go to the history, and rules are tried on it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.backtest import Backtest, BacktestState
from parakh.domain.hit import Kind
from parakh.domain.message import Channel, Source
from parakh.domain.rule import Scope
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.screen.rules.language import RuleError
from parakh.services import alerts, archive, backtests, cases, cases_work, intake, queue
from parakh.services.centre import Centre
from parakh.store import backtests as store
from parakh.store.archive import Archive
from parakh.store.tables import backtest

SENDER = system_actor("test")
WHY = "looked at the papers"
YOUNG = "traveller.age < 30"
SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)
EVERYWHERE = Scope()


@pytest.fixture
def take(any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any) -> Any:
    """Takes in a flight with persons born in these years."""
    units(any_centre)

    def one(*years: int, number: str = "304", destination: str = "KHI") -> None:
        people = [
            person(born=f"{year % 100:02}0101", document=f"PA{number}{place:03}", given=f"N{place}")
            for place, year in enumerate(years)
        ]
        data = declare(*people, number=number, destination=destination)
        intake.receive(any_centre, SENDER, data, Source(channel=Channel.CLI, name=f"{number}.edi"))
        queue.drain(any_centre)

    return one


@pytest.fixture
def analyst(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.ANALYST)


def tried(centre: Centre, actor: Actor, text: str = YOUNG, scope: Scope = EVERYWHERE) -> Backtest:
    """A back-test that is over."""
    own_id = backtests.start(centre, actor, text, Kind.TRAVELLER, scope, SINCE, UNTIL)
    centre.backtesting.wait()
    backtests.run_waiting(centre)
    return backtests.get(centre, actor, own_id)


def closed(centre: Centre, clock: Any) -> int:
    """Writes all that is over a day later; gives how many rows."""
    clock.advance(days=1)
    written = 0
    while rows := archive.close(centre):
        written += rows
    return written


def test_a_voyage_goes_to_the_history_once_it_is_over(
    any_centre: Centre, take: Any, clock: Any
) -> None:
    take(1971, 2000)
    assert archive.close(any_centre) == 0
    clock.advance(hours=14)
    assert archive.close(any_centre) == 0
    assert closed(any_centre, clock) == 2
    assert archive.close(any_centre) == 0
    own = archive.archive_of(any_centre)
    rows = own.scan(own.days(SINCE, UNTIL)).collect()
    assert sorted(rows["traveller.age"]) == [26.0, 55.0]
    assert set(rows["port"]) == {"KHI"}
    assert set(rows["direction"]) == {"entry"}
    assert "NOON" not in repr(rows.to_dicts())
    assert archive.first_day(any_centre) == date(2026, 11, 22)


def test_what_was_written_twice_stands_once(
    any_centre: Centre, take: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(1971, 2000)
    clock.advance(days=1)
    with monkeypatch.context() as patched:
        patched.setattr(store, "mark_archived", _crash)
        with pytest.raises(RuntimeError, match="the lights went out"):
            archive.close(any_centre)
    assert archive.close(any_centre) == 2
    own = archive.archive_of(any_centre)
    assert [file.rows for file in own.days(SINCE, UNTIL)] == [2]


def _crash(*_: object) -> None:
    raise RuntimeError("the lights went out")


def test_hits_share_and_ports(any_centre: Centre, take: Any, analyst: Actor, clock: Any) -> None:
    take(1971, 2000, 2001)
    take(2002, number="9", destination="LHE")
    closed(any_centre, clock)
    found = tried(any_centre, analyst)
    assert (found.state, found.failure) == (BacktestState.DONE, "")
    told = found.findings
    assert told is not None
    assert (told.subjects, told.hits, told.undecided, told.share) == (4, 3, 0, 0.75)
    assert [(own.day, own.subjects, own.hits) for own in told.days] == [(date(2026, 11, 22), 4, 3)]
    assert dict(told.ports) == {"KHI": 2, "LHE": 1}
    assert dict(told.alerts_a_day) == {"khi": 2.0, "lhe": 1.0}
    assert len(told.examples) == 3
    assert told.precision.share is None
    assert backtests.newest(any_centre, analyst, YOUNG, Kind.TRAVELLER, EVERYWHERE) == found


def test_only_what_lies_in_the_scope(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any
) -> None:
    take(2000, 2001)
    take(2002, number="9", destination="LHE")
    closed(any_centre, clock)
    scope = Scope(ports=frozenset({"LHE"}), units=frozenset({"ntc"}))
    told = tried(any_centre, analyst, scope=scope).findings
    assert told is not None
    assert (told.subjects, dict(told.ports), dict(told.alerts_a_day)) == (
        1,
        {"LHE": 1},
        {"ntc": 1.0},
    )


def test_a_document_number_is_found_though_nobody_can_read_it(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any
) -> None:
    take(1971, 2000)
    closed(any_centre, clock)
    told = tried(any_centre, analyst, 'documents.exists(d, d.number == "PA304001")').findings
    assert told is not None
    assert (told.hits, told.not_kept) == (1, ())


def test_what_is_not_kept_is_undecided_and_named(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any
) -> None:
    take(1971)
    closed(any_centre, clock)
    told = tried(any_centre, analyst, 'traveller.birth_date > date("2000-01-01")').findings
    assert told is not None
    assert (told.hits, told.undecided, told.not_kept) == (0, 1, ("traveller.birth_date",))


def test_precision_follows_from_what_officers_found(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any, enlist: Any, acting: Any
) -> None:
    for place in range(3):
        enlist(any_centre, document=f"PA30400{place}")
    take(2000, 2001, 1971, 2002)
    officer = acting(Role.TARGETING, "KHI")
    kinds = iter((OutcomeKind.ARREST, OutcomeKind.NOTHING_FOUND, OutcomeKind.DATA_ERROR))
    for row in alerts.list_alerts(any_centre, officer):
        alerts.acknowledge(any_centre, officer, row.alert.id)
        for hit in row.hits:
            alerts.decide(any_centre, officer, row.alert.id, hit.id, confirmed=True, reason=WHY)
        alerts.close(any_centre, officer, row.alert.id, next(kinds), "")
    closed(any_centre, clock)
    told = tried(any_centre, analyst, "traveller.age > 0").findings
    assert told is not None
    assert (told.precision.decided, told.precision.found) == (2, 1)
    late = [
        row.alert.id
        for row in alerts.list_alerts(any_centre, officer, [AlertState.CLOSED])
        if row.alert.outcome and row.alert.outcome.kind is OutcomeKind.NOTHING_FOUND
    ]
    case = cases.open_from(any_centre, officer, late)
    cases_work.close(any_centre, officer, case.id, OutcomeKind.ARREST, "")
    told = tried(any_centre, analyst, "traveller.age > 0").findings
    assert told is not None
    assert (told.precision.decided, told.precision.found) == (2, 2), "a case's outcome counts"
    for text in ("history.alerts_365d > 0", 'hits.exists(h, h.state == "confirmed")'):
        known = tried(any_centre, analyst, text).findings
        assert known is not None
        assert known.hits == 0, "what came of a journey was not known when it was screened"


def test_a_wrong_rule_or_span_is_refused_at_once(any_centre: Centre, analyst: Actor) -> None:
    for text in ("traveller.age <", "traveller.shoe_size > 4", "traveller.religion == 'A'"):
        with pytest.raises(RuleError):
            backtests.start(any_centre, analyst, text, Kind.TRAVELLER, EVERYWHERE, SINCE, UNTIL)
    for since, until in ((UNTIL, SINCE), (SINCE, SINCE), (SINCE, SINCE + timedelta(days=3000))):
        with pytest.raises(InvalidInput, match="day"):
            backtests.start(any_centre, analyst, YOUNG, Kind.TRAVELLER, EVERYWHERE, since, until)


def test_without_history_it_fails_and_says_why(any_centre: Centre, analyst: Actor) -> None:
    found = tried(any_centre, analyst)
    assert (found.state, found.failure) == (
        BacktestState.FAILED,
        "there is no history for these days",
    )
    with pytest.raises(Conflict, match="over"):
        backtests.stop(any_centre, analyst, found.id)


def test_it_can_be_stopped(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(1971)
    closed(any_centre, clock)
    whole = Archive.days

    def stopped(self: Archive, since: date, until: date) -> Any:
        with any_centre.db.read() as connection:
            own_id = connection.execute(backtest.select()).scalar_one()
        backtests.stop(any_centre, analyst, own_id)
        return whole(self, since, until)

    monkeypatch.setattr(Archive, "days", stopped)
    found = tried(any_centre, analyst)
    assert (found.state, found.findings) == (BacktestState.STOPPED, None)


def test_one_that_its_process_left_is_taken_up(
    any_centre: Centre, take: Any, analyst: Actor, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(2000)
    closed(any_centre, clock)
    monkeypatch.setattr(backtests, "begin", lambda centre: False)
    own_id = backtests.start(any_centre, analyst, YOUNG, Kind.TRAVELLER, EVERYWHERE, SINCE, UNTIL)
    with any_centre.db.maintain() as connection:
        taken = store.take(connection, any_centre.clock())
        assert taken is not None
        assert store.take(connection, any_centre.clock()) is None
    assert backtests.run_waiting(any_centre) == 0
    clock.advance(minutes=6)
    assert backtests.run_waiting(any_centre) == 1
    assert backtests.get(any_centre, analyst, own_id).state is BacktestState.DONE


def test_who_may_not(any_centre: Centre, acting: Any, analyst: Actor) -> None:
    gate = acting(Role.GATE, "KHI")
    with pytest.raises(Forbidden):
        backtests.start(any_centre, gate, YOUNG, Kind.TRAVELLER, EVERYWHERE, SINCE, UNTIL)
    with pytest.raises(NotFound):
        backtests.get(any_centre, analyst, "nothing")


def test_old_days_go(any_centre: Centre, take: Any, clock: Any) -> None:
    take(2000)
    closed(any_centre, clock)
    assert archive.expire(any_centre) == 0
    clock.advance(days=any_centre.settings.history_days + 1)
    assert archive.expire(any_centre) == 1
    assert archive.first_day(any_centre) is None
