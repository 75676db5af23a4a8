"""A traveller of several sources, his earlier states and his journeys, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue, voyages

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.DROP, name="own.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    assert queue.drain(stage.centre) == set()


def the_list(stage: Any) -> bytes:
    page = intake.list_messages(stage.centre, stage.actor("supervisor"))
    first = min((row.message for row in page.rows), key=lambda own: own.id)
    return intake.raw(stage.centre, stage.actor("supervisor"), first.id)


def booking(stage: Any, ids: dict[str, str]) -> bytes:
    """MAZARI's booking on the staged flight, with another birth date than the list's."""
    view = voyages.voyage(stage.centre, stage.actor("supervisor"), ids["voyage"])
    leaves = view.voyage.departure
    assert leaves is not None
    flight = f"TVL+{leaves:%d%m%y:%H%M}+DXB+KHI+PK+304"
    segments = [
        "UNB+IATA:1+PK+PKNTC+250102:0900+1++PNRGOV", "UNH+1+PNRGOV:11:1:IA", "MSG+:22",
        "ORG+PK:KHI", flight, "EQN+1", "SRC", "RCI+PK:LOC777::010125:0930",
        "DAT+700:010125:0930", "TIF+MAZARI+ZULFIQARMR:A:1",
        "SSR+DOCS:HK:1:PK:::::/P/PAK/QA44444304/PAK/06MAY80/M/01JAN33/MAZARI/ZULFIQAR",
        "FOP+CC::700.00:VI:4111111111111111:1229", f"{flight}:Y", "RPI+1+HK", "UNT+14+1",
        "UNZ+1+1",
    ]  # fmt: skip
    return ("UNA:+.?*'" + "".join(f"{own}'" for own in segments)).encode()


def test_sources_that_disagree_and_what_was_known_before(
    visit: Visit, stage: Any, ids: dict[str, str]
) -> None:
    take_in(stage, booking(stage, ids))
    page = visit(f"/travellers/{ids['traveller']}", "supervisor")
    expect(page.get_by_text("Sources disagree about: Date of birth")).to_be_visible()
    declared = page.get_by_role("region", name="Declared")
    row = declared.get_by_role("row", name="Date of birth")
    expect(row).to_contain_text("1980-05-05")
    expect(row).to_contain_text("Booking")
    expect(row).to_contain_text("differs")
    shown = page.get_by_role("region", name="Booking LOC777")
    expect(shown).to_contain_text("PK304")
    expect(shown).to_contain_text("411111XXXXXX1111")
    page.get_by_role("link", name="Show what was known then").click()
    expect(page.get_by_text("As known on")).to_be_visible()
    expect(page.get_by_text("Sources disagree")).to_have_count(0)
    page.get_by_role("link", name="Show what is known now").first.click()
    expect(page.get_by_text("Sources disagree")).to_be_visible()


def test_a_journey_is_split_off_by_keyboard_and_taken_back(
    visit: Visit, stage: Any, ids: dict[str, str]
) -> None:
    take_in(stage, the_list(stage).replace(b"PK304", b"PK308"))
    page = visit(f"/travellers/{ids['traveller']}", "targeting")
    history = page.get_by_role("region", name="Travel history")
    expect(history).to_contain_text("2 journeys")
    history.get_by_text("Not the same person").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The pictures show two men")
    page.keyboard.press("Enter")
    expect(history).to_contain_text("1 journey")
    expect(history).to_contain_text("The pictures show two men")


def test_carriers_at_a_glance(visit: Visit, stage: Any) -> None:
    page = visit("/carriers", "supervisor")
    page.get_by_role("link", name="PK", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PK")
    expect(page.get_by_role("main")).to_contain_text("PK304")
