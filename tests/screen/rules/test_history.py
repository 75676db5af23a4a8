"""Rules before the history, which has tokens for some attributes and nothing for others."""

from collections.abc import Callable, Mapping

import polars as pl
import pytest

from parakh.screen.rules.language import CompiledRule, evaluate

Compile = Callable[..., CompiledRule]
Frame = Callable[..., pl.DataFrame]


def token(attribute: str, text: str) -> str:
    return f"{attribute}|{text}"


KEPT: Mapping[str, object] = {
    "traveller.name": "traveller.name|KHAN",
    "traveller.age": 22.0,
    "voyage.ports": ["DXB", "KHI"],
    "documents": [
        {"type": "P", "number": "documents.number|A1"},
        {"type": "V", "number": "documents.number|B2"},
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("traveller.name == 'KHAN'", True),
        ("'KHAN' == traveller.name", True),
        ("traveller.name != 'KHAN'", False),
        ("traveller.name in ['ALI', 'KHAN']", True),
        ("traveller.name == traveller.name", True),
        ("has(traveller.name)", True),
        ("is_empty(traveller.name)", False),
        ("in_list(traveller.name, 'watched ports')", False),
        ("documents.exists(d, d.number == 'B2')", True),
        ("documents.exists(d, documents.exists(e, d.number != e.number))", True),
        ("'A1' in documents.map(d, d.number)", True),
        ("size(distinct(documents.map(d, d.number))) == 2", True),
        ("documents[0].number == 'A1'", True),
        # What a token cannot tell
        ("traveller.name.startsWith('K')", None),
        ("traveller.name < 'L'", None),
        ("traveller.name + 'X' == 'KHANX'", None),
        ("size(traveller.name) == 4", None),
        ("documents.exists(d, d.number == traveller.name)", None),
        ("documents.exists(d, d.number.matches('A'))", None),
        ("(traveller.age > 10 ? traveller.name : 'X') == 'KHAN'", None),
        ("(true ? traveller.name : 'X').startsWith('K')", None),
        ("(true ? traveller.name : 'X').size() == 4", None),
        ("is_empty(true ? traveller.name : 'X')", None),
        ("documents.map(d, d.type == 'P' ? d.number : '').exists(n, n in ['A1'])", None),
        ("size(distinct(documents.map(d, d.type == 'P' ? d.number : ''))) == 2", None),
        ("is_empty(documents.map(d, d.type == 'P' ? d.number : '')[0])", None),
        ("is_empty(documents.filter(d, d.number.startsWith('A')))", None),
        ("(traveller.age > 10 ? traveller.name == 'KHAN' : false)", True),
        # What is not kept
        ("traveller.born < date('2000-01-01')", None),
        ("has(traveller.born)", None),
        ("age_on(traveller.born, date('2026-01-01')) < 25", None),
        ("traveller.born < date('2000-01-01') || traveller.age == 22", True),
        ("traveller.born < date('2000-01-01') && traveller.age == 23", False),
    ],
)
def test_as_kept(rule: Compile, frame_of: Frame, text: str, expected: bool | None) -> None:
    compiled = rule(text, token=token)
    assert evaluate([compiled], frame_of(compiled, KEPT))["0"].to_list() == [expected]


def test_what_is_not_kept_is_not_asked_for(rule: Compile) -> None:
    compiled = rule("traveller.born < date('2000-01-01') || traveller.age == 22", token=token)
    assert compiled.needs == {"traveller.age"}
