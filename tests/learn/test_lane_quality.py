"""Whether a reason beats chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from parakh.learn.lane_quality import Tally, Verdict, at_least, tally, verdict

CHANCE = Tally(given=200, examined=100, found=10)


def of(found: int, examined: int) -> Tally:
    return Tally(given=examined, examined=examined, found=found)


CASES = [
    (of(30, 100), CHANCE, Verdict.BEATS),
    (of(12, 100), CHANCE, Verdict.OPEN),
    (of(1, 100), CHANCE, Verdict.WORSE),
    (of(9, 9), CHANCE, Verdict.OPEN),
    (of(30, 100), of(0, 9), Verdict.OPEN),
    (of(0, 0), of(0, 0), Verdict.OPEN),
    (of(0, 30), of(0, 30), Verdict.OPEN),
    (of(0, 30), CHANCE, Verdict.OPEN),
    (of(10, 10), of(0, 10), Verdict.BEATS),
]


@pytest.mark.parametrize(("own", "chance", "said"), CASES)
def test_a_verdict(own: Tally, chance: Tally, said: Verdict) -> None:
    assert verdict(own, chance) is said


def test_consignments_are_counted() -> None:
    own = tally({"a", "b", "c"}, {"a": True, "b": False, "d": True})
    assert own == Tally(given=3, examined=2, found=1)
    assert own.worth == 0.5
    assert own.rate is not None
    assert own.rate.low < 0.5 < own.rate.high
    assert Tally().rate is None
    assert Tally().worth == 0.5


sizes = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(sizes, sizes)
def test_the_tail_is_fishers(own: tuple[int, int], other: tuple[int, int]) -> None:
    table = [[own[0], own[1] - own[0]], [other[0], other[1] - other[0]]]
    expected = fisher_exact(table, alternative="greater").pvalue
    assert at_least(of(*own), of(*other)) == pytest.approx(expected, abs=1e-9)
