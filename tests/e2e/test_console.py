"""Officers at work in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue, voyages

pytestmark = pytest.mark.e2e

PASSWORD = "correct horse battery staple"
Visit = Callable[..., Page]


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    queue.drain(stage.centre)


def arrivals(stage: Any, ids: dict[str, str]) -> str:
    view = voyages.voyage(stage.centre, stage.actor("supervisor"), ids["voyage"])
    due = view.voyage.due_at
    assert due is not None
    return f"/arrivals?day={due.astimezone(stage.centre.settings.zone).date().isoformat()}"


def test_signing_in_and_out(visit: Visit) -> None:
    page = visit("/messages")
    page.get_by_label("Name").fill("targeting")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("Name")).to_have_value("targeting")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/messages")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_vetting_by_keyboard(visit: Visit, stage: Any, ids: dict[str, str]) -> None:
    page = visit(arrivals(stage, ids), "targeting")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/voyages/*")
    current = page.locator("tr.current")
    page.keyboard.press("j")
    first = current.inner_text()
    page.keyboard.press("ArrowDown")
    assert current.inner_text() != first
    page.keyboard.press("k")
    assert current.inner_text() == first
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next line")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("mazari zul")
    expect(page.locator("#vetting tbody tr:visible")).to_have_count(1)
    expect(page.locator("output")).to_have_text("1 of 11 shown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/travellers/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("MAZARI, ZULFIQAR")
    page.go_back()
    expect(page.locator("#vetting tbody tr:visible")).to_have_count(1)


def test_filtering_a_voyage(visit: Visit, ids: dict[str, str]) -> None:
    page = visit(f"/voyages/{ids['voyage']}", "targeting")
    rows = page.locator("#vetting tbody tr:visible")
    expect(rows).to_have_count(11)
    page.get_by_label("Only with hits").check()
    expect(rows).to_have_count(2)
    page.get_by_label("Advice or state").select_option("compare")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody of that name")
    expect(page.get_by_text("Nobody fits the filter")).to_be_visible()


def test_an_alert_is_raised_live_and_handled_to_its_end(
    visit: Visit, stage: Any, flight: bytes
) -> None:
    page, other = visit("/alerts", "gate"), visit("/alerts", "gate")
    for one in (page, other):
        expect(one.locator("#wall-state")).to_have_text("Live")
        expect(one.locator(".alert-row")).to_have_count(2)
    take_in(stage, flight)
    for one in (page, other):
        expect(one.locator(".alert-row")).to_have_count(4)
        expect(one.locator(".alert-row.fresh")).to_have_count(2)
    expect(page.locator("#wall-live")).to_contain_text(
        "New alert: Compare, MAZARI, ZULFIQAR, PK306"
    )
    assert page.title().startswith("(4)")
    page.keyboard.press("a")  # no line is chosen, so nothing is acknowledged
    row = page.locator(".alert-row", has_text="PK306").filter(has_text="MAZARI")
    row.locator("a.go").focus()
    page.keyboard.press("a")
    expect(row).to_have_class(re.compile("acknowledged"))
    expect(page.locator(".alert-row.acknowledged")).to_have_count(1)
    twin = other.locator(".alert-row", has_text="PK306").filter(has_text="MAZARI")
    expect(twin).to_have_class(re.compile("acknowledged"))
    expect(row).to_have_class(re.compile("current"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/*")
    page.get_by_role("button", name="Clear: not the same").click()
    expect(page.get_by_text("First decide on the hit")).to_be_visible()  # a reason is asked for
    page.get_by_label("Your reason").fill("The passport shows another birthplace")
    page.get_by_role("button", name="Clear: not the same").click()
    expect(page.get_by_text("The hit is cleared")).to_be_visible()
    page.get_by_label("Outcome", exact=True).select_option("false_match")
    page.get_by_label(re.compile("Note")).fill("Let go")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("its outcome recorded")).to_be_visible()
    expect(twin).to_have_count(0)


def test_a_mistake_is_shown_above_the_page_as_it_stands(
    visit: Visit, ids: dict[str, str], stage: Any
) -> None:
    first, second = (visit(f"/alerts/{ids['alert']}", name) for name in ("targeting", "gate"))
    first.get_by_role("button", name="Acknowledge").click()
    expect(first.get_by_text("You have acknowledged this alert")).to_be_visible()
    second.get_by_role("button", name="Acknowledge").click()
    expect(second.get_by_role("alert")).to_contain_text("Not possible now")
    expect(second.get_by_role("heading", level=1)).to_have_text("MAZARI, ZULFIQAR")


def test_the_wall_survives_a_broken_connection(
    visit: Visit, serving: Any, stage: Any, flight: bytes
) -> None:
    page = visit("/alerts", "gate")
    state = page.locator("#wall-state")
    expect(state).to_have_text("Live")
    serving.stop()
    expect(state).to_have_text("Connection lost, trying again")
    take_in(stage, flight)
    serving.start()
    expect(state).to_have_text("Live", timeout=30_000)
    expect(page.locator(".alert-row")).to_have_count(4)
    expect(page.locator(".alert-row.fresh")).to_have_count(2)


def test_the_wall_leads_to_sign_in_when_the_session_ends(visit: Visit) -> None:
    page = visit("/alerts", "gate")
    expect(page.locator("#wall-state")).to_have_text("Live")
    page.context.new_page().goto("/alerts")
    away = page.context.pages[1]
    away.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)
