"""Sharing in a browser: an officer shares an alert, the police's liaison accepts the conditions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import Stage, seat_liaison


@pytest.mark.e2e
def test_from_the_alert_to_the_other_agency_and_back(
    stage: Stage, visit: Callable[..., Page], ids: dict[str, Any]
) -> None:
    seat_liaison(stage)
    page = visit(f"/alerts/{ids['alert']}", "targeting")
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("With whom").select_option(label="Police desk")
    page.get_by_label("Reasons").check()
    page.get_by_label("Legal basis").fill("Act 1, section 2")
    page.get_by_label("Conditions of its use").fill("For the inquiry only")
    last = stage.centre.clock() + timedelta(days=9)
    page.get_by_label("Last day").fill(f"{last:%Y-%m-%d}")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("Not yet opened")).to_be_visible()

    theirs = visit("/shared", "liaison", width=820)
    theirs.get_by_role("link", name="Alert").click()
    expect(theirs.get_by_text("For the inquiry only")).to_be_visible()
    expect(theirs.get_by_text("MAZARI")).to_have_count(0)
    theirs.get_by_role("button", name="Accept the conditions").click()
    expect(theirs.get_by_role("heading", name="MAZARI, ZULFIQAR")).to_be_visible()

    page.reload()
    page.get_by_text("Take back", exact=True).first.click()
    page.get_by_label("Your reason").fill("the inquiry is over")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("nobody sees it any more")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Not found")).to_be_visible()
