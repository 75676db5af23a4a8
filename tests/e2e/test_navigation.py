"""The places of the console in a real browser: all in sight at every width, in both directions."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import Stage, seat_liaison

from parakh.access import Role

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]

HIDDEN = """() => {
  const who = document.querySelector(".who").getBoundingClientRect();
  const top = document.querySelector(".top").getBoundingClientRect();
  return [...document.querySelectorAll(".top nav > a, .top nav summary")].filter((link) => {
    const { left, right, top: above, bottom } = link.getBoundingClientRect();
    const covered = right > who.left && left < who.right && bottom > who.top && above < who.bottom;
    return covered || left < 0 || right > innerWidth || above < 0 || bottom > top.bottom;
  }).map((link) => link.textContent);
}"""
"""The places and menus that somebody does not see whole."""

ROWS = """() => new Set([...document.querySelectorAll(".top nav > *")].map(
  (place) => Math.round(place.getBoundingClientRect().top))).size"""
"""How many rows the places take."""

BEYOND = """() => [...document.querySelectorAll(".top nav details[open] a")].filter((link) => {
  const { left, right, width } = link.getBoundingClientRect();
  return !width || left < 0 || right > innerWidth;
}).map((link) => link.textContent)"""
"""The places of the open menu that lie beyond the edge."""

MORE = """(direction) => {
  document.documentElement.dir = direction;
  const own = [...document.querySelectorAll(".top nav > *")];
  for (const one of own.slice(0, 4)) one.after(one.cloneNode(true));
}"""
"""As many places as somebody with every role has, and more, in a language that runs so."""


@pytest.mark.parametrize("role", [own.value for own in Role])
def test_every_place_is_in_sight(visit: Visit, stage: Stage, role: str) -> None:
    seat_liaison(stage)
    page = visit("/account", role)
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HIDDEN) == []
        expect(page.get_by_role("link", name="Parakh")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(ROWS) == 1
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 800})
        for menu in page.locator(".top nav summary").all():
            menu.click()
            assert page.evaluate(BEYOND) == []
            menu.click()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_more_places_than_fit_go_on_in_another_row(visit: Visit, direction: str) -> None:
    page = visit("/carriers", "supervisor")
    page.evaluate(MORE, direction)
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HIDDEN) == []


def test_a_menu_works_by_keyboard(visit: Visit) -> None:
    page = visit("/carriers", "supervisor")
    border = page.locator(".top nav summary", has_text="Border")
    expect(border).to_have_attribute("aria-current", "true")
    border.focus()
    page.keyboard.press("Enter")
    carriers = page.locator(".top nav a", has_text="Carriers")
    expect(carriers).to_have_attribute("aria-current", "page")
    page.keyboard.press("Tab")
    expect(page.locator(".top nav a", has_text="Arrivals")).to_be_focused()
    page.keyboard.press("Escape")
    expect(border).to_be_focused()
    expect(carriers).to_be_hidden()
