"""The graph of links in a real browser: grown by pointer and keyboard, with its evidence."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue
from parakh.store.tables import traveller

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def booking(number: str, family: str, passport: str, *contacts: str) -> bytes:
    """One passenger's booking of a flight of his own, with ways to reach him."""
    flight = f"TVL+221126:1700:221126:2000+DXB+KHI+PK+{number}"
    segments = [
        "UNB+IATA:1+PK+PKNTC+261122:0500+1++PNRGOV", "UNH+1+PNRGOV:11:1:IA", "MSG+:22",
        "ORG+PK:KHI", flight, "EQN+1", "SRC", f"RCI+PK:L{number}::201126:0930",
        *(f"IFT+4:28::PK+{own}" for own in contacts), f"TIF+{family}+GUL:A:1",
        f"SSR+DOCS:HK:1:PK:::::/P/PAK/{passport}/PAK/01JAN71/M/01JAN33/{family}/GUL",
        f"{flight}:Y", "RPI+1+HK", f"UNT+{11 + len(contacts)}+1", "UNZ+1+1",
    ]  # fmt: skip
    return ("UNA:+.?*'" + "".join(f"{own}'" for own in segments)).encode()


@pytest.fixture
def chain(stage: Any) -> str:
    """Three persons: a phone links the first two, an e-mail address the last two; the first."""
    for data in (
        booking("701", "NOON", "PX5550001", "CTCM 00923001234567"),
        booking("702", "TARAR", "PX5550002", "CTCM 00923001234567", "CTCE TARAR//EXAMPLE.COM"),
        booking("703", "LODHI", "PX5550003", "CTCE TARAR//EXAMPLE.COM"),
    ):
        source = Source(channel=Channel.DROP, name="own.edi")
        intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    assert queue.drain(stage.centre) == set()
    query = traveller.select().where(traveller.c.family_name == "NOON")
    with stage.centre.db.read() as connection:
        return next(row.id for row in connection.execute(query) if row.given_names == "GUL")


def test_the_graph_grows_by_keyboard_and_tells_what_a_link_rests_on(
    visit: Visit, chain: str
) -> None:
    page = visit(f"/links/{chain}", "targeting")
    persons = page.get_by_role("group", name=re.compile("^Persons"))
    expect(persons.get_by_role("button")).to_have_count(2)
    expect(page.locator("#graph canvas").first).to_be_visible()

    persons.get_by_role("button", name="NOON, GUL").focus()
    page.keyboard.press("Tab")
    panel = page.get_by_role("complementary", name="What is chosen")
    expect(panel.get_by_role("heading")).to_have_text("TARAR, GUL")
    page.keyboard.press("Enter")
    expect(persons.get_by_role("button")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"\?grown="))
    expect(panel.get_by_role("link", name="Grow from here")).to_have_count(0)
    shared = page.get_by_role("region", name="What they share")
    expect(shared.get_by_role("row")).to_have_count(3)

    row = shared.get_by_role("row", name="E-mail")
    row.get_by_role("button").click()
    expect(panel).to_contain_text("TARAR@EXAMPLE.COM")
    panel.get_by_role("link", name=re.compile("^line")).first.click()
    expect(page).to_have_url(re.compile("/messages/"))


def test_it_is_filtered_and_kept_by_its_address(visit: Visit, chain: str) -> None:
    page = visit(f"/links/{chain}", "targeting", width=820)
    page.get_by_role("button", name="Closer").click()
    page.get_by_text("Filter by kind and days").click()
    page.get_by_label("E-mail").check()
    expect(page.get_by_text("Nobody shares anything")).to_be_visible()
    page.get_by_label("Telephone").check()
    expect(page.get_by_role("region", name="Persons").get_by_role("row")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"\?kind=email&kind=phone"))
    page.reload()
    expect(page.get_by_label("E-mail")).to_be_checked()
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_label("E-mail")).not_to_be_checked()


def test_other_pages_do_not_load_the_graph(visit: Visit, chain: str) -> None:
    page = visit(f"/travellers/{chain}", "targeting")
    assert "graph-" not in page.content()
    page.get_by_role("link", name="Links", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Links of NOON, GUL")
