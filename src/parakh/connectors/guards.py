"""What keeps one bad system from harming the centre, and the centre from harming it.

A breaker (closed, open, half-open) stops asking a system that fails; a bulkhead bounds how many
threads one system may hold, and how many may wait for it; a bucket keeps to its rate. All are for
several threads, and take the steady clock as an argument so that tests can set it.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from time import monotonic

from parakh.connectors.failures import LeftAlone, LinkFailed
from parakh.domain.connector import Outcome

Steady = Callable[[], float]


class BreakerState(StrEnum):
    """Closed: all goes through. Open: nothing does. Half-open: one may try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after `most` failures in a row; each time it opens again it stays open twice as long.

    It stays open for `first` seconds, at most `longest`; then one request alone is let through,
    and what becomes of it closes the breaker or opens it again.
    """

    def __init__(
        self,
        *,
        most: int = 5,
        first: float = 15.0,
        longest: float = 600.0,
        steady: Steady = monotonic,
    ) -> None:
        self._most, self._first, self._longest = most, first, longest
        self._steady = steady
        self._lock = threading.Lock()
        self._failures = 0
        self._opened = 0
        self._until = 0.0
        self._trying = False

    @property
    def state(self) -> BreakerState:
        """How it stands now."""
        if self._failures < self._most:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._steady() < self._until else BreakerState.HALF_OPEN

    def enter(self) -> None:
        """Asks to let a request through; raises LinkFailed where it does not."""
        with self._lock:
            state = self.state
            if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self._trying):
                raise LeftAlone(max(0.0, self._until - self._steady()))
            self._trying = state is BreakerState.HALF_OPEN

    def worked(self) -> None:
        """A request went well: it closes."""
        with self._lock:
            self._failures, self._opened, self._trying = 0, 0, False

    def failed(self) -> None:
        """A request failed in a way that speaks against the system."""
        with self._lock:
            self._failures += 1
            self._trying = False
            if self._failures >= self._most:
                self._until = self._steady() + min(
                    self._first * float(2**self._opened), self._longest
                )
                self._opened += 1


class Bulkhead:
    """At most `most` at once, and `queue` who wait, each `patience` seconds at most."""

    def __init__(self, *, most: int, queue: int, patience: float) -> None:
        self._places = threading.Semaphore(most)
        self._queue = threading.Semaphore(most + queue)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request; raises LinkFailed where too many wait, or it takes too long."""
        if not self._queue.acquire(blocking=False):
            raise LinkFailed("too many wait for it already", Outcome.LIMITED, again=False)
        try:
            if not self._places.acquire(timeout=self._patience):
                raise LinkFailed("others took too long with it", Outcome.LIMITED, again=False)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


class Bucket:
    """So many a minute, a tenth of them at once; 0 for as many as there are."""

    def __init__(self, a_minute: int, *, steady: Steady = monotonic) -> None:
        self._rate = a_minute / 60
        self._size = max(1.0, a_minute / 10)
        self._steady = steady
        self._lock = threading.Lock()
        self._left = self._size
        self._at = steady()

    def wait(self) -> float:
        """Takes one; gives the seconds to wait before it is used."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._steady()
            self._left = min(self._size, self._left + (now - self._at) * self._rate)
            self._at = now
            self._left -= 1
            return max(0.0, -self._left / self._rate)


def jittered(tries: int, *, first: float = 0.5, longest: float = 8.0) -> float:
    """Seconds until the next try after `tries` in vain: anything up to a bound that doubles.

    Full jitter (M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015): many who
    failed at once do not come back at once.
    """
    return random.uniform(0.0, min(longest, first * 2**tries))  # noqa: S311
