"""Other ways to make, move and join vectors, each measured on the same pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput
from parakh.faces.cohort import LEAST_PERSONS, count_persons, fit
from parakh.faces.embedded import Embedded
from parakh.faces.evaluation import measure
from parakh.faces.figures import At, Plan
from parakh.faces.folders import Half, half_of
from parakh.faces.trials import join, search_vectors
from parakh.faces.vectors import Vector
from parakh.learn.faces import FAILED, FOLDS, OpenSet, fold_answers, threshold_for
from parakh.learn.resampling import Measured, Resampling, codes, measured
from parakh.learn.strangers import MOST_KEPT

FAR, FPIR = 1e-4, 0.01
GROUP = 3
MOST_GROUPS = 5
"""Groups of frames taken of one person at most, so that nobody outweighs the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One way, measured.

    Attributes:
        trial: which pictures it was measured on; only rows of one trial may be compared.
        way: what was done, in words.
        accuracy: share of pairs told rightly over ten folds.
        tar: true accept rate at a false accept rate of 0.01%.
        tpir: true positive identification rate at a false positive identification rate of 1%.
    """

    trial: str
    way: str
    accuracy: Measured | None
    tar: Measured | None
    tpir: Measured | None


def compare(done: Embedded, plan: Plan, half: Half) -> list[Row]:
    """The table of ways: of one half of the persons, with a cohort from the other.

    `done` holds both halves, with the vectors of face and mirror image apart; the pairs of the
    plan are places in it. Pairs across the halves are left out.
    """
    inside = np.array([half_of(str(person)) is half for person in done.people])
    if inside.all() or not inside.any():
        raise InvalidInput("one half of the persons is empty; there are too few to compare ways")
    rows = np.flatnonzero(inside)
    places = np.full(len(done), -1)
    places[rows] = np.arange(len(rows))
    pairs = plan.pairs
    if pairs is not None:
        pairs = places[pairs]
        pairs = pairs[(pairs >= 0).all(axis=1)]
    own, cohort = done.take(rows), done.take(np.flatnonzero(~inside))
    return [
        *_whole(own, cohort, replace(plan, pairs=pairs)),
        *_enrolled(own),
        *_frames(own),
    ]


def rows_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table as JSON: value and interval of each figure."""

    def figure(own: Measured | None) -> dict[str, Any] | None:
        if own is None:
            return None
        return {"value": own.value, "interval": [own.low, own.high], "trials": own.trials}

    return [
        {
            "trial": row.trial,
            "way": row.way,
            "accuracy": figure(row.accuracy),
            "tar_at_far_0.0001": figure(row.tar),
            "tpir_at_fpir_0.01": figure(row.tpir),
        }
        for row in rows
    ]


def centre_on(vectors: Vector, cohort: Vector) -> Vector:
    """Vectors less the mean of a cohort of strangers; not yet of length 1 again."""
    moved: Vector = vectors - cohort.mean(axis=0)
    return moved


def _whole(own: Embedded, cohort: Embedded, plan: Plan) -> Iterator[Row]:
    def row(way: str, vectors: Vector) -> Row:
        figures = measure(own.with_vectors(vectors), plan)
        return Row(
            trial="all pictures",
            way=way,
            accuracy=figures.verification.accuracy,
            tar=_rate(figures.verification.tar.get(FAR)),
            tpir=_rate(figures.identification.tpir.get(FPIR)),
        )

    yield row("as installed", own.vectors)
    if own.plain is not None and own.mirrored is not None:
        yield row("without the mirror image", own.plain)
        yield row("with the mirror image", own.plain + own.mirrored)
    strangers = cohort.vectors[cohort.usable]
    if len(strangers):
        yield row(
            f"as installed, less the mean of {len(strangers):,} pictures of the other half",
            centre_on(own.vectors, strangers),
        )
    people = cohort.people[cohort.usable]
    if count_persons(people)[0] >= LEAST_PERSONS:
        learnt = fit(strangers, people)
        yield row(
            f"as installed, normalised against the {learnt.persons:,} persons of the other half",
            learnt.apply(own.vectors),
        )


