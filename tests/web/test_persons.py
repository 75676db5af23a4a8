"""Travel history on the page and over the API; crossings sent as JSON."""

import json
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Permission, system_actor
from parakh.errors import InvalidInput
from parakh.services import api_keys, queue

V1 = "/api/v1"


def crossing(stage: Any, family: str, reference: str, **changes: Any) -> dict[str, Any]:
    at = stage.centre.clock() - timedelta(days=len(reference))
    return {
        "reference": reference,
        "action": "recorded",
        "at": at.isoformat(),
        "port": "KHI",
        "direction": "exit",
        "traveller": {
            "family_name": family,
            "given_names": "GULAB",
            "birth_date": "1980-05-13",
            "sex": "M",
        },
        "documents": [{"type": "P", "number": "QX7654321", "issuer": "PAK"}],
    } | changes


@pytest.fixture
def reported(stage: Any, client: Any) -> list[str]:
    """Three crossings of a person and one with his passport; their travellers, oldest first."""
    secret = api_keys.add(
        stage.centre,
        system_actor("test"),
        name="immigration",
        permissions=frozenset({Permission.SEND_MESSAGES}),
    )
    rows = [
        crossing(stage, "MARWAT", "aaaa"),
        crossing(stage, "MARWAT", "aaa"),
        crossing(stage, "SATTI", "aa", traveller={"family_name": "SATTI", "sex": "F"}),
        crossing(stage, "MARWAT", "a", documents=[]),
    ]
    document = {"format": "parakh-crossings/1", "source": "IBMS", "crossings": rows}
    sent = client.post(
        f"{V1}/messages",
        files={"file": ("c.json", json.dumps(document).encode(), "application/json")},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert sent.status_code == 202, sent.text
    queue.drain(stage.centre)
    with stage.centre.db.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT traveller_id FROM crossing WHERE voyage_id IS NULL ORDER BY at"
        )
        return [row[0] for row in found]


def test_the_page_shows_the_journeys_and_takes_decisions(browser: Any, reported: list[str]) -> None:
    mine = reported[0]
    officer = browser("targeting")
    page = officer.get(f"/travellers/{mine}").text
    assert "3 journeys" in page
    assert "The same document, another person" in page
    assert "Same passport PAK QX7654321" in page
    form = {"back": mine, "reason": "seen side by side"}
    done = officer.post(f"/travellers/{reported[3]}/split", data=form)
    assert done.headers["location"] == f"/travellers/{mine}#history"
    page = officer.get(f"/travellers/{mine}").text
    assert "2 journeys" in page
    assert "Not the same person, says targeting" in page
    gate = browser("gate").get(f"/travellers/{mine}").text
    assert "Travel history" in gate
    assert "/split" not in gate


def test_the_history_over_the_api(browser: Any, reported: list[str]) -> None:
    mine, other = reported[0], reported[2]
    officer = browser("targeting")
    told = officer.get(f"{V1}/travellers/{mine}/history").json()
    assert [row["journey"]["traveller"]["id"] for row in told["rows"]] == [
        reported[3],
        reported[1],
        mine,
    ]
    assert told["rows"][1]["reasons"][0]["text"] == "Same passport PAK QX7654321"
    assert told["borrowed"][0]["journey"]["traveller"]["id"] == other
    body = {"other_id": other, "reason": "the same man"}
    assert officer.post(f"{V1}/travellers/{mine}/merge", json=body).status_code == 204
    told = officer.get(f"{V1}/travellers/{mine}/history").json()
    assert len(told["rows"]) == 4
    decision = told["decisions"][0]["id"]
    body = {"reason": "it was not"}
    path = f"{V1}/travellers/decisions/{decision}/withdraw"
    assert officer.post(path, json=body).status_code == 204
    assert officer.post(path, json=body).status_code == 409
    assert officer.post(f"{V1}/travellers/{mine}/split", json={"reason": ""}).status_code == 422


@pytest.mark.parametrize("permission", [Permission.LINK_PERSONS, Permission.KEEP_REDRESS])
def test_no_key_may_decide_who_is_one_person(stage: Any, permission: Permission) -> None:
    with pytest.raises(InvalidInput, match="only a person"):
        api_keys.add(
            stage.centre,
            system_actor("test"),
            name="clever",
            permissions=frozenset({permission}),
        )


def test_the_schema_is_published_for_everybody(client: Any) -> None:
    answer = client.get(f"{V1}/schemas/crossings.json")
    assert answer.status_code == 200
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
