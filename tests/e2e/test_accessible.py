"""Every page held against WCAG 2.1 A and AA by axe-core, in the browser, on real data."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.web.conftest import house
from tests.web.test_permissions import PARTS_OF_PAGES, SEES, ids, stage

from parakh.web.i18n import COOKIE as LANGUAGE_COOKIE
from parakh.web.security import COOKIE

__all__ = ["house", "ids", "stage"]

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const found = await axe.run({
    runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false,
  });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact)).map(
    (one) => [one.id, one.nodes.length, one.nodes[0].target.join(" "), one.nodes[0].html,
      one.nodes[0].failureSummary].join(" | "));
}"""
"""Axe's findings that stop or much hinder somebody: how many, and the first place of each."""

OPEN = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll("dialog")) {
    one.style.position = "static";
    one.open = true;
  }
}"""
"""Opens what is folded, and puts each dialog into the page, where it hides nothing."""

PARTS = 4
"""The looks are dealt to so many tests, which run side by side."""

BY = ("supervisor", "targeting", "custody", "auditor", "analyst", "integrator", "liaison")
"""Who looks at a page: the first who may."""

DETAILS = {
    "/alerts/{alert}",
    "/cases/{case}",
    "/cargo-models/{model}",
    "/connectors/{connector}",
    "/consignments/{consignment}",
    "/control/posts/{port}",
    "/conveyances/{conveyance}",
    "/currency/{declaration}",
    "/examinations/orders/{order}",
    "/galleries/{gallery}",
    "/lookouts/{lookout}",
    "/messages/{message}",
    "/profiles/{profile}",
    "/redress/{redress}",
    "/rules/versions/{rule_version}",
    "/seizures/{seizure}",
    "/shared/records/alert/{alert}",
    "/travellers/{traveller}",
    "/voyages/{voyage}",
    "/watchlist/entries/{entry}",
}
"""One page of each thing that has its own."""

DARK = (
    "/account",
    "/alerts/{alert}",
    "/cases/{case}",
    "/consignments/{consignment}",
    "/control",
    "/rules/versions/{rule_version}",
    "/travellers/{traveller}",
    "/trends",
)


class Look(NamedTuple):
    """A page as somebody sees it."""

    path: str
    user: str | None
    language: str = "en"
    scheme: Any = "light"


def _is_page(path: str) -> bool:
    """Whether it is a whole page of something that there is."""
    apart = ("/api/", ".csv", ".pdf", ".js", "/raw", "/attachments/", "nothing", "/pulse")
    return not any(part in path for part in (*PARTS_OF_PAGES, *apart))


def _looks() -> Iterator[Look]:
    pages = {path: roles for path, roles in SEES.items() if roles and _is_page(path)}
    yield from (Look(path, None) for path in ("/sign-in", "/nowhere"))
    for path, roles in pages.items():
        user = next(role for role in BY if role in roles)
        yield Look(path, user)
        if "{" not in path or path in DETAILS:
            yield Look(path, user, language="ur")
        if path in DARK:
            yield Look(path, user, scheme="dark")


LOOKS = list(_looks())


@pytest.fixture
def page_of(stage: Any, server: str, chromium: Browser) -> Iterator[Callable[[Look], Page]]:
    """The one page of each user, language and scheme, with axe in it."""
    contexts: dict[tuple[Any, ...], BrowserContext] = {}

    def own(look: Look) -> Page:
        key = look[1:]
        if key not in contexts:
            context = contexts[key] = chromium.new_context(
                base_url=server, color_scheme=look.scheme, viewport={"width": 1280, "height": 800}
            )
            cookies = {LANGUAGE_COOKIE: look.language}
            if look.user:
                cookies[COOKIE] = stage.sessions[look.user].token
            context.add_cookies(
                [{"name": name, "value": value, "url": server} for name, value in cookies.items()]
            )
            context.add_init_script(path=AXE)
            context.new_page()
        return contexts[key].pages[0]

    yield own
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_shut_out(
    page_of: Callable[[Look], Page], ids: dict[str, str], part: int
) -> None:
    faults = []
    for look in LOOKS[part::PARTS]:
        page = page_of(look)
        page.goto(look.path.format(**ids), wait_until="load")
        page.evaluate(OPEN)
        faults += [f"{' '.join(map(str, look))}: {one}" for one in page.evaluate(RUN)]
    assert not faults, "\n\n".join(faults)


def test_what_is_wrong_is_found(page_of: Callable[[Look], Page]) -> None:
    page = page_of(Look("/sign-in", None))
    page.goto("/sign-in")
    page.locator("main").evaluate("(main) => main.append(document.createElement('select'))")
    assert [one.partition(" ")[0] for one in page.evaluate(RUN)] == ["select-name"]


def test_every_kind_of_page_is_looked_at() -> None:
    assert DETAILS | set(DARK) <= SEES.keys()
