"""Messages of goods: their schemas are published, and their page says what they told of."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.ingest.goods_samples import DOCUMENT, FWB

from parakh.ingest.goods import SCHEMAS
from parakh.services import queue

V1 = "/api/v1"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_published_for_everybody(client: Any, name: str) -> None:
    answer = client.get(f"{V1}/schemas/{name}.json")
    assert answer.status_code == 200
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert answer.json()["$id"] == f"urn:parakh:{name}:1"


def test_another_schema_is_not_there(browser: Callable[[str], Any], client: Any) -> None:
    assert client.get(f"{V1}/schemas/nothing.json").status_code == 401
    assert browser("targeting").get(f"{V1}/schemas/nothing.json").status_code == 404


@pytest.mark.parametrize(("data", "count"), [(DOCUMENT.encode(), 2), (FWB, 1)])
def test_a_message_says_how_many_records_of_goods_it_told_of(
    browser: Callable[[str], Any], stage: Any, data: bytes, count: int
) -> None:
    own = browser("integrator")
    sent = own.post(f"{V1}/messages", files={"file": ("goods", data)})
    assert sent.status_code == 202, sent.text
    queue.drain(stage.centre)
    message_id = sent.json()["message"]["id"]
    view = own.get(f"{V1}/messages/{message_id}").json()
    assert [part["goods"] for part in view["parts"]] == [count]
    page = own.get(f"/messages/{message_id}").text
    assert "Records of goods" in page
    assert f"{count} record" in page
