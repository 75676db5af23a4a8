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
    assert "(the same file again): pending, 3 added" in again
    assert f"parakh watchlist apply {done['id']}" in again
    refused = parakh("watchlist", "apply", done["id"], code=2)
    assert "--approved-by" in refused.stderr, "it takes a person"
    parakh("watchlist", "apply", done["id"], *second, code=1, typed="wrong\n")
    told = parakh("watchlist", "apply", done["id"], *second, "--json", typed=TYPED).stdout
    applied = json.loads(told)
    assert (applied["state"], applied["decided_by"]) == ("applied", "sana")
    assert "applied, 3 added" in parakh("watchlist", "versions").stdout
    (row,) = parakh.json("watchlist", "versions", "Wanted")
    assert row["id"] == done["id"]
    known = parakh(*IMPORT, listed).stdout
    assert f"the same file as version 1, applied on {row['decided_at'][:10]}" in known
    assert "added" not in known
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
    (problem,) = done["problems"]
    assert (problem["line"], problem["severity"]) == (5, "error")
    assert (problem["column"], problem["entry"]) == (5, "4 KHAN, ALI")
    told = parakh("watchlist", "import", "csv", listed, code=1).stdout
    assert "list.csv:5:5: birth_date: " in told
    assert "[4 KHAN, ALI]" in told
    listed.write_text("no,list\n")
    assert parakh("watchlist", "import", "csv", listed, code=2).stderr.startswith("parakh: ")
    listed.write_text("list,reason,given_nmes\n")
    told = parakh("watchlist", "import", "csv", listed, code=2).stderr
    assert "unknown name: given_nmes;" in told
    parakh("watchlist", "import", "xml", listed, code=2)


@pytest.mark.parametrize("named", [(), ("--list", "Wanted")])
def test_a_file_without_an_entry_makes_no_version(
    parakh: Any, listed: Path, second: tuple[str, str], named: tuple[str, ...]
) -> None:
    parakh(*IMPORT, listed, *second, typed=TYPED)
    listed.write_text(HEADER)
    assert "no entry in the file" in parakh(*IMPORT, listed, *named, code=2).stderr
    listed.write_text(HEADER + "Wanted,1,MAZARI,ZULFIQAR,1980-99-99,courier\n")
    assert "no row can be used: birth_date" in parakh(*IMPORT, listed, *named, code=2).stderr
    assert len(parakh.json("watchlist", "versions")) == 1


def test_who_may_not_approve_leaves_no_version(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    parakh("user", "add", "gul", "--role", "targeting", typed=f"{TYPED}{TYPED}")
    told = parakh(*IMPORT, listed, "--approved-by", "gul", code=1, typed=TYPED).stderr
    assert "gul may not decide" in told
    assert parakh.json("watchlist", "versions") == []


def test_a_version_that_could_not_be_applied_waits_and_says_so(
    parakh: Any, listed: Path, second: tuple[str, str]
) -> None:
    parakh(*IMPORT, listed, *second, typed=TYPED)
    listed.write_text(HEADER + ROWS.splitlines(keepends=True)[0])
    told = parakh(*IMPORT, listed, *second, code=2, typed=TYPED).stderr
    waiting = parakh.json("watchlist", "versions")[0]
    assert f"not applied; it waits: parakh watchlist apply {waiting['id']}" in told
    later = parakh(*IMPORT, listed, *second, "--confirm-removal", typed=TYPED).stdout
    assert "applied, 0 added, 0 changed, 2 removed" in later


def test_a_foreign_list_is_named(parakh: Any, tmp_path: Path) -> None:
    path = tmp_path / "entities.json"
    path.write_text('{"id": "v", "schema": "Vessel", "properties": {"name": ["Lark"]}}\n')
    held = ("--source", "FtM", "--legal-basis", "Act 1")
    refused = parakh("watchlist", "import", "ftm", path, *held, code=2)
    assert "--list" in refused.stderr
    (done,) = parakh.json("watchlist", "import", "ftm", path, "--list", "Ships", *held)["versions"]
    assert (done["list"], done["format"], done["added"]) == ("Ships", "ftm", 1)
