"""What a cohort brings, measured on persons that it was not learnt from.

All persons are dealt to two halves. Each half is normalised by what was learnt from the other, and
the scores of both count together, so that neither the figures nor the operating points flatter the
cohort, which in the end is learnt from all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput
from parakh.faces.catalogue import OperatingPoint
from parakh.faces.cohort import enough_for_transform, learn, shrinkage_for
from parakh.faces.embedded import Embedded
from parakh.faces.evaluation import FEW, pair_scores
from parakh.faces.folders import Half, half_of
from parakh.faces.trials import plan_searches, sample_pairs, search
from parakh.learn.faces import FAILED, FOLDS, Scores, fold_answers, threshold_for
from parakh.learn.resampling import Codes, Measured, Resampling, codes, measured
from parakh.learn.strangers import Strangers, compare_strangers

_Share = Callable[[NDArray[np.bool_], Codes], Measured | None]
"""A share with its interval, of events owned by persons."""

RATES = (1e-2, 1e-3, 1e-4, 1e-5)
FPIR = 0.01
_SURE = 0.95
_DEALT = "parakh cohort halves"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """Figures of persons held out, both halves together.

    Attributes:
        accuracy: share of pairs told rightly over ten folds.
        tar: true accept rate by false accept rate, as far as ten false answers lie behind it.
        tpir: true positive identification rate at a false positive identification rate of 1%.
        points: cosine thresholds by false match rate, on the safe side.
    """

    accuracy: Measured | None
    tar: Mapping[float, Measured]
    tpir: Measured | None
    points: tuple[OperatingPoint, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """The figures without a cohort and with it."""

    before: HeldOut
    after: HeldOut

    @property
    def deciding_rate(self) -> float | None:
        """The false accept rate at which both are compared: 0.01%, or what comes next to it."""
        shown = [rate for rate in self.before.tar if rate in self.after.tar and rate >= 1e-4]
        return min(shown, default=None)

    @property
    def pays(self) -> bool:
        """Whether the cohort costs no true accepts; False where that cannot be told."""
        rate = self.deciding_rate
        return rate is not None and self.after.tar[rate].value >= self.before.tar[rate].value


def try_cohort(done: Embedded) -> Trial:
    """Measures pictures, all of which have a vector, without a cohort and crosswise with one.

    Raises InvalidInput when the persons are too few.
    """
    # That of all, so that thresholds are of vectors as stretched as they will be in use.
    shrinkage = shrinkage_for(done.people) if enough_for_transform(done.people) else 1.0
    dealt = np.array([half_of(str(person), _DEALT) is Half.FIRST for person in done.people])
    before, after = [], []
    for inside in (dealt, ~dealt):
        cohort = learn(done.vectors[~inside], done.people[~inside], shrinkage)
        own = done.take(np.flatnonzero(inside))
        before.append(own)
        after.append(own.with_vectors(cohort.apply(own.vectors)))
    return Trial(before=measure_parts(before), after=measure_parts(after))


def measure_parts(parts: Sequence[Embedded]) -> HeldOut:
    """Figures of parts that share no person; only vectors of one part are compared.

    Intervals are drawn by persons at the thresholds found; that of the accuracy draws the first
    person of each pair.
    """
    people, persons = codes(np.concatenate([part.people for part in parts]))
    ends = np.cumsum([len(part) for part in parts])[:-1]
    found = [_score(*own) for own in zip(parts, np.split(people, ends), strict=True)]
    resampling = Resampling(persons)
    mated = np.concatenate([own.mated for own in found])
    owners = np.concatenate([own.owners for own in found])
    together = _together(found)
    size = len(together)
    limits = {rate: together.threshold_for(rate) for rate in RATES if size * rate >= FEW}

    def share(hits: NDArray[np.bool_], of: Codes) -> Measured | None:
        draws = resampling.shares(hits, of)
        return measured(int(hits.sum()), len(hits), len(np.unique(of)), draws)

    tar = {rate: share(mated >= np.float32(limit), owners) for rate, limit in limits.items()}
    return HeldOut(
        accuracy=_accuracy(found, share),
        tar={rate: own for rate, own in tar.items() if own is not None},
        tpir=_tpir(found, share),
        points=_points(together, limits, np.bincount(people), resampling),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Scored:
    """The scores of one part, and whose they are; `people` has a row for each picture."""

    people: Codes
    mated: Scores
    owners: Codes
    other: Scores
    others: Codes
    strangers: Strangers
    found: Scores
    rival: Scores
    seekers: Codes
    non_mated: Scores


def _score(part: Embedded, people: Codes) -> _Scored:
    pairs = sample_pairs(people)
    scores, first = pair_scores(pairs, part), people[pairs[:, 0]]
    same = first == people[pairs[:, 1]]
    searches = plan_searches(part.people)
    trial = search(part, searches)
    return _Scored(
        people=people,
        mated=scores[same],
        owners=first[same],
        other=scores[~same],
        others=first[~same],
        strangers=compare_strangers(part.vectors, people),
        found=trial.mated,
        rival=trial.rival,
        seekers=people[searches.mated],
        non_mated=trial.non_mated,
    )


def _together(found: Sequence[_Scored]) -> Strangers:
    """The comparisons of different persons of all parts; its rows are persons, not pictures.

    A part's own thresholds would each stand on half the false answers.
    """
    parts = [own.strangers for own in found]
    # Below the highest scores that every part kept, not all are known.
    cut = [own.highest[-1] for own in parts if len(own.highest) < len(own)]
    highest = np.concatenate([own.highest for own in parts])
    order = np.argsort(-highest, kind="stable")
    order = order[highest[order] >= max(cut, default=-np.inf)]
    first = np.concatenate([own.people[own.strangers.first] for own in found])
    second = np.concatenate([own.people[own.strangers.second] for own in found])
    return Strangers(
        counts=np.sum([own.counts for own in parts], axis=0),
        highest=highest[order],
        first=first[order],
        second=second[order],
    )


def _points(
    together: Strangers,
    limits: Mapping[float, float],
    pictures: NDArray[np.int64],
    resampling: Resampling,
) -> tuple[OperatingPoint, ...]:
    """Rising thresholds below 1, as a catalogue wants them; safe ones, since they promise a rate.

    Persons are drawn again: a threshold keeps its rate in 95 of 100 draws. The lowest rates rest on
    a few false matches, and a search of a large gallery goes by them.

    Raises InvalidInput where the pictures show fewer than two: a picture that stands under two
    names, or too few pictures.
    """
    sizes = pictures.astype(np.float64)
    # Draws are of the pairs of all persons; but only those within a part were compared.
    compared = 2 * len(together) / (sizes.sum() ** 2 - (sizes**2).sum())
    points: list[OperatingPoint] = []
    for rate, limit in limits.items():
        draws = resampling.pair_limits(
            together.highest, together.first, together.second, pictures, rate * compared
        )
        safe = limit if draws is None else max(limit, float(np.nanquantile(draws, _SURE)))
        if (points[-1].threshold if points else -1) < safe < 1:
            points.append(OperatingPoint(fmr=rate, threshold=safe))
    if len(points) < 2:
        raise InvalidInput(
            "the pictures show no two thresholds: there are too few, or some stand under two names"
        )
    return tuple(points)


def _accuracy(found: Sequence[_Scored], share: _Share) -> Measured | None:
    mated = np.concatenate([own.mated for own in found])
    other = np.concatenate([own.other for own in found])
    if min(len(mated), len(other)) < FOLDS:
        return None
    right, _ = fold_answers(mated, other)
    return share(right, np.concatenate([own.owners for own in found] + [o.others for o in found]))


def _tpir(found: Sequence[_Scored], share: _Share) -> Measured | None:
    non_mated = np.concatenate([own.non_mated for own in found])
    if len(non_mated) * FPIR < 1:
        return None
    scores = np.concatenate([own.found for own in found])
    rival = np.concatenate([own.rival for own in found])
    reached = scores >= np.float32(threshold_for(non_mated, FPIR))
    hits = reached & (scores > rival) & (scores > FAILED)
    return share(hits, np.concatenate([own.seekers for own in found]))
