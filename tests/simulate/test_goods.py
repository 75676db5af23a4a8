"""What the simulator writes of goods can be read without an error, and tells its stories."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parakh.domain.message import Severity
from parakh.ingest import reader
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredCurrency,
    DeclaredEnforcement,
    DeclaredMovement,
)
from parakh.ingest.submission import Submission
from parakh.simulate import goods
from parakh.simulate.goods_stories import EMPTY_TRUCK, HEAVY_TRUCK, LISTED_COMPANY, Carrier
from parakh.simulate.trade import RING

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CARRIER = Carrier(
    family_name="KHAN",
    given_names="ALI",
    birth_date="1980-02-03",
    nationality="PAK",
    document_number="AB1234567",
    document_issuer="PAK",
    phone="00971501234567",
)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> goods.TodayFiles:
    return goods.write_today(tmp_path_factory.mktemp("goods"), 7, NOW, [CARRIER])


def read(path: Path) -> Submission:
    (only,) = reader.read(path.read_bytes())
    assert not [own for own in only.problems if own.severity is Severity.ERROR], only.problems
    return only


def named(files: goods.TodayFiles, start: str) -> Submission:
    return read(next(own for own in files.messages if own.name.startswith(start)))


def test_every_message_is_read_without_an_error(today: goods.TodayFiles) -> None:
    kinds = [read(own).message_type for own in today.messages]
    assert kinds == ["CUSCAR", "CONSIGNMENTS", "MOVEMENTS", "CURRENCY", "ENFORCEMENT"]


def test_the_manifest_has_house_bills_and_a_listed_company(today: goods.TodayFiles) -> None:
    bills = [own for own in named(today, "manifest").goods if isinstance(own, DeclaredConsignment)]
    masters = {own.reference for own in bills if not own.master_reference}
    assert len(bills) == 40
    assert {own.master_reference for own in bills if own.master_reference} <= masters
    assert sum(LISTED_COMPANY in {party.name for party in own.parties} for own in bills) >= 1
    assert all(own.containers and own.items for own in bills)


def test_the_stories_stand_where_the_truth_says(today: goods.TodayFiles) -> None:
    told = {
        own.declaration.reference: own
        for own in named(today, "today").goods
        if isinstance(own, DeclaredConsignment) and own.declaration
    }
    for reference in today.told["undervaluer"]["declarations"]:
        (item,) = told[reference].items
        assert float(item.value) / float(item.net_kg) < 0.5 * 36
    (box,) = told[today.told["rip_on"]["declaration"]].containers
    assert box.number == today.told["rip_on"]["container"]
    assert box.seal != box.seal_at_loading
    ring = told[today.told["courier_ring"]["declaration"]]
    (importer,) = [own for own in ring.parties if own.role == "importer"]
    assert (importer.name, importer.phone) == (RING, CARRIER.phone)
    moves = [own for own in named(today, "movements").goods if isinstance(own, DeclaredMovement)]
    assert {own.kind for own in moves if own.conveyance == EMPTY_TRUCK} == {"sighting"}
    heavy = [own for own in moves if own.conveyance == HEAVY_TRUCK]
    assert [own.direction for own in heavy] == ["exit", "entry"]
    money = [own for own in named(today, "currency").goods if isinstance(own, DeclaredCurrency)]
    assert {own.document_number for own in money} == {CARRIER.document_number}
    assert all(9_000 < float(own.amounts[0].amount) < 10_000 for own in money)
    records = [own for own in named(today, "enf").goods if isinstance(own, DeclaredEnforcement)]
    assert {own.kind for own in records} == {"seizure", "suspect", "company"}
    assert any(own.pictures for own in records)


def test_a_seed_and_a_day_give_the_same_files(tmp_path: Path) -> None:
    one, two = (goods.write_past(tmp_path / name, 7, NOW) for name in ("a", "b"))
    assert one.table.read_bytes() == two.table.read_bytes()
    assert one.recent.read_bytes() == two.recent.read_bytes()
    assert one.wrong == two.wrong
    kinds = set(one.wrong.values())
    assert kinds == {"", "undervalued", "misdeclared"}
    other = goods.write_past(tmp_path / "c", 8, NOW)
    assert other.table.read_bytes() != one.table.read_bytes()


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    files = goods.write_today(tmp_path, 7, NOW, [])
    files.messages[0].write_bytes(b"changed")
    goods.write_today(tmp_path, 7, NOW, [CARRIER])
    assert files.messages[0].read_bytes() == b"changed"
    truth = json.loads(next(tmp_path.glob("truth-*.json")).read_text())
    assert truth["listed_company"] == LISTED_COMPANY
