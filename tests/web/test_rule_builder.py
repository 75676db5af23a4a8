"""The form beside a rule's text."""

import html
import re
from typing import Any

import pytest

from parakh.domain.hit import Kind
from parakh.screen.rules.forms import Join, Operator
from parakh.web.rule_builder import Builder, Sent, built

TWO = {
    "what": ["traveller.age", "documents.type", "documents.days_to_expiry"],
    "operator": ["less", "equal", "less"],
    "value": ["25", "P", "30"],
    "until": ["", "", ""],
    "group": [0, 1, 1],
    "group_join": ["all"],
    "group_of": ["documents"],
}
TEXT = 'traveller.age < 25 && documents.exists(d, d.type == "P" && d.days_to_expiry < 30)'


def made(do: str = "change", **fields: Any) -> Builder:
    found = built(Sent.model_validate({"do": do, **fields}))
    assert found is not None
    return found


def rows(builder: Builder) -> list[tuple[int, str, str, str]]:
    return [
        (one.group, one.what, one.operator.value, one.value)
        for own in builder.blocks
        for one in own.rows
    ]


def test_a_text_is_opened_as_rows_and_rows_say_the_same_text() -> None:
    opened = made("open", text=TEXT)
    assert rows(opened) == [
        (0, "traveller.age", "less", "25"),
        (1, "documents.type", "equal", "P"),
        (1, "documents.days_to_expiry", "less", "30"),
    ]
    assert opened.text == TEXT, "what the officer wrote stays as he wrote it"
    assert made(**TWO).text == TEXT
    assert rows(made(**TWO)) == rows(opened)


def test_no_text_opens_as_one_empty_row() -> None:
    opened = made("open", text="  ")
    assert rows(opened) == [(0, "", "equal", "")]
    assert opened.text is None
    assert opened.blocks[0].rows[0].problem is None


def test_a_text_that_is_no_rule_has_no_form() -> None:
    opened = made("open", text="traveller.age <")
    assert str(opened.refused) == "The text is no rule yet; put it right first"
    assert opened.text is None


def test_the_rows_that_can_be_shown_stand_beside_parts_that_stay_text() -> None:
    text = "traveller.age < 25 && (traveller.age <\n  booking.size || has(traveller.seat))"
    opened = made("open", text=text)
    shown = [(one.what, one.written) for own in opened.blocks for one in own.rows]
    assert shown == [
        ("traveller.age", ""),
        ("", "traveller.age <\n  booking.size"),
        ("traveller.seat", ""),
    ]
    fields = {
        "what": ["traveller.age", "", "traveller.seat"],
        "operator": ["less", "equal", "is_not_null"],
        "value": ["30", "", ""],
        "until": ["", "", ""],
        "group": [0, 1, 1],
        "written": ["", "traveller.age <\r\n  booking.size", ""],
        "group_join": ["any"],
        "group_of": [""],
    }
    assert made(**fields).text == text.replace("25", "30")
    assert made("remove:2", **fields).text == "traveller.age < 30 && has(traveller.seat)"


def test_a_row_says_in_words_what_it_asks_of() -> None:
    (own,) = made("open", text="traveller.age < 25").blocks[0].rows
    assert (own.meaning, own.calculated) == ("Age on the day of the voyage", False)
    (own,) = made("open", text="size(documents) > 2").blocks[0].rows
    assert own.calculated
    chosen = made(what=["="], operator=["equal"], value=[""], until=[""], group=[0])
    (own,) = chosen.blocks[0].rows
    assert (own.what, own.calculated, own.problem) == ("", True, None)


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("add", ["traveller.age", "documents.type", "documents.days_to_expiry", ""]),
        ("add:1", ["traveller.age", "documents.type", "documents.days_to_expiry", ""]),
        ("add:9", ["traveller.age", "documents.type", "documents.days_to_expiry"]),
        ("group", ["traveller.age", "documents.type", "documents.days_to_expiry", "", ""]),
        ("remove:1", ["documents.type", "documents.days_to_expiry"]),
        ("remove:3", ["traveller.age", "documents.type"]),
        ("remove:7", ["traveller.age", "documents.type", "documents.days_to_expiry"]),
    ],
)
def test_steps(do: str, expected: list[str]) -> None:
    after = made(do, **TWO)
    assert [own for _, own, _, _ in rows(after)] == expected
    assert (after.text is None) is ("" in expected)


