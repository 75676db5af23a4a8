"""The control room over HTTP: pages, the stream, posts by form and by file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from parakh.access import system_actor
from parakh.domain.station import StationKind
from parakh.services import performance_measuring, stations
from parakh.web.control_charts import HEIGHT, WIDTH, bars
from parakh.web.pages import control
from parakh.web.security import COOKIE

V1 = "/api/v1"
KEEPER = system_actor("test")
TOML = b"""
[limits]
queue = 90

[[post]]
code = "KHI"
name = "Karachi Airport"
kind = "airport"
latitude = 24.91
longitude = 67.16
region = "Sindh"
limits = { queue = 200 }

[[post]]
code = "LHE"
name = "Lahore Airport"
kind = "airport"
"""


@pytest.fixture
def troubled(stage: Any) -> Any:
    """A stage with a gate at Karachi whose camera broke, and which was measured then."""
    secret = stations.register(
        stage.centre, KEEPER, name="gate 3", kind=StationKind.GATE, port="KHI", lane="A3"
    )
    station = stations.bearer(stage.centre, secret)
    assert station is not None
    now = stage.centre.clock()
    stage.centre.clock = lambda: now - timedelta(minutes=3)
    stations.hear(stage.centre, station, at=now, camera=False)
    stage.centre.clock = lambda: now
    stations.hear(stage.centre, station, at=now, camera=False)
    performance_measuring.measure(stage.centre)
    return stage


def test_the_incident_stands_on_page_wall_and_post(
    troubled: Any, browser: Callable[[str], Any]
) -> None:
    mine = browser("supervisor")
    file = {"file": ("posts.toml", TOML)}
    assert mine.post("/posts/file", files=file).status_code == 303
    for path in ("/control", "/control?wall=1", "/control/board", "/control/posts/KHI"):
        page = mine.get(path).text
        assert "The camera of gate 3, lane A3, is down" in page, path
        assert "Karachi Airport" in page
    board = mine.get(f"{V1}/control").json()
    assert (board["live"], board["stale"]) == (True, False)
    first = board["posts"][0]
    assert (first["code"], first["level"], first["standing"]["stations_down"]) == (
        "KHI", "trouble", 1,
    )  # fmt: skip
    (own,) = first["troubles"]
    assert own["sentence"]["text"] == "The camera of gate 3, lane A3, is down"
    seen = f"{V1}/control/troubles/{own['id']}/acknowledgement"
    headers = {"x-csrf-token": mine.csrf}
    noted = mine.client.post(seen, json={"note": "called"}, headers=headers)
    assert (noted.json()["state"], noted.json()["acknowledged_by"]) == (
        "acknowledged", "supervisor",
    )  # fmt: skip
    assert mine.client.post(seen, json={}, headers=headers).status_code == 409
    page = mine.get("/control").text
    assert "Supervisor, National centre sees to it" in page
    lahore = browser("gate").get("/control").text
    assert "Lahore" not in lahore.partition("<main")[2]


def test_a_past_day_is_shown_and_the_future_is_not(
    troubled: Any, browser: Callable[[str], Any]
) -> None:
    mine, centre = browser("supervisor"), troubled.centre
    today = centre.local_now().date()
    moment = (centre.clock() - timedelta(days=1)).isoformat()
    later = (centre.clock() + timedelta(days=2)).isoformat()
    before = mine.get("/control/board", params={"at": moment})
    assert (before.status_code, "is down" in before.text) == (200, False)
    assert mine.get("/control/board", params={"at": later}).status_code == 422
    assert "This is how it was then." in mine.get("/control", params={"at": moment}).text
    # What went wrong on the day that is to be played, once its five minutes are over.
    now = centre.clock() + timedelta(minutes=5)
    centre.clock = lambda: now
    day = mine.get("/control/day").text
    assert "The camera of gate 3, lane A3, is down" in day
    assert f'data-since="{mine.get(f"{V1}/control/day").json()["since"]}' in day.replace(
        "+00:00", "Z"
    )
    assert "Nothing went wrong" in mine.get(f"/control/day?day={today - timedelta(days=1)}").text
    assert mine.get(f"/control/day?day={today + timedelta(days=2)}").status_code == 422
    assert mine.get("/control/day?day=yesterday").status_code == 422
    post = mine.get("/control/posts/KHI", params={"at": moment})
    assert (post.status_code, "Past" in post.text) == (200, True)


def test_posts_are_kept_by_form(browser: Callable[[str], Any]) -> None:
    mine = browser("supervisor")
    limits = {"limit_kind": ["queue", "unfit"], "limit": ["120", ""]}
    place = {"latitude": "24.9", "longitude": "67.2"}
    form = {"code": "khi", "name": "Karachi", "kind": "airport", **place, **limits}
    assert mine.post("/posts", data=form).status_code == 303
    (own,) = [one for one in mine.get(f"{V1}/posts").json() if one["named"]]
    assert (own["code"], own["latitude"], own["limits"]) == ("KHI", 24.9, {"queue": 120.0})
    assert 'value="120.0"' in mine.get("/posts?code=KHI").text
    assert mine.post("/posts", data=form | {"latitude": "north"}).status_code == 422
    assert mine.post("/posts", data=form | {"limit": ["-1", ""]}).status_code == 422
    assert mine.post("/posts/KHI/removal").status_code == 303
    assert not any(one["named"] for one in mine.get(f"{V1}/posts").json())


def test_the_stream_says_when_there_is_news(
    troubled: Any, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "BEAT_SECONDS", 0.2)
    cookies = {COOKIE: troubled.sessions["gate"].token}
    with (
        httpx.Client(cookies=cookies, timeout=60) as client,
        client.stream("GET", f"{server}/control/events") as answer,
    ):
        lines = (line for line in answer.iter_lines() if line.startswith("event: "))
        assert [next(lines) for _ in range(3)] == [
            "event: control", "event: beat", "event: beat",
        ]  # fmt: skip
        now = troubled.centre.clock() + timedelta(minutes=1)
        troubled.centre.clock = lambda: now
        performance_measuring.measure(troubled.centre)
        assert "event: control" in [next(lines) for _ in range(3)]


def test_the_series_is_drawn_to_its_highest() -> None:
    drawn = bars([0, 10, 5])
    assert [(own.x, own.y, own.height) for own in drawn] == [
        (WIDTH / 3, 0, HEIGHT),
        (2 * WIDTH / 3, HEIGHT / 2, HEIGHT / 2),
    ]
    # A single traveller is no full bar.
    assert bars([1])[0].height < HEIGHT / 2
