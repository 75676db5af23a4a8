"""Everything that GTAS's rule language can say can be said in ours, as docs/gtas.md claims."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from parakh.domain.hit import Kind
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.language import compile_rule

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "gtas.md"
REFERENCE = ROOT.parent / "shared" / "reference" / "gtas_rule_attributes.json"
CODE = re.compile(r"`([^`]+)`")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading; a bar in a cell is written with a backslash."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
    ]


ATTRIBUTES, OPERATORS = rows("Attributes"), rows("Operators")


@pytest.fixture
def gtas() -> Any:
    if not REFERENCE.exists():
        pytest.skip("GTAS's attributes are not at ../shared/reference")
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [*ATTRIBUTES, *OPERATORS], ids=lambda own: ".".join(own[:2]))
def test_each_row_is_a_rule(row: list[str]) -> None:
    found = CODE.fullmatch(row[-1])
    assert found
    assert compile_rule(found[1], CATALOGUE.of(Kind.TRAVELLER)).needs


def test_there_is_a_row_for_every_attribute_that_gtas_shows(gtas: Any) -> None:
    shown = [
        (entity, own["field"], own["label"])
        for entity, attributes in gtas["entities"].items()
        for own in attributes
        if own["shown"]
    ]
    assert [tuple(row[:3]) for row in ATTRIBUTES] == shown
    assert len(shown) == 124


def test_there_is_a_row_for_every_operator_of_gtas(gtas: Any) -> None:
    known = [(own["name"], own["label"]) for own in gtas["operators"]]
    assert [tuple(row[:2]) for row in OPERATORS] == known
    assert len(known) == 22
