"""Quantiles of durations, from counts that can be added up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.sketch import ACCURACY, Sketch

SECONDS = st.lists(st.floats(1.0, 3600.0), min_size=1, max_size=60)


@given(SECONDS, st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_quantile_is_off_by_no_more_than_it_promises(own: list[float], share: float) -> None:
    exact = sorted(own)[int(share * (len(own) - 1))]
    found = Sketch.of(own).quantile(share)
    assert found == pytest.approx(exact, rel=ACCURACY * 1.001)


@given(SECONDS, SECONDS)
def test_two_summaries_are_the_summary_of_both(one: list[float], other: list[float]) -> None:
    assert Sketch.sum([Sketch.of(one), Sketch.of(other)]) == Sketch.of([*one, *other])


def test_nothing_has_no_quantile() -> None:
    assert Sketch.of([]).quantile(0.5) is None
    assert Sketch.of([0.2, 1.0]).bins == {0: 2}
