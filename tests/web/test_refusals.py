"""Callers who are not known: refused before their bodies are read, and noted in bounded numbers."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.web.conftest import TestClient

from parakh.access import system_actor
from parakh.services import trail
from parakh.web.app import create_app
from parakh.web.refusals import HOUR, Refusals
from parakh.web.tries import Tries

V1 = "/api/v1"
MAKER = system_actor("test")
WANTED = trail.TrailFilter(action="request.refused")
GUESS = {"authorization": "Bearer parakh_guessed"}


PAGES = ["/watchlist/lists/x/versions", "/messages", "/gate/captures", "/redress/x/additions"]


@pytest.mark.parametrize("header", [{}, GUESS, {"authorization": "Bearer "}])
@pytest.mark.parametrize("path", [f"{V1}/messages", f"{V1}/watchlists/x/versions"])
def test_a_stranger_is_refused_before_his_body_is_read(
    stage: Any, path: str, header: dict[str, str]
) -> None:
    status, headers = post_unread(stage, path, header)
    assert status == 401
    assert (b"www-authenticate", b"Bearer") in headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_takes_files_reads_none_of_a_stranger(stage: Any, path: str) -> None:
    status, headers = post_unread(stage, path, {"cookie": "parakh_session=guessed"})
    assert status == 303
    assert (b"location", b"/sign-in") in headers


def post_unread(
    stage: Any, path: str, header: dict[str, str]
) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Status and headers of the answer to an upload of which nothing must be read."""
    app = create_app(stage.centre)
    read: list[str] = []
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        read.append("body")
        return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"content-type", b"multipart/form-data; boundary=b"),
            *((name.encode(), value.encode()) for name, value in header.items()),
        ],
        "client": ("192.0.2.7", 4711),
        "server": ("testserver", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    # In a thread of its own: a browser's test before this one leaves a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    assert read == []
    return sent[0]["status"], sent[0]["headers"]


def test_an_unknown_place_of_the_api_tells_a_stranger_nothing(client: Any) -> None:
    assert client.get(f"{V1}/nothing").status_code == 401
    assert client.get(f"{V1}/openapi.json").status_code == 200


def test_many_guesses_leave_few_rows(client: Any, stage: Any) -> None:
    for _ in range(120):
        assert client.get(f"{V1}/alerts", headers=GUESS).status_code == 401
    rows = trail.search(stage.centre, MAKER, WANTED).rows
    details = [json.loads(row.detail) for row in rows]
    assert [own["count"] for own in details] == [100, 10, 1]
    assert {own["address"] for own in details} == {"unknown"}, "the test client has no address"
    assert {row.actor for row in rows} == {"system:unknown-caller"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_address_is_counted_for_itself_and_anew_each_hour() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    counts = [refusals.count("192.0.2.1")[1] for _ in range(12)]
    assert counts == [1, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0]
    assert refusals.count("192.0.2.2") == ("192.0.2.2", 1)
    clock.now = HOUR
    assert refusals.count("192.0.2.1") == ("192.0.2.1", 1)


def test_a_network_of_ipv6_is_one_address() -> None:
    refusals = Refusals()
    counts = [refusals.count(f"2001:db8:1:2::{number:x}") for number in range(1, 4)]
    assert counts == [("2001:db8:1:2::/64", 1), ("2001:db8:1:2::/64", 0), ("2001:db8:1:2::/64", 0)]
    assert refusals.count("2001:db8:1:3::1")[1] == 1


def test_the_memory_is_bounded_whoever_calls() -> None:
    refusals = Refusals()
    rows = sum(
        refusals.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")[1] > 0
        for number in range(30_000)
    )
    assert rows == 10_000 + 5, "then the 1st, 10th, 100th, 1,000th and 10,000th of all others"
    assert refusals.count("10.9.9.9")[0] == "others"


# --- tries to sign in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/sign-in"),
        ("POST", "/sign-in/second"),
        ("POST", "/sign-in/passkey/options"),
        ("POST", "/sign-in/passkey"),
        ("GET", "/sign-in/provider"),
        ("GET", "/sign-in/provider/back"),
    ],
)
def test_an_address_may_try_to_sign_in_so_often(stage: Any, method: str, path: str) -> None:
    changed = {"sign_ins_a_minute": 2}
    stage.centre.settings = stage.centre.settings.model_copy(update=changed)
    client = TestClient(create_app(stage.centre))
    answers = [client.request(method, path, follow_redirects=False) for _ in range(3)]
    assert [own.status_code == 429 for own in answers] == [False, False, True]
    assert answers[-1].headers["retry-after"] == "30"
    assert "Too many tries" in answers[-1].text
    rows = trail.search(stage.centre, MAKER, WANTED).rows
    assert [row.subject_id for row in rows] == [f"{method} {path}"]


def test_tries_come_back_with_time() -> None:
    clock = Clock()
    tries = Tries(60, clock)
    assert [tries.wait("192.0.2.1") for _ in range(61)] == [0.0] * 60 + [1.0]
    assert tries.wait("192.0.2.2") == 0.0, "another address is not held up"
    clock.now = 0.5
    assert tries.wait("192.0.2.1") == 0.5
    clock.now = 1.0
    assert tries.wait("192.0.2.1") == 0.0
    clock.now = 600.0
    assert [tries.wait("192.0.2.1") for _ in range(61)] == [0.0] * 60 + [1.0]
