"""The vetting list in a real browser: by keyboard, live, and in both directions of writing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    queue.drain(stage.centre)


def test_clearing_by_keyboard_tells_what_was_left(visit: Visit) -> None:
    page = visit("/vetting", "targeting")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Clear the hits of 2 travellers")).to_be_visible()
    page.get_by_label("Reason").fill("Other persons of that name")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("heading", name="1 hit is cleared")).to_be_visible()
    expect(page.get_by_text("decide on it by itself")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Vetting list")).to_be_visible()


def test_nothing_new_and_undo_by_keyboard(visit: Visit) -> None:
    page = visit("/vetting", "targeting")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing new, says")).to_be_visible()
    settled = page.locator("tr.settled")
    first, second = settled.get_attribute("id"), page.locator("tr.current").get_attribute("id")
    assert second not in (None, first), "the next line is in hand"
    page.keyboard.press("u")
    expect(page.get_by_text("That mark is taken back.")).to_be_visible()
    expect(settled).to_have_count(0)
    expect(page.locator("tr.current")).to_have_attribute("id", str(first))


def test_the_lines_own_undo_goes_before_that_of_the_last_step(visit: Visit) -> None:
    page = visit("/vetting", "targeting")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("tr.settled")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator("tr.settled")).to_have_count(2)
    kept = page.locator("tr.settled").last.get_attribute("id")
    page.locator("tr.settled a.go").first.focus()
    page.keyboard.press("u")
    expect(page.locator("tr.settled")).to_have_count(1)
    expect(page.locator("tr.settled")).to_have_attribute("id", str(kept))


def test_a_step_without_a_line_says_so(visit: Visit) -> None:
    page = visit("/vetting", "targeting")
    page.keyboard.press("c")
    expect(page.get_by_text("First choose somebody")).to_be_visible()


def test_new_evidence_moves_lines_and_loses_nothing(
    visit: Visit, stage: Any, flight: bytes
) -> None:
    page = visit("/vetting", "targeting")
    rows = page.locator("#vetting tbody tr")
    before = rows.count()
    for _ in range(4):
        page.keyboard.press("j")
    page.keyboard.press("x")
    held = page.locator("tr.current").get_attribute("id")
    take_in(stage, flight)
    expect(rows).not_to_have_count(before)
    expect(page.locator("tr.current")).to_have_attribute("id", str(held))
    expect(page.locator(f"#{held} input[type=checkbox]")).to_be_checked()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    expect(page.locator("tr.fresh").first).to_be_visible()


def test_the_list_is_filtered_as_one_types(visit: Visit) -> None:
    page = visit("/vetting", "targeting")
    page.keyboard.press("/")
    page.keyboard.type("mazari")
    expect(page.locator("#vetting tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("text=mazari"))
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name", exact=True).fill("My man")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="My man")).to_have_attribute("aria-current", "page")
    expect(page.locator("#vetting tbody tr")).to_have_count(1)


def test_the_box_of_every_page_leads_to_answers(visit: Visit) -> None:
    page = visit("/arrivals", "targeting")
    page.keyboard.press("s")
    page.keyboard.type("zulfikar mazari")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Travellers")).to_be_visible()
    page.get_by_role("link", name="MAZARI, ZULFIQAR").first.click()
    page.wait_for_url("**/travellers/*")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [1280, 820])
def test_nothing_runs_over_the_edge(visit: Visit, width: int, direction: str) -> None:
    page = visit("/vetting", "targeting", width=width)
    for path in ("/vetting?all=1", "/vetting?all=1&group=voyage", "/search?q=mazari"):
        page.goto(path)
        page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
