"""The control room in a real browser: an incident is obvious and seen to, a day is played."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.access import system_actor
from parakh.domain.ids import new_id
from parakh.domain.post import Post, PostKind
from parakh.domain.station import StationKind
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.services import performance_measuring, posts, stations
from parakh.store import performance_bulk

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]
KEEPER = system_actor("test")
SENTENCE = "The camera of gate 3, lane A3, is down"


@pytest.fixture
def gate(stage: Any) -> Callable[[bool], None]:
    """Two posts with travellers since yesterday, and a gate that says whether its camera works."""
    centre = stage.centre
    for code, name, north, east in (
        ("KHI", "Karachi Airport", 24.9, 67.2),
        ("LHE", "Lahore Airport", 31.5, 74.4),
    ):
        place = Post(code=code, name=name, kind=PostKind.AIRPORT, latitude=north, longitude=east)
        posts.save(centre, KEEPER, place)
    now = centre.clock()
    made = [
        Crossing(
            id=new_id(), traveller_id=None, voyage_id=None, port="KHI", direction=Direction.ENTRY,
            state=CrossingState.ACTUAL, lane="A3", at=now - timedelta(minutes=20 * n),
        )
        for n in range(75)
    ]  # fmt: skip
    with centre.db.maintain() as connection:
        performance_bulk.add(connection, made, [])
    key = stations.register(
        centre, KEEPER, name="gate 3", kind=StationKind.GATE, port="KHI", lane="A3"
    )
    station = stations.bearer(centre, key)
    assert station is not None
    later = [now]
    centre.clock = lambda: later[0]

    def hear(camera: bool) -> None:
        """It is heard for four minutes more, and measured."""
        for _ in range(2):
            later[0] += timedelta(minutes=2)
            stations.hear(centre, station, at=later[0], camera=camera)
            performance_measuring.measure(centre)

    hear(True)
    return hear


SIZE = """() => parseFloat(getComputedStyle(document.querySelector(".fault strong")).fontSize)"""
"""In one step: what comes by itself may take the place of an element between two."""


def test_an_incident_from_its_beginning_to_its_end(
    visit: Visit, gate: Callable[[bool], None]
) -> None:
    page = visit("/control", "supervisor")
    state = page.locator("#control-state")
    karachi = page.locator(".tile", has_text="Karachi Airport")
    expect(state).to_have_text("Live")
    expect(karachi).to_contain_text("Normal")
    wall = visit("/control?wall=1", "supervisor", width=1920)
    expect(wall.get_by_text("Nothing is wrong")).to_be_visible()
    # It comes by itself, on both screens, and the map says so, too.
    gate(False)
    expect(karachi).to_contain_text("Trouble")
    expect(page.locator(".fault")).to_contain_text(SENTENCE)
    expect(page.locator("#control-live")).to_contain_text(SENTENCE)
    expect(
        page.locator('.map a[aria-label="Karachi Airport: Trouble"] circle.trouble')
    ).to_have_count(1)
    told = wall.locator(".fault strong")
    expect(told).to_have_text("Karachi Airport")
    # Capitals of a fiftieth of the screen's width, or more, are read from five metres.
    size = wall.evaluate(SIZE)
    assert size * 0.7 >= 1920 / 55
    # One post, one lane, and back.
    karachi.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Karachi Airport")
    expect(page.locator(".device")).to_have_text("gate 3: down")
    page.get_by_role("link", name="A3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lane A3")
    expect(page.get_by_text("not announced").first).to_be_visible()
    page.get_by_role("link", name="Karachi Airport").click()
    page.get_by_role("button", name="I see to it").click()
    expect(page.get_by_role("status").first).to_contain_text("Noted")
    expect(page.locator(".fault")).to_contain_text("Supervisor, National centre sees to it")
    expect(wall.locator(".fault")).to_contain_text("Supervisor, National centre sees to it")
    page.goto("/control")
    expect(state).to_have_text("Live")
    gate(True)
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()


def test_a_past_day_is_played(visit: Visit, gate: Callable[[bool], None], stage: Any) -> None:
    page = visit("/control", "supervisor")
    expect(page.locator("#control-state")).to_have_text("Live")
    yesterday = stage.centre.local_now().date() - timedelta(days=1)
    page.locator("#replay-day").fill(yesterday.isoformat())
    expect(page.locator("#control-state")).to_have_text("A past day")
    expect(page.locator(".levels")).to_contain_text("Past")
    clock = page.locator("#replay-clock")
    expect(clock).to_have_text("00:00")
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(clock).to_have_text("00:05")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(clock).to_have_text("00:20")
    page.keyboard.press("Space")
    page.locator("#replay-time").evaluate(
        "own => { own.value = '1435'; own.dispatchEvent(new Event('input')); }"
    )
    expect(clock).to_have_text("23:55")
    expect(page.locator(".levels .clock")).to_contain_text("23:55")
    page.keyboard.press("Escape")
    expect(page.locator("#control-state")).to_have_text("Live")
    expect(page.locator(".levels")).not_to_contain_text("Past")


def test_the_last_day_leads_to_its_incidents(visit: Visit, gate: Callable[[bool], None]) -> None:
    page = visit("/control", "supervisor")
    for _ in range(3):
        gate(False)
    expect(page.locator(".fault")).to_contain_text(SENTENCE)
    page.get_by_role("button", name="Play the last 24 hours").click()
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    expect(page.locator(".levels")).to_contain_text("Past")
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    incident = page.locator(".incident")
    expect(incident).to_contain_text(SENTENCE)
    incident.click()
    expect(incident).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("#control-state")).to_have_text("Live")
    # A moment that cannot be fetched is said to be so.
    page.route("**/control/day*", lambda route: route.abort())
    page.get_by_role("button", name="Play the last 24 hours").click()
    expect(page.locator("#replay-failed")).to_contain_text("could not be fetched")
