"""Rules in force meet travellers: those who are announced, those who cross, those on their way."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.alert import AlertState
from parakh.domain.hit import Advice, Kind, ResultState
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.traveller import Document, DocumentType
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import EntryKind, Handling, WatchlistEntry
from parakh.screen.rules import screener
from parakh.screen.rules.language import CompiledRule, Run, run
from parakh.services import alerts, gate, intake, live_rules, lookouts, queue, rule_sweeps
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.store import rule_sweeps as sweeps
from parakh.store import rules as store
from parakh.store.tables import (
    assessment,
    audit,
    hit,
    rule_sweep,
    traveller,
    value_list,
    value_list_item,
    voyage,
)

SENDER = system_actor("test")


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.CLI, name="list.edi"))
    assert queue.drain(centre) == set()


def enforce(centre: Centre, text: str, *, name: str = "young", **more: Any) -> RuleVersion:
    """Puts a rule in force; again, its next version."""
    with centre.db.write(SENDER, Purpose.RULES) as tx:
        rule_id = store.by_name(tx.connection, name)
        number = 1
        if rule_id is None:
            rule_id = new_id()
            store.add_rule(tx, rule_id, name, Kind.TRAVELLER)
        else:
            number = store.versions_of(tx.connection, rule_id)[0].number + 1
        version = RuleVersion(
            id=new_id(),
            rule_id=rule_id,
            number=number,
            name=name,
            subject=Kind.TRAVELLER,
            text=text,
            reason="Couriers are young",
            handling=more.pop("handling", Handling.INSPECT),
            state=RuleState.APPROVED,
            written_by="somebody",
            written_at=tx.at,
            **more,
        )
        store.save(tx, version)
        tx.audit("test", "rule", rule_id)
    return version


def raised(centre: Centre) -> list[tuple[str, str]]:
    """Names of those with rule hits, and the hits' screeners."""
    rows = alerts.list_alerts(centre, SENDER, list(AlertState))
    return sorted(
        (row.traveller.name.family, own.screener)
        for row in rows
        if row.traveller is not None
        for own in row.hits
        if own.target.kind is Kind.RULE
    )


def swept(centre: Centre) -> list[sweeps.RuleSweep]:
    with centre.db.read() as connection:
        ids = connection.execute(sa.select(rule_sweep.c.version_id)).scalars()
        found = [sweeps.newest(connection, own) for own in ids]
    return sorted((own for own in found if own), key=lambda own: own.id)


@pytest.fixture
def flight(declare: Callable[..., bytes], person: Any) -> bytes:
    """NOON, 55 years old, and ABRO, 16."""
    return declare(person(), person(family="ABRO", given="SANAM", born="100101", document="PA9999"))


@pytest.fixture
def post(any_centre: Centre, units: Any) -> Centre:
    units(any_centre)
    return any_centre


# --- announced ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handling", "advice"),
    [
        (Handling.INFORM, Advice.COMPARE),
        (Handling.INSPECT, Advice.INSPECT),
        (Handling.REFER, Advice.REFER),
    ],
)
def test_who_is_announced_meets_the_rules_in_force(
    centre: Centre, units: Any, flight: bytes, handling: Handling, advice: Advice
) -> None:
    units(centre)
    enforce(centre, "traveller.age < 25", handling=handling)
    take_in(centre, flight)
    (row,) = alerts.list_alerts(centre, SENDER, list(AlertState))
    assert row.alert.advice is advice
    assert str(row.hits[0].sentence) == "Rule young: Couriers are young (16 years)"
    assert raised(centre) == [("ABRO", "rules@1")]


def test_what_a_person_did_before_is_known_when_he_is_announced_again(
    post: Centre, declare: Callable[..., bytes], person: Any, clock: Any
) -> None:
    enforce(post, "!history.first_time", name="again")
    take_in(post, declare(person()))
    assert raised(post) == []
    clock.advance(hours=4)
    request = CrossingRequest(
        document="PA1000001", port="KHI", lane="A1", direction=Direction.ENTRY, at=clock()
    )
    gate.cross(post, SENDER, request)
    clock.advance(hours=1)
    later = declare(person(), number="306", origin="KHI", destination="DXB")
    take_in(post, later.replace(b"26112217", b"26112417").replace(b"26112220", b"26112420"))
    assert raised(post) == [("NOON", "rules@1")]


