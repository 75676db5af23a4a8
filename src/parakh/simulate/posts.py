"""A day at thirty posts: who crosses where, which pictures are taken, and what goes wrong.

Names and rough places of the posts are public. Codes of airports are IATA's; those of land
crossings, stations and dry ports are the simulation's own where no UN/LOCODE is in common use.
Nobody who crosses here exists, and none of them has a name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import ceil, cos, pi
from random import Random

from parakh.domain.post import Post, PostKind
from parakh.domain.voyage import Direction

THRESHOLD = 0.43
"""Similarity from which a simulated face matches its document."""

_SERVICE_SECONDS, _SPREAD = 44.0, 0.35
_UNFIT, _COMPARED, _MATCHED = 0.05, 0.85, 0.985
_SHAPE: dict[PostKind, tuple[float, float]] = {
    # The busiest hour, and how little the quietest has of it.
    PostKind.AIRPORT: (1.0, 0.35),
    PostKind.SEAPORT: (11.0, 0.2),
    PostKind.LAND: (12.0, 0.06),
    PostKind.DRY_PORT: (11.0, 0.05),
    PostKind.RAIL: (13.0, 0.05),
}
_A_LANE = 40
"""So many travellers an hour a lane is built for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A post with its traffic: `busiest` are travellers in its busiest hour."""

    post: Post
    busiest: float

    @property
    def lanes(self) -> tuple[str, ...]:
        """Its lanes; at airports, D-lanes are for those who leave."""
        count = ceil(self.busiest / _A_LANE)
        if self.post.kind is not PostKind.AIRPORT:
            return tuple(str(n) for n in range(1, count + 1))
        enter = max(1, count * 2 // 3)
        leave = max(1, count - enter)
        return (*(f"A{n + 1}" for n in range(enter)), *(f"D{n + 1}" for n in range(leave)))

    def rate(self, local: datetime) -> float:
        """Travellers an hour at a local time."""
        peak, least = _SHAPE[self.post.kind]
        turn = (local.hour + local.minute / 60 - peak) / 24 * 2 * pi
        return self.busiest * (least + (1 - least) * (0.5 + 0.5 * cos(turn)) ** 2)


def _site(
    code: str, name: str, kind: PostKind, place: tuple[float, float], region: str, busiest: float
) -> Site:
    north, east = place
    post = Post(code=code, name=name, kind=kind, latitude=north, longitude=east, region=region)
    return Site(post=post, busiest=busiest)


SINDH, PUNJAB, NORTH, CAPITAL, BALOCHISTAN = (
    "Karachi",
    "Lahore",
    "Peshawar",
    "Islamabad",
    "Quetta",
)
AIRPORT, SEAPORT, LAND, DRY_PORT, RAIL = PostKind

SITES = (
    _site("KHI", "Karachi Airport", AIRPORT, (24.91, 67.16), SINDH, 200),
    _site("LHE", "Lahore Airport", AIRPORT, (31.52, 74.40), PUNJAB, 190),
    _site("ISB", "Islamabad Airport", AIRPORT, (33.55, 72.83), CAPITAL, 180),
    _site("PEW", "Peshawar Airport", AIRPORT, (33.99, 71.51), NORTH, 80),
    _site("MUX", "Multan Airport", AIRPORT, (30.20, 71.42), PUNJAB, 45),
    _site("SKT", "Sialkot Airport", AIRPORT, (32.54, 74.36), PUNJAB, 50),
    _site("LYP", "Faisalabad Airport", AIRPORT, (31.37, 72.99), PUNJAB, 30),
    _site("UET", "Quetta Airport", AIRPORT, (30.25, 66.94), BALOCHISTAN, 18),
    _site("GWD", "Gwadar Airport", AIRPORT, (25.29, 62.50), BALOCHISTAN, 10),
    _site("RYK", "Rahim Yar Khan Airport", AIRPORT, (28.38, 70.28), PUNJAB, 12),
    _site("PKKHI", "Karachi Port", SEAPORT, (24.84, 66.98), SINDH, 8),
    _site("PKBQM", "Port Qasim", SEAPORT, (24.77, 67.33), SINDH, 6),
    _site("PKGWD", "Gwadar Port", SEAPORT, (25.11, 62.34), BALOCHISTAN, 4),
    _site("PKPEW", "Torkham", LAND, (34.12, 71.09), NORTH, 150),
    _site("PKCMN", "Chaman", LAND, (30.92, 66.45), BALOCHISTAN, 120),
    _site("PKTFT", "Taftan", LAND, (28.97, 61.57), BALOCHISTAN, 60),
    _site("PKWGA", "Wagah", LAND, (31.60, 74.57), PUNJAB, 40),
    _site("PKKTP", "Kartarpur", LAND, (32.08, 75.01), PUNJAB, 35),
    _site("PKGHK", "Ghulam Khan", LAND, (33.03, 70.05), NORTH, 30),
    _site("PKKHR", "Kharlachi", LAND, (33.87, 69.98), NORTH, 20),
    _site("PKANG", "Angoor Adda", LAND, (32.50, 69.30), NORTH, 15),
    _site("PKGBD", "Gabd", LAND, (25.23, 61.60), BALOCHISTAN, 25),
    _site("PKSST", "Sust", LAND, (36.69, 74.82), CAPITAL, 20),
    _site("PKWGR", "Wagah Railway Station", RAIL, (31.60, 74.55), PUNJAB, 20),
    _site("PKZPT", "Zero Point Railway Station", RAIL, (25.72, 70.27), SINDH, 12),
    _site("PKLHE", "Lahore Dry Port", DRY_PORT, (31.58, 74.37), PUNJAB, 6),
    _site("PKSKT", "Sialkot Dry Port", DRY_PORT, (32.45, 74.37), PUNJAB, 5),
    _site("PKLYP", "Faisalabad Dry Port", DRY_PORT, (31.45, 73.12), PUNJAB, 4),
    _site("PKAZK", "Azakhel Dry Port", DRY_PORT, (34.00, 71.88), NORTH, 6),
    _site("PKMUX", "Multan Dry Port", DRY_PORT, (30.19, 71.46), PUNJAB, 4),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A camera that shows nothing (`camera`), or against the sun, for some time at a lane."""

    post: str
    lane: str
    since: datetime
    until: datetime
    camera: bool

    def holds(self, passage_lane: str, post: str, at: datetime) -> bool:
        """Whether it concerns somebody who crosses there then."""
        return (post, passage_lane) == (self.post, self.lane) and self.since <= at < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """The picture of somebody: how often it had to be taken again, its quality (0 to 1), and how
    alike the document's portrait is; None where it was not compared."""

    again: int
    quality: float
    score: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Somebody who crosses; `shot` None where no picture was taken."""

    at: datetime
    post: str
    lane: str
    direction: Direction
    shot: Shot | None


def passages(
    rng: Random,
    site: Site,
    since: datetime,
    until: datetime,
    zone: tzinfo,
    faults: tuple[Fault, ...] = (),
) -> Iterator[Passage]:
    """Those who cross at a post in [since, until), lane by lane."""
    for lane in site.lanes:
        at = since + timedelta(seconds=rng.uniform(0, 2 * _SERVICE_SECONDS))
        while at < until:
            hourly = max(site.rate(at.astimezone(zone)) / len(site.lanes), 0.02)
            came = rng.expovariate(hourly / 3600)
            at += timedelta(seconds=max(came, service_seconds(rng)))
            if at < until:
                yield passage(rng, site, lane, at, faults)


def passage(rng: Random, site: Site, lane: str, at: datetime, faults: tuple[Fault, ...]) -> Passage:
    """Somebody who crosses at a lane at a moment."""
    return Passage(
        at=at,
        post=site.post.code,
        lane=lane,
        direction=_direction(rng, lane),
        shot=shot(rng, site.post.code, lane, at, faults),
    )


def service_seconds(rng: Random) -> float:
    """How long an officer takes for one traveller."""
    return _SERVICE_SECONDS * rng.lognormvariate(0, _SPREAD)


def shot(rng: Random, post: str, lane: str, at: datetime, faults: tuple[Fault, ...]) -> Shot | None:
    """The picture of somebody who crosses; None where the camera does not work."""
    holding = [own for own in faults if own.holds(lane, post, at)]
    if any(own.camera for own in holding):
        return None
    unfit = 0.45 if holding else _UNFIT
    again = 0
    while rng.random() < unfit and again < 3:
        again += 1
    compared = rng.random() < _COMPARED
    alike = rng.gauss(0.66, 0.06) if rng.random() < _MATCHED else rng.uniform(0.1, 0.4)
    return Shot(
        again=again,
        quality=round(min(0.99, max(0.5, rng.gauss(0.84, 0.06))), 3),
        score=round(min(0.95, alike), 3) if compared else None,
    )


def _direction(rng: Random, lane: str) -> Direction:
    if lane[0] in "AD":
        return Direction.ENTRY if lane.startswith("A") else Direction.EXIT
    return rng.choice((Direction.ENTRY, Direction.EXIT))
