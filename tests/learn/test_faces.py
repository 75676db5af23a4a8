import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from parakh.errors import InvalidInput
from parakh.learn.faces import (
    FAILED,
    OpenSet,
    best_threshold,
    equal_error_rate,
    fold_accuracy,
    identification_rates,
    rank_one,
    threshold_for,
    true_accept_rates,
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


@pytest.mark.parametrize(
    ("mated", "non_mated", "expected"),
    [
        ([0.8, 0.9], [0.1, 0.2], 0.0),
        ([0.1, 0.2], [0.8, 0.9], 1.0),
        ([0.2, 0.6, 0.7, 0.8], [0.1, 0.3, 0.15, 0.65], 0.25),
        ([0.5, 0.7, 0.8, 0.9], [0.1, 0.2, 0.3, 0.6], 0.25),
    ],
)
def test_equal_error_rate(mated: list[float], non_mated: list[float], expected: float) -> None:
    assert equal_error_rate(f32(*mated), f32(*non_mated)) == pytest.approx(expected)


def test_equal_error_rate_of_two_normal_distributions() -> None:
    rng = np.random.default_rng(3)
    mated = rng.normal(2, 1, 100_000).astype(np.float32)
    non_mated = rng.normal(0, 1, 100_000).astype(np.float32)
    assert equal_error_rate(mated, non_mated) == pytest.approx(
        0.5 * math.erfc(1 / math.sqrt(2)), abs=0.003
    )


@given(non_mated=scores, rate=st.sampled_from([1.0, 0.5, 0.25, 0.1]))
def test_the_threshold_is_the_lowest_that_keeps_the_rate(
    non_mated: np.ndarray, rate: float
) -> None:
    assume(len(non_mated) * rate >= 1)
    threshold = np.float32(threshold_for(non_mated, rate))
    assert np.mean(non_mated >= threshold) <= rate + 1e-9
    lower = np.nextafter(threshold, np.float32(-np.inf))
    assert rate == 1.0 or np.mean(non_mated >= lower) > rate


def test_a_rate_that_the_data_cannot_show_is_refused_or_left_out() -> None:
    non_mated = np.zeros(99, dtype=np.float32)
    with pytest.raises(InvalidInput, match=r"99 non-mated scores cannot show a rate of 0\.01"):
        threshold_for(non_mated, 0.01)
    assert list(true_accept_rates(f32(0.5), non_mated, (0.1, 0.01))) == [0.1]


def test_true_accept_rates() -> None:
    non_mated = np.arange(100, dtype=np.float32) / 100
    mated = f32(0.05, 0.895, 0.905, 0.985, 0.995)
    rates = true_accept_rates(mated, non_mated, (0.1, 0.01))
    assert rates[0.1].value == pytest.approx(4 / 5)  # above 0.89
    assert rates[0.01].value == pytest.approx(2 / 5)  # above 0.98
    assert rates[0.1].low < 4 / 5 < rates[0.1].high


def test_a_failed_comparison_is_a_miss_at_every_rate() -> None:
    non_mated = np.linspace(-1, 0, 1000, dtype=np.float32)
    rates = true_accept_rates(f32(FAILED, 0.9), non_mated, (0.1,))
    assert rates[0.1].value == 0.5


TRIAL = OpenSet(
    mated=f32(0.9, 0.6, 0.3, 0.5, FAILED),
    rival=f32(0.2, 0.1, 0.1, 0.7, 0.1),
    non_mated=f32(*(number / 10 for number in range(-5, 5))),
)


def test_rank_one() -> None:
    assert rank_one(TRIAL).value == pytest.approx(3 / 5)


def test_a_failed_probe_is_not_found_even_in_an_empty_gallery() -> None:
    trial = OpenSet(mated=f32(FAILED), rival=f32(FAILED), non_mated=f32(0))
    assert rank_one(trial).value == 0


def test_identification_rates() -> None:
    rates = identification_rates(TRIAL, (0.5, 0.1, 0.01))
    assert list(rates) == [0.5, 0.1]  # ten searches cannot show 1%
    assert rates[0.5].value == pytest.approx(3 / 5)  # above -0.1; the fourth is not first
    assert rates[0.1].value == pytest.approx(2 / 5)  # above 0.3, so 0.3 itself is missed


@pytest.mark.parametrize(
    "measure",
    [
        lambda empty: equal_error_rate(empty, f32(1)),
        lambda empty: true_accept_rates(f32(1), empty, (0.1,)),
        lambda empty: rank_one(OpenSet(mated=empty, rival=empty, non_mated=f32(1))),
        lambda empty: identification_rates(
            OpenSet(mated=f32(1), rival=f32(0), non_mated=empty), (0.1,)
        ),
    ],
)
def test_nothing_to_measure_is_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(InvalidInput, match="no comparisons"):
        measure(f32())
