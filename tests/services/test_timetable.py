from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.delivery import Awaited, Delivery
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.voyage import Voyage
from parakh.errors import Conflict, Forbidden, NotFound, Unreadable
from parakh.normalise.timetable import Service, read
from parakh.services import carriers, intake, missing, queue, timetable, trail, voyages
from parakh.services.centre import Centre
from parakh.services.trail import TrailFilter
from parakh.store.database import Database
from parakh.store.timetable import Scheduled, key_of, schedule
from parakh.store.travellers import get_voyage, save_voyage, set_called_off

SELF = system_actor("test")
HEADER = (
    b"carrier,number,origin,destination,first_date,last_date,departure,arrival,arrival_day,"
    b"cancelled\n"
)
ROW = b"PK,214,DXB,KHI,2026-11-20,2026-11-24,18:25,21:35,,\n"
NIGHT = b"PK,214,DXB,KHI,2026-11-22,2026-11-23,23:50,02:55,1,\n"


def flights(row: bytes = NIGHT) -> tuple[Voyage, ...]:
    (service,) = read(HEADER + row, "PAK")
    assert isinstance(service, Service)
    return service.voyages


def load(centre: Centre, *rows: bytes) -> Scheduled:
    return timetable.import_csv(centre, SELF, HEADER + b"".join(rows), "x.csv").scheduled


def test_the_same_file_twice_changes_nothing(any_centre: Centre) -> None:
    first = timetable.import_csv(any_centre, SELF, HEADER + ROW, "x.csv")
    # It is the 22nd: what left on the 20th is past.
    assert (first.scheduled, first.past, first.problems) == (Scheduled(new=4), 1, ())
    assert load(any_centre, ROW) == Scheduled(same=4)
    assert load(any_centre, ROW.replace(b"18:25", b"18:40")) == Scheduled(changed=4)


