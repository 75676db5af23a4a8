"""Figures of an evaluation of faces (ISO/IEC 19795-1), and how they are written as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parakh.faces.embedded import Embedded
from parakh.faces.folders import Pairs
from parakh.faces.trials import Searches
from parakh.learn.faces import (
    OpenSet,
    Rate,
    Scores,
)
from parakh.learn.resampling import (
    Codes,
    Measured,
    Resampling,
)
from parakh.learn.strangers import Strangers


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is measured over vectors.

    Attributes:
        pairs: the listed pairs; without them, pairs are drawn from the pictures.
        verify_threshold: the installed threshold of 1:1 comparisons.
        search_threshold: the installed threshold of a search, by size of the gallery.
        enrolled: pictures enrolled of each person in the gallery.
    """

    verify_threshold: float
    search_threshold: Callable[[int], float]
    pairs: Pairs | None = None
    enrolled: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """A rate at a threshold behind which stand so many false answers."""

    threshold: float
    behind: int
    rate: Measured


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Verification:
    """1:1 comparison.

    Attributes:
        pairs, listed: pairs compared for accuracy, and whether a list named them.
        mated: comparisons of two pictures of one person.
        strangers: comparisons of pictures of different persons, all there are.
        accuracy: share of pairs told rightly, over ten folds.
        eer, eer_interval: equal error rate.
        tar: by false accept rate, the share of mated comparisons that match (failures do not).
        threshold: the installed one, at which the rest is told.
        fmr, fnmr: of comparisons that were made.
        gfar, gfrr: the same with failures to acquire and enrol counted as no match.
    """

    pairs: int
    listed: bool
    mated: int
    strangers: int
    accuracy: Measured | None
    eer: float | None
    eer_interval: Rate | None
    tar: Mapping[float, At]
    threshold: float
    fmr: Measured | None
    fnmr: Measured | None
    gfar: Measured | None
    gfrr: Measured | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Identification:
    """Open-set search.

    Attributes:
        gallery, references: persons enrolled, and their templates.
        mated, non_mated: searches for enrolled persons, and for others.
        rank1: share of mated searches whose own person comes first.
        cmc: share found among the first 1, 2, …
        tpir: by false positive identification rate (FPIR), the share of mated searches whose own
            person comes first and reaches the threshold.
        threshold: the installed one for this gallery, at which the rest is told.
        fpir, fnir: false positive and (rank 1) false negative identification rate there.
        missed: mated searches whose own person does not reach the threshold at any rank.
        fte: references that could not be enrolled.
    """

    gallery: int
    references: int
    mated: int
    non_mated: int
    rank1: Measured | None
    cmc: Sequence[float]
    tpir: Mapping[float, At]
    threshold: float
    fpir: Measured | None
    fnir: Measured | None
    missed: Measured | None
    fte: Measured | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Figures:
    """All that was measured, and what a report or a comparison by group needs of it.

    Attributes:
        pictures, persons: how many.
        fta: share of pictures that gave no vector.
        failures: pictures without a vector, by reason.
        refused: of the pictures with a face, the share that the gate refuses for quality.
        mated_rows, mated: places and scores of the mated pairs.
        strangers: scores of all pairs of different persons; its rows are places among `usable`.
        searches, trial: what was searched, and the scores.
        people, resampling: persons as numbers, and the draws of them.
    """

    pictures: int
    persons: int
    fta: Measured | None
    failures: Mapping[str, int]
    refused: Measured | None
    verification: Verification
    identification: Identification
    done: Embedded
    mated_rows: Pairs
    mated: Scores
    usable: NDArray[np.int64]
    strangers: Strangers
    searches: Searches
    trial: OpenSet
    people: Codes
    resampling: Resampling
    speed: Mapping[str, float | None] = field(default_factory=dict)


