from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.normalise.assemble import traveller_of
from parakh.screen.grouping import Pair, group, near
from parakh.screen.persons import LINK, Identity, compare
from parakh.simulate.journeys import appearances

TODAY = date(2026, 11, 1)


def identity(name: str, born: str, *numbers: str, sex: Sex = Sex.FEMALE) -> Identity:
    family, _, given_names = name.partition(", ")
    return Identity.made(
        name=PersonName(family=family, given=given_names),
        birth_date=PartialDate.parse(born),
        sex=sex,
        nationality="PAK",
        documents=[
            Document(
                type=DocumentType.VISA if number.startswith("V") else DocumentType.PASSPORT,
                number=number,
                issuer="PAK",
            )
            for number in numbers
        ],
    )


MAID = identity("KHAN, AISHA", "1985-02-17", "AB1234567")
VISA = identity("KHAN, AISHA", "1985-02-17", "AB1234567", "V40302010")
WIFE = identity("QURESHI, AISHA", "1985-02-17", "CD7654321", "V40302010")
THIEF = identity("SATTI, RUBINA", "1991-06-07", "CD7654321")


def persons(*args: object, **kwargs: object) -> set[frozenset[str]]:
    found = group(*args, **kwargs)  # type: ignore[arg-type]
    return {frozenset(link.traveller_id for link in links) for links in found}


def pair(one: str, other: str) -> Pair:
    return frozenset((one, other))


def test_a_chain_of_documents_links_what_has_nothing_in_common() -> None:
    assert compare(MAID, WIFE).confidence < LINK
    assert persons({"a": MAID, "b": VISA, "c": WIFE, "d": THIEF}) == {frozenset("abc")}


def test_each_link_says_why() -> None:
    links = {link.traveller_id: link for link in group({"a": MAID, "b": VISA, "c": WIFE})[0]}
    assert (links["a"].other, links["c"].other) == ("b", "b")
    assert str(links["c"].reasons[0]) == "Same visa PAK V40302010"


@pytest.mark.parametrize(
    ("same", "different", "expected"),
    [
        pytest.param([], [("b", "c")], {"ab"}, id="split off"),
        pytest.param([("a", "d")], [], {"abcd"}, id="a human joins"),
        pytest.param([("b", "d")], [("b", "c")], {"abd"}, id="both"),
        pytest.param([], [("a", "b"), ("b", "c"), ("a", "c")], set(), id="none is another"),
        pytest.param([("a", "z")], [("z", "b")], {"abc"}, id="about somebody not here"),
    ],
)
def test_decisions_stand_above_what_is_computed(
    same: list[tuple[str, str]], different: list[tuple[str, str]], expected: set[str]
) -> None:
    found = persons(
        {"a": MAID, "b": VISA, "c": WIFE, "d": THIEF},
        {pair(*own) for own in same},
        {pair(*own) for own in different},
    )
    assert found == {frozenset(own) for own in expected}


def test_a_decided_link_says_so() -> None:
    links = group({"a": MAID, "d": THIEF}, {pair("a", "d")})[0]
    assert all(link.decided for link in links)


def test_decisions_that_contradict_are_refused() -> None:
    with pytest.raises(ValueError, match="not to be"):
        group({"a": MAID, "b": VISA}, {pair("a", "b")}, {pair("a", "b")})


def test_father_and_son_stay_two_though_a_record_has_something_of_both() -> None:
    father = identity("MARWAT, GULAB", "1960-03-04", "AB1111111", sex=Sex.MALE)
    son = identity("MARWAT, GULAB", "1991-06-17", "CD2222222", sex=Sex.MALE)
    both = replace(father, documents=father.documents + son.documents, birth_date=None)
    found = persons({"a": father, "b": both, "c": son})
    assert found in ({frozenset("ab")}, {frozenset("bc")})


def test_a_person_of_many_voyages_is_one() -> None:
    many = {f"{number:04d}": VISA for number in range(400)} | {"x": MAID, "y": WIFE}
    assert persons(many) == {frozenset(many)}


_SAMPLE = [traveller_of(own.person.declared(), "", TODAY) for own in appearances(3, 60, TODAY)]
IDENTITIES = {
    f"{number:04d}": Identity.made(
        name=own.name,
        birth_date=own.birth_date,
        sex=own.sex,
        nationality=own.nationality,
        documents=own.documents,
    )
    for number, own in enumerate(_SAMPLE)
}


@given(st.permutations(sorted(IDENTITIES)), st.data())
def test_persons_do_not_depend_on_the_order(order: list[str], data: st.DataObject) -> None:
    pairs = [pair(*own) for own in combinations(sorted(IDENTITIES)[:12], 2)]
    different = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6)))
    one = group(IDENTITIES, different=different)
    assert group({own: IDENTITIES[own] for own in order}, different=different) == one
    for links in one:
        members = [link.traveller_id for link in links]
        assert not different & {pair(*own) for own in combinations(members, 2)}


def test_near_finds_what_a_comparison_of_all_would() -> None:
    found = near(IDENTITIES, IDENTITIES, LINK)
    for one, other in combinations(sorted(IDENTITIES), 2):
        assert (other in found[one]) == (
            compare(IDENTITIES[one], IDENTITIES[other]).confidence >= LINK
        )


def test_links_are_right_and_most_are_found() -> None:
    known = appearances(5, 700, TODAY)
    assert known == appearances(5, 700, TODAY)
    truth = {f"{place:04d}": own.truth for place, own in enumerate(known)}
    people = [traveller_of(own.person.declared(), "", TODAY) for own in known]
    found = persons(
        {
            f"{place:04d}": Identity.made(
                name=own.name,
                birth_date=own.birth_date,
                sex=own.sex,
                nationality=own.nationality,
                documents=own.documents,
            )
            for place, own in enumerate(people)
        }
    )
    linked = [truth[one] == truth[other] for own in found for one, other in combinations(own, 2)]
    true = sum(truth[one] == truth[other] for one, other in combinations(truth, 2))
    assert sum(linked) / len(linked) > 0.97
    assert sum(linked) / true > 0.94
