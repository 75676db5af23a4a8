"""The demonstration's thirty posts: a day lived through at once, then live with incidents.

The day before is lived through with the clock set back. Crossings come through the gate's own door
while somebody watches; those of the day before are added in bulk, as another system hands over its
past. Pictures are figures only: nobody stands before these cameras.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random

import structlog

from parakh.access import Role
from parakh.domain.capture import CaptureAnswer
from parakh.domain.face import NO_PAD_CHECK, Comparison, Quality
from parakh.domain.hit import Advice, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.performance import bucket_of
from parakh.domain.phrase import phrase
from parakh.domain.station import Heartbeat, StationKind
from parakh.domain.trouble import TroubleKind
from parakh.domain.unit import Unit
from parakh.domain.voyage import Crossing, CrossingState
from parakh.ingest.records import DeclaredVoyage
from parakh.services import (
    intake,
    performance_measuring,
    posts,
    queue,
    stations,
)
from parakh.services.centre import Centre
from parakh.services.demonstration_faces import LOADER
from parakh.services.gate import NEXT
from parakh.simulate.messages import paxlst
from parakh.simulate.people import HOME, Person, Route, passengers
from parakh.simulate.posts import SITES, THRESHOLD, Fault, Passage, passages
from parakh.store import performance, performance_bulk
from parakh.store import stations as station_store
from parakh.store.captures import Capture
from parakh.store.performance import Place

_log = structlog.get_logger()

REGIONS = tuple(sorted({site.post.region for site in SITES}))
UNITS = tuple(
    Unit(
        id=f"demo-region-{region.lower()}",
        name=f"Regional centre {region}",
        ports=frozenset(own.post.code for own in SITES if own.post.region == region),
        region=region,
        regional=True,
    )
    for region in REGIONS
)
PEOPLE: Mapping[str, tuple[Role, str, str]] = {
    "regional": (Role.GATE, "demo-region-peshawar", "Peshawar regional centre"),
}
BACK = timedelta(hours=24)
"""So much of the past is lived through at the start."""


_MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_KABUL, _DUBAI, _HERE = (timezone(timedelta(hours=own)) for own in (4.5, 4, 5))
SUDDEN = ("RQ", "KBL", "PEW", _KABUL)
"""Charters that nobody knew of: carrier, origin and destination."""

LIMITS = {code: {TroubleKind.HANDLING: 180.0} for code in ("KHI", "LHE", "ISB")}
"""People come to the many lanes of these ports in no hurry: a gap is no slow officer."""

_LATE = ("PF", "DXB", ("SKT", "MUX", "LYP"))
"""A carrier whose lists came every half hour, until they stopped."""


def load_posts(centre: Centre) -> None:
    """The posts, and a gate at each of their lanes."""
    for site in SITES:
        posts.save(centre, LOADER, site.post, LIMITS.get(site.post.code))
        for lane in site.lanes:
            stations.register(
                centre,
                LOADER,
                name=f"{site.post.name} gate {lane}",
                kind=StationKind.GATE,
                port=site.post.code,
                lane=lane,
            )


def load_day(centre: Centre, seed: int) -> None:
    """Lives through the day until now, or what of it passed since the demonstration ran last."""
    now = centre.clock()
    with centre.db.read() as connection:
        measured = performance.measured_at(connection)
    since = max(now - BACK, measured or now - BACK)
    if now - since < 10 * _MINUTE:
        _hear_all(centre, begun_faults(now))
        return
    rng, faults = Random(f"{seed} {since}"), begun_faults(now)  # noqa: S311  (nothing secret)
    crossed = [
        own
        for site in SITES
        for own in passages(rng, site, since, now, centre.settings.zone, faults)
    ]
    _add(centre, crossed)
    with _set_back(centre) as earlier:
        if now - since > 3 * HOUR:
            # Each new day brings its charters, and its carrier that falls silent.
            _receive_lists(earlier, rng, now)
            queue.drain(centre)
        for moment in _moments(since, now):
            earlier.moment = moment
            _hear_all(earlier.centre, faults)
            performance_measuring.measure(earlier.centre)
    _hear_all(centre, faults)
    performance_measuring.measure(centre)


def begun_faults(now: datetime) -> tuple[Fault, ...]:
    """What went wrong before the visitor came, and goes on for a while."""
    return (
        _fault(now, "PKPEW", "2", since=6, until=-4),
        _fault(now, "LHE", "A1", since=70, until=-15, camera=False),
        _fault(now, "PKCMN", "3", since=420, until=370),
    )


def _fault(
    now: datetime, post: str, lane: str, *, since: int, until: int, camera: bool = True
) -> Fault:
    """A fault between so many minutes ago."""
    begun, ends = now - since * _MINUTE, now - until * _MINUTE
    return Fault(post=post, lane=lane, since=begun, until=ends, camera=camera)


def _moments(since: datetime, now: datetime) -> Iterator[datetime]:
    """When the past is measured: often enough to be played (`performance.STOOD`), oftener of
    late."""
    at = since
    while at < now - 2 * _MINUTE:
        yield at
        left = now - at
        step = 30 if left > timedelta(hours=1) else 6
        at += min(step * _MINUTE, max(left - 4 * _MINUTE, _MINUTE))


@dataclass(kw_only=True)
class _Earlier:
    """The centre with its clock set back to `moment`."""

    centre: Centre
    moment: datetime


@contextmanager
def _set_back(centre: Centre) -> Iterator[_Earlier]:
    earlier = _Earlier(centre=centre, moment=centre.clock())
    earlier.centre = Centre.open(centre.settings, clock=lambda: earlier.moment)
    try:
        yield earlier
    finally:
        earlier.centre.close()


# --- lists ------------------------------------------------------------------------------------


def _receive_lists(earlier: _Earlier, rng: Random, now: datetime) -> None:
    """Two charters that nobody expected, and the lists of a carrier that falls silent."""
    carrier, origin, port, zone = SUDDEN
    route = _route(origin, port)
    for number, lands in ((901, now - 38 * _MINUTE), (905, now - 24 * _MINUTE)):
        earlier.moment = lands - 70 * _MINUTE
        people = passengers(rng, route, 105, now.date())
        flight = _voyage(carrier, number, route, lands - 60 * _MINUTE, lands, zone)
        _receive(earlier.centre, flight, people)
    carrier, origin, ports = _LATE
    for place in range(11):
        earlier.moment = now - (375 - 30 * place) * _MINUTE
        lands = earlier.moment + 240 * _MINUTE
        route = _route(origin, ports[place % len(ports)])
        flight = _voyage(carrier, 700 + place, route, lands - 180 * _MINUTE, lands, _DUBAI)
        _receive(earlier.centre, flight, passengers(rng, route, 2, now.date()))


def _route(origin: str, port: str) -> Route:
    return Route(
        origin=origin,
        destination=port,
        country=HOME,
        nations={"PAK": 70, "AFG": 30} if origin == "KBL" else {"PAK": 1},
        feeders=(origin,),
        bag_prefix="0384",
    )


def _voyage(
    carrier: str, number: int, route: Route, leaves: datetime, lands: datetime, zone: timezone
) -> DeclaredVoyage:
    return DeclaredVoyage(
        line=0,
        mode="air",
        carrier=carrier,
        number=str(number),
        origin=route.origin,
        destination=route.destination,
        departure=f"{leaves.astimezone(zone):%y%m%d%H%M}",
        arrival=f"{lands.astimezone(_HERE):%y%m%d%H%M}",
    )


def _receive(centre: Centre, flight: DeclaredVoyage, people: Sequence[Person]) -> None:
    name = f"{flight.carrier}{flight.number}-{flight.arrival}.edi"
    data = paxlst(flight, [own.declared() for own in people])
    intake.receive(centre, LOADER, data, Source(channel=Channel.CLI, name=name))


# --- crossings and pictures ---------------------------------------------------------------------


def _add(centre: Centre, crossed: Iterable[Passage]) -> None:
    told = list(crossed)
    made = [_crossing(own) for own in told]
    taken = [capture_of(own, crossing) for own, crossing in zip(told, made, strict=True)]
    with centre.db.maintain() as connection:
        performance_bulk.add(connection, made, [own for own in taken if own is not None])
        performance_bulk.add_tries(connection, tries_of(told))


def _crossing(own: Passage) -> Crossing:
    return Crossing(
        id=new_id(),
        traveller_id=None,
        voyage_id=None,
        port=own.post,
        direction=own.direction,
        state=CrossingState.ACTUAL,
        lane=own.lane,
        at=own.at,
    )


def capture_of(own: Passage, crossing: Crossing) -> Capture | None:
    if own.shot is None:
        return None
    made, score = new_id(), own.shot.score
    compared = None if score is None else Comparison(score=score, threshold=THRESHOLD)
    return Capture(
        id=made,
        port=own.post,
        lane=own.lane,
        direction=own.direction,
        at=own.at,
        crossing_id=crossing.id,
        picture_id=None,
        quality=own.shot.quality,
        verification=score,
        taken_at=own.at,
        answer=CaptureAnswer(
            subject=Ref(kind=Kind.CAPTURE, id=made),
            quality=Quality(score=own.shot.quality, acceptable=True),
            pad=NO_PAD_CHECK,
            verification=compared,
            advice=Advice.PROCEED if compared is None or compared.match else Advice.COMPARE,
            next_step=phrase(NEXT[Advice.PROCEED]),
            notes=(),
            frames=(),
            identified=None,
            voyage_id=None,
        ),
    )


def tries_of(crossed: Iterable[Passage]) -> dict[Place, tuple[int, int]]:
    found: dict[Place, tuple[int, int]] = {}
    for own in crossed:
        if own.shot is not None:
            place = (bucket_of(own.at), own.post, own.lane)
            count, unfit = found.get(place, (0, 0))
            found[place] = (count + 1 + own.shot.again, unfit + own.shot.again)
    return found


def _hear_all(centre: Centre, faults: Iterable[Fault]) -> None:
    """Lets every station say that it lives; cameras that are at fault say so, too."""
    now = centre.clock()
    dark = broken(faults, now)
    with centre.db.maintain() as connection:
        for own, _ in station_store.all_stations(connection):
            if own.revoked_at is None:
                camera = (own.port, own.lane) not in dark
                heard = Heartbeat(at=now, software="demonstration", camera=camera)
                station_store.hear(connection, own.id, heard)


def broken(faults: Iterable[Fault], now: datetime) -> set[tuple[str, str]]:
    return {(own.post, own.lane) for own in faults if own.camera and own.since <= now < own.until}
