"""An officer's day: a rule, its back-test and approval, a flight, the alert, a case, a seizure."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.services import archive, intake, queue
from parakh.simulate.messages import paxlst

pytestmark = pytest.mark.e2e

NAME = "Seat one from Dubai"
TEXT = 'voyage.origin == "DXB" && voyage.number == "306" && traveller.seat == "10A"'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SENDER = system_actor("test")


@pytest.fixture
def history(stage: Any) -> None:
    """Yesterday's flight of the same number, which is over and in the history."""
    centre = stage.centre
    arrival = centre.clock().astimezone(centre.settings.zone) - timedelta(days=1)
    voyage = DeclaredVoyage(
        line=0,
        mode="air",
        carrier="PK",
        number="306",
        origin="DXB",
        destination="KHI",
        departure=f"{arrival - timedelta(hours=2):%y%m%d%H%M}",
        arrival=f"{arrival:%y%m%d%H%M}",
    )
    people = [
        DeclaredTraveller(
            line=0,
            role="passenger",
            family_name="SOOMRO",
            given_names=f"ALI{chr(65 + n)}",
            birth_date="800101",
            sex="M",
            nationality="PAK",
            embarkation="DXB",
            debarkation="KHI",
            seat=f"1{n}A",
            documents=(DeclaredDocument(type="P", number=f"HB77700{n}", issuer="PAK"),),
        )
        for n in range(4)
    ]
    take_in(centre, paxlst(voyage, people))
    while archive.close(centre):
        pass


def take_in(centre: Any, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    queue.drain(centre)


def test_from_a_rule_to_a_seizure_and_back(
    stage: Any, visit: Callable[..., Page], history: None, flight: bytes
) -> None:
    officer = visit("/rules/new", "targeting")
    officer.get_by_label("Name", exact=True).fill(NAME)
    officer.get_by_label(re.compile("^Reason: why")).fill("Couriers sat in the first row")
    write(officer, TEXT)
    officer.get_by_label(re.compile("^Instruction")).fill("Open the hand luggage")
    officer.get_by_role("button", name="Keep and try on the history").click()
    trial = officer.locator("#trial-result")
    expect(trial.get_by_text("1 of ", exact=False).first).to_be_visible()
    officer.get_by_role("button", name="Give it to review").click()
    expect(officer.get_by_text("another person must approve it")).to_be_visible()
    address = officer.url

    chief = visit(address.partition("//")[2].partition("/")[2].join(("/", "")), "supervisor")
    chief.get_by_label("Your reason").fill("The back-test is convincing")
    approve = chief.get_by_label(re.compile("^To approve it"))
    if approve.count():
        approve.fill("One hit a day is little")
    chief.get_by_role("button", name="Approve", exact=True).click()
    expect(chief.get_by_text("In force", exact=True).first).to_be_visible()

    take_in(stage.centre, flight)
    officer.goto("/alerts")
    row = officer.locator("tr, article", has_text="GULAAN").first
    row.get_by_role("link").first.click()
    expect(officer.get_by_text("Open the hand luggage")).to_be_visible()
    expect(officer.get_by_text("Couriers sat in the first row").first).to_be_visible()
    officer.get_by_role("button", name=re.compile("Acknowledge")).click()
    officer.get_by_label("Your reason").first.fill("He sits in the first row")
    officer.get_by_role("button", name=re.compile("^Confirm")).first.click()
    expect(officer.get_by_text("Confirmed", exact=True).first).to_be_visible()
    alert = officer.url

    officer.get_by_role("button", name=re.compile("Open a case|Open the case")).first.click()
    expect(officer).to_have_url(re.compile("/cases/[0-9a-f]{32}"))
    expect(officer.get_by_text("GULAAN").first).to_be_visible()
    officer.set_input_files(
        "input[type=file]", {"name": "report.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    officer.get_by_role("button", name=re.compile("Attach")).click()
    expect(officer.get_by_role("link", name="report.pdf")).to_be_visible()

    officer.goto(alert)
    officer.get_by_label("Outcome", exact=True).first.select_option("seizure")
    officer.locator("select[name=commodity]").first.select_option(index=1)
    officer.locator("input[name=quantity]").first.fill("2")
    officer.get_by_role("button", name="Close the alert").click()
    expect(officer.locator(".outcome").get_by_text("Seizure").first).to_be_visible()

    officer.goto("/rules")
    officer.get_by_role("link", name=NAME).first.click()
    expect(officer.get_by_text(re.compile("1 of 1")).first).to_be_visible()


def write(page: Page, text: str) -> None:
    """Writes the condition, into the editor where there is one."""
    editor = page.locator(".cm-content")
    if editor.count():
        editor.click()
        page.keyboard.insert_text(text)
    else:
        page.get_by_label("Condition").fill(text)