@pytest.mark.parametrize(
    ("more", "met"),
    [
        ({"active_from": timedelta(hours=1)}, False),
        ({"active_until": timedelta(hours=-1)}, False),
        ({"active_from": timedelta(hours=-1), "active_until": timedelta(hours=1)}, True),
    ],
)
def test_a_rule_holds_from_its_start_to_its_end(
    centre: Centre, units: Any, flight: bytes, clock: Any, more: dict[str, timedelta], met: bool
) -> None:
    units(centre)
    enforce(centre, "traveller.age < 25", **{name: clock() + own for name, own in more.items()})
    take_in(centre, flight)
    assert bool(raised(centre)) is met


def test_rules_are_compiled_once_and_again_when_they_change_or_their_time_comes(
    centre: Centre, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def ready(versions: Sequence[RuleVersion], lists: Any) -> Any:
        made.append(len(versions))
        return screener.ready(versions, lists)

    monkeypatch.setattr(live_rules, "ready", ready)
    enforce(centre, "traveller.age < 25")
    assert len(centre.rules.current()) == len(centre.rules.current()) == 1
    assert made == [1]
    enforce(centre, "traveller.age > 60", name="old", active_from=clock() + timedelta(hours=1))
    assert [own.version.name for own in centre.rules.current()] == ["young"]
    clock.advance(hours=2)
    assert {own.version.name for own in centre.rules.current()} == {"young", "old"}
    assert {own.version.name for own in centre.rules.current()} == {"young", "old"}
    assert made == [1, 1, 2]


def test_a_rule_that_is_none_any_more_is_a_failure_that_names_it(
    post: Centre, flight: bytes
) -> None:
    enforce(post, "traveller.shoe_size > 45", name="feet")
    enforce(post, "traveller.age < 25")
    take_in(post, flight)
    assert raised(post) == [("ABRO", "rules@1")]
    with post.db.read() as connection:
        rows = connection.execute(sa.select(assessment.c.subject_id, assessment.c.results)).all()
    failed = {
        (row.subject_id, own["screener"])
        for row in rows
        for own in row.results
        if own["state"] == ResultState.FAILED.value
    }
    assert {name for _, name in failed} == {"rules@1 (feet@1)"}
    assert len(failed) == 2, "both travellers' checks are incomplete"


# --- crossing -----------------------------------------------------------------------------------


def test_who_crosses_meets_rules_about_the_crossing(
    post: Centre, flight: bytes, clock: Any, acting: Callable[..., Actor]
) -> None:
    enforce(post, 'crossing.state == "actual" && crossing.lane == "A7"', name="lane")
    take_in(post, flight)
    assert raised(post) == []
    clock.advance(hours=4)
    for lane, document in (("A1", "PA1000001"), ("A7", "PA9999")):
        request = CrossingRequest(
            document=document, port="KHI", lane=lane, direction=Direction.ENTRY, at=clock()
        )
        gate.cross(post, acting(Role.GATE, "KHI"), request)
    assert raised(post) == [("ABRO", "rules@1")]


# --- on their way -------------------------------------------------------------------------------


def test_a_new_rule_is_held_against_everybody_who_is_still_to_come(
    post: Centre, flight: bytes, clock: Any
) -> None:
    take_in(post, flight)
    enforce(post, "traveller.age < 25")
    enforce(post, "traveller.age > 50", name="old")
    assert raised(post) == []
    assert queue.drain(post) == set()
    assert raised(post) == [("ABRO", "rules@1"), ("NOON", "rules@1")]
    assert [(own.done, own.hits, own.alerts) for own in swept(post)] == [(2, 1, 1), (2, 1, 1)]
    assert all(own.finished_at for own in swept(post))
    assert not rule_sweeps.step(post, set()), "once is enough"
    with post.db.read() as connection:
        actions = set(connection.execute(sa.select(audit.c.action)).scalars())
    assert {"rule_sweep.begun", "rule_sweep.finished"} <= actions


def test_the_hits_of_a_next_version_are_the_same_hits(post: Centre, flight: bytes) -> None:
    enforce(post, "traveller.age < 25")
    take_in(post, flight)
    enforce(post, "traveller.age < 60")
    assert queue.drain(post) == set()
    with post.db.read() as connection:
        found = connection.execute(sa.select(hit.c.screener).order_by(hit.c.screener)).scalars()
        assert list(found) == ["rules@2", "rules@2"]
    assert {name for name, _ in raised(post)} == {"ABRO", "NOON"}


def test_a_decided_hit_stays_as_it_was_seen(
    post: Centre, flight: bytes, clock: Any, acting: Callable[..., Actor]
) -> None:
    first = enforce(post, "traveller.age < 20", active_until=clock() + timedelta(minutes=5))
    take_in(post, flight)
    officer = acting(Role.TARGETING, "KHI")
    (row,) = alerts.list_alerts(post, officer)
    alerts.acknowledge(post, officer, row.alert.id)
    alerts.decide(post, officer, row.alert.id, row.hits[0].id, confirmed=True, reason="his papers")
    (before,) = alerts.view(post, officer, row.alert.id).hits
    clock.advance(minutes=5)
    enforce(post, "traveller.age < 21")
    while rule_sweeps.step(post, set()):
        pass
    (after,) = alerts.view(post, officer, row.alert.id).hits
    assert after.hit == before.hit
    assert after.hit.screener == f"rules@{first.number}"


def test_who_has_come_is_left_alone(post: Centre, flight: bytes, clock: Any) -> None:
    take_in(post, flight)
    clock.advance(days=2)
    enforce(post, "traveller.age < 25")
    assert queue.drain(post) == set()
    assert raised(post) == []
    assert [own.done for own in swept(post)] == [0]


def test_who_landed_or_was_seen_at_a_gate_is_not_still_to_come(
    post: Centre, flight: bytes, clock: Any, acting: Callable[..., Actor]
) -> None:
    take_in(post, flight)
    clock.advance(hours=4)
    request = CrossingRequest(
        document="PA9999", port="KHI", lane="A1", direction=Direction.ENTRY, at=clock()
    )
    gate.cross(post, acting(Role.GATE, "KHI"), request)
    enforce(post, "traveller.age > 1")
    assert queue.drain(post) == set()
    assert raised(post) == [("NOON", "rules@1")], "ABRO was seen at a gate"
    clock.advance(hours=4)  # five hours after it was due
    enforce(post, "traveller.age > 2", name="late")
    assert queue.drain(post) == set()
    assert raised(post) == [("NOON", "rules@1")]


def test_who_is_on_a_list_comes_before_whom_a_rule_advises_on(
    post: Centre, flight: bytes, acting: Callable[..., Actor]
) -> None:
    listed = WatchlistEntry(
        id="",
        watchlist_id="",
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number="PA1000001", issuer="PAK"),),
        reason="Left his bag behind",
    )
    officer = acting(Role.TARGETING, "KHI")
    lookouts.place(post, officer, listed)
    enforce(post, "traveller.age < 25", priority=1)
    take_in(post, flight)
    rows = alerts.list_alerts(post, officer)
    assert {row.alert.advice for row in rows} == {Advice.INSPECT}
    named = [row.traveller.name.family for row in rows if row.traveller]
    assert (named, [row.alert.priority for row in rows]) == (["NOON", "ABRO"], [0, 1])


