"""Tables that say what of theirs becomes what of ours."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.connectors.failures import LinkFailed
from parakh.connectors.mapped import Table, at
from parakh.errors import InvalidInput

# The examples of RFC 6901, section 5.
DOCUMENT: dict[str, Any] = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1),
     ("/m~0n", 8), ("/ ", 7), ("/foo/2", None), ("/foo/-1", None), ("/none/x", None)],
)  # fmt: skip
def test_places(pointer: str, value: object) -> None:
    assert at(DOCUMENT, pointer) == value


def table(**changed: Any) -> Table:
    given: dict[str, Any] = {
        "form": "parakh-movements/1",
        "items": "/data",
        "fields": {
            "/reference": "/id",
            "/action": "=recorded",
            "/conveyance/kind": "=vehicle",
            "/conveyance/number": "/car/plate",
            "/direction": "/dir",
        },
        "values": {"/direction": {"IN": "entry", "OUT": "exit"}},
    } | changed
    return Table(**given)


def test_records_are_made() -> None:
    found = {"data": [{"id": "7", "car": {"plate": "LEA-1"}, "dir": "IN", "owner": "SECRET"},
                      {"id": "8", "car": None, "dir": "XX"}]}  # fmt: skip
    made = json.loads(table().made("weigh", found))
    assert made == {
        "format": "parakh-movements/1",
        "source": "weigh",
        "movements": [
            {
                "reference": "7",
                "action": "recorded",
                "conveyance": {"kind": "vehicle", "number": "LEA-1"},
                "direction": "entry",
            },
            {
                "reference": "8",
                "action": "recorded",
                "conveyance": {"kind": "vehicle"},
                "direction": "XX",
            },
        ],
    }


@pytest.mark.parametrize(
    "changed",
    [{"form": "other/1"}, {"items": "data"}, {"fields": {}}, {"fields": {"reference": "/id"}},
     {"fields": {"/reference": "id"}}, {"following": "next"}],
)  # fmt: skip
def test_tables_that_cannot_be(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        table(**changed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda own: st.lists(own, max_size=3) | st.dictionaries(st.text(max_size=5), own, max_size=3),
    max_leaves=8,
)


@given(found=JSON | st.fixed_dictionaries({"data": st.lists(JSON, max_size=3)}))
def test_any_answer_is_mapped_or_refused(found: Any) -> None:
    try:
        made = table().made("weigh", found)
    except LinkFailed:
        return
    assert len(json.loads(made)["movements"]) == len(found["data"])
    assert made == table().made("weigh", found)
