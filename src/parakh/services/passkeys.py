"""Passkeys: WebAuthn credentials (W3C Web Authentication, level 2) of the centre's own users.

A passkey stands for two factors, since the authenticator checks its user (a PIN, a finger) before
it signs: user verification is always required. It serves after the password, or instead of it. A
challenge is a random secret that must come back signed, once, within two minutes.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from parakh.access import Actor, Purpose, system_actor
from parakh.domain.ids import new_id
from parakh.domain.sign_in import Method, Stage
from parakh.errors import Conflict, InvalidInput, Misconfigured, NotFound, SignInFailed
from parakh.services import accounts, second_factor, sessions
from parakh.services.centre import Centre
from parakh.services.sessions import Came, Session, SignedIn
from parakh.settings import Settings
from parakh.store import factors, people
from parakh.store.factors import Passkey
from parakh.store.people import User

MOST = 10
_LIFE = timedelta(minutes=2)
_DOOR = system_actor("sign-in")
_REFUSED = "The passkey was not accepted. Try again, or sign in with your password."
_NEW, _ENTER, _AGREE = "passkey.new", "passkey.enter", "passkey.agree"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What a browser sent back: its challenge, and the credential that it names."""

    challenge: bytes
    credential_id: str
    user_handle: bytes


def available(settings: Settings) -> bool:
    """Whether passkeys work under the centre's address.

    They belong to a domain name, and browsers offer them over HTTPS or on `localhost` only
    (WebAuthn level 2, 5.1.3 and 13.4.9).
    """
    parts = urlsplit(settings.public_url)
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and (parts.scheme == "https" or name == "localhost")
    return False


# --- registering ------------------------------------------------------------------------------


def begin_registration(centre: Centre, actor: Actor) -> str:
    """What the browser is asked for to make a passkey (CreationOptions), as JSON."""
    _require_available(centre.settings)
    with centre.db.read() as connection:
        user = people.get_user(connection, actor.id)
        known = factors.passkeys_of(connection, user.id)
    if len(known) >= MOST:
        raise Conflict(f"a person has at most {MOST} passkeys: remove one first")
    options = webauthn.generate_registration_options(
        rp_id=_domain(centre.settings),
        rp_name="Parakh",
        user_id=user.id.encode(),
        user_name=user.name,
        user_display_name=user.display_name,
        challenge=_challenge(centre, _NEW, {"user": user.id}),
        timeout=int(_LIFE.total_seconds()) * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
    )
    return webauthn.options_to_json(options)


def finish_registration(centre: Centre, actor: Actor, name: str, answer: str) -> Passkey:
    """Keeps the passkey that the browser made, under a name that its owner gives it.

    Raises InvalidInput for an answer that does not hold, Conflict for a credential that is known.
    """
    _require_available(centre.settings)
    if not name.strip():
        raise InvalidInput("give the passkey a name, such as the device that holds it")
    read = _read(answer)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        begun = factors.finish(tx.connection, _told(read.challenge), _NEW, tx.at)
        if begun is None or begun["user"] != actor.id:
            raise InvalidInput("that took too long: begin again")
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=read.challenge,
                expected_rp_id=_domain(centre.settings),
                expected_origin=_origin(centre.settings),
                require_user_verification=True,
            )
        except WebAuthnException as error:
            raise InvalidInput("the passkey was not accepted: begin again") from error
        value = Passkey(
            id=new_id(),
            credential_id=bytes_to_base64url(made.credential_id),
            user_id=actor.id,
            name=name.strip()[:80],
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            transports=_transports(answer),
            created_at=tx.at,
        )
        if factors.passkey_by_credential(tx.connection, value.credential_id) is not None:
            raise Conflict("this passkey is known already")
        factors.add_passkey(tx.connection, value)
        tx.audit("passkey.added", "user", actor.id, passkey=value.id, device=made.aaguid)
    return value


def remove(centre: Centre, actor: Actor, passkey_id: str) -> None:
    """Takes one of the actor's own passkeys away.

    Raises NotFound, and Conflict where his role needs a second factor and it is the last one.
    """
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if factors.drop_passkeys(tx.connection, actor.id, passkey_id) != 1:
            raise NotFound("there is no such passkey")
        second_factor.require_one_left(tx, centre.settings, actor.id)
        tx.audit("passkey.removed", "user", actor.id, passkey=passkey_id)


# --- signing in -------------------------------------------------------------------------------


def begin_sign_in(centre: Centre, waiting: Session | None = None) -> str:
    """What the browser is asked to sign (RequestOptions), as JSON.

    After the password only that person's passkeys will do; before it the browser offers whichever
    it holds for this place.
    """
    _require_available(centre.settings)
    known: list[Passkey] = []
    if waiting is not None:
        with centre.db.read() as connection:
            known = factors.passkeys_of(connection, waiting.user.id)
    return _asked(centre, _ENTER, {"user": waiting.user.id if waiting else ""}, known)


def finish_sign_in(
    centre: Centre, answer: str, came: Came, waiting_token: str | None = None
) -> SignedIn:
    """The full session of whoever's passkey signed; raises SignInFailed, with one text.

    With `waiting_token`, the sign-in that waited for it is completed, and only by that person's.
    """
    waiting = sessions.unfinished(centre, waiting_token) if waiting_token else None
    user, _ = _signed(centre, answer, _ENTER, waiting.user.id if waiting else "")
    with centre.db.write(sessions.actor_of_user(centre, user), Purpose.ADMINISTRATION) as tx:
        if waiting is not None and waiting_token is not None:
            people.set_failures(tx.connection, user.id, 0, None)
            return sessions.complete(centre, tx, waiting_token, Method.PASSKEY)
        return sessions.start(centre, tx, user, stage=Stage.FULL, method=Method.PASSKEY, came=came)


