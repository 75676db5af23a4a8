from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.faces.embedded import NO_FACE, Embedded
from parakh.faces.folders import Half, half_of
from parakh.faces.trials import (
    join_templates,
    plan_searches,
    sample_pairs,
    search,
    search_vectors,
)
from parakh.learn.faces import FAILED

Crowd = Callable[..., Embedded]


@given(people=st.lists(st.integers(0, 4), max_size=60))
def test_pairs_drawn_by_lot(people: list[int]) -> None:
    owners = np.array(people, dtype=np.int64)
    pairs = sample_pairs(owners)
    same = owners[pairs[:, 0]] == owners[pairs[:, 1]]
    assert (pairs[:, 0] != pairs[:, 1]).all()
    mated = {tuple(sorted(pair)) for pair in pairs[same].tolist()}
    assert len(mated) == same.sum()
    counts = np.minimum(np.bincount(owners, minlength=1), 10)
    assert same.sum() == (counts * (counts - 1) // 2).sum()
    assert (~same).sum() <= max(10, same.sum())
    assert (pairs == sample_pairs(owners)).all()


@pytest.mark.parametrize(
    ("people", "enrolled", "references", "mated", "non_mated"),
    [
        ("aaabbc", 1, [0, 3], [1, 2, 4], [5]),
        ("aaabbc", 2, [0, 1, 3], [2, 4], [5]),  # one picture of b is left to search with
        ("ab", 1, [], [], [0, 1]),
    ],
)
def test_who_is_enrolled_and_who_is_searched(
    people: str, enrolled: int, references: list[int], mated: list[int], non_mated: list[int]
) -> None:
    own = plan_searches(list(people), enrolled)
    assert own.references.tolist() == references
    assert own.mated.tolist() == mated
    assert own.non_mated.tolist() == non_mated


def test_without_single_pictures_half_of_the_persons_are_strangers() -> None:
    people = [f"p{number}" for number in range(100) for _ in range(2)]
    own = plan_searches(people)
    assert 30 < own.gallery < 70
    assert len(own.references) == len(own.mated) == own.gallery
    assert len(own.non_mated) == 2 * (100 - own.gallery)
    first = [name for name in people if half_of(name) is Half.FIRST]
    assert 0.3 < plan_searches(first).gallery / len(set(first)) < 0.7


def unit(*angles: float) -> np.ndarray:
    radians = np.radians(angles)
    return np.column_stack([np.cos(radians), np.sin(radians)]).astype(np.float32)


def test_scores_of_searches() -> None:
    blank = np.zeros((1, 2), dtype=np.float32)
    trial = search_vectors(
        references=np.concatenate([unit(0, 60, 90), blank]),
        enrolled=np.array(["a", "a", "b", "c"]),
        mated=np.concatenate([unit(50, 80, 80), blank]),
        seekers=np.array(["a", "a", "b", "b"]),
        non_mated=np.concatenate([unit(30), blank]),
    )
    near = np.cos(np.radians([10, 20, 10])).tolist()
    assert trial.mated == pytest.approx([*near, FAILED], abs=1e-6)
    assert trial.rival[:3] == pytest.approx(np.cos(np.radians([40, 10, 20])), abs=1e-6)
    assert trial.ranks is not None
    assert trial.ranks[:3].tolist() == [1, 2, 1]
    assert trial.non_mated == pytest.approx([np.cos(np.radians(30)), FAILED], abs=1e-6)


def test_a_failed_reference_is_never_found(crowd: Crowd) -> None:
    done = crowd([2, 2, 1], noise=0.05)
    reasons = done.reasons.astype("<U20")
    reasons[0] = NO_FACE
    vectors = done.vectors.copy()
    vectors[0] = 0
    trial = search(replace(done, reasons=reasons, vectors=vectors), plan_searches(done.people))
    assert trial.mated[0] == FAILED
    assert trial.mated[1] > 0.5


def test_pictures_of_a_template_are_joined_by_quality(crowd: Crowd) -> None:
    done = crowd([3, 1])
    quality = np.array([1, 0.5, 0, 1], dtype=np.float32)
    own = replace(done, templates=("t", "t", "", ""), quality=quality)
    joined = join_templates(own)
    assert joined.files == ("t", "P0000/2.jpg", "P0001/0.jpg")
    wanted = done.vectors[0] + 0.5 * done.vectors[1]
    assert joined.vectors[0] == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-6)
    assert joined.vectors[1] == pytest.approx(done.vectors[2])


def test_a_template_fails_when_all_its_pictures_do(crowd: Crowd) -> None:
    done = crowd([3])
    vectors, reasons = done.vectors.copy(), np.array([NO_FACE, "", NO_FACE])
    vectors[[0, 2]] = 0
    own = replace(done, vectors=vectors, reasons=reasons, templates=("t", "t", "u"))
    joined = join_templates(own)
    assert joined.usable.tolist() == [True, False]
    assert joined.vectors[0] == pytest.approx(done.vectors[1], abs=1e-6)
