import csv
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from parakh.domain.watchlist import EntryKind
from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredTraveller
from parakh.ingest.submission import Submission
from parakh.simulate import COLUMNS, Manifest, listed_persons, passenger_list, write
from parakh.simulate.people import _NUMBERS, passport_number

TODAY = date(2026, 3, 1)
RNG = Random(1)


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write(tmp_path_factory.mktemp("traffic"), 7, TODAY)


@pytest.fixture(scope="module")
def submissions(traffic: Manifest) -> list[Submission]:
    return [found for path in traffic.messages for found in read(path.read_bytes())]


@pytest.fixture(scope="module")
def travellers(submissions: list[Submission]) -> dict[str, DeclaredTraveller]:
    """Those of the readable messages, by passport number."""
    return {t.documents[0].number: t for s in submissions if not s.fatal for t in s.travellers}


@pytest.fixture(scope="module")
def rows(traffic: Manifest) -> list[dict[str, str]]:
    with traffic.watchlist.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def planted(traffic: Manifest, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(traffic.truth.read_text())[kind]
    return found


def test_the_same_seed_and_day_give_the_same_bytes(traffic: Manifest, tmp_path: Path) -> None:
    again = write(tmp_path, 7, TODAY)
    other = write(tmp_path / "other", 8, TODAY)
    for path in (*traffic.messages, traffic.watchlist, traffic.crossings, traffic.truth):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
        assert (tmp_path / "other" / path.name).read_bytes() != path.read_bytes()
    assert again.travellers == other.travellers


@pytest.mark.parametrize("seed", range(12))
def test_any_seed_and_day_will_do(seed: int, tmp_path: Path) -> None:
    write(tmp_path, seed, date(2024, 2, 29) + timedelta(days=31 * seed))


def test_three_flights_and_one_broken_message(
    traffic: Manifest, submissions: list[Submission]
) -> None:
    broken = [s for s in submissions if s.fatal]
    assert len(traffic.messages) == 3
    assert len(submissions) == 6
    assert [s.problems[-1].cause for s in broken] == ["TDT gives no flight or voyage number"]
    assert all(s.problems == () and s.unmapped == () for s in submissions if not s.fatal)
    assert sum(len(s.travellers) for s in submissions if not s.fatal) == traffic.travellers
    assert 590 <= traffic.travellers <= 640


def test_flights_are_of_today_and_tomorrow(submissions: list[Submission]) -> None:
    times = [v.departure for s in submissions for v in s.voyages]
    days = {datetime.strptime(text, "%y%m%d%H%M").date() for text in times}  # noqa: DTZ007
    assert days == {TODAY, TODAY + timedelta(days=1)}


def test_passports_are_unique(
    submissions: list[Submission], travellers: dict[str, DeclaredTraveller]
) -> None:
    assert len(travellers) == sum(len(s.travellers) for s in submissions if not s.fatal)


def test_the_watchlist(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 214
    assert tuple(rows[0]) == COLUMNS
    assert {row["kind"] for row in rows} == {kind.value for kind in EntryKind}
    assert all(row["family_name"] or row["document_number"] or row["identifiers"] for row in rows)


def test_planted_persons_travel_as_the_truth_says(
    traffic: Manifest, travellers: dict[str, DeclaredTraveller], rows: list[dict[str, str]]
) -> None:
    entries = planted(traffic, "planted")
    assert len(entries) == 13
    for entry in entries:
        traveller = travellers[str(entry["document_number"])]
        row = rows[int(str(entry["watchlist_line"])) - 2]
        assert traveller.family_name == entry["family_name"]
        same_document = row["document_number"] == entry["document_number"]
        assert same_document == ("document" in str(entry["how"]) and "new" not in str(entry["how"]))
        same_birth = row["birth_date"].replace("-", "")[2:] == traveller.birth_date
        other_birth = ("another name", "reported lost", "birth date off", "day and month")
        assert same_birth != any(part in str(entry["how"]) for part in other_birth)


def test_namesakes_share_only_the_name(
    traffic: Manifest, travellers: dict[str, DeclaredTraveller], rows: list[dict[str, str]]
) -> None:
    entries = planted(traffic, "namesakes")
    assert len(entries) == 8
    for entry in entries:
        traveller = travellers[str(entry["document_number"])]
        row = rows[int(str(entry["watchlist_line"])) - 2]
        assert (row["family_name"], row["given_names"]) == (
            traveller.family_name,
            traveller.given_names,
        )
        assert row["document_number"] != entry["document_number"]
        assert row["birth_date"].replace("-", "")[2:] != traveller.birth_date


def test_crossings_are_of_listed_travellers_in_order(
    traffic: Manifest, travellers: dict[str, DeclaredTraveller]
) -> None:
    crossings = json.loads(traffic.crossings.read_text())
    moments = [datetime.fromisoformat(crossing["at"]) for crossing in crossings]
    assert len(crossings) > 180
    assert moments == sorted(moments)
    assert all(crossing["document_number"] in travellers for crossing in crossings)
    assert {(c["port"], c["direction"]) for c in crossings} == {("KHI", "entry")}


def test_a_passenger_list_of_any_size() -> None:
    (submission,) = read(passenger_list(300, 1, TODAY))
    assert (len(submission.travellers), submission.problems) == (300, ())


def test_any_number_of_listed_persons() -> None:
    assert len(listed_persons(RNG, 1000, TODAY)) == 1000


@pytest.mark.parametrize("nation", sorted(_NUMBERS))
def test_passport_numbers_keep_their_shape(nation: str) -> None:
    assert re.fullmatch(r"[A-Z]{0,2}\d{6,9}", passport_number(RNG, nation))
