import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from parakh.errors import InvalidInput
from parakh.learn.faces import (
    best_threshold,
    fold_accuracy,
    threshold_for,
    wilson,
)

score = st.floats(-1, 1, width=32).map(lambda value: round(value, 2))
scores = hnp.arrays(np.float32, st.integers(1, 60), elements=st.floats(-1, 1, width=32))


def f32(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # Brown, Cai, DasGupta, Statistical Science 16, 2001
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 100, 0.0018, 0.0545),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson_intervals(successes: int, trials: int, low: float, high: float) -> None:
    rate = wilson(successes, trials)
    assert rate.value == successes / trials
    assert rate.low == pytest.approx(low, abs=2e-4)
    assert rate.high == pytest.approx(high, abs=2e-4)


@given(trials=st.integers(1, 10_000), data=st.data())
def test_an_interval_holds_its_share(trials: int, data: st.DataObject) -> None:
    rate = wilson(data.draw(st.integers(0, trials)), trials)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_an_impossible_share_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(InvalidInput):
        wilson(successes, trials)


@pytest.mark.parametrize(
    ("values", "same", "expected"),
    [
        ([0.1, 0.9], [False, True], 0.5),
        ([0.1, 0.2, 0.6, 0.8], [False, False, True, True], 0.4),
        ([0.1, 0.5, 0.5, 0.9], [False, True, True, True], 0.3),
        ([0.1, 0.7, 0.5, 0.9], [False, False, True, True], 0.3),
        ([0.4, 0.6], [True, True], -0.1),  # below all
        ([0.4, 0.6], [False, False], 1.1),  # above all
    ],
)
def test_the_best_threshold(values: list[float], same: list[bool], expected: float) -> None:
    assert best_threshold(np.array(values), np.array(same)) == pytest.approx(expected)


@given(
    rows=st.lists(st.tuples(score, st.booleans()), min_size=1, max_size=40),
)
def test_no_threshold_is_better_than_the_best(rows: list[tuple[float, bool]]) -> None:
    values = np.array([value for value, _ in rows], dtype=np.float64)
    same = np.array([truth for _, truth in rows])

    def right(threshold: float) -> float:
        return float(np.mean((values >= threshold) == same))

    tried = [*values, *(values + 1e-6), values.min() - 1, values.max() + 1]
    assert right(best_threshold(values, same)) == pytest.approx(max(map(right, tried)))


def test_accuracy_of_perfect_and_of_useless_scores() -> None:
    assert fold_accuracy(np.full(50, 0.9, np.float32), np.full(50, 0.1, np.float32)) == 1
    flat = np.full(50, 0.5, np.float32)
    assert fold_accuracy(flat, flat) == 0.5


def test_accuracy_counts_each_fold_by_the_threshold_of_the_others() -> None:
    # One false match far above everything, in fold 0: it never moves the other folds' threshold.
    mated = np.linspace(0.6, 0.8, 20, dtype=np.float32)
    non_mated = np.linspace(0.0, 0.2, 20, dtype=np.float32)
    non_mated[0] = 0.95
    assert fold_accuracy(mated, non_mated) == pytest.approx(39 / 40)


def test_too_few_pairs_for_the_folds_are_refused() -> None:
    with pytest.raises(InvalidInput, match="too few for 10 folds"):
        fold_accuracy(f32(0.5), f32(0.1))


@given(non_mated=scores, rate=st.sampled_from([1.0, 0.5, 0.25, 0.1]))
def test_the_threshold_is_the_lowest_that_keeps_the_rate(
    non_mated: np.ndarray, rate: float
) -> None:
    assume(len(non_mated) * rate >= 1)
    threshold = np.float32(threshold_for(non_mated, rate))
    assert np.mean(non_mated >= threshold) <= rate + 1e-9
    lower = np.nextafter(threshold, np.float32(-np.inf))
    assert rate == 1.0 or np.mean(non_mated >= lower) > rate
