from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Message, MessageState, Part, PartState, Source
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.errors import NotFound
from parakh.ingest.records import DeclaredTraveller
from parakh.store import captures, messages, travellers
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


def test_a_voyage_keeps_its_identity_by_its_key(database: Database) -> None:
    first = a_voyage(database)
    late = a_voyage(database, arrival=LANDS + timedelta(hours=1), due_at=None)
    with database.maintain() as connection:
        assert travellers.save_voyage(connection, "k", first) == first
        assert travellers.get_voyage(connection, first.id) == first
        saved = travellers.save_voyage(connection, "k", late)
        assert saved == replace(late, id=first.id)
        assert travellers.get_voyage(connection, first.id) == saved
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


def test_travellers_come_back_and_keep_their_identity_by_key(database: Database) -> None:
    value = a_voyage(database)
    own = a_traveller()
    with database.maintain() as connection:
        travellers.save_voyage(connection, "k", value)
        saved = travellers.save_travellers(connection, value.id, {"a": own, "b": BARE})
        assert saved["a"] == replace(own, voyage_id=value.id)
        for one in saved.values():
            assert travellers.get_traveller(connection, one.id) == one
        changed = replace(a_traveller("KHAN"), documents=own.documents[:1], seat=None)
        again = travellers.save_travellers(connection, value.id, {"a": changed})
        assert again["a"] == replace(changed, id=own.id, voyage_id=value.id)
        assert travellers.get_traveller(connection, own.id) == again["a"]
        assert travellers.travellers_of_voyage(connection, value.id) == [], (
            "no record tells of them"
        )
        assert [one.id for one in travellers.with_document(connection, "PA1")] == [own.id]
        assert travellers.with_document(connection, "V9") == []
        with pytest.raises(NotFound):
            travellers.get_traveller(connection, "none")


def test_records_tell_which_message_said_what(database: Database) -> None:
    value, own = a_voyage(database), a_traveller()
    source = Source(channel=Channel.CLI, name="f")
    declared = DeclaredTraveller(
        line=9, role="passenger", family_name="Noon'", given_names="", lines={"sex": 10}
    )
    with database.maintain() as connection:
        travellers.save_voyage(connection, "k", value)
        travellers.save_travellers(connection, value.id, {"a": own})
        for number in ("1", "2"):
            message = Message(
                id=number,
                digest=number,
                source=source,
                received_at=database.clock(),
                size=1,
                state=MessageState.PARSED,
            )
            messages.insert(connection, message, b"")
            part = Part(
                id=f"p{number}",
                message_id=number,
                ordinal=1,
                message_type="PAXLST",
                version="",
                reference="",
                line=1,
                state=PartState.READ,
            )
            messages.save_part(connection, part)
            for _ in range(2):
                travellers.replace_records(connection, part.id, [(own.id, declared)])
        told = travellers.records_of(connection, own.id)
        assert [(one.message_id, one.declared) for one in told] == [
            ("2", declared),
            ("1", declared),
        ]
        (found,) = travellers.travellers_of_message(connection, "1")
        assert found.id == own.id
        travellers.replace_records(connection, "p1", [])
        assert travellers.travellers_of_message(connection, "1") == []


def test_crossings_are_expected_once_and_then_seen(database: Database) -> None:
    value, own = a_voyage(database), a_traveller()
    with database.maintain() as connection:
        travellers.save_voyage(connection, "k", value)
        saved = travellers.save_travellers(connection, value.id, {"a": own, "b": BARE})
        for _ in range(2):
            travellers.expect_crossings(connection, list(saved.values()), value)
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
        travellers.expect_crossings(connection, list(saved.values()), value)
        assert travellers.crossing_counts(connection, [value.id]) == {value.id: (2, 1)}


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
    with database.maintain() as connection:
        captures.save(connection, value)
        assert captures.lanes(connection, [value.id, "none"]) == {value.id: "A1"}
