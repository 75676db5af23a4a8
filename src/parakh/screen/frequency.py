"""How often the words of names are borne in the population that a centre sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Frequencies:
    """Counts of people, taken from a centre's own traffic.

    Attributes:
        bearers: how many bear a word, by the spelling that stands for its group (see
            `parakh.screen.lexicon.standard`); a word that is left out is borne by none.
        population: how many people were counted.
    """

    bearers: Mapping[str, int] = field(default_factory=dict)
    population: int = 0


UNKNOWN = Frequencies()
"""Before anybody was counted."""