def test_a_changed_list_makes_its_rules_go_round_again(post: Centre, flight: bytes) -> None:
    def watch(*ports: str) -> None:
        with post.db.write(SENDER, Purpose.RULES) as tx:
            if not connection_has_list(tx.connection):
                row = {"kind": "text", "note": "", "made_by": "x", "made_at": tx.at}
                tx.connection.execute(value_list.insert().values(id="l", name="ports", **row))
            for port in ports:
                row = {"note": "", "added_by": "x", "added_at": tx.at}
                tx.connection.execute(
                    value_list_item.insert().values(list_id="l", value=port, **row)
                )
            tx.changed(store.CHANGED, ["l"])
            tx.audit("test", "value_list", "l")

    watch("AUH")
    take_in(post, flight)
    enforce(post, 'in_list(voyage.origin, "ports")', name="port")
    enforce(post, "traveller.age < 25")
    assert queue.drain(post) == set()
    assert [name for name, _ in raised(post)] == ["ABRO"]
    before = {own.id for own in swept(post)}
    watch("DXB")
    assert queue.drain(post) == set()
    assert [name for name, _ in raised(post)] == ["ABRO", "ABRO", "ABRO", "NOON"]
    assert len({own.id for own in swept(post)} - before) == 1, "the other rule did not change"


def connection_has_list(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(value_list.c.id)).first() is not None


