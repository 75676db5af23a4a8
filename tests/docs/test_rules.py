"""docs/rules.md shows every function, and every rule in it runs."""

import re
from pathlib import Path

import polars as pl
import pytest

from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.functions import FORMS, FUNCTIONS
from parakh.screen.rules.language import compile_rule, run

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
LISTS = {"watched_ports": frozenset({"DXB"})}


def rows() -> list[list[str]]:
    """The cells of all tables; a bar in a cell is written with a backslash."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|") and "---" not in line]
    return [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
    ]


def examples() -> list[str]:
    """The rules of the third column, and those that stand by themselves."""
    found = [row[2].strip("`") for row in rows() if len(row) == 3 and row[2].startswith("`")]
    return [*found, *re.findall(r"```cel\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("text", examples())
def test_every_rule_runs(text: str) -> None:
    rule = compile_rule(text, CATALOGUE, lists=LISTS)
    schema = dict(CATALOGUE.schema(rule.needs - {"at"}))
    schema["at"] = pl.Datetime("us", "UTC")
    frame = pl.DataFrame({name: [None] for name in schema}, schema=schema)
    assert not run([rule], frame).failed


@pytest.mark.parametrize("name", [*FUNCTIONS, *FORMS])
def test_every_function_is_shown_with_its_example(name: str) -> None:
    own = FUNCTIONS.get(name) or FORMS[name]
    (row,) = [row for row in rows() if row[0] == f"`{own.signature}`"]
    assert row[1].startswith(own.meaning)
    assert row[2] == f"`{own.example}`"
