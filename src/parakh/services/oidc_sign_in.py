"""Signing in at the agency's OpenID provider, and out again when it says so."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from parakh.access import Purpose, Role, system_actor
from parakh.domain.ids import new_id
from parakh.domain.sign_in import Method, Stage
from parakh.errors import InvalidInput, Misconfigured, ParakhError, SignInFailed
from parakh.services import accounts, second_factor, sessions
from parakh.services.centre import Centre
from parakh.services.oidc import Provider, claim
from parakh.services.oidc_config import ProviderConfig
from parakh.services.sessions import Came, SignedIn
from parakh.store import agencies, factors, people
from parakh.store.database import Tx
from parakh.store.people import User

BACK = "/sign-in/provider/back"
"""Where the provider sends the browser back to; registered there with the centre's address."""

_DOOR = system_actor("sign-in")
_KIND = "oidc"
_LIFE = timedelta(minutes=10)
_OVER = "This sign-in is over or was begun in another browser. Begin it again."
_UNKNOWN = "Your agency account has no place here. Whoever keeps the accounts can give it one."
_CLOSED = "Your account here is closed."
_TAKEN = "An account of that name is here already, and does not belong to your agency account."


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """The provider as the sign-in page offers it; `down` when it did not answer just now."""

    name: str
    down: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A sign-in that goes on at the provider: where the browser is sent, and the secret that it
    keeps meanwhile."""

    url: str
    secret: str


class _Refused(Exception):
    """Why somebody is not let in: for the audit in a word, for him in a sentence."""

    def __init__(self, why: str, text: str) -> None:
        self.why, self.text = why, text
        super().__init__(why)


def offered(centre: Centre) -> Offered | None:
    """The provider, or None where none is configured, or not rightly: `parakh doctor` tells."""
    try:
        provider = centre.provider
    except Misconfigured:
        return None
    return Offered(name=provider.config.name, down=provider.down) if provider else None


def begin(centre: Centre, then: str) -> Begun:
    """Begins a sign-in; raises ProviderDown when the provider does not answer.

    The browser keeps a secret, so that nobody can be signed in by an address that another browser
    began (RFC 9700, 4.7).
    """
    provider = _provider(centre)
    state, nonce, verifier, secret = (secrets.token_urlsafe(32) for _ in range(4))
    url = provider.authorize_url(
        redirect=_back(centre), state=state, nonce=nonce, verifier=verifier
    )
    now = centre.clock()
    detail = {"nonce": nonce, "verifier": verifier, "secret": secret, "then": then}
    with centre.db.maintain() as connection:
        factors.begin(connection, state, _KIND, detail, now + _LIFE, now=now)
    return Begun(url=url, secret=secret)


def finish(
    centre: Centre, answer: Mapping[str, str], secret: str, came: Came
) -> tuple[SignedIn, str]:
    """The session of whom the provider vouches for, and where he wanted to go.

    A person whom no group of his gives a role is refused; one who comes for the first time gets an
    account; roles and units follow his groups at every sign-in. Raises SignInFailed and
    ProviderDown.
    """
    provider = _provider(centre)
    with centre.db.maintain() as connection:
        begun = factors.finish(connection, answer.get("state", ""), _KIND, centre.clock())
    try:
        if begun is None or not secrets.compare_digest(begun["secret"].encode(), secret.encode()):
            raise _Refused("state", _OVER)
        claims = _vouched(centre, provider, answer, begun)
        return _entered(centre, provider.config, claims, came), begun["then"]
    except _Refused as refused:
        with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
            tx.audit("sign_in.failed", "user", "", by="provider", why=refused.why)
        raise SignInFailed(refused.text) from refused


def end_by_provider(centre: Centre, token: str) -> int:
    """Ends the sessions that a logout token of the provider names; gives how many.

    Raises SignInFailed for a token that does not hold.
    """
    provider = _provider(centre)
    subject, session = provider.logged_out(token)
    with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
        ended, user_id = 0, ""
        if session:
            ended += people.end_sessions(tx.connection, provider_session=session)
        elif subject:
            issuer = provider.config.issuer
            user_id = factors.user_of_identity(tx.connection, issuer, subject) or ""
            ended += people.end_provider_sessions(tx.connection, user_id)
        tx.audit("sessions.ended_by_provider", "user", user_id, sessions=ended)
    return ended


def way_out(centre: Centre) -> str:
    """Where a browser ends its session at the provider; the sign-in page where it cannot."""
    try:
        return _provider(centre).end_session_url(f"{_home(centre)}/sign-in") or "/sign-in"
    except ParakhError:
        return "/sign-in"


# --- within -----------------------------------------------------------------------------------


def _vouched(
    centre: Centre, provider: Provider, answer: Mapping[str, str], begun: Mapping[str, str]
) -> Mapping[str, Any]:
    """What the provider says of the person, by the code that the browser brought back."""
    # RFC 9207: an answer of another provider, mixed up with this one's.
    if answer.get("iss", provider.config.issuer) != provider.config.issuer:
        raise _Refused("issuer", _OVER)
    if not answer.get("code"):
        raise _Refused("no code", _OVER)
    try:
        return provider.claims_of(
            answer["code"],
            redirect=_back(centre),
            verifier=begun["verifier"],
            nonce=begun["nonce"],
        )
    except SignInFailed as error:
        raise _Refused("token", str(error)) from error


def _entered(
    centre: Centre, config: ProviderConfig, claims: Mapping[str, Any], came: Came
) -> SignedIn:
    roles, unit_names = config.granted(_groups(claim(claims, config.groups_claim)))
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not roles:
        raise _Refused("no role" if subject else "no subject", _UNKNOWN)
    # As the door: before he is known, nobody else could answer for it.
    with centre.db.write(_DOOR, Purpose.ADMINISTRATION) as tx:
        user = _user(tx, config, claims, roles, _unit_ids(tx.connection, unit_names))
    with centre.db.write(sessions.actor_of_user(centre, user), Purpose.ADMINISTRATION) as tx:
        stage = Stage.FULL
        if not _strong(config, claims):
            stage = second_factor.stage_of(tx.connection, centre.settings, user)
        return sessions.start(
            centre,
            tx,
            user,
            stage=stage,
            method=Method.PROVIDER,
            came=came,
            provider_session=str(claims.get("sid") or ""),
        )


def _user(
    tx: Tx,
    config: ProviderConfig,
    claims: Mapping[str, Any],
    roles: frozenset[Role],
    units: frozenset[str],
) -> User:
    """The user of an identity, with the roles that he has now."""
    subject = str(claims["sub"])
    user_id = factors.user_of_identity(tx.connection, config.issuer, subject)
    if user_id is None:
        return _new_user(tx, config, claims, roles, units)
    old = people.get_user(tx.connection, user_id)
    if not old.active:
        raise _Refused("closed", _CLOSED)
    user = replace(old, roles=roles, units=units)
    if user != old:
        people.update_user(tx.connection, user)
        people.end_sessions(tx.connection, user_id=user_id)
    tx.audit(
        "user.vouched_for", "user", user_id, roles=sorted(roles), units=sorted(units),
        changed=user != old,
    )  # fmt: skip
    return user


def _new_user(
    tx: Tx,
    config: ProviderConfig,
    claims: Mapping[str, Any],
    roles: frozenset[Role],
    units: frozenset[str],
) -> User:
    """An account for somebody who comes for the first time.

    Never an account that is here by the same name: whoever keeps names at the provider could take
    over anybody's.
    """
    try:
        name = accounts.user_name(str(claim(claims, config.name_claim) or ""))
    except InvalidInput as error:
        raise _Refused("no name", _UNKNOWN) from error
    if people.credentials(tx.connection, name) is not None:
        raise _Refused("name taken", _TAKEN)
    display = str(claim(claims, config.display_claim) or name)[:200]
    user = User(id=new_id(), name=name, display_name=display, roles=roles, units=units)
    people.add_user(tx.connection, user, "", tx.at)
    factors.add_identity(tx.connection, config.issuer, str(claims["sub"]), user.id, tx.at)
    tx.audit("user.added", "user", user.id, name=name, roles=sorted(roles), by="provider")
    return user


def _unit_ids(connection: sa.Connection, names: Iterable[str]) -> frozenset[str]:
    """Identifiers of units that the mapping names; raises Misconfigured for one that is none, and
    _Refused for units of two agencies, for both of which nobody acts."""
    known = people.units(connection)
    by_name = {own.name: own.id for own in known.values()}
    unknown = sorted(own for own in names if own not in known and own not in by_name)
    if unknown:
        raise Misconfigured(f"the mapping names a unit that is not here: {', '.join(unknown)}")
    found = frozenset(own if own in known else by_name[own] for own in names)
    try:
        agencies.require_one_agency(known, found)
    except InvalidInput as error:
        raise _Refused("two agencies", _UNKNOWN) from error
    return found


def unknown_units(connection: sa.Connection, config: ProviderConfig) -> list[str]:
    """Units that the mapping names and that are not here."""
    known = people.units(connection)
    every = {own for grant in config.grants for own in grant.units}
    return sorted(every - known.keys() - {own.name for own in known.values()})


def _groups(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [own for own in found if isinstance(own, str)] if isinstance(found, list) else []


def _strong(config: ProviderConfig, claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for a second factor (Core 2, RFC 8176)."""
    return claims.get("acr") in config.acr or bool(config.amr & set(_groups(claims.get("amr"))))


def _provider(centre: Centre) -> Provider:
    provider = centre.provider
    if provider is None:
        raise Misconfigured("no OpenID provider is configured: see docs/signing-in.md")
    return provider


def _home(centre: Centre) -> str:
    return centre.settings.public_url.rstrip("/")


def _back(centre: Centre) -> str:
    return _home(centre) + BACK
