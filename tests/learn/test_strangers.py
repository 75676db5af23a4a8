import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.errors import InvalidInput
from parakh.learn.faces import threshold_for
from parakh.learn.strangers import compare_strangers


def vectors(count: int, seed: int = 4) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def every_score(rows: np.ndarray, people: np.ndarray) -> np.ndarray:
    one, other = np.triu_indices(len(rows), 1)
    apart = people[one] != people[other]
    return np.sort((rows @ rows.T)[one[apart], other[apart]])[::-1]


@given(
    people=st.lists(st.integers(0, 5), min_size=0, max_size=40),
    block=st.integers(1, 16),
    most=st.integers(1, 400),
)
def test_each_pair_of_different_persons_is_compared_once(
    people: list[int], block: int, most: int
) -> None:
    rows, owners = vectors(len(people)), np.array(people, dtype=np.int64)
    own = compare_strangers(rows, owners, most=most, block=block)
    wanted = every_score(rows, owners)
    assert len(own) == len(wanted)
    assert own.highest == pytest.approx(wanted[:most], abs=1e-6)
    assert (own.first < own.second).all()
    assert (owners[own.first] != owners[own.second]).all()
    for threshold in (-0.5, 0.0, 0.5, 2.0):
        near = np.sum(np.abs(wanted - threshold) < 1e-4)
        assert abs(own.reaching(threshold) - np.sum(wanted >= threshold)) <= near


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.1, 0.5])
def test_thresholds_are_those_of_all_scores(rate: float) -> None:
    rows, owners = vectors(120), np.arange(120) // 3
    wanted = every_score(rows, owners).astype(np.float32)
    exact = compare_strangers(rows, owners).threshold_for(rate)
    assert exact == pytest.approx(threshold_for(wanted, rate), abs=1e-6)
    counted = compare_strangers(rows, owners, most=5).threshold_for(rate)
    assert exact - 1e-6 <= counted <= exact + 1e-3
    assert np.mean(wanted >= counted) <= rate


def test_a_rate_that_cannot_be_seen_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot show a rate"):
        compare_strangers(vectors(10), np.arange(10)).threshold_for(0.01)


def test_the_histogram_holds_every_pair() -> None:
    own = compare_strangers(vectors(50), np.arange(50))
    assert own.histogram(128).sum() == len(own) == 50 * 49 // 2
