"""Signing in at a provider that is a real server and signs with real keys."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.services.openid_provider import CLIENT, FIRST, SECOND, SECRET, OpenIdProvider
from tests.services.signing_kit import HERE, MAKER, PASSWORD, joined, trail, with_settings

from parakh.access import Role
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.sign_in import Method, Stage
from parakh.domain.unit import Unit
from parakh.errors import Misconfigured, SignInFailed
from parakh.services import (
    accounts,
    agencies,
    doctor,
    oidc_sign_in,
    second_factor,
    sessions,
)
from parakh.services.centre import Centre
from parakh.services.oidc import ProviderDown
from parakh.services.oidc_sign_in import Begun
from parakh.services.sessions import SignedIn
from parakh.store.tables import user

pytestmark = pytest.mark.usefixtures("cheap_passwords")


SANA = {
    "sub": "8f14e45f",
    "preferred_username": "Sana.Khan",
    "name": "Sana Khan",
    "groups": ["officers", "staff"],
    "sid": "there-1",
}
MAPPING = f"""
issuer = "ISSUER"
client_id = "{CLIENT}"
client_secret_file = "secret"
name = "Customs account"
scopes = ["openid", "profile", "groups"]

[[grant]]
group = "officers"
roles = ["targeting"]
units = ["Centre"]

