from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from parakh.errors import InvalidInput
from parakh.faces.ablation import centre_on, compare, rows_json
from parakh.faces.embedded import Embedded
from parakh.faces.figures import Plan
from parakh.faces.folders import Half, half_of

Crowd = Callable[..., Embedded]
PLAN = Plan(verify_threshold=0.5, search_threshold=lambda gallery: 0.6)


def shifted(done: Embedded) -> Embedded:
    """The same faces seen by a camera that moves all of them one way."""
    shift = np.zeros(done.vectors.shape[1])
    shift[0] = 0.5
    return done.with_vectors((done.vectors + shift).astype(np.float32))


def test_each_way_is_measured_on_the_same_pictures(crowd: Crowd) -> None:
    done = shifted(crowd([6, 1, 6, 1, 2] * 120, noise=0.14))
    both = replace(done, plain=done.vectors * 9, mirrored=done.vectors * 8)
    rows = compare(both, PLAN, Half.FIRST)
    ways = {row.way: row for row in rows if row.trial == "all pictures"}
    usual = ways["as installed"]
    assert usual.tpir is not None
    assert ways["with the mirror image"].tpir == usual.tpir  # the same vectors here
    moved, normalised = (row for way, row in ways.items() if "of the other half" in way)
    assert "normalised against the 287 persons" in normalised.way
    for row in (moved, normalised):
        assert row.tpir is not None
        assert row.tpir.value != usual.tpir.value
    trials = {row.trial for row in rows}
    assert len(trials) == 3
    by_way = {row.way: row for row in rows}
    single, joined = by_way["the first picture"].tpir, by_way["3 joined by quality"].tpir
    assert single is not None
    assert joined is not None
    assert joined.value > single.value
    assert single.trials == joined.trials
    one, three = (
        by_way["1 enrolled, the best counts"].tpir,
        by_way["3 enrolled, joined by quality"].tpir,
    )
    assert one is not None
    assert three is not None
    assert three.value > one.value
    assert [own["way"] for own in rows_json(rows)] == [row.way for row in rows]


def test_pairs_across_the_halves_are_left_out(crowd: Crowd) -> None:
    done = crowd([2] * 60 + [1] * 60, noise=0.3)
    pairs = np.column_stack([np.arange(0, 120, 2), np.arange(1, 120, 2)])
    across = np.column_stack([np.arange(0, 60), np.arange(60, 120)])
    rows = compare(done, replace(PLAN, pairs=np.concatenate([pairs, across])), Half.SECOND)
    inside = [half_of(str(person)) is Half.SECOND for person in done.people]
    wanted = sum(inside[one] and inside[two] for one, two in np.concatenate([pairs, across]))
    assert rows[0].accuracy is not None
    assert rows[0].accuracy.trials == wanted


def test_one_person_is_too_few(crowd: Crowd) -> None:
    with pytest.raises(InvalidInput, match="too few"):
        compare(crowd([5]), PLAN, Half.FIRST)


def test_the_cohort_is_taken_off() -> None:
    moved = centre_on(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0], [3.0, 1.0]]))
    assert moved.tolist() == [[1.0, 0.0]]
