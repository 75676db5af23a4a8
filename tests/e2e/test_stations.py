"""Capture stations in a real browser: registered, shown once, revoked."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.station import StationKind
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
    expect(page.locator("tr.station")).to_contain_text("Never heard")
    page.locator("summary").get_by_text("Revoke", exact=True).click()
    expect(page.get_by_text("Revoke e-gate 1?")).to_be_visible()
    page.get_by_role("button", name="Revoke e-gate 1").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    expect(page.locator("tr.station")).to_contain_text("Revoked")
    assert stations.bearer(stage.centre, key) is None


def test_what_was_typed_stays_when_the_name_is_taken(visit: Visit, stage: Any) -> None:
    keeper = stage.actor("integrator")
    stations.register(
        stage.centre, keeper, name="desk 1", kind=StationKind.DESK, port="KHI", lane="B1"
    )
    page = visit("/stations", "integrator")
    page.get_by_label("Name").fill("desk 1")
    page.get_by_label("Lane").fill("B7")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_contain_text("desk 1")
    expect(page.get_by_label("Lane")).to_have_value("B7")


def test_a_key_is_copied_and_not_left_by_mistake(visit: Visit, stage: Any) -> None:
    keeper = stage.actor("integrator")
    stations.register(
        stage.centre, keeper, name="desk 1", kind=StationKind.DESK, port="KHI", lane="B1"
    )
    page = visit("/stations", "integrator")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("summary").get_by_text("New key", exact=True).click()
    expect(page.get_by_text("A new key for desk 1?")).to_be_visible()
    page.get_by_role("button", name="New key for desk 1").click()
    key = page.locator(".key").inner_text()
    assert stations.bearer(stage.centre, key) is not None
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Alerts").or_(page.locator("a.brand")).first.click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("Register a station")).to_be_visible()
    assert asked == ["beforeunload"]


def test_on_a_narrow_screen_nothing_is_cut_off(visit: Visit, stage: Any) -> None:
    keeper = stage.actor("integrator")
    key = stations.register(
        stage.centre, keeper, name="e-gate 2", kind=StationKind.GATE, port="KHI", lane="A2"
    )
    own = stations.bearer(stage.centre, key)
    assert own is not None
    stations.hear(stage.centre, own, at=stage.centre.clock(), software="parakh station 0.1.0")
    page = visit("/stations", "integrator", width=820)
    row = page.locator("tr.station")
    expect(row.get_by_text("Camera: Works")).to_be_visible()
    page.locator("summary").get_by_text("Revoke", exact=True).click()
    box = page.get_by_role("button", name="Revoke e-gate 2").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < 820
    assert page.locator(".scroll-x").evaluate("own => own.scrollWidth - own.clientWidth") <= 0
