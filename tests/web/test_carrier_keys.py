"""A carrier's key: it sends, sees what became of its own messages, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import api_keys, intake, queue, trail
from parakh.store.tables import traveller

V1 = "/api/v1"
MAKER = system_actor("test")
CROSSINGS = Path(__file__).parents[1] / "ingest" / "crossings.json"
UNREADABLE = {"file": ("broken.edi", b"UNB+UNOA:4+PK+NTC+1:1+7'UNH+1+PAXLST:D:05B:UN'BGM+745'")}


@pytest.fixture
def key(stage: Any) -> Any:
    """Makes the header of a key of a carrier."""

    def make(carrier: str, name: str = "") -> dict[str, str]:
        secret = api_keys.add(stage.centre, MAKER, name=name or carrier, carrier=carrier)
        return {"authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def sent(client: Any, key: Any, flight: bytes) -> Any:
    """A message that PK sent: the header of PK's key, and the answer to the sending."""
    header = key("PK")
    answer = client.post(f"{V1}/messages", files={"file": ("pk306.edi", flight)}, headers=header)
    assert answer.status_code == 202
    return header, answer.json()


def test_a_carrier_sends_a_message_and_gets_its_answer(client: Any, stage: Any, sent: Any) -> None:
    header, made = sent
    path = made["answer"]
    assert path == f"{V1}/messages/{made['message']['id']}/answer"
    waiting = client.get(path, headers=header)
    assert (waiting.status_code, waiting.content) == (202, b"")
    assert waiting.headers["retry-after"] == "2"
    queue.drain(stage.centre)
    answer = client.get(path, headers=header)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/edifact"
    assert "CUSRES" in answer.text
    assert "BGM+312'" in answer.text
    assert client.get(path, headers=header).text == answer.text


def test_a_carrier_sees_state_and_problems_of_its_own(client: Any, stage: Any, key: Any) -> None:
    header = key("PK")
    made = client.post(f"{V1}/messages", files=UNREADABLE, headers=header).json()
    queue.drain(stage.centre)
    path = f"{V1}/messages/{made['message']['id']}"
    seen = client.get(path, headers=header).json()
    assert seen["message"]["state"] == "quarantined"
    assert seen["parts"][0]["problems"]
    assert not seen["readable"]
    assert not any(own["excerpt"] for own in seen["parts"][0]["problems"])
    assert "ERC+REJECTED" in client.get(f"{path}/answer", headers=header).text


def test_both_keys_of_a_carrier_see_the_same(client: Any, sent: Any, key: Any) -> None:
    _, made = sent
    page = client.get(f"{V1}/messages", headers=key("pk ", "second")).json()
    assert [row["message"]["id"] for row in page["rows"]] == [made["message"]["id"]]
    assert page["total"] == 1


def test_the_messages_of_others_are_not_there(
    client: Any, stage: Any, sent: Any, key: Any, ids: dict[str, str]
) -> None:
    _, made = sent
    queue.drain(stage.centre)
    other = key("EK")
    assert client.get(f"{V1}/messages", headers=other).json()["rows"] == []
    quarantined = client.get(f"{V1}/messages?quarantined=true", headers=other).json()
    assert (quarantined["rows"], quarantined["total"]) == ([], 0)
    for message_id in (made["message"]["id"], ids["message"]):
        for path in ("", "/answer"):
            answer = client.get(f"{V1}/messages/{message_id}{path}", headers=other)
            unknown = client.get(f"{V1}/messages/nothing{path}", headers=other)
            assert answer.status_code == unknown.status_code == 404
            assert answer.json()["detail"] == unknown.json()["detail"]


def test_the_bytes_of_another_tell_nothing_of_his_message(
    client: Any, sent: Any, key: Any, flight: bytes
) -> None:
    _, made = sent
    files = {"file": ("x.edi", flight)}
    assert client.post(f"{V1}/messages", files=files, headers=sent[0]).json()["new"] is False
    other = key("EK")
    answer = client.post(f"{V1}/messages", files=files, headers=other)
    assert (answer.status_code, answer.json()["new"]) == (202, True)
    assert made["message"]["id"] not in answer.text
    assert "pk306" not in answer.text
    assert client.post(f"{V1}/messages", files=files, headers=other).json()["new"] is False


