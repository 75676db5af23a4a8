"""How well the installed models tell faces apart, measured on pictures of known persons.

The words and measures are those of ISO/IEC 19795-1:2021. `embed_folder` makes vectors once;
`measure` is arithmetic over them, so that other ways to make, join or move vectors can be measured
on the same pictures.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput
from parakh.faces.embedded import POOR, Embedded, Engine
from parakh.faces.figures import At, Figures, Identification, Plan, Verification
from parakh.faces.folders import Pairs
from parakh.faces.gallery import Gallery
from parakh.faces.trials import Searches, join_templates, plan_searches, sample_pairs, search
from parakh.faces.vectors import to_template
from parakh.learn.faces import (
    FAILED,
    FOLDS,
    OpenSet,
    Scores,
    cumulative_match,
    fold_answers,
    threshold_for,
)
from parakh.learn.resampling import (
    Codes,
    Draws,
    Measured,
    Resampling,
    codes,
    interval,
    measured,
    thinning,
)
from parakh.learn.strangers import Strangers, compare_strangers

FALSE_ACCEPT_RATES = (0.1, 0.01, 0.001, 0.0001, 0.00001)
FALSE_POSITIVE_RATES = (0.1, 0.01, 0.001)
SEARCHES = 500
FEW = 10
"""With fewer false answers behind a threshold, it is as much chance as measurement."""


def plan_for(engine: Engine, *, pairs: Pairs | None = None, fpir: float = 0.01) -> Plan:
    """A plan at the thresholds of the installed models.

    `fpir` is the false positive identification rate that the search threshold is made for.
    """
    return Plan(
        pairs=pairs,
        verify_threshold=engine.verify_threshold,
        search_threshold=lambda gallery: engine.search_threshold(gallery, fpir),
    )


def measure(done: Embedded, plan: Plan, engine: Engine | None = None) -> Figures:
    """Verification and open-set identification over vectors.

    - Accuracy: over the listed pairs, ten folds; without a list, over mated pairs (at most 45 a
      person) and as many pairs of different persons, drawn by lot.
    - TAR, EER, FMR: the mated pairs against all pictures of different persons, since a few hundred
      pairs cannot show a false accept rate of 0.001.
    - Identification: the first picture of each person with several is enrolled, his others are the
      mated searches, persons with one picture the non-mated ones.

    With an engine, the milliseconds of a search are measured as well.

    Raises InvalidInput when there is nothing to compare.
    """
    if plan.pairs is not None and any(done.templates):
        raise InvalidInput("pairs name pictures; they cannot be used with templates")
    if any(done.templates):
        done = join_templates(done)
    people, persons = codes(done.people)
    resampling = Resampling(persons)
    pairs = sample_pairs(people) if plan.pairs is None else plan.pairs
    same = people[pairs[:, 0]] == people[pairs[:, 1]]
    mated, non_mated = pair_scores(pairs[same], done), pair_scores(pairs[~same], done)
    usable = np.flatnonzero(done.usable)
    strangers = compare_strangers(done.vectors[usable], people[usable])
    searches = plan_searches(done.people, plan.enrolled)
    trial = search(done, searches)
    seen = np.flatnonzero(done.usable | (done.reasons == POOR))
    return Figures(
        pictures=len(done),
        persons=persons,
        fta=_share(~done.usable, people, resampling),
        failures=_by_reason(done),
        refused=_share(_refused(done)[seen], people[seen], resampling),
        verification=_verification(
            plan, _Pairs(pairs, same, mated, non_mated), strangers, usable, people, resampling
        ),
        identification=_identification(plan, done, searches, trial, people, resampling),
        done=done,
        mated_rows=pairs[same],
        mated=mated,
        usable=usable,
        strangers=strangers,
        searches=searches,
        trial=trial,
        people=people,
        resampling=resampling,
        speed={
            "detect": _median(done.detect),
            "embed": _median(done.embed),
            "search": None if engine is None else _search_ms(done, people, searches, engine),
        },
    )


def pair_scores(pairs: Pairs, done: Embedded) -> Scores:
    """The score of each pair; FAILED where either picture has no vector."""
    one, other = done.vectors[pairs[:, 0]], done.vectors[pairs[:, 1]]
    scores: Scores = np.einsum("ij,ij->i", one, other).astype(np.float32)
    scores[~(done.usable[pairs[:, 0]] & done.usable[pairs[:, 1]])] = FAILED
    return scores


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    places: Pairs
    same: NDArray[np.bool_]
    mated: Scores
    non_mated: Scores


def _verification(
    plan: Plan,
    pairs: _Pairs,
    strangers: Strangers,
    usable: NDArray[np.int64],
    people: Codes,
    resampling: Resampling,
) -> Verification:
    owners = people[pairs.places[pairs.same][:, 0]]
    subjects = len(np.unique(owners))
    crowd = _Crowd(strangers, people[usable], resampling)
    tar = {}
    for rate in FALSE_ACCEPT_RATES:
        if len(strangers) * rate < 1 or not len(owners):
            continue
        threshold = strangers.threshold_for(rate)
        draws = resampling.share_where(
            pairs.mated, owners, crowd.limits(rate, threshold), counts=None
        )
        hits = int((pairs.mated >= np.float32(threshold)).sum())
        found = measured(hits, len(owners), subjects, draws)
        if found is not None:
            tar[rate] = At(threshold=threshold, behind=int(len(strangers) * rate), rate=found)
    threshold = plan.verify_threshold
    missed, made = pairs.mated < np.float32(threshold), pairs.mated > FAILED
    false = strangers.reaching(threshold)
    sizes = np.bincount(people)
    attempted = int((sizes.sum() ** 2 - (sizes**2).sum()) // 2)
    eer, eer_draws = equal_errors(pairs.mated, owners, crowd)
    return Verification(
        pairs=len(pairs.places),
        listed=plan.pairs is not None,
        mated=len(owners),
        strangers=len(strangers),
        accuracy=_accuracy(pairs, people, resampling),
        eer=eer,
        eer_interval=None if eer is None or eer_draws is None else interval(eer_draws, eer),
        tar=tar,
        threshold=threshold,
        fmr=crowd.rate(false, len(strangers), crowd.pictures),
        fnmr=_share(missed[made], owners[made], resampling),
        gfar=crowd.rate(false, attempted, sizes),
        gfrr=_share(missed, owners, resampling),
    )


class _Crowd:
    """Comparisons of different persons, drawn again person by person."""

    def __init__(self, strangers: Strangers, people: Codes, resampling: Resampling) -> None:
        self.strangers = strangers
        self.first, self.second = people[strangers.first], people[strangers.second]
        self.pictures = np.bincount(people, minlength=resampling.subjects)
        self.subjects = int((self.pictures > 0).sum())
        self.resampling = resampling

    def limits(self, rate: float, threshold: float) -> Draws:
        """The score to be exceeded for a rate, draw by draw; the same for all where not all the
        scores near it were kept, since it hardly moves then."""
        draws = self.resampling.pair_limits(
            self.strangers.highest, self.first, self.second, self.pictures, rate
        )
        if draws is not None:
            return draws
        return np.full(len(self.resampling), float(np.nextafter(np.float32(threshold), -np.inf)))

    def rate(self, false: int, trials: int, pictures: NDArray[np.int64]) -> Measured | None:
        """The share of false matches among all pairs of these numbers of pictures."""
        draws = None
        if false <= len(self.first):
            draws = self.resampling.pair_shares(self.first[:false], self.second[:false], pictures)
        return measured(false, trials, self.subjects, draws, units=self.subjects // 2)


def equal_errors(mated: Scores, owners: Codes, crowd: _Crowd) -> tuple[float | None, Draws | None]:
    """The rate at which false matches and misses are equally frequent, and its draws."""
    strangers = crowd.strangers
    if not len(mated) or not len(strangers):
        return None, None
    rising = np.sort(mated)
    edges = np.arange(len(strangers.counts) + 1) / (len(strangers.counts) // 2) - 1
    missed = np.searchsorted(rising, edges, side="left") / len(mated)
    false = strangers.reaching_steps() / len(strangers)
    nearest = int(np.argmin(np.abs(missed - false)))
    value = float(missed[nearest] + false[nearest]) / 2
    needed = int(3 * value * len(strangers)) + 100
    if needed > len(strangers.highest) < len(strangers):
        return value, None
    return value, _equal_draws(mated, owners, crowd, needed)


def _equal_draws(mated: Scores, owners: Codes, crowd: _Crowd, needed: int) -> Draws:
    order = np.argsort(mated, kind="stable")
    people = owners[order]
    step = thinning(min(needed, len(crowd.first)))
    part = slice(step // 2, needed, step)
    first, second = crowd.first[part], crowd.second[part]
    below = np.searchsorted(mated[order], crowd.strangers.highest[part], side="left")
    totals = crowd.resampling.pair_totals(crowd.pictures)
    result = np.full(len(totals), np.nan)
    for draw, row in enumerate(crowd.resampling.weights):
        summed = np.concatenate([[0], np.cumsum(row[people], dtype=np.int64)])
        if summed[-1] == 0 or totals[draw] == 0:
            continue
        false = step * np.cumsum(row[first].astype(np.int32) * row[second]) / totals[draw]
        missed = summed[below] / summed[-1]
        nearest = int(np.argmin(np.abs(false - missed)))
        result[draw] = (false[nearest] + missed[nearest]) / 2
    return result


def _accuracy(pairs: _Pairs, people: Codes, resampling: Resampling) -> Measured | None:
    """Share of right answers over ten folds; drawn by the persons of each pair."""
    sizes = (len(pairs.mated), len(pairs.non_mated))
    if max(sizes) < FOLDS or not min(sizes):
        return None
    right, _ = fold_answers(pairs.mated, pairs.non_mated)
    places = np.concatenate([pairs.places[pairs.same], pairs.places[~pairs.same]])
    one, other = people[places[:, 0]], people[places[:, 1]]
    draws = np.full(len(resampling), np.nan)
    for draw, row in enumerate(resampling.weights):
        weight = np.where(one == other, row[one], row[one].astype(np.int64) * row[other])
        if weight.sum():
            draws[draw] = weight[right].sum() / weight.sum()
    return measured(int(right.sum()), len(right), len(np.unique(people[places])), draws)


def _identification(
    plan: Plan,
    done: Embedded,
    searches: Searches,
    trial: OpenSet,
    people: Codes,
    resampling: Resampling,
) -> Identification:
    seekers, others = people[searches.mated], people[searches.non_mated]
    first = (trial.mated > trial.rival) & (trial.mated > FAILED)
    threshold = plan.search_threshold(searches.gallery)
    reached = trial.mated >= np.float32(threshold)
    tpir = {}
    for rate in FALSE_POSITIVE_RATES:
        if len(others) * rate < 1 or not len(seekers):
            continue
        own = threshold_for(trial.non_mated, rate)
        limits = resampling.limits(trial.non_mated, others, rate)
        draws = resampling.share_where(trial.mated, seekers, limits, counts=first)
        hits = int((first & (trial.mated >= np.float32(own))).sum())
        found = measured(hits, len(first), len(np.unique(seekers)), draws)
        if found is not None:
            tpir[rate] = At(threshold=own, behind=int(len(others) * rate), rate=found)
    return Identification(
        gallery=searches.gallery,
        references=len(searches.references),
        mated=len(searches.mated),
        non_mated=len(searches.non_mated),
        rank1=_share(first, seekers, resampling),
        cmc=cumulative_match(trial) if len(first) else (),
        tpir=tpir,
        threshold=threshold,
        fpir=_share(trial.non_mated >= np.float32(threshold), others, resampling),
        fnir=_share(~(first & reached), seekers, resampling),
        missed=_share(~reached, seekers, resampling),
        fte=_share(~done.usable[searches.references], people[searches.references], resampling),
    )


def _share(events: NDArray[np.bool_], owners: Codes, resampling: Resampling) -> Measured | None:
    """The share of events, each owned by one person."""
    return measured(
        int(events.sum()), len(events), len(np.unique(owners)), resampling.shares(events, owners)
    )


def _refused(done: Embedded) -> NDArray[np.bool_]:
    """Which pictures the gate would not accept for their quality."""
    return np.array([bool(said) for said in done.advice], dtype=np.bool_)


def _by_reason(done: Embedded) -> dict[str, int]:
    reasons, counts = np.unique(done.reasons[~done.usable], return_counts=True)
    return {str(reason): int(count) for reason, count in zip(reasons, counts, strict=True)}


def _search_ms(done: Embedded, people: Codes, searches: Searches, engine: Engine) -> float | None:
    """Median milliseconds of a search as the gate does it; None when nothing can be searched."""
    gallery = Gallery(engine.model_id, engine.dimension)
    for row in searches.references[done.usable[searches.references]]:
        template = to_template(engine.model_id, done.vectors[row])
        gallery.enrol(f"{row}", template, f"{people[row]}")
    spent = []
    for row in searches.mated[:SEARCHES]:
        if done.usable[row]:
            probe = to_template(engine.model_id, done.vectors[row])
            start = time.perf_counter()
            gallery.search(probe)
            spent.append((time.perf_counter() - start) * 1000)
    return _median(spent)


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if len(values) else None
