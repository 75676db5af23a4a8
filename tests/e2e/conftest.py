"""A real browser: Debian's Chromium, driven by Playwright."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from parakh.web.security import COOKIE

PATIENCE = 30_000
"""Milliseconds that a page has: a machine with other work takes its time over the first face."""

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EXPECTED = re.compile(
    r"status of 4|Status Error Code 4|net::ERR_(CONNECTION|FAILED|INCOMPLETE|INTERNET|NETWORK)"
    r"|^htmx:(afterRequest|sendError), "
)
"""Refused steps and broken connections, which the browser and HTMX note by themselves."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Callable[..., Browser]:
    """Starts a browser with more arguments."""

    def started(*more: str) -> Browser:
        return playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=[*ARGUMENTS, *more], timeout=60_000
        )

    return started


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser without a camera."""
    browser = launch()
    yield browser
    browser.close()


WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
"""Says each breach of the content security policy, so that none passes in silence."""


@pytest.fixture
def visit(chromium: Browser, server: str, stage: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page as a user (or nobody); at the end, the browser must have had no complaint."""
    contexts, complaints = [], []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            complaints.append(message.text)

    def opened(
        path: str, user: str | None = None, browser: Browser | None = None, width: int = 1280
    ) -> Page:
        context = (browser or chromium).new_context(
            base_url=server, viewport={"width": width, "height": 800}
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if user:
            token = stage.sessions[user].token
            context.add_cookies([{"name": COOKIE, "value": token, "url": server}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
