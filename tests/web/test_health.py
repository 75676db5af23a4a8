import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from parakh.services import telemetry
from parakh.web.security import COOKIE

TOKEN = "a token of the operator"


@pytest.fixture
def with_token(stage: Any, tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    before = stage.centre.settings
    stage.centre.settings = before.model_copy(update={"metrics_token_file": path})
    yield
    stage.centre.settings = before


def test_it_lives_and_is_ready(server: str) -> None:
    assert httpx.get(f"{server}/healthz").json() == {"status": "ok"}
    answer = httpx.get(f"{server}/readyz")
    assert answer.status_code == 200
    found = {"database": "ok", "keys": "ok", "disk": "ok", "worker": "ok"}
    assert answer.json() == {"status": "ok", "conditions": found}


def no_space(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "LEAST_FREE", 2**80)


def no_keys(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.centre.settings.keys_path.chmod(0o644)


def no_worker(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.centre.worked_at = time.monotonic() - 1000


def no_database(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.centre.db.maintain() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006x'")
        connection.exec_driver_sql("DELETE FROM schema_floor")


@pytest.mark.parametrize(
    ("breaking", "name", "reason"),
    [
        (no_space, "disk", "MiB are free"),
        (no_keys, "keys", "open to others"),
        (no_worker, "worker", "began no round for 1000 s"),
        (no_database, "database", "install the newer program"),
    ],
)
def test_what_is_wrong_is_told_to_who_may_know(
    server: str, stage: Any, monkeypatch: pytest.MonkeyPatch, breaking: Any, name: str, reason: str
) -> None:
    breaking(stage, monkeypatch)
    answer = httpx.get(f"{server}/readyz")
    assert answer.status_code == 503
    assert reason in answer.json()["conditions"][name]
    passed_on = httpx.get(f"{server}/readyz", headers={"x-forwarded-for": "203.0.113.9"})
    assert passed_on.status_code == 503
    assert passed_on.json() == {"status": "not ready"}
    assert httpx.get(f"{server}/healthz").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"host": "centre.example"},
    ],
)
def test_metrics_are_not_told_through_a_proxy(server: str, headers: dict[str, str]) -> None:
    assert httpx.get(f"{server}/metrics", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"authorization": "Bearer another"}, 403),
        ({"authorization": f"Basic {TOKEN}"}, 403),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.9"}, 200),
    ],
)
@pytest.mark.usefixtures("with_token")
def test_where_a_token_is_set_it_is_asked_of_everybody(
    server: str, headers: dict[str, str], status: int
) -> None:
    assert httpx.get(f"{server}/metrics", headers=headers).status_code == status
    assert ("conditions" in httpx.get(f"{server}/readyz", headers=headers).json()) == (
        status == 200
    )


def test_metrics_tell_of_the_centre_and_of_nobody(
    server: str, stage: Any, ids: dict[str, str]
) -> None:
    cookies = {COOKIE: stage.sessions["supervisor"].token}
    httpx.get(f"{server}/alerts/{ids['alert']}", cookies=cookies)
    httpx.get(f"{server}/nowhere/{ids['alert']}", cookies=cookies)
    httpx.request("BREW", f"{server}/alerts")
    answer = httpx.get(f"{server}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        (own.name, tuple(sorted(own.labels.items()))): own.value
        for family in text_string_to_metric_families(answer.text)
        for own in family.samples
    }

    def of(name: str, **labels: str) -> float:
        return samples[name, tuple(sorted(labels.items()))]

    requests = "parakh_http_request_seconds_count"
    assert of(requests, method="GET", route="/alerts/{alert_id}", status="200") >= 1
    assert of(requests, method="GET", route="unmatched", status="404") >= 1
    assert any(dict(labels).get("method") == "other" for name, labels in samples)
    assert of("parakh_alerts_open", state="new") == 2
    assert of("parakh_queue_messages", state="received") == 0
    assert of("parakh_database_up") == 1
    assert of("parakh_audit_rows") > 10
    people = (f'"{name}"' for name in ("supervisor", "targeting", "lahore"))
    for private in (*ids.values(), "MAZARI", "ZX9876543", "Karachi", *people):
        assert private not in answer.text
