"""Who is told of alerts and how soon they are seen to; channels, and what became of tellings."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.catalogues import SOURCE
from parakh.domain.channel import Channel, ChannelKind, Detail, DispatchState, Occurrence
from parakh.domain.hit import Advice
from parakh.domain.routing import Route, ServiceLevel
from parakh.errors import InvalidInput
from parakh.services import delivery, routing
from parakh.services.delivery import Saved
from parakh.services.duty import clock_time
from parakh.services.routing import Example
from parakh.web.proposals import number_of
from parakh.web.queries import Offset
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/routing")

ADVICE = (Advice.INCOMPLETE, Advice.COMPARE, Advice.INSPECT, Advice.REFER)
"""Advice that alerts have."""

Short = Annotated[str, Field(max_length=200)]


class RouteForm(BaseModel):
    """The fields of a routing rule, as text."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", max_length=120)
    units: list[str] = Field([], max_length=200)
    ports: str = Field("", max_length=2000)
    lanes: str = Field("", max_length=2000)
    lists: list[str] = Field([], max_length=200)
    rules: list[str] = Field([], max_length=200)
    advice: list[Advice] = Field([])
    weekdays: list[int] = Field([])
    since: Short = ""
    until: Short = ""
    on_duty: bool = False
    goes_on: bool = False
    active: bool = False

    def route(self, route_id: str = "") -> Route:
        """The same as a value; raises InvalidInput for what is no time of day."""
        return Route(
            id=route_id,
            position=0,
            zone="",
            name=self.name,
            units=tuple(self.units),
            ports=_words(self.ports),
            lanes=_words(self.lanes),
            lists=frozenset(self.lists),
            rules=frozenset(self.rules),
            advice=frozenset(self.advice),
            weekdays=frozenset(self.weekdays),
            since=clock_time(self.since) if self.since else None,
            until=clock_time(self.until) if self.until else None,
            on_duty=self.on_duty,
            goes_on=self.goes_on,
            active=self.active,
        )


class LevelForm(BaseModel):
    """The fields of a service level, as text."""

    unit_id: Short = ""
    advice: Advice | None = None
    acknowledge: Short = ""
    close: Short = ""
    escalate_to: Short = ""

    def level(self, level_id: str = "") -> ServiceLevel:
        """The same as a value; times are minutes."""
        return ServiceLevel(
            id=level_id,
            unit_id=self.unit_id or None,
            advice=self.advice,
            acknowledge=_minutes(self.acknowledge),
            close=_minutes(self.close),
            escalate_to=self.escalate_to or None,
        )


class ExampleForm(BaseModel):
    """An alert that might be; `asked` where somebody pressed the button."""

    port: str = Field("", max_length=5)
    lane: str = Field("", max_length=20)
    advice: Advice = Advice.INSPECT
    day: str = Field("", max_length=10)
    at: Short = ""
    behind: str = Field("", max_length=40)
    asked: bool = False


