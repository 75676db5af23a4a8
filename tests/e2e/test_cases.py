"""From an alert: confirm, open a case, attach, close with a seizure; the alert shows both."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Your reason").first.fill("The same face and the same scar")
    page.get_by_role("button", name="Confirm: same person").click()
    expect(page.locator(".decided.confirmed")).to_be_visible()


def open_case(page: Page) -> str:
    """Opens a case from the alert, and gives its number."""
    opening = page.get_by_role("region", name="Cases")
    opening.get_by_role("button", name="Open a case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("MAZARI, ZULFIQAR")
    people = page.get_by_role("region", name="People and things")
    expect(people.get_by_text("Suspect", exact=True).first).to_be_visible()
    return page.locator(".crumbs .mono").inner_text()


def attach(page: Page) -> None:
    """A text under a program's name is kept as a text; a program under a picture's name is not."""
    files = page.get_by_role("region", name="Attachments")
    scale = {"name": "scale.exe", "mimeType": "image/png", "buffer": b"2.5 kg at 14:05"}
    files.get_by_label("File").set_input_files(files=[scale])
    files.get_by_label("What it shows").fill("What the scale showed")
    files.get_by_role("button", name="Attach").click()
    expect(files.get_by_role("link")).to_have_text("scale.exe.txt")
    with page.expect_download() as download:
        files.get_by_role("link").click()
    assert download.value.path().read_bytes() == scale["buffer"]
    program = {"name": "b.png", "mimeType": "image/png", "buffer": b"MZ\x90\0"}
    files.get_by_label("File").set_input_files(files=[program])
    files.get_by_role("button", name="Attach").click()
    expect(page.locator("#notice")).to_contain_text("programs and archives are not taken")


def close_with_gold(page: Page) -> None:
    """Closes the alert; a seizure without goods is refused."""
    goods = page.get_by_label("Goods", exact=True).first
    expect(goods).to_be_hidden()
    page.locator("#outcome").select_option("seizure")
    expect(goods).to_be_visible()
    page.get_by_role("button", name="Close the alert").click()
    expect(page.locator("#notice")).to_contain_text("what was seized")
    goods.select_option("gold")
    page.get_by_label("Quantity").first.fill("2.5")
    page.get_by_label("Legal reference").first.fill("Customs Act 1969, section 168")
    page.get_by_role("button", name="Close the alert").click()
    told = page.get_by_role("region", name="Outcome in detail")
    expect(told.locator(".told")).to_contain_text("2.5 kg Gold")


def correct(page: Page) -> None:
    told = page.get_by_role("region", name="Outcome in detail")
    told.locator("summary").filter(has_text="Correct this outcome").click()
    form = told.locator("form")
    form.get_by_label("Outcome").select_option("nothing_found")
    form.get_by_label("Why it was said otherwise").fill("It was brass")
    form.get_by_role("button", name="Record the correction").click()
    expect(page.get_by_role("region", name="Outcome in detail")).to_contain_text("It was brass")


def close_case(page: Page) -> None:
    step = page.get_by_role("region", name="What next")
    step.get_by_role("button", name="Begin work").click()
    expect(page.locator(".page-head")).to_contain_text("In progress")
    closing = step.locator("details").filter(has_text="Close with the outcome")
    closing.locator("summary").first.click()
    closing.get_by_label("Outcome").select_option("arrest")
    closing.get_by_role("button", name="Close with the outcome").click()
    expect(page.locator(".page-head")).to_contain_text("Closed")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("The case was closed")


def test_from_an_alert_to_a_seizure(visit: Visit, stage: Any, ids: dict[str, str]) -> None:
    page = visit(f"/alerts/{ids['alert']}", "targeting")
    confirm(page)
    number = open_case(page)
    attach(page)
    page.goto(f"/alerts/{ids['alert']}")
    close_with_gold(page)
    link = page.get_by_role("region", name="Cases").get_by_role("link")
    expect(link).to_contain_text(number)
    correct(page)
    page.get_by_role("region", name="Cases").get_by_role("link").click()
    close_case(page)
