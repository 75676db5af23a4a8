"""The control room: posts, lanes, feeds, operational alerts, live or at a past moment."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.performance import Counts, Feed, Standing
from parakh.domain.trouble import Trouble, TroubleKind, TroubleState
from parakh.services import performance, performance_day, performance_troubles
from parakh.services.performance import Board, LaneRow, Level, PostView, Tile
from parakh.services.performance_day import PlayedDay
from parakh.store.performance_now import VoyageQueue
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import Moment

router = APIRouter(prefix="/control", tags=["control room"])

Day = Annotated[
    date | None,
    Query(
        ge=date(1900, 1, 1),
        le=date(2200, 1, 1),
        description="by the centre's calendar; none for the last 24 hours",
    ),
]
At = Annotated[Moment | None, Query(description="a past moment; none for now")]


class CountsOut(Wire):
    """What happened in the hour before, at a lane or a post."""

    crossings: int
    entries: int = Field(description="of these, into the country")
    handling_median: float | None = Field(
        description="seconds from one crossing to the next at a lane that is busy; null of too few"
    )
    handling_p95: float | None
    tries: int = Field(description="pictures that gates answered")
    unfit: int = Field(description="of these, pictures without a face fit to search by")
    capture_rate: float | None
    compared: int
    matched: int
    match_rate: float | None
    hits: int
    confirmed: int
    cleared: int

    @classmethod
    def of(cls, value: Counts) -> "CountsOut":
        """From the domain value."""
        return cls(
            crossings=value.crossings,
            entries=value.entries,
            handling_median=value.handling(0.5),
            handling_p95=value.handling(0.95),
            tries=value.tries,
            unfit=value.unfit,
            capture_rate=value.capture_rate,
            compared=value.compared,
            matched=value.matched,
            match_rate=value.match_rate,
            hits=value.hits,
            confirmed=value.confirmed,
            cleared=value.cleared,
        )


class StandingOut(Wire):
    """How a post stands."""

    at: datetime
    announced: int = Field(description="passengers of voyages that were due within three hours")
    waiting: int = Field(description="of these, seen at no gate; says nothing where none is due")
    waiting_since: datetime | None
    alerts_open: int
    alerts_late: int
    stations_up: int
    stations_late: int
    stations_down: int
    drawn: int = Field(description="drawn by chance in the week up to yesterday")
    drawn_done: int = Field(description="of these, examined")

    @classmethod
    def of(cls, value: Standing) -> "StandingOut":
        """From the domain value."""
        return cls(
            at=value.at,
            announced=value.announced,
            waiting=value.waiting,
            waiting_since=value.waiting_since,
            alerts_open=value.alerts_open,
            alerts_late=value.alerts_late,
            stations_up=value.stations_up,
            stations_late=value.stations_late,
            stations_down=value.stations_down,
            drawn=value.drawn,
            drawn_done=value.drawn_done,
        )


class TroubleOut(Wire):
    """An operational alert; about a post, a device or a feed, never about a person."""

    id: str
    kind: TroubleKind
    post: str = Field(description="empty for a feed")
    lane: str
    subject: str = Field(description="the station's identifier, or the feed's name")
    state: TroubleState
    severe: bool
    sentence: PhraseOut
    value: float
    threshold: float
    since: datetime
    opened_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str
    cleared_at: datetime | None

    @classmethod
    def of(cls, value: Trouble) -> "TroubleOut":
        """From the domain value."""
        return cls(
            id=value.id,
            kind=value.key.kind,
            post=value.key.post,
            lane=value.key.lane,
            subject=value.key.subject,
            state=value.state,
            severe=value.severe,
            sentence=PhraseOut.of(value.sentence),
            value=value.value,
            threshold=value.threshold,
            since=value.since,
            opened_at=value.opened_at,
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            note=value.note,
            cleared_at=value.cleared_at,
        )


class FeedOut(Wire):
    """How a source of messages stands."""

    name: str
    posts: list[str]
    last_at: datetime | None
    usual_seconds: float | None = Field(description="19 of 20 gaps are shorter; null of too few")
    messages: int = Field(description="of the last day")
    failed: int = Field(description="of these, not readable in whole or in part")

    @classmethod
    def of(cls, value: Feed) -> "FeedOut":
        """From the domain value."""
        return cls(
            name=value.name,
            posts=list(value.posts),
            last_at=value.last_at,
            usual_seconds=value.usual.total_seconds() if value.usual else None,
            messages=value.messages,
            failed=value.failed,
        )


class TileOut(Wire):
    """One post."""

    code: str
    name: str
    named: bool = Field(description="false for a port of which no post is kept")
    region: str
    latitude: float | None
    longitude: float | None
    level: Level
    hourly: float = Field(description="travellers an hour")
    hour: CountsOut
    standing: StandingOut | None
    series: list[int] = Field(description="crossings by five minutes of the last two hours")
    troubles: list[TroubleOut]

    @classmethod
    def of(cls, value: Tile) -> "TileOut":
        """From the service's value."""
        return cls(
            code=value.post.code,
            name=value.post.name,
            named=value.named,
            region=value.post.region,
            latitude=value.post.latitude,
            longitude=value.post.longitude,
            level=value.level,
            hourly=round(value.hourly, 1),
            hour=CountsOut.of(value.hour),
            standing=value.standing and StandingOut.of(value.standing),
            series=list(value.series),
            troubles=[TroubleOut.of(own) for own in value.troubles],
        )


