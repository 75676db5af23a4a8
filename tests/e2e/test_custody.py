"""A detainee is enrolled; the same face under another name is noticed, and a supervisor decides."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from parakh.access import system_actor
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.watchlist import Handling, Watchlist
from parakh.services import galleries, watchlists

pytestmark = pytest.mark.e2e


@pytest.fixture
def prison(stage: Any) -> Gallery:
    maker = system_actor("second")
    made = galleries.add(
        stage.centre,
        maker,
        Gallery(
            id="",
            name="Prisoners",
            kind=GalleryKind.CUSTODY,
            purpose="Knowing who is held",
            legal_basis="Prisons Act, section 3",
        ),
    )
    own = Watchlist(
        id="prisoners",
        name="Central prison",
        source="Prisons",
        legal_basis="Prisons Act, section 3",
        handling=Handling.REFER,
        gallery_id=made.id,
        by_name=False,
    )
    watchlists.add_list(stage.centre, maker, own)
    return made


def filled(page: Page, picture: Path, family: str, number: str) -> None:
    page.get_by_label("Pictures").set_input_files(picture)
    page.get_by_label("Family name").fill(family)
    page.get_by_label("Prison or FIR number").fill(number)
    page.get_by_label("Held at").fill("Karachi Central")
    page.get_by_label("Held by which paper").fill("FIR 12/26")
    page.get_by_role("button", name="Search for this face").click()


def test_one_person_under_two_names_is_noticed(
    visit: Callable[..., Page], prison: Gallery, portrait: bytes, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(portrait)
    page = visit("/custody", "custody")
    page.get_by_role("link", name="Central prison").click()
    filled(page, picture, "Noon", "P-1")
    nobody = page.get_by_role("heading", name="Nobody enrolled looks like")
    expect(nobody).to_be_visible(timeout=60_000)  # the models are unpacked meanwhile
    page.get_by_role("button", name="Enrol this person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("NOON")

    page.goto("/custody/enrol?list=prisoners")
    filled(page, picture, "Malik", "P-2")
    expect(page.get_by_role("heading", name="1 enrolled person looks like")).to_be_visible()
    asked = page.locator("img[data-probe-shown]")
    expect(asked).to_have_attribute("src", re.compile("^blob:"))
    expect(page.get_by_text("P-1")).to_be_visible()
    page.get_by_role("button", name="Enrol all the same").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("MALIK")
    expect(page.get_by_text("Looks like")).to_be_visible()

    chief = visit(f"/galleries/{prison.id}", "supervisor")
    chief.locator("summary").get_by_text("The same person", exact=True).click()
    expect(chief.get_by_text("Are MALIK and NOON the same person?")).to_be_visible()
    chief.get_by_label("Your reason").filter(visible=True).fill("Same scar")
    chief.get_by_role("button", name="The same person").click()
    expect(chief.get_by_text("marked as one person")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The same person as")).to_be_visible()

    page.get_by_text("End the enrolment", exact=True).click()
    expect(page.get_by_text("End the enrolment of MALIK, P-2?")).to_be_visible()
    page.get_by_label("Your reason").fill("Court order of today")
    page.get_by_role("button", name="End the enrolment of MALIK").click()
    expect(page.get_by_role("status")).to_contain_text("has ended")


def test_a_picture_too_small_is_answered_with_what_to_choose(
    visit: Callable[..., Page], prison: Gallery, portrait: bytes, tmp_path: Path
) -> None:
    picture = tmp_path / "small.png"
    small = Image.new("RGB", (640, 480), (120, 120, 120))
    small.paste(Image.open(io.BytesIO(portrait)).convert("RGB").resize((80, 80)), (280, 200))
    small.save(picture)
    page = visit("/custody/enrol?list=prisoners", "custody")
    filled(page, picture, "Noon", "P-1")
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("listitem").first).to_have_text(
        "The face is too small: choose a larger picture of the face", timeout=60_000
    )
    expect(alert).to_contain_text("small.png")
    expect(alert).not_to_contain_text("camera")
