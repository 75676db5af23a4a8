"""`parakh rules`: brought in, listed, checked, given out, tried."""

import json
from pathlib import Path
from typing import Any

import pytest

FILE = """
[[rule]]
name = "Young"
text = "traveller.age < 25"
reason = "Couriers are young"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(FILE)
    return path


def test_a_file_is_brought_in_listed_shown_and_given_out(parakh: Any, file: Path) -> None:
    assert parakh("rules", "import", file).stdout == "Young@1  draft\n"
    assert parakh.json("rules", "import", file) == [
        {"rule": "Young", "version": 1, "changed": False}
    ]
    (row,) = parakh.json("rules", "list")
    assert (row["rule"], row["standing"], row["hits"]) == ("Young", "draft", 0)
    assert parakh("rules", "list", "--standing", "in_force").stdout == ""
    assert "Young@1  (draft, priority 3): 0 hits" in parakh("rules", "list").stdout
    shown = parakh("rules", "show", "Young").stdout
    assert "   1  traveller.age < 25" in shown
    assert parakh.json("rules", "show", row["id"])["versions"][0]["state"] == "draft"
    assert "there is no rule" in parakh("rules", "show", "Other", code=2).stderr
    told = json.loads(parakh("rules", "export", "Young").stdout)
    assert told["rule"][0]["text"] == "traveller.age < 25"
    assert json.loads(parakh("rules", "export").stdout) == {"rule": []}


def test_a_text_or_a_file_is_checked(parakh: Any, tmp_path: Path) -> None:
    assert "it needs traveller.age" in parakh("rules", "check", "traveller.age < 25").stdout
    told = parakh("rules", "check", "traveller.agee < 25", code=1).stdout
    assert told.startswith("1:")
    path = tmp_path / "rule.cel"
    path.write_text("traveller.age <\n  25 &&")
    found = parakh.json("rules", "check", path, code=1)
    assert found["problems"][0]["line"] == 2
    assert parakh.json("rules", "check", "x" * 5000, code=1)["problems"]


def test_a_rule_is_tried_on_the_history(parakh: Any, file: Path) -> None:
    parakh("rules", "import", file)
    for told in ("Young", "traveller.age < 25"):
        assert "no history" in parakh("rules", "backtest", told, code=1).stderr
    assert "line 1" in parakh("rules", "backtest", "traveller.age <", code=2).stderr
