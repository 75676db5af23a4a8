"""An examiner writes his report on a tablet, goes on without a connection, and sends it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from parakh.domain.alert import OutcomeKind
from parakh.domain.selectivity import Lane
from parakh.services import accounts, examination_draws, examination_reports, examinations
from parakh.store import examination_reports as reports
from parakh.store import outcomes

pytestmark = pytest.mark.e2e

PASSWORD = "correct horse battery staple"
STORED = """async () => {
  const known = await indexedDB.databases();
  const kept = await caches.has('parakh-tablet');
  if (!known.some(one => one.name === 'parakh-tablet')) return [0, kept];
  const open = await new Promise(done => {
    const request = indexedDB.open('parakh-tablet');
    request.onsuccess = () => done(request.result);
  });
  const count = await new Promise(done => {
    const request = open.transaction('drafts').objectStore('drafts').count();
    request.onsuccess = () => done(request.result);
  });
  open.close();
  return [count, kept];
}"""
"""Drafts on the tablet, and whether a page is kept."""


SMALL = """() => {
  const touched = '#tablet :is(input, select, textarea, button, a, summary, label.button)';
  return [...document.querySelectorAll(touched)]
    .filter(own => own.checkVisibility() && !own.classList.contains('sr-only'))
    .map(own => [own.outerHTML.slice(0, 80), own.getBoundingClientRect()])
    .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
    .map(([html]) => html);
}"""
"""What can be touched on the report and is smaller than 44 pixels."""


@pytest.fixture
def given(stage: Any, docks: Callable[..., Any]) -> tuple[Any, str, str]:
    """The docks, an order that was given to somebody, and his name."""
    yard = docks(stage.centre)
    goods = yard.arrive("KAPE26110001", "84")
    yard.lane(goods, Lane.RED)
    examinations.ground(stage.centre, yard.planner, yard.order_of(goods).id)
    examination_draws.assign_due(stage.centre)
    order = yard.order_of(goods)
    signed = accounts.sign_in(stage.centre, order.assigned_to, PASSWORD)
    session = type(stage.sessions["gate"])(token=signed.token, csrf=signed.session.csrf)
    stage.sessions[order.assigned_to] = session
    return yard, order.id, order.assigned_to


def begun(visit: Callable[..., Page], given: tuple[Any, str, str]) -> Page:
    """The report's page at a tablet's width, kept for a reload."""
    _, _, name = given
    page = visit("/examinations", name, width=820)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/report")
    expect(page.locator("#tablet[data-ready]")).to_be_attached()
    # The worker keeps the page: waited for, as an examiner would not be as quick.
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.wait_for_function("caches.match(location.href).then(found => Boolean(found))")
    return page


def written(page: Page, tmp_path: Path) -> None:
    """Answers, counts, takes a picture and a sample, and finds tobacco."""
    seal = page.get_by_role("group", name="Seals are whole")
    seal.get_by_label("No", exact=True).check()
    seal.get_by_placeholder("What was wrong").fill("cut and glued")
    page.get_by_label("Counted", exact=True).fill("7.5")
    picture = tmp_path / "seal.png"
    Image.new("RGB", (2000, 1500), "red").save(picture)
    page.locator("input[type=file]").last.set_input_files(picture)
    expect(page.locator(".shots img")).to_have_count(1)
    page.get_by_label("Sample number").first.fill("S1")
    page.get_by_label("Seal of its bag").first.fill("B7")
    page.get_by_label("Of what").first.fill("leaf")
    page.locator("#r-outcome").select_option("seizure")
    page.locator("#r-commodity-1").select_option("tobacco")
    page.locator("#r-quantity-1").fill("40")
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "kept")


def test_a_report_survives_the_loss_of_the_connection(
    visit: Callable[..., Page], given: tuple[Any, str, str], tmp_path: Path
) -> None:
    yard, order_id, _ = given
    page = begun(visit, given)
    page.context.set_offline(True)
    written_offline = page.locator("[data-state]")
    page.get_by_label("Note", exact=True).last.fill("behind the panel")
    expect(written_offline).to_have_attribute("data-kind", "offline")
    page.context.set_offline(False)
    written(page, tmp_path)
    page.context.set_offline(True)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and send").click()
    expect(written_offline).to_contain_text("NOT SENT YET: the centre cannot be reached")

    # A reload without a connection: the page and all that was written come from the tablet.
    page.reload()
    expect(page.locator("[data-state]")).to_contain_text("sign it with your password once more")
    expect(page.locator("#r-quantity-1")).to_have_value("40")
    expect(page.locator(".shots img")).to_have_count(1)
    expect(page.get_by_label("Note", exact=True).last).to_have_value("behind the panel")
    assert page.locator("#r-password").input_value() == ""

    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator("[data-state]")).to_contain_text("NOT SENT YET: the centre")
    page.context.set_offline(False)
    page.wait_for_url(f"**/examinations/orders/{order_id}")
    expect(page.get_by_text("cut and glued")).to_be_visible()
    expect(page.get_by_text("40 kg Tobacco").or_(page.get_by_text("Tobacco")).first).to_be_visible()
    assert page.evaluate(STORED) == [0, False], "nothing is left on the tablet"

    centre = yard.centre
    with centre.db.read() as connection:
        (own,) = reports.of_order(connection, order_id)
        (outcome,) = outcomes.of_examinations(connection, [order_id])
    assert (own.samples[0].seal, len(own.pictures)) == ("B7", 1)
    assert outcome.kind is OutcomeKind.SEIZURE
    assert examination_reports.verify(centre).faults == ()


def test_a_wrong_password_sends_nothing(
    visit: Callable[..., Page], given: tuple[Any, str, str]
) -> None:
    yard, order_id, _ = given
    page = begun(visit, given)
    page.locator("#r-outcome").select_option("nothing_found")
    page.get_by_label("Your password").fill("something else entirely")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator("[data-state]")).to_contain_text("password is wrong")
    with yard.centre.db.read() as connection:
        assert reports.of_order(connection, order_id) == []


def test_signing_out_takes_everything_off(
    visit: Callable[..., Page], given: tuple[Any, str, str]
) -> None:
    page = begun(visit, given)
    page.get_by_label("Note", exact=True).last.fill("not to be left here")
    expect(page.locator("[data-state]")).to_have_attribute("data-kind", "kept")
    assert page.evaluate(STORED) == [1, True]
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_timeout(300)
    assert "was not sent yet" in asked[0]
    assert page.evaluate(STORED) == [1, True]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate(STORED) == [0, False]


def test_everything_to_touch_is_large(
    visit: Callable[..., Page], given: tuple[Any, str, str]
) -> None:
    page = begun(visit, given)
    small = page.evaluate(SMALL)
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
