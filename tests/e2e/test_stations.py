"""Capture stations in a real browser: registered, shown once, revoked."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.services import stations

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def test_a_station_is_registered_and_its_key_shown_once(visit: Visit, stage: Any) -> None:
    page = visit("/stations", "integrator")
    expect(page.get_by_text("No station is registered")).to_be_visible()
    page.get_by_label("Name").fill("e-gate 1")
    page.get_by_role("combobox", name="Port").select_option("KHI")
    page.get_by_label("Lane").fill("A1")
    page.get_by_role("button", name="Register").click()
    key = page.locator(".key").inner_text()
    assert stations.bearer(stage.centre, key) is not None
    page.get_by_role("link", name="I have copied it").click()
    expect(page.locator("body")).not_to_contain_text(stations.PREFIX)
    row = page.get_by_role("row").filter(has_text="e-gate 1")
    expect(row).to_contain_text("Never heard")
    row.get_by_text("Change", exact=True).click()
    row.get_by_role("button", name="Revoke e-gate 1").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    expect(page.get_by_role("row").filter(has_text="e-gate 1")).to_contain_text("Revoked")
    assert stations.bearer(stage.centre, key) is None
