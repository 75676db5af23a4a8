"""A declaration's whole way: it turns red, is examined on a tablet, and what is found is learnt."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.e2e.goods_stage import IMPORTER, NUMBER, RED, RULE, declaration, lodge
from tests.e2e.test_accessible import AXE, RUN

from parakh.domain.hit import Kind
from parakh.services import (
    accounts,
    cargo_history,
    cargo_models,
    examination_draws,
    goods_screening,
    outcomes,
)

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]
PASSWORD = "correct horse battery staple"


def known(stage: Any) -> tuple[int, int]:
    """Of how many consignments the cargo model knows what became, and how many had a finding."""
    cargo_history.learn_due(stage.centre)
    told = cargo_models.overview(stage.centre, stage.actor("analyst")).outcomes
    return told.known, told.found


def labels(stage: Any) -> list[tuple[Kind, bool | None]]:
    """What the hits of the last day met, and whether something was found."""
    since = stage.centre.clock() - timedelta(days=1)
    found = outcomes.labels(stage.centre, stage.actor("analyst"), since)
    return [(own.target.kind, own.found) for own in found]


def why_red(visit: Visit) -> None:
    """The officer finds it first on his list, and sees why it is red."""
    page = visit("/consignments", "targeting")
    first = page.locator("#goods tbody tr").first
    expect(first).to_contain_text(RED)
    expect(first).to_contain_text("Red lane")
    expect(first).to_contain_text("1 open hit")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/consignments/*")
    expect(page.locator(".goods-top .tag.big").first).to_have_text("Red lane")
    expect(page.locator(".goods-top")).to_contain_text(RULE)
    expect(page.get_by_text("another seal on loading: S1")).to_be_visible()
    expect(page.get_by_role("region", name="Parties").locator("tbody tr").first).to_contain_text(
        "none examined"
    )
    page.get_by_role("link", name="Open the order").click()
    expect(page.get_by_text("The program draws once it is grounded.")).to_be_visible()


def grounded(visit: Visit) -> None:
    """The planner has it brought to the terminal."""
    page = visit("/examinations", "supervisor")
    board = page.locator(".terminal-board", has_text="East wharf")
    expect(board.locator("ol.orders li").first).to_contain_text(RED)
    board.get_by_role("button", name="Ground the next 1").click()
    expect(board.locator("ol.orders")).to_contain_text("Nothing waits.")
    expect(board.locator(".lane-list").nth(1)).to_contain_text(RED)


def signed_in(stage: Any, name: str) -> None:
    signed = accounts.sign_in(stage.centre, name, PASSWORD)
    kind = type(stage.sessions["gate"])
    stage.sessions[name] = kind(token=signed.token, csrf=signed.session.csrf)


def examined(visit: Visit, name: str, tmp_path: Path) -> None:
    """The examiner writes on a tablet what he found, and signs it."""
    page = visit("/examinations", name, width=820)
    expect(page.locator(".orders.mine")).to_contain_text(RED)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/report")
    expect(page.locator("#tablet[data-ready]")).to_be_attached()
    seal = page.get_by_role("group", name="Seals are whole")
    seal.get_by_label("No", exact=True).check()
    seal.get_by_placeholder("What was wrong").fill("cut and glued")
    page.get_by_label("Counted", exact=True).fill("480")
    picture = tmp_path / "doors.png"
    Image.new("RGB", (1600, 1200), "brown").save(picture)
    page.locator("input[type=file]").first.set_input_files(picture)
    expect(page.locator(".shots img")).to_have_count(1)
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN) == []
    page.locator("#r-outcome").select_option("seizure")
    page.locator("#r-commodity-1").select_option("tobacco")
    page.locator("#r-quantity-1").fill("40")
    page.get_by_label("Note", exact=True).last.fill("Cartons by the doors")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and send").click()
    page.wait_for_url("**/examinations/orders/*", wait_until="load")
    expect(page.get_by_text("cut and glued")).to_be_visible()
    expect(page.get_by_text("counted 480")).to_be_visible()


def seen_by_the_officer(visit: Visit, path: str) -> None:
    """The officer sees that something was found, and the examiner's picture."""
    page = visit(path, "targeting")
    expect(page.locator(".notices")).to_contain_text("Found")
    importer = page.get_by_role("region", name="Parties").locator("tbody tr").first
    expect(importer).to_contain_text("1 of 1 examined: found")
    page.get_by_role("link", name="Open the order").click()
    page.wait_for_url("**/examinations/orders/*")
    picture = page.locator(".shots img")
    picture.scroll_into_view_if_needed()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(page.get_by_text("Tobacco").first).to_be_visible()
    page.goto("/consignments?shown=done")
    line = page.locator("#goods tbody tr", has_text=RED)
    expect(line).to_contain_text("Reported")


def profiled(visit: Visit) -> None:
    """The importer's profile waits for a second person, who sees what it rests on."""
    page = visit("/profiles?state=proposed", "supervisor")
    page.get_by_role("link", name=IMPORTER).click()
    expect(page.get_by_role("heading", name=IMPORTER)).to_be_visible()
    told = page.get_by_text(f"An examination of {RED} found: tobacco")
    expect(told.first).to_be_visible()
    expect(page.get_by_text(NUMBER).first).to_be_visible()


def test_a_red_declaration_is_examined_and_learnt_from(
    visit: Visit,
    stage: Any,
    docks: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    yard = docks(stage.centre)
    lodge(stage, monkeypatch)
    own = declaration(stage, RED)
    assert known(stage) == (0, 0)
    assert labels(stage) == []

    why_red(visit)
    grounded(visit)
    examination_draws.assign_due(stage.centre)
    name = yard.order_of(own).assigned_to
    signed_in(stage, name)
    examined(visit, name, tmp_path)
    goods_screening.learn_due(stage.centre)
    seen_by_the_officer(visit, f"/consignments/{own.id}")
    profiled(visit)

    assert known(stage) == (1, 1)
    assert labels(stage) == [(Kind.RULE, True)]
