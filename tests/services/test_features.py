"""What rules see of travellers, from the messages that tell of them."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from parakh.access import Purpose, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Kind, Ref
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.screener import TravellerSubject
from parakh.services import alerts, cases, cases_work, features_bookings, intake, queue
from parakh.services.centre import Centre
from parakh.services.feature_segments import Json
from parakh.services.features import frame
from parakh.services.features_history import Journey, fastest
from parakh.services.subjects import subjects_of
from parakh.store import tables, travellers

SENDER = system_actor("test")
COLUMNS = CATALOGUE.of(Kind.TRAVELLER).columns()

BOOKING = """UNA:+.?*'
UNB+IATA:1+PK+PKNTC+261121:0500+1++PNRGOV'
UNH+1+PNRGOV:11:1:IA+F6C2C268'
MSG+:22'
ORG+PK:KHI'
TVL+221126:1700:221126:2000+DXB+KHI+PK+304'
EQN+1'
SRC'
RCI+PK:K7QX2M::201126:0830'
DAT+710:201126:0900'
ORG+1A:MUC+86491234:DXB123+DXB++T+AE:AED+A0012'
ADD++700:12 KHALID STREET:DUBAI:::AE:00000'
EBD+AED:50.00+2::N'
TIF+NOON+GULAB:A:1'
FTI+PK:0012345678:::SILVER'
IFT+4:28::PK+CTCE A.KHAN//EXAMPLE.COM'
SSR+DOCS:HK:1:PK:::::/P/PAK/PA1000001/PAK/01JAN71/M/30JUN27/NOON/GULAB'
SSR+DOCO:HK:1:PK:::::/DUBAI/V/77001122/DUBAI/01NOV26/PAK'
TKT+2141234567890:T:1'
MON+B:900.00:AED+T:985.50:AED'
FOP+CA::985.50'
IFT+4:43+RUSTAM JEE+1 MALL ROAD+00971 4 555 1234'
TIF+NOON+ZARA:C:2'
SSR+DOCS:HK:1:PK:::::/P/PAK/PA1000002/PAK/05MAY18/F/30JUN27/NOON/ZARA'
TVL+211126:0900:211126:1900+JFK+DXB+EK:QF+202:Y'
RPI+2+HK'
TVL+221126:1700:221126:2000+DXB+KHI+PK+304:Y'
RPI+2+HK'
SSR+SEAT:HK:2:PK:::DXB:KHI+23A::1+23B::2'
DAT+2:221126:1400'
TRI++12:::1'
SSD+23A++++C'
TBD++2:46:700++HP+PK:0214123456:2:ISB'
TRI++13:::2'
SSD+23B++++Y'
TBD++1:14:700++MP+PK:0214123458:1:KHI'
UNT+33+1'
UNZ+1+1'
"""


def take_in(centre: Centre, *messages: bytes) -> None:
    for number, data in enumerate(messages):
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(centre, SENDER, data, source)
    assert queue.drain(centre) == set()


def subjects(connection: sa.Connection, voyage: str = "PK304") -> list[TravellerSubject]:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    due = travellers.voyages_between(connection, since, since + timedelta(days=5000), None)
    (own,) = [one for one in due if one.name == voyage]
    found = travellers.travellers_of_voyage(connection, own.id)
    return sorted(subjects_of(connection, found), key=lambda one: one.traveller.name.given)


def seen(centre: Centre, needs: Iterable[str] = COLUMNS, voyage: str = "PK304") -> pl.DataFrame:
    with centre.db.read() as connection:
        known = subjects(connection, voyage)
        return frame(connection, known, list(needs), centre.clock())


def told(centre: Centre, given: str = "GULAB", voyage: str = "PK304") -> dict[str, Any]:
    rows = seen(centre, COLUMNS, voyage)
    return next(own for own in rows.to_dicts() if own["traveller.given_names"] == given)


@pytest.fixture
def booked(any_centre: Centre) -> Centre:
    take_in(any_centre, BOOKING.encode())
    return any_centre


# --- what is told -------------------------------------------------------------------------------


def test_a_booking_tells_of_its_traveller(booked: Centre) -> None:
    own = told(booked)
    expected = {
        "traveller.family_name": "NOON",
        "traveller.first_name": "GULAB",
        "traveller.middle_names": None,
        "traveller.birth_date": date(1971, 1, 1),
        "traveller.age": 55,
        "traveller.sex": "M",
        "traveller.nationality": "PAK",
        "traveller.role": "passenger",
        "traveller.type": "ADT",
        "traveller.seat": "23A",
        "traveller.bag_count": 2,
        "traveller.bag_weight": 46,
        "traveller.bag_weight_average": 23,
        "traveller.bag_pool_head": True,
        "traveller.bag_pool_count": 3,
        "traveller.bag_pool_weight": 60,
        "traveller.co_travellers": 1,
        "booking.locator": "K7QX2M",
        "booking.carrier": "PK",
        "booking.holds": True,
        "booking.made": date(2026, 11, 20),
        "booking.ticketed": date(2026, 11, 20),
        "booking.departure_date": date(2026, 11, 21),
        "booking.days_before_departure": 2,
        "booking.origin": "JFK",
        "booking.origin_country": "USA",
        "booking.destination": "KHI",
        "booking.destination_country": "PAK",
        "booking.ports": ["JFK", "DXB", "KHI"],
        "booking.countries": ["USA", "ARE", "PAK"],
        "booking.trip_type": "one_way",
        "booking.size": 2,
        "booking.bag_count": 3,
        "booking.bag_weight": 60,
        "booking.bag_weight_average": 20,
        "booking.excess_pieces": 2,
        "booking.payment_kinds": ["CA"],
        "booking.changes": 0,
        "voyage.name": "PK304",
        "voyage.direction": "entry",
        "voyage.origin_country": "ARE",
        "voyage.port": "KHI",
        "voyage.departure_hour": 17,
        "voyage.arrival_hour": 20,
        "voyage.hours_to_arrival": 3,
        "voyage.travellers": 2,
        "crossing.state": "expected",
        "crossing.port": "KHI",
        "crossing.direction": "entry",
        "crossing.hour": 20,
        "crossing.hours_after_due": None,
        "history.first_time": True,
        "history.crossings_365d": 0,
        "history.crossing_times": [],
        "history.distinct_documents_365d": 1,
        "history.companions_seen_before": 0,
        "history.entry_without_exit": False,
        "history.impossible_travel": False,
        "hits": [],
        "crossings": [],
        "cash.value_30d": None,
        "traveller.religion": None,
        "booking.meal": None,
    }
    assert {name: own[name] for name in expected} == expected
    assert own["booking.hours_before_departure"] == pytest.approx(52.5)


def test_the_parts_of_a_booking_are_lists(booked: Centre) -> None:
    own = told(booked)
    passport, visa = sorted(own["documents"], key=lambda one: one["type"])
    assert (passport["number"], passport["issuer"]) == ("PA1000001", "PAK")
    assert (passport["expiry"], passport["days_to_expiry"]) == (date(2027, 6, 30), 220)
    assert (visa["type"], visa["issued"], visa["days_since_issue"]) == ("V", date(2026, 11, 1), 21)
    assert visa["issued_at"] == "DUBAI"
    first, second = own["segments"]
    assert (first["origin"], first["destination_country"]) == ("JFK", "ARE")
    assert (first["operated_by_another"], first["operating_carrier"]) == (True, "QF")
    assert (first["on_voyage"], second["on_voyage"]) == (False, True)
    assert second["departs"] == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert own["stays"] == [{"port": "DXB", "country": "ARE", "hours": 22}]
    (payment,) = own["payments"]
    assert (payment["kind"], payment["amount"], payment["currency"]) == ("CA", 985.5, "AED")
    assert (payment["payer"], payment["paid_by_another"]) == ("RUSTAM JEE", True)
    (ticket,) = own["tickets"]
    assert (ticket["number"], ticket["total"]) == ("2141234567890", 985.5)
    (agency,) = own["agencies"]
    assert (agency["identifier"], agency["city"], agency["country"]) == ("86491234", "Dubai", "ARE")
    assert own["frequent_flyers"] == [{"carrier": "PK", "number": "0012345678", "tier": "SILVER"}]
    assert own["emails"] == [
        {"address": "a.khan@example.com", "domain": "example.com", "own": True}
    ]
    assert own["phones"] == [{"number": "+97145551234", "prefix": "+971", "own": False}]
    assert [one["street"] for one in own["addresses"]] == ["12 KHALID STREET"]
    assert [(one["tag"], one["destination"], one["to_another_port"]) for one in own["bags"]] == [
        ("0214123456", "ISB", True),
        ("0214123457", "ISB", True),
    ]
    assert [(one["number"], one["cabin"], one["on_voyage"]) for one in own["seats"]] == [
        ("23A", "C", True)
    ]


def test_a_fellow_has_his_own_and_what_is_everybodys(booked: Centre) -> None:
    own = told(booked, "ZARA")
    assert (own["traveller.type"], own["traveller.age"]) == ("CHD", 8)
    assert (own["traveller.bag_count"], own["traveller.bag_pool_head"]) == (1, False)
    assert own["traveller.bag_pool_count"] == 3
    assert own["frequent_flyers"] == []
    assert own["tickets"] == []
    assert [one["payer"] for one in own["payments"]] == ["RUSTAM JEE"]
    assert [one["tag"] for one in own["bags"]] == ["0214123458"]


def test_what_nobody_told_is_null_and_what_is_known_to_be_none_is_empty(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    take_in(any_centre, declare(person()))
    own = told(any_centre)
    unknown = {name for name in COLUMNS if name.startswith("booking.")}
    unknown |= {"segments", "payments", "bags", "traveller.bag_count", "traveller.co_travellers"}
    assert {name: own[name] for name in unknown if own[name] is not None} == {}
    assert (own["phones"], own["emails"], own["addresses"]) == ([], [], [])
    assert own["seats"] == [{"number": "1A", "cabin": None, "source": "PAXLST", "on_voyage": True}]
    assert own["hits"] == []


def test_somebody_who_is_not_on_file_has_no_past(any_centre: Centre) -> None:
    shown = Traveller(
        id="x",
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="NOON", given="GULAB"),
    )
    made = Crossing(
        id="c",
        traveller_id=None,
        voyage_id=None,
        port="LHE",
        direction=Direction.EXIT,
        state=CrossingState.ACTUAL,
        at=any_centre.clock(),
    )
    ref = Ref(kind=Kind.CAPTURE, id="capture")
    own = TravellerSubject(ref=ref, traveller=shown, voyage=None, crossing=made)
    with any_centre.db.read() as connection:
        (row,) = frame(connection, [own], COLUMNS, any_centre.clock()).to_dicts()
    assert row["traveller.family_name"] == "NOON"
    assert (row["crossing.port"], row["crossing.state"]) == ("LHE", "actual")
    assert row["history.first_time"] is None, "nobody knows whether he was here before"
    assert row["crossings"] is row["hits"] is None
    assert row["voyage.name"] is None


def test_columns_are_those_asked_for_in_the_order_of_the_subjects(booked: Centre) -> None:
    needs = ["traveller.age", "documents", "history.first_time"]
    rows = seen(booked, needs)
    assert set(rows.columns) == {"at", *needs}
    assert rows.schema["documents"] == CATALOGUE.schema(["documents"])["documents"]
    assert rows["traveller.age"].to_list() == [55, 8]
    with booked.db.read() as connection:
        turned = subjects(connection)[::-1]
        again = frame(connection, [*turned, turned[0]], needs, booked.clock())
        none = frame(connection, [], needs, booked.clock())
    assert again["traveller.age"].to_list() == [8, 55, 8]
    assert none.height == 0
    assert set(none.columns) == set(rows.columns)
    with pytest.raises(KeyError):
        seen(booked, ["traveller.shoe_size"])


@pytest.mark.parametrize(
    ("needs", "most"),
    [
        (("traveller.age", "voyage.origin", "crossing.port"), 0),
        (("traveller.bag_weight", "phones"), 2),
        (("booking.made", "segments", "payments"), 2),
        (("history.crossings_30d", "history.impossible_travel"), 3),
        (COLUMNS, 16),
    ],
)
def test_only_what_is_asked_for_is_read_and_with_few_statements(
    booked: Centre, needs: tuple[str, ...], most: int
) -> None:
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    with booked.db.read() as connection:
        known = subjects(connection)
        sa.event.listen(connection, "before_cursor_execute", note)
        frame(connection, known * 20, needs, booked.clock())
    assert count <= most, "and as many for forty subjects as for two"


def leg(origin: str, destination: str, at: str = "", until: str = "", **more: str) -> Json:
    return {"origin": origin, "destination": destination, "departure": at, "arrival": until, **more}


@pytest.mark.parametrize(
    ("legs", "shape", "aim", "days"),
    [
        ([leg("LHE", "DXB")], "one_way", "DXB", None),
        ([leg("LHE", "DXB"), leg("DXB", "LHR")], "one_way", "LHR", None),
        (
            [leg("LHE", "DXB", "2611200800"), leg("DXB", "LHE", "2611211800", "2611212000")],
            "round_trip",
            "DXB",
            1.5,
        ),
        ([leg("LHE", "DXB"), leg("DXB", "LHR"), leg("LHR", "LHE")], "round_trip", "LHR", None),
        ([leg("LHE", "DXB"), leg("DXB", "KHI")], "open_jaw", "DXB", None),
        ([leg("LHE", "DXB"), leg("AUH", "LHE")], "open_jaw", "AUH", None),
        ([leg("LHE", "KHI")], "one_way", "KHI", None),
        ([leg("LHE", "DXB"), leg("DXB", "LHE", status="HX")], "one_way", "DXB", None),
        ([leg("LHE", "DXB"), leg("DXB", "", kind="hotel")], "one_way", "DXB", None),
        ([], None, None, None),
    ],
)
def test_the_shape_of_an_itinerary(
    legs: list[Json], shape: str | None, aim: str | None, days: float | None
) -> None:
    found = features_bookings._itinerary({"itinerary": legs})
    told = [found.get(name) for name in ("trip_type", "destination", "trip_days")]
    assert told == [shape, aim, days]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "+PK+304:Y'\nRPI+2+HK'",
            "+PK+304:Y'\nRPI+2+HX'",
            {"booking.holds": False, "booking.ports": ["JFK", "DXB"], "stays": []},
        ),
        ("+PK+304:Y'", "+EK:PK+999:Y'", {"booking.holds": True}),
        ("FOP+CA::985.50'", "FOP+CC::985.50:VI:XXXXXXXXXXXX1111:0927'",
         {"booking.payment_kinds": ["CC"]}),
        ("IFT+4:43+RUSTAM JEE+1 MALL ROAD+00971 4 555 1234'\n", "", {"phones": []}),
        ("TBD++2:46:700++HP", "TBD++2:100:701++HP", {"traveller.bag_weight": 45.359237}),
    ],
    ids=["not held", "another flight", "card", "no sponsor", "pounds"],
)  # fmt: skip
def test_what_a_booking_says_otherwise(
    centre: Centre, before: str, after: str, expected: dict[str, Any]
) -> None:
    assert before in BOOKING
    take_in(centre, BOOKING.replace(before, after).encode())
    own = told(centre)
    assert {name: own[name] for name in expected} == expected


# --- what was before ----------------------------------------------------------------------------

Past = list[tuple[str, str, str, str]]
"""Moment (UTC), port, direction, document of earlier crossings."""


def reported(*past: tuple[str, str, str, str]) -> bytes:
    """An immigration system's report on GULAB NOON."""
    rows = [
        f'{{"reference": "r{number}", "action": "recorded", "at": "{at}:00Z", "port": "{port}",'
        f' "lane": "A1", "direction": "{way}", "traveller": {{"family_name": "NOON",'
        ' "given_names": "GULAB", "birth_date": "1971-01-01", "sex": "M", "nationality": "PAK"},'
        f' "documents": [{{"type": "P", "number": "{shown}", "issuer": "PAK"}},'
        ' {"type": "P", "number": "PA1000001", "issuer": "PAK"}]}'
        for number, (at, port, way, shown) in enumerate(past)
    ]
    whole = f'"source": "Border", "crossings": [{", ".join(rows)}]'
    return f'{{"format": "parakh-crossings/1", {whole}}}'.encode()


