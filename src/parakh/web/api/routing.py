"""Who is told of alerts and how soon they are seen to; channels, and what became of tellings."""

from datetime import datetime, time, timedelta

from fastapi import APIRouter
from pydantic import Field

from parakh.domain.channel import (
    Channel,
    ChannelKind,
    Detail,
    Dispatch,
    DispatchState,
    Occurrence,
)
from parakh.domain.hit import Advice
from parakh.domain.routing import Route, ServiceLevel
from parakh.services import delivery, routing
from parakh.services.routing import Example, WouldGet
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment, Offset

router = APIRouter(prefix="/routing", tags=["routing"])


class RouteIn(Wire):
    """A routing rule. What is left out fits everything."""

    name: str = Field(max_length=120)
    units: list[str] = Field(max_length=200, description="identifiers of those who are told")
    ports: set[str] = Field(set(), max_length=200)
    lanes: set[str] = Field(set(), max_length=200)
    lists: set[str] = Field(set(), max_length=200, description="identifiers of watchlists")
    rules: set[str] = Field(set(), max_length=200, description="identifiers of targeting rules")
    advice: set[Advice] = Field(set())
    weekdays: set[int] = Field(set(), description="0 (Monday) to 6")
    since: time | None = Field(None, description="time of day by the centre's clock")
    until: time | None = Field(None, description="past midnight where it is the earlier one")
    on_duty: bool = Field(False, description="only units of which somebody is on duty")
    goes_on: bool = Field(False, description="whether the rules after it are read as well")
    active: bool = True

    def route(self, route_id: str = "") -> Route:
        """The same as a value; its place and time zone are the service's to say."""
        return Route(
            id=route_id,
            position=0,
            zone="",
            name=self.name,
            units=tuple(self.units),
            ports=frozenset(self.ports),
            lanes=frozenset(self.lanes),
            lists=frozenset(self.lists),
            rules=frozenset(self.rules),
            advice=frozenset(self.advice),
            weekdays=frozenset(self.weekdays),
            since=self.since,
            until=self.until,
            on_duty=self.on_duty,
            goes_on=self.goes_on,
            active=self.active,
        )


class RouteOut(RouteIn):
    """A routing rule in its place; rules are read from the lowest position."""

    id: str
    position: int
    zone: str = Field(description="time zone of its times of day")

    @classmethod
    def of(cls, value: Route) -> "RouteOut":
        """From the domain value."""
        return cls(
            id=value.id,
            position=value.position,
            zone=value.zone,
            name=value.name,
            units=list(value.units),
            ports=set(value.ports),
            lanes=set(value.lanes),
            lists=set(value.lists),
            rules=set(value.rules),
            advice=set(value.advice),
            weekdays=set(value.weekdays),
            since=value.since,
            until=value.until,
            on_duty=value.on_duty,
            goes_on=value.goes_on,
            active=value.active,
        )


class MoveIn(Wire):
    """Whether a routing rule is read before the one above it, or after the one below it."""

    up: bool


class LevelIn(Wire):
    """How soon an alert must be acknowledged and closed, counted from when it was raised."""

    unit_id: str | None = Field(None, max_length=32, description="of all units if left out")
    advice: Advice | None = None
    acknowledge_minutes: int | None = Field(None, ge=1, le=30 * 24 * 60)
    close_minutes: int | None = Field(None, ge=1, le=30 * 24 * 60)
    escalate_to: str | None = Field(
        None, max_length=32, description="a unit; the supervisors on duty if left out"
    )

    def level(self, level_id: str = "") -> ServiceLevel:
        """The same as a value."""
        return ServiceLevel(
            id=level_id,
            unit_id=self.unit_id,
            advice=self.advice,
            acknowledge=_length(self.acknowledge_minutes),
            close=_length(self.close_minutes),
            escalate_to=self.escalate_to,
        )


