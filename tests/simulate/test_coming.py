"""One flight is always still to come, with persons of the list and of the courier's company."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from parakh.ingest.reader import read
from parakh.ingest.submission import Submission
from parakh.simulate import Manifest, coming, traffic
from parakh.simulate.coming import Coming, courier_contact

NOW = datetime(2026, 3, 1, 20, 52, tzinfo=UTC)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return traffic.write(tmp_path_factory.mktemp("traffic"), 7, date(2026, 3, 1))


@pytest.fixture
def flight(manifest: Manifest, tmp_path: Path) -> Coming:
    return coming.write(tmp_path, 7, NOW, manifest.watchlist)


def only(path: Path) -> Submission:
    (found,) = read(path.read_bytes())
    assert not found.fatal
    assert found.problems == ()
    return found


def test_it_lands_in_two_and_a_half_hours(flight: Coming) -> None:
    assert flight.arrives == datetime(2026, 3, 1, 23, 20, tzinfo=UTC)
    (voyage,) = only(flight.message).voyages
    assert (voyage.number, voyage.arrival) == ("623", "2603020420")
    assert flight.flight == "EK623"


@pytest.mark.parametrize(
    ("later", "same"),
    [(0, True), (20, True), (85, True), (95, False), (60 * 24, False)],
)
def test_the_same_flight_until_an_hour_before_it_lands(
    flight: Coming, manifest: Manifest, tmp_path: Path, later: int, same: bool
) -> None:
    before = flight.message.read_bytes()
    now = NOW + timedelta(minutes=later)
    again = coming.write(tmp_path, 7, now, manifest.watchlist)
    assert (again == flight) is same
    assert flight.message.read_bytes() == before
    assert again.companions == flight.companions
    assert again.arrives - now >= timedelta(hours=1)


def test_list_and_bookings_name_the_same_persons(flight: Coming) -> None:
    listed = {own.documents[0].number for own in only(flight.message).travellers}
    booked = {own.booking_reference for own in only(flight.message).travellers}
    assert len(listed) == coming.SIZE + coming.LISTED + 2
    assert listed >= {*flight.listed, *flight.companions}
    assert booked


def test_the_courier_and_his_company_share_a_telephone_and_a_card(
    flight: Coming, manifest: Manifest
) -> None:
    contact = courier_contact(7)
    of_courier, of_company = manifest.bookings[0].read_text(), flight.bookings.read_text()
    for told in (contact.phone, contact.card):
        assert of_courier.count(told) == 1
        assert of_company.count(told) == 1
