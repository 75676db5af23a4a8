"""What the pages show and what their forms do, as their users see it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parakh.services import alerts, voyages, watchlists

REASON = "The passport and the face differ"


def arrival_day(stage: Any, ids: dict[str, str]) -> str:
    view = voyages.voyage(stage.centre, stage.actor("supervisor"), ids["voyage"])
    assert view.voyage.due_at is not None
    return view.voyage.due_at.astimezone(stage.centre.settings.zone).date().isoformat()


def test_arrivals_shows_the_day_and_its_voyages(browser: Any, stage: Any, ids: Any) -> None:
    text = browser("targeting").get(f"/arrivals?day={arrival_day(stage, ids)}").text
    assert "PK304" in text
    assert "<strong>DXB</strong> → <strong>KHI</strong>" in text
    assert re.search(r'<td class="num">11</td>', text)
    assert "Inspect" in text
    assert re.search(r"in [23] h", text)


def test_an_empty_day_says_what_will_come(browser: Any) -> None:
    text = browser("targeting").get("/arrivals?day=2020-02-29").text
    assert "No voyage on this day" in text
    assert "/arrivals?day=2020-02-28" in text
    assert "/arrivals?day=2020-03-01" in text


def test_an_analyst_sees_counts_but_no_way_to_persons(browser: Any, stage: Any, ids: Any) -> None:
    text = browser("analyst").get(f"/arrivals?day={arrival_day(stage, ids)}").text
    assert "PK304" in text
    assert "/voyages/" not in text


def test_the_vetting_list_is_ranked_and_says_why(browser: Any, ids: dict[str, str]) -> None:
    text = browser("targeting").get(f"/voyages/{ids['voyage']}").text
    rows = re.findall(r'<tr data-href="[^"]+" data-hits="(\d)" data-state="(\w+) (\w+)"', text)
    assert len(rows) == 11
    assert [row[0] for row in rows[:3]] == ["1", "1", "0"]
    assert {row[2] for row in rows} == {"expected"}
    assert "MAZARI, ZULFIQAR" in text
    assert "on the list Couriers" in text


def test_a_traveller_shows_where_each_value_came_from(browser: Any, ids: dict[str, str]) -> None:
    text = browser("targeting").get(f"/travellers/{ids['traveller']}").text
    assert re.search(
        r'href="/messages/\w+\?line=\d+#line">line \d+</a>: <span class="mono">800505', text
    )
    assert "1980-05-05" in text
    assert "The birth dates are equal" in text
    assert "name@" in text


def test_an_alert_is_handled_to_its_end(browser: Any, ids: dict[str, str]) -> None:
    mine, path = browser("targeting"), f"/alerts/{ids['alert']}"
    assert "Acknowledge the alert to decide" in mine.get(path).text
    assert mine.post(f"{path}/acknowledge").headers["location"] == path
    shown = mine.get(path).text
    assert "You have acknowledged this alert" in shown
    assert "You have acknowledged this alert" not in mine.get(path).text
    assert "First decide on the hit" in shown
    hit = f"{path}/hits/{ids['hit']}"
    assert mine.post(hit, data={"decision": "clear", "reason": " "}).status_code == 422
    assert mine.post(hit, data={"decision": "clear", "reason": REASON}).status_code == 303
    assert REASON in mine.get(path).text
    closed = mine.post(f"{path}/close", data={"outcome": "false_match", "note": "Let go"})
    assert closed.status_code == 303
    assert "False match" in mine.get(path).text
    assert "False match" in mine.get("/alerts?state=closed").text


def test_two_officers_cannot_take_one_alert(browser: Any, ids: dict[str, str]) -> None:
    path = f"/alerts/{ids['alert']}/acknowledge"
    assert browser("targeting").post(path, data={"back": "row"}).status_code == 303
    late = browser("supervisor").post(path, headers={"hx-request": "true"})
    assert late.status_code == 409
    assert "Not possible now" in late.text


def test_the_wall_draws_one_line_anew(browser: Any, ids: dict[str, str]) -> None:
    text = browser("gate").get(f"/alerts/{ids['alert']}/row").text.strip()
    assert text.startswith("<article")
    assert f'id="alert-{ids["alert"]}"' in text
    assert 'data-spoken="Compare, MAZARI, ZULFIQAR, PK304"' in text


def test_four_eyes_on_a_proposal(
    browser: Any, stage: Any, ids: dict[str, str], portrait: bytes
) -> None:
    form = {
        "watchlist": ids["list"],
        "family_name": "Collins",
        "given_names": "Eileen",
        "aliases": "COLLINS, E\n\nKOLLINS, EILEEN",
        "birth_date": "1956",
        "nationality": "usa",
        "reason": "A letter",
        "expires": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}",
    }
    files = {"picture": ("face.png", portrait, "image/png")}
    mine = browser("supervisor")
    made = mine.post("/watchlist/entries", data=form, files=files)
    assert made.status_code == 303
    path = made.headers["location"]
    text = mine.get(path).text
    assert "COLLINS, EILEEN" in text
    assert "You proposed this entry" in text
    assert (
        mine.post(f"{path}/decision", data={"decision": "approve", "reason": "x"}).status_code
        == 403
    )
    picture = re.search(r'src="(/pictures/\w+)"', text)
    assert picture
    assert mine.get(picture[1]).headers["content-type"] == "image/jpeg"
    assert browser("gate").get(picture[1]).status_code == 403
    entry = watchlists.entry(stage.centre, stage.actor("auditor"), path.rpartition("/")[2])
    assert [str(name) for name in entry.row.entry.names][1:] == ["COLLINS, E", "KOLLINS, EILEEN"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"family_name": "ALI", "birth_date": "31.12.1980x"}, "birth_date"),
        ({"family_name": "ALI", "nationality": "QQQ"}, "nationality"),
        ({"family_name": ""}, "family_name"),
        ({"family_name": "ALI", "reason": ""}, "say why"),
        ({"family_name": "ALI", "expires": "2020-01-01"}, "future"),
    ],
)
def test_a_proposal_that_cannot_be_used_says_why(
    browser: Any, ids: dict[str, str], form: dict[str, str], said: str
) -> None:
    fields = {"watchlist": ids["list"], "reason": "A letter", **form}
    answer = browser("targeting").post("/watchlist/entries", data=fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_quarantined_message_shows_the_place(browser: Any, ids: dict[str, str]) -> None:
    text = browser("integrator").get(f"/messages/{ids['message']}").text
    assert "broken.edi:5:1" in text
    assert "<mark>TDT</mark>" in text
    assert "Send a corrected text" in text
    assert "Send a corrected text" not in browser("auditor").get(f"/messages/{ids['message']}").text


def test_a_correction_points_to_what_it_mends(
    browser: Any, ids: dict[str, str], flight: bytes
) -> None:
    mine = browser("integrator")
    path = f"/messages/{ids['message']}/corrections"
    made = mine.post(path, files={"file": ("fixed.edi", flight)})
    assert made.status_code == 303
    text = mine.get(made.headers["location"]).text
    assert f'href="/messages/{ids["message"]}"' in text
    assert "Waiting to be read" in text


def test_the_same_bytes_twice_are_one_message(browser: Any, flight: bytes) -> None:
    mine = browser("targeting")
    first, second = (
        mine.post("/messages", files={"file": (name, flight)}).headers["location"]
        for name in ("a.edi", "b.edi")
    )
    assert first == second
    assert "received before" in mine.get(second).text


def test_a_message_is_read_again(browser: Any, ids: dict[str, str]) -> None:
    mine, path = browser("integrator"), f"/messages/{ids['message']}"
    assert mine.post(f"{path}/rerun").headers["location"] == path
    assert mine.post(f"{path}/rerun").status_code == 409


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\lists\\a.edi", "a" * 500])
def test_a_file_name_is_only_a_name(browser: Any, name: str) -> None:
    mine = browser("targeting")
    made = mine.post("/messages", files={"file": (name, name.encode())})
    shown = re.search(r"<h1>(.*?)</h1>", mine.get(made.headers["location"]).text)
    assert shown
    assert "/" not in shown[1]
    assert "\\" not in shown[1]


def test_the_gate_answers_with_both_pictures(
    browser: Any, stage: Any, ids: Any, portrait: bytes
) -> None:
    proposer, approver = browser("targeting"), browser("supervisor")
    form = {"watchlist": ids["list"], "family_name": "COLLINS", "reason": "A letter"}
    made = proposer.post("/watchlist/entries", data=form, files={"picture": ("a.png", portrait)})
    path = made.headers["location"]
    approver.post(f"{path}/decision", data={"decision": "approve", "reason": "seen"})
    answer = browser("gate").post(
        "/gate/captures",
        data={"port": "KHI", "lane": "4", "direction": "entry"},
        files={"live": ("a.png", portrait), "portrait": ("b.png", portrait)},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert "<main" not in answer.text
    assert re.search(r'<h2 id="verdict-title">Compare</h2>', answer.text)
    assert "Alike" in answer.text
    assert "Not evaluated" in answer.text
    assert "data-live" in answer.text
    picture = re.search(r'src="(/pictures/\w+)"', answer.text)
    assert picture
    assert browser("gate").get(picture[1]).status_code == 200
    raised = alerts.list_alerts(stage.centre, stage.actor("gate"))[0]
    page = browser("gate").get(f"/alerts/{raised.alert.id}").text
    assert page.count('class="portrait" src="/pictures/') == 2


@pytest.mark.parametrize(
    ("fields", "files", "status", "said"),
    [
        ({}, {}, 422, "Choose a file"),
        ({}, {"live": ("a.jpg", b"no picture at all")}, 422, "Something is not right"),
        ({"port": "LHE"}, {"live": ("a.jpg", b"x")}, 403, "does not work at LHE"),
        ({"direction": "up"}, {"live": ("a.jpg", b"x")}, 422, "direction"),
    ],
)
def test_the_gate_says_what_is_wrong(
    browser: Any, fields: dict[str, str], files: Any, status: int, said: str
) -> None:
    form = {"port": "KHI", "direction": "entry", **fields}
    answer = browser("gate").post(
        "/gate/captures", data=form, files=files, headers={"hx-request": "true"}
    )
    assert answer.status_code == status
    assert said in answer.text


def test_the_audit_shows_what_was_done_and_that_the_chain_holds(browser: Any, ids: Any) -> None:
    browser("targeting").get(f"/travellers/{ids['traveller']}")
    mine = browser("auditor")
    text = mine.get(f"/audit?actor=targeting&subject={ids['traveller']}").text
    assert "traveller.viewed" in text
    assert "vetting" in text
    assert "No row fits" in mine.get("/audit?actor=nobody").text
    assert "The chain holds" in mine.post("/audit/verify").text


@pytest.mark.parametrize("since", ["soon", "2026-13-01"])
def test_a_day_that_is_none_is_refused(browser: Any, since: str) -> None:
    assert browser("auditor").get(f"/audit?since={since}").status_code == 422


def test_names_from_outside_are_text_and_never_markup(browser: Any, ids: dict[str, str]) -> None:
    script = "<script>alert(1)</script>"
    form = {"name": script, "source": script, "legal_basis": script, "handling": "inform"}
    browser("supervisor").post("/watchlist/lists", data=form)
    text = browser("supervisor").get("/watchlist").text
    assert script not in text
    assert "&lt;script&gt;" in text
