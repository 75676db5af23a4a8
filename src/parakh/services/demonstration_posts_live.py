"""The demonstration's posts while somebody watches: people cross, and cameras break in turn."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import structlog

from parakh.access import Actor, Permission
from parakh.domain.station import Station
from parakh.domain.voyage import Crossing, Direction
from parakh.services import gate, stations
from parakh.services.centre import Centre
from parakh.services.demonstration_faces import LOADER
from parakh.services.demonstration_posts import (
    HOUR,
    SUDDEN,
    begun_faults,
    broken,
    capture_of,
    tries_of,
)
from parakh.services.gate_values import CrossingRequest
from parakh.simulate.people import HOME, passport_number
from parakh.simulate.posts import SITES, Fault, Passage, Site, passage
from parakh.store import performance_bulk, travellers
from parakh.store import stations as station_store
from parakh.store.captures import Capture

_log = structlog.get_logger()

TICK_SECONDS = 2.0
HEAR_SECONDS = 30.0
FAULT_SECONDS = 240.0
"""While somebody watches, something new goes wrong this often."""

_LIVE = (
    ("PKCMN", "3"),
    ("LHE", "A2"),
    ("PKTFT", "1"),
    ("KHI", "D1"),
    ("PKWGA", "2"),
    ("ISB", "A1"),
)
"""Where something goes wrong while somebody watches, in turn."""


@dataclass(kw_only=True)
class Living:
    """Lets people cross at all posts, and things go wrong, in a thread of its own."""

    centre: Centre
    seed: int
    sites: Sequence[Site] = SITES
    faults: tuple[Fault, ...] = ()
    _halt: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins."""
        self.faults = self.faults or begun_faults(self.centre.clock())
        self._thread = threading.Thread(target=self._live, name="parakh-demo-posts", daemon=True)
        self._thread.start()

    def halt(self) -> None:
        """Stops, and waits until it has."""
        self._halt.set()
        if self._thread is not None:
            self._thread.join()

    def _live(self) -> None:
        rng = Random(f"{self.seed} live")  # noqa: S311  (nothing secret)
        last = heard = fault = self.centre.clock()
        waiting = waiting_of(self.centre)
        turn = 0
        while not self._halt.wait(TICK_SECONDS):
            now = self.centre.clock()
            try:
                self.tick(rng, last, now, waiting)
                if (now - heard).total_seconds() >= HEAR_SECONDS:
                    heard = now
                    self.hear(now)
                if (now - fault).total_seconds() >= FAULT_SECONDS:
                    fault, turn = now, turn + 1
                    self.faults = (*self.faults, _next_fault(turn, now))
            except Exception:
                # A visitor's screen must go on moving, whatever one traveller met.
                _log.exception("the demonstration's posts stumbled")
            last = now

    def tick(self, rng: Random, since: datetime, until: datetime, waiting: list[str]) -> None:
        """Lets those cross who come in some seconds, and one of those who wait at times."""
        told: list[Passage] = []
        captures: list[Capture] = []
        for site in self.sites:
            rate = site.rate(until.astimezone(self.centre.settings.zone))
            if rng.random() >= rate * (until - since).total_seconds() / 3600:
                continue
            (lane,) = rng.sample(site.lanes, 1)
            own = passage(rng, site, lane, until, self.faults)
            document = passport_number(rng, HOME)
            crossing = self._cross(document, own.post, own.lane, own.direction, until)
            told.append(own)
            captures += [made] if (made := capture_of(own, crossing)) else []
        if waiting and rng.random() < (until - since).total_seconds() / 8:
            port = next(own for own in self.sites if own.post.code == SUDDEN[2])
            lane = rng.choice([own for own in port.lanes if own.startswith("A")])
            self._cross(waiting.pop(), port.post.code, lane, Direction.ENTRY, until)
        with self.centre.db.maintain() as connection:
            performance_bulk.add(connection, [], captures)
            performance_bulk.add_tries(connection, tries_of(told))

    def hear(self, now: datetime) -> None:
        """Lets every station tell how it is, one by one, as they do."""
        dark = broken(self.faults, now)
        with self.centre.db.read() as connection:
            found = [own for own, _ in station_store.all_stations(connection)]
        for own in found:
            if own.revoked_at is None:
                camera = (own.port, own.lane) not in dark
                stations.hear(self.centre, _station(own), at=self.centre.clock(), camera=camera)

    def _cross(
        self, document: str, port: str, lane: str, direction: Direction, at: datetime
    ) -> Crossing:
        request = CrossingRequest(
            document=document, port=port, lane=lane, direction=direction, at=at
        )
        return gate.cross(self.centre, LOADER, request)


def _next_fault(turn: int, now: datetime) -> Fault:
    post, lane = _LIVE[turn % len(_LIVE)]
    lasts = timedelta(seconds=FAULT_SECONDS * 1.5)
    return Fault(post=post, lane=lane, since=now, until=now + lasts, camera=True)


def _station(own: Station) -> Actor:
    return Actor(
        id=own.id,
        name=f"station:{own.name}",
        permissions=frozenset({Permission.USE_GATE}),
        ports=frozenset({own.port}),
        human=False,
        station=own.id,
    )


def waiting_of(centre: Centre) -> list[str]:
    """The passports of those who came by the charters and have not crossed yet."""
    now = centre.clock()
    found = []
    with centre.db.read() as connection:
        for voyage in travellers.voyages_between(connection, now - 2 * HOUR, now, None):
            if voyage.carrier != SUDDEN[0]:
                continue
            came = travellers.travellers_of_voyage(connection, voyage.id)
            crossings = travellers.crossings_of(connection, [own.id for own in came])
            for own in came:
                crossing = crossings.get(own.id)
                if own.documents and (crossing is None or crossing.at is None):
                    found.append(own.documents[0].number)
    return found