# --- agreeing to one step ---------------------------------------------------------------------


def begin_agreement(centre: Centre, actor: Actor) -> str:
    """What the browser is asked to sign where a step needs the person once more, as JSON."""
    _require_available(centre.settings)
    with centre.db.read() as connection:
        known = factors.passkeys_of(connection, actor.id)
    if not known:
        raise Conflict("you have no passkey: make one on your account's page")
    return _asked(centre, _AGREE, {"user": actor.id}, known)


def agree(centre: Centre, actor: Actor, answer: str) -> None:
    """Raises SignInFailed unless one of the actor's own passkeys signed just now."""
    _signed(centre, answer, _AGREE, actor.id)


# --- within -----------------------------------------------------------------------------------


def _asked(centre: Centre, kind: str, detail: Mapping[str, str], known: list[Passkey]) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=_domain(centre.settings),
        challenge=_challenge(centre, kind, detail),
        timeout=int(_LIFE.total_seconds()) * 1000,
        allow_credentials=_described(known) or None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def _signed(centre: Centre, answer: str, kind: str, user_id: str) -> tuple[User, Passkey]:
    """Whose passkey signed a challenge, which is used up; raises SignInFailed.

    `user_id` is whose it must be, "" for anybody's.
    """
    _require_available(centre.settings)
    try:
        read = _read(answer)
    except InvalidInput as error:
        raise SignInFailed(_REFUSED) from error
    with centre.db.maintain() as connection:
        begun = factors.finish(connection, _told(read.challenge), kind, centre.clock())
    with centre.db.read() as connection:
        own = factors.passkey_by_credential(connection, read.credential_id)
        user = people.get_user(connection, own.user_id) if own else None
    if begun is None or own is None or user is None or not user.active:
        return _refuse(centre, user, "unknown")
    if begun["user"] != user_id or (user_id and user.id != user_id):
        return _refuse(centre, user, "another's")
    if read.user_handle and read.user_handle != user.id.encode():
        return _refuse(centre, user, "another's")
    try:
        checked = _verified(centre.settings, answer, read.challenge, own)
    except WebAuthnException:
        with centre.db.read() as connection:
            known = people.credentials(connection, user.name)
        # As a wrong code does: it comes from whoever knows which passkeys somebody has.
        accounts.count_failure(centre, known)
        return _refuse(centre, user, "not verified")
    with centre.db.write(sessions.actor_of_user(centre, user), Purpose.ADMINISTRATION) as tx:
        if not factors.use_passkey(tx.connection, own, checked.new_sign_count, tx.at):
            raise SignInFailed(_REFUSED)
        tx.audit("passkey.used", "user", user.id, passkey=own.id)
    return user, own


def _verified(
    settings: Settings, answer: str, challenge: bytes, own: Passkey
) -> VerifiedAuthentication:
    """Checks signature, origin, place, verification of the user, and that the count went up: a
    count that did not means that a copy of the passkey may be about."""
    return webauthn.verify_authentication_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=_domain(settings),
        expected_origin=_origin(settings),
        credential_public_key=own.public_key,
        credential_current_sign_count=own.sign_count,
        require_user_verification=True,
    )


def _refuse(centre: Centre, user: User | None, why: str) -> tuple[User, Passkey]:
    with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
        tx.audit("passkey.refused", "user", user.id if user else "", why=why)
    raise SignInFailed(_REFUSED)


def _challenge(centre: Centre, kind: str, detail: Mapping[str, str]) -> bytes:
    challenge, now = secrets.token_bytes(32), centre.clock()
    # No decision and no personal data: what came of it is audited when it comes back.
    with centre.db.maintain() as connection:
        factors.begin(connection, _told(challenge), kind, detail, now + _LIFE, now=now)
    return challenge


def _read(answer: str) -> _Answer:
    """Raises InvalidInput for what is no answer of a browser."""
    try:
        found = json.loads(answer)
        handle = found["response"].get("userHandle") or ""
        client = parse_client_data_json(base64url_to_bytes(found["response"]["clientDataJSON"]))
        return _Answer(
            challenge=client.challenge,
            credential_id=str(found["id"])[:1400],
            user_handle=base64url_to_bytes(handle),
        )
    except (ValueError, KeyError, TypeError, AttributeError, WebAuthnException) as error:
        raise InvalidInput("this is no answer of a passkey") from error


def _transports(answer: str) -> tuple[str, ...]:
    """How the authenticator can be reached, as the browser told it; a hint for later only."""
    told = json.loads(answer)["response"].get("transports")
    known = ("ble", "hybrid", "internal", "nfc", "smart-card", "usb")
    return tuple(own for own in known if isinstance(told, list) and own in told)


def _described(known: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(own.credential_id)) for own in known
    ]


def _told(challenge: bytes) -> str:
    return bytes_to_base64url(challenge)


def _domain(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _require_available(settings: Settings) -> None:
    if not available(settings):
        raise Misconfigured(
            "passkeys need PARAKH_PUBLIC_URL to begin with https:// and a name, not a number"
        )
