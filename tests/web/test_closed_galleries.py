"""Galleries that are not open to a unit: their settings are shown, whose faces they hold is not."""

from typing import Any

import pytest

from parakh.domain.gallery import Gallery, GalleryKind
from parakh.services import custody, galleries
from parakh.services.custody import Alike

SHOWN_TO_OTHERS = "Shown to the units that may search this gallery"


@pytest.fixture
def closed(stage: Any) -> str:
    """A prison's gallery that is open to Lahore alone."""
    value = Gallery(
        id="",
        name="Camp jail",
        kind=GalleryKind.CUSTODY,
        purpose="Knowing who is held",
        legal_basis="Prisons Act",
        units=frozenset({"lhe"}),
    )
    return galleries.add(stage.centre, stage.actor("supervisor"), value).id


def test_its_page_says_so(browser: Any, closed: str) -> None:
    for name, told in (("custody", True), ("lahore", False), ("supervisor", False)):
        answer = browser(name).get(f"/galleries/{closed}")
        assert answer.status_code == 200
        assert "Knowing who is held" in answer.text
        assert (SHOWN_TO_OTHERS in answer.text) == told
    for shape in ("twins", "unfit"):
        path = f"/api/v1/galleries/{closed}/{shape}"
        assert browser("custody").get(path).status_code == 403
        assert browser("lahore").get(path).status_code == 200


def test_who_is_alike_elsewhere_is_not_named(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Alike(found=(), near=(), persons=3, threshold=0.4, elsewhere=True)
    monkeypatch.setattr(custody, "look", lambda *_: found)
    fields, files = {"watchlist": "x", "number": "7"}, {"pictures": ("a.jpg", b"x", "image/jpeg")}
    headers = {"hx-request": "true"}
    page = browser("custody").post("/custody/search", data=fields, files=files, headers=headers)
    assert "Somebody in a gallery that is not open to you" in page.text
    assert "Nobody in your galleries looks like this person" in page.text
    told = browser("custody").post("/api/v1/custody/search", data=fields, files=files)
    assert told.json()["elsewhere"] is True
