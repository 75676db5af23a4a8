"""A vessel is proposed, approved, and found by its number; a person is asked about."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def test_a_vessel_is_proposed_and_found_by_hand(visit: Callable[..., Page]) -> None:
    mine = visit("/watchlist", "targeting")
    mine.get_by_role("link", name="Propose an entry").click()
    mine.get_by_role("navigation", name="Kind").get_by_role("link", name="Vessel").click()
    mine.get_by_label("Name", exact=True).fill("SEA STAR")
    mine.get_by_label("IMO number").fill("9074728")
    mine.get_by_label("MMSI").fill("463000123")
    mine.get_by_label("Call sign").click()
    expect(mine.get_by_text("check digit of the IMO number is wrong")).to_be_visible()
    mine.get_by_label("IMO number").fill("9074729")
    mine.get_by_label("Call sign").click()
    expect(mine.get_by_text("can be used")).to_be_visible()
    mine.get_by_label("List").select_option(label="Couriers")
    mine.get_by_label("Why this entry is needed").fill("Transfers at sea")
    mine.get_by_role("button", name="Propose").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("SEA STAR")
    other = visit(mine.url, "supervisor")
    other.get_by_label("Your reason").fill("Seen in the port's log")
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("approved and screened from now on")).to_be_visible()

    mine.goto("/screen")
    mine.get_by_role("navigation", name="Kind").get_by_role("link", name="Vessel").click()
    mine.get_by_label("IMO number").fill("IMO 9074729")
    mine.get_by_label("Why you ask").fill("Berth request")
    mine.get_by_role("button", name="Screen").click()
    expect(mine.get_by_role("heading", name="1 hit")).to_be_visible()
    expect(mine.get_by_role("link", name="SEA STAR")).to_be_visible()


def test_what_comes_close_is_told_from_a_hit(visit: Callable[..., Page], ids: Any) -> None:
    page = visit("/screen", "targeting", width=820)
    page.get_by_label("Name", exact=True).fill("Mazari, Zulfiqar")
    page.get_by_label("Date of birth").fill("1951-11-30")
    page.get_by_label("Why you ask").fill("A letter")
    page.get_by_role("button", name="Screen").click()
    expect(page.get_by_role("heading", name="No hit", exact=True)).to_be_visible()
    expect(page.get_by_text("under the threshold")).to_be_in_viewport()
    page.get_by_label("Date of birth").fill("1980-05-05")
    page.get_by_role("button", name="Screen").click()
    expect(page.get_by_role("heading", name="1 hit")).to_be_visible()
    expect(page.get_by_role("row", name="Date of birth")).to_contain_text("+0.30")


def test_an_old_answer_does_not_stand_under_a_refused_question(
    visit: Callable[..., Page], ids: Any
) -> None:
    page = visit("/screen", "targeting")
    page.get_by_label("Name", exact=True).fill("Mazari, Zulfiqar")
    page.get_by_label("Why you ask").fill("A letter")
    page.get_by_role("button", name="Screen").click()
    expect(page.get_by_role("heading", name="1 hit")).to_be_visible()
    page.get_by_label("Date of birth").fill("soon")
    page.get_by_role("button", name="Screen").click()
    expect(page.get_by_role("alert")).to_contain_text("Birth date")
    expect(page.get_by_role("heading", name="1 hit")).to_have_count(0)
    page.get_by_label("Date of birth").fill("1980-05-05")
    page.get_by_role("button", name="Screen").click()
    expect(page.get_by_role("heading", name="1 hit")).to_be_visible()


def test_a_refusal_stays_while_the_form_is_checked(visit: Callable[..., Page]) -> None:
    mine = visit("/watchlist/propose?kind=vessel", "targeting")
    mine.get_by_label("Name", exact=True).fill("SEA STAR")
    mine.get_by_label("List").select_option(label="Couriers")
    mine.get_by_label("Why this entry is needed").fill("Transfers at sea")
    mine.get_by_label("Flag").fill("QQ9")
    mine.get_by_role("button", name="Propose").click()
    notice = mine.locator("#notice")
    expect(notice).to_contain_text("no known country")
    with mine.expect_response("**/watchlist/check"):
        mine.get_by_label("Call sign").fill("APAB")
        mine.get_by_label("MMSI").click()
    mine.wait_for_timeout(200)
    expect(notice).to_contain_text("no known country")