class BoardOut(Wire):
    """All of the caller's posts at a moment, the worst first."""

    at: datetime
    live: bool
    measured_at: datetime | None
    stale: bool = Field(description="nobody measures just now")
    posts: list[TileOut]
    feeds: list[FeedOut]

    @classmethod
    def of(cls, value: Board) -> "BoardOut":
        """From the service's value."""
        return cls(
            at=value.at,
            live=value.live,
            measured_at=value.measured_at,
            stale=value.stale,
            posts=[TileOut.of(own) for own in value.tiles],
            feeds=[FeedOut.of(own) for own in value.feeds],
        )


class LaneOut(Wire):
    """One lane of a post."""

    lane: str
    hourly: float
    hour: CountsOut
    series: list[int]
    troubles: list[TroubleOut]

    @classmethod
    def of(cls, value: LaneRow) -> "LaneOut":
        """From the service's value."""
        return cls(
            lane=value.lane,
            hourly=round(value.hourly, 1),
            hour=CountsOut.of(value.hour),
            series=list(value.series),
            troubles=[TroubleOut.of(own) for own in value.troubles],
        )


class VoyageQueueOut(Wire):
    """A voyage of which passengers wait at a post."""

    id: str
    name: str
    origin: str
    due_at: datetime
    planned: bool = Field(description="false where timetables are kept, and none told of it")
    announced: int
    waiting: int

    @classmethod
    def of(cls, value: VoyageQueue) -> "VoyageQueueOut":
        """From the service's value."""
        return cls(
            id=value.id,
            name=value.name,
            origin=value.origin,
            due_at=value.due_at,
            planned=value.planned,
            announced=value.announced,
            waiting=value.waiting,
        )


class PostViewOut(Wire):
    """One post with its lanes, who waits there, and what was wrong there in the day before."""

    post: TileOut
    lanes: list[LaneOut]
    voyages: list[VoyageQueueOut]
    past: list[TroubleOut]

    @classmethod
    def of(cls, value: PostView) -> "PostViewOut":
        """From the service's value."""
        return cls(
            post=TileOut.of(value.tile),
            lanes=[LaneOut.of(own) for own in value.lanes],
            voyages=[VoyageQueueOut.of(own) for own in value.voyages],
            past=[TroubleOut.of(own) for own in value.past],
        )


class PlayedDayOut(Wire):
    """A day as far as it has come, and what went wrong in it."""

    since: datetime
    minutes: int = Field(description="its length, in whole fives")
    troubles: list[TroubleOut] = Field(description="in order of their opening")

    @classmethod
    def of(cls, value: PlayedDay) -> "PlayedDayOut":
        """From the service's value."""
        return cls(
            since=value.since,
            minutes=value.minutes,
            troubles=[TroubleOut.of(own.trouble) for own in value.incidents],
        )


class NoteIn(Wire):
    """What somebody notes who sees to an operational alert."""

    note: str = Field("", max_length=500)


@router.get("", operation_id="get_control_board")
def board(caller: Calling, at: At = None) -> BoardOut:
    """How all of the caller's posts perform, now or at a past moment."""
    return BoardOut.of(performance.board(caller.centre, caller.actor, at))


@router.get("/day", operation_id="get_control_day")
def day(caller: Calling, day: Day = None) -> PlayedDayOut:
    """What went wrong at the caller's posts on a day."""
    return PlayedDayOut.of(performance_day.played(caller.centre, caller.actor, day))


@router.get("/posts/{code}", operation_id="get_post_performance")
def post(
    caller: Calling,
    code: Annotated[str, Path(max_length=40, description="code of the port")],
    at: At = None,
) -> PostViewOut:
    """One post with its lanes."""
    return PostViewOut.of(performance.post(caller.centre, caller.actor, code, at))


@router.post("/troubles/{trouble_id}/acknowledgement", operation_id="acknowledge_trouble")
def acknowledge(
    caller: Calling,
    trouble_id: Annotated[str, Path(max_length=40, description="identifier")],
    body: NoteIn,
) -> TroubleOut:
    """Notes that the caller sees to an operational alert."""
    return TroubleOut.of(
        performance_troubles.acknowledge(caller.centre, caller.actor, trouble_id, body.note)
    )
