"""How long examinations take: from the order, and from their beginning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from parakh.domain.examination import Order


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The median and the ninth decile of some times, and how many they are of; None of none."""

    count: int
    median: timedelta | None
    ninth: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Of the orders of a terminal that were reported.

    Attributes:
        waiting: from the order until somebody began.
        service: from there until the report.
    """

    waiting: Spread
    service: Spread


def times(orders: Iterable[Order]) -> Times:
    """Of those that were begun, or reported."""
    told = list(orders)
    return Times(
        waiting=_spread([o.begun_at - o.ordered_at for o in told if o.begun_at is not None]),
        service=_spread(
            [
                o.reported_at - o.begun_at
                for o in told
                if o.reported_at is not None and o.begun_at is not None
            ]
        ),
    )


def _spread(values: Sequence[timedelta]) -> Spread:
    """Nearest-rank quantiles: each is a time that some order took."""
    ranked = sorted(values)
    if not ranked:
        return Spread(count=0, median=None, ninth=None)
    last = len(ranked)
    return Spread(
        count=last,
        median=ranked[-(-last // 2) - 1],
        ninth=ranked[-(-last * 9 // 10) - 1],
    )
