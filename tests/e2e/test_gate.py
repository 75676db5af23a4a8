"""The gate in a real browser: by upload, by camera, and when neither will do."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, WatchlistEntry
from parakh.services import watchlists
from parakh.store.tables import capture

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def enrolled(stage: Any, portrait: bytes) -> None:
    """The person of the portrait, on a watchlist."""
    proposer, approver = stage.actor("targeting"), stage.actor("supervisor")
    (couriers, _), *_ = watchlists.lists(stage.centre, proposer)
    entry = WatchlistEntry(
        id="",
        watchlist_id=couriers.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family="COLLINS", given="EILEEN"),),
        reason="A letter",
    )
    made = watchlists.propose(stage.centre, proposer, entry, portrait)
    watchlists.decide(stage.centre, approver, made.id, approve=True, reason="the file was checked")


@pytest.fixture
def camera(launch: Callable[..., Browser], portrait: bytes, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera sees the person of the portrait."""
    frame = Image.new("RGB", (640, 480), (70, 80, 90))
    face = Image.open(io.BytesIO(portrait)).convert("RGB").resize((480, 480))
    frame.paste(face, (80, 0))
    jpeg = io.BytesIO()
    frame.save(jpeg, "JPEG", quality=95)
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(jpeg.getvalue() * 4)
    browser = launch(*CAMERA, f"--use-file-for-fake-video-capture={film}")
    yield browser
    browser.close()


def picture(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": data}


def test_by_upload(visit: Visit, enrolled: None, portrait: bytes) -> None:
    page = visit("/gate", "gate")
    page.get_by_label("Live picture", exact=True).set_input_files(picture("a.png", portrait))
    page.get_by_label("Document portrait").set_input_files(picture("b.png", portrait))
    page.get_by_role("button", name="Check", exact=True).click()
    answer = page.locator("#answer")
    expect(answer.get_by_role("heading", level=2)).to_have_text("Compare")
    expect(answer).to_contain_text("Alike")
    expect(answer).to_contain_text("COLLINS, EILEEN")
    expect(answer).to_contain_text("Not evaluated")
    for image in answer.locator("img").all():
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 100
    page.get_by_role("button", name="Next person").click()
    expect(answer).to_be_empty()
    expect(page.get_by_label("Live picture", exact=True)).to_have_value("")


def test_by_camera(visit: Visit, camera: Browser, enrolled: None) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#gate")).to_have_attribute("data-camera", "on")
    page.locator("body").press("Space")
    answer = page.locator("#answer")
    expect(answer.get_by_role("heading", level=2)).to_have_text("Compare")
    expect(answer).to_contain_text("COLLINS, EILEEN")
    answer.get_by_role("link", name="Open the alert").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Person at the gate")
    expect(page.locator("img.portrait")).to_have_count(2)


def test_an_announced_traveller_without_a_hit_proceeds(visit: Visit, camera: Browser) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_label("Document number").fill("PA100000304")
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("button", name="Capture and check").click()
    answer = page.locator("#answer")
    expect(answer.get_by_role("heading", level=2)).to_have_text("Proceed")
    expect(answer).to_contain_text("Announced on PK304")


def test_a_picture_without_a_face_is_asked_for_again(visit: Visit) -> None:
    grey = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 120, 120)).save(grey, "PNG")
    page = visit("/gate", "gate")
    page.get_by_label("Live picture", exact=True).set_input_files(picture("a.png", grey.getvalue()))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer").get_by_role("heading", level=2)).to_have_text("Again, please")
    expect(page.locator("#answer")).to_contain_text("face")


