"""Signing in and out, the cookie, lockout, forged requests."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from parakh.web.app import create_app
from parakh.web.security import COOKIE

PASSWORD = "correct horse battery staple"
FOUR_WORDS = "kettle orbit lantern moss"


def sign_in(client: TestClient, **fields: str) -> Any:
    form = {"name": "targeting", "password": PASSWORD, **fields}
    return client.post("/sign-in", data=form, follow_redirects=False)


def test_a_page_leads_to_the_sign_in_page_and_back(client: TestClient) -> None:
    away = client.get("/alerts?state=closed", follow_redirects=False)
    assert away.status_code == 303
    assert away.headers["location"] == "/sign-in?next=%2Falerts%3Fstate%3Dclosed"
    back = sign_in(client, next="/alerts?state=closed")
    assert (back.status_code, back.headers["location"]) == (303, "/alerts?state=closed")


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n\\evil.example",
        "https://evil.example",
        "",
    ],
)
def test_the_way_back_never_leaves_this_server(client: TestClient, next_: str) -> None:
    assert sign_in(client, next=next_).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: TestClient) -> None:
    cookie = sign_in(client).headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE)
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


def test_the_cookie_is_secure_over_https(stage: Any) -> None:
    client = TestClient(create_app(stage.centre), base_url="https://parakh.test")
    answer = sign_in(client)
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_failure_says_the_same_for_a_wrong_name_and_a_wrong_password(client: TestClient) -> None:
    wrong_name = sign_in(client, name="nobody")
    wrong_password = sign_in(client, password="not this one")
    assert wrong_name.status_code == wrong_password.status_code == 401
    texts = [answer.text.replace("nobody", "targeting") for answer in (wrong_name, wrong_password)]
    assert texts[0] == texts[1]
    assert "wrong" in texts[0]


def test_too_many_failures_lock_the_account_without_saying_so(client: TestClient) -> None:
    failed = [sign_in(client, password="not this one") for _ in range(5)]
    locked = sign_in(client)
    assert locked.status_code == 401
    assert locked.text == failed[0].text


def test_signing_out_ends_the_session(browser: Any) -> None:
    mine = browser("targeting")
    assert mine.get("/arrivals").status_code == 200
    assert mine.post("/sign-out").headers["location"] == "/sign-in"
    assert mine.get("/arrivals", follow_redirects=False).status_code == 303


def test_a_new_password_rotates_the_session(browser: Any, stage: Any) -> None:
    mine = browser("targeting")
    form = {
        "old": PASSWORD,
        "new": "four unrelated words here",
        "again": "four unrelated words here",
    }
    changed = mine.post("/account/password", data=form)
    assert changed.status_code == 303
    assert mine.client.cookies[COOKIE] != stage.sessions["targeting"].token
    assert "Your password was changed" in mine.get("/account").text
    assert browser("targeting").get("/arrivals", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            {"old": "not this one", "new": FOUR_WORDS, "again": FOUR_WORDS},
            "wrong",
        ),
        ({"old": PASSWORD, "new": FOUR_WORDS, "again": "others"}, "not the same"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "at least 12"),
    ],
)
def test_a_refused_password_says_why(browser: Any, form: dict[str, str], said: str) -> None:
    answer = browser("targeting").post("/account/password", data=form)
    assert answer.status_code in (401, 422)
    assert said in answer.text


CROSS = [
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"origin": "https://evil.example"}, 403),
    ({"origin": "null"}, 403),
    ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 303),
    ({}, 303),
]


@pytest.mark.parametrize(("headers", "status"), CROSS)
def test_a_change_started_by_another_site_is_refused(
    browser: Any, headers: dict[str, str], status: int
) -> None:
    assert browser("targeting").post("/sign-out", headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}]
)
def test_nobody_can_be_signed_in_by_another_site(
    client: TestClient, headers: dict[str, str]
) -> None:
    form = {"name": "targeting", "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("token", [None, "", "guessed", "ü"])
def test_a_change_without_the_sessions_token_is_refused(browser: Any, token: str | None) -> None:
    mine = browser("targeting")
    fields = {} if token is None else {"csrf": token}
    answer = mine.client.post("/sign-out", data=fields, follow_redirects=False)
    assert answer.status_code == 403
    assert "out of date" in answer.text
    assert mine.get("/arrivals").status_code == 200


def test_the_token_may_stand_in_the_form(browser: Any) -> None:
    mine = browser("targeting")
    answer = mine.client.post("/sign-out", data={"csrf": mine.csrf}, follow_redirects=False)
    assert answer.status_code == 303


def test_the_token_of_another_session_is_refused(browser: Any, stage: Any) -> None:
    mine = browser("targeting")
    form = {"csrf": stage.sessions["supervisor"].csrf}
    assert mine.client.post("/sign-out", data=form, follow_redirects=False).status_code == 403
