"""Measures how posts perform, every few seconds, for the worker.

Counts of the last minutes are made anew from the records each time and put in place of those that
stood there: a crash in between, or a second worker, counts nothing twice. What is decided or comes
later is taken in every six hours, for a day back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.performance import BUCKET, Standing, bucket_of
from parakh.domain.station import Station
from parakh.services import performance_troubles
from parakh.services.centre import Centre
from parakh.store import people, posts, stations, troubles
from parakh.store import performance as store
from parakh.store import performance_now as present

EVERY = timedelta(seconds=10)
SETTLE = timedelta(hours=6)
RECENT = timedelta(minutes=65)
"""The rolling hour is counted anew each time, for hits of it are decided meanwhile."""

DAY = timedelta(days=1)
BEHIND = 5
"""A station in which so many captures wait is late."""


def measure(centre: Centre) -> bool:
    """Measures, unless it was done just now; gives whether it did."""
    now = centre.clock()
    with centre.db.maintain() as connection:
        claimed = store.claim(connection, now, EVERY, SETTLE)
    if claimed is None:
        return False
    last, settle = claimed
    # What happened while no worker ran is measured when one runs again, a day back at most.
    since = now - DAY if settle else min(last, now - RECENT)
    since, until = bucket_of(max(since, now - DAY)), bucket_of(now) + BUCKET
    with centre.db.read() as connection:
        counts = store.counted(connection, since, until)
        stood = standings(connection, now)
        feeds = centre.feeds.measured(connection, now)
    with centre.db.maintain() as connection:
        store.put_counted(connection, since, until, counts)
        store.put_standings(connection, stood)
        store.put_feeds(connection, feeds)
    performance_troubles.follow_all(centre, stood, feeds)
    with centre.db.maintain() as connection:
        store.measured(connection, now)
    centre.wall.notify()
    return True


def forget(centre: Centre) -> int:
    """Deletes figures and troubles that had their time; for the worker's housekeeping."""
    before = centre.clock() - timedelta(days=centre.settings.performance_days)
    with centre.db.maintain() as connection:
        return store.forget(connection, before) + troubles.forget(connection, before)


def standings(connection: sa.Connection, now: datetime) -> list[Standing]:
    """How every post stands: those that are kept, and every other port that somebody works at, or
    at which somebody crossed within a day."""
    units = people.units(connection)
    queues = present.queues(connection, now)
    alerts = present.alerts(connection, now, units)
    drawn = present.drawn(connection, now)
    devices = devices_by_post(connection)
    ports = {
        *posts.posts(connection), *queues, *alerts, *drawn, *devices,
        *(port for unit in units.values() for port in unit.ports),
        *store.seen(connection, now - DAY),
    }  # fmt: skip
    return [
        Standing(
            at=now,
            post=port,
            announced=queues[port].announced if port in queues else 0,
            waiting=queues[port].waiting if port in queues else 0,
            waiting_since=queues[port].since if port in queues else None,
            alerts_open=alerts.get(port, (0, 0))[0],
            alerts_late=alerts.get(port, (0, 0))[1],
            drawn=drawn.get(port, (0, 0))[0],
            drawn_done=drawn.get(port, (0, 0))[1],
            **_devices(devices.get(port, ()), now),
        )
        for port in sorted(ports)
    ]


def devices_by_post(connection: sa.Connection) -> dict[str, list[Station]]:
    """The stations that are not revoked, and were heard once, by their ports."""
    found: dict[str, list[Station]] = {}
    for own, _ in stations.all_stations(connection):
        if own.revoked_at is None and own.heard is not None:
            found.setdefault(own.port, []).append(own)
    return found


def is_down(own: Station, now: datetime) -> bool:
    """Whether it is not heard, or its camera does not work."""
    return own.silent_at(now) or (own.heard is not None and not own.heard.camera)


def is_late(own: Station) -> bool:
    """Whether captures wait in it."""
    return own.heard is not None and own.heard.waiting >= BEHIND


def _devices(own: Iterable[Station], now: datetime) -> dict[str, int]:
    counts = {"stations_up": 0, "stations_late": 0, "stations_down": 0}
    for one in own:
        kind = "down" if is_down(one, now) else "late" if is_late(one) else "up"
        counts[f"stations_{kind}"] += 1
    return counts