class LevelOut(LevelIn):
    """A service level."""

    id: str

    @classmethod
    def of(cls, value: ServiceLevel) -> "LevelOut":
        """From the domain value."""
        return cls(
            id=value.id,
            unit_id=value.unit_id,
            advice=value.advice,
            acknowledge_minutes=_minutes(value.acknowledge),
            close_minutes=_minutes(value.close),
            escalate_to=value.escalate_to,
        )


class ExampleIn(Wire):
    """An alert that might be."""

    port: str = Field("", max_length=5)
    lane: str = Field("", max_length=20)
    advice: Advice = Advice.INSPECT
    at: Moment | None = Field(None, description="now, if left out")
    lists: list[str] = Field([], max_length=20)
    rules: list[str] = Field([], max_length=20)


class WouldGetOut(Wire):
    """A unit that would get it, by which routing rules (none: by the standing way), how soon."""

    unit_id: str
    unit: str
    routes: list[str]
    level: LevelOut | None

    @classmethod
    def of(cls, value: WouldGet) -> "WouldGetOut":
        """From the service's value."""
        return cls(
            unit_id=value.told.unit.id,
            unit=value.told.unit.name,
            routes=[own.id for own in value.told.routes],
            level=LevelOut.of(value.level) if value.level else None,
        )


class ChannelIn(Wire):
    """A way to tell of alerts beside the wall."""

    name: str = Field(max_length=120)
    kind: ChannelKind
    address: str = Field(max_length=2000, description="e-mail addresses, or the webhook's URL")
    unit_id: str | None = Field(None, max_length=32, description="of which unit's; all if left out")
    least: Advice = Field(Advice.COMPARE, description="the least urgent advice that it tells of")
    tells: set[Occurrence] = Field(set(Occurrence))
    detail: Detail = Detail.LINK
    active: bool = True
    language: str = Field("en", max_length=8, description="in which mails are worded: en or ur")

    def channel(self, channel_id: str = "") -> Channel:
        """The same as a value."""
        return Channel(
            id=channel_id,
            name=self.name,
            kind=self.kind,
            address=self.address,
            unit_id=self.unit_id,
            least=self.least,
            tells=frozenset(self.tells),
            detail=self.detail,
            active=self.active,
            language=self.language,
        )


class ChannelOut(ChannelIn):
    """A channel. `key` stands there once, when it is made: it signs what a webhook gets."""

    id: str
    key: str | None = None

    @classmethod
    def of(cls, value: Channel, key: str = "") -> "ChannelOut":
        """From the domain value."""
        return cls(
            id=value.id,
            name=value.name,
            kind=value.kind,
            address=value.address,
            unit_id=value.unit_id,
            least=value.least,
            tells=set(value.tells),
            detail=value.detail,
            active=value.active,
            language=value.language,
            key=key or None,
        )


class DispatchOut(Wire):
    """One telling of one alert by one channel; `id` is its idempotency key."""

    id: str
    channel_id: str
    alert_id: str
    what: Occurrence
    state: DispatchState
    tries: int
    made_at: datetime
    next_at: datetime
    done_at: datetime | None
    error: str

    @classmethod
    def of(cls, value: Dispatch) -> "DispatchOut":
        """From the domain value."""
        return cls(
            id=value.id,
            channel_id=value.channel_id,
            alert_id=value.alert_id,
            what=value.what,
            state=value.state,
            tries=value.tries,
            made_at=value.made_at,
            next_at=value.next_at,
            done_at=value.done_at,
            error=value.error,
        )


# --- routing rules ----------------------------------------------------------------------------


@router.get("/routes")
def list_routes(calling: Calling) -> list[RouteOut]:
    """Routing rules in the order in which they are read."""
    return [RouteOut.of(own) for own in routing.view(calling.centre, calling.actor).routes]


@router.post("/routes", status_code=201)
def add_route(calling: Calling, body: RouteIn) -> RouteOut:
    """Adds a routing rule after all others."""
    return RouteOut.of(routing.save_route(calling.centre, calling.actor, body.route()))


@router.put("/routes/{route_id}")
def save_route(calling: Calling, route_id: str, body: RouteIn) -> RouteOut:
    """Changes a routing rule in its place."""
    return RouteOut.of(routing.save_route(calling.centre, calling.actor, body.route(route_id)))


