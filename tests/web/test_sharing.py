"""Sharing on the pages: by one agency's officer, seen by another's liaison, taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Stage, seat_liaison

TERMS = {
    "to": "police/desk",
    "section": ["reasons"],
    "legal_basis": "Act 1, section 2",
    "conditions": "For the inquiry 12/26 only",
    "until": "2026-12-31",
}


@pytest.fixture
def guests(stage: Stage) -> Stage:
    """The police's liaison officer is signed in."""
    seat_liaison(stage)
    return stage


def test_from_the_alert_to_the_liaison_and_back(
    guests: Stage, browser: Any, ids: dict[str, str]
) -> None:
    officer, liaison = browser("targeting"), browser("liaison")
    record = f"/shared/records/alert/{ids['alert']}"
    until = f"{guests.centre.clock() + timedelta(days=9):%Y-%m-%d}"
    assert f'href="{record}"' in officer.get(f"/alerts/{ids['alert']}").text
    assert officer.post(record, data=TERMS | {"until": until}).status_code == 303
    assert "For the inquiry 12/26 only" in officer.get(record).text
    assert "MAZARI, ZULFIQAR" in officer.get("/shared").text

    page = liaison.get("/shared").text
    (path,) = set(re.findall(r'data-href="(/shared/[0-9a-f]{32})"', page))
    assert "MAZARI" not in page
    shown = liaison.get(path).text
    assert "For the inquiry 12/26 only" in shown
    assert "MAZARI" not in shown
    assert liaison.post(f"{path}/acknowledge", data={"reference": "FIR 7"}).status_code == 303
    shown = liaison.get(path).text
    assert shown.index("For the inquiry 12/26 only") < shown.index("MAZARI")
    assert re.search(r"shared by \W?Targeting, National centre", shown)
    assert "MAZARI, ZULFIQAR" in liaison.get("/shared").text
    number = path.rpartition("/")[2]
    trail = browser("auditor").get(f"/audit?subject={number}").text
    assert {"share.given", "share.acknowledged"} <= set(re.findall(r">(share\.\w+)<", trail))
    assert "alert.viewed" not in trail
    answer = liaison.get(f"/api/v1{path}").json()
    assert answer["record"]["title"] == "MAZARI, ZULFIQAR"
    assert [own["part"] for own in answer["record"]["parts"]] == ["reasons"]
    # Nothing else of the centre opens.
    assert liaison.get(f"/alerts/{ids['alert']}").status_code == 403
    assert liaison.get(f"/travellers/{ids['traveller']}").status_code == 403

    assert officer.post(f"{path}/end", data={"reason": "inquiry closed"}).status_code == 303
    assert liaison.get(path).status_code == 404
    assert liaison.get(f"/api/v1{path}").status_code == 404


def test_a_request_is_answered_on_the_page(guests: Stage, browser: Any) -> None:
    officer, liaison = browser("targeting"), browser("liaison")
    wanted = {"agency": "-", "kind": "profile", "about": "Gulab Noon", "reason": "A warrant"}
    assert liaison.post("/shared/requests", data=wanted).status_code == 303
    page = officer.get("/shared").text
    (request,) = set(re.findall(r'action="(/shared/requests/\w+)/refuse"', page))
    refused = officer.post(f"{request}/refuse", data={"reason": "no such profile"})
    assert refused.status_code == 303
    assert "no such profile" in liaison.get("/shared").text


def test_agencies_are_kept_on_the_page(guests: Stage, browser: Any) -> None:
    keeper = browser("integrator")
    new = {"code": "anf", "name": "Narcotics force", "kind": "anti_narcotics"}
    assert keeper.post("/agencies", data=new).status_code == 303
    placed = {"agency": "anf", "region": "Sindh", "regional": "true"}
    assert keeper.post("/agencies/units/lhe", data=placed).status_code == 303
    page = keeper.get("/agencies").text
    assert "Narcotics force" in page
    assert "Regional centre" in page
    assert keeper.get("/api/v1/agencies").json()[0]["code"] == ""


def test_a_share_says_until_when(guests: Stage, browser: Any, ids: dict[str, str]) -> None:
    record = f"/shared/records/alert/{ids['alert']}"
    answer = browser("targeting").post(record, data=TERMS | {"until": "some day"})
    assert answer.status_code == 422