def test_what_is_no_picture_is_refused_with_a_reason(visit: Visit) -> None:
    page = visit("/gate", "gate")
    page.get_by_label("Live picture", exact=True).set_input_files(picture("a.png", b"no picture"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Something is not right")


def test_a_mistake_is_forgotten_with_the_next_step(visit: Visit, portrait: bytes) -> None:
    page = visit("/gate", "gate")
    field = page.get_by_label("Live picture", exact=True)
    field.set_input_files(picture("a.png", b"no picture"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    field.set_input_files(picture("a.png", portrait))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer").get_by_role("heading", level=2)).to_have_text("Proceed")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_alert_that_was_there_before_can_be_opened(
    visit: Visit, ids: dict[str, str], portrait: bytes
) -> None:
    page = visit("/gate", "gate")
    page.get_by_label("Document number").fill("QA44444304")
    page.get_by_label("Live picture", exact=True).set_input_files(picture("a.png", portrait))
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("#answer").get_by_role("link", name="Open the alert").click()
    page.wait_for_url(f"**/alerts/{ids['alert']}")


def test_a_file_that_is_too_large_is_not_even_sent(visit: Visit) -> None:
    page = visit("/gate", "gate")
    field = page.get_by_label("Live picture", exact=True)
    field.set_input_files(picture("a.png", b"x" * (11 * 1024 * 1024)))
    assert field.evaluate("field => field.validationMessage") == "This picture is too large."


def test_a_browser_that_may_not_use_the_camera(visit: Visit) -> None:
    page = visit("/gate", "gate")
    page.get_by_role("button", name="Start the camera").click()
    said = page.locator("[data-camera-message]")
    expect(said).to_contain_text("upload a picture")


def test_the_camera_takes_a_burst(visit: Visit, camera: Browser, stage: Any) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("button", name="Capture and check").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("of 4 frames were used")
    with stage.centre.db.read() as connection:
        (row,) = connection.execute(sa.select(capture))
    assert row.frames == 4


def test_the_traveller_is_told_what_to_do_in_large_type(visit: Visit, portrait: bytes) -> None:
    small = Image.new("RGB", (640, 480), (120, 120, 120))
    small.paste(Image.open(io.BytesIO(portrait)).convert("RGB").resize((80, 80)), (280, 200))
    stream = io.BytesIO()
    small.save(stream, "PNG")
    page = visit("/gate", "gate")
    field = page.get_by_label("Live picture", exact=True)
    field.set_input_files(picture("a.png", stream.getvalue()))
    page.get_by_role("button", name="Check", exact=True).click()
    told = page.locator("#answer .tell")
    expect(told).to_have_text("Come closer")
    assert told.evaluate("own => parseFloat(getComputedStyle(own).fontSize)") >= 40


def test_captures_wait_while_the_centre_is_away(
    visit: Visit, camera: Browser, serving: Any, stage: Any
) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#gate")).to_have_attribute("data-camera", "on")
    serving.stop()
    away = page.locator("[data-away]")
    expect(away).to_be_hidden()
    for number, document in ((1, "PA100000304"), (2, "PA100001304")):
        page.get_by_label("Document number").fill(document)
        page.get_by_role("button", name="Capture and check").click()
        expect(away).to_contain_text(f"Captures that wait: {number}")
    expect(away).to_contain_text("The centre cannot be reached. Check this person by hand.")
    expect(page.locator("#answer")).to_contain_text("Compare the face with the document's picture")
    serving.start()
    expect(away).to_be_hidden(timeout=20_000)
    late = page.locator("[data-late-answers] .late-one")
    expect(late).to_have_count(2)
    summary = late.last.locator("summary")
    expect(summary).to_contain_text(re.compile(r"Taken at \d\d:\d\d:\d\d"))
    expect(summary).to_contain_text("Proceed")
    expect(summary).to_contain_text("PA100000304")
    assert page.locator(".late-one .verdict").filter(visible=True).count() == 0
    summary.click()
    expect(late.last).to_contain_text("Announced on PK304")
    size = late.last.locator("h2[id^=verdict-title]").evaluate(
        "own => parseFloat(getComputedStyle(own).fontSize)"
    )
    assert size < 20
    for left in (1, 0):
        late.first.get_by_role("button", name="Dealt with").click()
        expect(late).to_have_count(left)
    expect(page.locator("#late")).to_be_hidden()
    with stage.centre.db.read() as connection:
        assert len(connection.execute(sa.select(capture)).all()) == 2


def test_an_active_check_that_a_still_picture_fails(visit: Visit, camera: Browser) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#gate")).to_have_attribute("data-camera", "on")
    page.get_by_role("button", name="Active check").click()
    expect(page.locator("[data-asked]")).to_be_visible()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Suspected attack")
    expect(answer.get_by_role("heading", level=2)).to_have_text("Compare")
    expect(page.locator("[data-asked]")).to_be_hidden()


def test_an_active_check_can_be_called_off(visit: Visit, camera: Browser, stage: Any) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("button", name="Active check").click()
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    expect(page.get_by_role("button", name="Capture and check")).to_be_hidden()
    expect(page.get_by_role("button", name="Next person")).to_be_disabled()
    asked = page.locator("[data-asked]").bounding_box()
    view = page.locator(".view").bounding_box()
    assert asked is not None
    assert view is not None
    assert asked["y"] >= view["y"] + view["height"]
    page.keyboard.press("Escape")
    expect(cancel).to_be_hidden()
    expect(page.get_by_role("button", name="Active check")).to_be_focused()
    page.wait_for_timeout(500)
    with stage.centre.db.read() as connection:
        assert connection.execute(sa.select(capture)).all() == []


def test_an_active_check_says_what_it_measured(visit: Visit, camera: Browser) -> None:
    page = visit("/gate", "gate", camera)
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("button", name="Active check").click()
    progress = page.locator("progress")
    expect(progress).to_be_visible()
    answer = page.locator("#answer")
    expect(answer.locator(".verdict.attack")).to_contain_text("Suspected attack")
    answer.get_by_text("How it was measured").click()
    expect(answer).to_contain_text(re.compile(r"eye distances|as much as the nose"))
