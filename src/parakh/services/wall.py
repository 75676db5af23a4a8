"""Wakes those who wait for news of alerts, in this process; the news itself is in the database."""

import threading
from collections.abc import Callable


class WallBus:
    """Subscribers are called, from any thread, after commits that may bring news to a wall."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, Callable[[], None]] = {}
        self._next = 0

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Adds a subscriber; gives the function that takes it off again."""
        with self._lock:
            key = self._next = self._next + 1
            self._waiting[key] = wake
        return lambda: self._leave(key)

    def notify(self) -> None:
        """Wakes every subscriber."""
        with self._lock:
            waiting = list(self._waiting.values())
        for wake in waiting:
            wake()

    def _leave(self, key: int) -> None:
        with self._lock:
            self._waiting.pop(key, None)
