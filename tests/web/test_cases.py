"""Cases on the pages and by the API: opened from an alert, worked on, reported, closed."""

import re
from typing import Any

import pytest

from parakh.act.attachments import PDF, kind_of
from parakh.domain.hit import HitState
from parakh.domain.profile import ProfileKind
from parakh.services import alerts, cases, profiles
from parakh.services.profiles import NewProfile

V1 = "/api/v1"
SEIZURE = {
    "outcome": "seizure",
    "note": "In the soles",
    "commodity": ["gold", "", "", ""],
    "quantity": ["1,2.5", "", "", ""],
    "measure": ["KGM"] * 4,
    "value": ["", "", "", ""],
    "value_currency": ["", "", "", ""],
    "chapter": ["", "", "", ""],
    "concealment": ["on_body"] * 4,
    "description": ["two bars", "", "", ""],
    "legal_reference": "Customs Act 1969, section 168",
}


def settle(browser: Any, alert_id: str, stage: Any) -> None:
    """Confirms every hit of an alert."""
    mine = browser("targeting")
    mine.post(f"/alerts/{alert_id}/acknowledge")
    for own in alerts.view(stage.centre, stage.actor("targeting"), alert_id).hits:
        assert own.hit.state is HitState.OPEN
        data = {"decision": "confirm", "reason": "the same face"}
        assert mine.post(f"/alerts/{alert_id}/hits/{own.hit.id}", data=data).status_code == 303


@pytest.fixture
def case_id(browser: Any, ids: dict[str, str]) -> str:
    """A case that was opened from the alert."""
    data = {"alert": ids["alert"]}
    answer = browser("targeting").post("/cases", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].rpartition("/")[2])


def test_from_an_alert_to_a_seizure(browser: Any, ids: dict[str, str], stage: Any) -> None:
    mine, alert_id = browser("targeting"), ids["alert"]
    place = mine.get(f"/alerts/{alert_id}").text
    assert f'hx-get="/cases/alerts/{alert_id}"' in place
    assert "Open a case" in mine.get(f"/cases/alerts/{alert_id}").text
    settle(browser, alert_id, stage)
    answer = mine.post("/cases", data={"alert": alert_id, "title": ""})
    path = answer.headers["location"]
    text = mine.get(path).text
    assert "MAZARI, ZULFIQAR" in text
    files = {"file": ("scale.txt", b"2.5 kg", "text/plain")}
    assert mine.post(f"{path}/attachments", files=files).status_code == 303
    close = mine.post(f"/alerts/{alert_id}/close", data=SEIZURE | {"quantity": ["12.5"]})
    assert close.status_code == 303, close.text
    told = mine.get(f"/cases/alerts/{alert_id}").text
    assert re.search(r"12\.5 kg\s+Gold", told)
    assert "two bars" in told
    assert path in told
    assert mine.post(f"{path}/close", data=SEIZURE).status_code == 303
    whole = mine.get(path).text
    assert whole.count("In the soles") == 2, "once for the alert, once for the case"
    assert "12.5 kg" in whole


def test_a_seizure_names_its_goods(browser: Any, ids: dict[str, str], case_id: str) -> None:
    mine = browser("targeting")
    for wrong, cause in (
        ({"commodity": [""], "quantity": [""], "description": [""]}, "what was seized"),
        ({"commodity": [""]}, "kind of goods"),
        ({"quantity": ["some"]}, "not a number"),
        ({"commodity": ["sand"]}, "form offers"),
        ({"penalty": "5"}, "currency of three letters"),
    ):
        answer = mine.post(
            f"/cases/{case_id}/close", data=SEIZURE | wrong | {"leave_alerts": "true"}
        )
        assert answer.status_code == 422
        assert cause in answer.text