def _rate(at: At | None) -> Measured | None:
    return None if at is None else at.rate


def _enrolled(own: Embedded) -> Iterator[Row]:
    """One, two and three pictures enrolled; searches are the same from the fourth picture on.

    Persons with two or three pictures are enrolled with their first, and not searched for.
    """
    places = _by_person(own)
    several = {person: rows for person, rows in places.items() if len(rows) > GROUP}
    single = [rows[0] for rows in places.values() if len(rows) == 1]
    if not several or not single:
        return
    beside = [rows[0] for rows in places.values() if 1 < len(rows) <= GROUP]
    mated = [row for rows in several.values() for row in rows[GROUP:]]
    trial = f"pictures from the fourth on of {len(several):,} persons, and {len(single):,} others"
    for count in range(1, GROUP + 1):
        held = beside + [row for rows in several.values() for row in rows[:count]]
        yield _trial_row(
            trial,
            f"{count} enrolled, the best counts",
            _Trial(
                references=own.vectors[held],
                enrolled=own.people[held],
                mated=own.vectors[mated],
                seekers=own.people[mated],
                non_mated=own.vectors[single],
                others=own.people[single],
            ),
        )
        if count > 1:
            groups = [[row] for row in beside] + [rows[:count] for rows in several.values()]
            joined = [join(own.vectors[rows], own.quality[rows]) for rows in groups]
            yield _trial_row(
                trial,
                f"{count} enrolled, joined by quality",
                _Trial(
                    references=_unit(np.stack(joined)),
                    enrolled=own.people[[rows[0] for rows in groups]],
                    mated=own.vectors[mated],
                    seekers=own.people[mated],
                    non_mated=own.vectors[single],
                    others=own.people[single],
                ),
            )


