"""The page of links, its fragments, and the same over the API."""

import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import intake, queue
from parakh.store.tables import link_end, traveller

V1 = "/api/v1"
PHONE = 7
CROWD = 8


@pytest.fixture
def linked(stage: Any, ids: dict[str, str], flight: bytes) -> dict[str, str]:
    """The staged traveller, one who shares a phone with him, and a crowd that shares an agency."""
    source = Source(channel=Channel.DROP, name="pk306.edi")
    intake.receive(stage.centre, system_actor("test"), flight, source)
    queue.drain(stage.centre)
    with stage.centre.db.maintain() as connection:
        everybody = list(connection.execute(traveller.select()).scalars())
        other = next(own for own in sorted(everybody) if own != ids["traveller"])
        rows = [_end(own, PHONE, "phone") for own in (ids["traveller"], other)]
        crowd = [f"{place:032x}" for place in range(40)]
        connection.execute(
            traveller.insert(),
            [
                {"id": own, "role": "passenger", "family_name": "X", "given_names": "", "bags": []}
                for own in crowd
            ],
        )
        rows += [_end(own, CROWD, "agency") for own in (ids["traveller"], *crowd)]
        connection.execute(link_end.insert(), rows)
    return ids | {"other": other, "phone": PHONE.to_bytes(16, "big").hex()}


def _end(own: str, token: int, kind: str) -> dict[str, Any]:

    day = date(2026, 11, 22)
    return {
        "traveller_id": own,
        "token": token.to_bytes(16, "big"),
        "kind": kind,
        "holder": own,
        "first_on": day,
        "last_on": day,
    }


def drawn(text: str) -> dict[str, Any]:
    """What the browser draws."""
    found = re.search(r'data-graph="([^"]*)"', text)
    assert found is not None
    graph: dict[str, Any] = json.loads(unescape(found[1]))
    return graph


def test_the_page_shows_persons_and_what_they_share(browser: Any, linked: dict[str, str]) -> None:
    answer = browser("supervisor").get(f"/links/{linked['traveller']}")
    graph = drawn(answer.text)
    assert graph["start"] == linked["traveller"]
    assert [node["id"] for node in graph["nodes"]] == [linked["traveller"], linked["other"]]
    assert [(own["word"], own["hub"]) for own in graph["values"]] == [
        ("Telephone", False),
        ("Travel agency", True),
    ]
    assert "more than 30 persons" in answer.text
    assert f'data-grow="{linked["other"]}"' in answer.text
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert re.search(r'<script type="module" src="/static/built/graph-[A-Z0-9]+\.js">', answer.text)


def test_it_grows_and_the_address_keeps_it(browser: Any, linked: dict[str, str]) -> None:
    query = f"kind=phone&since=2026-01-01&until=2026-12-31&grown={linked['other']}"
    answer = browser("supervisor").get(f"/links/{linked['traveller']}/web?{query}")
    assert "<html" not in answer.text
    assert answer.headers["hx-replace-url"] == f"/links/{linked['traveller']}?{query}"
    assert f'name="grown" value="{linked["other"]}"' in answer.text
    assert [own["word"] for own in drawn(answer.text)["values"]] == ["Telephone"]
    assert "data-grow" not in answer.text


def test_nothing_is_shared(browser: Any, linked: dict[str, str]) -> None:
    text = browser("supervisor").get(f"/links/{linked['traveller']}?kind=email").text
    assert "Nobody shares anything" in text
    assert drawn(text)["values"] == []


@pytest.mark.parametrize("query", ["kind=shoe", "since=yesterday", "until=9999-01-01"])
def test_what_cannot_be_asked_is_refused(browser: Any, linked: dict[str, str], query: str) -> None:
    assert browser("supervisor").get(f"/links/{linked['traveller']}?{query}").status_code == 422


def test_a_links_evidence_leads_to_its_messages(
    browser: Any, stage: Any, linked: dict[str, str]
) -> None:
    with stage.centre.db.read() as connection:
        row = connection.execute(
            link_end.select().where(
                link_end.c.traveller_id == linked["traveller"], link_end.c.kind == "document"
            )
        ).one()
    path = f"/links/{linked['traveller']}/values/{row.token.hex()}"
    text = browser("supervisor").get(path).text
    assert "QA44444304" in text
    assert re.search(r'href="/messages/[0-9a-f]{32}\?line=\d+#line"', text)
    gone = browser("supervisor").get(f"/links/{linked['traveller']}/values/{linked['phone']}").text
    assert "No message tells it any more" in gone


def test_pages_that_show_a_person_lead_to_his_links(browser: Any, linked: dict[str, str]) -> None:
    way = f'href="/links/{linked["traveller"]}"'
    for path in (f"/travellers/{linked['traveller']}", f"/alerts/{linked['alert']}"):
        assert way in browser("supervisor").get(path).text
        assert way not in browser("gate").get(path).text


def test_the_same_over_the_api(browser: Any, linked: dict[str, str]) -> None:
    api = browser("supervisor")
    answer = api.get(f"{V1}/links/{linked['traveller']}?hops=2&kinds=phone&kinds=agency").json()
    assert answer["start"] == linked["traveller"]
    assert [(own["kind"], own["hub"]) for own in answer["links"]] == [
        ("phone", False),
        ("agency", True),
    ]
    assert (answer["links"][0]["strength"], answer["more"], answer["unseen"]) == (0.8, False, 0)
    known = {own["traveller"]["id"] for own in answer["nodes"] if own["traveller"]}
    assert linked["other"] in known
    found = api.get(f"{V1}/links/{linked['traveller']}/values/{linked['phone']}").json()
    assert (found["sources"], found["unseen"]) == ([], 0)
    for query in ("hops=4", "kinds=shoe", "since=1700-01-01"):
        assert api.get(f"{V1}/links/{linked['traveller']}?{query}").status_code == 422
    lahore = browser("lahore")
    assert lahore.get(f"{V1}/links/{linked['traveller']}").status_code == 403
