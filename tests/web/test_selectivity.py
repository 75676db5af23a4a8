"""Selectivity on the pages and by the API: policies, trusted traders, draws, a lane's history."""

import re
from typing import Any

import pytest

from parakh.access import Permission, Purpose, system_actor
from parakh.domain.consignment import Consignment, Declaration
from parakh.domain.ids import new_id
from parakh.domain.selectivity import BUILT_IN
from parakh.services import accounts, api_keys, selectivity
from parakh.store import consignments
from parakh.web.security import COOKIE

V1 = "/api/v1"
WHY = {"reason": "as agreed with the port"}
TERMS = {"red_a_day": "40", "random_share": "5", "trusted_random_share": "1", "red_from": "30"}


@pytest.fixture
def goods(stage: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two consignments at Karachi with lanes: a green one, and one that chance chose."""
    numbers = iter([0.7, 0.001])
    monkeypatch.setattr(selectivity, "drawn_number", lambda secret, key: next(numbers))
    centre, maker = stage.centre, system_actor("test")
    many = [
        Consignment(
            id=new_id(),
            reference=f"BL{at}",
            port="KHI",
            declaration=Declaration(reference=f"D-{at}", office="KHI", lodged_at=centre.clock()),
        )
        for at in range(2)
    ]
    with centre.db.write(maker, Purpose.GOODS) as tx:
        consignments.put_all(tx, [(own, own.reference) for own in many], due_for=None)
        selectivity.give_lanes(tx, centre, many, {}, {})
    return [own.id for own in many]


@pytest.fixture
def second(stage: Any, browser: Any, cheap_passwords: None) -> Any:
    """The browser of another supervisor."""
    centre = stage.centre
    accounts.add_user(
        centre,
        system_actor("test"),
        name="second",
        display_name="Second",
        roles=frozenset({accounts.Role.SUPERVISOR}),
        units=frozenset({"ntc"}),
        password="correct horse battery staple",
    )
    signed = accounts.sign_in(centre, "second", "correct horse battery staple")
    made = browser("supervisor")
    made.client.cookies.set(COOKIE, signed.token, domain="testserver.local")
    return type(made)(client=made.client, csrf=signed.session.csrf)


def test_a_policy_comes_into_force(browser: Any, second: Any, goods: list[str]) -> None:
    mine = browser("supervisor")
    assert "Nobody approved a policy for all ports yet" in mine.get("/selectivity").text
    assert mine.post("/selectivity/policies", data=TERMS | WHY).status_code == 303
    text = mine.get("/selectivity").text
    assert "another person must let it come into force" in text
    (policy_id,) = re.findall(r'action="/selectivity/policies/(\w{32})/decision"', text)
    path = f"/selectivity/policies/{policy_id}/decision"
    assert mine.post(path, data={"decision": "approve", **WHY}).status_code == 403
    assert second.post(path, data={"decision": "approve", **WHY}).status_code == 303
    text = mine.get("/selectivity").text
    assert "Nobody approved a policy" not in text
    assert "30%" in text
    found = mine.get(f"{V1}/selectivity").json()
    now = next(own for own in found["policies"] if own["id"] == policy_id)
    before = next(own for own in found["policies"] if own["id"] == BUILT_IN)
    assert (now["state"], now["red_a_day"], now["red_from"]) == ("in_force", 40, 0.3)
    assert len(before["revealed"]) == len(now["seed"]) == 64
    assert now["revealed"] == ""
    assert found["today"][0]["given"] == {"green": 1, "red": 1}
    assert before["revealed"] in mine.get("/selectivity/draws").text


@pytest.mark.parametrize(
    "terms",
    [
        {"red_a_day": "many"},
        {"random_share": "half"},
        {"random_share": "nan"},
        {"red_from": "130"},
        {"reason": ""},
    ],
)
def test_what_is_no_policy_is_refused(browser: Any, terms: dict[str, str]) -> None:
    answer = browser("supervisor").post("/selectivity/policies", data=TERMS | WHY | terms)
    assert answer.status_code == 422


def test_a_lane_is_changed_from_the_consignment(browser: Any, goods: list[str]) -> None:
    mine, (own, drawn) = browser("targeting"), goods
    assert f'hx-get="/selectivity/lanes/{own}"' in mine.get(f"/consignments/{own}").text
    text = mine.get(f"/selectivity/lanes/{own}").text
    assert "Nothing speaks for a closer look." in text
    assert "drew 0.7000; under 0.0100 is chosen" in text
    form = {"lane": "red", "reason": "the seal is broken"}
    assert mine.post(f"/selectivity/lanes/{own}", data=form).status_code == 303
    text = mine.get(f"/selectivity/lanes/{own}").text
    assert "the seal is broken" in text
    assert "Earlier lanes" in text
    text = mine.get(f"/selectivity/lanes/{drawn}").text
    assert "It was drawn by chance, which nobody overrides: it stays red." in text
    form = {"lane": "green", "reason": "known well to us"}
    assert mine.post(f"/selectivity/lanes/{drawn}", data=form).status_code == 409
    assert (
        "Route it to another lane" not in browser("analyst").get(f"/selectivity/lanes/{own}").text
    )


def test_a_lane_is_changed_by_the_api(browser: Any, goods: list[str]) -> None:
    mine, path = browser("targeting"), f"{V1}/consignments/{goods[0]}/lanes"
    view = mine.get(path).json()
    assert (view["offered"], view["held"]) == (["blue", "yellow", "red"], None)
    made = mine.post(path, json={"lane": "yellow", "reason": "the seal is broken"}).json()
    assert (made["lane"], made["basis"], made["by"]) == ("yellow", "officer", "targeting")
    view = mine.get(path).json()
    assert [own["lane"] for own in view["lanes"]] == ["yellow", "green"]
    assert view["held"]["text"].startswith("You gave it this lane yourself")


def test_the_declaration_system_is_told(client: Any, stage: Any, goods: list[str]) -> None:
    secret = api_keys.add(
        stage.centre,
        system_actor("test"),
        name="declarations",
        permissions=frozenset({Permission.SEND_MESSAGES}),
        units=frozenset({"ntc"}),
    )
    headers = {"authorization": f"Bearer {secret}"}
    path = f"{V1}/consignments/lanes?since=2026-01-01T00:00:00Z"
    page = client.get(path, headers=headers).json()
    told = {own["declaration"]: own["lane"] for own in page["lanes"]}
    assert told == {"D-0": "green", "D-1": "red"}
    assert page["more"] is False
    again = client.get(f"{path}&after={page['after']}", headers=headers).json()
    assert again == {"lanes": [], "after": page["after"], "more": False}
    refused = client.post(
        f"{V1}/consignments/{goods[0]}/lanes",
        json={"lane": "red", "reason": "a program wants it"},
        headers=headers,
    )
    assert refused.status_code == 403


def test_trusted_traders_on_the_page(browser: Any, second: Any) -> None:
    mine = browser("supervisor")
    assert "No trader is trusted yet" in mine.get("/selectivity/traders").text
    form = {
        "identifier": "1234567-8",
        "name": "Sohrab Traders",
        "authorisation": "AEO-17",
        "expires": "2029-01-01",
        "roles": ["importer"],
        **WHY,
    }
    assert mine.post("/selectivity/traders", data=form).status_code == 303
    text = second.get("/selectivity/traders").text
    (path,) = re.findall(r'action="(/selectivity/traders/\w{32}/decision)"', text)
    assert mine.post(path, data={"decision": "approve", **WHY}).status_code == 403
    assert second.post(path, data={"decision": "approve", **WHY}).status_code == 303
    (own,) = mine.get(f"{V1}/trusted-traders?q=sohrab").json()
    assert (own["state"], own["roles"], own["identifier"]) == ("in_force", ["importer"], "12345678")
    ask = f"{V1}/trusted-traders/{own['id']}/suspension"
    assert mine.post(ask, json=WHY).json()["state"] == "asked"
    assert "To be suspended:" in mine.get("/selectivity/traders").text
    body = {"suspend": True, **WHY}
    assert mine.post(f"{ask}/decision", json=body).status_code == 403
    assert second.post(f"{ask}/decision", json=body).json()["state"] == "suspended"


def test_an_auditor_makes_every_draw_again(browser: Any, stage: Any, goods: list[str]) -> None:
    mine = browser("auditor")
    page = mine.get(f"/selectivity/draws?policy={BUILT_IN}").text
    assert "[&#34;BL0&#34;,&#34;D-0&#34;," in page
    text = mine.post("/selectivity/draws/verify").text
    assert "Something is not as it must be" in text, "the numbers were made up"
    found = mine.post(f"{V1}/selectivity/draws/verification").json()
    assert (found["good"], found["policies"][0]["faults"]) == (False, 2)
    draws = mine.get(f"{V1}/selectivity/policies/{BUILT_IN}/draws").json()
    assert [own["drawn"] for own in draws["draws"]] == [False, True]


def test_figures_tell_what_beats_chance(browser: Any, goods: list[str]) -> None:
    mine = browser("analyst")
    text = mine.get("/selectivity/figures?days=30").text
    assert "no outcome yet" in text
    found = mine.get(f"{V1}/selectivity/figures?days=30&port=KHI").json()
    assert (found["chance"]["given"], found["lanes"]["green"]["given"]) == (1, 1)
    assert mine.get(f"{V1}/selectivity/figures?days=31").status_code == 422
