"""The pages of goods in a real browser: by keyboard, at two widths, in both directions."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.goods_stage import (
    CONTAINER,
    GREEN,
    PLATE,
    RED,
    declaration,
    lodge,
    send,
    tell_of_the_rest,
)

from parakh.store import conveyances

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]

BEYOND = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("main *")].filter((own) => {
    const { left, right } = own.getBoundingClientRect();
    return left < -1 || right > wide + 1;
  }).map((own) => own.outerHTML.slice(0, 120));
}"""
"""What makes a page wider than the window."""

UNNAMED = """() => [...document.querySelectorAll("main :is(input, select, textarea)")]
  .filter((own) => own.type !== "hidden" && !own.labels?.length && !own.ariaLabel)
  .map((own) => own.outerHTML)"""
"""Fields that nobody who cannot see them can tell apart."""


@pytest.fixture
def goods(stage: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A red and a green declaration, and the rest of a day; their identifiers."""
    lodge(stage, monkeypatch)
    tell_of_the_rest(stage)
    with stage.centre.db.read() as connection:
        (truck,) = conveyances.named(connection, [PLATE])
        (box,) = conveyances.named(connection, [CONTAINER])
    found = {name: declaration(stage, name).id for name in (RED, GREEN)}
    return {"red": found[RED], "green": found[GREEN], "truck": truck.id, "box": box.id}


def paths(goods: dict[str, str]) -> list[str]:
    """Every page of goods."""
    return [
        "/consignments",
        "/consignments?shown=done",
        "/consignments?text=nothing-of-the-kind",
        f"/consignments/{goods['red']}",
        f"/consignments/{goods['green']}",
        "/conveyances",
        f"/conveyances/{goods['truck']}",
        f"/conveyances/{goods['box']}",
        "/currency",
        "/seizures",
        "/seizures?kind=company",
        "/selectivity",
        "/selectivity/figures",
        "/selectivity/traders",
        "/selectivity/draws",
        "/cargo-models",
        "/examinations",
        "/examinations/terminals",
        "/examinations/examiners",
        "/examinations/roster",
    ]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [1280, 820])
def test_nothing_runs_over_the_edge(
    visit: Visit, goods: dict[str, str], width: int, direction: str
) -> None:
    page = visit("/account", "supervisor", width=width)
    faults = []
    for path in paths(goods):
        page.goto(path, wait_until="networkidle")
        page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)
        faults += [f"{path}: {own}" for own in page.evaluate(BEYOND)[:3]]
        faults += [f"{path}: {own}" for own in page.evaluate(UNNAMED)]
    assert faults == []


def test_the_list_is_worked_by_keyboard(visit: Visit, goods: dict[str, str]) -> None:
    page = visit("/consignments", "targeting")
    rows = page.locator("#goods tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(RED)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.last).to_have_class("current")
    page.keyboard.press("k")
    expect(rows.first).to_have_class("current")
    page.keyboard.press("o")
    page.wait_for_url(f"**/consignments/{goods['red']}")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("beta home")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(GREEN)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/consignments/{goods['green']}")


def test_tabs_of_lanes_count_and_choose(visit: Visit, goods: dict[str, str]) -> None:
    page = visit("/consignments", "targeting")
    tabs = page.get_by_role("navigation", name="Lane")
    expect(tabs.get_by_role("link", name="Red lane")).to_have_text("Red lane 1")
    tabs.get_by_role("link", name="Green lane").click()
    expect(page.locator("#goods tbody tr")).to_have_count(1)
    expect(page.locator("#goods tbody tr")).to_contain_text(GREEN)


def test_the_list_follows_by_itself(visit: Visit, stage: Any, goods: dict[str, str]) -> None:
    page = visit("/consignments", "targeting")
    before = page.locator("#goods tbody tr").count()
    more = {
        "transport_document": {"number": "TSTL9934567", "kind": "master_bill"},
        "direction": "entry",
        "port": "KHI",
        "declaration": {"reference": "KAPE-HC-9", "office": "KAPE"},
        "containers": [{"number": "TEMU1234561", "seal": "S9", "seal_at_loading": "S1"}],
        "items": [{"hs_code": "640399", "description": "Shoes", "origin": "CHN"}],
    }
    send(stage, "consignments", consignments=[more])
    expect(page.locator("#goods tbody tr")).to_have_count(before + 1)
    expect(page.locator("#goods")).to_contain_text("KAPE-HC-9")


def test_an_officer_routes_goods_to_another_lane(visit: Visit, goods: dict[str, str]) -> None:
    page = visit(f"/consignments/{goods['green']}", "targeting")
    page.get_by_label("Route it to another lane, because").fill("the office asked for it")
    page.get_by_role("button", name="Red lane").click()
    expect(page.locator(".goods-top .tag.big").first).to_have_text("Red lane")
    expect(page.get_by_text("the office asked for it").first).to_be_visible()
    expect(page.get_by_role("link", name="Open the order")).to_be_visible()


def test_seizures_are_on_the_map(visit: Visit, goods: dict[str, str]) -> None:
    page = visit("/seizures", "targeting")
    expect(page.locator("[data-map-canvas] svg path").first).to_be_attached()
    page.get_by_role("button", name="Closer").click()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("main table")).to_contain_text("Port Qasim")


def test_a_unit_is_found_by_its_number(visit: Visit, goods: dict[str, str]) -> None:
    page = visit("/conveyances", "targeting")
    page.keyboard.press("/")
    page.keyboard.type(PLATE)
    expect(page.locator("#units tbody tr")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("o")
    page.wait_for_url(f"**/conveyances/{goods['truck']}")
    expect(page.get_by_text("Hub checkpost").first).to_be_visible()


def test_an_examiner_sees_goods_and_nothing_that_is_refused_him(
    visit: Visit, goods: dict[str, str]
) -> None:
    page = visit(f"/consignments/{goods['red']}", "examiner")
    refused = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("heading", name=RED)).to_be_visible()
    links = page.locator("main a[href^='/']").evaluate_all("all => all.map(own => own.href)")
    for link in sorted(set(links)):
        page.goto(link, wait_until="networkidle")
    assert refused == []
