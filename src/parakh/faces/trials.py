"""Which pictures an evaluation compares and searches, and the scores of the searches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from parakh.faces.embedded import Embedded
from parakh.faces.folders import Half, Pairs, half_of
from parakh.faces.vectors import Vector
from parakh.learn.faces import FAILED, OpenSet, Scores
from parakh.learn.resampling import Codes

Rows = NDArray[np.int64]

MOST_OF_ONE = 10
"""Pairs are drawn from so many pictures of a person at most, so that nobody outweighs the rest."""
MOST_PAIRS = 3000
_BLOCK = 512
_LEAST_SINGLE = 0.1
_SEED = 7
_ENROLLED = "parakh evaluation enrolled"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Searches:
    """An open-set trial, as places among the pictures.

    Attributes:
        references: the pictures enrolled.
        mated: searches for persons who are enrolled.
        non_mated: searches for persons who are not.
        gallery: persons enrolled.
    """

    references: Rows
    mated: Rows
    non_mated: Rows
    gallery: int


def sample_pairs(people: Codes) -> Pairs:
    """Mated pairs of at most ten pictures a person, and as many of two persons, drawn by lot.

    The same pictures give the same pairs. At most 3,000 of two persons are drawn.
    """
    order = np.argsort(people, kind="stable")
    edges = np.flatnonzero(np.diff(people[order])) + 1
    mated = []
    for rows in np.split(order, edges):
        chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_OF_ONE)).astype(int)]
        one, other = np.triu_indices(len(chosen), 1)
        mated.append(np.column_stack([chosen[one], chosen[other]]))
    same = np.concatenate(mated) if mated else np.empty((0, 2), dtype=np.int64)
    random = np.random.default_rng(_SEED)
    drawn = random.integers(0, max(1, len(people)), (4 * MOST_PAIRS, 2))
    different = drawn[people[drawn[:, 0]] != people[drawn[:, 1]]] if len(people) else drawn[:0]
    return np.concatenate([same, different[: min(MOST_PAIRS, max(len(same), 10))]]).astype(np.int64)


def plan_searches(people: Sequence[str] | NDArray[np.str_], enrolled: int = 1) -> Searches:
    """Enrols the first pictures of persons with several; the others are searches.

    Persons with a single picture are the searches that must find nobody. Where these are fewer
    than a tenth of all persons, half of the persons with several (by a keyed hash of the name, but
    not the one of `half_of`) are not enrolled either, and all their pictures are such searches.
    """
    places: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        places.setdefault(str(person), []).append(place)
    several = [person for person, rows in places.items() if len(rows) > 1]
    single = len(places) - len(several)
    chosen = set(several)
    if single < _LEAST_SINGLE * len(places):
        chosen = {person for person in several if half_of(person, _ENROLLED) is Half.FIRST}
    references, mated, non_mated = list[int](), list[int](), list[int]()
    for person, rows in places.items():
        if person in chosen:
            held = min(enrolled, len(rows) - 1)
            references += rows[:held]
            mated += rows[held:]
        else:
            non_mated += rows
    return Searches(
        references=np.array(references, dtype=np.int64),
        mated=np.array(mated, dtype=np.int64),
        non_mated=np.array(non_mated, dtype=np.int64),
        gallery=len(chosen),
    )


def search(done: Embedded, searches: Searches) -> OpenSet:
    """Every search against the gallery."""
    return search_vectors(
        references=_vectors(done, searches.references),
        enrolled=done.people[searches.references],
        mated=_vectors(done, searches.mated),
        seekers=done.people[searches.mated],
        non_mated=_vectors(done, searches.non_mated),
    )


def search_vectors(
    *,
    references: Vector,
    enrolled: NDArray[np.str_],
    mated: Vector,
    seekers: NDArray[np.str_],
    non_mated: Vector,
) -> OpenSet:
    """Searches vectors against those enrolled, a block at a time.

    A vector of zeros stands for a failure and is never found. A person enrolled with several
    pictures counts once, by the best.
    """
    order = np.argsort(enrolled, kind="stable")
    people, starts = np.unique(enrolled[order], return_index=True)
    held = references[order]
    own = np.searchsorted(people, seekers)
    mine = np.full(len(mated), FAILED, dtype=np.float32)
    rival = np.full(len(mated), FAILED, dtype=np.float32)
    ranks = np.ones(len(mated), dtype=np.int64)
    for start in range(0, len(mated), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scores = _scores(mated[rows], held, starts)
        column = own[rows, None]
        mine[rows] = np.take_along_axis(scores, column, axis=1)[:, 0]
        np.put_along_axis(scores, column, FAILED, axis=1)
        rival[rows] = scores.max(axis=1, initial=FAILED)
        ranks[rows] = 1 + (scores >= mine[rows, None]).sum(axis=1)
    best = np.full(len(non_mated), FAILED, dtype=np.float32)
    for start in range(0, len(non_mated), _BLOCK):
        rows = slice(start, start + _BLOCK)
        best[rows] = _scores(non_mated[rows], held, starts).max(axis=1, initial=FAILED)
    return OpenSet(mated=mine, rival=rival, non_mated=best, ranks=ranks)


def join_templates(done: Embedded) -> Embedded:
    """One row for each template: its usable pictures together, weighed by quality.

    Pictures without a template's name stay as they are. A template fails when all its pictures do.
    """
    names = [name or f"\0{place}" for place, name in enumerate(done.templates)]
    rows: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        rows.setdefault(name, []).append(place)
    groups = [
        np.array(sorted(own, key=lambda row: done.reasons[row] != ""), dtype=np.int64)
        for own in rows.values()
    ]
    firsts = np.array([own[0] for own in groups], dtype=np.int64)
    joined = done.take(firsts)
    vectors = np.stack([join(done.vectors[own], done.quality[own]) for own in groups])
    labels = tuple(done.templates[row] or done.files[row] for row in firsts)
    return replace(joined.with_vectors(vectors), files=labels, templates=("",) * len(labels))


def join(vectors: Vector, quality: NDArray[np.float32]) -> Vector:
    """Several vectors of one person as one: their mean, weighed by quality, not yet of length 1."""
    weights = np.maximum(quality, 0.01)
    joined: Vector = (weights[:, None] * vectors).sum(axis=0) / weights.sum()
    return joined


def _vectors(done: Embedded, rows: Rows) -> Vector:
    return done.vectors[rows]


def _scores(probes: Vector, held: Vector, starts: Rows) -> Scores:
    """The best score with each person; FAILED where probe or all references are zeros."""
    if not len(held):
        return np.empty((len(probes), 0), dtype=np.float32)
    scores = probes @ held.T
    scores[:, ~held.any(axis=1)] = FAILED
    scores[~probes.any(axis=1)] = FAILED
    best: Scores = np.maximum.reduceat(scores, starts, axis=1)
    return best
