"""Goods on the command line: parsed and ingested without saying what a file is."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Line
from tests.ingest.goods_samples import (
    DECLARATION,
    DOCUMENT,
    FHL,
    FWB,
    MANIFEST,
    TABLE,
    edifact,
)

FILES = {
    "manifest.edi": (edifact("CUSCAR", MANIFEST), 2),
    "declaration.edi": (edifact("CUSDEC", DECLARATION, "96B"), 1),
    "waybills.txt": (FWB + FHL, 3),
    "document.json": (DOCUMENT.encode(), 2),
    "table.csv": (TABLE.encode(), 2),
}


@pytest.fixture(params=list(FILES))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    data, count = FILES[request.param]
    path = tmp_path / request.param
    path.write_bytes(data)
    return path, count


def test_parse_shows_the_consignments(sample: tuple[Path, int], bare: Line) -> None:
    path, count = sample
    documents = json.loads(bare("parse", path, "--json", code=None).stdout)
    shown = [own for document in documents for own in document["consignments"]]
    assert len(shown) == count
    assert all(own["reference"] or own["declaration"] for own in shown)
    assert all(not document["quarantined"] for document in documents)


def test_parse_gives_countries_numbers_and_the_voyage(tmp_path: Path, bare: Line) -> None:
    path = tmp_path / "manifest.edi"
    path.write_bytes(FILES["manifest.edi"][0])
    (document,) = json.loads(bare("parse", path, "--json", code=None).stdout)
    first = document["consignments"][0]
    assert first["parties"][0]["country"] == "CHN"
    assert first["items"][0]["gross_kg"] == 18400
    assert first["voyage"]["number"] == "0915E"
    assert first["conveyance"]["identifier"] == "9074729"
    assert first["declaration"] is None
    assert "voyage_id" not in first
    assert "2 consignments" in bare("parse", path).stdout


def test_ingest_tells_how_many_records_of_goods(sample: tuple[Path, int], parakh: Line) -> None:
    path, count = sample
    (row,) = json.loads(parakh("ingest", path, "--json").stdout)
    assert (row["goods"], row["state"], row["quarantined"]) == (count, "screened", 0)
