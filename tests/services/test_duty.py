"""The roster, and what one shift leaves to the next: on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import StepKind
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import accounts, alerts, duty, handovers, intake, queue
from parakh.services.centre import Centre
from parakh.store import duty as roster

MAKER = system_actor("test")
HEAD = "unit,officer,day,from,to\n"
DAY = date(2026, 11, 22)


@pytest.fixture
def ready(any_centre: Centre, units: Any, cheap_passwords: None) -> Centre:
    """Karachi has two officers and an auditor, Lahore one officer."""
    units(any_centre)
    for name, unit, role in (
        ("gate.one", "khi", Role.GATE),
        ("gate.two", "khi", Role.GATE),
        ("gate.lhe", "lhe", Role.GATE),
        ("auditor", "khi", Role.AUDITOR),
    ):
        accounts.add_user(
            any_centre,
            MAKER,
            name=name,
            display_name=name.title(),
            roles=frozenset({role}),
            units=frozenset({unit}),
            password="correct horse battery staple",
        )
    return any_centre


@pytest.fixture
def one(acting: Callable[..., Actor]) -> Actor:
    return named(acting(Role.GATE, "KHI"), "gate.one")


@pytest.fixture
def two(acting: Callable[..., Actor]) -> Actor:
    return named(acting(Role.GATE, "KHI"), "gate.two")


@pytest.fixture
def chief(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def named(actor: Actor, name: str) -> Actor:
    return replace(actor, name=name)


def put(centre: Centre, chief: Actor, officer: str, since: time, until: time) -> Any:
    moments = duty.starts_and_ends(centre, DAY, since, until)
    return duty.add_shift(centre, chief, "khi", officer, *moments)


def test_a_night_shift_ends_the_next_day(ready: Centre, chief: Actor, clock: Any) -> None:
    made = put(ready, chief, "gate.one", time(22), time(6))
    assert made.ends_at - made.starts_at == timedelta(hours=8)
    week = duty.week(ready, chief, "khi", DAY)
    assert week.days[0] == date(2026, 11, 16)
    assert week.rows["gate.one"][6] == (made,)
    assert [own.name for own in week.officers] == ["gate.one", "gate.two"]
    assert week.names["gate.one"] == "Gate.One"
    assert week.now == ()
    clock.now = made.starts_at
    assert duty.week(ready, chief, "khi").now == (made,)
    assert duty.week(ready, chief, "khi", date(2026, 11, 23)).rows == {"gate.one": ((),) * 7}
    clock.now = made.ends_at
    assert duty.week(ready, chief, "khi").now == ()
    with pytest.raises(Conflict, match="over"):
        duty.remove_shift(ready, chief, made.id)


@pytest.mark.parametrize(
    ("officer", "hours", "error"),
    [
        ("gate.two", (1, 26.5), InvalidInput),
        ("gate.two", (2, 2), InvalidInput),
        ("gate.lhe", (1, 2), InvalidInput),
        ("nobody", (1, 2), InvalidInput),
        ("auditor", (1, 2), InvalidInput),
        ("gate.one", (7, 9), Conflict),
    ],
)
def test_shifts_that_cannot_be(
    ready: Centre, chief: Actor, officer: str, hours: tuple[float, float], error: type[Exception]
) -> None:
    now = ready.clock()
    duty.add_shift(ready, chief, "khi", "gate.one", now, now + timedelta(hours=8))
    since, until = (now + timedelta(hours=own) for own in hours)
    with pytest.raises(error):
        duty.add_shift(ready, chief, "khi", officer, since, until)


@pytest.mark.parametrize(
    ("day", "since", "until", "starts", "ends"),
    [
        # The clock goes from 02:00 to 03:00: 02:15 is 03:15, which is after the end.
        (date(2026, 3, 29), time(2, 15), time(3, 5), "2026-03-29T01:15", "2026-03-29T01:05"),
        (date(2026, 3, 29), time(1, 30), time(3, 30), "2026-03-29T00:30", "2026-03-29T01:30"),
        # The clock goes from 03:00 back to 02:00: a day has 25 hours.
        (date(2026, 10, 25), time(0), time(0), "2026-10-24T22:00", "2026-10-25T23:00"),
    ],
)
def test_shifts_on_days_on_which_the_clock_is_changed(
    ready: Centre, chief: Actor, day: date, since: time, until: time, starts: str, ends: str
) -> None:
    ready.settings = ready.settings.model_copy(update={"time_zone": "Europe/Berlin"})
    moments = duty.starts_and_ends(ready, day, since, until)
    assert moments == tuple(datetime.fromisoformat(f"{own}+00:00") for own in (starts, ends))
    assert all(own.tzinfo is UTC for own in moments)
    row = f"khi,gate.two,{day},{since:%H:%M},{until:%H:%M}\n"
    data = f"{HEAD}{row}".encode()
    if moments[0] < moments[1]:
        assert duty.import_roster(ready, chief, data) == duty.Imported(added=1, known=0)
        assert duty.import_roster(ready, chief, data) == duty.Imported(added=0, known=1)
        return
    with pytest.raises(InvalidInput, match="ends after it begins"):
        duty.import_roster(ready, chief, data)


def test_two_who_add_at_once_put_nobody_on_duty_twice(
    ready: Centre, chief: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, both = roster.add_shift, threading.Barrier(2, timeout=0.5)

    def slow(*given: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait()
        add(*given)

    def put_on(hours: int) -> bool:
        since = ready.clock() + timedelta(hours=hours)
        try:
            duty.add_shift(ready, chief, "khi", "gate.one", since, since + timedelta(hours=8))
        except Conflict:
            return False
        return True

    monkeypatch.setattr(roster, "add_shift", slow)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put_on, (0, 1))) == [False, True]


def test_officers_see_their_roster_and_supervisors_keep_it(
    ready: Centre, one: Actor, chief: Actor
) -> None:
    made = put(ready, chief, "gate.one", time(20), time(23))
    assert [own.id for own in duty.week(ready, one).units] == ["khi"]
    with pytest.raises(NotFound):
        duty.week(ready, one, "lhe")
    for step in (
        lambda: put(ready, one, "gate.two", time(1), time(2)),
        lambda: duty.remove_shift(ready, one, made.id),
        lambda: duty.import_roster(ready, one, HEAD.encode()),
    ):
        with pytest.raises(Forbidden):
            step()
    assert duty.shifts(ready, one, made.starts_at, made.ends_at) == [made]
    duty.remove_shift(ready, chief, made.id)
    assert duty.shifts(ready, one, made.starts_at, made.ends_at) == []


def test_a_roster_is_imported_whole(ready: Centre, chief: Actor) -> None:
    rows = (
        "khi,gate.one,2026-11-22,06:00,14:00\n"
        "KHI airport,gate.two,2026-11-22,22:00,06:00\n"
        "\n"
        "lhe,gate.lhe,2026-11-23,08:00,16:00\n"
    )
    data = f"\ufeff{HEAD}{rows}".encode()
    assert duty.import_roster(ready, chief, data) == duty.Imported(added=3, known=0)
    assert duty.import_roster(ready, chief, data) == duty.Imported(added=0, known=3)
    week = duty.week(ready, chief, "khi", DAY)
    assert [len(own[6]) for own in week.rows.values()] == [1, 1]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"unit,officer\n", "head line"),
        (b"\xff\xfe", "UTF-8"),
        (HEAD.encode() + b'"khi,x\n', "CSV"),
        (HEAD.encode() + b"khi,gate.one\n", "line 2: has not as many fields"),
        (HEAD.encode() + b"gone,gate.one,2026-11-22,1:00,2:00\n", "line 2: there is no such unit"),
        (HEAD.encode() + b"khi,gate.one,22.11.2026,1:00,2:00\n", "YYYY-MM-DD"),
        (HEAD.encode() + b"khi,gate.one,2026-11-22,25:00,2:00\n", "HH:MM"),
        (HEAD.encode() + b"khi,nobody,2026-11-22,1:00,2:00\n", "no such officer"),
        (b"x" * (duty.MOST_BYTES + 1), "MiB"),
        (HEAD.encode() + b"a,b,c,d,e\n" * (duty.MOST_ROWS + 1), "rows"),
    ],
)
def test_a_roster_with_a_fault_changes_nothing(
    ready: Centre, chief: Actor, data: bytes, cause: str
) -> None:
    good = b"khi,gate.two,2026-11-22,06:00,14:00\n"
    with pytest.raises(InvalidInput, match=cause):
        duty.import_roster(ready, chief, data + good if data.startswith(b"unit,o") else data)
    assert duty.week(ready, chief, "khi", DAY).rows == {}


# --- hand-overs -------------------------------------------------------------------------------


@pytest.fixture
def alerted(
    ready: Centre, declare: Callable[..., bytes], person: Any, enlist: Any, one: Actor
) -> str:
    """An alert of Karachi that the first officer sees to."""
    enlist(ready, document="PA7654321")
    who = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
    intake.receive(ready, MAKER, declare(who), Source(channel=Channel.DROP, name="a.edi"))
    queue.drain(ready)
    (row,) = alerts.list_alerts(ready, MAKER)
    return alerts.acknowledge(ready, one, row.alert.id).id


def kinds(centre: Centre, alert_id: str) -> list[StepKind]:
    wanted = (StepKind.HANDED_OVER, StepKind.TAKEN_OVER)
    return [own.kind for own in alerts.path_of(centre, MAKER, alert_id) if own.kind in wanted]


def test_what_is_open_is_handed_over_with_a_note(
    ready: Centre, alerted: str, one: Actor, two: Actor
) -> None:
    assert [own.alert.id for own in handovers.desk(ready, one).mine] == [alerted]
    (made,) = handovers.hand_over(ready, one, [alerted], " he waits in room 2 ")
    assert (made.by, made.note, made.alerts) == ("gate.one", "he waits in room 2", (alerted,))
    assert handovers.desk(ready, one).mine == ()
    (view,) = handovers.desk(ready, two).handovers
    assert view.may_take
    assert [own.alert.id for own in handovers.desk(ready, two).unheld] == [alerted]
    assert handovers.take_over(ready, two, made.id).taken_by == "gate.two"
    with pytest.raises(Conflict, match="somebody else"):
        handovers.take_over(ready, one, made.id)
    assert [own.alert.id for own in handovers.desk(ready, two).mine] == [alerted]
    assert kinds(ready, alerted) == [StepKind.HANDED_OVER, StepKind.TAKEN_OVER]
    assert "room 2" in str(alerts.path_of(ready, MAKER, alerted)[-2].text)
    with pytest.raises(Conflict, match="not in your hands"):
        handovers.hand_over(ready, one, [alerted], "")
    with pytest.raises(InvalidInput):
        handovers.hand_over(ready, two, [], "")


def test_one_alert_that_nobody_sees_to_is_taken(
    ready: Centre, alerted: str, one: Actor, two: Actor, acting: Callable[..., Actor]
) -> None:
    with pytest.raises(Conflict):
        handovers.take(ready, two, alerted)
    handovers.hand_over(ready, one, [alerted], "")
    with pytest.raises(Forbidden):
        handovers.take(ready, acting(Role.GATE, "LHE"), alerted)
    with pytest.raises(Forbidden, match="only a human"):
        handovers.take(ready, MAKER, alerted)
    assert handovers.take(ready, two, alerted).held_by == "gate.two"


def test_a_shift_that_ends_leaves_its_alerts_to_the_unit(
    ready: Centre, alerted: str, chief: Actor, one: Actor, clock: Any
) -> None:
    now = clock()
    duty.add_shift(ready, chief, "khi", "gate.one", now, now + timedelta(hours=4))
    assert handovers.settle_ended(ready) == 0
    clock.advance(hours=4)
    assert handovers.settle_ended(ready) == 1
    assert handovers.settle_ended(ready) == 0
    desk = handovers.desk(ready, one)
    assert desk.mine == ()
    assert [own.alert.id for own in desk.unheld] == [alerted]
    assert kinds(ready, alerted) == [StepKind.HANDED_OVER]


def test_a_shift_that_is_removed_while_it_runs_leaves_its_alerts_to_the_unit(
    ready: Centre, alerted: str, chief: Actor, one: Actor, clock: Any
) -> None:
    now = clock()
    made = duty.add_shift(ready, chief, "khi", "gate.one", now, now + timedelta(hours=8))
    clock.advance(hours=2)
    duty.remove_shift(ready, chief, made.id)
    assert duty.week(ready, chief, "khi").now == ()
    (own,) = duty.shifts(ready, chief, now, clock())
    assert own.ends_at == clock()
    with pytest.raises(Conflict, match="over"):
        duty.remove_shift(ready, chief, made.id)
    assert handovers.settle_ended(ready) == 1
    assert [own.alert.id for own in handovers.desk(ready, one).unheld] == [alerted]


def test_whose_next_shift_follows_goes_on(
    ready: Centre, alerted: str, chief: Actor, one: Actor, clock: Any
) -> None:
    now = clock()
    for hours in (0, 4):
        since = now + timedelta(hours=hours)
        duty.add_shift(ready, chief, "khi", "gate.one", since, since + timedelta(hours=4))
    clock.advance(hours=4)
    assert handovers.settle_ended(ready) == 0
    assert [own.alert.id for own in handovers.desk(ready, one).mine] == [alerted]
    clock.advance(hours=4)
    assert handovers.settle_ended(ready) == 1
