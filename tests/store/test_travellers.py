from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Standing,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.errors import NotFound
from parakh.normalise.codes import moment_at
from parakh.store import captures, travellers
from parakh.store.captures import Capture
from parakh.store.database import Database

LANDS = datetime(2026, 11, 22, 21, 35)  # noqa: DTZ001  (local time of the port)


def a_voyage(database: Database, **values: object) -> Voyage:
    value = Voyage(
        id=new_id(),
        mode=Mode.AIR,
        carrier="PK",
        number="214",
        origin="DXB",
        destination="KHI",
        departure=LANDS - timedelta(hours=2),
        arrival=LANDS,
        due_at=database.clock() + timedelta(hours=4),
        direction=Direction.ENTRY,
    )
    return replace(value, **values)  # type: ignore[arg-type]


def a_traveller(family: str = "نون", number: str = "PA1") -> Traveller:
    return Traveller(
        id=new_id(),
        voyage_id="",
        role=TravellerRole.CREW,
        name=PersonName(family=family, given="GULAB"),
        birth_date=PartialDate(year=1971, month=2),
        sex=Sex.UNSPECIFIED,
        nationality="PAK",
        residence="ARE",
        father_name="شیر",
        birth_place="DUBAI",
        embarkation="DXB",
        debarkation="KHI",
        booking_reference="AB12CD",
        seat="12A",
        bags=("0214000001", "0214000002"),
        documents=(
            Document(type=DocumentType.PASSPORT, number=number, issuer="PAK"),
            Document(
                type=DocumentType.VISA,
                number="V9",
                expiry=PartialDate(year=2030, month=1, day=31),
            ),
        ),
    )


BARE = Traveller(
    id="b" * 32,
    voyage_id="",
    role=TravellerRole.PASSENGER,
    name=PersonName(family="", given="BIBI"),
)


def test_of_a_voyages_times_what_was_said_last_stands(database: Database) -> None:
    first = a_voyage(database)
    late = a_voyage(database, arrival=LANDS + timedelta(hours=1), departure=None)
    noon = database.clock()
    with database.maintain() as connection:
        assert travellers.save_voyage(connection, "k", first, noon, noon) == first
        assert travellers.get_voyage(connection, first.id) == first
        saved = travellers.save_voyage(connection, "k", late, None, noon + timedelta(hours=1))
        assert (saved.id, saved.departure, saved.arrival) == (
            first.id,
            first.departure,
            late.arrival,
        )
        assert saved.due_at == moment_at("KHI", late.arrival)
        assert travellers.get_voyage(connection, first.id) == saved
        again = replace(first, id=new_id())
        assert travellers.save_voyage(connection, "k", again, noon, noon) == saved, "came late"
        unsure = a_voyage(database, departure=LANDS, arrival=LANDS)
        assert travellers.save_voyage(connection, "k", unsure) == saved, "nobody vouches for it"
        with pytest.raises(NotFound):
            travellers.get_voyage(connection, late.id)


def test_voyages_are_found_by_arrival_and_port(database: Database) -> None:
    now = database.clock()
    rows = [
        a_voyage(database, due_at=now + timedelta(hours=hours), destination=port)
        for hours, port in ((3, "KHI"), (1, "LHE"), (2, "KHI"), (9, "KHI"))
    ]
    leaving = a_voyage(
        database,
        due_at=now,
        origin="LHE",
        destination="LHR",
        direction=Direction.EXIT,
    )
    with database.maintain() as connection:
        for key, value in enumerate([*rows, leaving]):
            travellers.save_voyage(connection, str(key), value)
        until = now + timedelta(hours=9)

        def found(ports: set[str] | None) -> list[str]:
            listed = travellers.voyages_between(connection, now, until, ports)
            return [own.id for own in listed]

        assert found(None) == [leaving.id, rows[1].id, rows[2].id, rows[0].id]
        assert found({"KHI"}) == [rows[2].id, rows[0].id]
        assert found({"LHE"}) == [leaving.id, rows[1].id], "a departure belongs to its home port"
        assert found(set()) == []