CASES: dict[str, tuple[Past, dict[str, Any]]] = {
    "entered and never left": (
        [("2026-10-01T08:00", "KHI", "entry", "PA1000001")],
        {
            "history.first_time": False,
            "history.entry_without_exit": True,
            "history.exit_without_entry": False,
            "history.crossings_30d": 0,
            "history.crossings_365d": 1,
            "history.last_entry": datetime(2026, 10, 1, 8, tzinfo=UTC),
            "history.last_exit": None,
            "history.shortest_turnaround_hours_365d": None,
        },
    ),
    "came and went": (
        [
            ("2026-11-10T08:00", "KHI", "entry", "PA1000001"),
            ("2026-11-10T17:00", "KHI", "exit", "PA1000001"),
            ("2026-11-18T08:00", "KHI", "entry", "PA1000001"),
            ("2026-11-20T15:00", "KHI", "exit", "PA1000001"),
        ],
        {
            "history.entry_without_exit": False,
            "history.crossings_7d": 2,
            "history.crossings_30d": 4,
            "history.days_since_last": 2.0,
            "history.shortest_turnaround_hours_365d": 9.0,
        },
    ),
    "long ago": (
        [("2024-01-01T08:00", "KHI", "exit", "PA1000001")],
        {
            "history.first_time": False,
            "history.crossings_365d": 0,
            "history.entry_without_exit": False,
        },
    ),
    "several passports": (
        [
            ("2026-03-01T08:00", "LHE", "entry", "ZZ7777777"),
            ("2026-04-01T08:00", "LHE", "exit", "ZZ8888888"),
            ("2024-04-01T08:00", "LHE", "exit", "ZZ9999999"),
        ],
        {"history.distinct_documents_365d": 3, "history.crossings_365d": 2},
    ),
    "in two places": (
        [("2026-11-22T11:30", "ISB", "exit", "PA1000001")],
        {
            "history.impossible_travel": True,
            "history.fastest_from_port": "ISB",
            "history.fastest_from": datetime(2026, 11, 22, 11, 30, tzinfo=UTC),
            "history.fastest_to_port": "DXB",
            "history.fastest_to": datetime(2026, 11, 22, 13, tzinfo=UTC),
        },
    ),
    "in two places, long ago": (
        [
            ("2025-09-22T11:30", "ISB", "exit", "PA1000001"),
            ("2025-09-22T11:45", "KHI", "entry", "PA1000001"),
            ("2026-03-01T11:45", "KHI", "exit", "PA1000001"),
        ],
        {"history.impossible_travel": False, "history.crossings_365d": 1},
    ),
    "fast, as airliners are": (
        [("2026-11-22T09:00", "ISB", "exit", "PA1000001")],
        {"history.impossible_travel": False, "history.fastest_from_port": "ISB"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_came_before(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, name: str
) -> None:
    past, expected = CASES[name]
    take_in(any_centre, reported(*past), declare(person(), person(family="ABRO", given="SANAM")))
    own, other = told(any_centre), told(any_centre, "SANAM")
    assert {column: own[column] for column in expected} == expected
    assert [one["port"] for one in own["crossings"]] == [
        port for _, port, _, _ in sorted(past, reverse=True)
    ]
    assert own["history.crossing_times"] == [one["at"] for one in own["crossings"]]
    assert other["history.first_time"], "of another person nothing was before"


def test_nothing_that_comes_later_is_known_before(
    any_centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    take_in(
        any_centre,
        reported(("2026-10-01T08:00", "KHI", "entry", "PA1000001")),
        declare(person()),
    )
    with any_centre.db.read() as connection:
        known = subjects(connection)
        before = datetime(2026, 9, 1, tzinfo=UTC)
        (row,) = frame(connection, known, ["history.first_time", "crossings"], before).to_dicts()
    assert row["history.first_time"]
    assert row["crossings"] == []


def test_who_boarded_a_voyage_that_is_over_has_crossed(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, clock: Any
) -> None:
    take_in(any_centre, declare(person(), person(family="ABRO", given="SANAM", document="PA9")))
    with any_centre.db.write(SENDER, Purpose.SCREENING) as tx:
        own = tables.traveller.c
        tx.connection.execute(
            tables.traveller.update()
            .where(own.family_name == "NOON")
            .values(standing="boarded", booking_reference="AAA111")
        )
        tx.audit("test", "test", "")
    clock.advance(days=2)
    again = declare(person(), person(family="ABRO", given="SANAM", document="PA9"), number="305")
    take_in(
        any_centre,
        again.replace(b"2611222000", b"2611252000").replace(b"2611221700", b"2611251700"),
    )
    came, never = told(any_centre, voyage="PK305"), told(any_centre, "SANAM", "PK305")
    assert [one["other_port"] for one in came["crossings"]] == ["DXB"]
    assert came["crossings"][0]["carrier"] == "PK"
    assert never["crossings"] == [], "who was only expected may never have come"


def test_hits_and_outcomes_of_the_same_person_are_known(
    any_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    enlist: Any,
    acting: Any,
    clock: Any,
) -> None:
    units(any_centre)
    enlist(any_centre, family="NOON", given="GULAB", born="1971-01-01", document="PA1000001")
    take_in(any_centre, declare(person()))
    assert past(any_centre, clock()) == ([], 0, 0), "what is raised now was not known before"
    clock.advance(hours=1)
    officer = acting(Role.TARGETING, "KHI")
    (row,) = alerts.list_alerts(any_centre, officer)
    alerts.acknowledge(any_centre, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(any_centre, officer, row.alert.id, hit.id, confirmed=True, reason="his face")
    alerts.close(any_centre, officer, row.alert.id, OutcomeKind.NOTHING_FOUND, "")
    case = cases.open_from(any_centre, officer, [row.alert.id])
    cases_work.close(any_centre, officer, case.id, OutcomeKind.ARREST, "")
    decided = clock()
    assert past(any_centre, decided) == (["open"], 0, 0), "no officer had decided before"
    clock.advance(days=1)
    assert past(any_centre, clock()) == (["confirmed"], 0, 0), "its own alert is no history"
    again = declare(person(), number="305").replace(b"2611222000", b"2611252000")
    take_in(any_centre, again.replace(b"2611221700", b"2611251700"))
    own = told(any_centre, voyage="PK305")
    assert {(one["kind"], one["list"]) for one in own["hits"]} == {
        ("watchlist_entry", "To inspect")
    }
    assert past(any_centre, clock(), "PK305") == (["confirmed"], 1, 1), "that of a case counts"
    assert past(any_centre, decided, "PK305") == (["open"], 1, 0)


def past(centre: Centre, at: datetime, voyage: str = "PK304") -> tuple[list[str], int, int]:
    """The states in which hits were, alerts and findings as they were known at a moment."""
    needs = ["hits", "history.alerts_365d", "history.findings_365d"]
    with centre.db.read() as connection:
        (row,) = frame(connection, subjects(connection, voyage), needs, at).to_dicts()
    states = sorted({one["state"] for one in row["hits"]})
    return states, row["history.alerts_365d"], row["history.findings_365d"]


# --- the fastest way ----------------------------------------------------------------------------


def journey(origin: str, leaves: str, destination: str, lands: str) -> Journey:
    day = datetime(2026, 11, 22, tzinfo=UTC)
    times = [day + timedelta(hours=int(own[:2]), minutes=int(own[3:])) for own in (leaves, lands)]
    return Journey(origin=origin, leaves=times[0], destination=destination, lands=times[1])


@pytest.mark.parametrize(
    ("journeys", "kmh"),
    [
        ([], None),
        ([("DXB", "10:00", "KHI", "12:00")], None),
        ([("DXB", "10:00", "KHI", "12:00"), ("KHI", "13:00", "DXB", "15:00")], None),
        ([("DXB", "10:00", "KHI", "12:00"), ("LHE", "14:00", "LHE", "14:00")], 512),
        ([("LHE", "14:00", "LHE", "14:00"), ("DXB", "10:00", "KHI", "12:00")], 512),
        ([("DXB", "10:00", "KHI", "12:00"), ("LHE", "11:00", "LHE", "11:00")], 61_417),
        ([("DXB", "10:00", "KHI", "12:00"), ("QQQ", "12:00", "QQQ", "12:00")], None),
        ([("DXB", "10:00", "LHR", "12:00"), ("LGW", "12:00", "LGW", "12:00")], None),
    ],
)
def test_the_fastest_way(journeys: list[tuple[str, str, str, str]], kmh: float | None) -> None:
    found = fastest(journey(*own) for own in journeys)
    assert (found and found.kmh) == (kmh and pytest.approx(kmh, rel=0.01))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["KHI", "LHE", "DXB", "LHR", "QQQ"]),
            st.integers(0, 10_000),
            st.integers(0, 600),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_fastest_way_is_the_same_in_whatever_order_journeys_are_told(
    drawn: list[tuple[str, int, int]], random: Random
) -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC)
    journeys = [
        Journey(
            origin=port,
            leaves=day + timedelta(minutes=start),
            destination=port,
            lands=day + timedelta(minutes=start + length),
        )
        for port, start, length in {own[1:]: own for own in drawn}.values()
    ]
    found = fastest(journeys)
    random.shuffle(journeys)
    assert fastest(journeys) == found
    assert found is None or (found.kmh > 0 and found.origin != found.destination)
