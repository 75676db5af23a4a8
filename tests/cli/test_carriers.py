from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

HEADER = "carrier,number,origin,destination,first_date,last_date,days,departure,arrival\n"


@pytest.fixture
def timetable(tmp_path: Path) -> Path:
    """One flight that leaves Karachi in half an hour, one row that cannot be used."""
    leaves = datetime.now(UTC) + timedelta(hours=5, minutes=30)  # Karachi is five hours ahead
    day = leaves.date().isoformat()
    path = tmp_path / "winter.csv"
    path.write_text(
        f"{HEADER}PK,757,KHI,LHR,{day},{day},,{leaves:%H:%M},23:59\n"
        f"PK,758,KHI,LHE,{day},{day},,10:00,11:00\n"
    )
    return path


def test_a_timetable_and_what_is_missing(parakh: Any, timetable: Path) -> None:
    shown = parakh("timetable", "import", timetable, code=1).stdout
    assert "flights: 1 new, 0 changed, 0 as they were, 0 past" in shown
    assert "winter.csv:3:4: destination: the flight does not cross the border of PAK" in shown
    again = parakh.json("timetable", "import", timetable, code=1)
    assert (again["new"], again["same"], again["problems"][0]["line"]) == (0, 1, 3)
    found = parakh.json("carriers", code=1)
    (lacking,) = found["missing"]
    assert (lacking["voyage"], lacking["awaited"]) == ("PK757", ["list", "bookings"])
    assert not lacking["departed"]
    assert found["carriers"] == []
    text = parakh("carriers", "--days", 7, code=1).stdout
    assert "missing: passenger list and bookings of PK757 KHI-LHR, leaves" in text


def test_nothing_is_missing_without_a_timetable(parakh: Any) -> None:
    assert parakh.json("carriers") == {"missing": [], "carriers": []}
    parakh("carriers", "--days", 8, code=2)


def test_a_file_of_another_form_is_refused(parakh: Any, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("list,reason\n")
    assert "lacks the columns" in parakh("timetable", "import", tmp_path / "x.csv", code=2).output
