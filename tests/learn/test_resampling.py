import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.learn.resampling import Resampling, codes, interval, log_ratio, measured

DRAWS = Resampling(40, replicates=400)


def test_each_draw_holds_as_many_persons_as_there_are() -> None:
    assert (DRAWS.weights.sum(axis=1) == 40).all()
    assert len(np.unique(DRAWS.weights, axis=0)) > 390


def test_the_same_persons_give_the_same_draws() -> None:
    assert (Resampling(40, replicates=5).weights == DRAWS.weights[:5]).all()


def test_the_spread_of_a_share_is_that_of_independent_persons() -> None:
    many = Resampling(400)
    owners = np.arange(400)
    draws = many.shares(owners < 80, owners)
    assert draws.mean() == pytest.approx(0.2, abs=0.003)
    assert draws.std() == pytest.approx(np.sqrt(0.2 * 0.8 / 400), rel=0.1)


def test_pictures_of_one_person_count_as_one_person() -> None:
    """Ten equal answers a person make ten times the comparisons, and no more certainty."""
    many = Resampling(200)
    people = np.arange(200)
    one = many.shares(people < 20, people)
    ten = many.shares(np.repeat(people < 20, 10), np.repeat(people, 10))
    assert ten == pytest.approx(one)


@given(
    sizes=st.lists(st.integers(0, 5), min_size=3, max_size=8).filter(lambda own: sum(own) > 0),
    data=st.data(),
)
def test_pairs_are_weighed_as_if_persons_were_copied(sizes: list[int], data: st.DataObject) -> None:
    own = Resampling(len(sizes), replicates=4)
    pictures = np.array(sizes)
    first = np.array([data.draw(st.integers(0, len(sizes) - 2)) for _ in range(4)])
    second = np.array([data.draw(st.integers(int(one) + 1, len(sizes) - 1)) for one in first])
    shares = own.pair_shares(first, second, pictures)
    for weights, share in zip(own.weights.astype(int), shares, strict=True):
        total = sum(
            weights[one] * weights[two] * sizes[one] * sizes[two]
            for one in range(len(sizes))
            for two in range(one + 1, len(sizes))
        )
        hits = sum(weights[one] * weights[two] for one, two in zip(first, second, strict=True))
        assert (np.isnan(share) and total == 0) or share == pytest.approx(hits / total)


def test_the_limit_of_a_rate_is_found_anew_in_each_draw() -> None:
    random = np.random.default_rng(2)
    best, owners = random.normal(size=40).astype(np.float32), np.arange(40)
    for weights, limit in zip(DRAWS.weights, DRAWS.limits(best, owners, 0.1), strict=True):
        copies = np.repeat(best, weights)
        assert np.mean(copies > limit) <= 0.1
        assert np.mean(copies >= limit) > 0.1


def test_limits_of_pairs_keep_the_rate_in_each_draw() -> None:
    random = np.random.default_rng(3)
    one, other = np.triu_indices(40, 1)
    scores = random.normal(size=len(one)).astype(np.float32)
    order = np.argsort(-scores)
    falling, first, second = scores[order], one[order], other[order]
    limits = DRAWS.pair_limits(falling, first, second, np.ones(40, dtype=int), 0.05)
    assert limits is not None
    for weights, limit in zip(DRAWS.weights.astype(int), limits, strict=True):
        weight = weights[first] * weights[second]
        total = (weights.sum() ** 2 - (weights**2).sum()) / 2
        assert weight[falling > limit].sum() <= 0.05 * total + 1e-6
        assert weight[falling >= limit].sum() > 0.05 * total


def test_shares_above_a_limit_count_what_is_asked_for() -> None:
    scores = np.array([0.9, 0.5, 0.1], dtype=np.float32)
    own = Resampling(3, replicates=50)
    owners, limits = np.arange(3), np.full(50, 0.5)
    every = own.share_where(scores, owners, limits, counts=None)
    none = own.share_where(scores, owners, limits, counts=np.array([False, True, True]))
    assert every == pytest.approx(own.weights[:, 0] / 3)  # 0.5 itself is not above 0.5
    assert not none.any()


@pytest.mark.parametrize(
    ("events", "trials", "subjects", "bound"),
    [(0, 1000, 100, 0.03), (1000, 1000, 100, 0.03), (0, 5, 2, 1.0), (1, 1000, 100, None)],
)
def test_where_nothing_is_seen_the_rule_of_three_is_told(
    events: int, trials: int, subjects: int, bound: float | None
) -> None:
    own = measured(events, trials, subjects)
    assert own is not None
    assert own.bound == bound


def test_nothing_compared_is_no_figure() -> None:
    assert measured(0, 0, 0) is None


def test_the_interval_by_person_is_shown_and_wilson_where_there_is_none() -> None:
    draws = np.linspace(0, 1, 1001)
    own = measured(50, 100, 10, draws)
    assert own is not None
    assert (own.low, own.high) == pytest.approx((0.025, 0.975))
    held = measured(50, 100, 10, np.full(1001, 0.5))
    assert held is not None
    assert held.drawn is None
    assert (held.low, held.high) == (held.wilson.low, held.wilson.high)


def test_draws_without_comparisons_tell_nothing() -> None:
    assert interval(np.array([np.nan] * 9 + [0.5]), 0.5) is None


def test_the_interval_of_a_ratio_is_that_of_its_logarithm() -> None:
    best = np.full(1000, 0.01)
    worst = 0.02 * np.exp(np.linspace(-1, 1, 1000))
    ratio = log_ratio(worst, best, 2.0)
    assert ratio is not None
    assert (ratio.low, ratio.high) == pytest.approx((2 * np.exp(-0.95), 2 * np.exp(0.95)), rel=1e-6)
    assert log_ratio(worst, best, np.inf) is None


def test_persons_become_numbers() -> None:
    places, count = codes(["b", "a", "b"])
    assert (places.tolist(), count) == ([1, 0, 1], 2)
