from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase


def test_a_phrase_is_its_template_with_its_values() -> None:
    value = phrase(N_("{hits} hits on {name}"), hits=2, name="نون")
    assert value.template == "{hits} hits on {name}"
    assert value.values == {"hits": "2", "name": "نون"}
    assert str(value) == "2 hits on نون"
    assert str(phrase(N_("{template}"), template="x")) == "x"


@given(st.text())
def test_a_value_is_never_taken_for_a_template(text: str) -> None:
    assert str(phrase(N_("<{value}>"), value=text)) == f"<{text}>"


def test_identifiers_sort_by_time_and_are_never_alike() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(len(own) == 32 and set(own) <= set("0123456789abcdef") for own in made)
    assert [own[:12] for own in made] == sorted(own[:12] for own in made)
