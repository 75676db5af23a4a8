"""A line to another system: what it repeats, bounds and refuses, against a real server."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.connectors.servers import Asked, OtherSide, Said
from tests.waiting import until

from parakh.connectors import guards
from parakh.connectors import line as lines
from parakh.connectors.addresses import checked_url
from parakh.connectors.failures import LinkFailed
from parakh.connectors.guards import BreakerState
from parakh.connectors.line import Line
from parakh.connectors.recorded import Recorded, Recorder
from parakh.connectors.transport import GuardedTransport
from parakh.domain.connector import Exchange, Outcome
from parakh.errors import InvalidInput, Unreadable

Lines = Callable[..., Line]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between tries are short, but those that the other side asks for."""
    monkeypatch.setattr(lines, "jittered", lambda tries: 0.01)


@pytest.fixture(autouse=True)
def hello(theirs: OtherSide) -> None:
    theirs.routes["GET", "/hello"] = lambda _: Said(body=b'{"a": 1}')
    theirs.routes["POST", "/tell"] = lambda _: Said(status=202)


@pytest.mark.parametrize(
    ("faults", "tries", "outcome"),
    [
        ([], 1, Outcome.DONE),
        (["500"], 2, Outcome.DONE),
        (["cut", "500"], 3, Outcome.DONE),
        (["silent"], 2, Outcome.DONE),
        (["500"] * 3, 3, Outcome.UNREACHED),
        (["429"], 2, Outcome.DONE),
        (["later"], 1, Outcome.LIMITED),
        (["slow"] * 3, 3, Outcome.UNREACHED),
        (["garbage"], 1, Outcome.GARBLED),
        (["html"], 1, Outcome.GARBLED),
        (["gzip"], 1, Outcome.GARBLED),
        (["huge"], 1, Outcome.GARBLED),
        (["elsewhere"], 1, Outcome.GARBLED),
    ],
)
def test_reading(
    line: Lines,
    theirs: OtherSide,
    said: list[Exchange],
    faults: list[str],
    tries: int,
    outcome: Outcome,
) -> None:
    theirs.faults = list(faults)
    patience = 1.0 if {"silent", "slow"} & set(faults) else 60.0
    own = line(most_bytes=1_000_000, step=patience, whole=patience)
    if outcome is Outcome.DONE:
        assert own.get("/hello", check=lambda answer: answer.json()).json() == {"a": 1}
    else:
        with pytest.raises(LinkFailed):
            own.get("/hello", check=lambda answer: answer.json())
    assert len(said) == tries == theirs.count("GET", "/hello")
    assert said[-1].outcome is outcome
    assert (said[-1].cause == "") == (outcome is Outcome.DONE)


@pytest.mark.parametrize(("key", "tries"), [("", 1), ("order-7", 2)])
def test_what_is_told_is_told_again_only_by_a_key(
    line: Lines, theirs: OtherSide, key: str, tries: int
) -> None:
    theirs.faults = ["cut"]
    own = line()
    if key:
        own.post("/tell", {"a": 1}, key=key)
    else:
        with pytest.raises(LinkFailed, match="broke off"):
            own.post("/tell", {"a": 1})
    assert len(theirs.asked) == tries
    assert {asked.headers.get("idempotency-key", "") for asked in theirs.asked} == {key}


@pytest.mark.parametrize(
    ("status", "outcome"), [(401, Outcome.REFUSED), (404, Outcome.REFUSED), (409, Outcome.REFUSED)]
)
def test_a_refusal_is_final(line: Lines, theirs: OtherSide, status: int, outcome: Outcome) -> None:
    theirs.routes["GET", "/hello"] = lambda _: Said(status=status)
    with pytest.raises(LinkFailed, match=str(status)) as failed:
        line().get("/hello")
    assert (failed.value.outcome, failed.value.status) == (outcome, status)
    assert len(theirs.asked) == 1


def test_a_breaker_leaves_it_alone_then_lets_one_try(line: Lines, theirs: OtherSide) -> None:
    own = line()
    own.breaker = guards.Breaker(most=3, first=1.0)
    theirs.faults = ["500"] * 3
    for _ in range(2):
        with pytest.raises(LinkFailed):
            own.get("/hello")
    assert own.breaker.state is BreakerState.OPEN
    assert len(theirs.asked) == 3
    until(lambda: own.breaker.state is BreakerState.HALF_OPEN)
    own.get("/hello")
    assert own.breaker.state is BreakerState.CLOSED


def test_patience_that_was_asked_for_holds_for_all(line: Lines, theirs: OtherSide) -> None:
    own = line()
    theirs.faults = ["later"]
    with pytest.raises(LinkFailed) as first:
        own.get("/hello")
    with pytest.raises(LinkFailed, match="patience") as second:
        own.get("/hello")
    assert first.value.after == 60
    assert second.value.after is not None
    assert 30 < second.value.after <= 60
    assert len(theirs.asked) == 1