def test_every_step_on_the_page(browser: Any, ids: dict[str, str], case_id: str) -> None:
    mine, base = browser("targeting"), f"/cases/{case_id}"
    why = {"reason": "a letter came"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("change", {"title": "Gold", "priority": "urgent", "owner": "targeting",
                    "summary": "Tip"}),
        ("state", {"state": "waiting", "reason": "the bank's letter"}),
        ("notes", {"text": "Two bags"}),
        ("tasks", {"title": "Ask the bank", "due_on": "2026-01-01", "assignee": "supervisor"}),
        ("parties", {"kind": "phone", "label": "+92 300 1234567", "role": "suspect",
                     "source": "his mobile"}),
        ("shares", {"unit": "lhe", **why}),
        ("restriction", {"restricted": "true", **why}),
        ("restriction", {"restricted": "false", **why}),
    ]  # fmt: skip
    for path, data in steps:
        answer = mine.post(f"{base}/{path}", data=data)
        assert answer.status_code == 303, (path, answer.text)
    text = mine.get(base).text
    for word in ("bank&#39;s letter", "Two bags", "Overdue", "+92 300 1234567", "Lahore airport"):
        assert word in text
    assert "Gold" in mine.get("/cases?overdue=true&priority=urgent&whose=mine").text
    assert "No case fits" in mine.get("/cases?q=nobody").text
    chief = browser("supervisor")
    giving = {"agency": "Police", "section": ["notes"], "legal_basis": "Act 1, section 2",
              "until": "2199-01-01"}  # fmt: skip
    assert chief.post(f"{base}/handovers", data=giving).status_code == 303
    assert "Not acknowledged" in chief.get(base).text


def test_a_unit_sees_what_it_was_given(browser: Any, stage: Any, case_id: str) -> None:
    base, chief = f"/cases/{case_id}", browser("supervisor")
    mine = browser("targeting")
    mine.post(f"{base}/notes", data={"text": "For us alone"})
    theirs = browser("lahore")
    assert theirs.get(base).status_code == 403
    giving = {"agency": "Narcotics", "unit": "lhe", "section": ["parties"],
              "legal_basis": "Act 1, section 2"}  # fmt: skip
    assert chief.post(f"{base}/handovers", data=giving).status_code == 303
    text = theirs.get(base).text
    assert "Handed over to your unit" in text
    assert "For us alone" not in text
    handover = re.search(r"handovers/(\w{32})/acknowledge", text)
    assert handover is not None
    path = f"{base}/handovers/{handover.group(1)}"
    assert theirs.post(f"{path}/acknowledge", data={"reference": "N-7"}).status_code == 303
    assert chief.post(f"{path}/take-back", data={"reason": "they declined"}).status_code == 303
    assert theirs.get(base).status_code == 403


def test_files_are_for_keeping(browser: Any, case_id: str) -> None:
    mine, base = browser("targeting"), f"/cases/{case_id}"
    page = b"<html><script>alert(1)</script>"
    files = {"file": ("طورخم.html", page, "text/html")}
    assert mine.post(f"{base}/attachments", files=files).status_code == 303
    found = re.search(rf"{base}/attachments/\w{{32}}", mine.get(base).text)
    assert found is not None
    answer = mine.get(found.group())
    assert answer.content == page
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D8%B7")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    large = {"file": ("scan.txt", b"seen " * 200_000, "text/plain")}
    assert mine.post(f"{base}/attachments", files=large).status_code == 303
    whole = {"file": ("scan.txt", b"seen " * 5_000_000, "text/plain")}
    assert mine.post(f"{base}/attachments", files=whole).status_code == 413
    program = {"file": ("picture.png", b"MZ\x90\0", "image/png")}
    assert mine.post(f"{base}/attachments", files=program).status_code == 422


