"""The carriers' pages and API, as their users and programs see them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from parakh.store.travellers import set_called_off

HEADER = "carrier,number,origin,destination,first_date,last_date,departure,arrival\n"
SPANS = ("7", "30", "90")


@pytest.fixture
def told(stage: Any, delivered: Callable[..., str]) -> dict[str, str]:
    """SV lacks two lists, EK is late and wrong, and somebody unknown sent something broken."""
    db = stage.centre.db
    errors = (("expiry: 'A1' is wrong", "error"),)
    return {
        "gone": delivered(db, carrier="SV", number="738", leaves=-1, lead=None),
        "soon": delivered(db, carrier="SV", number="726", leaves=0.5, lead=None, port="LHE"),
        "late": delivered(db, carrier="EK", number="600", lead=0.2, problems=errors),
        "over": delivered(
            db, carrier="EK", number="601", leaves=-30, lead=3, removed=(("VGML", 4),)
        ),
        "unknown": delivered(
            db, carrier="", leaves=-30, scheduled=False, quarantined=True, problems=errors
        ),
    }


def rows_of(text: str) -> list[str]:
    return re.findall(r'<tr data-href="/carriers/[^"]*#(\w+)"', text)


def test_what_is_missing_stands_first(browser: Any, told: dict[str, str]) -> None:
    text = browser("analyst").get("/carriers").text
    assert rows_of(text) == [told["gone"], told["soon"]]
    assert "On its way" in text
    assert "Not left yet" in text
    assert 'class="alarm"' in text
    assert "<form" not in text.partition('id="missing"')[2].partition("</section>")[0]
    assert "style=" not in text


def test_the_monitor_is_drawn_anew_in_its_place(browser: Any, told: dict[str, str]) -> None:
    mine = browser("lahore")
    text = mine.get("/carriers/missing/rows?days=7").text.strip()
    assert text.startswith('<div id="missing" hx-get="/carriers/missing/rows?days=7&amp;page=1"')
    assert rows_of(text) == [told["soon"]]


def test_carriers_are_listed_the_worst_first(browser: Any, told: dict[str, str]) -> None:
    text = browser("targeting").get("/carriers?days=7").text
    after = text.partition('id="carriers-title"')[2]
    assert re.findall(r'<a class="go" href="/carriers/([\w-]+)\?days=7"', after) == [
        "SV", "PK", "EK", "-",
    ]  # fmt: skip
    assert "Unknown sender" in after
    assert "How these figures are made" in after
    assert browser("targeting").get("/carriers?days=8").status_code == 422


@pytest.mark.parametrize("days", SPANS)
def test_the_page_of_a_carrier(browser: Any, told: dict[str, str], days: str) -> None:
    text = browser("analyst").get(f"/carriers/EK?days={days}").text
    assert "<h1>Carrier EK</h1>" in text
    assert "expiry: &#39;A1&#39; is wrong" in text
    assert re.search(r'href="/messages/\w+\?line=3#line"', text)
    assert "VGML" in text
    assert text.count("<circle") == 2
    assert "80%" in text
    assert "EK600" in text
    assert "/voyages/" not in text
    assert "style=" not in text


def test_who_may_see_no_messages_gets_no_link(browser: Any, told: dict[str, str]) -> None:
    text = browser("gate").get("/carriers/EK").text
    assert "expiry: &#39;A1&#39; is wrong" in text
    assert "/messages/" not in text.partition("<main")[2]
    assert f"/voyages/{told['late']}" in text


def test_voyages_by_state(browser: Any, told: dict[str, str]) -> None:
    mine = browser("supervisor")
    assert "EK601" not in mine.get("/carriers/EK?state=late").text.partition('id="voyages"')[2]
    missing = mine.get("/carriers/SV?state=missing").text
    assert "SV738" in missing
    assert "SV726" not in missing.partition('id="voyages"')[2]
    assert "No such voyage" in mine.get("/carriers/EK?state=cancelled").text


def test_the_unknown_sender_has_a_page(browser: Any, told: dict[str, str]) -> None:
    text = browser("analyst").get("/carriers/-").text
    assert "<h1>Unknown sender</h1>" in text
    assert browser("lahore").get("/carriers/-").status_code == 404
    assert browser("analyst").get("/carriers/ZZ").status_code == 404


def test_a_voyage_is_cancelled(browser: Any, told: dict[str, str]) -> None:
    mine, path = browser("supervisor"), f"/carriers/voyages/{told['gone']}/cancellation"
    assert path in mine.get("/carriers").text
    assert mine.post(path).headers["location"] == "/carriers"
    text = mine.get("/carriers").text
    assert "nothing is awaited of it any more" in text
    assert told["gone"] not in "".join(rows_of(text))
    assert "Cancelled" in mine.get("/carriers/SV").text
    assert mine.post(path).status_code == 409
    assert mine.post(f"/api/v1/voyages/{told['soon']}/cancellation").status_code == 204
    assert rows_of(mine.get("/carriers").text) == []


def test_a_cancellation_is_confirmed_and_can_be_undone(browser: Any, told: dict[str, str]) -> None:
    mine, own = browser("supervisor"), told["gone"]
    path = f"/carriers/voyages/{own}/cancellation"
    confirm = mine.get("/carriers").text.partition(f'<details id="cancel-{own}"')[2]
    confirm = confirm.partition("</details>")[0]
    assert "Mark as cancelled</summary>" in confirm
    assert (
        confirm.index("</summary>") < confirm.index(f'action="{path}"') < confirm.index("Confirm")
    )
    mine.post(path)
    page = "/carriers/SV?days=7&state=cancelled"
    assert f'action="{path}/undo?days=7"' in mine.get(page).text
    assert "/undo" not in mine.get("/carriers/SV?days=7").text
    assert "/undo" not in browser("targeting").get(page).text
    assert browser("targeting").post(f"{path}/undo").status_code == 403
    assert mine.post(f"{path}/undo?days=7").headers["location"] == f"{page}#voyages"
    text = mine.get(page).text
    assert "The cancellation is undone." in text
    assert "No such voyage" in text
    assert own in rows_of(mine.get("/carriers").text)
    assert mine.post(f"{path}/undo").status_code == 409


def test_a_cancellation_is_undone_by_program(browser: Any, told: dict[str, str]) -> None:
    mine, path = browser("supervisor"), f"/api/v1/voyages/{told['gone']}/cancellation"
    undo = lambda: mine.client.delete(path, headers={"x-csrf-token": mine.csrf}).status_code  # noqa: E731
    assert undo() == 409
    assert mine.post(path).status_code == 204
    (own,) = mine.get("/api/v1/carriers/SV?state=cancelled").json()["voyages"]["rows"]
    assert own["voyage"]["taken_out"]
    assert undo() == 204
    assert told["gone"] in rows_of(mine.get("/carriers").text)


def test_what_the_carrier_called_off_has_no_undo(
    stage: Any, browser: Any, told: dict[str, str]
) -> None:
    with stage.centre.db.maintain() as connection:
        set_called_off(connection, told["gone"], True)
    text = browser("supervisor").get("/carriers/SV?state=cancelled").text
    assert "called off by its carrier" in text
    assert "/undo" not in text


def test_without_a_timetable_the_page_says_so(browser: Any) -> None:
    text = browser("gate").get("/carriers").text
    assert "No scheduled voyage is near" in text


def test_the_api_says_the_same(browser: Any, told: dict[str, str]) -> None:
    mine = browser("supervisor")
    found = mine.get("/api/v1/carriers/missing").json()
    assert [(row["voyage"]["id"], row["awaited"]) for row in found["rows"]] == [
        (told["gone"], ["list", "bookings"]),
        (told["soon"], ["list", "bookings"]),
    ]
    assert found["watched"] == 3
    overview = mine.get("/api/v1/carriers?days=7").json()
    assert [row["carrier"] for row in overview["rows"]] == ["SV", "PK", "EK", ""]
    assert overview["due_minutes"] == 60
    own = mine.get("/api/v1/carriers/EK?days=90&state=late").json()
    assert own["row"]["on_time"] == 1
    assert own["removed"] == {"VGML": 4}
    assert own["errors"][0]["count"] == 1
    assert [row["voyage"]["id"] for row in own["voyages"]["rows"]] == [told["late"]]
    assert own["voyages"]["rows"][0]["lead_minutes"] == pytest.approx(12)
    assert mine.get("/api/v1/carriers/-").json()["row"]["quarantined"] == 1
    assert mine.get("/api/v1/carriers?days=8").status_code == 422


def test_a_timetable_comes_by_the_api(browser: Any, stage: Any) -> None:
    mine = browser("integrator")
    day = stage.centre.clock().date().isoformat()
    rows = f"PK,301,DXB,KHI,{day},{day},18:25,21:35\nPK,302,DXB,QQQ,{day},{day},18:25,21:35\n"
    files = {"file": ("winter.csv", (HEADER + rows).encode())}
    for new, same in ((1, 0), (0, 1)):
        sent = mine.client.put(
            "/api/v1/timetable", files=files, headers={"x-csrf-token": mine.csrf}
        )
        assert sent.status_code == 200, sent.text
        assert (sent.json()["new"], sent.json()["same"]) == (new, same)
        assert sent.json()["problems"] == [
            {"line": 3, "column": 4, "cause": "destination: the airport QQQ is not known"}
        ]
    refused = browser("targeting")
    sent = refused.client.put(
        "/api/v1/timetable", files=files, headers={"x-csrf-token": refused.csrf}
    )
    assert sent.status_code == 403