def test_what_others_sent_before_keeps_no_carrier_from_his_answer(
    client: Any, stage: Any, key: Any, flight: bytes
) -> None:
    dropped = Source(channel=Channel.DROP, name="pk306.edi")
    intake.receive(stage.centre, MAKER, flight, dropped)
    header = key("PK")
    files = {"file": ("mine.edi", flight)}
    made = client.post(f"{V1}/messages", files=files, headers=header).json()
    assert made["new"]
    with stage.centre.db.read() as connection:
        before = connection.execute(sa.select(sa.func.count(traveller.c.id))).scalar_one()
    queue.drain(stage.centre)
    assert "ERC+" not in client.get(made["answer"], headers=header).text
    with stage.centre.db.read() as connection:
        after = connection.execute(sa.select(sa.func.count(traveller.c.id))).scalar_one()
    assert after - before == 11


@pytest.mark.parametrize(("by", "state"), [("carrier", "quarantined"), ("other", "screened")])
def test_a_carrier_cannot_report_who_crossed(
    client: Any, stage: Any, key: Any, by: str, state: str
) -> None:
    header = key("PK")
    if by == "other":
        secret = api_keys.add(stage.centre, MAKER, name="border", permissions=api_keys.FOR_CARRIERS)
        header = {"authorization": f"Bearer {secret}"}
    files = {"file": ("crossings.json", CROSSINGS.read_bytes())}
    made = client.post(f"{V1}/messages", files=files, headers=header).json()
    queue.drain(stage.centre)
    path = f"{V1}/messages/{made['message']['id']}"
    assert client.get(path, headers=header).json()["message"]["state"] == state
    assert client.get(f"{path}/answer", headers=header).status_code == 404, "it is no EDIFACT"


FORBIDDEN = [
    ("GET", "/messages/{message}/raw"),
    ("POST", "/messages/{message}/rerun"),
    ("POST", "/messages/{message}/corrections"),
    ("GET", "/voyages?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z"),
    ("GET", "/voyages/{voyage}"),
    ("GET", "/travellers/{traveller}"),
    ("GET", "/alerts"),
    ("GET", "/alerts/events"),
    ("GET", "/alerts/{alert}"),
    ("GET", "/watchlists"),
    ("GET", "/watchlists/entries"),
    ("GET", "/audit"),
]


@pytest.mark.parametrize(("method", "path"), FORBIDDEN)
def test_a_carrier_may_do_nothing_else(
    client: Any, key: Any, ids: dict[str, str], method: str, path: str
) -> None:
    form = {"files": UNREADABLE} if path.endswith("corrections") else {}
    answer = client.request(method, f"{V1}{path.format(**ids)}", headers=key("PK"), **form)
    assert answer.status_code == 403


def test_no_operation_but_those_of_messages_is_open_to_a_carrier(client: Any, key: Any) -> None:
    header = key("PK")
    paths = client.get(f"{V1}/openapi.json").json()["paths"]
    for path, methods in paths.items():
        if path.startswith(f"{V1}/messages"):
            continue
        for method in methods:
            answer = client.request(method, path, headers=header)
            # 422: a value that the description asks for is missing, which is found first.
            assert answer.status_code in (403, 422), (method, path)


def test_the_console_is_closed_to_a_key(client: Any, key: Any) -> None:
    answer = client.get("/messages", headers=key("PK"), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_the_trail_says_whose_key_it_was(client: Any, stage: Any, sent: Any) -> None:
    wanted = trail.TrailFilter(action="message.received", subject=sent[1]["message"]["id"])
    (row,) = trail.search(stage.centre, MAKER, wanted).rows
    assert row.actor == "key:PK"
