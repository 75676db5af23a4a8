"""Breakers and buckets, by a clock that is set."""

import pytest

from parakh.connectors.failures import LinkFailed
from parakh.connectors.guards import Breaker, BreakerState, Bucket, jittered


class Steady:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_breaker_opens_for_longer_each_time() -> None:
    steady = Steady()
    own = Breaker(most=2, first=10, longest=15, steady=steady)
    own.enter()
    own.failed()
    own.enter()
    own.failed()
    for stays in (10, 15, 15):
        assert own.state is BreakerState.OPEN
        with pytest.raises(LinkFailed) as refused:
            own.enter()
        assert refused.value.after == pytest.approx(stays)
        steady.now += stays
        own.enter()  # one may try
        with pytest.raises(LinkFailed):
            own.enter()  # and no other meanwhile
        own.failed()
    steady.now += 15
    own.enter()
    own.worked()
    assert own.state is BreakerState.CLOSED


@pytest.mark.parametrize(
    ("a_minute", "waits"),
    [(0, [0.0] * 5), (60, [0.0] * 6 + [1.0, 2.0]), (6, [0.0, 10.0, 20.0])],
)
def test_a_bucket_keeps_to_its_rate(a_minute: int, waits: list[float]) -> None:
    own = Bucket(a_minute, steady=Steady())
    assert [own.wait() for _ in waits] == pytest.approx(waits)


def test_waits_are_anything_up_to_a_bound() -> None:
    for tries, bound in ((1, 1.0), (3, 4.0), (30, 8.0)):
        found = [jittered(tries) for _ in range(200)]
        assert 0 <= min(found) < bound / 4 < max(found) <= bound
