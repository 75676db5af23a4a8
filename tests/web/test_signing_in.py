"""Signing in with a second factor and at a provider, the account's page, people, the inbox."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient
from tests.services.authenticator import Authenticator
from tests.services.openid_provider import CLIENT, SECRET, OpenIdProvider, query

from parakh.access import system_actor
from parakh.services import accounts, second_factor, totp
from parakh.web.app import create_app
from parakh.web.security import COOKIE, WAITING_COOKIE

PASSWORD = "correct horse battery staple"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client: TestClient, name: str = "targeting", next: str = "/alerts") -> Any:
    form = {"name": name, "password": PASSWORD, "next": next}
    headers = {"user-agent": LINUX}
    return client.post("/sign-in", data=form, headers=headers, follow_redirects=False)


def token_of(page: Any) -> str:
    return str(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])  # type: ignore[index]


def stand_still(stage: Any, at: datetime) -> None:
    """Lets the centre's clocks stand at a moment."""
    stage.centre.clock = stage.centre.db.clock = lambda: at


def app_of(stage: Any, name: str) -> pyotp.TOTP:
    """The app of a user, in force a minute ago."""
    actor, now = stage.actor(name), stage.centre.clock()
    made = pyotp.TOTP(totp.begin(stage.centre, actor).key.replace(" ", ""))
    stand_still(stage, now)
    totp.confirm(stage.centre, actor, made.at(now))
    stand_still(stage, now + timedelta(minutes=1))
    return made


@pytest.fixture
def named(stage: Any) -> Any:
    """A centre that has a name, so that passkeys work."""
    changed = {"public_url": "https://ntc.example"}
    stage.centre.settings = stage.centre.settings.model_copy(update=changed)
    return stage


