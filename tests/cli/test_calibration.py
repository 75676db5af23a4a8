from pathlib import Path
from typing import Any

import pytest

ROWS = (
    "list,family_name,given_names,birth_date,reason\n"
    "Wanted,MAZARI,ZULFIQAR,1980-05-05,Carried currency twice\n"
)


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    """A list of one person."""
    path = tmp_path / "wanted.csv"
    path.write_text(ROWS)
    return path


def test_it_is_measured_and_told(
    parakh: Any, tmp_path: Path, wanted: Path, second: tuple[str, str]
) -> None:
    parakh("simulate", "--out", tmp_path / "made", "--seed", 3)
    flights = sorted((tmp_path / "made").rglob("*.edi"))
    parakh("ingest", flights[0], code=None)
    basis = ("--source", "Directorate", "--legal-basis", "Act 1")
    typed = "correct horse battery\n"
    parakh("watchlist", "import", "csv", wanted, *basis, *second, typed=typed)
    told = parakh("watchlist", "calibrate")
    assert "of" in told.stderr
    assert "travellers" in told.stderr
    assert told.stdout.splitlines()[0].startswith("list")
    assert told.stdout.splitlines()[1].startswith("Wanted  standard")
    found = parakh.json("watchlist", "calibrate")
    assert found["travellers"] > 50
    assert found["population"] >= found["travellers"]
    (own,) = found["lists"]
    assert (own["name"], own["one_in"]) == ("Wanted", None)
    assert sum(band["travellers"] for band in own["bands"].values()) == found["travellers"]
    assert all(band["basis"] == "standard" for band in own["bands"].values())


def test_without_lists_or_travellers(parakh: Any) -> None:
    found = parakh.json("watchlist", "calibrate")
    assert (found["travellers"], found["lists"]) == (0, [])
    assert "list" in parakh("watchlist", "calibrate").stdout
