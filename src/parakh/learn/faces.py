"""How well faces are told apart: the measures of ISO/IEC 19795-1, as pure arithmetic.

Scores are similarities: higher means more alike. A comparison that could not be made, because no
face was found, carries the score -1 (`FAILED`): it counts as a non-match, as the standard asks of
generalised error rates (a failure to acquire or enrol is an error of the system, not an excuse).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput

Scores = NDArray[np.float32]

FAILED = -1.0
FOLDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A measured share with its 95% confidence interval (Wilson, 1927)."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, z: float = 1.959964) -> Rate:
    """A share and its Wilson score interval, which stays sound near 0 and 1.

    Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22, 1927.
    It takes trials as independent; several pictures of one person make it somewhat too narrow.

    Raises InvalidInput when there are no trials or more successes than trials.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise InvalidInput(f"{successes} of {trials} is not a share")
    share, square = successes / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    spread = share * (1 - share) / trials + square / (4 * trials * trials)
    half = z / (1 + square / trials) * math.sqrt(spread)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == trials else middle + half
    return Rate(value=share, low=low, high=high)


def fold_accuracy(mated: Scores, non_mated: Scores, folds: int = FOLDS) -> float:
    """Mean accuracy over folds, each judged by the threshold that is best on the others.

    The protocol of Labeled Faces in the Wild (Huang et al., 2007), View 2. Pairs are dealt to the
    folds in turn, mated and non-mated apart, so that each fold holds the same mixture.
    """
    right, fold = fold_answers(mated, non_mated, folds)
    return float(np.mean([right[fold == held].mean() for held in range(folds)]))


def fold_answers(
    mated: Scores, non_mated: Scores, folds: int = FOLDS
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether each pair, mated ones first, is told rightly by `fold_accuracy`, and its fold."""
    scores = np.concatenate([mated, non_mated]).astype(np.float64)
    same = np.concatenate([np.ones(len(mated), bool), np.zeros(len(non_mated), bool)])
    fold = np.concatenate([np.arange(len(mated)), np.arange(len(non_mated))]) % folds
    if max(len(mated), len(non_mated)) < folds:
        raise InvalidInput(f"{len(scores)} pairs are too few for {folds} folds")
    right = np.zeros(len(scores), dtype=np.bool_)
    for held in range(folds):
        inside = fold == held
        threshold = best_threshold(scores[~inside], same[~inside])
        right[inside] = (scores[inside] >= threshold) == same[inside]
    return right, fold


def best_threshold(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The threshold with the highest share of right answers; the lowest of equally good ones.

    It lies half-way between two scores; a score at or above it is a match.
    """
    order = np.argsort(scores, kind="stable")
    ranked, truth = scores[order], same[order]
    # Cutting before position i: the mated scores from i on and the non-mated ones below are right.
    mated_left = truth.sum() - np.concatenate([[0], np.cumsum(truth)])
    non_mated_below = np.concatenate([[0], np.cumsum(~truth)])
    edges = np.concatenate([[ranked[0] - 1], ranked, [ranked[-1] + 1]])
    possible = np.diff(edges) > 0  # no threshold can part equal scores
    right = np.where(possible, mated_left + non_mated_below, -1)
    cut = int(np.argmax(right))
    return float((edges[cut] + edges[cut + 1]) / 2)


def threshold_for(non_mated: Scores, rate: float) -> float:
    """The lowest threshold at which at most `rate` of the non-mated scores match.

    Raises InvalidInput when there are too few scores to see such a rate at all: with fewer than
    1 / rate of them, "none in n" proves nothing.
    """
    if len(non_mated) * rate < 1:
        raise InvalidInput(f"{len(non_mated)} non-mated scores cannot show a rate of {rate:g}")
    allowed = math.floor(len(non_mated) * rate + 1e-9)
    if allowed >= len(non_mated):
        return float(non_mated.min())
    first_refused = np.partition(non_mated, len(non_mated) - allowed - 1)[
        len(non_mated) - allowed - 1
    ]
    return float(np.nextafter(np.float32(first_refused), np.float32(np.inf)))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OpenSet:
    """What an open-set identification test needs of each search, in the terms of 19795-1.

    Attributes:
        mated: score of the probe's own reference, one a mated probe.
        rival: best score among the other references, one a mated probe.
        non_mated: best score of the whole gallery, one a probe whose person is not enrolled.
        ranks: 1 where no other person's reference is as similar, one a mated probe.
    """

    mated: Scores
    rival: Scores
    non_mated: Scores
    ranks: NDArray[np.int64] | None = None


def cumulative_match(trial: OpenSet, most: int = 20) -> list[float]:
    """Share of mated probes whose own reference is among the first 1, 2, … (CMC curve)."""
    _not_empty(trial.mated)
    if trial.ranks is None:
        raise InvalidInput("The ranks of this trial are not known")
    found = trial.ranks[trial.mated > FAILED]
    counts = np.bincount(np.minimum(found, most + 1), minlength=most + 2)
    return [float(share) for share in np.cumsum(counts)[1 : most + 1] / len(trial.mated)]


def error_versus_discard(
    scores: Scores, quality: Scores, threshold: float, shares: Sequence[float]
) -> list[float]:
    """FNMR when the share of mated comparisons with the poorest pictures is left out.

    `quality` is that of the poorer picture of each comparison. It falls where quality tells which
    comparisons fail (ISO/IEC 29794-1, error versus discard characteristic; Grother and Tabassi,
    Performance of biometric quality measures, IEEE TPAMI 29, 2007).
    """
    _not_empty(scores)
    order = np.argsort(quality, kind="stable")
    missed = (scores < threshold)[order]
    left = [int(len(missed) * share) for share in shares]
    return [float(missed[n:].mean()) if n < len(missed) else 0.0 for n in left]


def _not_empty(*scores: Scores) -> None:
    if any(len(part) == 0 for part in scores):
        raise InvalidInput("There are no comparisons to measure")
