import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.goods_samples import DOCUMENT, TABLE

from parakh.ingest import declarations, schema
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.reader import read
from parakh.ingest.submission import Submission


def document(text: str = DOCUMENT) -> Submission:
    (submission,) = read(text.encode())
    return submission


def consignments(submission: Submission) -> list[DeclaredConsignment]:
    return [own for own in submission.goods if isinstance(own, DeclaredConsignment)]


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        (lambda own: (own.reference, own.kind), ("TSTL 123456-7", "master_bill")),
        (lambda own: (own.line, own.column), (3, 1)),
        (lambda own: own.declaration.reference, "KAPE-HC-1"),
        (lambda own: own.declaration.lodged_at, "2026-11-21T07:00:00+05:00"),
        (lambda own: own.declaration.invoice_total, "4200"),
        (lambda own: own.declaration.preference_claimed, "yes"),
        (lambda own: own.declaration.documents, (("380", "INV 1"),)),
        (lambda own: (own.conveyance_kind, own.conveyance), ("vessel", "IMO 9074729")),
        (lambda own: own.parties[0].name, "Ali Traders"),
        (lambda own: (own.containers[0].number, own.containers[0].empty), ("CSQU 305438-3", "no")),
        (lambda own: (own.items[0].price, own.items[0].duty), ("4200", "630.5")),
    ],
)
def test_a_declaration_is_read(take: Callable[[Any], Any], expected: Any) -> None:
    assert take(consignments(document())[0]) == expected


def test_bad_ones_are_left_out_with_their_place_and_the_others_go_on() -> None:
    submission = document()
    own = [found.declaration for found in consignments(submission)]
    assert [found.reference for found in own if found] == ["KAPE-HC-1", "KAPE-HC-2"]
    assert [(one.line, one.column, one.cause) for one in submission.problems] == [
        (16, 1, "neither a declaration nor a transport document is named"),
        (17, 1, "$.consignments[3].declaration.office is missing"),
    ]
    assert [(one.line, one.text) for one in submission.unmapped] == [(14, "$.consignments[1].mood")]
    assert not submission.fatal


def test_when_it_was_sent_orders_what_is_said() -> None:
    envelope = document().envelope
    assert envelope is not None
    assert (envelope.sender, envelope.sent) == ("Declarations", "20261121:0800")
    assert document(DOCUMENT.replace('"sent": "2026-11-21T08:00:00Z", ', "")).envelope is None


@pytest.mark.parametrize(
    "text",
    [
        '{"format": "parakh-consignments/1", "source": "A", "consignments": [{}]}',
        '{"format": "parakh-consignments/1", "consignments": []}',
        '{"format": "parakh-consignments/1", "source": "A", "consignments": [{"action": 1}]}',
        '{"format": "parakh-consignments/1", "source": "A", "consignments": [',
    ],
)
def test_a_document_without_any_usable_record_is_fatal(text: str) -> None:
    submission = document(text)
    assert submission.fatal
    assert submission.problems
    assert submission.message_type == "CONSIGNMENTS"


def test_the_published_schema_says_the_same_as_a_validator() -> None:
    published = schema.load(declarations.SCHEMA)
    jsonschema.Draft202012Validator.check_schema(published)
    validator = jsonschema.Draft202012Validator(published["properties"]["consignments"]["items"])
    told = json.loads(DOCUMENT)["consignments"]
    assert [validator.is_valid(own) for own in told] == [True, True, True, False]


def test_a_table_has_a_row_for_each_line_of_goods() -> None:
    submission = document(TABLE)
    first, second = consignments(submission)
    assert first.declaration is not None
    assert (first.declaration.reference, first.declaration.lodged_at) == (
        "KAPE-HC-7", "2026-11-21T07:00:00Z",
    )  # fmt: skip
    assert [item.hs_code for item in first.items] == ["690721", "690722"]
    assert [item.ordinal for item in first.items] == [1, 2]
    assert (first.containers[0].number, first.containers[0].seal) == ("CSQU3054383", "S1")
    assert first.containers[0].type == "22G1"
    assert (second.reference, second.declaration) == ("TSTL7654321", None)


def test_rows_of_a_table_that_do_not_fit_are_told_with_line_and_column() -> None:
    problems = [(own.line, own.column, own.cause) for own in document(TABLE).problems]
    assert problems == [
        (3, 6, "importer_name: is not as in line 2, which holds"),
        (4, 3, "office: a declaration is known by its number and its office"),
    ]


def test_a_column_of_another_name_is_an_error() -> None:
    submission = document("reference,hs_code,colour\nB1,690721,red\n")
    assert submission.fatal
    assert "colour" in submission.problems[0].cause


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["declaration", "items", "parties", "reference", "office", "transport_document",
                 "number", "hs_code", "role", "name", "route", "containers", "documents"]
            ),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_document_raises(record: Any) -> None:
    whole = {"format": "parakh-consignments/1", "source": "A", "consignments": [record]}
    submission = document(json.dumps(whole))
    assert submission.goods or submission.problems


@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=5))
def test_no_table_raises(rows: list[list[str]]) -> None:
    text = "reference,hs_code,price\n" + "\n".join(",".join(own) for own in rows)
    assert document(text).message_type in ("CONSIGNMENTS", "")
