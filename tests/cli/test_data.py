from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

LIST = (
    "list,family_name,given_names,birth_date,document_number,reason\n"
    "Wanted,MAZARI,ZULFIQAR,1980-05-05,ZX9876543,courier\n"
)
IMPORT = ("watchlist", "import", "csv", "--source", "police", "--legal-basis", "Act 1")
BROKEN = b"UNH+1+PAXLST:D:05B:UN:IATA'\nBGM+250'\nTDT+20'\nUNT+4+1'\n"


@pytest.fixture
def good(tmp_path: Path, declare: Callable[..., bytes], person: Any) -> Path:
    path = tmp_path / "good.edi"
    path.write_bytes(declare(person(), person(given="SAFIA", document="PA2")))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.edi"
    path.write_bytes(BROKEN)
    return path


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


def test_files_are_parsed_without_a_centre(bare: Any, good: Path, data_dir: Path) -> None:
    (document,) = bare.json("parse", good)
    assert set(document) >= {
        "file", "message_type", "version", "voyages", "travellers", "errors"
    }  # fmt: skip
    assert (document["file"], document["message_type"]) == ("good.edi", "PAXLST")
    assert document["voyages"][0]["arrival"].startswith("2026-11-22T20:00")
    assert [own["given_names"] for own in document["travellers"]] == ["GULAB", "SAFIA"]
    assert not data_dir.exists(), "nothing is stored"
    assert "2 travellers" in bare("parse", good).stdout


def test_broken_files_give_their_errors_and_exit_code_1(
    bare: Any, good: Path, broken: Path
) -> None:
    documents = bare.json("parse", good, broken, code=1)
    assert [own["file"] for own in documents] == ["good.edi", "broken.edi"]
    assert documents[1]["errors"][0]["line"] == 1
    assert "broken.edi:1:" in bare("parse", broken, code=1).stdout
    assert isinstance(bare.json("parse", "--unmapped", good), dict)


def test_crossings_are_counted_and_their_unknown_members_named(bare: Any, tmp_path: Path) -> None:
    gone = '{"reference": "%s", "action": "cancelled", "shift": {"a": "b"}}'
    path = tmp_path / "crossings.json"
    path.write_text(
        '{"format": "parakh-crossings/1", "source": "IMM", "crossings": ['
        f"{gone % 1}, {gone % 2}]}}"
    )
    assert "CROSSINGS 1, 2 crossings\n" in bare("parse", path).stdout
    assert bare.json("parse", "--unmapped", path) == {"$.crossings[*].shift": 2}
    assert "2  $.crossings[*].shift" in bare("parse", "--unmapped", path).stdout


@pytest.mark.parametrize("verb", ["parse", "ingest"])
def test_a_missing_file_is_bad_usage(parakh: Any, verb: str, tmp_path: Path) -> None:
    parakh(verb, code=2)
    assert "none.edi" in parakh(verb, tmp_path / "none.edi", code=2).stderr


def test_files_are_ingested_and_screened(parakh: Any, good: Path, broken: Path) -> None:
    (row,) = parakh.json("ingest", good)
    assert (row["new"], row["state"], row["travellers"]) == (True, "screened", 2)
    (again,) = parakh.json("ingest", good)
    assert (again["new"], again["message"]) == (False, row["message"])
    (bad,) = parakh.json("ingest", broken, code=1)
    assert (bad["state"], bad["quarantined"], bad["parts"]) == ("quarantined", 1, 1)
    assert bad["problems"][0].startswith("broken.edi:")
    assert "screened, 2 travellers" in parakh("ingest", good).stdout


def test_ingesting_may_leave_the_screening_to_the_worker(parakh: Any, good: Path) -> None:
    (row,) = parakh.json("ingest", "--no-wait", good)
    assert row["state"] == "received"
    (done,) = parakh.json("ingest", good)
    assert done["state"] == "screened"


def test_a_person_is_screened_against_an_imported_list(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    question = ("screen", "--name", "Mazari, Zulfiqar", "--born", "1980-05-05")
    parakh(*IMPORT, listed)
    assert parakh.json(*question) == {"hits": [], "failed": []}, "not approved yet"
    listed.write_text(LIST.replace("Wanted", "Approved"))
    refused = parakh(*IMPORT, listed, *second, code=1, typed="not the password\n")
    assert "wrong" in refused.stderr
    parakh(*IMPORT, listed, *second, typed="correct horse battery\n")
    found = parakh.json(*question, code=1)
    assert found["failed"] == []
    assert [own["screener"] for own in found["hits"]] == ["name@2"]
    hit = found["hits"][0]
    assert hit["score"] >= hit["threshold"]
    assert hit["evidence"]
    by_number = parakh.json("screen", "--name", "Somebody", "--document", "zx 987-6543", code=1)
    assert [own["screener"] for own in by_number["hits"]] == ["document@1"]
    assert "name@2" in parakh(*question, code=1).stdout
    assert "hits: 0" in parakh("screen", "--name", "Nobody").stdout


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--name", "X", "--born", "yesterday"),
        ("--name", "X", "--nationality", "Ruritania"),
    ],
)
def test_what_cannot_be_screened_is_bad_usage(parakh: Any, wrong: tuple[str, ...]) -> None:
    parakh("screen", *wrong, code=2)


def test_simulated_traffic_can_be_ingested(
    parakh: Any, tmp_path: Path, second: tuple[str, str]
) -> None:
    out = tmp_path / "sim"
    made = parakh.json("simulate", "--out", out, "--seed", "3", "--day", "2026-11-22")
    assert made["travellers"] > 500
    assert all(Path(own).is_file() for own in made["files"])
    again = parakh.json("simulate", "--out", tmp_path / "again", "--seed", 3, "--day", "2026-11-22")
    for one, other in zip(made["files"], again["files"], strict=True):
        assert Path(one).read_bytes() == Path(other).read_bytes()
    parakh(*IMPORT, out / "watchlist.csv", *second, typed="correct horse battery\n")
    flight = next(own for own in made["files"] if "PK214" in own)
    (row,) = parakh.json("ingest", flight)
    assert row["state"] == "screened"
    parakh("simulate", "--out", out, "--day", "tomorrow", code=2)
    assert str(date.today().year) in parakh("simulate", "--out", tmp_path / "t").stdout  # noqa: DTZ011
