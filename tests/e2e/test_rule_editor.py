"""Writing a rule in a real browser: completion, mistakes, help, and the form beside the text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def test_a_rule_is_written_with_completion_and_help(visit: Visit) -> None:
    page = visit("/rules/new", "targeting")
    editor, text = page.locator(".cm-content"), page.locator("#text")
    expect(text).to_be_hidden()
    editor.click()
    page.keyboard.type("traveller.na")
    expect(page.locator("[aria-selected=true] .cm-completionLabel")).to_have_text("nationality")
    page.wait_for_timeout(
        200
    )  # A list that has just opened takes no key that was meant for the text.
    page.keyboard.press("Tab")
    expect(text).to_have_value("traveller.nationality")

    page.keyboard.type(' == "PAK" && traveler.age < 25')
    expect(page.locator(".cm-lintRange-error")).to_have_text("traveler")
    expect(page.locator("#problems")).to_contain_text("did you mean traveller?")
    for _ in range(len("er.age < 25")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    page.keyboard.insert_text("l")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    expect(text).to_have_value('traveller.nationality == "PAK" && traveller.age < 25')

    page.locator(".cm-line").hover(position={"x": 110, "y": 10})
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("traveller.nationality")


def test_letters_in_the_editor_are_no_shortcuts(visit: Visit) -> None:
    page = visit("/rules/new", "targeting")
    page.locator(".cm-content").click()
    page.keyboard.type("//sjk?")
    expect(page.locator("#text")).to_have_value("//sjk?")
    expect(page).to_have_url(re.compile(r"/rules/new$"))


def test_text_and_form_are_one_rule(visit: Visit) -> None:
    page = visit("/rules/new", "targeting")
    editor, text = page.locator(".cm-content"), page.locator("#text")
    editor.click()
    page.keyboard.insert_text("traveller.age < 25")
    page.get_by_role("button", name="Build it with a form").click()
    value = page.get_by_label("Value")
    expect(value).to_have_value("25")

    value.fill("30")
    value.press("Tab")
    expect(text).to_have_value("traveller.age < 30")
    expect(editor).to_have_text("traveller.age < 30")

    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("What is asked of").nth(1).select_option("documents.type")
    page.locator("select#value-2").select_option("P")
    expect(text).to_have_value('traveller.age < 30 && documents.exists(d, d.type == "P")')

    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" && has(traveller.seat)")
    expect(page.get_by_label("What is asked of")).to_have_count(3)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("traveller.age < booking.size && has(traveller.seat)")
    expect(page.locator("#builder .verbatim")).to_contain_text("traveller.age < booking.size")
    expect(page.get_by_label("What is asked of")).to_have_value("traveller.seat")


def test_a_rule_written_here_is_kept(visit: Visit) -> None:
    page = visit("/rules/new", "targeting")
    page.get_by_label("Name").fill("Old travellers")
    page.get_by_label("Reason: why").fill("Couriers are old")
    page.locator(".cm-content").click()
    page.keyboard.insert_text("traveller.age > 80")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page).to_have_url(re.compile(r"/rules/versions/"))
    expect(page.get_by_text("traveller.age > 80")).to_be_visible()
