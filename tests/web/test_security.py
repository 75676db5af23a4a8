"""Headers, limits, caching, and errors that give nothing away."""

from typing import Any

import pytest

from parakh.services import voyages
from parakh.web.rendering import asset
from parakh.web.security import body_limit

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/alerts", "/api/v1/alerts", "/healthz", "/static/parakh.svg", "/nowhere"]
)
def test_every_answer_carries_the_headers(client: Any, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert {name: answer.headers[name] for name in WANTED} == WANTED
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=(self)" in answer.headers["permissions-policy"]


def test_pages_are_kept_by_no_cache_and_assets_for_good(browser: Any) -> None:
    mine = browser("targeting")
    assert mine.get("/arrivals").headers["cache-control"] == "no-store"
    assert "immutable" in mine.get(asset("main.css")).headers["cache-control"]


def test_pages_need_no_inline_script_or_style(browser: Any) -> None:
    text = browser("supervisor").get("/alerts").text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert text.count("<script") == text.count('<script type="module" src=')


@pytest.mark.parametrize(
    ("path", "larger"),
    [
        ("/sign-in", 0),
        ("/watchlist/entries", 1),
        ("/redress/1/additions", 1),
        ("/gate/captures", 2),
        ("/messages", 3),
    ],
)
def test_bodies_are_bounded_by_where_they_go(stage: Any, path: str, larger: int) -> None:
    limits = [
        body_limit(one, stage.centre.settings)
        for one in ("/sign-in", "/watchlist/entries", "/gate/captures", "/messages")
    ]
    assert limits == sorted(limits)
    assert body_limit(path, stage.centre.settings) == limits[larger]
    assert body_limit(f"/api/v1{path}", stage.centre.settings) == limits[larger]


def test_a_body_that_says_it_is_too_large_is_refused(client: Any) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 400_000})
    assert answer.status_code == 413
    assert "KiB" in answer.text


def test_a_body_that_hides_its_size_is_refused_while_it_comes(client: Any) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 50_000_000:
            sent += 64_000
            yield b"name=" + b"x" * 63_995

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=endless(), headers=headers)
    assert answer.status_code == 413


def test_a_picture_that_is_too_large_is_refused_with_a_notice(browser: Any) -> None:
    files = {"frames": ("big.jpg", b"\xff" * 43_000_000, "image/jpeg")}
    form = {"port": "KHI", "direction": "entry"}
    answer = browser("gate").post(
        "/gate/captures", data=form, files=files, headers={"hx-request": "true"}
    )
    assert answer.status_code == 413
    assert answer.text.lstrip().startswith('<div id="notice">')


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, "text/html"),
        ({"hx-request": "true"}, "text/html"),
        ({"accept": "application/json"}, "application/problem+json"),
    ],
)
def test_an_unexpected_error_shows_no_traceback(
    browser: Any, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], kind: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(voyages, "arrivals", fail)
    answer = browser("targeting").get("/arrivals", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(kind)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("name", ["gate", "supervisor"])
def test_what_was_typed_is_not_repeated_in_an_error(browser: Any, name: str) -> None:
    answer = browser(name).get("/arrivals?day=AB1234567")
    assert answer.status_code == 422
    assert "AB1234567" not in answer.text.partition("<main")[2]


HUGE = 10**30
ODD = [
    f"/messages?page={HUGE}",
    "/messages?page=-1",
    f"/watchlist?page={HUGE}",
    f"/alerts?state=closed&page={HUGE}",
    "/alerts?page=-5",
    f"/audit?page={HUGE}",
    "/audit?since=0001-01-01",
    "/audit?until=9999-12-31",
    "/arrivals?day=0001-01-01",
    "/arrivals?day=9999-12-31",
    f"/wall/events?after={HUGE}",
    f"/messages/nothing?line={HUGE}",
    "/messages/%00",
    "/watchlist?q=%00",
    "/api/v1/voyages?since=0001-01-01T00:00:00%2B05:00&until=0001-01-02T00:00:00Z",
    "/api/v1/voyages?since=9999-12-31T00:00:00Z&until=9999-12-31T23:59:59-05:00",
    "/api/v1/audit?since=0001-01-01T00:00:00%2B14:00",
    f"/api/v1/alerts/events?after={HUGE}",
]


@pytest.mark.parametrize("path", ODD)
def test_odd_addresses_are_refused_and_break_nothing(browser: Any, path: str) -> None:
    name = "auditor" if "audit" in path else "supervisor"
    answer = browser(name).get(path)
    assert answer.status_code in (400, 404, 422)


def test_health_tells_no_more_than_it_must(client: Any, stage: Any) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_htmx_without_a_session_leads_the_whole_page_to_sign_in(client: Any) -> None:
    answer = client.get("/alerts", headers={"hx-request": "true"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-in")