def _frames(own: Embedded) -> Iterator[Row]:
    """Several pictures of a search: one of them, the best of them, or all joined.

    Of persons with at least four pictures every second is not enrolled, and his pictures must find
    nobody; then the others are not. Those with fewer are enrolled with their first, and not
    searched for.
    """
    sides = [side for odd in (False, True) if (side := _side(own, odd)) is not None]
    if not sides:
        return
    trial = (
        f"{sum(len(side.known) for side in sides):,} groups of {GROUP} pictures of persons who "
        f"are enrolled, and {sum(len(side.strange) for side in sides):,} of others"
    )

    def best(rows: Sequence[int]) -> Vector:
        chosen: Vector = own.vectors[max(rows, key=lambda row: (own.quality[row], own.norms[row]))]
        return chosen

    def joined(rows: Sequence[int]) -> Vector:
        return join(own.vectors[rows], own.quality[rows])

    ways = (
        ("the first picture", lambda rows: own.vectors[rows[0]]),
        ("the better of 2 by quality", lambda rows: best(rows[:2])),
        ("the best of 3 by quality", best),
        ("2 joined by quality", lambda rows: joined(rows[:2])),
        ("3 joined by quality", joined),
    )
    for way, make in ways:
        yield _trial_row(
            trial,
            way,
            *(
                _Trial(
                    references=own.vectors[side.held],
                    enrolled=own.people[side.held],
                    mated=_unit(np.stack([make(rows) for rows in side.known])),
                    seekers=own.people[[rows[0] for rows in side.known]],
                    non_mated=_unit(np.stack([make(rows) for rows in side.strange])),
                    others=own.people[[rows[0] for rows in side.strange]],
                )
                for side in sides
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """Groups of pictures of persons who are enrolled, of persons who are not, and the enrolled."""

    known: list[list[int]]
    strange: list[list[int]]
    held: list[int]


def _side(own: Embedded, odd: bool) -> _Side | None:
    """One way round; None when it leaves nothing to search with."""
    side = _Side(known=[], strange=[], held=[])
    several = 0
    for rows in _by_person(own).values():
        if len(rows) <= GROUP:
            side.held.append(rows[0])
            continue
        several += 1
        enrolled = (several % 2 == 1) is odd
        free = rows[1:] if enrolled else rows
        if enrolled:
            side.held.append(rows[0])
        groups = [free[i : i + GROUP] for i in range(0, len(free) - GROUP + 1, GROUP)]
        (side.known if enrolled else side.strange).extend(groups[:MOST_GROUPS])
    return side if side.known and side.strange else None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Trial:
    references: Vector
    enrolled: NDArray[np.str_]
    mated: Vector
    seekers: NDArray[np.str_]
    non_mated: Vector
    others: NDArray[np.str_]


def _trial_row(name: str, way: str, *trials: _Trial) -> Row:
    """Accuracy and TAR of searches against references one by one, TPIR of the whole search.

    Searches of several trials count together, each in its own gallery.
    """
    seeking = np.concatenate([own.seekers for own in trials])
    people, persons = codes(np.concatenate([seeking, *(own.others for own in trials)]))
    resampling = Resampling(persons)
    seekers, others = people[: len(seeking)], people[len(seeking) :]
    answers = [
        search_vectors(
            references=own.references,
            enrolled=own.enrolled,
            mated=own.mated,
            seekers=own.seekers,
            non_mated=own.non_mated,
        )
        for own in trials
    ]
    found = OpenSet(
        mated=np.concatenate([own.mated for own in answers]),
        rival=np.concatenate([own.rival for own in answers]),
        non_mated=np.concatenate([own.non_mated for own in answers]),
    )
    first = (found.mated > found.rival) & (found.mated > FAILED)
    impostors = np.concatenate([_impostors(own) for own in trials])
    tar = tpir = None
    if len(impostors) * FAR >= 1:
        hits = found.mated >= np.float32(threshold_for(impostors, FAR))
        tar = measured(
            int(hits.sum()), len(hits), len(np.unique(seekers)), resampling.shares(hits, seekers)
        )
    if len(others) * FPIR >= 1:
        threshold = threshold_for(found.non_mated, FPIR)
        draws = resampling.share_where(
            found.mated, seekers, resampling.limits(found.non_mated, others, FPIR), counts=first
        )
        hits = first & (found.mated >= np.float32(threshold))
        tpir = measured(int(hits.sum()), len(hits), len(np.unique(seekers)), draws)
    return Row(
        trial=name,
        way=way,
        accuracy=_accuracy(found.mated, impostors, seekers, resampling),
        tar=tar,
        tpir=tpir,
    )


def _impostors(own: _Trial) -> NDArray[np.float32]:
    """Scores of searches with references of other persons; a part of them when they are many."""
    probes = np.concatenate([own.mated, own.non_mated])
    people = np.concatenate([own.seekers, own.others])
    step = max(1, len(probes) * len(own.references) // (4 * MOST_KEPT))
    probes, people = probes[::step], people[::step]
    scores = probes @ own.references.T
    impostors: NDArray[np.float32] = scores[people[:, None] != own.enrolled[None]]
    return impostors


def _accuracy(
    mated: NDArray[np.float32],
    impostors: NDArray[np.float32],
    seekers: NDArray[np.int64],
    resampling: Resampling,
) -> Measured | None:
    """Ten folds over the mated scores and as many others, drawn by lot."""
    if min(len(mated), len(impostors)) < FOLDS:
        return None
    random = np.random.default_rng(7)
    other = random.choice(impostors, size=min(len(mated), len(impostors)), replace=False)
    right, _ = fold_answers(mated, other)
    draws = resampling.shares(right[: len(mated)], seekers) / 2 + right[len(mated) :].mean() / 2
    return measured(int(right.sum()), len(right), len(np.unique(seekers)), draws)


def _by_person(own: Embedded) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for row in np.flatnonzero(own.usable):
        places.setdefault(str(own.people[row]), []).append(int(row))
    return places


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vector = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return unit