[[grant]]
group = "heads"
roles = ["supervisor"]
units = ["Centre"]
"""


@pytest.fixture
def provider(centre: Centre, clock: Any) -> Iterator[OpenIdProvider]:
    """The provider, and a centre that knows it."""
    accounts.add_unit(centre, MAKER, Unit(id="ntc", name="Centre", central=True))
    made = OpenIdProvider(clock=clock, person=dict(SANA))
    folder = centre.settings.data_dir
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    (folder / "oidc.toml").write_text(MAPPING.replace("ISSUER", made.issuer))
    yield made
    made.stop()


def finished(centre: Centre, provider: OpenIdProvider, begun: Begun | None = None) -> SignedIn:
    begun = begun or oidc_sign_in.begin(centre, "/alerts")
    answer = provider.sign_in(begun.url)
    return oidc_sign_in.finish(centre, answer, begun.secret, HERE)[0]


def test_groups_give_roles_and_a_first_sign_in_an_account(
    centre: Centre, provider: OpenIdProvider
) -> None:
    begun = oidc_sign_in.begin(centre, "/alerts")
    answer = provider.sign_in(begun.url)
    signed, then = oidc_sign_in.finish(centre, answer, begun.secret, HERE)
    assert then == "/alerts"
    assert (signed.session.user.name, signed.session.method) == ("sana.khan", Method.PROVIDER)
    assert signed.session.user.roles == {Role.TARGETING}
    assert signed.session.actor.everywhere
    with pytest.raises(SignInFailed):
        accounts.sign_in(centre, "sana.khan", "")
    assert not second_factor.own(centre, signed.session.actor).has_password
    provider.person["groups"] = ["heads"]
    again = finished(centre, provider)
    assert again.session.user.id == signed.session.user.id
    assert again.session.user.roles == {Role.SUPERVISOR}
    assert sessions.find(centre, signed.token) is None, "no old permission lives on"
    provider.person["groups"] = ["staff"]
    with pytest.raises(SignInFailed, match="no place"):
        finished(centre, provider)
    with centre.db.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(user)).scalar_one() == 1


HOUR = 3600
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("another nonce", {"nonce": "replayed"}),
    ("no nonce", {"nonce": None}),
    ("another issuer", {"iss": "https://evil.example"}),
    ("another client", {"aud": "somebody"}),
    ("no client", {"aud": None}),
    ("two clients and no party", {"aud": [CLIENT, "somebody"]}),
    ("another party", {"aud": [CLIENT, "somebody"], "azp": "somebody"}),
    ("expired", {"exp": -61}),
    ("not yet", {"iat": 61}),
    ("old", {"iat": -HOUR}),
    ("no end", {"exp": None}),
    ("an end that is none", {"exp": True}),
    ("no subject", {"sub": None}),
    ("no name", {"preferred_username": "<b>"}),
]


@pytest.mark.parametrize(("fault", "changes"), FAULTS, ids=[name for name, _ in FAULTS])
def test_a_token_that_does_not_hold_opens_nothing(
    centre: Centre, provider: OpenIdProvider, clock: Any, fault: str, changes: dict[str, Any]
) -> None:
    now = int(clock().timestamp())
    provider.changes = {
        name: now + own if name in ("exp", "iat") and type(own) is int else own
        for name, own in changes.items()
    }
    with pytest.raises(SignInFailed):
        finished(centre, provider)
    assert "session.started" not in trail(centre), fault


def test_clocks_may_differ_by_a_minute(
    centre: Centre, provider: OpenIdProvider, clock: Any
) -> None:
    now = int(clock().timestamp())
    for changes in ({"exp": now - 59}, {"iat": now + 59}):
        provider.changes = changes
        assert finished(centre, provider)


def test_what_the_browser_brings_back_holds_once_and_there_only(
    centre: Centre, provider: OpenIdProvider, clock: Any
) -> None:
    begun = oidc_sign_in.begin(centre, "/")
    answer = provider.sign_in(begun.url)
    assert oidc_sign_in.finish(centre, answer, begun.secret, HERE)
    for wrong in (answer, {}, {"state": "guessed", "code": "x"}):
        with pytest.raises(SignInFailed):
            oidc_sign_in.finish(centre, wrong, begun.secret, HERE)
    for fault in (
        "another browser",
        "no secret of ours",
        "late",
        "refused",
        "another provider",
        "stolen code",
    ):
        begun = oidc_sign_in.begin(centre, "/")
        answer, secret = provider.sign_in(begun.url), begun.secret
        if fault == "another browser":
            secret = "another"
        elif fault == "no secret of ours":
            secret = "é"
        elif fault == "late":
            clock.advance(minutes=10, seconds=1)
        elif fault == "refused":
            answer = {"state": answer["state"], "error": "access_denied"}
        elif fault == "another provider":
            answer["iss"] = "https://evil.example"
        else:
            answer["code"] = provider.sign_in(oidc_sign_in.begin(centre, "/").url)["code"]
        with pytest.raises(SignInFailed):
            oidc_sign_in.finish(centre, answer, secret, HERE)


def test_the_providers_keys_may_change(
    centre: Centre, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parakh.services.oidc._KEYS_AGAIN_SECONDS", 0.0)
    assert finished(centre, provider)
    provider.signs, provider.shows = SECOND, (FIRST, SECOND)
    assert finished(centre, provider)
    provider.shows = (SECOND,)
    provider.signs = FIRST
    monkeypatch.setattr("parakh.services.oidc._FRESH_SECONDS", 0.0)
    with pytest.raises(SignInFailed):
        finished(centre, provider)


def test_a_key_that_the_provider_does_not_have_signs_nothing(
    centre: Centre, provider: OpenIdProvider
) -> None:
    provider.signs, provider.shows = SECOND, (FIRST,)
    with pytest.raises(SignInFailed):
        finished(centre, provider)
    asked = provider.asked.count("/keys")
    with pytest.raises(SignInFailed):
        finished(centre, provider)
    assert provider.asked.count("/keys") == asked, "whoever sends such tokens costs us no calls"


@pytest.mark.parametrize("fault", ["broken", "slow", "gone", "another issuer", "not over HTTPS"])
def test_a_provider_that_does_not_answer_stands_in_nobodys_way(
    centre: Centre, provider: OpenIdProvider, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add_user(
        centre, MAKER, name="ali", display_name="Ali", roles=frozenset({Role.GATE}),
        units=frozenset({"ntc"}), password=PASSWORD,
    )  # fmt: skip
    if fault == "broken":
        provider.broken = True
    elif fault == "slow":
        monkeypatch.setattr("parakh.services.oidc._TIMEOUT", 0.1)
        provider.delay = 0.4
    elif fault == "gone":
        provider.stop()
        monkeypatch.setattr(provider, "stop", lambda: None)
    elif fault == "another issuer":
        provider.metadata = {"issuer": "https://evil.example"}
    else:
        provider.metadata = {"token_endpoint": "http://ntc.example/token"}
    with pytest.raises(ProviderDown):
        oidc_sign_in.begin(centre, "/")
    offered = oidc_sign_in.offered(centre)
    assert offered is not None
    assert offered.name == "Customs account"
    assert offered.down is (fault in ("broken", "slow", "gone"))
    assert accounts.sign_in(centre, "ali", PASSWORD)


def test_a_name_that_is_here_already_is_not_taken_over(
    centre: Centre, provider: OpenIdProvider
) -> None:
    joined(centre, "sana.khan", Role.SUPERVISOR)
    with pytest.raises(SignInFailed, match="already"):
        finished(centre, provider)


def test_groups_of_two_agencies_open_nothing(centre: Centre, provider: OpenIdProvider) -> None:
    agencies.save(centre, MAKER, Agency(id="police", name="Police", kind=AgencyKind.POLICE))
    accounts.add_unit(centre, MAKER, Unit(id="lyari", name="Lyari", agency="police"))
    path = centre.settings.data_dir / "oidc.toml"
    grant = '[[grant]]\ngroup = "staff"\nroles = ["liaison"]\nunits = ["Lyari"]\n'
    path.write_text(f"{path.read_text()}\n{grant}")
    with pytest.raises(SignInFailed, match="no place"):
        finished(centre, provider)
    provider.person["groups"] = ["staff"]
    assert finished(centre, provider).session.actor.agency == "police"


def test_who_was_closed_here_stays_out(centre: Centre, provider: OpenIdProvider) -> None:
    finished(centre, provider)
    accounts.change_user(centre, MAKER, "sana.khan", active=False)
    with pytest.raises(SignInFailed, match="closed"):
        finished(centre, provider)


@pytest.mark.parametrize(
    ("claims", "stage"),
    [
        ({}, Stage.ENROL),
        ({"amr": ["pwd"]}, Stage.ENROL),
        ({"amr": ["pwd", "otp"]}, Stage.FULL),
        ({"amr": "mfa"}, Stage.FULL),
    ],
)
def test_the_providers_second_factor_will_do(
    centre: Centre, provider: OpenIdProvider, claims: dict[str, Any], stage: Stage
) -> None:
    with_settings(centre, second_factor_roles="targeting")
    provider.person |= claims
    signed = finished(centre, provider)
    assert signed.session.stage is stage
    assert (sessions.find(centre, signed.token) is not None) is (stage is Stage.FULL)


def test_the_provider_ends_sessions(centre: Centre, provider: OpenIdProvider) -> None:
    signed = finished(centre, provider)
    for changes in ({"events": {}}, {"nonce": "x"}, {"sub": None}, {"aud": "somebody"}):
        with pytest.raises(SignInFailed):
            oidc_sign_in.end_by_provider(centre, provider.logout_token(**changes))
    assert oidc_sign_in.end_by_provider(centre, provider.logout_token(sid="there-2")) == 0
    assert sessions.find(centre, signed.token)
    assert oidc_sign_in.end_by_provider(centre, provider.logout_token(sid="there-1")) == 1
    assert sessions.find(centre, signed.token) is None
    provider.person["sid"] = None
    signed = finished(centre, provider)
    assert oidc_sign_in.end_by_provider(centre, provider.logout_token()) == 1
    assert sessions.find(centre, signed.token) is None
    assert oidc_sign_in.way_out(centre).startswith(f"{provider.issuer}/logout?client_id=parakh")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ISSUER", "http://ntc.example", "https"),
        ('roles = ["targeting"]', 'roles = ["king"]', "roles"),
        ("[[grant]]", "[[grants]]", "grants"),
        ("client_id", "client", "client"),
        ("issuer =", "issuer", "cannot be read"),
    ],
)
def test_a_mapping_that_is_wrong_is_told(centre: Centre, old: str, new: str, said: str) -> None:
    path = centre.settings.data_dir / "oidc.toml"
    assert oidc_sign_in.offered(centre) is None, "without a file there is no provider"
    path.write_text(MAPPING.replace(old, new).replace("ISSUER", "https://login.example"))
    del centre.provider
    with pytest.raises(Misconfigured, match=said):
        _ = centre.provider
    assert oidc_sign_in.offered(centre) is None


def test_the_doctor_asks_the_provider(centre: Centre, provider: OpenIdProvider) -> None:
    def told() -> dict[str, tuple[bool, str]]:
        return {own.name: (own.ok, own.found) for own in doctor.sign_in(centre.settings)}

    assert [ok for ok, _ in told().values()] == [True, True]
    path = centre.settings.data_dir / "oidc.toml"
    path.write_text(path.read_text().replace('"Centre"', '"Nowhere"'))
    provider.broken = True
    found = told()
    assert found["sign-in provider"][0] is False
    assert "Nowhere" in found["sign-in mapping"][1]
    path.write_text("issuer = 7")
    assert [ok for ok, _ in told().values()] == [False]
    path.unlink()
    assert told() == {}
