"""Officers at work in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parakh.domain.message import Channel, Source
from parakh.services import intake, queue, voyages

pytestmark = pytest.mark.e2e

PASSWORD = "correct horse battery staple"
Visit = Callable[..., Page]


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    queue.drain(stage.centre)


def arrivals(stage: Any, ids: dict[str, str]) -> str:
    view = voyages.voyage(stage.centre, stage.actor("supervisor"), ids["voyage"])
    due = view.voyage.due_at
    assert due is not None
    return f"/arrivals?day={due.astimezone(stage.centre.settings.zone).date().isoformat()}"


def test_signing_in_and_out(visit: Visit) -> None:
    page = visit("/messages")
    page.get_by_label("Name").fill("targeting")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("Name")).to_have_value("targeting")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/messages")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_vetting_by_keyboard(visit: Visit, stage: Any, ids: dict[str, str]) -> None:
    page = visit(arrivals(stage, ids), "targeting")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/voyages/*")
    current = page.locator("tr.current")
    page.keyboard.press("j")
    first = current.inner_text()
    page.keyboard.press("ArrowDown")
    assert current.inner_text() != first
    page.keyboard.press("k")
    assert current.inner_text() == first
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next line")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("mazari zul")
    expect(page.locator("#vetting tbody tr:visible")).to_have_count(1)
    expect(page.locator("output")).to_have_text("1 of 11 shown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/travellers/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("MAZARI, ZULFIQAR")
    page.go_back()
    expect(page.locator("#vetting tbody tr:visible")).to_have_count(1)


def test_filtering_a_voyage(visit: Visit, ids: dict[str, str]) -> None:
    page = visit(f"/voyages/{ids['voyage']}", "targeting")
    rows = page.locator("#vetting tbody tr:visible")
    expect(rows).to_have_count(11)
    page.get_by_label("Only with hits").check()
    expect(rows).to_have_count(2)
    page.get_by_label("Advice or state").select_option("compare")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody of that name")
    expect(page.get_by_text("Nobody fits the filter")).to_be_visible()


def test_an_alert_is_raised_live_and_handled_to_its_end(
    visit: Visit, stage: Any, flight: bytes
) -> None:
    page, other = visit("/alerts", "gate"), visit("/alerts", "gate")
    for one in (page, other):
        expect(one.locator("#wall-state")).to_have_text("Live")
        expect(one.locator(".alert-row")).to_have_count(2)
    take_in(stage, flight)
    for one in (page, other):
        expect(one.locator(".alert-row")).to_have_count(4)
        expect(one.locator(".alert-row.fresh")).to_have_count(2)
    expect(page.locator("#wall-live")).to_contain_text(
        "New alert: Compare, MAZARI, ZULFIQAR, PK306"
    )
    assert page.title().startswith("(4)")
    page.keyboard.press("a")  # no line is chosen, so nothing is acknowledged
    row = page.locator(".alert-row", has_text="PK306").filter(has_text="MAZARI")
    row.locator("a.go").focus()
    page.keyboard.press("a")
    expect(row).to_have_class(re.compile("acknowledged"))
    expect(page.locator(".alert-row.acknowledged")).to_have_count(1)
    twin = other.locator(".alert-row", has_text="PK306").filter(has_text="MAZARI")
    expect(twin).to_have_class(re.compile("acknowledged"))
    expect(row).to_have_class(re.compile("current"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/*")
    page.get_by_role("button", name="Clear: not the same").click()
    expect(page.get_by_text("First decide on the hit")).to_be_visible()  # a reason is asked for
    page.get_by_label("Your reason").fill("The passport shows another birthplace")
    page.get_by_role("button", name="Clear: not the same").click()
    expect(page.get_by_text("The hit is cleared")).to_be_visible()
    page.get_by_label("Outcome", exact=True).select_option("false_match")
    page.get_by_label(re.compile("Note")).fill("Let go")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("its outcome recorded")).to_be_visible()
    expect(twin).to_have_count(0)


def test_one_key_takes_one_alert(visit: Visit) -> None:
    page = visit("/alerts", "gate")
    expect(page.locator("#wall-state")).to_have_text("Live")
    hint = page.locator(".alert-row kbd:visible")
    expect(hint).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(".alert-row.new")).to_have_count(2)
    page.keyboard.press("j")
    expect(hint).to_have_count(1)
    taken = page.locator(".alert-row").first.get_attribute("id")
    for _ in range(3):
        page.keyboard.press("a")
    row = page.locator(f"#{taken}")
    expect(row).to_have_class(re.compile("acknowledged"))
    expect(row.locator("a.go")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(".alert-row.new")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_live_alerts_come_to_stand_where_the_server_puts_them(
    visit: Visit, stage: Any, flight: bytes
) -> None:
    page, other = visit("/alerts", "gate"), visit("/alerts", "gate")
    rows = page.locator(".alert-row")
    expect(page.locator("#wall-state")).to_have_text("Live")
    take_in(stage, flight)
    expect(rows).to_have_count(4)
    other.locator(".alert-row").first.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".alert-row.acknowledged")).to_have_count(1)
    live = rows.evaluate_all("rows => rows.map((row) => row.id)")
    page.reload()
    expect(rows).to_have_count(4)
    assert rows.evaluate_all("rows => rows.map((row) => row.id)") == live


@pytest.mark.parametrize("width", [390, 820])
@pytest.mark.parametrize("path", ["/alerts", "/arrivals", "/voyages/{voyage}", "/alerts/{alert}"])
def test_a_page_fits_a_narrow_screen(
    visit: Visit, ids: dict[str, str], path: str, width: int
) -> None:
    page = visit(path.format(**ids), "gate", width=width)
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    if path.startswith("/voyages") and width == 820:
        box = "box => box.scrollWidth - box.clientWidth"
        assert page.locator(".scroll-x").evaluate(box) <= 0


@pytest.mark.parametrize("user", ["supervisor", "auditor"])
def test_no_page_makes_the_browser_complain(visit: Visit, ids: dict[str, str], user: str) -> None:
    paths = {
        "supervisor": [
            "/arrivals",
            "/voyages/{voyage}",
            "/travellers/{traveller}",
            "/alerts",
            "/alerts?state=closed",
            "/alerts/{alert}",
            "/gate",
            "/watchlist",
            "/watchlist/propose",
            "/watchlist/lists/{list}",
            "/watchlist/entries/{entry}",
            "/messages",
            "/messages/{message}",
            "/account",
            "/reference",
            "/nowhere",
        ],
        "auditor": ["/audit", "/watchlist", "/messages/{message}"],
    }[user]
    page = visit("/", user)
    for path in paths:
        page.goto(path.format(**ids))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
    if user == "auditor":
        page.goto("/audit")
        page.get_by_role("button", name="Verify the chain").click()
        expect(page.get_by_text("The chain holds")).to_be_visible()


def test_steps_break_no_policy_though_the_page_was_changed_by_hand(
    visit: Visit, ids: dict[str, str]
) -> None:
    page = visit(f"/alerts/{ids['alert']}", "targeting")

    def pull() -> None:
        # What dragging the corner of a text field does, and what many a browser add-on does.
        page.evaluate(
            "for (const one of document.querySelectorAll('[id]')) one.style.minHeight = '1px'"
        )

    pull()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Your reason").fill("The passport shows another birthplace")
    pull()
    page.get_by_role("button", name="Confirm: same person").click()
    expect(page.get_by_text("The hit is confirmed")).to_be_visible()
    pull()
    page.get_by_label("Outcome", exact=True).select_option("arrest")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("its outcome recorded")).to_be_visible()


def test_a_refused_proposal_stays_at_its_address(visit: Visit) -> None:
    page = visit("/watchlist/propose", "targeting")
    page.get_by_label("List", exact=True).select_option("Couriers")
    page.get_by_label("Why this entry is needed").fill("A letter")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is not right")
    assert page.url.endswith("/watchlist/propose")


def test_a_picture_is_proposed_by_one_and_approved_by_another(
    visit: Visit, ids: dict[str, str], portrait: bytes
) -> None:
    path = f"/watchlist/entries/{ids['entry']}"
    page = visit(path, "targeting")
    page.get_by_text("Add a picture").click()
    file = {"name": "a.png", "mimeType": "image/png", "buffer": portrait}
    page.locator("#more").set_input_files(file)
    page.get_by_role("button", name="Propose the picture").click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    other = visit(path, "supervisor")
    other.get_by_role("button", name="Approve the picture").click()
    expect(other.get_by_text("The picture is approved")).to_be_visible()
    expect(other.get_by_text("Waits for approval")).to_have_count(0)


def test_a_mistake_is_shown_above_the_page_as_it_stands(
    visit: Visit, ids: dict[str, str], stage: Any
) -> None:
    first, second = (visit(f"/alerts/{ids['alert']}", name) for name in ("targeting", "gate"))
    first.get_by_role("button", name="Acknowledge").click()
    expect(first.get_by_text("You have acknowledged this alert")).to_be_visible()
    second.get_by_role("button", name="Acknowledge").click()
    expect(second.get_by_role("alert")).to_contain_text("Not possible now")
    expect(second.get_by_role("heading", level=1)).to_have_text("MAZARI, ZULFIQAR")


def test_the_wall_survives_a_broken_connection(
    visit: Visit, serving: Any, stage: Any, flight: bytes
) -> None:
    page = visit("/alerts", "gate")
    state = page.locator("#wall-state")
    expect(state).to_have_text("Live")
    serving.stop()
    expect(state).to_have_text("Connection lost, trying again")
    take_in(stage, flight)
    serving.start()
    expect(state).to_have_text("Live")
    expect(page.locator(".alert-row")).to_have_count(4)
    expect(page.locator(".alert-row.fresh")).to_have_count(2)


def test_the_wall_leads_to_sign_in_when_the_session_ends(visit: Visit) -> None:
    page = visit("/alerts", "gate")
    expect(page.locator("#wall-state")).to_have_text("Live")
    page.context.new_page().goto("/alerts")
    away = page.context.pages[1]
    away.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)
