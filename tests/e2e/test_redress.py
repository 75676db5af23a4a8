"""Somebody is cleared once; on his next journey nobody is alerted, and the page counts it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def announce_again(stage: Any, number: bytes) -> None:
    """The staged list for another flight: the same persons with the same documents."""
    actor = stage.actor("supervisor")
    page = intake.list_messages(stage.centre, actor)
    first = min((row.message for row in page.rows), key=lambda own: own.id)
    data = intake.raw(stage.centre, actor, first.id).replace(b"PK304", number)
    source = Source(channel=Channel.DROP, name="again.edi")
    intake.receive(stage.centre, actor, data, source)
    assert queue.drain(stage.centre) == set()


def test_who_was_cleared_is_not_raised_again(visit: Visit, stage: Any, ids: dict[str, str]) -> None:
    page = visit(f"/alerts/{ids['alert']}", "targeting")
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Your reason").fill("Another man, twenty years older")
    page.get_by_role("button", name="Clear: not the same").click()
    expect(page.locator(".decided.cleared")).to_contain_text("twenty years older")
    announce_again(stage, b"PK310")
    page.goto("/alerts")
    # The other alert of the flight was not decided on, so that it is raised again.
    expect(page.locator(".alert-row", has_text="PK310")).to_have_count(1)
    expect(page.locator(".alert-row", has_text="PK310").filter(has_text="MAZARI")).to_have_count(0)
    page.goto("/watchlist")
    page.get_by_role("link", name="Redress").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Redress")
    expect(page.locator(".figures")).to_contain_text(re.compile(r"Repeats avoided\s*1"))
    page.get_by_role("searchbox").fill("mazari")
    page.get_by_role("link", name="MAZARI, ZULFIQAR").first.click()
    journeys = page.get_by_role("region", name="Not stopped again on")
    expect(journeys).to_contain_text("PK310")
    journeys.get_by_role("link", name="MAZARI, ZULFIQAR").click()
    expect(page.get_by_text("Cleared before")).to_be_visible()
    other = visit("/redress", "supervisor")
    other.get_by_role("link", name="MAZARI, ZULFIQAR").click()
    other.get_by_label("Your reason").last.fill("The scar was overlooked")
    other.get_by_role("button", name="Withdraw the clearing").click()
    expect(other.get_by_role("main")).to_contain_text("The scar was overlooked")
    page.goto("/alerts")
    expect(page.locator(".alert-row", has_text="PK310").filter(has_text="MAZARI")).to_have_count(1)
