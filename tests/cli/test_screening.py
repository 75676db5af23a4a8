from pathlib import Path
from typing import Any

import pytest

LIST = """list,kind,family_name,given_names,birth_date,document_number,identifiers,father_name,\
reason
Wanted,person,MAZARI,ZULFIQAR,1980-05-05,ZX9876543,,SARDAR,couriers
Wanted,organisation,BLUE FALCON TRADING LLC,,,,,,front company
Wanted,vessel,SEA STAR,,,,imo:9074729|mmsi:463000123,,ship to ship transfers
Wanted,aircraft,,,,,aircraft_registration:APBLX,,gold
Wanted,vehicle,,,,,plate:ABC123:PAK|chassis:JT1234567890ABCDE,,stolen
"""


@pytest.fixture
def asked(parakh: Any, tmp_path: Path, second: tuple[str, str]) -> Any:
    """Asks, after a list was imported: `asked("--name", …)`; gives the document printed."""
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    about = ("--source", "Directorate", "--legal-basis", "Act 1")
    parakh("watchlist", "import", "csv", path, *about, *second, typed="correct horse battery\n")

    def ask(*arguments: str, code: int) -> Any:
        return parakh.json("screen", *arguments, code=code)

    return ask


@pytest.mark.parametrize(
    "question",
    [
        ("--name", "Mazari, Zulfiqar", "--born", "1980-05-05"),
        ("--name", "Zulfikar Mazary", "--born", "1980-05-05", "--father", "Sardar"),
        ("--name", "مزاری ذوالفقار", "--born", "1980-05-05", "--sex", "M"),
        ("--name", "Somebody", "--document", "zx 987-6543"),
        ("--document", "zx 987-6543"),
    ],
)
def test_a_person_is_found(asked: Any, question: tuple[str, ...]) -> None:
    found = asked(*question, code=1)
    assert found["failed"] == []
    assert {own["list"] for own in found["hits"]} == {"Wanted"}
    assert all(own["score"] >= own["threshold"] and own["evidence"] for own in found["hits"])


@pytest.mark.parametrize(
    "question",
    [
        ("--organisation", "Blue Falcon Trading Company"),
        ("--vessel", "Sea Star", "--imo", "IMO 9074729"),
        ("--mmsi", "463000123"),
        ("--aircraft", "AP-BLX"),
        ("--plate", "abc-123", "--country", "PAK"),
        ("--chassis", "JT1234567890ABCDE"),
    ],
)
def test_an_organisation_or_conveyance_is_found(asked: Any, question: tuple[str, ...]) -> None:
    found = asked(*question, code=1)
    assert found["failed"] == []
    assert len({own["entry"] for own in found["hits"]}) == 1


def test_what_comes_close_is_shown_when_asked_for(asked: Any, parakh: Any) -> None:
    question = ("--name", "Mazari, Zulfiqar", "--born", "1951-11-30")
    assert asked(*question, code=0) == {"hits": [], "failed": []}
    near = asked(*question, "--near", code=0)["near"]
    assert [own["list"] for own in near] == ["Wanted"]
    said = parakh("screen", *question, "--near").stdout
    assert "no hit: " in said
    assert said.endswith("hits: 0; failed: none\n")


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--name", "X", "--born", "yesterday"),
        ("--name", "X", "--nationality", "Ruritania"),
        ("--name", "X", "--sex", "Q"),
        ("--name", "X", "--imo", "9074729"),
        ("--organisation", "X", "--born", "1980"),
        ("--imo", "9074728"),
        ("--name", "X", "--reason", " "),
    ],
)
def test_what_cannot_be_screened_is_bad_usage(parakh: Any, wrong: tuple[str, ...]) -> None:
    parakh("screen", *wrong, code=2)
