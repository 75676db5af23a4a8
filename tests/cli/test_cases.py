"""Cases and labels on the command line."""

from pathlib import Path
from typing import Any

import pytest

from parakh.access import Actor, Permission
from parakh.domain.alert import OutcomeKind
from parakh.services import cases, cases_work
from parakh.services.cases import Opening
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import people

OFFICER = Actor(
    id="1", name="noon", permissions=frozenset({Permission.WORK_CASES}), units=frozenset({"1"}),
    central=True,
)  # fmt: skip


@pytest.fixture
def ready(parakh: Any, second: tuple[str, str]) -> Any:
    """A centre with an open case and a closed one that is restricted."""
    parakh("unit", "add", "National centre", "--central")
    centre = Centre.open(Settings())
    with centre.db.read() as connection:
        unit = next(iter(people.units(connection)))
    opening = Opening(title="Couriers", unit_id=unit)
    cases.open_case(centre, OFFICER, opening)
    hidden = cases.open_case(centre, OFFICER, Opening(title="Own", unit_id=unit, restricted=True))
    cases_work.close(centre, OFFICER, hidden.id, OutcomeKind.NOTHING_FOUND, "")
    centre.close()
    return parakh


def number(ready: Any) -> str:
    return str(ready.json("cases", "list")["cases"][0]["number"])


def test_cases_are_listed_and_printed(ready: Any, tmp_path: Path) -> None:
    (row,) = ready.json("cases", "list")["cases"]
    assert (row["title"], row["state"], row["overdue"]) == ("Couriers", "open", 0)
    assert "Couriers" in ready("cases", "list").stdout
    assert ready("cases", "list", "--closed").stdout == "no cases\n", "restricted"
    out = tmp_path / "case.pdf"
    ready("cases", "report", row["number"], "--out", out, "--section", "timeline")
    assert out.read_bytes().startswith(b"%PDF-")
    ready("cases", "report", "2026-999999", "--out", out, code=1)


def test_somebody_is_named_in_a_restricted_case(ready: Any, second: tuple[str, str]) -> None:
    hidden = number(ready).replace("000001", "000002")
    told = ready("cases", "admit", hidden, second[1], "--reason", "the owner left")
    assert told.stdout == f"{second[1]} is named in {hidden}\n"
    ready("cases", "admit", hidden, second[1], "--reason", "the owner left", code=1)
    ready("cases", "admit", hidden, "nobody", "--reason", "the owner left", code=2)


def test_labels(ready: Any) -> None:
    assert ready.json("labels", "--since", "2026-01-01") == []
    assert ready("labels", "--since", "2026-01-01").stdout == "no labels\n"
