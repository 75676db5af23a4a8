"""Who gets an alert, by when, and what happens when nobody sees to it: on both databases."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState, StepKind
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.routing import Route, ServiceLevel
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    accounts,
    alerts,
    duty,
    escalating,
    intake,
    queue,
    routing,
    trail,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.routing import Example

MAKER = system_actor("test")
SOURCE = Source(channel=Channel.DROP, name="list.edi")


@pytest.fixture
def ready(any_centre: Centre, units: Any, enlist: Any) -> Centre:
    """Units of Karachi, Lahore and Narcotics, a central one, and one listed person."""
    units(any_centre)
    accounts.add_unit(any_centre, MAKER, Unit(id="anf", name="Narcotics"))
    enlist(any_centre, document="PA7654321")
    return any_centre


@pytest.fixture
def flight(declare: Callable[..., bytes], person: Any) -> bytes:
    return declare(person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321"))


@pytest.fixture
def chief(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def take_in(centre: Centre, data: bytes) -> list[alerts.AlertRow]:
    intake.receive(centre, MAKER, data, SOURCE)
    queue.drain(centre)
    return alerts.list_alerts(centre, MAKER)


def route(*units: str, **fields: Any) -> Route:
    return Route(id="", position=0, name="To narcotics", units=units, zone="", **fields)


def test_a_route_tells_another_unit_and_says_so(ready: Centre, chief: Actor, flight: bytes) -> None:
    made = routing.save_route(ready, chief, route("anf", ports=frozenset({" khi "})))
    assert (made.position, made.zone, made.ports) == (1, "Asia/Karachi", frozenset({"KHI"}))
    (row,) = take_in(ready, flight)
    assert row.alert.unit_id == "anf"
    steps = alerts.path_of(ready, chief, row.alert.id)
    assert [own.kind for own in steps] == [StepKind.RAISED, StepKind.ROUTED]
    assert str(steps[1].text) == "Told to Narcotics by the routing rule To narcotics"
    assert steps[0].source.partition("#")[0]


def test_without_a_route_the_unit_of_the_port_is_told(
    ready: Centre, chief: Actor, flight: bytes
) -> None:
    routing.save_route(ready, chief, route("anf", ports=frozenset({"LHE"})))
    (row,) = take_in(ready, flight)
    assert row.alert.unit_id == "khi"
    assert str(alerts.path_of(ready, chief, row.alert.id)[1].text).endswith("by the standing way")


def test_who_would_get_it_is_who_gets_it(ready: Centre, chief: Actor, flight: bytes) -> None:
    routing.save_route(ready, chief, route("anf", goes_on=True, lists=frozenset({"list-inspect"})))
    routing.save_level(
        ready, chief, ServiceLevel(id="", unit_id="anf", acknowledge=timedelta(minutes=5))
    )
    example = Example(port="khi", lists=("list-inspect",), at=ready.clock())
    found = {own.told.unit.id: own for own in routing.would_get(ready, chief, example)}
    assert found.keys() == {row.alert.unit_id for row in take_in(ready, flight)} == {"anf", "khi"}
    assert found["anf"].level is not None
    assert found["khi"].level is None
    with pytest.raises(InvalidInput):
        routing.would_get(ready, chief, replace(example, lists=("gone",)))


def test_routes_are_ordered_and_every_version_is_in_the_trail(ready: Centre, chief: Actor) -> None:
    first = routing.save_route(ready, chief, route("anf"))
    second = routing.save_route(ready, chief, replace(route("lhe"), name="Second"))
    routing.move_route(ready, chief, second.id, up=True)
    routing.move_route(ready, chief, second.id, up=True)
    assert [own.id for own in routing.view(ready, chief).routes] == [second.id, first.id]
    routing.save_route(ready, chief, replace(first, name="Now to Karachi", units=("khi",)))
    assert [own.id for own in routing.view(ready, chief).routes] == [second.id, first.id]
    rows = trail.search(ready, MAKER, trail.TrailFilter(action="route.saved", subject=first.id))
    newest = json.loads(rows.rows[0].detail)
    assert (newest["before"]["name"], newest["now"]["name"]) == ("To narcotics", "Now to Karachi")
    assert newest["now"]["units"] == ["khi"]
    routing.remove_route(ready, chief, first.id)
    with pytest.raises(NotFound):
        routing.remove_route(ready, chief, first.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": ()},
        {"units": ("gone",)},
        {"name": " "},
        {"lists": frozenset({"gone"})},
        {"weekdays": frozenset({7})},
        {"id": "gone"},
    ],
)
def test_a_route_that_tells_nobody_is_refused(
    ready: Centre, chief: Actor, wrong: dict[str, Any]
) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        routing.save_route(ready, chief, replace(route("anf"), **wrong))


def test_only_who_routes_alerts_may(ready: Centre, acting: Callable[..., Actor]) -> None:
    for role in (Role.TARGETING, Role.GATE, Role.ANALYST):
        with pytest.raises(Forbidden):
            routing.view(ready, acting(role))
        with pytest.raises(Forbidden):
            routing.save_route(ready, acting(role), route("anf"))
        with pytest.raises(Forbidden):
            routing.save_level(ready, acting(role), ServiceLevel(id="", close=timedelta(hours=1)))


@pytest.mark.parametrize(
    ("minutes", "error"),
    [((None, None), InvalidInput), ((0, None), InvalidInput), ((30, 20), InvalidInput)],
)
def test_levels_that_cannot_be_met_are_refused(
    ready: Centre, chief: Actor, minutes: tuple[int | None, int | None], error: type[Exception]
) -> None:
    acknowledge, close = (None if own is None else timedelta(minutes=own) for own in minutes)
    with pytest.raises(error):
        routing.save_level(ready, chief, ServiceLevel(id="", acknowledge=acknowledge, close=close))


def level(ready: Centre, chief: Actor, **fields: Any) -> ServiceLevel:
    given = {"acknowledge": timedelta(minutes=10), "close": timedelta(hours=2), **fields}
    return routing.save_level(ready, chief, ServiceLevel(id="", **given))


def test_one_level_for_a_unit_and_advice(ready: Centre, chief: Actor) -> None:
    made = level(ready, chief)
    with pytest.raises(Conflict):
        level(ready, chief)
    level(ready, chief, advice=Advice.REFER)
    routing.save_level(ready, chief, replace(made, escalate_to="anf"))
    routing.remove_level(ready, chief, made.id)
    assert [own.advice for own in routing.view(ready, chief).levels] == [Advice.REFER]


def test_an_alert_nobody_acknowledges_is_escalated_once(
    ready: Centre, chief: Actor, flight: bytes, clock: Any
) -> None:
    level(ready, chief, escalate_to="anf")
    (row,) = take_in(ready, flight)
    assert row.alert.acknowledge_by == clock() + timedelta(minutes=10)
    clock.advance(minutes=9)
    assert escalating.escalate_due(ready) == 0
    clock.advance(minutes=1)
    assert escalating.escalate_due(ready) == 1
    assert escalating.escalate_due(ready) == 0
    found = {own.alert.unit_id: own.alert for own in alerts.list_alerts(ready, MAKER)}
    assert found.keys() == {"khi", "anf"}
    assert found["khi"].escalated_at == clock()
    assert found["anf"].escalated_from == row.alert.id
    steps = alerts.path_of(ready, chief, row.alert.id)
    assert str(steps[-1].text) == "Not acknowledged in time: escalated to Narcotics"
    kinds = [own.kind for own in alerts.wall(ready, MAKER, 0)]
    assert kinds == ["raised", "escalated", "raised"]
    # The other unit's own time passes as well: that is the end of it.
    clock.advance(hours=5)
    assert escalating.escalate_due(ready) == 0


def test_an_alert_that_is_acknowledged_must_be_closed_in_time(
    ready: Centre, chief: Actor, flight: bytes, clock: Any, acting: Callable[..., Actor]
) -> None:
    level(ready, chief)
    (row,) = take_in(ready, flight)
    officer = acting(Role.TARGETING, "KHI")
    alerts.acknowledge(ready, officer, row.alert.id)
    clock.advance(minutes=30)
    assert escalating.escalate_due(ready) == 0
    clock.advance(hours=2)
    assert escalating.escalate_due(ready) == 1
    found = {own.alert.unit_id: own.alert for own in alerts.list_alerts(ready, MAKER)}
    assert found.keys() == {"khi", "ntc"}  # no unit is named and nobody is on duty: the central one
    assert "Not closed in time" in str(alerts.path_of(ready, chief, row.alert.id)[-1].text)


def on_duty(ready: Centre, chief: Actor, unit: str) -> None:
    """Puts a supervisor of a unit on duty for eight hours."""
    name, now = f"{unit}.chief", ready.clock()
    accounts.add_user(
        ready,
        MAKER,
        name=name,
        display_name="Chief",
        roles=frozenset({Role.SUPERVISOR}),
        units=frozenset({unit}),
        password="correct horse battery staple",
    )
    duty.add_shift(ready, chief, unit, name, now, now + timedelta(hours=8))


def test_the_supervisor_on_duty_is_told_and_named(
    ready: Centre, chief: Actor, flight: bytes, clock: Any, cheap_passwords: None
) -> None:
    level(ready, chief)
    on_duty(ready, chief, "khi")
    (row,) = take_in(ready, flight)
    clock.advance(minutes=10)
    assert escalating.escalate_due(ready) == 1
    (only,) = alerts.list_alerts(ready, MAKER)  # his unit has the alert already
    text = str(alerts.path_of(ready, chief, only.alert.id)[-1].text)
    assert text == "Not acknowledged in time: escalated to KHI airport, khi.chief on duty"
    assert only.alert.id == row.alert.id


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (("lhe",), {"khi", "ntc"}),  # another port's supervisor is not concerned
        (("lhe", "khi"), {"khi"}),
        (("lhe", "ntc", "kemari"), {"khi", "ntc", "kemari"}),
    ],
)
def test_only_supervisors_of_the_port_and_central_ones_are_told(
    ready: Centre,
    chief: Actor,
    flight: bytes,
    clock: Any,
    cheap_passwords: None,
    of: tuple[str, ...],
    told: set[str],
) -> None:
    level(ready, chief)
    (row,) = take_in(ready, flight)
    kemari = Unit(id="kemari", name="Karachi cargo", ports=frozenset({"KHI"}))
    accounts.add_unit(ready, MAKER, kemari)
    for unit in of:
        on_duty(ready, chief, unit)
    clock.advance(minutes=10)
    assert escalating.escalate_due(ready) == 1
    assert {own.alert.unit_id for own in alerts.list_alerts(ready, MAKER)} == told
    assert row.alert.unit_id == "khi"


@pytest.mark.parametrize("named", [None, "lhe"])
def test_an_alert_stays_with_the_only_unit_that_may_know(
    ready: Centre,
    chief: Actor,
    flight: bytes,
    clock: Any,
    cheap_passwords: None,
    named: str | None,
) -> None:
    own = watchlists.get_list(ready, MAKER, "list-inspect")
    watchlists.add_list(ready, MAKER, replace(own, unit_id="anf", alerts_port=False))
    level(ready, chief, escalate_to=named)
    (row,) = take_in(ready, flight)
    assert row.alert.unit_id == "anf"
    for unit in ("khi", "ntc"):
        on_duty(ready, chief, unit)
    clock.advance(minutes=10)
    assert escalating.escalate_due(ready) == 1
    (only,) = alerts.list_alerts(ready, MAKER)
    text = str(alerts.path_of(ready, chief, only.alert.id)[-1].text)
    assert text == "Not acknowledged in time: escalated to Narcotics"


def test_several_workers_escalate_an_alert_once(
    ready: Centre, chief: Actor, flight: bytes, clock: Any
) -> None:
    level(ready, chief, escalate_to="anf")
    take_in(ready, flight)
    clock.advance(minutes=10)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: escalating.escalate_due(ready), range(4)))
    assert done == 1
    assert len(alerts.list_alerts(ready, MAKER)) == 2


def test_an_escalation_that_is_cut_off_is_made_anew(
    ready: Centre, chief: Actor, flight: bytes, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    level(ready, chief, escalate_to="anf")
    take_in(ready, flight)
    clock.advance(minutes=10)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(escalating.store, "add_steps", killed)
        with pytest.raises(KeyboardInterrupt):
            escalating.escalate_due(ready)
    assert len(alerts.list_alerts(ready, MAKER)) == 1
    assert escalating.escalate_due(ready) == 1
    assert len(alerts.list_alerts(ready, MAKER)) == 2


def test_who_saw_it_first_is_told(
    ready: Centre, chief: Actor, flight: bytes, acting: Callable[..., Actor], clock: Any
) -> None:
    (row,) = take_in(ready, flight)
    assert row.alert.shown_by is None  # a program saw it
    officer = acting(Role.TARGETING, "KHI")
    alerts.list_alerts(ready, officer)
    clock.advance(minutes=1)
    alerts.view(ready, chief, row.alert.id)
    seen = alerts.view(ready, chief, row.alert.id)
    assert seen.row.alert.shown_by == officer.name
    assert seen.row.alert.state is AlertState.NEW
    assert [own.kind for own in seen.path] == [StepKind.RAISED, StepKind.ROUTED, StepKind.SHOWN]
