"""The places of the console in a real browser: all in sight at every width, in both directions."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from parakh.access import Role

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]

HIDDEN = """() => {
  const who = document.querySelector(".who").getBoundingClientRect();
  const top = document.querySelector(".top").getBoundingClientRect();
  return [...document.querySelectorAll(".top nav a")].filter((link) => {
    const { left, right, top: above, bottom } = link.getBoundingClientRect();
    const covered = right > who.left && left < who.right && bottom > who.top && above < who.bottom;
    return covered || left < 0 || right > innerWidth || above < 0 || bottom > top.bottom;
  }).map((link) => link.textContent);
}"""
"""The places that somebody does not see whole."""

MORE = """(direction) => {
  document.documentElement.dir = direction;
  const links = [...document.querySelectorAll(".top nav a")];
  for (const link of links.slice(0, 4)) link.after(link.cloneNode(true));
}"""
"""As many places as somebody with every role has, and more, in a language that runs so."""


@pytest.mark.parametrize("role", [own.value for own in Role])
def test_every_place_is_in_sight(visit: Visit, role: str) -> None:
    page = visit("/account", role)
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HIDDEN) == []
        expect(page.get_by_role("link", name="Parakh")).to_be_visible()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_more_places_than_fit_go_on_in_another_row(visit: Visit, direction: str) -> None:
    page = visit("/carriers", "supervisor")
    page.evaluate(MORE, direction)
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HIDDEN) == []
    last = page.locator(".top nav a").last
    expect(last).to_have_attribute("aria-current", "page")
    last.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".top nav a").nth(-2)).to_be_focused()
