"""Profiles in the console: opened from a traveller, approved, told more of, followed, merged."""

import re
from datetime import timedelta
from typing import Any

import pytest

from parakh.domain.message import Channel, Source
from parakh.services import cases, intake, notices, profile_views, queue
from parakh.store import tables

FORM = {
    "kind": "person",
    "title": "Zulfiqar Mazari",
    "suspicion": "Carries currency for others",
    "legal_basis": "Customs Act, section 26",
}
WHY = {"reason": "seen with the courier"}


def opened(browser: Any, who: str = "targeting", **fields: Any) -> str:
    answer = browser(who).post("/profiles", data={**FORM, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture
def profile(browser: Any) -> str:
    """The path of a profile in force."""
    path = opened(browser)
    answer = browser("supervisor").post(f"{path}/decision", data={"decision": "approve", **WHY})
    assert answer.status_code == 303
    return path


def test_two_clicks_open_one_from_a_traveller(browser: Any, ids: dict[str, str]) -> None:
    mine = browser("targeting")
    box = mine.get(f"/profiles/of/travellers/{ids['traveller']}").text
    link = re.search(r'href="(/profiles/new\?[^"]+)"', box)
    assert link is not None
    form = mine.get(link[1].replace("&amp;", "&")).text
    title = re.search(r'name="title"[^>]*value="([^"]+)"', form)
    assert title is not None
    assert title[1] == "ZULFIQAR MAZARI"
    keep = re.findall(r'name="keep" value="([^"]+)"', form)
    fields = {"origin": "traveller", "origin_id": ids["traveller"], "keep": keep}
    path = opened(browser, **fields)
    page = mine.get(path).text
    assert "QA44444304" in page
    assert f"/travellers/{ids['traveller']}" in page
    assert "It waits for another person" in page
    assert "Approve: in force" not in page
    assert "Approve: in force" in browser("supervisor").get(path).text
    again = mine.get(f"/profiles/of/travellers/{ids['traveller']}").text
    assert path in again
    assert "Zulfiqar Mazari" in mine.get("/profiles?state=proposed").text
    assert "/profiles/of/travellers/" in mine.get(f"/travellers/{ids['traveller']}").text
    assert "/profiles/of/travellers/" in mine.get(f"/alerts/{ids['alert']}").text
    assert "/profiles/of/travellers/" not in browser("gate").get(f"/alerts/{ids['alert']}").text


def test_from_an_entry(browser: Any, ids: dict[str, str]) -> None:
    form = browser("targeting").get(f"/profiles/new?origin=entry&id={ids['entry']}").text
    assert "Carried currency twice" in form
    assert "List: Couriers" in form
    assert f"/profiles/new?origin=entry&amp;id={ids['entry']}" in (
        browser("targeting").get(f"/watchlist/entries/{ids['entry']}").text
    )


def test_a_fact_is_told_checked_and_taken_back(browser: Any, profile: str) -> None:
    fact = {
        "kind": "identifier",
        "scheme": "passport",
        "value": "qa 55 555",
        "issuer": "PAK",
        "source": "a copy of it",
    }
    assert browser("targeting").post(f"{profile}/facts", data=fact).status_code == 303
    page = browser("supervisor").get(profile).text
    assert "QA55555" in page
    assert "a copy of it" in page
    assert "Waits for a second person" in page
    check = re.search(r'action="([^"]+/check)"', page)
    assert check is not None
    assert browser("supervisor").post(check[1]).status_code == 303
    assert "Waits for a second person" not in browser("supervisor").get(profile).text
    withdraw = check[1].replace("/check", "/withdraw")
    assert browser("targeting").post(withdraw, data=WHY).status_code == 303
    assert "1 fact was taken back" in browser("targeting").get(profile).text


def test_a_member_is_named_by_the_address_of_its_page(
    browser: Any, profile: str, ids: dict[str, str]
) -> None:
    fact = {
        "kind": "member",
        "value": f"https://centre.example/travellers/{ids['traveller']}?as_of=1",
        "source": "same bag",
    }
    assert browser("targeting").post(f"{profile}/facts", data=fact).status_code == 303
    assert f"/travellers/{ids['traveller']}" in browser("targeting").get(profile).text


def test_what_cannot_be_used_is_explained(browser: Any, profile: str) -> None:
    fact = {"kind": "identifier", "scheme": "imo", "value": "123", "source": "x"}
    answer = browser("targeting").post(f"{profile}/facts", data=fact)
    assert answer.status_code == 422
    assert "seven digits" in answer.text


def test_a_picture_is_uploaded_and_shown(browser: Any, profile: str, portrait: bytes) -> None:
    answer = browser("targeting").post(
        f"{profile}/pictures",
        data={"source": "taken at the gate"},
        files={"picture": ("face.png", portrait, "image/png")},
    )
    assert answer.status_code == 303
    picture = re.search(r'src="(/pictures/[0-9a-f]+)"', browser("targeting").get(profile).text)
    assert picture is not None
    assert browser("supervisor").get(picture[1]).headers["content-type"] == "image/jpeg"
    assert browser("gate").get(picture[1]).status_code == 403


def test_what_happens_is_told_to_followers_and_leads_to_its_page(
    browser: Any, profile: str, stage: Any, ids: dict[str, str], flight: bytes
) -> None:
    mine = browser("supervisor")
    assert mine.post(f"{profile}/follow", data={"on": "true"}).status_code == 303
    fact = {"kind": "member", "value": f"/travellers/{ids['traveller']}", "source": "same bag"}
    browser("targeting").post(f"{profile}/facts", data=fact)
    source = Source(channel=Channel.DROP, name="next.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), flight, source)
    queue.drain(stage.centre)
    assert notices.tell(stage.centre).count > 0
    assert notices.tell(stage.centre).count == 0
    page = mine.get("/notices").text
    assert "A member was added" in page
    assert "Expected to enter at KHI" in page
    assert "not read" in mine.get("/notices/bell").text
    one = re.search(r'name="notice_id" value="([^"]+)"><input [^>]*value="([^"]+)"', page)
    assert one is not None
    answer = mine.post("/notices/read", data={"notice_id": one[1], "path": one[2]})
    assert answer.headers["location"] == one[2]
    evil = mine.post("/notices/read", data={"notice_id": one[1], "path": "//evil.example"})
    assert evil.headers["location"] == "/notices"
    mine.post("/notices/read")
    assert "0 notices not read" in mine.get("/notices/bell").text
    told = [own.text.template for own, _ in notices.listed(stage.centre, stage.actor("targeting"))]
    assert "A member was added" not in told, "nobody is told of what he did himself"


def test_side_by_side_merged_and_parted(browser: Any, profile: str) -> None:
    other = opened(browser, title="Zulfikar Mazari")
    browser("supervisor").post(f"{other}/decision", data={"decision": "approve", **WHY})
    mine, other_id = browser("targeting"), other.rpartition("/")[2]
    assert "Zulfikar Mazari" in mine.get(f"{profile}/merge").text
    pair = mine.get(f"{profile}/merge?other={other_id}").text
    assert "Becomes part of it" in pair
    assert mine.post(f"{profile}/merge", data={"other": other_id, **WHY}).status_code == 303
    moved = mine.get(other, follow_redirects=False)
    assert moved.headers["location"] == profile
    assert "Merged into it" in mine.get(profile).text
    assert mine.post(f"{other}/unmerge", data=WHY).status_code == 303
    assert mine.get(other, follow_redirects=False).status_code == 200


def test_split_on_the_page(browser: Any, profile: str, stage: Any) -> None:
    number = {"kind": "note", "value": "meets a man in Lahore", "source": "an informer"}
    browser("targeting").post(f"{profile}/facts", data=number)
    own = profile.rpartition("/")[2]
    view = profile_views.view(stage.centre, stage.actor("supervisor"), own)
    note = next(one for one in view.facts if one.kind == "note")
    answer = browser("targeting").post(
        f"{profile}/split", data={"facts": note.id, "title": "The man in Lahore", **WHY}
    )
    assert answer.status_code == 303
    assert "meets a man in Lahore" in browser("targeting").get(answer.headers["location"]).text


def test_the_timeline_is_filtered(browser: Any, profile: str) -> None:
    page = browser("targeting").get(f"{profile}?show=edit").text
    assert "The profile came into force" in page
    assert "Nothing of this kind." in browser("targeting").get(f"{profile}?show=hit").text


def test_its_last_day_is_the_day_that_was_chosen(browser: Any) -> None:
    path = opened(browser, expires="2027-11-23")
    assert "23 Nov 2027" in browser("targeting").get(path).text
    assert "23 Nov 2027" in browser("targeting").get("/profiles").text


@pytest.mark.parametrize("step", ["keep", "close"])
def test_steps_of_a_profile_in_force(browser: Any, profile: str, step: str) -> None:
    assert browser("supervisor").post(f"{profile}/{step}", data=WHY).status_code == 303
    assert browser("supervisor").get(profile).status_code == 200


def test_edited_alerting_and_proposed_again(browser: Any, profile: str) -> None:
    changed = {**FORM, "title": "Zulfiqar the courier"}
    assert browser("targeting").post(profile, data=changed).status_code == 403, "who opened it"
    assert browser("supervisor").post(profile, data=changed).status_code == 303
    assert browser("targeting").post(f"{profile}/alert", data={"on": "true"}).status_code == 403
    assert browser("supervisor").post(f"{profile}/alert", data={"on": "true"}).status_code == 303
    assert "Alert when seen" in browser("targeting").get("/profiles?q=courier").text
    browser("targeting").post(f"{profile}/close", data=WHY)
    assert browser("targeting").post(f"{profile}/reopen", data=WHY).status_code == 303


def test_from_a_case_about_one_traveller(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    officer = stage.actor("targeting")
    case = cases.open_from(stage.centre, officer, [ids["alert"]], "Couriers of gold")
    form = browser("targeting").get(f"/profiles/new?origin=case&id={case.id}").text
    keep = re.findall(r'name="keep" value="([^"]+)"', form)
    path = opened(browser, origin="case", origin_id=case.id, keep=keep)
    page = browser("targeting").get(path).text
    assert f"Case {case.number} was opened: Couriers of gold" in page
    assert f"/travellers/{ids['traveller']}" in page
    assert f"origin=case&amp;id={case.id}" in browser("targeting").get(f"/cases/{case.id}").text


def test_the_risk_of_months_leads_to_what_made_it(
    browser: Any, stage: Any, ids: dict[str, str], profile: str
) -> None:
    long_ago = stage.centre.clock() - timedelta(days=100)
    with stage.centre.db.maintain() as connection:
        old = tables.alert.update().where(tables.alert.c.id == ids["alert"])
        connection.execute(old.values(at=long_ago))
    fact = {"kind": "member", "value": f"/travellers/{ids['traveller']}", "source": "same bag"}
    browser("targeting").post(f"{profile}/facts", data=fact)
    page = browser("targeting").get(profile).text
    points = re.findall(r'<a href="#(risk-[0-9]{4}-[0-9]{2})">', page)
    assert len(points) in (4, 5)
    assert all(f'id="{one}"' in page for one in points)
    assert f'href="/alerts/{ids["alert"]}"' in page


def test_all_of_it_by_the_api(browser: Any, ids: dict[str, str], portrait: bytes) -> None:
    mine, second = browser("targeting"), browser("supervisor")
    number = {"kind": "identifier", "scheme": "phone", "value": "+92 300 1234567", "source": "him"}
    body = {**FORM, "facts": [number]}
    made = mine.post("/api/v1/profiles", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/profiles/{made.json()['id']}"
    decided = second.post(f"{path}/decision", json={"approve": True, **WHY})
    assert decided.json()["state"] == "in_force"
    view = second.get(path).json()
    assert ("phone", "+923001234567") in [(own["scheme"], own["value"]) for own in view["facts"]]
    member = {"kind": "member", "scheme": "traveller", "value": ids["traveller"], "source": "bag"}
    fact = mine.post(f"{path}/facts", json=member).json()
    assert second.post(f"{path}/facts/{fact['id']}/check").json()["checked_by"] == "supervisor"
    picture = mine.post(
        f"{path}/pictures",
        data={"source": "gate"},
        files={"picture": ("a.png", portrait, "image/png")},
    )
    assert picture.status_code == 201
    view = mine.get(path).json()
    assert view["picture_ids"] == [picture.json()["value"]]
    assert [own["label"] for own in view["members"]] == ["ZULFIQAR MAZARI, PK304"]
    assert view["trend"][-1]["score"] > 0
    assert {own["kind"] for own in view["events"]} >= {"crossing", "hit", "alert", "edit"}
    assert mine.get("/api/v1/profiles?q=mazari&state=in_force").json()["total"] == 1
    other = mine.post("/api/v1/profiles", json={**FORM, "title": "Another"}).json()["id"]
    refused = mine.post(f"{path}/merge", json={"other_id": other, **WHY})
    assert refused.status_code == 409
    halves = mine.post(
        f"{path}/split", json={"fact_ids": [fact["id"]], "title": "The other man", **WHY}
    )
    assert halves.status_code == 201
    headers = {"x-csrf-token": mine.csrf}
    left = mine.client.put(f"{path}/follow", json={"on": False}, headers=headers)
    assert left.status_code == 204
    assert mine.get("/api/v1/notices").json() == []