def test_travellers_come_back_as_they_were_saved_last(database: Database) -> None:
    value = a_voyage(database)
    own = replace(a_traveller(), voyage_id=value.id, standing=Standing.BOARDED)
    bare = replace(BARE, voyage_id=value.id)
    with database.maintain() as connection:
        travellers.save_voyage(connection, "k", value)
        travellers.save_travellers(connection, [own, bare])
        for one in (own, bare):
            assert travellers.get_traveller(connection, one.id) == one
        changed = replace(
            a_traveller("KHAN"),
            id=own.id,
            voyage_id=value.id,
            documents=own.documents[:1],
            seat=None,
        )
        travellers.save_travellers(connection, [changed])
        assert travellers.get_traveller(connection, own.id) == changed
        assert travellers.standings_of(connection, value.id)[own.id] is Standing.EXPECTED
        assert travellers.travellers_of_voyage(connection, value.id) == [], (
            "no record tells of them"
        )
        assert [one.id for one in travellers.with_document(connection, "PA1")] == [own.id]
        assert travellers.with_document(connection, "V9") == []
        with pytest.raises(NotFound):
            travellers.get_traveller(connection, "none")


def test_crossings_are_expected_once_and_then_seen(database: Database) -> None:
    value, own = a_voyage(database), a_traveller()
    own = replace(own, voyage_id=value.id)
    with database.maintain() as connection:
        travellers.save_voyage(connection, "k", value)
        goes_on = replace(BARE, voyage_id=value.id, role=TravellerRole.TRANSIT)
        travellers.save_travellers(connection, [own, goes_on])
        for _ in range(2):
            travellers.expect_crossings(connection, [own.id, goes_on.id], value)
        crossings = travellers.crossings_of(connection, [own.id, goes_on.id])
        assert crossings[goes_on.id].direction is Direction.TRANSIT
        assert travellers.crossing_counts(connection, [value.id]) == {value.id: (2, 0)}
        crossing = travellers.crossings_of(connection, [own.id])[own.id]
        assert crossing == Crossing(
            id=crossing.id,
            traveller_id=own.id,
            voyage_id=value.id,
            port="KHI",
            direction=Direction.ENTRY,
            state=CrossingState.EXPECTED,
        )
        seen = replace(crossing, state=CrossingState.ACTUAL, lane="A1", at=database.clock())
        travellers.save_crossing(connection, seen)
        assert travellers.crossings_of(connection, [own.id]) == {own.id: seen}
        travellers.expect_crossings(connection, [own.id, goes_on.id], value)
        assert travellers.crossing_counts(connection, [value.id]) == {value.id: (2, 1)}
        travellers.unexpect(connection, [own.id, goes_on.id])
        assert travellers.crossing_counts(connection, [value.id]) == {value.id: (1, 1)}
        travellers.take_over_crossing(connection, own.id, goes_on.id)
        assert travellers.crossings_of(connection, [goes_on.id])[goes_on.id].at == seen.at


def test_a_capture_comes_back(database: Database) -> None:
    value = Capture(
        id=new_id(),
        port="KHI",
        lane="A1",
        direction=Direction.EXIT,
        at=database.clock(),
        crossing_id=None,
        picture_id=None,
        quality=0.75,
        verification=None,
    )
    since = database.clock() - timedelta(minutes=1)
    with database.maintain() as connection:
        assert captures.claim(connection, value, since)
        assert not captures.claim(connection, value, since), "it is there already"
        full = replace(value, verification=0.5, station_id="s", digest="d" * 64)
        captures.complete(connection, full)
        assert captures.known(connection, value.id, None, "", since) == full
        assert captures.known(connection, None, "s", "d" * 64, since) == full
        assert captures.known(connection, None, "other", "d" * 64, since) is None
        assert not captures.claim(connection, replace(full, id=new_id()), since)
        assert captures.claim(
            connection, replace(full, id=new_id()), database.clock() + timedelta(minutes=1)
        )
        assert captures.lanes(connection, [value.id, "none"]) == {value.id: "A1"}
