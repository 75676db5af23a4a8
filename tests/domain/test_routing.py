from datetime import timedelta
from itertools import pairwise

import pytest

from parakh.domain.channel import MOST_TRIES, wait_after
from parakh.domain.hit import Advice
from parakh.domain.routing import ServiceLevel, level_for

ALL = ServiceLevel(id="all")
REFER = ServiceLevel(id="refer", advice=Advice.REFER)
KHI = ServiceLevel(id="khi", unit_id="khi")
BOTH = ServiceLevel(id="both", unit_id="khi", advice=Advice.REFER)


@pytest.mark.parametrize(
    ("levels", "unit", "advice", "found"),
    [
        ([], "khi", Advice.REFER, None),
        ([ALL, REFER, KHI, BOTH], "khi", Advice.REFER, BOTH),
        ([ALL, REFER, KHI], "khi", Advice.REFER, KHI),
        ([REFER, ALL], "khi", Advice.REFER, REFER),
        ([ALL, REFER, KHI, BOTH], "lhe", Advice.REFER, REFER),
        ([ALL, REFER, KHI, BOTH], "lhe", Advice.INSPECT, ALL),
        ([REFER, KHI, BOTH], "lhe", Advice.INSPECT, None),
    ],
)
def test_the_level_that_says_most_holds(
    levels: list[ServiceLevel], unit: str, advice: Advice, found: ServiceLevel | None
) -> None:
    assert level_for(levels, unit, advice) is found


def test_waits_grow_and_end() -> None:
    waits = [wait for tries in range(1, MOST_TRIES) if (wait := wait_after(tries))]
    assert len(waits) == MOST_TRIES - 1
    assert waits[0] == timedelta(seconds=15)
    assert all(one <= other for one, other in pairwise(waits))
    assert waits[-1] == timedelta(hours=1)
    assert timedelta(hours=3) < sum(waits, timedelta()) < timedelta(hours=4)
    assert wait_after(MOST_TRIES) is None
