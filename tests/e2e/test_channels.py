"""What is wrong with a form in a dialog is said there, and what was typed stays."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def test_a_refused_channel_is_put_right_in_its_dialog(visit: Visit) -> None:
    page = visit("/routing/channels", "supervisor")
    page.get_by_role("button", name="New channel").click()
    dialog = page.get_by_role("dialog", name="New channel")
    dialog.get_by_label("Name").fill("Night desk")
    dialog.get_by_label("E-mail addresses").fill("nobody")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Night desk")

    dialog.get_by_label("E-mail addresses").fill("desk@example.org")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#main").get_by_text("Night desk")).to_be_visible()

    page.get_by_role("button", name="New channel").click()
    expect(dialog.get_by_label("Name")).to_have_value("")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
