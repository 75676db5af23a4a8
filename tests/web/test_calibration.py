"""The page and the API of calibration, as their users and programs see them."""

import re
from typing import Any

import pytest

from parakh.access import Permission, Purpose, system_actor
from parakh.domain.ids import new_id
from parakh.learn.calibration import Measurement, Sample, curves
from parakh.screen.calibration import Band, highest
from parakh.screen.watchlists import NameScreener
from parakh.services import api_keys, calibration
from parakh.store import calibration as store

PAGE = "/watchlist/calibration"
V1 = "/api/v1/calibration"


@pytest.fixture
def measured(stage: Any, ids: dict[str, str]) -> str:
    """The list, of which 2,000 people were measured."""
    samples = [
        *(Sample(band=Band.COMMON, best={ids["list"]: 0.75 + n / 1000}) for n in range(100)),
        *(Sample(band=Band.COMMON, best={}) for _ in range(900)),
        *(Sample(band=Band.RARE, best={}) for _ in range(1000)),
    ]
    with stage.centre.db.write(system_actor("test"), Purpose.WATCHLIST) as tx:
        value = Measurement(
            id=new_id(), at=tx.at, by="sana", screener=NameScreener.name,
            population=4321, travellers=2000, curves=curves(samples, [ids["list"]]),
        )  # fmt: skip
        store.add(tx, value)
        tx.audit("calibration.measured", "calibration", value.id)
    return ids["list"]


def text_of(page: Any) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_before_anything_was_measured(browser: Any) -> None:
    page = browser("supervisor").get(PAGE)
    assert "Nothing is measured yet" in page.text
    assert "Measure now" in page.text
    assert "<svg viewBox" not in page.text.partition("<main")[2]


def test_a_list_with_its_curves(browser: Any, measured: str) -> None:
    page = browser("analyst").get(PAGE)
    text = text_of(page)
    assert "4,321" in text
    assert "by sana" in text
    assert "100 of 1,000" not in text, "at the standard threshold fewer are raised"
    assert "70 of 1,000 7%" in text
    assert 'class="common"><path d="M0 ' in page.text
    assert "Measure now" not in text, "an analyst only looks"
    assert "style=" not in page.text
    assert "1 in 1,000" in text


def test_what_a_rate_would_give_is_shown_before_it_is_saved(
    browser: Any, stage: Any, measured: str
) -> None:
    mine = browser("supervisor")
    text = text_of(mine.get(f"{PAGE}?list={measured}&one_in=100"))
    assert "Not saved yet: this is what 1 in 100 would give." in text
    assert "10 of 1,000 1%" in text
    view = calibration.overview(stage.centre, stage.actor("supervisor"))
    assert view.rows[0].now.one_in is None
    done = mine.post(f"{PAGE}/{measured}", data={"one_in": "100"})
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?list={measured}#list")
    view = calibration.overview(stage.centre, stage.actor("supervisor"))
    assert view.rows[0].now.one_in == 100
    assert view.rows[0].now.settings[Band.COMMON].threshold == 0.84
    mine.post(f"{PAGE}/{measured}", data={"one_in": ""})
    view = calibration.overview(stage.centre, stage.actor("supervisor"))
    assert view.rows[0].now.one_in is None


@pytest.mark.parametrize("one_in", ["many", "0", "1.5", "-3", "٣", "99999999"])
def test_what_is_no_number_is_told(browser: Any, measured: str, one_in: str) -> None:
    mine = browser("supervisor")
    assert "at most 1 in N travellers" in mine.get(f"{PAGE}?list={measured}&one_in={one_in}").text
    assert mine.post(f"{PAGE}/{measured}", data={"one_in": one_in}).status_code == 422


def test_bounds_are_told(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    samples = [Sample(band=Band.COMMON, best={ids["list"]: 0.89})] * 400
    with stage.centre.db.write(system_actor("test"), Purpose.WATCHLIST) as tx:
        value = Measurement(
            id=new_id(), at=tx.at, by="", screener=NameScreener.name, population=1,
            travellers=400, curves=curves(samples, [ids["list"]]),
        )  # fmt: skip
        store.add(tx, value)
        tx.audit("calibration.measured", "calibration", value.id)
    page = browser("supervisor").get(f"{PAGE}?one_in=100")
    assert "an equal name with an equal birth date must be found" in page.text
    assert f"{highest(Band.COMMON):.3f}" in page.text
    found = browser("supervisor").get(f"{PAGE}?one_in=100000")
    assert "too few travellers for this rate" in found.text


def test_lists_that_are_not_there(browser: Any) -> None:
    assert browser("supervisor").get(f"{PAGE}?list=nothing").status_code == 404
    assert browser("supervisor").post(f"{PAGE}/nothing", data={"one_in": "50"}).status_code == 404


def test_measuring_from_the_page(browser: Any, stage: Any) -> None:
    mine = browser("supervisor")
    assert mine.post(PAGE).headers["location"] == PAGE
    stage.centre.calibrating.wait()
    fragment = mine.get(f"{PAGE}/progress")
    assert fragment.headers["hx-refresh"] == "true"
    page = mine.get(PAGE)
    assert "Nothing is measured yet" not in page.text
    assert "by supervisor" in page.text


def test_progress_is_drawn_while_it_runs(
    browser: Any, stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        stage.centre.calibrating, "_progress", calibration.Progress(running=True, done=30, total=90)
    )
    fragment = browser("analyst").get(f"{PAGE}/progress")
    assert '<progress max="90" value="30"' in fragment.text
    assert 'hx-trigger="every 1s"' in fragment.text
    assert "hx-refresh" not in fragment.headers
    assert "Measure now" not in browser("supervisor").get(PAGE).text
    monkeypatch.undo()


def test_the_same_by_program(client: Any, stage: Any, measured: str) -> None:
    secret = api_keys.add(
        stage.centre,
        system_actor("test"),
        name="figures",
        permissions=frozenset({Permission.SEE_CALIBRATION, Permission.CALIBRATE}),
        units=frozenset(),
    )
    key = {"authorization": f"Bearer {secret}"}
    found = client.get(V1, headers=key).json()
    assert (found["measured_by"], found["travellers"], found["population"]) == ("sana", 2000, 4321)
    (own,) = found["lists"]
    assert (own["id"], own["one_in"]) == (measured, None)
    common = own["settings"]["common"]
    assert (common["basis"], common["bound"], common["raised"]) == ("standard", None, 70)
    assert common["rate_low"] < common["rate"] < common["rate_high"]
    curve = own["curves"]["common"]
    assert len(curve["thresholds"]) == len(curve["raised"])
    assert curve["raised"][0] == 100
    begun = client.post(V1, headers=key)
    assert begun.status_code == 202
    stage.centre.calibrating.wait()
    again = client.get(V1, headers=key).json()
    assert again["measured_by"] == "key:figures" or "figures" in again["measured_by"]
    assert again["progress"] == {"running": False, "done": 0, "total": 0, "failed": False}


def test_only_who_does_not_reach_it_by_the_watchlist_has_it_in_the_navigation(
    browser: Any,
) -> None:
    link = f'<a href="{PAGE}"'
    assert link in browser("analyst").get("/account").text.partition("</nav>")[0]
    assert link not in browser("supervisor").get("/account").text.partition("</nav>")[0]