def to_json(figures: Figures) -> dict[str, Any]:
    """The figures as one document: values first, then all intervals and counts."""
    one, many = figures.verification, figures.identification
    return {
        "verification": {
            "pairs": one.pairs,
            "accuracy": _value(one.accuracy),
            "eer": one.eer,
            "tar_at_far": {f"{rate:g}": at.rate.value for rate, at in one.tar.items()},
            "fnmr_at_fmr": {f"{rate:g}": 1 - at.rate.value for rate, at in one.tar.items()},
            "threshold_at_far": {f"{rate:g}": at.threshold for rate, at in one.tar.items()},
            "installed": {
                "threshold": one.threshold,
                "fmr": _value(one.fmr),
                "fnmr": _value(one.fnmr),
                "gfar": _value(one.gfar),
                "gfrr": _value(one.gfrr),
            },
            "comparisons": {"mated": one.mated, "different_persons": one.strangers},
        },
        "identification": {
            "gallery": many.gallery,
            "references": many.references,
            "searches": {"mated": many.mated, "non_mated": many.non_mated},
            "rank1": _value(many.rank1),
            "tpir_at_fpir": {f"{rate:g}": at.rate.value for rate, at in many.tpir.items()},
            "threshold_at_fpir": {f"{rate:g}": at.threshold for rate, at in many.tpir.items()},
            "installed": {
                "threshold": many.threshold,
                "fpir": _value(many.fpir),
                "fnir": _value(many.fnir),
                "fnir_any_rank": _value(many.missed),
            },
            "cmc": list(many.cmc),
        },
        "ms": dict(figures.speed),
        "fta": _value(figures.fta),
        "fte": _value(many.fte) if many.fte else _value(figures.fta),
        "failures": dict(figures.failures),
        "failed": [
            {
                "file": figures.done.files[row],
                "reason": str(figures.done.reasons[row]),
                "detail": figures.done.details[row],
            }
            for row in np.flatnonzero(~figures.done.usable)
        ],
        "refused_for_quality": _value(figures.refused),
        "pictures": figures.pictures,
        "persons": figures.persons,
        "intervals": {
            "accuracy": _bounds(one.accuracy),
            "eer": None
            if one.eer_interval is None
            else [one.eer_interval.low, one.eer_interval.high],
            "rank1": _bounds(many.rank1),
            "tar_at_far": {f"{rate:g}": _bounds(at.rate) for rate, at in one.tar.items()},
            "tpir_at_fpir": {f"{rate:g}": _bounds(at.rate) for rate, at in many.tpir.items()},
        },
        "counts": {
            "accuracy": counts_json(one.accuracy),
            "fmr": counts_json(one.fmr),
            "fnmr": counts_json(one.fnmr),
            "gfar": counts_json(one.gfar),
            "gfrr": counts_json(one.gfrr),
            "rank1": counts_json(many.rank1),
            "fpir": counts_json(many.fpir),
            "fnir": counts_json(many.fnir),
            "fnir_any_rank": counts_json(many.missed),
            "fta": counts_json(figures.fta),
            "fte": counts_json(many.fte),
            "tar_at_far": {f"{rate:g}": counts_json(at.rate) for rate, at in one.tar.items()},
            "tpir_at_fpir": {f"{rate:g}": counts_json(at.rate) for rate, at in many.tpir.items()},
        },
    }


def counts_json(own: Measured | None) -> dict[str, Any] | None:
    """A share with all that stands behind it."""
    if own is None:
        return None
    return {
        "value": own.value,
        "events": own.events,
        "trials": own.trials,
        "persons": own.subjects,
        "wilson": [own.wilson.low, own.wilson.high],
        "by_person": None if own.drawn is None else [own.drawn.low, own.drawn.high],
        "rule_of_three": own.bound,
    }


def _value(own: Measured | None) -> float | None:
    return None if own is None else own.value


def _bounds(own: Measured | None) -> list[float] | None:
    return None if own is None else [own.low, own.high]