class ChannelForm(BaseModel):
    """The fields of a channel, as text."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", max_length=120)
    kind: ChannelKind = ChannelKind.EMAIL
    address: str = Field("", max_length=2000)
    unit_id: Short = ""
    least: Advice = Advice.COMPARE
    tells: list[Occurrence] = Field([])
    detail: Detail = Detail.LINK
    active: bool = False
    language: str = Field(SOURCE, max_length=8)

    def channel(self, channel_id: str = "") -> Channel:
        """The same as a value."""
        return Channel(
            id=channel_id,
            name=self.name,
            kind=self.kind,
            address=self.address,
            unit_id=self.unit_id or None,
            least=self.least,
            tells=frozenset(self.tells),
            detail=self.detail,
            active=self.active,
            language=self.language,
        )


# --- routing rules and service levels ---------------------------------------------------------


@router.get("")
def overview(here: Here, example: Annotated[ExampleForm, Query()]) -> HTMLResponse:
    """Routing rules in order, who would get an example alert, and service levels."""
    view = routing.view(here.centre, here.actor)
    found = None
    if example.asked:
        found = routing.would_get(here.centre, here.actor, _example(here, example))
    return here.page(
        "routing.html",
        view=view,
        example=example,
        found=found,
        advice=ADVICE,
        zone=here.centre.settings.time_zone,
        minute=timedelta(minutes=1),
    )


@router.post("/routes")
def add_route(here: Here, form: Annotated[RouteForm, Form()]) -> RedirectResponse:
    """Adds a routing rule."""
    routing.save_route(here.centre, here.actor, form.route())
    return here.done("/routing", "route-saved")


@router.post("/routes/{route_id}")
def save_route(here: Here, route_id: str, form: Annotated[RouteForm, Form()]) -> RedirectResponse:
    """Changes a routing rule."""
    routing.save_route(here.centre, here.actor, form.route(route_id))
    return here.done("/routing", "route-saved")


@router.post("/routes/{route_id}/move")
def move_route(
    here: Here, route_id: str, to: Annotated[str, Form(pattern="^(up|down)$")]
) -> RedirectResponse:
    """Has a routing rule read one place earlier or later."""
    routing.move_route(here.centre, here.actor, route_id, up=to == "up")
    return here.done("/routing", "route-saved")


@router.post("/routes/{route_id}/removal")
def remove_route(here: Here, route_id: str) -> RedirectResponse:
    """Takes a routing rule away."""
    routing.remove_route(here.centre, here.actor, route_id)
    return here.done("/routing", "route-removed")


@router.post("/levels")
def add_level(here: Here, form: Annotated[LevelForm, Form()]) -> RedirectResponse:
    """Adds a service level."""
    routing.save_level(here.centre, here.actor, form.level())
    return here.done("/routing", "level-saved")


@router.post("/levels/{level_id}/removal")
def remove_level(here: Here, level_id: str) -> RedirectResponse:
    """Takes a service level away."""
    routing.remove_level(here.centre, here.actor, level_id)
    return here.done("/routing", "level-removed")


# --- channels ---------------------------------------------------------------------------------


@router.get("/channels")
def channels(
    here: Here, state: Annotated[DispatchState | None, Query()] = None, offset: Offset = 0
) -> HTMLResponse:
    """Channels, and what was or is to be sent over them."""
    return _channels(here, state=state, offset=offset)


@router.post("/channels")
def add_channel(here: Here, form: Annotated[ChannelForm, Form()]) -> HTMLResponse:
    """Adds a channel, and shows a webhook's key, once."""
    saved = delivery.save_channel(here.centre, here.actor, form.channel())
    return _channels(here, saved=saved)


@router.post("/channels/{channel_id}")
def save_channel(
    here: Here, channel_id: str, form: Annotated[ChannelForm, Form()]
) -> RedirectResponse:
    """Changes a channel."""
    delivery.save_channel(here.centre, here.actor, form.channel(channel_id))
    return here.done("/routing/channels", "channel-saved")


@router.post("/channels/{channel_id}/key")
def renew_key(here: Here, channel_id: str) -> HTMLResponse:
    """Gives a webhook a new key, and shows it, once."""
    return _channels(here, saved=delivery.renew_key(here.centre, here.actor, channel_id))


@router.post("/deliveries/{dispatch_id}/again")
def send_again(here: Here, dispatch_id: str) -> RedirectResponse:
    """Tries again what was given up."""
    delivery.send_again(here.centre, here.actor, dispatch_id)
    return here.done("/routing/channels", "sent-again")


# --- within -----------------------------------------------------------------------------------


def _channels(
    here: Viewer,
    *,
    state: DispatchState | None = None,
    offset: int = 0,
    saved: Saved | None = None,
) -> HTMLResponse:
    return here.page(
        "channels.html",
        view=delivery.channels(here.centre, here.actor),
        deliveries=delivery.deliveries(here.centre, here.actor, state=state, offset=offset),
        state=state,
        states=list(DispatchState),
        offset=offset,
        page_size=delivery.PAGE,
        kinds=list(ChannelKind),
        details=list(Detail),
        occurrences=list(Occurrence),
        advice=ADVICE,
        saved=saved,
    )


def _example(here: Viewer, form: ExampleForm) -> Example:
    now = here.centre.clock().astimezone(here.centre.settings.zone)
    try:
        day = datetime.fromisoformat(form.day).date() if form.day else now.date()
    except ValueError:
        raise InvalidInput("That is not a day: write YYYY-MM-DD.") from None
    at = clock_time(form.at) if form.at else now.time()
    kind, _, target = form.behind.partition(":")
    return Example(
        port=form.port,
        lane=form.lane,
        advice=form.advice,
        at=datetime.combine(day, at, here.centre.settings.zone),
        lists=(target,) if kind == "list" else (),
        rules=(target,) if kind == "rule" else (),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split())


def _minutes(text: str) -> timedelta | None:
    try:
        minutes = number_of(text)
    except InvalidInput:
        raise InvalidInput("times are whole minutes") from None
    if minutes is not None and minutes > 10**6:
        raise InvalidInput("times are a minute at least, 30 days at most")
    return None if minutes is None else timedelta(minutes=minutes)
