"""What is still to come today."""

import pytest

from parakh.screen.forecast import still_expected

EVEN = [[10] * 24]
CASES = [
    ([], [5] * 24, 12.0, 0.0),
    (EVEN, [10] * 6 + [0] * 18, 6.0, 180.0),
    (EVEN, [10] * 6 + [5] + [0] * 17, 6.5, 175.0),
    (EVEN, [10] * 24, 24.0, 0.0),
    (EVEN, [10] * 23 + [5], 23.5, 5.0),
    # The usual pace at most, and half of it at least.
    (EVEN, [1000] + [0] * 23, 12.0, 120.0),
    (EVEN, [0] * 24, 12.0, 60.0),
    # A few that are late tell little: (5 + 20) / (10 + 20).
    (EVEN, [5] + [0] * 23, 1.0, 230.0 * 25 / 30),
    ([[0] * 24, [48] + [0] * 23], [0] * 24, 0.5, 12.0 * 20 / 32),
]


@pytest.mark.parametrize(("past", "today", "passed", "expected"), CASES)
def test_what_is_still_expected(
    past: list[list[int]], today: list[int], passed: float, expected: float
) -> None:
    assert still_expected(past, today, passed) == pytest.approx(expected)
