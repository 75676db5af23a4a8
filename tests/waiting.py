"""Waiting for another thread or process, with patience for a machine that has other work."""

import time
from collections.abc import Callable

SECONDS = 60


def until(condition: Callable[[], object]) -> None:
    """Comes back once it holds; fails when it never does."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