def test_a_group_left_without_rows_is_gone() -> None:
    fields = {**TWO, "what": TWO["what"][:2], "operator": ["less", "equal"], "group": [0, 1]}
    assert len(made("remove:2", **fields).blocks) == 1


def test_another_attribute_gets_an_operator_that_it_can_have() -> None:
    after = made(
        what=["traveller.age"], operator=["begins_with"], value=["2"], until=[""], group=[0]
    )
    assert after.blocks[0].rows[0].operator is Operator.EQUAL
    assert after.text == "traveller.age == 2"


@pytest.mark.parametrize(
    ("what", "operator", "asks"),
    [
        ("traveller.age", "less", "number"),
        ("traveller.age", "in", "several"),
        ("traveller.birth_date", "less", "date"),
        ("traveller.verified", "equal", "truth"),
        ("traveller.sex", "equal", "word"),
        ("traveller.sex", "begins_with", "text"),
        ("voyage.origin", "member_of", "list"),
        ("voyage.origin", "is_null", "none"),
        ("booking.ports", "contains", "text"),
        ("size(documents)", "less", "number"),
    ],
)
def test_a_value_has_its_field(what: str, operator: str, asks: str) -> None:
    after = made(what=[what], operator=[operator], value=[""], until=[""], group=[0])
    assert after.blocks[0].rows[0].asks == asks


def test_several_values_are_parted_by_commas() -> None:
    fields = {"what": ["voyage.origin"], "operator": ["in"], "until": [""], "group": [0]}
    after = made(value=['DXB, AUH,"a, b"'], **fields)
    assert after.text == 'voyage.origin in ["DXB", "AUH", "a, b"]'
    assert made(value=[after.blocks[0].rows[0].value], **fields).text == after.text


def test_a_row_says_what_is_missing() -> None:
    after = made(what=["traveller.age"], operator=["less"], value=["x"], until=[""], group=[0])
    assert after.text is None
    assert str(after.blocks[0].rows[0].problem) == "Write a number"


def test_a_value_that_is_not_chosen_yet_is_missing() -> None:
    for what in ("traveller.sex", "voyage.origin", "traveller.age"):
        after = made(what=[what], operator=["equal"], value=[""], until=[""], group=[0])
        assert after.text is None
        assert after.blocks[0].rows[0].problem is not None


def test_the_form_is_put_away() -> None:
    assert built(Sent(do="close")) is None


def test_another_subject_has_other_attributes() -> None:
    found = made("open", text="consignment.value > 3", subject=Kind.CONSIGNMENT)
    assert found.text == "consignment.value > 3"
    unknown = made("open", text="consignment.value > 3")
    assert str(unknown.blocks[0].rows[0].problem) == "There is no consignment"
    assert found.join is Join.ALL


def test_the_page_shows_rows_and_their_text(browser: Any) -> None:
    answer = browser("targeting").post("/rules/builder", data={"do": "open", "text": TEXT})
    assert answer.status_code == 200
    text = re.search(r'data-rule-text="([^"]*)"', answer.text)
    assert text is not None
    assert html.unescape(text[1]) == TEXT
    assert answer.text.count('name="what"') == 3
    assert 'value="traveller.religion"' not in answer.text
    assert re.search(r'<option value="traveller.age" selected>\s*Age on the day', answer.text)


def test_the_page_carries_the_editor_and_the_way_to_the_form(browser: Any) -> None:
    page = browser("targeting").get("/rules/new").text
    assert "data-rule-editor" in page
    assert "data-rule-open" in page
    assert re.search(r"rule-editor[-\w]*\.js", page)


def test_who_may_not_write_rules_builds_none(browser: Any) -> None:
    assert browser("auditor").post("/rules/builder", data={"do": "open"}).status_code == 403
