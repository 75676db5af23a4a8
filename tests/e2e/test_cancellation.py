"""A voyage is marked as cancelled with the keyboard, and put back."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def test_a_cancellation_is_confirmed_by_keyboard_and_undone(
    stage: Any, visit: Callable[..., Page], delivered: Callable[..., str]
) -> None:
    own = delivered(stage.centre.db, carrier="SV", number="738", leaves=-1, lead=None)
    page = visit("/carriers", "supervisor")
    page.clock.install()
    page.reload()
    row = page.locator(f'tr[data-href$="#{own}"]')
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    confirm = row.get_by_role("button", name="Confirm: SV738 is cancelled")
    expect(confirm).to_be_visible()
    with page.expect_response("**/carriers/missing/rows*"):
        page.clock.fast_forward(20_500)
    expect(confirm).to_be_visible()
    page.keyboard.press("Tab")
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    page.goto("/carriers/SV?state=cancelled")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("The cancellation is undone.")).to_be_visible()
    page.goto("/carriers")
    expect(row).to_have_count(1)
