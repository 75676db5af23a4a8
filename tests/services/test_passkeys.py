"""Passkeys, by an authenticator in software."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from tests.services.authenticator import Authenticator
from tests.services.signing_kit import HERE, MAKER, PASSWORD, joined, with_settings

from parakh.access import Actor
from parakh.domain.sign_in import Method, Stage
from parakh.errors import Conflict, InvalidInput, Misconfigured, NotFound, SignInFailed
from parakh.services import (
    accounts,
    passkeys,
    second_factor,
    sessions,
    totp,
)
from parakh.services.centre import Centre
from parakh.store import people
from parakh.store.tables import passkey

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def named(centre: Centre) -> Centre:
    """A centre with a name, which passkeys belong to."""
    return with_settings(centre, public_url="https://ntc.example")


def registered(centre: Centre, actor: Actor) -> Authenticator:
    device = Authenticator()
    answer = device.make(passkeys.begin_registration(centre, actor))
    passkeys.finish_registration(centre, actor, "My phone", answer)
    return device


@pytest.mark.parametrize(
    ("url", "works"),
    [
        ("https://ntc.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://ntc.example", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_passkeys_belong_to_a_name(centre: Centre, url: str, works: bool) -> None:
    with_settings(centre, public_url=url)
    assert passkeys.available(centre.settings) is works
    if not works:
        with pytest.raises(Misconfigured):
            passkeys.begin_sign_in(centre)


def test_a_passkey_signs_in_without_a_password(named: Centre) -> None:
    device = registered(named, joined(named))
    done = passkeys.finish_sign_in(named, device.sign(passkeys.begin_sign_in(named)), HERE)
    assert (done.session.user.name, done.session.method) == ("sana", Method.PASSKEY)
    assert sessions.find(named, done.token)
    with named.db.read() as connection:
        row = connection.execute(sa.select(passkey)).one()
    assert (row.sign_count, row.transports, row.name) == (1, ["internal"], "My phone")


def test_a_passkey_completes_a_sign_in_of_its_owner_only(named: Centre) -> None:
    device, others = registered(named, joined(named)), registered(named, joined(named, "ali"))
    waiting = accounts.sign_in(named, "sana", PASSWORD)
    assert waiting.session.stage is Stage.SECOND
    asked = passkeys.begin_sign_in(named, waiting.session)
    assert len(json.loads(asked)["allowCredentials"]) == 1
    with pytest.raises(SignInFailed):
        passkeys.finish_sign_in(named, others.sign(asked), HERE, waiting.token)
    asked = passkeys.begin_sign_in(named, waiting.session)
    done = passkeys.finish_sign_in(named, device.sign(asked), HERE, waiting.token)
    assert done.session.method is Method.PASSKEY
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(named, waiting.token, "000000")


@pytest.mark.parametrize(
    "fault",
    [
        "origin",
        "domain",
        "unverified",
        "count",
        "replayed",
        "late",
        "closed",
        "unknown",
        "nonsense",
    ],
)
def test_what_does_not_hold_is_refused(named: Centre, clock: Any, fault: str) -> None:
    device = registered(named, joined(named))
    passkeys.finish_sign_in(named, device.sign(passkeys.begin_sign_in(named)), HERE)
    asked = passkeys.begin_sign_in(named)
    if fault == "origin":
        answer = device.sign(asked, origin="https://ntc.example.evil.example")
    elif fault == "domain":
        device.domain = "evil.example"
        answer = device.sign(asked)
    elif fault == "unverified":
        device.verifies = False
        answer = device.sign(asked)
    elif fault == "count":
        device.count = 0
        answer = device.sign(asked)
    elif fault == "unknown":
        answer = Authenticator().sign(asked)
    elif fault == "nonsense":
        answer = '{"id": 7, "response": []}'
    else:
        answer = device.sign(asked)
    if fault == "replayed":
        passkeys.finish_sign_in(named, answer, HERE)
    if fault == "late":
        clock.advance(minutes=2, seconds=1)
    if fault == "closed":
        accounts.change_user(named, MAKER, "sana", active=False)
    with pytest.raises(SignInFailed):
        passkeys.finish_sign_in(named, answer, HERE)
    with named.db.read() as connection:
        known = people.credentials(connection, "sana")
    assert known is not None
    signed_wrongly = {"origin", "domain", "unverified", "count"}
    assert known.failures == (fault in signed_wrongly), "it counts as a wrong code"


def test_a_registration_is_its_beginners_and_holds_once(named: Centre) -> None:
    sana, ali = joined(named), joined(named, "ali")
    device = Authenticator()
    answer = device.make(passkeys.begin_registration(named, sana))
    with pytest.raises(InvalidInput):
        passkeys.finish_registration(named, ali, "stolen", answer)
    answer = device.make(passkeys.begin_registration(named, sana))
    with pytest.raises(InvalidInput, match="name"):
        passkeys.finish_registration(named, sana, " ", answer)
    made = passkeys.finish_registration(named, sana, "Key", answer)
    with pytest.raises(InvalidInput):
        passkeys.finish_registration(named, sana, "Key", answer)
    with pytest.raises(Conflict, match="known"):
        passkeys.finish_registration(
            named, ali, "Key", device.make(passkeys.begin_registration(named, ali))
        )
    with pytest.raises(NotFound):
        passkeys.remove(named, ali, made.id)
    with_settings(named, second_factor_roles="all")
    with pytest.raises(Conflict, match="role"):
        passkeys.remove(named, sana, made.id)
    with_settings(named, second_factor_roles="")
    passkeys.remove(named, sana, made.id)
    assert second_factor.own(named, sana).passkeys == ()
