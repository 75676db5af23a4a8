"""The cargo model's answers: a score with its reasons, and the card of a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.phrase import Phrase


def number_of(version: str) -> str:
    """The number by which people know a model of a version (`cargo@3`)."""
    return version.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """What one feature added to a score, in log odds (Lundberg 2017: SHAP values).

    `sentence` says it in words, such as "this importer: 4 of 9 found".
    """

    feature: str
    weight: float
    sentence: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class CargoScore:
    """What a model says of one consignment.

    Attributes:
        score: calibrated probability that an examination finds something, 0 to 1.
        base: the same for any consignment, before anything is known of it.
        contributions: the largest ones first, those that lower it with a negative weight.
        revenue: score times duties and taxes at stake, in the centre's currency; None if unknown.
        inputs: what the model looked at, in the order of its card's features; NaN where unknown.
    """

    consignment_id: str
    model: str
    score: float
    base: float
    contributions: tuple[Contribution, ...]
    revenue: float | None
    at: datetime
    inputs: tuple[float, ...] = ()


class ModelState(StrEnum):
    """A model's life: one person trains it, another lets it come into force."""

    TRAINED = "trained"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """What is to be known of a model (Mitchell 2019, Model Cards for Model Reporting).

    Attributes:
        version: `cargo@N`.
        since, until: days of the outcomes that it learnt from.
        rows, found: how many consignments, and in how many of them something was found.
        features: what it looks at, by name.
        figures: precision and recall at shares of 1, 2, 5 and 10%, by track, on held-out data.
        threshold: score from which a hit is raised.
        reliability: of held-out consignments in order of score, some at a time: mean score, share
            in which something was found, and how many they are.
        digest: SHA-256 of the model's bytes.
    """

    id: str
    version: str
    state: ModelState
    since: date
    until: date
    rows: int
    found: int
    features: tuple[str, ...]
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    threshold: float = 0.5
    digest: str = ""
    reliability: tuple[tuple[float, float, int], ...] = ()
    note: str = ""
    trained_by: str = ""
    trained_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
