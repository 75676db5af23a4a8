"""The wall's stream, over a real connection: nothing is missed, nobody listens on without leave."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from parakh.domain.message import Channel, Source
from parakh.services import alerts, intake, queue, sessions
from parakh.web.pages import wall
from parakh.web.security import COOKIE

Event = dict[str, str]


@pytest.fixture(autouse=True)
def quick_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(wall, "CHECK_SECONDS", 0.2)


@contextmanager
def listening(
    server: str, stage: Any, name: str, **kwargs: Any
) -> Iterator[Callable[[int], list[Event]]]:
    """A wall; gives the function that waits for so many events that are no beat."""
    cookies = {COOKIE: stage.sessions[name].token}
    with (
        httpx.Client(cookies=cookies, timeout=60) as client,
        client.stream("GET", f"{server}/wall/events", **kwargs) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = _blocks(answer)

        def wait(count: int) -> list[Event]:
            found: list[Event] = []
            while len(found) < count:
                event = next(blocks)
                if event.get("event") != "beat" and "event" in event:
                    found.append(event)
            return found

        yield wait


def _blocks(answer: httpx.Response) -> Iterator[Event]:
    block: Event = {}
    for line in answer.iter_lines():
        if line:
            key, _, value = line.partition(":")
            block[key] = value.strip()
        elif block:
            yield block
            block = {}


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    queue.drain(stage.centre)


def position(stage: Any) -> int:
    return alerts.wall_position(stage.centre, stage.actor("supervisor"))


def test_an_alert_is_told_while_the_wall_is_open(server: str, stage: Any, flight: bytes) -> None:
    after = position(stage)
    with listening(server, stage, "gate", params={"after": after}) as wait:
        threading.Thread(target=take_in, args=(stage, flight)).start()
        first, second = wait(2)
    assert [first["event"], second["event"]] == ["alert", "alert"]
    assert [int(first["id"]), int(second["id"])] == [after + 1, after + 2]
    told = json.loads(first["data"])
    assert told.keys() == {"seq", "kind", "alert_id"}
    assert told["kind"] == "raised"


def test_a_line_that_was_too_slow_reads_again(
    server: str, stage: Any, flight: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "MOST_WAITING", 0)
    after = position(stage)
    with listening(server, stage, "gate", params={"after": after}) as wait:
        assert comes_true(lambda: stage.centre.wall_feed.listeners == 1)
        take_in(stage, flight)
        told = [int(event["id"]) for event in wait(2)]
    assert told == [after + 1, after + 2]


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_wall_that_comes_back_is_told_what_it_missed(
    server: str, stage: Any, flight: bytes, how: str
) -> None:
    take_in(stage, flight)
    everything = alerts.wall(stage.centre, stage.actor("gate"), 0)
    seen = everything[1].seq
    resume = (
        {"headers": {"last-event-id": str(seen)}, "params": {"after": 0}}
        if how == "header"
        else {"params": {"after": seen}}
    )
    with listening(server, stage, "gate", **resume) as wait:
        found = wait(len(everything) - 2)
    assert [int(event["id"]) for event in found] == [event.seq for event in everything[2:]]


def test_a_wall_hears_its_own_unit_only(server: str, stage: Any, flight: bytes) -> None:
    with listening(server, stage, "lahore") as wait:
        take_in(stage, flight)
        sessions.sign_out(stage.centre, stage.actor("lahore"), stage.sessions["lahore"].token)
        assert wait(1)[0]["event"] == "signed-out"


def test_a_wall_ends_with_its_session(server: str, stage: Any) -> None:
    with listening(server, stage, "gate", params={"after": position(stage)}) as wait:
        sessions.sign_out(stage.centre, stage.actor("gate"), stage.sessions["gate"].token)
        assert wait(1)[0]["event"] == "signed-out"


@pytest.mark.parametrize("name", ["analyst", "auditor", "integrator"])
def test_who_sees_no_alerts_hears_none(server: str, stage: Any, name: str) -> None:
    cookies = {COOKIE: stage.sessions[name].token}
    assert httpx.get(f"{server}/wall/events", cookies=cookies).status_code == 403


def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether it holds within ten seconds; the server's side of a stream runs on its own."""
    for _ in range(200):
        if condition():
            return True
        threading.Event().wait(0.05)
    return False


def test_a_wall_that_leaves_is_forgotten(server: str, stage: Any) -> None:
    feed = stage.centre.wall_feed
    with listening(server, stage, "gate"):
        assert comes_true(lambda: feed.listeners == 1)
    assert comes_true(lambda: not feed.listeners)
