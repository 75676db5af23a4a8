"""The control room: how every post performs, now and at any moment of which figures are kept.

Figures name nobody. What is shown of a lane's crossings is personal data, and looks at it are
audited (`parakh.services.performance_lanes`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.connector import ConnectorHealth
from parakh.domain.performance import BUCKET, Bucket, Counts, Feed, Standing, bucket_of
from parakh.domain.post import Post
from parakh.domain.station import Station
from parakh.domain.trouble import Trouble, TroubleState
from parakh.errors import InvalidInput, NotFound
from parakh.services import posts
from parakh.services.centre import Centre
from parakh.services.performance_measuring import devices_by_post, is_down, is_late
from parakh.services.performance_troubles import as_seen, sees
from parakh.store import connectors, troubles
from parakh.store import performance as store
from parakh.store import performance_now as present
from parakh.store.performance_now import VoyageQueue

HOUR = timedelta(hours=1)
SERIES = timedelta(hours=2)
STOOD = timedelta(minutes=30)
"""How a post stood at a past moment is told by the newest measurement of so long before."""

STALE = timedelta(minutes=2)
"""Figures that are older than this are not those of now: no worker measures."""


class Level(StrEnum):
    """How a post is doing, the worst first."""

    TROUBLE = "trouble"
    WATCH = "watch"
    NORMAL = "normal"
    QUIET = "quiet"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Level).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One post at a moment.

    Attributes:
        named: False for a port of which no post is kept.
        standing: None where nothing was measured in those five minutes.
        hour: what happened in the hour before.
        hourly: travellers an hour.
        series: crossings in each five minutes of the last two hours, the newest last.
        troubles: those that are open, the worst and oldest first.
    """

    post: Post
    named: bool
    level: Level
    standing: Standing | None
    hour: Counts
    hourly: float
    series: tuple[int, ...]
    troubles: tuple[Trouble, ...]
    feeds: tuple[Feed, ...]

    @property
    def worst(self) -> Trouble | None:
        """What matters most."""
        return self.troubles[0] if self.troubles else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """All posts at a moment, the worst first.

    Attributes:
        at: the moment; `live` when it is now.
        measured_at: when the figures of now were measured; None before the first time.
        stale: whether nobody measured for some minutes.
        troubles: all that are open, the worst and oldest first.
        feeds: all feeds of the actor's posts.
        links: linked systems as they are now, for who sees them; empty for a past moment.
    """

    at: datetime
    live: bool
    measured_at: datetime | None
    stale: bool
    tiles: tuple[Tile, ...]
    troubles: tuple[Trouble, ...]
    feeds: tuple[Feed, ...]
    links: tuple[ConnectorHealth, ...]

    def count(self, level: Level) -> int:
        """How many posts are doing so."""
        return sum(own.level is level for own in self.tiles)


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneRow:
    """One lane of a post at a moment; `stations` with whether each is up, late or down now."""

    lane: str
    hour: Counts
    hourly: float
    series: tuple[int, ...]
    stations: tuple[tuple[Station, str], ...]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostView:
    """One post with its lanes, the voyages of which passengers wait, and what was wrong there in
    the day before."""

    tile: Tile
    at: datetime
    live: bool
    lanes: tuple[LaneRow, ...]
    voyages: tuple[VoyageQueue, ...]
    past: tuple[Trouble, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """The first and the last moment of which figures are kept."""

    first: datetime
    last: datetime


def version(centre: Centre) -> str:
    """Changes whenever there is something new to see."""
    with centre.db.read() as connection:
        at = store.measured_at(connection)
        noted = troubles.last_noted(connection)
    return f"{at.timestamp() if at else 0:.0f}-{noted.timestamp() if noted else 0:.3f}"


def kept(centre: Centre, actor: Actor) -> Days | None:
    """Of which days there are figures; None before the first."""
    actor.require(Permission.SEE_PERFORMANCE)
    with centre.db.read() as connection:
        found = store.days(connection)
    return found and Days(first=found[0], last=found[1])


def board(centre: Centre, actor: Actor, at: datetime | None = None) -> Board:
    """All of the actor's posts, now or at a past moment. Raises InvalidInput for the future."""
    actor.require(Permission.SEE_PERFORMANCE)
    moment = _moment(centre, at)
    with centre.db.read() as connection:
        seen = _Seen.read(connection, actor, moment, None, live=at is None)
        measured = store.measured_at(connection)
        sees_links = at is None and actor.may(Permission.SEE_CONNECTORS)
        links = connectors.health(connection, moment) if sees_links else []
    tiles = sorted((seen.tile(code) for code in seen.posts), key=_order)
    return Board(
        at=moment,
        live=at is None,
        measured_at=measured,
        stale=at is None and (measured is None or centre.clock() - measured > STALE),
        tiles=tuple(tiles),
        troubles=tuple(sorted(seen.troubles, key=_urgency)),
        feeds=seen.feeds,
        links=tuple(links),
    )


def post(centre: Centre, actor: Actor, code: str, at: datetime | None = None) -> PostView:
    """One post with its lanes. Raises NotFound, Forbidden for another's."""
    actor.require(Permission.SEE_PERFORMANCE)
    actor.require_port(code)
    moment = _moment(centre, at)
    with centre.db.read() as connection:
        seen = _Seen.read(connection, actor, moment, [code], live=at is None)
        devices = devices_by_post(connection).get(code, []) if at is None else []
        past = troubles.between(connection, moment - timedelta(days=1), moment)
        voyages = present.queue_of(connection, moment, code)
    if code not in seen.posts:
        raise NotFound("there is no such post")
    lanes = {own.lane for own in seen.buckets} | {own.lane for own in devices}
    return PostView(
        tile=seen.tile(code),
        at=moment,
        live=at is None,
        lanes=tuple(seen.lane(code, lane, devices) for lane in sorted(lanes)),
        voyages=tuple(voyages),
        past=tuple(own for own in reversed(past) if own.key.post == code),
    )


def _moment(centre: Centre, at: datetime | None) -> datetime:
    now = centre.clock()
    if at is not None and at > now:
        raise InvalidInput("nobody can see how posts will perform")
    return at or now


def _order(own: Tile) -> tuple[int, bool, float, str]:
    worst = own.worst
    since = worst.since.timestamp() if worst else 0.0
    return own.level.rank, worst is None, since, own.post.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What was read for one moment."""

    at: datetime
    posts: Mapping[str, tuple[Post, bool]]
    buckets: tuple[Bucket, ...]
    standings: Mapping[str, Standing]
    troubles: tuple[Trouble, ...]
    feeds: tuple[Feed, ...]

    @classmethod
    def read(
        cls,
        connection: sa.Connection,
        actor: Actor,
        at: datetime,
        codes: Sequence[str] | None,
        *,
        live: bool,
    ) -> "_Seen":
        """What the actor may see of all posts, or of some."""
        known = posts.known(connection)
        shown = {
            code: own
            for code, own in known.items()
            if (actor.everywhere or code in actor.ports) and (codes is None or code in codes)
        }
        within = bucket_of(at)
        until = within + BUCKET
        since = within - (BUCKET if live else STOOD)
        feeds = [
            replace(own, at=at)
            for own in store.feeds(connection, since, until)
            if actor.everywhere or actor.ports & set(own.posts)
        ]
        wrong = troubles.open_now(connection) if live else troubles.at(connection, at)
        return cls(
            at=at,
            posts=shown,
            buckets=tuple(store.buckets(connection, until - SERIES, until, codes)),
            standings={own.post: own for own in store.standings(connection, since, until, codes)},
            troubles=tuple(as_seen(actor, own) for own in wrong if sees(actor, own, feeds)),
            feeds=tuple(feeds),
        )

    def tile(self, code: str) -> Tile:
        """One post."""
        found, named = self.posts[code]
        mine = [own for own in self.buckets if own.post == code]
        feeds = tuple(own for own in self.feeds if code in own.posts)
        names = {own.name for own in feeds}
        troubles_here = [
            own
            for own in self.troubles
            if own.key.post == code or (not own.key.post and own.key.subject in names)
        ]
        troubles_here.sort(key=_urgency)
        hour = self._hour(mine)
        standing = self.standings.get(code)
        return Tile(
            post=found,
            named=named,
            level=_level(troubles_here, hour, standing),
            standing=standing,
            hour=hour,
            hourly=self._hourly(hour),
            series=self._series(mine),
            troubles=tuple(troubles_here),
            feeds=feeds,
        )

    def lane(self, code: str, lane: str, devices: Iterable[Station]) -> LaneRow:
        """One lane of a post."""
        mine = [own for own in self.buckets if own.post == code and own.lane == lane]
        hour = self._hour(mine)
        return LaneRow(
            lane=lane,
            hour=hour,
            hourly=self._hourly(hour),
            series=self._series(mine),
            stations=tuple(
                (own, "down" if is_down(own, self.at) else "late" if is_late(own) else "up")
                for own in devices
                if own.lane == lane
            ),
            troubles=tuple(
                own for own in self.troubles if (own.key.post, own.key.lane) == (code, lane)
            ),
        )

    def _hour(self, own: Iterable[Bucket]) -> Counts:
        since = bucket_of(self.at) - HOUR + BUCKET
        return Counts.sum(one.counts for one in own if one.at >= since)

    def _hourly(self, hour: Counts) -> float:
        """The five minutes that are still going on count as far as they have come."""
        measured = HOUR - BUCKET + (self.at - bucket_of(self.at))
        return hour.crossings * (HOUR / measured)

    def _series(self, own: Iterable[Bucket]) -> tuple[int, ...]:
        sums: dict[datetime, int] = {}
        for one in own:
            sums[one.at] = sums.get(one.at, 0) + one.counts.crossings
        first = bucket_of(self.at) - SERIES + BUCKET
        return tuple(sums.get(first + n * BUCKET, 0) for n in range(SERIES // BUCKET))


def _urgency(own: Trouble) -> tuple[bool, bool, datetime]:
    return not own.severe, own.state is TroubleState.ACKNOWLEDGED, own.since


def _level(own: Iterable[Trouble], hour: Counts, standing: Standing | None) -> Level:
    found = list(own)
    if any(one.severe and one.state is TroubleState.OPEN for one in found):
        return Level.TROUBLE
    if found:
        return Level.WATCH
    lives = hour.crossings or (standing is not None and standing.stations_up)
    return Level.NORMAL if lives else Level.QUIET
