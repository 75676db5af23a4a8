"""Values in batches: databases take only so many in one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 2_000
"""Values in one statement: a few times as many are allowed everywhere."""

ALTERNATIVES = 500
"""Conditions that are joined by OR; SQLite allows only 1,000, as each nests in the one before."""


def batches(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The values, each once and in their order, `size` at a time."""
    left = iter(dict.fromkeys(values))
    while some := list(islice(left, size)):
        yield some
