"""How each source of messages stands, by the messages of a week.

What came more than an hour ago, and was read, changes no more as a rule: it is read once and held
in memory, so that each turn reads the last hour only. Every six hours the whole week is read anew,
for what was read again or joined otherwise since.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from parakh.domain.performance import Feed
from parakh.store import performance_now as present
from parakh.store.performance_now import Arrival, Served

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
SETTLED = timedelta(hours=1)
ANEW = timedelta(hours=6)
FEWEST_GAPS = 8
"""Gaps between messages from which it is said what is usual."""


class FeedWeek:
    """The messages of the last week, as far as this process read them. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def measured(self, connection: sa.Connection, now: datetime) -> list[Feed]:
        """How each source of messages of the last week stands now."""
        with self._lock:
            came, served = self._read(connection, now)
        by_feed: dict[str, list[Arrival]] = {}
        for own in came:
            by_feed.setdefault(own.feed, []).append(own)
        ports: dict[str, set[str]] = {}
        for feed, port in served:
            ports.setdefault(feed, set()).add(port)
        return [_feed(name, own, ports.get(name, ()), now) for name, own in sorted(by_feed.items())]

    def _forget(self) -> None:
        self._came: list[Arrival] = []
        self._served: Served = {}
        self._begun: datetime | None = None
        self._until: datetime | None = None

    def _read(
        self, connection: sa.Connection, now: datetime
    ) -> tuple[list[Arrival], Mapping[tuple[str, str], datetime]]:
        """The messages of the week, in order, and when each feed was last about each port."""
        first = now - WEEK
        if self._begun is None or not self._begun <= now < self._begun + ANEW:
            self._forget()
            self._begun = now
        since = max(self._until or first, first)
        new = present.arrivals(connection, since, now + timedelta(seconds=1))
        served = present.served(connection, since)
        # What waits to be read may be of any feed; so does all that came after it.
        unread = present.oldest_unread(connection)
        until = max(since, min(now - SETTLED, unread or now))
        came = [own for own in self._came if own.at >= first] + new
        self._came = came[: bisect_left(came, until, key=lambda own: own.at)]
        both = self._served | served
        self._served = {own: at for own, at in both.items() if at >= first}
        self._until = until
        return came, self._served


def _feed(name: str, came: list[Arrival], ports: Iterable[str], now: datetime) -> Feed:
    today = came[bisect_left(came, now - DAY, key=lambda own: own.at) :]
    gaps = sorted(later.at - earlier.at for earlier, later in pairwise(came))
    enough = len(gaps) >= FEWEST_GAPS
    return Feed(
        at=now,
        name=name,
        posts=tuple(sorted(ports)),
        last_at=came[-1].at,
        usual=gaps[round(0.95 * (len(gaps) - 1))] if enough else None,
        messages=len(today),
        failed=sum(own.failed for own in today),
    )