def test_a_list_finds_its_scheduled_voyage(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    load(any_centre, NIGHT.replace(b"23:50,02:55,1", b"17:05,20:05,").replace(b"214", b"304"))
    assert missing.monitor(any_centre, SELF).watched == 1
    (row,) = carriers.carrier(any_centre, SELF, "PK").voyages.rows[1:]
    assert (row.state, row.received_at) == (Delivery.AWAITED, None)
    source = Source(channel=Channel.CLI, name="x")
    intake.receive(any_centre, SELF, declare(person(), person(document="")), source)
    assert queue.drain(any_centre) == set()
    (told,) = carriers.carrier(any_centre, SELF, "PK").voyages.rows[1:]
    assert told.voyage.id == row.voyage.id
    assert told.received_at == any_centre.clock()
    assert told.voyage.scheduled_departure != told.voyage.departure
    assert [own.awaited for own in missing.monitor(any_centre, SELF).rows] == [(Awaited.BOOKINGS,)]
    counts = voyages.arrivals(
        any_centre, SELF, any_centre.clock(), any_centre.clock() + timedelta(days=2)
    )
    assert [(own.expected, own.delivery) for own in counts] == [
        (2, None),
        (0, Delivery.AWAITED),
    ]


def test_bad_rows_are_named_and_the_rest_is_taken(centre: Centre) -> None:
    data = HEADER + ROW + ROW.replace(b"DXB", b"QQQ") + ROW.replace(b"214", b"215")
    done = timetable.import_csv(centre, SELF, data, "x.csv")
    assert done.scheduled.new == 8
    assert [(own.line, own.column) for own in done.problems] == [(3, 3)]
    with pytest.raises(Unreadable):
        timetable.import_csv(centre, SELF, b"x,y\n", "x.csv")


def test_rows_take_flights_out_and_put_them_back(any_centre: Centre) -> None:
    watched = lambda: missing.monitor(any_centre, SELF).watched  # noqa: E731
    load(any_centre, ROW)
    before = watched()
    out = ROW.replace(b"21:35,,", b"21:35,,yes")
    assert load(any_centre, out) == Scheduled(changed=4)
    assert load(any_centre, ROW) == Scheduled(same=4)
    assert watched() == 0
    load(any_centre, out.replace(b"yes", b"no"))
    assert watched() == before > 0


def test_one_voyage_is_taken_out(
    centre: Centre, delivered: Callable[..., str], acting: Callable[..., Actor]
) -> None:
    own = delivered(centre.db, lead=None)
    timetable.cancel(centre, acting(Role.SUPERVISOR), own)
    assert missing.monitor(centre, SELF).rows == ()
    assert any(
        row.action == "timetable.cancelled"
        for row in trail.search(centre, SELF, TrailFilter(action="timetable.cancelled")).rows
    )
    with pytest.raises(Conflict):
        timetable.cancel(centre, SELF, own)
    with pytest.raises(Conflict):
        timetable.cancel(centre, SELF, delivered(centre.db, scheduled=False))
    with pytest.raises(NotFound):
        timetable.cancel(centre, SELF, "none")
    for officer in (acting(Role.TARGETING), acting(Role.GATE, "KHI"), acting(Role.ANALYST)):
        with pytest.raises(Forbidden):
            timetable.cancel(centre, officer, own)
        with pytest.raises(Forbidden):
            timetable.import_csv(centre, officer, HEADER, "x")


def test_a_list_before_the_timetable_keeps_its_own_times(database: Database) -> None:
    first = flights()[0]
    late = first.departure + timedelta(minutes=5)  # type: ignore[operator]
    declared = replace(first, departure=late, scheduled_departure=None)
    with database.maintain() as connection:
        own = save_voyage(connection, key_of(connection, declared), declared)
        assert schedule(connection, [first], cancelled=None) == Scheduled(changed=1)
        kept = get_voyage(connection, own.id)
        assert (kept.departure, kept.scheduled_departure) == (late, first.departure)
        assert schedule(connection, [first], cancelled=None) == Scheduled(same=1)


@pytest.mark.parametrize(
    ("declared", "meant"),
    [
        ("2026-11-22T23:50", 0),
        ("2026-11-22T22:00", 0),
        # Delayed past midnight, it is still the flight of the day before.
        ("2026-11-23T00:40", 0),
        ("2026-11-23T11:00", 0),
        ("2026-11-23T13:00", 1),
        ("2026-11-24T02:00", 1),
        ("2026-11-25T02:00", None),
        ("2026-11-21T09:00", None),
        # Of a day without a time, the day decides.
        ("2026-11-23T00:00", 1),
    ],
)
def test_which_scheduled_flight_a_list_means(
    database: Database, declared: str, meant: int | None
) -> None:
    scheduled = flights()
    leaves = datetime.fromisoformat(declared)
    away = leaves - scheduled[0].departure  # type: ignore[operator]
    own = replace(
        scheduled[0], id="x", departure=leaves, leaves_at=scheduled[0].leaves_at + away,  # type: ignore[operator]
        scheduled_departure=None,
    )  # fmt: skip
    with database.maintain() as connection:
        schedule(connection, scheduled, cancelled=None)
        kept = save_voyage(connection, key_of(connection, own), own)
    assert kept.id == ("x" if meant is None else scheduled[meant].id)


NEXT_DAY = timedelta(days=1)
EVENING, DELAYED = datetime(2026, 11, 22, 23, 30), datetime(2026, 11, 23, 0, 15)  # noqa: DTZ001  (local to a port)


def declared(connection: Any, *departures: datetime) -> list[str]:
    """Tells of one flight number's departures, one by one; gives the voyage each was taken for."""
    found = []
    for leaves in departures:
        own = replace(
            flights()[0],
            id=new_id(),
            departure=leaves,
            leaves_at=leaves.replace(tzinfo=UTC),
            scheduled_departure=None,
        )
        said_at = leaves.replace(tzinfo=UTC)
        kept = save_voyage(connection, key_of(connection, own), own, said_at)
        found.append(kept.id)
    return found


@pytest.mark.parametrize("order", [(EVENING, DELAYED), (DELAYED, EVENING)])
def test_a_delay_past_midnight_is_one_voyage_without_a_timetable(
    database: Database, order: tuple[datetime, ...]
) -> None:
    with database.maintain() as connection:
        first, second = declared(connection, *order)
        assert first == second
        # The flight of the next evening is another one, whichever day the first was told of first.
        (other,) = declared(connection, EVENING + NEXT_DAY)
        assert other != first
        assert declared(connection, *order) == [first, first]
        assert declared(connection, DELAYED + NEXT_DAY) == [other]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2026-11-22T08:00", "2026-11-23T08:00"),
        ("2026-11-22T16:00", "2026-11-23T04:01"),
        # A day alone says nothing of the time.
        ("2026-11-22T23:30", "2026-11-23T00:00"),
    ],
)
@pytest.mark.parametrize("step", [1, -1])
def test_what_is_far_apart_is_two_voyages(
    database: Database, one: str, two: str, step: int
) -> None:
    moments = [datetime.fromisoformat(text) for text in (one, two)][::step]
    with database.maintain() as connection:
        assert len(set(declared(connection, *moments))) == 2


