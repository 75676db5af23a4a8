"""On paper: what is known, black on white, under who saw it and when; no navigation, no forms."""

import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import house
from tests.web.test_permissions import ids, stage

__all__ = ["house", "ids", "stage"]

pytestmark = pytest.mark.e2e

HEAD = "getComputedStyle(document.querySelector('main'), '::before').content"
COLOURS = """() => [getComputedStyle(document.querySelector("h1")).color,
  getComputedStyle(document.body).backgroundColor]"""
SHOWN = """() => [...document.querySelectorAll(".top, button, .button, input, select, textarea")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 90))"""
"""What belongs to the screen alone."""


PAGES = {
    "/travellers/{traveller}": "MAZARI, ZULFIQAR",
    "/alerts/{alert}": "MAZARI, ZULFIQAR",
    "/cases/{case}": "Couriers",
    "/consignments/{consignment}": "MAEU1",
    "/examinations/orders/{order}": "BL9",
    "/profiles/{profile}": "carries gold",
    "/vetting": "MAZARI",
    "/control": "KHI",
}
"""What people print, and something that each tells."""


def test_pages_are_printed(visit: Callable[..., Page], ids: dict[str, str]) -> None:
    page = visit("/account", "supervisor")
    page.emulate_media(media="print", color_scheme="dark")
    for path, told in PAGES.items():
        page.goto(path.format(**ids))
        expect(page.locator("main")).to_contain_text(told, use_inner_text=True)
        assert page.evaluate(SHOWN) == [], path
        assert "for Supervisor" in re.sub(r"[\u2066-\u2069]", "", page.evaluate(HEAD))
        assert page.evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], path
        texts = _texts_by_page(page.pdf(format="A4", prefer_css_page_size=True))
        assert min(texts) > 20, f"{path} has a page that is white but for its number: {texts}"


def _texts_by_page(pdf: bytes) -> list[int]:
    """How many pieces of text each page draws (ISO 32000-1, 9.4.3)."""
    contents = re.findall(rb"/Type /Page\b(?!s).*?/Contents (\d+) 0 R", pdf, re.S)
    return [_stream(pdf, int(number)).count(b" Tj") for number in contents]


def _stream(pdf: bytes, number: int) -> bytes:
    found: Any = re.search(rb"\n%d 0 obj\n<<.*?>> stream\r?\n" % number, pdf, re.S)
    return zlib.decompressobj().decompress(pdf[found.end() :])
