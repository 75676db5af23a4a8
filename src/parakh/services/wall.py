"""Brings news of alerts to live walls: read once for all of them, and handed to whom it concerns.

The news itself is in the database, numbered in the order of commits; here are only those who wait
for it in this process.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from parakh import metrics
from parakh.store import alerts
from parakh.store.alerts import WallEvent
from parakh.store.database import Database

_log = structlog.get_logger()

POLL_SECONDS = 0.25
"""How often news of other processes is looked for while somebody listens."""

BATCH = 1000
"""Most events that are read at once."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listener:
    """Whose events somebody hears (None: all units'), and how he is told of them."""

    units: frozenset[str] | None
    take: Callable[[Sequence[WallEvent]], None]


class WallFeed:
    """Reads new events once, whoever listens; a thread of its own, while somebody does.

    Five hundred walls that each asked the database would keep it from its work.
    """

    def __init__(self, database: Database, bus: WallBus) -> None:
        self._database = database
        self._bus = bus
        self._lock = threading.Lock()
        self._listeners: dict[int, _Listener] = {}
        self._next = 0
        self._last = -1
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def listen(
        self, units: frozenset[str] | None, take: Callable[[Sequence[WallEvent]], None]
    ) -> Callable[[], None]:
        """Hands `take` the events of some units from now on; gives the function that ends it.

        `take` is called from the feed's thread, with the oldest first, and must not wait. What was
        committed before is not told: read it from the database after this call, and no event is
        missing in between.
        """
        with self._lock:
            if self._thread is None:
                with self._database.read() as connection:
                    self._last = alerts.last_wall_event(connection)
                self._thread = threading.Thread(target=self._run, name="parakh-wall", daemon=True)
                self._thread.start()
            key = self._next = self._next + 1
            self._listeners[key] = _Listener(units=units, take=take)
            metrics.WALL_LISTENERS.inc()
        return lambda: self._leave(key)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def close(self) -> None:
        """Ends the thread; nobody is told anything any more."""
        self._closed = True
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _leave(self, key: int) -> None:
        with self._lock:
            if self._listeners.pop(key, None) is not None:
                metrics.WALL_LISTENERS.dec()

    def _run(self) -> None:
        leave = self._bus.subscribe(self._news.set)
        try:
            while not self._closed:
                self._news.wait(POLL_SECONDS)
                self._news.clear()
                if not self._hand_out():
                    return
        finally:
            leave()

    def _hand_out(self) -> bool:
        """One look at what is new; False when nobody listens any more, and the thread ends."""
        with self._lock:
            if not self._listeners:
                self._thread = None
                return False
            listeners = list(self._listeners.values())
        try:
            with self._database.read() as connection:
                found = alerts.wall_after(connection, self._last, None, BATCH)
        except sa.exc.SQLAlchemyError:
            _log.exception("walls could not be told")
            return True
        if not found:
            return True
        self._last = found[-1].seq
        if len(found) == BATCH:
            self._news.set()
        for own in listeners:
            mine = found if own.units is None else [e for e in found if e.unit_id in own.units]
            if mine:
                own.take(mine)
        return True
