"""Words on screen for what is compared."""

import pytest

from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.functions import FUNCTIONS
from parakh.web import labels


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("nationality", "Nationality"),
        ("name.word", "Word"),
        ("history.fastest_kmh", "Greatest speed between two ports of different journeys"),
        ("crossings", "The same person's crossings before this one, newest first"),
        ("cash_declarations.currency", "Currency"),
        ("hours_between", "Hours from one moment to another"),
        ("passenger.gone_since", "Passenger: gone since"),
    ],
)
def test_attributes_have_words(name: str, word: str) -> None:
    assert labels.attribute(name) == word


def test_nothing_that_a_rule_may_speak_of_is_shown_by_its_identifier() -> None:
    columns = [f"{own.name}.{one.name}" for own in CATALOGUE.entities for one in own.attributes]
    for name in (*columns, *FUNCTIONS):
        assert "_" not in labels.attribute(name)
