"""Movements and currency declarations as JSON and as tables; enforcement records as JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.ingest import currency, enforcement, movements, schema
from parakh.ingest.goods_records import DeclaredCurrency, DeclaredEnforcement, DeclaredMovement
from parakh.ingest.reader import read as read_transmission

MOVEMENT: dict[str, Any] = {
    "reference": "M1",
    "action": "recorded",
    "kind": "weighed",
    "conveyance": {"kind": "vehicle", "number": "TLX 417", "country": "PAK"},
    "at": "2026-11-01T10:02:07+05:00",
    "place": "Torkham scale",
    "gross_kg": 21500.5,
    "empty": False,
}


def document(name: str, member: str, *rows: dict[str, Any]) -> bytes:
    return json.dumps({"format": f"parakh-{name}/1", "source": "POSTS", member: rows}).encode()


def test_a_movement_is_read_as_it_was_written() -> None:
    data = document("movements", "movements", MOVEMENT | {"colour": "white"})
    (submission,) = read_transmission(data)
    assert (submission.message_type, submission.fatal, submission.problems) == (
        "MOVEMENTS",
        False,
        (),
    )
    assert [own.text for own in submission.unmapped] == ["$.movements[0].colour"]
    (own,) = submission.goods
    assert isinstance(own, DeclaredMovement)
    assert (own.source, own.conveyance, own.gross_kg, own.empty) == (
        "POSTS",
        "TLX 417",
        "21500.5",
        "no",
    )


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"gross_kg": -1}, "$.movements[0].gross_kg must be written as"),
        ({"gross_kg": True}, "$.movements[0].gross_kg must be a number or a text or null"),
        ({"empty": "yes"}, "$.movements[0].empty must be true or false or null"),
        ({"kind": "flown"}, "$.movements[0].kind must be one of"),
        ({"place": None}, "$.movements[0].place must be a text"),
        ({"conveyance": {"kind": "vehicle"}}, "$.movements[0].conveyance.number is missing"),
        ({"at": "2026-11-01"}, "$.movements[0].at must be written as RFC 3339 says"),
        ({"reference": 7}, "$.movements[0].reference must be a text"),
    ],
)
def test_what_breaks_the_schema_is_named(change: dict[str, Any], cause: str) -> None:
    good = MOVEMENT | {"reference": "M2"}
    found = movements.read(document("movements", "movements", MOVEMENT | change, good))
    assert [own.line for own in found.problems] == [1]
    assert found.problems[0].cause.startswith(cause)
    assert len(found.goods) == 1


def test_a_table_of_movements() -> None:
    table = (
        b"source,reference,movement,conveyance,country,at,place,heading\n"
        b"POSTS,M1,sighting,TLX 417,PAK,2026-11-01T10:02:07Z,Jamrud,inland\n"
        b"POSTS,M2,sighting,TLX 418,PAK,2026-11-01T10:02:07Z,Jamrud,inland,more\n"
    )
    (submission,) = read_transmission(table)
    (own,) = submission.goods
    assert isinstance(own, DeclaredMovement)
    assert (own.conveyance_kind, own.heading, own.line) == ("vehicle", "inland", 2)
    assert [(one.line, one.column) for one in submission.problems] == [(3, 9)]


def test_a_table_of_currency_joins_the_amounts_of_a_declaration() -> None:
    table = (
        b"source,reference,direction,at,family_name,amount,currency,instrument\n"
        b"WEBOC,C1,exit,2026-11-01T10:02:07Z,NOON,100,USD,cash\n"
        b"WEBOC,C1,exit,2026-11-01T10:02:07Z,NOON,250,EUR,cheque\n"
        b"WEBOC,C1,entry,2026-11-01T10:02:07Z,NOON,9,EUR,cheque\n"
        b"WEBOC,C2,exit,2026-11-01T10:02:07Z,MIR,5,USD,\n"
    )
    (submission,) = read_transmission(table)
    first, second = submission.goods
    assert isinstance(first, DeclaredCurrency)
    assert isinstance(second, DeclaredCurrency)
    assert [(own.amount, own.currency, own.instrument) for own in first.amounts] == [
        ("100", "USD", "cash"),
        ("250", "EUR", "cheque"),
    ]
    assert second.amounts[0].instrument == "cash"
    assert [(own.line, own.cause) for own in submission.problems] == [
        (4, "says other things of its declaration than line 2")
    ]


def test_enforcement_records_keep_their_pictures_apart() -> None:
    seizure = {
        "reference": "S1",
        "action": "recorded",
        "at": "2026-11-01T10:02:07Z",
        "place": {"name": "Here"},
        "goods": [{"commodity": "gold", "quantity": 1.25}],
        "pictures": ["AAAA"],
    }
    suspect = {"reference": "P1", "action": "cancelled"}
    data = {
        "format": "parakh-enforcement/1",
        "source": "ANF",
        "seizures": [seizure],
        "suspects": [suspect],
    }
    (submission,) = read_transmission(json.dumps(data, indent=1).encode())
    assert submission.problems == ()
    first, second = submission.goods
    assert isinstance(first, DeclaredEnforcement)
    assert (first.kind, first.pictures, first.line) == ("seizure", ("AAAA",), 5)
    assert "pictures" not in first.data
    assert first.data["goods"] == [{"commodity": "gold", "quantity": "1.25"}]
    assert isinstance(second, DeclaredEnforcement)
    assert (second.kind, second.action) == ("suspect", "cancelled")


@pytest.mark.parametrize("own", [movements, currency, enforcement])
def test_schemas_are_published_and_checked_in_full(own: Any) -> None:
    loaded = schema.load(own.SCHEMA)
    assert loaded["properties"]["format"]["const"] == own.FORMAT


@given(st.binary(max_size=300))
def test_no_bytes_make_a_reader_fail(data: bytes) -> None:
    for read in (
        movements.read,
        movements.read_table,
        currency.read,
        currency.read_table,
        enforcement.read,
    ):
        found = read(data)
        assert found.goods == () or found.goods


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*MOVEMENT, "kind", "number"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(MOVEMENT)), _VALUES))
def test_no_values_make_a_reader_fail(change: dict[str, Any]) -> None:
    found = movements.read(document("movements", "movements", MOVEMENT | change))
    assert len(found.goods) + bool(found.problems) == 1