def test_from_a_profile(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    mine = browser("targeting")
    new = NewProfile(kind=ProfileKind.PERSON, title="The courier", suspicion="Carries gold",
                     legal_basis="Customs Act 1969")  # fmt: skip
    profile = profiles.open_profile(stage.centre, stage.actor("targeting"), new)
    about = {"profile": profile.id, "traveller": ids["traveller"], "title": "Gold"}
    assert profile.id in mine.get(f"/cases/new?profile={profile.id}").text
    path = mine.post("/cases", data=about).headers["location"]
    assert f"/profiles/{profile.id}" in mine.get(path).text
    for place in (f"/cases/profiles/{profile.id}", f"/cases/travellers/{ids['traveller']}"):
        assert path in mine.get(place).text
    again = {"profile": profile.id, "role": "suspect", "source": "seen again"}
    assert mine.post(f"{path}/parties", data=again).status_code == 409
    other = mine.post("/cases", data={"title": "Another"}).headers["location"]
    assert mine.post(f"{other}/parties", data=again).status_code == 303
    assert "the same profile" in mine.get(other).text


def test_the_report(browser: Any, case_id: str) -> None:
    answer = browser("targeting").get(
        f"/cases/{case_id}/report.pdf?section=parties&section=timeline&classification=SECRET"
    )
    assert answer.headers["content-type"] == PDF
    assert "case-2" in answer.headers["content-disposition"]
    assert kind_of(answer.content) == PDF


def test_by_the_api(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    mine = browser("targeting")
    made = mine.post(f"{V1}/cases", json={"alerts": [ids["alert"]], "priority": "high"})
    assert made.status_code == 201, made.text
    case, base = made.json(), f"{V1}/cases/{made.json()['id']}"
    assert case["priority"] == "high"
    steps: list[tuple[str, dict[str, Any], int]] = [
        ("state", {"state": "in_progress"}, 200),
        ("notes", {"text": "Two bags"}, 201),
        ("parties", {"kind": "vehicle", "label": "LEA 123", "role": "thing", "source": "parked"},
         201),
        ("shares", {"unit_id": "lhe", "reason": "the same ring"}, 204),
        ("restriction", {"restricted": True, "reason": "an officer is involved"}, 200),
    ]  # fmt: skip
    for path, body, status in steps:
        answer = mine.post(f"{base}/{path}", json=body)
        assert answer.status_code == status, answer.text
    task = mine.post(f"{base}/tasks", json={"title": "Ask", "due_on": "2026-12-01"}).json()
    assert mine.post(f"{base}/close", json={"kind": "arrest"}).status_code == 409
    assert mine.post(f"{base}/tasks/{task['id']}/done").json()["done_by"] == "targeting"
    goods = {"commodity": "gold", "quantity": "2.5",
             "worth": {"amount": "180000", "currency": "USD"}}  # fmt: skip
    closing = {"kind": "seizure", "details": {"seizures": [goods]}}
    refused = mine.post(f"{base}/close", json=closing)
    assert refused.status_code == 409
    assert "still open: 1" in refused.text
    closing |= {"leave_alerts": True}
    assert mine.post(f"{base}/close", json=closing).json()["state"] == "closed"
    view = mine.get(base).json()
    seized = view["outcomes"][0]["details"]["seizures"][0]
    assert (seized["quantity"], seized["chapter"], seized["worth"]["amount"]) == (
        "2.5", 71, "180000",
    )  # fmt: skip
    assert mine.get(f"{V1}/cases?q={case['number']}").json()["total"] == 1
    assert browser("supervisor").get(base).status_code == 404, "it is restricted"
    outcome = view["outcomes"][0]["id"]
    told = {"kind": "nothing_found", "reason": "it was brass"}
    answer = mine.post(f"{V1}/outcomes/{outcome}/corrections", json=told)
    assert answer.json()["corrects"] == outcome
    labels = browser("supervisor").get(f"{V1}/outcomes/labels?since=2026-01-01T00:00:00Z").json()
    assert [own["found"] for own in labels] == [False]
    assert cases.view(stage.centre, stage.actor("targeting"), case["id"]).case.number
