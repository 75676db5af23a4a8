"""Routing, channels, the roster, hand-overs and lookouts, as their users see them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.services import alerts, escalating, lookouts, queue, routing

V1 = "/api/v1"
MAKER = system_actor("test")


def path_of(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_routing_rule_is_added_ordered_changed_and_removed(browser: Any) -> None:
    chief = browser("supervisor")
    for name in ("First", "Second"):
        fields = {"name": name, "units": ["lhe"], "lanes": "A1, B2", "weekdays": ["0", "6"]}
        done = chief.post("/routing/routes", data=fields | {"since": "22:00", "until": "06:00"})
        assert path_of(done) == "/routing"
    page = chief.get("/routing").text
    assert page.index("First") < page.index("Second")
    for told in ("lane A1, B2", "Mon, Sun", "22:00–06:00", "The standing way"):
        assert told in page
    assert "not in force" in page  # the box was not ticked
    second = re.findall(r'action="/routing/routes/(\w+)/move"', page)[-1]
    chief.post(f"/routing/routes/{second}/move", data={"to": "up"})
    page = chief.get("/routing").text
    assert page.index("Second") < page.index("First")
    chief.post(f"/routing/routes/{second}", data={"name": "Third", "units": ["ntc"]})
    assert "Third" in chief.get("/routing").text
    chief.post(f"/routing/routes/{second}/removal")
    assert "Third" not in chief.get("/routing").text


def test_who_would_get_it_is_shown(browser: Any, stage: Any) -> None:
    chief = browser("supervisor")
    level = {"advice": "refer", "acknowledge": "5", "close": "60"}
    assert path_of(chief.post("/routing/levels", data=level)) == "/routing"
    page = chief.get("/routing?asked=true&port=khi&advice=refer&day=2026-11-22&at=10:00").text
    who = page.partition('id="who"')[2].partition("</section>")[0]
    assert "Karachi airport" in who
    assert "by the standing way" in who
    assert "acknowledged within 5 min" in who
    listed = routing.view(stage.centre, MAKER).lists
    (own,) = listed
    assert chief.get(f"/routing?asked=true&port=KHI&behind=list:{own}").status_code == 200
    assert chief.get("/routing?asked=true&behind=list:gone").status_code == 422
    assert chief.get("/routing?asked=true&at=9").status_code == 422
    (gone,) = re.findall(r"/routing/levels/(\w+)/removal", page)[:1]
    chief.post(f"/routing/levels/{gone}/removal")
    assert "alerts are never escalated" in chief.get("/routing").text


def test_an_escalated_alert_is_red_on_wall_and_page(
    browser: Any, stage: Any, flight: bytes
) -> None:
    centre = stage.centre
    chief = browser("supervisor")
    chief.post("/routing/levels", data={"acknowledge": "10", "escalate_to": "ntc"})
    chief.client.post(
        f"{V1}/messages",
        files={"file": ("pk306.edi", flight)},
        headers={"x-csrf-token": chief.csrf},
    )
    queue.drain(centre)
    wall = chief.get("/alerts").text
    assert "to acknowledge" in wall
    assert 'class="due late"' not in wall
    now = centre.clock()
    centre.db.clock = centre.clock = lambda: now + timedelta(minutes=11)
    assert escalating.escalate_due(centre) == 2
    wall = chief.get("/alerts").text
    assert 'class="due late"' in wall
    assert "Escalated" in wall
    row = next(one for one in alerts.list_alerts(centre, MAKER) if one.alert.escalated_at)
    page = chief.get(f"/alerts/{row.alert.id}").text
    assert "nobody saw to it in time" in page
    assert "Not acknowledged in time: escalated to National centre" in page
    steps = chief.get(f"{V1}/alerts/{row.alert.id}/path").json()
    assert [own["kind"] for own in steps] == ["raised", "routed", "shown", "escalated"]
    assert steps[1]["text"]["text"].endswith("by the standing way")


def test_a_webhooks_key_is_shown_once(browser: Any, stage: Any) -> None:
    chief = browser("supervisor")
    fields = {
        "name": "Partner",
        "kind": "webhook",
        "address": "https://hooks.example.org/x",
        "tells": ["raised"],
        "active": "true",
    }
    page = chief.post("/routing/channels", data=fields).text
    (key,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.replace("&#43;", "+"))
    again = chief.get("/routing/channels").text
    assert key not in again
    assert "No mail server is set" in again
    (own,) = set(re.findall(r'action="/routing/channels/(\w+)"', again))
    renewed = chief.post(f"/routing/channels/{own}/key").text
    assert "whsec_" in renewed
    assert key not in renewed
    changed = fields | {"name": "Partner of Lahore", "unit_id": "lhe"}
    assert path_of(chief.post(f"/routing/channels/{own}", data=changed)) == "/routing/channels"
    assert "Partner of Lahore" in chief.get("/routing/channels?state=dead").text
    assert (
        chief.post("/routing/channels", data=fields | {"address": "http://a.b"}).status_code == 422
    )


def test_the_roster_is_kept_and_shown(browser: Any) -> None:
    chief, gate = browser("supervisor"), browser("gate")
    shift = {"unit": "khi", "officer": "gate", "day": "2030-03-04", "since": "22:00"}
    done = chief.post("/duty/shifts", data=shift | {"until": "06:00"})
    assert path_of(done) == "/duty/roster?unit=khi&day=2030-03-04"
    page = gate.get("/duty/roster?day=2030-03-04").text
    assert "22:00" in page
    assert "06:00" in page
    assert "Add a shift" not in page
    keeper = chief.get("/duty/roster?unit=khi&day=2030-03-04").text
    (own,) = re.findall(r'action="/duty/shifts/(\w+)/removal"', keeper)
    chief.post(f"/duty/shifts/{own}/removal")
    assert "Nobody is on the roster" in gate.get("/duty/roster?day=2030-03-04").text
    rows = b"unit,officer,day,from,to\nkhi,gate,2030-03-05,06:00,14:00\n"
    done = chief.post("/duty/roster", files={"file": ("roster.csv", rows)})
    assert path_of(done) == "/duty/roster"
    assert "06:00" in gate.get("/duty/roster?day=2030-03-04").text
    wrong = chief.post("/duty/roster", files={"file": ("roster.csv", rows + b"khi,x\n")})
    assert wrong.status_code == 422


def test_an_alert_is_handed_over_and_taken_over(browser: Any, ids: dict[str, str]) -> None:
    gate, targeting = browser("gate"), browser("supervisor")
    alert = ids["alert"]
    gate.post(f"/alerts/{alert}/acknowledge")
    assert alert in gate.get("/duty").text
    done = gate.post("/duty/handovers", data={"alerts": [alert], "note": "He waits in room 2"})
    assert path_of(done) == "/duty"
    page = targeting.get("/duty").text
    assert "He waits in room 2" in page
    assert "Nobody sees to this alert now" in targeting.get(f"/alerts/{alert}").text
    (own,) = re.findall(r'action="/duty/handovers/(\w+)/taking"', page)
    assert path_of(targeting.post(f"/duty/handovers/{own}/taking")) == "/duty"
    shown = targeting.get(f"/alerts/{alert}").text
    assert "supervisor sees to it now" in shown
    assert "Handed over to the next shift: He waits in room 2" in shown
    assert targeting.post(f"/duty/alerts/{alert}/taking").status_code == 409


def test_a_lookout_takes_two_clicks_from_a_traveller(
    browser: Any, ids: dict[str, str], stage: Any
) -> None:
    gate, chief = browser("gate"), browser("supervisor")
    page = gate.get(f"/travellers/{ids['traveller']}").text
    dialog = page.partition('<dialog id="lookout-person')[2].partition("</dialog>")[0]
    given = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', dialog))
    assert (given["kind"], given["family_name"], given["birth_date"]) == (
        "person",
        "MAZARI",
        "1980-05-05",
    )
    assert "Look out for this document" in page
    given |= {"reason": "Left a bag behind", "instruction": "Ask for it", "handling": "refer"}
    given |= {"expires": re.findall(r'name="expires" type="date" value="([^"]+)"', dialog)[0]}
    placed = path_of(gate.post("/lookouts", data=given))
    page = gate.get(placed).text
    chosen = f"{date.fromisoformat(given['expires']):%-d %b %Y}"
    assert f"{chosen}</time></dd>" in page, "the last day is the one that was chosen"
    assert "unless another person confirms it" in page
    assert "Your word as the second person" not in page
    waiting = chief.get("/lookouts?which=waiting").text
    assert placed in waiting
    done = chief.post(f"{placed}/decision", data={"decision": "agree", "reason": "saw the bag"})
    assert path_of(done) == placed
    assert "Confirmed" in gate.get(placed).text
    ends = lookouts.view(stage.centre, MAKER, placed.rpartition("/")[2]).row.lookout.ends_at
    until = (ends + timedelta(days=5)).date().isoformat()
    gate.post(f"{placed}/extension", data={"until": until, "reason": "not found yet"})
    assert "asks that it lasts until" in chief.get(placed).text
    done = gate.post(f"{placed}/cancellation", data={"reason": "bag was found"})
    assert path_of(done) == placed
    assert "bag was found" in gate.get(placed).text
    assert placed not in gate.get("/lookouts?which=mine").text
    assert placed in gate.get("/lookouts?which=mine&ended=true").text


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("document", {"document_number": "PA1234567", "document_issuer": "PAK"}),
        ("vehicle", {"plate": "LEA4567", "country": "PAK"}),
        ("container", {"container": "CSQU3054383"}),
        ("organisation", {"name": "BLUE HERON TRADING"}),
    ],
)
def test_lookouts_on_things(browser: Any, kind: str, fields: dict[str, str]) -> None:
    gate = browser("gate")
    page = gate.get("/lookouts/new", params={"kind": kind, **fields}).text
    for value in fields.values():
        assert f'value="{value}"' in page
    placed = path_of(gate.post("/lookouts", data={"kind": kind, "reason": "Seal broken", **fields}))
    assert next(iter(fields.values())) in gate.get(placed).text
    assert gate.post("/lookouts", data={"kind": kind, "reason": "Seal broken"}).status_code == 422


def test_lookouts_routing_and_roster_by_program(browser: Any, ids: dict[str, str]) -> None:
    chief, gate = browser("supervisor"), browser("gate")
    body = {
        "kind": "document",
        "document_number": "PA7777777",
        "reason": "Reported lost",
        "instruction": "Keep it",
    }
    made = gate.post(f"{V1}/lookouts", json=body).json()
    assert made["confirmed_by"] is None
    path = f"{V1}/lookouts/{made['id']}"
    assert chief.get(path).json()["state"] == "provisional"
    agreed = chief.post(f"{path}/decision", json={"agree": True, "reason": "saw the report"})
    assert agreed.json()["confirmed_by"] == "supervisor"
    gone = gate.post(f"{path}/cancellation", json={"reason": "it was found"})
    assert gone.status_code == 200
    assert [own["state"] for own in gate.get(f"{V1}/lookouts?ended=true").json()] == ["cancelled"]
    route = chief.post(
        f"{V1}/routing/routes",
        json={"name": "Nights", "units": ["lhe"], "since": "22:00", "until": "06:00"},
    ).json()
    assert (route["since"], route["position"]) == ("22:00:00", 1)
    told = chief.post(f"{V1}/routing/example", json={"port": "KHI", "at": "2026-11-22T19:00:00Z"})
    assert told.json()[0]["routes"] == [route["id"]]
    chief.client.delete(f"{V1}/routing/routes/{route['id']}", headers={"x-csrf-token": chief.csrf})
    assert chief.get(f"{V1}/routing/routes").json() == []
    shift = {
        "unit_id": "khi",
        "officer": "gate",
        "starts_at": "2030-01-01T00:00:00Z",
        "ends_at": "2030-01-01T08:00:00Z",
    }
    assert chief.post(f"{V1}/duty/shifts", json=shift).status_code == 201
    assert chief.post(f"{V1}/duty/shifts", json=shift).status_code == 409
    span = "since=2030-01-01T00:00:00Z&until=2030-01-02T00:00:00Z"
    assert len(gate.get(f"{V1}/duty/shifts?{span}").json()) == 1
    gate.post(f"{V1}/alerts/{ids['alert']}/acknowledge")
    assert gate.get(f"{V1}/duty/desk").json()["mine"] == [ids["alert"]]
    (left,) = gate.post(f"{V1}/duty/handovers", json={"alerts": [ids["alert"]]}).json()
    taken = chief.post(f"{V1}/duty/handovers/{left['id']}/taking").json()
    assert taken["taken_by"] == "supervisor"
