from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parakh.domain.delivery import Delivery, delivery
from parakh.domain.voyage import Direction, Mode, Voyage

LEAVES = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
VOYAGE = Voyage(
    id="v", mode=Mode.AIR, carrier="PK", number="214", origin="DXB", destination="KHI",
    departure=None, arrival=None, due_at=None, direction=Direction.ENTRY, leaves_at=LEAVES,
)  # fmt: skip


@pytest.mark.parametrize(
    ("came", "now", "state"),
    [
        (-2 * HOUR, 0 * HOUR, Delivery.ON_TIME),
        (-1 * HOUR, 0 * HOUR, Delivery.ON_TIME),
        (-HOUR / 2, 0 * HOUR, Delivery.LATE),
        (2 * HOUR, 3 * HOUR, Delivery.LATE),
        (None, -2 * HOUR, Delivery.AWAITED),
        (None, -1 * HOUR, Delivery.DUE),
        (None, 0 * HOUR, Delivery.MISSING),
        (None, 9 * HOUR, Delivery.MISSING),
    ],
)
def test_how_it_stands(came: timedelta | None, now: timedelta, state: Delivery) -> None:
    received = None if came is None else LEAVES + came
    assert delivery(VOYAGE, received, LEAVES + now, HOUR) is state
    cancelled = replace(VOYAGE, cancelled=True)
    assert delivery(cancelled, received, LEAVES + now, HOUR) is Delivery.CANCELLED


def test_without_a_departure_nothing_is_late() -> None:
    voyage = replace(VOYAGE, leaves_at=None)
    assert delivery(voyage, LEAVES, LEAVES, HOUR) is Delivery.ON_TIME
    assert delivery(voyage, None, LEAVES, HOUR) is Delivery.AWAITED
