import json
from pathlib import Path
from typing import Any

import pytest

HEADER = "list,source_id,family_name,given_names,birth_date,reason\n"
ROWS = (
    "Wanted,1,MAZARI,ZULFIQAR,1980-05-05,courier\n"
    "Wanted,2,BALOCH,HAMMAL,1975,courier\n"
    "Wanted,3,ABRO,SASSUI,,fraud\n"
)
IMPORT = ("watchlist", "import", "csv", "--source", "police", "--legal-basis", "Act 1")
TYPED = "correct horse battery\n"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + ROWS)
    return path


def test_a_version_is_prepared_shown_and_applied(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    refused = parakh("watchlist", "import", "csv", listed, code=2)
    assert "legal basis" in refused.stderr
    (done,) = parakh.json(*IMPORT, listed, "--fetched", "2026-11-01")["versions"]
    assert (done["list"], done["state"], done["new"]) == ("Wanted", "pending", True)
    assert (done["added"], done["same"], done["problems"]) == (3, 0, [])
    assert done["fetched"].startswith("2026-11-01")
    assert [own["name"] for own in done["differences"]] == [
        "MAZARI, ZULFIQAR", "BALOCH, HAMMAL", "ABRO, SASSUI",
    ]  # fmt: skip
    again = parakh(*IMPORT, listed).stdout
    assert "(nothing new)" in again
    assert f"parakh watchlist apply {done['id']}" in again
    refused = parakh("watchlist", "apply", done["id"], code=1)
    assert "another person" in refused.stderr
    parakh("watchlist", "apply", done["id"], *second, code=1, typed="wrong\n")
    told = parakh("watchlist", "apply", done["id"], *second, "--json", typed=TYPED).stdout
    applied = json.loads(told)
    assert (applied["state"], applied["decided_by"]) == ("applied", "sana")
    assert "applied, 3 added" in parakh("watchlist", "versions").stdout
    (row,) = parakh.json("watchlist", "versions", "Wanted")
    assert row["id"] == done["id"]
    parakh("watchlist", "versions", "None", code=2)


def test_a_change_is_shown_field_by_field(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    parakh(*IMPORT, listed, *second, typed=TYPED)
    listed.write_text(HEADER + ROWS.replace("1980-05-05", "1980-05-06"))
    shown = parakh(*IMPORT, listed, "--show").stdout
    assert "0 added, 1 changed, 0 removed, 2 same" in shown
    assert "birth_dates: 1980-05-05 -> 1980-05-06" in shown
    (row, _) = parakh.json("watchlist", "versions", "Wanted")
    assert "--reason" in parakh("watchlist", "discard", row["id"], code=2).stderr
    gone = parakh("watchlist", "discard", row["id"], "--reason", "the wrong file").stdout
    assert "discarded" in gone
    parakh("watchlist", "apply", row["id"], *second, code=1, typed=TYPED)


def test_a_list_that_was_cut_off_is_not_applied_by_mistake(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    parakh(*IMPORT, listed, *second, typed=TYPED)
    listed.write_text(HEADER + ROWS.splitlines(keepends=True)[0])
    assert "more than a third" in parakh(*IMPORT, listed).stdout
    assert "more than a third" in parakh(*IMPORT, listed, *second, code=2, typed=TYPED).stderr
    parakh(*IMPORT, listed, *second, "--confirm-removal", typed=TYPED)
    assert parakh.json("watchlist", "versions")[0]["state"] == "applied"


def test_bad_rows_are_named(parakh: Any, listed: Path) -> None:
    listed.write_text(HEADER + ROWS + "Wanted,4,KHAN,ALI,1980-99-99,bad date\n")
    (done,) = parakh.json(*IMPORT, listed, code=1)["versions"]
    assert done["added"] == 3
    assert [(own["line"], own["severity"]) for own in done["problems"]] == [(5, "error")]
    assert "list.csv:5:" in parakh("watchlist", "import", "csv", listed, code=1).stdout
    listed.write_text("no,list\n")
    assert parakh("watchlist", "import", "csv", listed, code=1).stderr.startswith("parakh: ")
    parakh("watchlist", "import", "xml", listed, code=2)


def test_a_foreign_list_is_named(parakh: Any, tmp_path: Path) -> None:
    path = tmp_path / "entities.json"
    path.write_text('{"id": "v", "schema": "Vessel", "properties": {"name": ["Lark"]}}\n')
    held = ("--source", "FtM", "--legal-basis", "Act 1")
    refused = parakh("watchlist", "import", "ftm", path, *held, code=2)
    assert "--list" in refused.stderr
    (done,) = parakh.json("watchlist", "import", "ftm", path, "--list", "Ships", *held)["versions"]
    assert (done["list"], done["format"], done["added"]) == ("Ships", "ftm", 1)
