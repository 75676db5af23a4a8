"""Values in batches."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.store.batches import AT_ONCE, batches


@pytest.mark.parametrize(
    ("values", "size", "expected"),
    [
        ([], 2, []),
        (["a"], 2, [["a"]]),
        (["a", "b", "c"], 2, [["a", "b"], ["c"]]),
        (["b", "a", "b", "b", "c"], 2, [["b", "a"], ["c"]]),
        (range(AT_ONCE + 1), AT_ONCE, [list(range(AT_ONCE)), [AT_ONCE]]),
    ],
)
def test_each_value_once_and_in_its_order(
    values: Iterable[object], size: int, expected: list[list[object]]
) -> None:
    assert list(batches(values, size)) == expected


@given(st.lists(st.integers(0, 20)), st.integers(1, 9))
def test_nothing_is_lost_and_no_batch_is_too_large(values: list[int], size: int) -> None:
    found = list(batches(values, size))
    assert [own for some in found for own in some] == list(dict.fromkeys(values))
    assert all(1 <= len(some) <= size for some in found)


def test_values_may_change_while_they_are_gone_through() -> None:
    values = {"a": 1, "b": 2}
    for some in batches(values, 1):
        values.update({own * 2: 0 for own in some})
    assert set(values) == {"a", "b", "aa", "bb"}