def test_a_slow_system_holds_few_and_soon_lets_go(line: Lines, theirs: OtherSide) -> None:
    own = line(at_once=2, whole=1.0)
    theirs.faults = ["slow"] * 20
    causes: list[str] = []

    def ask() -> None:
        try:
            own.post("/tell", {})
        except LinkFailed as error:
            causes.append(str(error))

    began = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 9.0, "it is slow for ten seconds"
    assert causes.count("too many wait for it already") == 4
    assert len(theirs.asked) <= 4


def test_nothing_of_what_was_said_is_noted(
    line: Lines, theirs: OtherSide, said: list[Exchange]
) -> None:
    theirs.routes["GET", "/hello"] = lambda _: Said(body=b'{"name": "SECRET"}')
    line().get("/hello", params={"name": "SECRET"})
    assert "SECRET" not in str(said)
    assert (said[0].path, said[0].status, said[0].received) == ("/api/hello", 200, 18)


def test_its_clock_is_compared(line: Lines, theirs: OtherSide) -> None:
    from datetime import timedelta

    theirs.ahead = timedelta(minutes=7)
    own = line()
    own.get("/hello")
    assert 415 <= own.skew <= 421


@pytest.mark.parametrize(
    ("url", "private", "good"),
    [
        ("https://register.example/api", False, True),
        ("http://register.example/api", True, False),
        ("https://10.1.2.3/", False, False),
        ("https://10.1.2.3/", True, True),
        ("http://127.0.0.1:8000/", True, True),
        ("http://127.0.0.1:8000/", False, False),
        ("https://[::ffff:10.0.0.1]/", False, False),
        ("https://user:word@register.example/", True, False),
        ("file:///etc/passwd", True, False),
        ("https://", True, False),
    ],
)
def test_addresses(url: str, private: bool, good: bool) -> None:
    if good:
        assert checked_url(url, "it", private=private, hint="").hostname
    else:
        with pytest.raises(InvalidInput):
            checked_url(url, "it", private=private, hint="")


def test_a_name_that_stands_for_a_private_address_is_not_called(
    line: Lines, theirs: OtherSide
) -> None:
    own = line(private=False)
    with pytest.raises(LinkFailed, match="no address that may be called"):
        own.get("/hello")
    assert theirs.asked == []


def test_a_path_cannot_lead_to_another_server(line: Lines) -> None:
    own = line()
    own.server = replace(own.server, url="http://127.0.0.1:9")
    with pytest.raises(LinkFailed):
        own.get("@register.example/hello")


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("/api/there", ""),
        ("{url}/there", ""),
        ("http://localhost:{port}/api/there", "302, which leads to localhost"),
        ("http://192.0.2.1/", "302, which leads nowhere"),
        ("", "302, which leads elsewhere"),
    ],
)
def test_what_is_read_leads_only_where_the_settings_say(
    line: Lines, theirs: OtherSide, location: str, cause: str
) -> None:
    to = location.format(url=theirs.url, port=theirs.server_port)
    theirs.routes["GET", "/hello"] = lambda _: Said(status=302, headers={"location": to})
    theirs.open_to["/there"] = lambda _: Said(body=b'{"b": 2}')
    own = line(redirects=("127.0.0.1",))
    if cause:
        with pytest.raises(LinkFailed, match=cause):
            own.get("/hello")
        return
    assert own.get("/hello", headers={"if-none-match": '"7"'}).json() == {"b": 2}
    assert theirs.asked[-1].headers["if-none-match"] == '"7"'
    assert "authorization" not in theirs.asked[-1].headers


def test_recorded_exchanges_are_played_back(line: Lines, theirs: OtherSide, tmp_path: Path) -> None:
    answers = [b'{"a": 1}', b'{"a": 2}']

    def next_one(asked: Asked) -> Said:
        return Said(body=answers.pop(0), headers={"etag": '"7"', "set-cookie": "SECRET"})

    theirs.routes["GET", "/hello"] = next_one
    own, path = line(), tmp_path / "said.jsonl"
    server = own.server
    network = GuardedTransport(server.tls, private=True, step=60, whole=60, connections=1)
    with_tape = Line(server, lambda _: None, transport=Recorder(network, path))
    told = [with_tape.get("/hello", params={"n": "1"}).json() for _ in range(2)]
    with_tape.close()
    assert b"SECRET" not in path.read_bytes()

    replayed = Line(server, lambda _: None, transport=Recorded(path))
    assert [replayed.get("/hello", params={"n": "1"}).json() for _ in range(2)] == told
    with pytest.raises(LinkFailed):
        replayed.get("/hello", params={"n": "2"})
    path.write_text("no recording\n")
    with pytest.raises(Unreadable):
        Recorded(path)
