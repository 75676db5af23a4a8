from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Problem
from parakh.domain.voyage import Direction
from parakh.errors import Unreadable
from parakh.ingest.records import DeclaredVoyage
from parakh.ingest.submission import Submission
from parakh.normalise import timetable
from parakh.normalise.assemble import assemble, voyage_key
from parakh.normalise.timetable import COLUMNS, Service, read

HEADER = "carrier,number,origin,destination,first_date,last_date,days,departure,arrival,arrival_day,cancelled"  # noqa: E501
ROW = "PK,0214,DXB,KHI,2026-11-23,2026-11-29,135,18:25,21:35,,"


def rows(*lines: str, header: str = HEADER) -> list[Service | Problem]:
    return list(read("\n".join((header, *lines)).encode(), "PAK"))


def service(*lines: str, header: str = HEADER) -> Service:
    (found,) = rows(*lines, header=header)
    assert isinstance(found, Service), found
    return found


def test_a_row_gives_its_flights() -> None:
    found = service(ROW)
    assert (found.line, found.cancelled) == (2, None)
    assert [own.departure.day for own in found.voyages if own.departure] == [23, 25, 27]
    first = found.voyages[0]
    assert (first.carrier, first.number, first.name) == ("PK", "214", "PK214")
    assert (first.origin, first.destination, first.direction) == ("DXB", "KHI", Direction.ENTRY)
    assert first.scheduled_departure == first.departure == datetime(2026, 11, 23, 18, 25)  # noqa: DTZ001
    assert first.leaves_at == datetime(2026, 11, 23, 14, 25, tzinfo=UTC)
    assert first.due_at == datetime(2026, 11, 23, 16, 35, tzinfo=UTC)


def test_a_passenger_list_has_the_same_key() -> None:
    leg = DeclaredVoyage(
        line=1,
        mode="air",
        carrier="PK",
        number="0214",
        origin="DXB",
        destination="KHI",
        departure="2611231825",
    )
    listed = assemble(
        Submission(
            ordinal=1, message_type="PAXLST", version="", reference="", function="745", line=1,
            start=0, end=0, voyages=(leg,),
        ),
        "PAK",
        date(2026, 11, 22),
    ).voyages[0]  # fmt: skip
    assert voyage_key(service(ROW).voyages[0]) == voyage_key(listed)


@pytest.mark.parametrize(
    ("change", "days"),
    [
        (("135", ""), 7),
        (("135", "1234567"), 7),
        (("135", "1.3.5.."), 3),
        (("135", "7"), 1),
        (("2026-11-29", "2026-11-23"), 1),
    ],
)
def test_days_of_the_week(change: tuple[str, str], days: int) -> None:
    assert len(service(ROW.replace(*change)).voyages) == days


@pytest.mark.parametrize(
    ("row", "cancelled"), [(ROW, None), (f"{ROW}yes", True), (f"{ROW}NO", False)]
)
def test_cancelled(row: str, cancelled: bool | None) -> None:
    assert service(row).cancelled is cancelled


def test_the_arrival_may_be_on_another_day() -> None:
    row = "SV,726,JED,ISB,2026-11-23,2026-11-23,,2210,0520,1,"
    (flight,) = service(row).voyages
    assert flight.arrival == datetime(2026, 11, 24, 5, 20)  # noqa: DTZ001


def test_departures_are_exits() -> None:
    (flight,) = service("PK,757,LHE,LHR,2026-11-23,2026-11-23,,11:40,15:55,,").voyages
    assert (flight.direction, flight.due_at) == (Direction.EXIT, flight.leaves_at)


@pytest.mark.parametrize(
    ("change", "column", "cause"),
    [
        (("PK,", "PAKI,"), 1, "carrier: is not two or three"),
        (("0214", "21415"), 2, "number: is not up to four"),
        (("0214", "PK214"), 2, "number: is not up to four"),
        (("DXB", "AEDXB"), 3, "origin: is not three letters"),
        (("DXB", "QQQ"), 3, "origin: the airport QQQ is not known"),
        (("KHI", "LHR"), 4, "destination: the flight does not cross the border of PAK"),
        (("DXB", "LHE"), 4, "destination: the flight does not cross"),
        (("2026-11-23", "23NOV26"), 5, "first_date: is no day"),
        (("2026-11-23", "2026-11-31"), 5, "first_date: is no day"),
        (("2026-11-23", "9999-12-31"), 5, "first_date: is no day"),
        (("2026-11-29", "2026-11-22"), 6, "last_date: lies before"),
        (("2026-11-29", "2028-11-22"), 6, "last_date: lies more than"),
        (("135", "138"), 7, "days: is not written"),
        (("2026-11-29,135", "2026-11-23,2"), 7, "days: none of these days"),
        (("18:25", "24:00"), 8, "departure: is no time"),
        (("21:35", "9:35pm"), 9, "arrival: is no time"),
        (("21:35", "19:20"), 9, "arrival: lies before the departure"),
        (("21:35,,", "21:35,3,"), 10, "arrival_day: is none of"),
        (("21:35,,", "21:35,,perhaps"), 11, "cancelled: is none of yes, no"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(
    change: tuple[str, str], column: int, cause: str
) -> None:
    first, problem, last = rows(ROW, ROW.replace(*change), ROW)
    assert isinstance(first, Service)
    assert isinstance(last, Service)
    assert isinstance(problem, Problem)
    assert (problem.line, problem.column) == (3, column)
    assert problem.cause.startswith(cause)


def test_another_file_is_refused() -> None:
    with pytest.raises(Unreadable, match="lacks the columns carrier"):
        read(b"list,reason\n", "PAK")


def test_the_documentation_names_every_column() -> None:
    assert timetable.__doc__ is not None
    assert all(column in timetable.__doc__ for column in COLUMNS)


@given(st.text())
def test_any_text_gives_services_and_problems(text: str) -> None:
    for found in read(f"{HEADER}\n{text}".encode(errors="replace"), "PAK"):
        assert found.line >= 2


@given(st.lists(st.sampled_from([*ROW.split(","), "9999-12-31", "0000", "yes", "x"])))
def test_any_fields_give_services_and_problems(fields: list[str]) -> None:
    for found in read(f"{HEADER}\n{','.join(fields)}".encode(), "PAK"):
        assert found.line == 2