def test_a_sweep_goes_on_where_it_was(
    post: Centre, declare: Callable[..., bytes], person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_sweeps, "BATCH", 1)
    for number in range(3):
        own = person(born="100101", document=f"PB{number}11111", family=f"ABRO{'XYZ'[number]}")
        take_in(post, declare(own, number=f"40{number}"))
    enforce(post, "traveller.age < 25")
    leave: set[str] = set()
    done = []
    while rule_sweeps.step(post, leave):
        done.append(sum(own.done for own in swept(post)))
    assert done == [0, 1, 2, 3, 3]
    assert len(raised(post)) == 3


def test_whose_voyage_changes_to_a_later_one_is_met_again(
    post: Centre, declare: Callable[..., bytes], person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_sweeps, "BATCH", 1)
    take_in(post, declare(person(born="100101")))
    take_in(post, declare(person(family="ABRO", document="PB111111"), number="405"))
    enforce(post, "traveller.age < 25")
    assert rule_sweeps.step(post, set())
    assert rule_sweeps.step(post, set())
    with post.db.maintain() as connection:
        first, last = connection.execute(sa.select(voyage.c.id).order_by(voyage.c.id)).scalars()
        here = traveller.update().where(traveller.c.voyage_id == first)
        connection.execute(here.values(voyage_id=last))
    assert queue.drain(post) == set()
    (own,) = swept(post)
    assert own.finished_at is not None
    assert raised(post) == [("NOON", "rules@1")]


def test_a_rule_that_breaks_waits_and_the_others_go_on(
    post: Centre, flight: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(rules: Sequence[CompiledRule], frame: pl.DataFrame) -> Run:
        found = run(rules, frame)
        places = [i for i, own in enumerate(rules) if "60" in own.text]
        nothing = [pl.Series(str(i), [None] * len(frame), dtype=pl.Boolean) for i in places]
        return Run(matches=found.matches.with_columns(nothing), failed=dict.fromkeys(places, "E"))

    take_in(post, flight)
    enforce(post, "traveller.age < 25")
    enforce(post, "traveller.age < 60", name="old")
    monkeypatch.setattr(screener, "run", broken)
    leave = queue.drain(post)
    assert len(leave) == 1
    assert [name for name, _ in raised(post)] == ["ABRO"]
    states = {own.failure: own.finished_at is not None for own in swept(post)}
    assert states == {"": True, "E": False}
    monkeypatch.setattr(screener, "run", run)
    assert queue.drain(post) == set()
    assert {name for name, _ in raised(post)} == {"ABRO", "NOON"}
    assert all(own.finished_at and not own.failure for own in swept(post))


def test_a_retired_rule_goes_round_no_further(post: Centre, flight: bytes, clock: Any) -> None:
    take_in(post, flight)
    version = enforce(post, "traveller.age < 25", active_until=clock() + timedelta(hours=1))
    assert rule_sweeps.step(post, set())
    clock.advance(hours=2)
    assert rule_sweeps.step(post, set())
    assert not rule_sweeps.step(post, set())
    with post.db.read() as connection:
        assert sweeps.newest(connection, version.id) is None
    assert raised(post) == []


def test_a_batch_that_another_worker_did_is_left(post: Centre, flight: bytes) -> None:
    take_in(post, flight)
    enforce(post, "traveller.age < 25")
    rule_sweeps.step(post, set())
    (own,) = swept(post)
    with post.db.write(SENDER, Purpose.SCREENING) as tx:
        assert not sweeps.begin(tx, new_id(), own.version_id, own.lists_digest)
        assert sweeps.advance(tx, own, cursor="", done=2)
        assert not sweeps.advance(tx, own, cursor="", done=2)
        tx.audit("test", "test", "")
    assert not rule_sweeps.step(post, set())
    assert own.started_at <= datetime.now(UTC) + timedelta(days=1)


def test_a_rule_of_another_agency_raises_nothing_here(post: Centre, flight: bytes) -> None:
    enforce(post, "traveller.age < 25", scope=Scope(agencies=frozenset({"Another"})))
    take_in(post, flight)
    assert raised(post) == []
    ours = Scope(agencies=frozenset({"Another", post.settings.agency}))
    enforce(post, "traveller.age < 25", name="ours", scope=ours)
    assert queue.drain(post) == set()
    assert raised(post) != []


def test_a_scope_by_port_holds_for_sweeps_too(post: Centre, flight: bytes) -> None:
    take_in(post, flight)
    enforce(post, "traveller.age < 25", scope=Scope(ports=frozenset({"LHE"})))
    assert queue.drain(post) == set()
    assert raised(post) == []
