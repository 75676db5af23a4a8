"""Redress on the pages and by the API: from clearing a hit to withdrawing that."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from parakh.access import Purpose
from parakh.domain.message import Channel, Source
from parakh.domain.watchlist import Watchlist
from parakh.services import alerts, dossier, intake, queue, redress, watchlists
from parakh.store import tables
from parakh.store import watchlists as lists
from parakh.web.rendering import _environment

V1 = "/api/v1"


def take_in(stage: Any, data: bytes) -> None:
    source = Source(channel=Channel.DROP, name="next.edi")
    intake.receive(stage.centre, stage.actor("supervisor"), data, source)
    assert queue.drain(stage.centre) == set()


def again(stage: Any) -> bytes:
    """The staged list once more, for another flight: the same persons with the same documents."""
    page = intake.list_messages(stage.centre, stage.actor("supervisor"))
    first = min((row.message for row in page.rows), key=lambda own: own.id)
    data = intake.raw(stage.centre, stage.actor("supervisor"), first.id)
    return data.replace(b"PK304", b"PK310")


def clear(browser: Any, ids: dict[str, str]) -> None:
    mine = browser("targeting")
    mine.post(f"/alerts/{ids['alert']}/acknowledge")
    answer = mine.post(
        f"/alerts/{ids['alert']}/hits/{ids['hit']}",
        data={"decision": "clear", "reason": "Another man, older"},
    )
    assert answer.status_code == 303


@pytest.fixture
def record(browser: Any, ids: dict[str, str], stage: Any) -> str:
    """The record of a clearing, which spared the person once since."""
    clear(browser, ids)
    take_in(stage, again(stage))
    return redress.records(stage.centre, stage.actor("auditor")).rows[0].record.id


def test_the_page_counts_what_was_avoided(browser: Any, record: str) -> None:
    text = browser("auditor").get("/redress").text
    assert re.search(r"Repeats avoided</dt><dd>1\b", text)
    assert f'href="/redress/{record}"' in text
    assert "MAZARI, ZULFIQAR" in text
    nothing = browser("auditor").get("/redress?q=nobody").text
    assert "No record fits" in nothing
    view = browser("targeting").get(f"/redress/{record}").text
    assert "Another man, older" in view
    assert "PK310" in view
    assert "Withdraw the clearing" not in view
    assert "only another person can withdraw it" in view


def test_the_journey_says_who_cleared_before(browser: Any, stage: Any, record: str) -> None:
    (journey,) = redress.view(stage.centre, stage.actor("auditor"), record).journeys
    text = browser("targeting").get(f"/travellers/{journey.traveller.id}").text
    assert "Cleared before" in text
    assert "by targeting" in text
    assert f"/redress/{record}" in text


def test_the_entry_counts_its_own(browser: Any, ids: dict[str, str], record: str) -> None:
    assert f'hx-get="/redress/entries/{ids["entry"]}"' in (
        browser("auditor").get(f"/watchlist/entries/{ids['entry']}").text
    )
    text = browser("auditor").get(f"/redress/entries/{ids['entry']}").text
    assert "1 person was cleared of being this one" in text
    assert "1 repeat avoided" in text


def test_a_document_is_added_and_the_record_withdrawn(
    browser: Any, stage: Any, record: str
) -> None:
    mine, other = browser("targeting"), browser("supervisor")
    form = {"document_number": "qa 111-2223", "document_issuer": "PAK", "reason": "a renewed one"}
    assert mine.post(f"/redress/{record}/additions", data=form).status_code == 303
    assert "QA1112223" in mine.get(f"/redress/{record}").text
    wrong = form | {"document_issuer": "QQ9"}
    assert mine.post(f"/redress/{record}/additions", data=wrong).status_code == 422
    assert mine.post(f"/redress/{record}/additions", data={"reason": "why"}).status_code == 422
    reason = {"reason": "It was he after all"}
    assert mine.post(f"/redress/{record}/withdraw", data=reason).status_code == 403
    assert other.post(f"/redress/{record}/withdraw", data=reason).status_code == 303
    text = other.get(f"/redress/{record}").text
    assert "It was he after all" in text
    assert "Add a document" not in text
    rows = alerts.list_alerts(stage.centre, stage.actor("supervisor"))
    again = [own for own in rows if own.voyage is not None and own.voyage.number == "310"]
    (row,) = [own for own in again if own.hits[0].screener.startswith("name")]
    shown = mine.get(f"/alerts/{row.alert.id}").text
    assert "Raised again because of:" in shown
    assert "the clearing was withdrawn" in shown


def test_a_closed_alert_leads_to_the_one_that_was_raised_since(
    browser: Any, stage: Any, ids: dict[str, str]
) -> None:
    mine, other, path = browser("targeting"), browser("supervisor"), f"/alerts/{ids['alert']}"
    clear(browser, ids)
    closing = {"outcome": "false_match", "note": "another man"}
    assert mine.post(f"{path}/close", data=closing).status_code == 303
    assert "The alert that was raised since" not in mine.get(path).text
    (row,) = redress.records(stage.centre, stage.actor("auditor")).rows
    record = f"/redress/{row.record.id}"
    assert "is not MAZARI, ZULFIQAR" in mine.get(record).text
    done = other.post(f"{record}/withdraw", data={"reason": "It was he after all"})
    assert done.status_code == 303
    text = mine.get(path).text
    (later,) = re.findall(r'href="/alerts/(\w+)">The alert that was raised since', text)
    assert "The alert that was raised since" not in mine.get(f"/alerts/{later}").text
    withdrawn = mine.get(record).text
    assert "had been cleared of being MAZARI, ZULFIQAR" in withdrawn


def test_a_journey_that_a_border_alone_reported_says_where_and_when(
    browser: Any, stage: Any, ids: dict[str, str]
) -> None:
    clear(browser, ids)
    officer = stage.actor("supervisor")
    cleared = dossier.traveller(stage.centre, officer, ids["traveller"]).traveller
    crossed = {
        "reference": "R1",
        "action": "recorded",
        "at": "2026-01-05T16:30:00+05:00",
        "port": "KHI",
        "lane": "A3",
        "direction": "exit",
        "traveller": {
            "family_name": "MAZARI",
            "given_names": "ZULFIQAR",
            "birth_date": "1980-05-05",
            "nationality": "PAK",
        },
        "documents": [{"type": "P", "number": cleared.documents[0].number, "issuer": "PAK"}],
    }
    message = {"format": "parakh-crossings/1", "source": "IBMS", "crossings": [crossed]}
    take_in(stage, json.dumps(message).encode())
    (row,) = redress.records(stage.centre, officer).rows
    (journey,) = redress.view(stage.centre, officer, row.record.id).journeys
    assert (journey.voyage, journey.port) == (None, "KHI")
    text = browser("supervisor").get(f"/redress/{row.record.id}").text
    shown = text.partition("Not stopped again on")[2]
    assert f'href="/travellers/{journey.traveller.id}"' in shown
    assert "KHI, Exit, lane A3" in shown
    assert "5 Jan 2026, 16:30" in shown
    told = browser("supervisor").get(f"{V1}/redress/{row.record.id}").json()["journeys"][0]
    assert (told["voyage"], told["crossing"]["lane"]) == (None, "A3")


def test_all_of_it_by_the_api(browser: Any, stage: Any, record: str) -> None:
    mine, other = browser("targeting"), browser("supervisor")
    page = mine.get(f"{V1}/redress?q=mazari").json()
    assert (page["total"], page["avoided"]) == (1, 1)
    row = page["rows"][0]
    assert (row["avoided"], row["record"]["id"]) == (1, record)
    assert row["last_avoided_at"] == page["last_avoided_at"]
    view = other.get(f"{V1}/redress/{record}").json()
    assert view["may_withdraw"]
    assert not view["changed"]
    assert [own["voyage"]["number"] for own in view["journeys"]] == ["310"]
    form = {"document_number": "QA1112223", "document_issuer": "PAK", "reason": "a renewed one"}
    added = mine.post(f"{V1}/redress/{record}/additions", data=form).json()
    assert added["additions"][0]["document"]["number"] == "QA1112223"
    path, body = f"{V1}/redress/{record}/withdraw", {"reason": "It was he after all"}
    assert mine.post(path, json=body).status_code == 403
    assert other.post(path, json=body).json()["withdrawn_by"] == "supervisor"
    assert other.post(path, json=body).status_code == 409
    assert mine.get(f"{V1}/redress/nothing").status_code == 404


def test_the_list_says_what_to_do(browser: Any, stage: Any, ids: dict[str, str]) -> None:
    (found, _) = watchlists.lists(stage.centre, stage.actor("supervisor"))[0]
    value: Watchlist = replace(found, handling_code="C7", instruction="Call the duty desk")
    with stage.centre.db.write(stage.actor("supervisor"), Purpose.WATCHLIST) as tx:
        lists.save_list(tx, value)
        tx.audit("watchlist.saved", "watchlist", value.id)
    text = browser("targeting").get(f"/alerts/{ids['alert']}").text
    assert "C7" in text
    assert "Call the duty desk" in text
    told = browser("targeting").get(f"{V1}/alerts/{ids['alert']}").json()["hits"][0]
    assert (told["handling_code"], told["instruction"]) == ("C7", "Call the duty desk")


def test_progress_of_sweeps(browser: Any, ids: dict[str, str]) -> None:
    mine = browser("auditor")
    page = mine.get(f"{V1}/sweeps").json()
    own = page["rows"][0]
    assert own["finished_at"] is not None
    assert own["failure"] == ""
    assert mine.get(f"{V1}/sweeps/{own['id']}").json() == own
    assert mine.get(f"{V1}/sweeps/nothing").status_code == 404
    assert len(own["first_entries"]) == min(own["entries"], 3)
    (listed,) = mine.get(f"{V1}/watchlists").json()
    assert own["watchlists"] == [listed["id"]]
    text = mine.get("/watchlist/sweeps").text
    assert "Done" in text
    assert all(f'href="/watchlist/entries/{one}"' in text for one in own["first_entries"])
    assert listed["name"] in text
    for path in ("/watchlist/sweeps/now", f"/watchlist/sweeps/entries/{ids['entry']}"):
        assert "Held against" in mine.get(path).text
    assert 'hx-get="/watchlist/sweeps/now"' in mine.get("/watchlist").text


def test_a_sweep_under_way_shows_how_far_it_is(
    browser: Any, stage: Any, ids: dict[str, str]
) -> None:
    entry = tables.watchlist_entry
    with stage.centre.db.maintain() as connection:
        connection.execute(
            tables.sweep.insert().values(
                id="f" * 32,
                started_at=stage.centre.clock(),
                moved_at=stage.centre.clock(),
                entries=1204,
                total=100_000,
                done=38_000,
                cursor="0",
                hits=12,
                alerts=9,
                failure="name@2: ValueError",
            )
        )
        connection.execute(entry.update().values(sweep_id="f" * 32, swept_at=None))
    mine = browser("targeting")
    for path in ("/watchlist/sweeps/now", f"/watchlist/sweeps/entries/{ids['entry']}"):
        text = mine.get(path).text
        bar = re.search(r'role="progressbar"[^>]*>', text)
        assert bar
        assert 'aria-valuemax="100000"' in bar[0]
        assert 'aria-valuenow="38000"' in bar[0]
        assert f'hx-get="{path}" hx-trigger="every 2s"' in text
        assert "38,000 of 100,000 travellers" in text
        assert "name@2: ValueError" in text
    text = mine.get("/watchlist/sweeps").text
    assert "Failed" in text
    assert "1,204" in text
    own = mine.get(f"{V1}/sweeps").json()["rows"][0]
    assert (own["done"], own["finished_at"]) == (38_000, None)


@pytest.mark.parametrize(
    ("sees", "told"),
    [(True, '<a href="/profiles/p">Courier</a> <span class="small muted">Profile</span>'),
     (False, "Profile")],
)  # fmt: skip
def test_a_record_of_a_profile_names_it_to_who_sees_profiles(sees: bool, told: str) -> None:
    template = _environment().from_string(
        '{% from "redress_macros.html" import cleared_of with context %}'
        "{{ cleared_of(row, link=true) }}"
    )
    row = SimpleNamespace(entry=None, profile=SimpleNamespace(id="p", title="Courier"))
    actor = SimpleNamespace(may=lambda _: sees)
    assert template.render(row=row, actor=actor).strip() == told
