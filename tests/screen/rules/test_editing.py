"""What an editor is told while a rule is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.screen.rules.catalogue import Catalogue
from parakh.screen.rules.editing import complete, describe, diagnose

LISTS = {"watched ports": {"DXB"}, "carriers": {"PK"}}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ["traveller", "voyage", "history", "documents", "hours_between"]),
        ("trav", ["traveller"]),
        ("traveller.", ["age", "sex", "nationality", "name"]),
        ("traveller.na", ["nationality", "name"]),
        ("traveller.age > 3 && voy", ["voyage"]),
        ("documents.", ["exists", "all", "exists_one", "filter", "map", "size"]),
        ("documents.exists(d, ", ["d", "traveller", "voyage"]),
        ("documents.exists(doc, do", ["doc", "documents"]),
        ("documents.exists(d, d.", ["type", "issuer", "number"]),
        ("documents.exists(d, d.typ", ["type"]),
        ('documents.exists(d, d.type == "', ["P", "V"]),
        ('traveller.sex in ["M", "', ["M", "F"]),
        ('traveller.sex == "F', ["F"]),
        ('in_list(voyage.origin, "', ["carriers", "watched ports"]),
        ('in_list(country_of(voyage.origin), "wa', ["watched ports"]),
        ('traveller.sex == "F" && in_list(voyage.origin, "wa', ["watched ports"]),
        ("hou", ["hours_between", "hours_before_departure", "hour_of"]),
        ("voyage.origin.sta", ["startsWith"]),
        ('voyage.origin == "D', []),
        ("traveller.age > 2", []),
        ("documents.exists(d, d.pages > 3) && d", ["documents"]),
        ("documents.exists(d, size(d.stamps) > 1 && d", ["d", "documents"]),
        ("documents.exists(d2, d2.ty", ["type"]),
        ('"trav', []),
    ],
)
def test_completion(small: Catalogue, text: str, first: list[str]) -> None:
    found = [own.label for own in complete(text, len(text), small, LISTS)]
    assert found[: len(first)] == first
    assert first or not found


def test_a_candidate_replaces_the_word_begun(small: Catalogue) -> None:
    text = "traveller.nat == 3"
    (found,) = complete(text, 13, small)
    assert (found.start, found.insert, found.type) == (10, "nationality", "text")
    assert str(found.meaning) == "Nationality (ISO 3166)"
    assert found.example == 'traveller.nationality == "PAK"'


def test_a_protected_attribute_is_shown_with_its_reason(small: Catalogue) -> None:
    (found,) = complete("traveller.rel", 13, small)
    assert found.refused == "it must not decide"


@pytest.mark.parametrize(
    ("word", "title", "type_"),
    [
        ("traveller", "traveller", "entity"),
        ("age", "traveller.age", "number"),
        ("documents", "documents", "list"),
        ("exists", "list.exists(one, condition)", "function"),
        ("issuer", "documents.issuer", "text"),
        ("ports", "voyage.ports", "list of text"),
        ("hours_between", "hours_between(from, to)", "function"),
        ("now", "now", "function"),
        ("departs", "voyage.departs", "moment"),
    ],
)
def test_help(small: Catalogue, word: str, title: str, type_: str) -> None:
    text = (
        "traveller.age > 3 && documents.exists(d, d.issuer in voyage.ports) "
        "&& hours_between(now, voyage.departs) < 3"
    )
    start = text.index(word)
    found = describe(text, start + 1, small)
    assert found is not None
    assert (found.title, found.type) == (title, type_)
    assert (found.start, found.end) == (start, start + len(word))


@pytest.mark.parametrize("text", ["'traveller'", "  ", "unknown", "traveller.zzz", "zzz(1)"])
def test_no_help(small: Catalogue, text: str) -> None:
    assert describe(text, len(text) - 1 if text != "'traveller'" else 3, small) is None


def test_diagnosis(small: Catalogue) -> None:
    assert diagnose("traveller.age > 3 && in_list(voyage.origin, 'carriers')", small, LISTS) == ()
    assert [own.column for own in diagnose("x == 1 || y == 2", small)] == [1, 11]
    assert [own.column for own in diagnose("traveller.age >", small)] == [16]


@given(st.text(alphabet="traveldocumnsx._(\"',[= )", max_size=40), st.integers(0, 45))
def test_any_text_can_be_edited(text: str, offset: int) -> None:
    catalogue = Catalogue(entities=())
    complete(text, offset, catalogue, LISTS)
    describe(text, offset, catalogue)
    diagnose(text, catalogue)
