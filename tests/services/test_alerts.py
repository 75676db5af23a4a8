import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from parakh.access import Actor, Permission, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.hit import HitState
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Details, Seizure
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import alerts, intake, queue
from parakh.services.centre import Centre

SENDER = system_actor("test")
SOURCE = Source(channel=Channel.DROP, name="list.edi")


@pytest.fixture
def loaded(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, enlist: Any
) -> Centre:
    """One traveller with two hits before Karachi's unit, one with one before Lahore's."""
    units(any_centre)
    enlist(any_centre, document="PA7654321")
    both = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
    one = replace(both, document="PA1")
    for data in (declare(both), declare(one, number="9", destination="LHE")):
        intake.receive(any_centre, SENDER, data, SOURCE)
    queue.drain(any_centre)
    return any_centre


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


def only(centre: Centre, actor: Actor) -> alerts.AlertRow:
    (row,) = alerts.list_alerts(centre, actor)
    return row


def test_an_officer_handles_an_alert(loaded: Centre, officer: Actor, clock: Any) -> None:
    row = only(loaded, officer)
    taken = alerts.acknowledge(loaded, officer, row.alert.id)
    assert (taken.state, taken.acknowledged_by) == (AlertState.ACKNOWLEDGED, officer.name)
    assert taken.acknowledged_at == clock()
    first, second = row.hits
    for reason in ("", "    ", "no"):
        with pytest.raises(InvalidInput, match="reason"):
            alerts.decide(loaded, officer, row.alert.id, first.id, confirmed=True, reason=reason)
    clock.advance(minutes=1)
    decided = alerts.decide(
        loaded, officer, row.alert.id, first.id, confirmed=True, reason=" same scar "
    )
    assert (decided.state, decided.reason) == (HitState.CONFIRMED, "same scar")
    assert (decided.decided_by, decided.decided_at) == (officer.name, clock())
    with pytest.raises(Conflict, match="already"):
        alerts.decide(loaded, officer, row.alert.id, first.id, confirmed=False, reason="no, not")
    with pytest.raises(Conflict, match="each hit"):
        alerts.close(loaded, officer, row.alert.id, OutcomeKind.ARREST, "")
    alerts.decide(loaded, officer, row.alert.id, second.id, confirmed=False, reason="typing error")
    with pytest.raises(InvalidInput, match="false match"):
        alerts.close(loaded, officer, row.alert.id, OutcomeKind.FALSE_MATCH, "")
    with pytest.raises(InvalidInput, match="what was seized"):
        alerts.close(loaded, officer, row.alert.id, OutcomeKind.SEIZURE, "gold")
    gold = Details(seizures=(Seizure(commodity=Commodity.GOLD, quantity=Decimal(2)),))
    closed = alerts.close(loaded, officer, row.alert.id, OutcomeKind.SEIZURE, " 2 kg gold ", gold)
    assert closed.state is AlertState.CLOSED
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.note) == (OutcomeKind.SEIZURE, "2 kg gold")
    assert alerts.view(loaded, officer, row.alert.id).row.alert == closed
    assert alerts.counts(loaded, officer) == {AlertState.CLOSED: 1}
    assert alerts.list_alerts(loaded, officer) == []
    for again in (
        lambda: alerts.acknowledge(loaded, officer, row.alert.id),
        lambda: alerts.close(loaded, officer, row.alert.id, OutcomeKind.PENALTY, ""),
    ):
        with pytest.raises(Conflict):
            again()


def test_steps_come_in_order(loaded: Centre, officer: Actor) -> None:
    row = only(loaded, officer)
    for too_early in (
        lambda: alerts.decide(
            loaded, officer, row.alert.id, row.hits[0].id, confirmed=True, reason="same face"
        ),
        lambda: alerts.close(loaded, officer, row.alert.id, OutcomeKind.ARREST, ""),
    ):
        with pytest.raises(Conflict, match="acknowledge it first"):
            too_early()
    alerts.acknowledge(loaded, officer, row.alert.id)
    other = only(loaded, replace(officer, units=frozenset({"lhe"})))
    with pytest.raises(Forbidden, match="does not belong"):
        alerts.decide(
            loaded, officer, row.alert.id, other.hits[0].id, confirmed=True, reason="same face"
        )