@pytest.mark.parametrize("timetable_first", [True, False])
def test_the_timetable_and_a_delayed_list_in_either_order(
    database: Database, timetable_first: bool
) -> None:
    scheduled = flights()
    delayed = [own.departure + timedelta(minutes=45) for own in scheduled if own.departure]
    with database.maintain() as connection:
        if timetable_first:
            schedule(connection, scheduled, cancelled=None)
            first, second = declared(connection, *delayed)
        else:
            first, second = declared(connection, *delayed)
            assert schedule(connection, scheduled, cancelled=None) == Scheduled(changed=2)
        assert schedule(connection, scheduled, cancelled=None) == Scheduled(same=2)
        kept = [get_voyage(connection, own) for own in (first, second)]
    assert [own.scheduled_departure for own in kept] == [own.departure for own in scheduled]
    assert [own.departure for own in kept] == delayed


def test_flights_that_leave_early_are_found_by_the_timetable_too(database: Database) -> None:
    scheduled = flights(NIGHT.replace(b"23:50,02:55,1", b"00:20,03:30,"))
    early = [own.departure - timedelta(minutes=45) for own in scheduled if own.departure]
    with database.maintain() as connection:
        told = declared(connection, *early)
        assert schedule(connection, scheduled, cancelled=None) == Scheduled(changed=2)
        kept = [get_voyage(connection, own) for own in told]
    assert [own.scheduled_departure for own in kept] == [own.departure for own in scheduled]


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_stop_nothing(database: Database, year: int) -> None:
    leaves = datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31, 12)  # noqa: DTZ001
    with database.maintain() as connection:
        one, two = declared(connection, leaves, leaves)
    assert one == two


def test_a_cancellation_is_taken_back(
    any_centre: Centre, delivered: Callable[..., str], acting: Callable[..., Actor]
) -> None:
    own = delivered(any_centre.db, lead=None)
    officer = acting(Role.SUPERVISOR)
    timetable.cancel(any_centre, officer, own)
    back = timetable.put_back(any_centre, officer, own)
    assert (back.cancelled, back.taken_out) == (False, False)
    assert [row.voyage.id for row in missing.monitor(any_centre, SELF).rows] == [own]
    found = trail.search(any_centre, SELF, TrailFilter(action="timetable.restored")).rows
    assert [row.subject_id for row in found] == [own]
    with pytest.raises(Conflict):
        timetable.put_back(any_centre, officer, own)
    with pytest.raises(NotFound):
        timetable.put_back(any_centre, officer, "none")
    with pytest.raises(Forbidden):
        timetable.put_back(any_centre, acting(Role.TARGETING), own)


def test_what_its_carrier_called_off_only_the_carrier_takes_back(
    any_centre: Centre, delivered: Callable[..., str]
) -> None:
    own = delivered(any_centre.db, lead=None)
    with any_centre.db.maintain() as connection:
        set_called_off(connection, own, True)
    with pytest.raises(Conflict, match="neither here"):
        timetable.put_back(any_centre, SELF, own)
    timetable.cancel(any_centre, SELF, own)
    back = timetable.put_back(any_centre, SELF, own)
    assert (back.cancelled, back.taken_out) == (True, False)
