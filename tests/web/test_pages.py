"""What the pages show and what their forms do, as their users see it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.domain.message import Channel, Source
from parakh.domain.voyage import Direction
from parakh.services import alerts, gate, intake, queue, trail, voyages, watchlists
from parakh.services.gate_values import CrossingRequest
from parakh.store.tables import message, voyage

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
        r'href="/messages/\w+\?line=\d+#line">line \d+</a>: <span class="mono"><bdi>800505', text
    )
    assert "1980-05-05" in text
    assert "The birth dates are equal" in text
    assert "name@" in text


def test_a_correction_shows_what_was_known_before(
    browser: Any, stage: Any, ids: dict[str, str]
) -> None:
    source = Source(channel=Channel.DROP, name="change.edi")
    with stage.centre.db.read() as connection:
        first = connection.execute(sa.select(message.c.id).order_by(message.c.id)).scalars().first()
    raw = intake.raw(stage.centre, stage.actor("integrator"), first)
    changed = raw.replace(b"BGM+745", b"BGM+745+CP").replace(b"800505", b"800506")
    changed = changed.replace(b"250101:0000", b"250101:0900")
    intake.receive(stage.centre, stage.actor("integrator"), changed, source)
    assert queue.drain(stage.centre) == set()
    page = browser("targeting")
    now = page.get(f"/travellers/{ids['traveller']}").text
    assert "1980-05-06" in now
    assert "<s><bdi>1980-05-05</bdi></s>" in now
    assert "1 other source" in now
    then = page.get(f"/travellers/{ids['traveller']}?as_of={first}").text
    assert "As known on" in then
    assert '<td class="strong"><bdi>1980-05-05</bdi></td>' in then
    assert page.get(f"/travellers/{ids['traveller']}?as_of=none").status_code == 404


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
        ({"family_name": "ALI", "birth_date": "31.12.1980x"}, "Date of birth: "),
        ({"family_name": "ALI", "nationality": "QQQ"}, "Nationality: "),
        ({"family_name": ""}, "Family name: "),
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
        files={"frames": ("a.png", portrait), "portrait": ("b.png", portrait)},
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
    rows = alerts.list_alerts(stage.centre, stage.actor("gate"))
    raised = next(row for row in rows if row.traveller is None)
    page = browser("gate").get(f"/alerts/{raised.alert.id}").text
    assert page.count('class="portrait" src="/pictures/') == 2


@pytest.mark.parametrize(
    ("fields", "files", "status", "said"),
    [
        ({}, {}, 422, "Choose a file"),
        ({}, {"frames": ("a.jpg", b"no picture at all")}, 422, "Something is not right"),
        ({"port": "LHE"}, {"frames": ("a.jpg", b"x")}, 403, "does not work at LHE"),
        ({"direction": "up"}, {"frames": ("a.jpg", b"x")}, 422, "direction"),
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


def test_arrivals_shows_what_is_due_now(browser: Any, ids: dict[str, str]) -> None:
    mine = browser("targeting")
    text = mine.get("/arrivals").text
    assert re.search(r"<h1>Now <span[^>]*>.*20\d\d.* AH", text)
    assert "in the last 12 and the next 36 hours" in text
    assert "PK304" in text
    assert 'hx-get="/arrivals"' in text
    assert '<a href="/arrivals">Arrivals</a> ›' in mine.get(f"/voyages/{ids['voyage']}").text


def test_a_day_of_arrivals_stays_that_day(browser: Any) -> None:
    text = browser("targeting").get("/arrivals?day=2020-02-29").text
    assert 'hx-get="/arrivals?day=2020-02-29"' in text
    assert re.search(r'class="button\s*" href="/arrivals"', text)


def test_the_wall_has_the_most_urgent_first_and_taken_ones_after_new(
    browser: Any, stage: Any, flight: bytes
) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), flight, source)
    queue.drain(stage.centre)
    officer = stage.actor("gate")
    newest = next(
        row.alert
        for row in alerts.list_alerts(stage.centre, officer)
        if row.alert.advice == "compare"
    )
    alerts.acknowledge(stage.centre, officer, newest.id)
    rows = re.findall(
        r'class="alert-row (\w+) (\w+)" id="alert-(\w+)"', browser("gate").get("/alerts").text
    )
    assert [(advice, state) for state, advice, _ in rows] == [
        ("inspect", "new"),
        ("inspect", "new"),
        ("compare", "new"),
        ("compare", "acknowledged"),
    ]
    assert rows[0][2] > rows[1][2]


def test_the_wall_has_pages_and_says_how_many_alerts_follow(
    browser: Any, stage: Any, flight: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(channel=Channel.HTTP, name="pk306.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), flight, source)
    queue.drain(stage.centre)
    monkeypatch.setattr(alerts, "PAGE", 3)
    mine = browser("gate")
    first, second, third = (mine.get(f"/alerts?page={page}").text for page in (1, 2, 3))
    assert [page.count('class="alert-row') for page in (first, second, third)] == [3, 1, 0]
    assert "1 more on the following pages" in first
    assert 'data-beyond="1"' in first
    assert "Page 1 of 2, 4 in all" in first
    assert "Page 2 of 2, 4 in all" in second
    assert 'id="wall"' not in second, "only the first page is live"
    assert "Nothing is left on this page" in third


def test_the_head_of_an_alert_tells_the_hour_at_our_port(
    browser: Any, ids: dict[str, str], stage: Any
) -> None:
    def head() -> str:
        return str(browser("gate").get(f"/alerts/{ids['alert']}").text.partition("(due")[0][-40:])

    with stage.centre.db.read() as connection:
        own = connection.execute(sa.select(voyage).where(voyage.c.id == ids["voyage"])).one()
    assert f"{own.arrival:%H:%M}" in head()
    with stage.centre.db.maintain() as connection:
        leaving = voyage.update().where(voyage.c.id == own.id)
        connection.execute(leaving.values(direction=Direction.EXIT.value))
    assert f"{own.departure:%H:%M}" in head()


def test_the_wall_says_who_was_seen_at_which_lane(browser: Any, stage: Any, ids: Any) -> None:
    path = f"/alerts/{ids['alert']}/row"
    assert "not yet at the gate" in browser("gate").get(path).text
    request = CrossingRequest(
        document="QA44444304",
        port="KHI",
        lane="A3",
        direction=Direction.ENTRY,
        at=datetime.now(UTC),
    )
    gate.cross(stage.centre, stage.actor("gate"), request)
    assert re.search(
        r"seen at lane A3, <time [^>]+>\d\d:\d\d</time>", browser("gate").get(path).text
    )


def test_a_corrected_message_says_so_and_is_out_of_quarantine(
    browser: Any, ids: dict[str, str], flight: bytes
) -> None:
    mine, path = browser("integrator"), f"/messages/{ids['message']}"
    assert path in mine.get("/messages?state=quarantined").text
    made = mine.post(f"{path}/corrections", files={"file": ("fixed.edi", flight)})
    text = mine.get(path).text
    assert f'This message was corrected by <a href="{made.headers["location"]}">' in text
    assert "Send a corrected text" not in text
    assert path not in mine.get("/messages?state=quarantined").text
    assert f'href="{made.headers["location"]}">corrected</a>' in mine.get("/messages").text


def test_a_part_in_quarantine_shows_beside_a_screened_message(
    browser: Any, stage: Any, flight: bytes
) -> None:
    first, _, rest = flight.partition(b"UNH+")
    mixed = first + b"UNH+9+PAXLST:D:05B:UN:IATA'\nBGM+745'\nUNT+3+9'\nUNH+" + rest
    mine = browser("integrator")
    path = mine.post("/messages", files={"file": ("mixed.edi", mixed)}).headers["location"]
    queue.drain(stage.centre)
    for text in (mine.get("/messages").text, mine.get(path).text):
        assert re.search(r"Screened</span>\s*<span class=\"tag red\">1 part quarantined", text)


def test_who_may_not_read_a_message_sees_the_problem_without_the_text(
    browser: Any, ids: dict[str, str]
) -> None:
    text = browser("analyst").get(f"/messages/{ids['message']}?line=5").text
    assert "broken.edi:5:1" in text
    assert "<mark>" not in text
    assert 'class="excerpt"' not in text
    assert "shown only to those" in text


def test_four_eyes_on_a_picture(browser: Any, ids: dict[str, str], portrait: bytes) -> None:
    adder, decider, path = (
        browser("targeting"),
        browser("supervisor"),
        f"/watchlist/entries/{ids['entry']}",
    )
    adder.post(f"{path}/pictures", files={"picture": ("a.png", portrait)})
    text = adder.get(path).text
    assert "Waits for approval" in text
    assert "Approve the picture" not in text
    form = re.search(r'action="([^"]+/pictures/\w+/decision)"', decider.get(path).text)
    assert form
    assert adder.post(form[1], data={"decision": "approve"}).status_code == 403
    assert decider.post(form[1], data={"decision": "approve"}).status_code == 303
    assert "Waits for approval" not in adder.get(path).text
    assert decider.post(form[1], data={"decision": "reject"}).status_code == 409


def test_a_rejected_picture_is_gone(browser: Any, ids: dict[str, str], portrait: bytes) -> None:
    path = f"/watchlist/entries/{ids['entry']}"
    browser("targeting").post(f"{path}/pictures", files={"picture": ("a.png", portrait)})
    mine = browser("supervisor")
    form = re.search(r'action="([^"]+/pictures/\w+/decision)"', mine.get(path).text)
    assert form
    mine.post(form[1], data={"decision": "reject"})
    assert "/pictures/" not in re.sub(r'"[^"]*/pictures"', "", mine.get(path).text)


def test_a_list_is_changed(browser: Any, ids: dict[str, str]) -> None:
    mine, path = browser("supervisor"), f"/watchlist/lists/{ids['list']}"
    assert 'value="Act 1, section 2"' in mine.get(path).text
    assert f'href="{path}"' in mine.get("/watchlist").text
    assert 'name="legal_basis"' not in browser("targeting").get(path).text
    form = {"name": "Couriers", "source": "HQ", "legal_basis": "Act 2", "handling": "refer"}
    assert mine.post(path, data=form).headers["location"] == path
    text = mine.get("/watchlist").text
    assert "Act 2" in text
    assert "Act 1" not in text
    assert mine.post(path, data={**form, "source": " "}).status_code == 422
    assert mine.get("/watchlist/lists/nothing").status_code == 404


def test_a_document_number_finds_its_entry(browser: Any) -> None:
    text = browser("supervisor").get("/watchlist?q=ZX9876543").text
    assert text.count('<tr data-href="/watchlist/entries/') == 1


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/alerts/{alert}/acknowledge", "/alerts/{alert}"),
        ("/alerts/{alert}/hits/{hit}", "/alerts/{alert}"),
        ("/alerts/{alert}/close", "/alerts/{alert}"),
        ("/gate/captures", "/gate"),
        ("/watchlist/lists", "/watchlist"),
        ("/watchlist/entries", "/watchlist"),
        ("/watchlist/entries/{entry}/decision", "/watchlist/entries/{entry}"),
        ("/watchlist/entries/{entry}/pictures/{hit}/decision", "/watchlist/entries/{entry}"),
        ("/messages/{message}/corrections", "/messages/{message}"),
        ("/audit/verify", "/audit"),
        ("/account/password", "/account"),
        ("/sign-out", "/"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(
    browser: Any, ids: dict[str, str], path: str, leads_to: str
) -> None:
    answer = browser("supervisor").get(path.format(**ids), follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (303, leads_to.format(**ids))


def test_a_program_is_told_that_it_used_the_wrong_method(browser: Any, ids: Any) -> None:
    mine = browser("supervisor")
    assert mine.get(f"/api/v1/alerts/{ids['alert']}/close").status_code == 405


def test_a_decided_hit_is_one_muted_line(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    officer = stage.actor("gate")
    alerts.acknowledge(stage.centre, officer, ids["alert"])
    alerts.decide(
        stage.centre, officer, ids["alert"], ids["hit"], confirmed=False, reason="not the same man"
    )
    text = browser("gate").get(f"/voyages/{ids['voyage']}").text
    assert re.search(r'<div class="over" title="MAZARI[^"]+"><span class="tag green">Cleared', text)


def test_the_role_is_not_said_twice(browser: Any, stage: Any) -> None:
    assert '<span class="roles">' not in browser("supervisor").get("/account").text
    assert (
        '<span class="roles">Targeting officer</span>' in browser("targeting").get("/account").text
    )


def test_a_face_hit_says_what_was_compared(
    browser: Any, stage: Any, ids: Any, portrait: bytes
) -> None:
    proposer, approver = browser("targeting"), browser("supervisor")
    form = {"watchlist": ids["list"], "family_name": "COLLINS", "reason": "A letter"}
    made = proposer.post("/watchlist/entries", data=form, files={"picture": ("a.png", portrait)})
    decision = {"decision": "approve", "reason": "seen"}
    approver.post(f"{made.headers['location']}/decision", data=decision)
    mine = browser("gate")
    capture = {"port": "KHI", "lane": "4", "direction": "entry"}

    def answer() -> str:
        files = {"frames": ("a.png", portrait)}
        headers = {"hx-request": "true"}
        return str(mine.post("/gate/captures", data=capture, files=files, headers=headers).text)

    text = answer()
    assert "<td>picture taken at the gate</td>" in text
    assert '<span class="tag sim">similar</span>' in text
    assert "Open the alert" in text


@pytest.mark.parametrize("hx", [{}, {"hx-request": "true"}])
def test_a_refused_step_leaves_an_audit_row(
    browser: Any, stage: Any, ids: dict[str, str], hx: dict[str, str]
) -> None:
    path = f"/alerts/{ids['alert']}/close"
    refused = browser("lahore").post(path, data={"outcome": "nothing_found"}, headers=hx)
    assert refused.status_code == 403
    wanted = trail.TrailFilter(actor="lahore", action="request.refused")
    rows = trail.search(stage.centre, stage.actor("auditor"), wanted).rows
    assert [row.subject_id for row in rows] == [f"POST {path}"[:80]]


def test_a_refused_step_does_not_change_the_address(browser: Any, ids: dict[str, str]) -> None:
    fields = {"watchlist": ids["list"], "reason": "A letter"}
    headers = {"hx-request": "true"}
    answer = browser("targeting").post("/watchlist/entries", data=fields, headers=headers)
    assert (answer.status_code, answer.headers["hx-push-url"]) == (422, "false")
