"""A trouble is told once it lasts, and is over once it is well better for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from parakh.domain.phrase import phrase
from parakh.domain.trouble import (
    LIMITS,
    Key,
    Limit,
    Reading,
    Trouble,
    TroubleKind,
    TroubleState,
    follow,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = Key(kind=TroubleKind.QUEUE, post="KHI")
OVER = Limit(value=100, better=0.8, lasts=timedelta(minutes=2))
UNDER = Limit(value=85, better=1.1, under=True, least=20)
BEGINNING, OPEN, CLEARED = TroubleState.BEGINNING, TroubleState.OPEN, TroubleState.CLEARED


def reading(value: float, cases: int | None = None) -> Reading:
    return Reading(key=KEY, value=value, sentence=phrase("x"), cases=cases)


def states(limit: Limit, *values: tuple[float, float, int | None]) -> list[TroubleState | None]:
    """What becomes of readings (minute, value, cases), one after the other."""
    found: list[TroubleState | None] = []
    known: Trouble | None = None
    for minute, value, cases in values:
        after = follow(known, reading(value, cases), limit, NOON + timedelta(minutes=minute))
        found.append(after.state if after else None)
        known = None if after is None or after.state is CLEARED else after
    return found


@pytest.mark.parametrize(
    ("limit", "values", "expected"),
    [
        (OVER, [(0, 99, None)], [None]),
        (OVER, [(0, 100, None), (1, 120, None), (2, 120, None)], [BEGINNING, BEGINNING, OPEN]),
        # What nobody was told of ends at once.
        (OVER, [(0, 120, None), (1, 90, None), (2, 120, None)], [BEGINNING, CLEARED, BEGINNING]),
        # Under the limit, but not well under it: it goes on.
        (
            OVER,
            [(0, 120, None), (2, 120, None), (3, 90, None), (9, 95, None)],
            [BEGINNING, OPEN, OPEN, OPEN],
        ),
        # Well under it, for a minute without a break.
        (
            OVER,
            [(0, 120, None), (2, 120, None), (3, 70, None), (3.5, 90, None), (4, 70, None),
             (4.5, 70, None), (5, 70, None)],
            [BEGINNING, OPEN, OPEN, OPEN, OPEN, OPEN, CLEARED],
        ),
        (UNDER, [(0, 50, 19)], [None]),
        (UNDER, [(0, 85, 20)], [None]),
        (UNDER, [(0, 50, 20), (1, 90, 20), (2, 94, 20), (3, 94, 20)], [OPEN, OPEN, OPEN, CLEARED]),
        # Too few cases to say that it goes on.
        (UNDER, [(0, 50, 20), (1, 50, 3), (2, 50, 3)], [OPEN, OPEN, CLEARED]),
    ],
)  # fmt: skip
def test_what_becomes_of_readings(
    limit: Limit,
    values: list[tuple[float, float, int | None]],
    expected: list[TroubleState | None],
) -> None:
    assert states(limit, *values) == expected


def test_what_cannot_be_measured_any_more_is_over() -> None:
    known = follow(None, reading(200), Limit(value=100), NOON)
    calm = follow(known, None, Limit(value=100), NOON)
    assert calm is not None
    assert calm.state is OPEN
    over = follow(calm, None, Limit(value=100), NOON + timedelta(minutes=1))
    assert over is not None
    assert (over.state, over.cleared_at) == (CLEARED, NOON + timedelta(minutes=1))


def test_it_began_when_its_source_says() -> None:
    since = NOON - timedelta(minutes=6)
    own = Reading(key=KEY, value=6, sentence=phrase("x"), since=since)
    told = follow(None, own, Limit(value=2), NOON)
    assert told is not None
    assert (told.state, told.since, told.opened_at) == (OPEN, since, NOON)


def test_every_kind_has_a_limit() -> None:
    assert set(LIMITS) == set(TroubleKind)