def test_programs_never_decide(loaded: Centre, officer: Actor) -> None:
    """Whatever permissions a program holds: it can show, never confirm."""
    alert_id = only(loaded, officer).alert.id
    hit_id = only(loaded, officer).hits[0].id
    key = replace(officer, name="key:other system", human=False)
    assert not key.may(Permission.HANDLE_ALERTS)
    for machine in (key, SENDER):
        assert Permission.HANDLE_ALERTS in machine.permissions
        with pytest.raises(Forbidden, match=r"may not|only a human"):
            alerts.acknowledge(loaded, machine, alert_id)
    alerts.acknowledge(loaded, officer, alert_id)
    for machine in (key, SENDER):
        with pytest.raises(Forbidden, match=r"may not|only a human"):
            alerts.decide(loaded, machine, alert_id, hit_id, confirmed=True, reason="same face")
        with pytest.raises(Forbidden, match=r"may not|only a human"):
            alerts.close(loaded, machine, alert_id, OutcomeKind.ARREST, "")


def test_units_see_and_touch_only_theirs(
    loaded: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    own, other = only(loaded, officer), only(loaded, acting(Role.TARGETING, "LHE"))
    assert own.alert.unit_id == "khi"
    assert other.alert.unit_id == "lhe"
    steps: list[Callable[[], object]] = [
        lambda: alerts.view(loaded, officer, other.alert.id),
        lambda: alerts.row(loaded, officer, other.alert.id),
        lambda: alerts.acknowledge(loaded, officer, other.alert.id),
        lambda: alerts.close(loaded, officer, other.alert.id, OutcomeKind.ARREST, ""),
        lambda: alerts.decide(
            loaded, officer, other.alert.id, other.hits[0].id, confirmed=True, reason="same face"
        ),
    ]
    for step in steps:
        with pytest.raises(Forbidden, match="another unit"):
            step()
    with pytest.raises(NotFound):
        alerts.view(loaded, officer, "none")
    central = alerts.list_alerts(loaded, acting(Role.SUPERVISOR))
    assert {row.alert.id for row in central} == {own.alert.id, other.alert.id}
    assert alerts.list_alerts(loaded, replace(officer, units=frozenset())) == []


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.INTEGRATOR])
def test_other_roles_see_no_alerts(
    loaded: Centre, acting: Callable[..., Actor], role: Role
) -> None:
    actor = acting(role)
    for look in (
        lambda: alerts.list_alerts(loaded, actor),
        lambda: alerts.counts(loaded, actor),
        lambda: alerts.wall(loaded, actor, 0),
        lambda: alerts.wall_position(loaded, actor),
        lambda: alerts.acknowledge(loaded, actor, "any"),
    ):
        with pytest.raises(Forbidden):
            look()


def test_when_several_do_it_at_once_one_succeeds(loaded: Centre, officer: Actor) -> None:
    row = only(loaded, officer)
    start = threading.Barrier(3)

    def attempt(step: Callable[[Actor], object]) -> int:
        def one(number: int) -> bool:
            start.wait()
            try:
                step(replace(officer, name=f"officer{number}"))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(3) as pool:
            return sum(pool.map(one, range(3)))

    assert attempt(lambda who: alerts.acknowledge(loaded, who, row.alert.id)) == 1
    for hit in row.hits:
        step = lambda who, hit=hit: alerts.decide(  # noqa: E731
            loaded, who, row.alert.id, hit.id, confirmed=who.name[-1] == "0", reason="looked"
        )
        assert attempt(step) == 1
    assert (
        attempt(lambda who: alerts.close(loaded, who, row.alert.id, OutcomeKind.DATA_ERROR, ""))
        == 1
    )


def test_the_wall_tells_each_step_in_order(loaded: Centre, officer: Actor) -> None:
    woken = []
    leave = loaded.wall.subscribe(lambda: woken.append(1))
    row = only(loaded, officer)
    start = alerts.wall_position(loaded, officer)
    alerts.acknowledge(loaded, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(loaded, officer, row.alert.id, hit.id, confirmed=False, reason="another man")
    alerts.close(loaded, officer, row.alert.id, OutcomeKind.NOTHING_FOUND, "")
    assert len(woken) == 4
    leave()
    events = alerts.wall(loaded, officer, 0)
    assert [own.kind for own in events] == ["raised", "acknowledged", "closed"]
    assert {own.alert_id for own in events} == {row.alert.id}
    assert [own.kind for own in alerts.wall(loaded, officer, start)] == ["acknowledged", "closed"]
    everything = alerts.wall(loaded, SENDER, 0)
    assert [own.seq for own in everything] == list(range(1, len(everything) + 1))
    assert len(everything) == 4


def test_a_view_shows_both_sides(loaded: Centre, officer: Actor) -> None:
    view = alerts.view(loaded, officer, only(loaded, officer).alert.id)
    assert view.assessment.hits == tuple(own.hit for own in view.hits)
    for own in view.hits:
        assert own.entry is not None
        assert own.watchlist is not None
        assert own.entry.names[0].family == "MAZARI"
        assert own.pictures == ()
    assert view.row.voyage is not None
    assert view.row.voyage.name == "PK304"