@router.post("/routes/{route_id}/move", status_code=204)
def move_route(calling: Calling, route_id: str, body: MoveIn) -> None:
    """Has a routing rule read one place earlier or later."""
    routing.move_route(calling.centre, calling.actor, route_id, up=body.up)


@router.delete("/routes/{route_id}", status_code=204)
def remove_route(calling: Calling, route_id: str) -> None:
    """Takes a routing rule away."""
    routing.remove_route(calling.centre, calling.actor, route_id)


@router.post("/example")
def try_routes(calling: Calling, body: ExampleIn) -> list[WouldGetOut]:
    """Who would get an example alert; nothing is raised."""
    example = Example(
        port=body.port,
        lane=body.lane,
        advice=body.advice,
        at=body.at or calling.centre.clock(),
        lists=tuple(body.lists),
        rules=tuple(body.rules),
    )
    found = routing.would_get(calling.centre, calling.actor, example)
    return [WouldGetOut.of(own) for own in found]


# --- service levels ---------------------------------------------------------------------------


@router.get("/levels")
def list_levels(calling: Calling) -> list[LevelOut]:
    """Service levels."""
    return [LevelOut.of(own) for own in routing.view(calling.centre, calling.actor).levels]


@router.post("/levels", status_code=201)
def add_level(calling: Calling, body: LevelIn) -> LevelOut:
    """Adds a service level, for alerts from now on."""
    return LevelOut.of(routing.save_level(calling.centre, calling.actor, body.level()))


@router.put("/levels/{level_id}")
def save_level(calling: Calling, level_id: str, body: LevelIn) -> LevelOut:
    """Changes a service level, for alerts from now on."""
    return LevelOut.of(routing.save_level(calling.centre, calling.actor, body.level(level_id)))


@router.delete("/levels/{level_id}", status_code=204)
def remove_level(calling: Calling, level_id: str) -> None:
    """Takes a service level away."""
    routing.remove_level(calling.centre, calling.actor, level_id)


# --- channels ---------------------------------------------------------------------------------


@router.get("/channels")
def list_channels(calling: Calling) -> list[ChannelOut]:
    """Channels."""
    found = delivery.channels(calling.centre, calling.actor)
    return [ChannelOut.of(row.channel) for row in found.rows]


@router.post("/channels", status_code=201)
def add_channel(calling: Calling, body: ChannelIn) -> ChannelOut:
    """Adds a channel; the answer has a webhook's key, this once."""
    saved = delivery.save_channel(calling.centre, calling.actor, body.channel())
    return ChannelOut.of(saved.channel, saved.key)


@router.put("/channels/{channel_id}")
def save_channel(calling: Calling, channel_id: str, body: ChannelIn) -> ChannelOut:
    """Changes a channel; its kind and key stay."""
    saved = delivery.save_channel(calling.centre, calling.actor, body.channel(channel_id))
    return ChannelOut.of(saved.channel)


@router.post("/channels/{channel_id}/key")
def renew_channel_key(calling: Calling, channel_id: str) -> ChannelOut:
    """Puts a new key in place of a webhook's; the answer has it, this once."""
    saved = delivery.renew_key(calling.centre, calling.actor, channel_id)
    return ChannelOut.of(saved.channel, saved.key)


@router.get("/deliveries")
def list_deliveries(
    calling: Calling, state: DispatchState | None = None, offset: Offset = 0
) -> list[DispatchOut]:
    """What was or is to be sent, newest first, fifty at a time."""
    found = delivery.deliveries(calling.centre, calling.actor, state=state, offset=offset)
    return [DispatchOut.of(own) for own in found]


@router.post("/deliveries/{dispatch_id}/again")
def send_again(calling: Calling, dispatch_id: str) -> DispatchOut:
    """Tries again what was given up."""
    return DispatchOut.of(delivery.send_again(calling.centre, calling.actor, dispatch_id))


def _length(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else round(length / timedelta(minutes=1))