def test_the_code_comes_after_the_password(client: TestClient, stage: Any) -> None:
    app = app_of(stage, "targeting")
    asked = sign_in(client)
    assert asked.headers["location"] == "/sign-in/second?next=%2Falerts"
    cookie = asked.headers["set-cookie"].lower()
    assert cookie.startswith(WAITING_COOKIE)
    assert "httponly" in cookie
    assert "path=/sign-in" in cookie
    assert client.get("/alerts", follow_redirects=False).status_code == 303
    assert client.get("/sign-in/enrol", follow_redirects=False).status_code == 303
    page = client.get(asked.headers["location"])
    form = {"csrf": token_of(page), "next": "/alerts"}
    wrong = client.post("/sign-in/second", data={**form, "code": "12"}, follow_redirects=False)
    assert wrong.status_code == 401
    assert "The code is wrong" in wrong.text
    form["code"] = app.at(stage.centre.clock())
    forged = client.post("/sign-in/second", data={**form, "csrf": "x"}, follow_redirects=False)
    assert forged.status_code == 403
    done = client.post("/sign-in/second", data=form, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/alerts")
    assert client.get("/alerts").status_code == 200
    assert client.get("/sign-in/second", follow_redirects=False).status_code == 303


def test_whoever_has_no_unit_reads_so_and_nothing_else(client: TestClient, stage: Any) -> None:
    accounts.change_user(stage.centre, system_actor("test"), "targeting", units=frozenset())
    assert sign_in(client, next="/").status_code == 303
    page = client.get("/")
    assert page.url.path == "/account"
    assert "You belong to no unit" in page.text
    for path in ("/alerts", "/trends", "/shared", "/api/v1/alerts"):
        assert client.get(path).status_code == 403


def test_who_must_have_a_second_factor_makes_one_first(client: TestClient, stage: Any) -> None:
    changed = {"second_factor_roles": "targeting"}
    stage.centre.settings = stage.centre.settings.model_copy(update=changed)
    asked = sign_in(client)
    assert asked.headers["location"].startswith("/sign-in/enrol")
    assert client.get("/alerts", follow_redirects=False).status_code == 303
    page = client.get("/sign-in/enrol?next=/alerts")
    assert "<svg" in page.text
    assert "style=" not in page.text, "the content policy forbids it"
    key = re.search(r'id="totp-key">([A-Z2-7 ]+)<', page.text)
    assert key is not None
    app = pyotp.TOTP(key[1].replace(" ", ""))
    form = {"csrf": token_of(page), "next": "//evil.example", "code": "000"}
    assert client.post("/sign-in/enrol", data=form).status_code == 422
    form["code"] = app.at(stage.centre.clock())
    shown = client.post("/sign-in/enrol", data=form)
    assert len(re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", shown.text)) == totp.RECOVERY_CODES
    assert 'href="/"' in shown.text
    assert "evil" not in shown.text
    assert client.get("/alerts").status_code == 200


def test_a_sign_in_that_waited_makes_no_second_factor_beside_one(named: Any) -> None:
    centre = named.centre
    centre.settings = centre.settings.model_copy(update={"second_factor_roles": "targeting"})
    client = TestClient(create_app(centre), base_url="https://ntc.example")
    sign_in(client)
    csrf = {"x-csrf-token": token_of(client.get("/sign-in/enrol"))}
    asked = client.post("/sign-in/enrol/passkey/options", headers=csrf)
    app_of(named, "targeting")
    made = {"name": "Another's", "answer": Authenticator().make(asked.text)}
    late = client.post("/sign-in/enrol/passkey", json=made, headers=csrf, follow_redirects=False)
    assert late.status_code == 303
    assert not second_factor.own(centre, named.actor("targeting")).passkeys
    assert client.get("/alerts", follow_redirects=False).status_code == 303


def test_a_passkey_signs_in_and_is_made_on_the_accounts_page(named: Any) -> None:
    client = TestClient(create_app(named.centre), base_url="https://ntc.example")
    own = named.sessions["targeting"]
    client.cookies.set(COOKIE, own.token, domain="ntc.example")
    device, csrf = Authenticator(), {"x-csrf-token": own.csrf}
    assert client.post("/account/passkeys/options").status_code == 403
    asked = client.post("/account/passkeys/options", headers=csrf)
    made = {"name": "My phone", "answer": device.make(asked.text)}
    assert client.post("/account/passkeys", json=made, headers=csrf).status_code == 201
    assert "My phone" in client.get("/account").text
    client.cookies.clear()
    forged = client.post("/sign-in/passkey/options", headers={"origin": "https://evil.example"})
    assert forged.status_code == 403
    asked = client.post("/sign-in/passkey/options")
    answer = {"answer": device.sign(asked.text), "next": "/alerts"}
    json_ = {"accept": "application/json"}
    done = client.post("/sign-in/passkey", json=answer, headers=json_)
    assert done.json() == {"next": "/alerts"}
    assert client.get("/alerts").status_code == 200
    again = client.post("/sign-in/passkey", json=answer, headers=json_)
    assert (again.status_code, again.headers["content-type"]) == (401, "application/problem+json")


def test_the_account_lists_sessions_and_ends_them(browser: Any, stage: Any) -> None:
    other = TestClient(create_app(stage.centre))
    sign_in(other)
    mine = browser("targeting")
    page = mine.get("/account").text
    assert "Firefox · Linux" in page
    assert page.count("This one") == 1
    found = re.search(r"/account/sessions/([0-9a-f]+)/end", page)
    assert found is not None
    assert mine.post(f"/account/sessions/{found[1]}/end").headers["location"] == "/account"
    assert other.get("/alerts", follow_redirects=False).status_code == 303
    sign_in(other)
    mine.post("/account/sessions/end")
    assert other.get("/alerts", follow_redirects=False).status_code == 303
    assert mine.get("/account").status_code == 200


def test_the_account_sets_an_app_up_and_removes_it(browser: Any, stage: Any) -> None:
    mine = browser("gate")
    key = re.search(r'id="totp-key">([A-Z2-7 ]+)<', mine.get("/account/totp").text)
    assert key is not None
    app, now = pyotp.TOTP(key[1].replace(" ", "")), stage.centre.clock()
    stand_still(stage, now)
    assert mine.post("/account/totp/confirm", data={"code": "1"}).status_code == 422
    shown = mine.post("/account/totp/confirm", data={"code": app.at(now)})
    codes = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", shown.text)
    assert len(codes) == totp.RECOVERY_CODES
    assert "10 recovery codes are left" in mine.get("/account").text
    assert mine.post("/account/totp/codes", data={"code": "no"}).status_code == 401
    assert codes[1] not in mine.post("/account/totp/codes", data={"code": codes[0]}).text
    assert mine.post("/account/totp/remove", data={"code": codes[1]}).status_code == 401
    stand_still(stage, now + timedelta(minutes=1))
    removed = mine.post("/account/totp/remove", data={"code": app.at(stage.centre.clock())})
    assert removed.status_code == 303
    assert "Set up an app" in mine.get("/account").text


def test_the_inbox_counts_opens_and_decides(browser: Any, stage: Any, ids: Any) -> None:
    form = {"watchlist": ids["list"], "kind": "person", "family_name": "KHOSO", "reason": "x y z"}
    assert browser("targeting").post("/watchlist/entries", data=form).status_code == 303
    mine = browser("supervisor")
    stage.centre.inbox_counts.forget()
    page = mine.get("/inbox").text
    assert "New entry: KHOSO" in page
    assert re.search(r'id="inbox"[^>]*title="1 thing waits', page)
    action = re.search(r'action="(/inbox/entry/[0-9a-f]+)"', page)
    assert action is not None
    decided = mine.post(action[1], data={"approve": "true", "reason": "The file was checked"})
    assert decided.headers["location"] == "/inbox"
    text = mine.get("/inbox").text
    assert "Nothing waits for you" in text
    assert "Approved, with your reason" in text
    assert mine.post(action[1], data={"approve": "true", "reason": "again"}).status_code == 409


def test_a_supervisor_ends_the_sessions_of_another(browser: Any, stage: Any) -> None:
    mine = browser("supervisor")
    assert "targeting" in mine.get("/people").text
    path = "/people/targeting/sessions/end"
    assert mine.post(path, data={"reason": ""}).status_code == 422
    assert mine.post(path, data={"reason": "left the desk open"}).status_code == 303
    assert browser("targeting").get("/alerts", follow_redirects=False).status_code == 303


# --- the agency's provider --------------------------------------------------------------------


@pytest.fixture
def provider(stage: Any) -> Iterator[OpenIdProvider]:
    made = OpenIdProvider(
        clock=stage.centre.clock,
        person={"sub": "7", "preferred_username": "sana", "groups": ["officers"], "sid": "s"},
    )
    folder = stage.centre.settings.data_dir
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    (folder / "oidc.toml").write_text(
        f'issuer = "{made.issuer}"\nclient_id = "{CLIENT}"\nclient_secret_file = "secret"\n'
        'name = "Customs account"\n'
        '[[grant]]\ngroup = "officers"\nroles = ["targeting"]\nunits = ["ntc"]\n'
    )
    yield made
    made.stop()


def test_the_agencys_account_signs_in_and_out(client: TestClient, provider: OpenIdProvider) -> None:
    assert "Sign in with Customs account" in client.get("/sign-in").text
    away = client.get("/sign-in/provider?next=/alerts", follow_redirects=False)
    assert away.headers["location"].startswith(f"{provider.issuer}/authorize?")
    answer = query(provider.sign_in(away.headers["location"]))
    stranger = TestClient(client.app)
    lured = stranger.get(f"/sign-in/provider/back?{answer}", follow_redirects=False)
    assert lured.status_code == 401, "another browser began it"
    away = client.get("/sign-in/provider?next=/alerts", follow_redirects=False)
    answer = query(provider.sign_in(away.headers["location"]))
    back = client.get(f"/sign-in/provider/back?{answer}", follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/alerts")
    page = client.get("/account")
    assert "Agency account" in page.text
    assert "Change your password" not in page.text
    out = client.post("/sign-out", data={"csrf": token_of(page)}, follow_redirects=False)
    assert out.headers["location"] == "/sign-in?left=1"
    assert "Sign out of Customs account too" in client.get("/sign-in?left=1").text
    end = client.get("/sign-in/provider/end", follow_redirects=False)
    assert end.headers["location"].startswith(f"{provider.issuer}/logout?")


def test_the_provider_may_end_a_session(client: TestClient, provider: OpenIdProvider) -> None:
    away = client.get("/sign-in/provider", follow_redirects=False)
    answer = query(provider.sign_in(away.headers["location"]))
    client.get(f"/sign-in/provider/back?{answer}", follow_redirects=False)
    call = TestClient(client.app)
    for token, status in (("nonsense", 400), ("", 400), (provider.logout_token(sid="s"), 200)):
        told = call.post("/sign-in/provider/logout", data={"logout_token": token})
        assert (told.status_code, told.headers["cache-control"]) == (status, "no-store")
    assert client.get("/alerts", follow_redirects=False).status_code == 303


def test_without_the_provider_passwords_still_open(
    client: TestClient, provider: OpenIdProvider
) -> None:
    provider.broken = True
    failed = client.get("/sign-in/provider", follow_redirects=False)
    assert failed.status_code == 503
    assert "does not answer just now" in failed.text
    assert "Customs account does not answer just now" in client.get("/sign-in").text
    assert sign_in(client).headers["location"] == "/alerts"


def test_without_a_provider_none_is_offered(client: TestClient) -> None:
    assert "/sign-in/provider" not in client.get("/sign-in").text
    failed = client.get("/sign-in/provider", follow_redirects=False)
    assert failed.status_code == 503
    assert "not set up" in failed.text
