"""Nothing is lost in silence, repeated, or shown to the wrong people."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Role, system_actor
from parakh.domain.message import Channel, MessageState, PartState, Source
from parakh.domain.unit import Unit
from parakh.domain.voyage import CrossingState, Direction
from parakh.domain.watchlist import WatchlistEntry
from parakh.screen.watchlists import NameScreener
from parakh.services import (
    accounts,
    alerts,
    gate,
    intake,
    queue,
    reading,
    recording,
    sessions,
    voyages,
)
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.services.mirror import Names
from parakh.store import watchlists as stored
from parakh.store.tables import alert, crossing, sweep_unscreened

SENDER = system_actor("test")


def take_in(centre: Centre, data: bytes) -> str:
    received = intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="a.edi"))
    assert queue.drain(centre) == set()
    return received.message.id


def number_of(centre: Centre, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    with centre.db.read() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(connection.execute(query).scalar_one())


@pytest.fixture
def listed(person: Any) -> Any:
    return person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")


def test_an_index_that_could_not_be_loaded_is_loaded_whole_the_next_time(
    centre: Centre, enlist: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    enlist(centre, document="A1")
    enlist(centre, document="A2", family="BUGTI")
    names = Names(centre.db)
    entries = stored.screened_entries

    def fail_on_second(connection: sa.Connection) -> Iterator[WatchlistEntry]:
        yield next(entries(connection))
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(stored, "screened_entries", fail_on_second)
        with pytest.raises(MemoryError):
            names.refresh()
    names.refresh()
    assert len(names.index) == 2


def test_an_index_that_cannot_be_brought_up_to_date_is_a_failed_screener(
    centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    acting: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    monkeypatch.setattr(Names, "refresh", lambda _: 1 / 0)
    take_in(centre, declare(listed))
    officer = acting(Role.TARGETING, "KHI")
    now = centre.clock()
    (row,) = voyages.arrivals(centre, officer, now - timedelta(days=1), now + timedelta(days=1))
    (traveller,) = voyages.voyage(centre, officer, row.voyage.id).rows
    assert set(traveller.failed) == {"document@1", "name@2"}


def test_a_sweep_with_a_failed_screener_is_done_again(
    centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    with monkeypatch.context() as patch:
        patch.setattr(NameScreener, "screen", lambda *_: 1 / 0)
        enlist(centre)
        assert len(queue.drain(centre)) == 1, "the sweep is left to be tried again"
    assert number_of(centre, sweep_unscreened) == 1, "who could not be screened waits"
    assert queue.drain(centre) == set()
    assert number_of(centre, sweep_unscreened) == 0
    assert number_of(centre, alert) == 1


def test_a_hit_raised_while_no_unit_was_there_is_alerted_later(
    centre: Centre, declare: Callable[..., bytes], listed: Any, enlist: Any
) -> None:
    enlist(centre, document=listed.document)
    message_id = take_in(centre, declare(listed))
    assert number_of(centre, alert) == 0
    accounts.add_unit(centre, SENDER, Unit(id="ntc", name="Centre", central=True))
    intake.rerun(centre, SENDER, message_id)
    assert queue.drain(centre) == set()
    assert number_of(centre, alert) == 1


def test_a_part_on_which_the_program_fails_is_quarantined_with_the_cause(
    centre: Centre, declare: Callable[..., bytes], person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "assemble", lambda *_: 1 / 0)
    message_id = take_in(centre, declare(person()))
    view = intake.view(centre, SENDER, message_id)
    assert view.message.state is MessageState.QUARANTINED
    ((part, problems),) = view.parts
    assert part.state is PartState.QUARANTINED
    assert "ZeroDivisionError" in problems[-1].problem.cause


def test_who_is_not_told_of_any_more_after_a_rerun_is_not_expected(
    centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    acting: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    message_id = take_in(
        centre, declare(person(), person(family="TARAR", document="PA2", seat="2A"))
    )
    assert number_of(centre, crossing) == 2
    monkeypatch.setattr(recording, "key_of", lambda _, own: f"other:{own.number}")
    intake.rerun(centre, SENDER, message_id)
    assert queue.drain(centre) == set()
    assert number_of(centre, crossing) == 2
    now = centre.clock()
    rows = voyages.arrivals(
        centre, acting(Role.SUPERVISOR), now - timedelta(days=1), now + timedelta(days=1)
    )
    assert sorted(row.expected for row in rows) == [0, 2]


def test_many_sign_in_at_once(any_centre: Centre, cheap_passwords: None) -> None:
    accounts.add_user(
        any_centre,
        SENDER,
        name="sana",
        display_name="Sana",
        roles=frozenset({Role.GATE}),
        units=frozenset(),
        password="correct horse battery",
    )
    start = threading.Barrier(24)

    def sign_in(_: int) -> str:
        start.wait()
        return accounts.sign_in(any_centre, "sana", "correct horse battery").token

    with ThreadPoolExecutor(24) as pool:
        tokens = set(pool.map(sign_in, range(24)))
    assert len(tokens) == 24


def test_two_workers_may_screen_the_same_traveller_at_once(
    any_centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any, enlist: Any
) -> None:
    units(any_centre)
    enlist(any_centre, document=listed.document)
    source = Source(channel=Channel.DROP, name="a.edi")
    for seat in ("1A", "1B", "1C", "1D"):
        listed_again = type(listed)(
            family=listed.family,
            given=listed.given,
            born=listed.born,
            document=listed.document,
            seat=seat,
        )
        intake.receive(any_centre, SENDER, declare(listed_again), source)
    start = threading.Barrier(2)

    def work(_: int) -> set[str]:
        start.wait()
        return queue.drain(any_centre)

    with ThreadPoolExecutor(2) as pool:
        failed = set().union(*pool.map(work, range(2)))
    assert failed == set()
    assert number_of(any_centre, alert) == 1


def test_crossings_keep_their_direction_and_their_first_moment(
    centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, acting: Any
) -> None:
    units(centre)
    take_in(centre, declare(person(document="PA9")))
    officer, now = acting(Role.GATE, "KHI"), centre.clock()

    def cross(direction: Direction, lane: str) -> Any:
        request = CrossingRequest(
            document="PA9", port="KHI", lane=lane, direction=direction, at=now
        )
        return gate.cross(centre, officer, request)

    left = cross(Direction.EXIT, "B1")
    assert left.traveller_id is None, "he is announced as arriving"
    first = cross(Direction.ENTRY, "A1")
    assert (first.state, first.lane) == (CrossingState.ACTUAL, "A1")
    assert first.traveller_id is not None
    assert cross(Direction.ENTRY, "A2") == first


def test_a_message_is_read_by_those_of_its_port_only(
    centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, acting: Any
) -> None:
    units(centre)
    message_id = take_in(centre, declare(person()))
    for role, ports, readable in (
        (Role.TARGETING, ("KHI",), True),
        (Role.TARGETING, ("LHE",), False),
        (Role.TARGETING, (), True),
        (Role.ANALYST, (), False),
        (Role.AUDITOR, (), False),
        (Role.INTEGRATOR, ("LHE",), True),
    ):
        view = intake.view(centre, acting(role, *ports), message_id, line=3)
        assert (view.readable, bool(view.around)) == (readable, readable), (role, ports)


def test_the_wall_hears_of_a_crossing(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any, enlist: Any, acting: Any
) -> None:
    units(centre)
    enlist(centre, document=listed.document)
    take_in(centre, declare(listed))
    officer = acting(Role.GATE, "KHI")
    before = alerts.wall_position(centre, officer)
    request = CrossingRequest(
        document=listed.document,
        port="KHI",
        lane="A7",
        direction=Direction.ENTRY,
        at=centre.clock(),
    )
    gate.cross(centre, officer, request)
    (event,) = alerts.wall(centre, officer, before)
    assert alerts.row(centre, officer, event.alert_id).lane == "A7"


def test_a_closed_account_is_closed_at_once(centre: Centre, cheap_passwords: None) -> None:
    accounts.add_user(
        centre,
        SENDER,
        name="sana",
        display_name="Sana",
        roles=frozenset({Role.GATE}),
        units=frozenset(),
        password="correct horse battery",
    )
    signed_in = accounts.sign_in(centre, "sana", "correct horse battery")
    accounts.change_user(centre, SENDER, "sana", active=False)
    assert sessions.find(centre, signed_in.token) is None
    with pytest.raises(accounts.SignInFailed):
        accounts.sign_in(centre, "sana", "correct horse battery")
    changed = accounts.change_user(
        centre, SENDER, "sana", active=True, roles=frozenset({Role.AUDITOR})
    )
    assert changed.roles == {Role.AUDITOR}
    assert accounts.sign_in(centre, "sana", "correct horse battery").session.user.active
