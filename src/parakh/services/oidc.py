"""Talking with an OpenID provider: discovery, keys, the code for a token, and what a token says.

OpenID Connect Core 1.0 (authorization code flow), Discovery 1.0, Back-Channel Logout 1.0,
RP-Initiated Logout 1.0; PKCE (RFC 7636) always; tokens are JWTs (RFC 7519) signed with a public
key of the provider's set (RFC 7517), never with a shared secret or not at all.
"""

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from parakh.clock import Clock
from parakh.errors import ParakhError, SignInFailed
from parakh.services.oidc_config import ProviderConfig, trusted

SKEW_SECONDS = 60
"""So far the provider's clock may be off."""

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_FRESH_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 10.0
_DOWN_SECONDS = 15.0
_OLDEST_SECONDS = 600
_MOST_BYTES = 1024 * 1024
_WAIT_SECONDS = 8.0
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_BAD = "The agency's sign-in service gave an answer that does not hold. Try again."


class ProviderDown(ParakhError):
    """The provider does not answer, or not with what it must; nothing is said of the person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0, 3)."""

    authorize: str
    token: str
    keys: str
    end_session: str


class Provider:
    """One provider, with what it said of itself and its keys remembered for an hour.

    Safe to use from several threads. All that asks the provider raises ProviderDown when it does
    not answer in time; for some seconds afterwards it is not asked again.
    """

    def __init__(
        self,
        config: ProviderConfig,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.config = config
        self._clock = clock
        self._client = httpx.Client(transport=transport, timeout=_TIMEOUT, trust_env=False)
        self._lock = Lock()
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._down_until = 0.0

    @property
    def down(self) -> bool:
        """Whether it did not answer a moment ago."""
        return time.monotonic() < self._down_until

    def metadata(self) -> Metadata:
        """What the provider says of itself; its issuer must be the one that is configured."""
        with self._lock:
            if self._metadata is None or _old(self._metadata[1], _FRESH_SECONDS):
                self._metadata = (self._discovered(), time.monotonic())
            return self._metadata[0]

    def authorize_url(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent to sign in (Core 3.1.2.1, RFC 7636 4.3)."""
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.config.client_id,
                "redirect_uri": redirect,
                "scope": " ".join(self.config.scopes),
                "state": state,
                "nonce": nonce,
                "code_challenge": _challenge(verifier),
                "code_challenge_method": "S256",
            }
        )
        return _with_query(self.metadata().authorize, query)

    def claims_of(
        self, code: str, *, redirect: str, verifier: str, nonce: str
    ) -> Mapping[str, Any]:
        """The checked claims of the ID token that a code is good for (Core 3.1.3).

        Raises SignInFailed for a code that is refused and for a token that does not hold.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
            "client_id": self.config.client_id,
        }
        secret = self.config.secret()
        if secret is not None:
            form["client_secret"] = secret
        answer = self._asked("POST", self.metadata().token, form)
        claims = self._claims(str(answer.get("id_token", "")))
        if claims.get("nonce") != nonce:
            raise SignInFailed(_BAD)
        return claims

    def logged_out(self, token: str) -> tuple[str, str]:
        """The subject and the session that a logout token ends, either may be "".

        Back-Channel Logout 1.0, 2.6. Raises SignInFailed for a token that does not hold.
        """
        claims = self._claims(token)
        events = claims.get("events")
        if not isinstance(events, dict) or _LOGOUT not in events or "nonce" in claims:
            raise SignInFailed(_BAD)
        subject, session = str(claims.get("sub") or ""), str(claims.get("sid") or "")
        if not subject and not session:
            raise SignInFailed(_BAD)
        return subject, session

    def end_session_url(self, back: str) -> str:
        """Where a browser is sent to end the session there too; "" where that is not offered.

        Without the ID token as a hint, which would carry personal data in an address.
        """
        place = self.metadata().end_session
        query = urlencode({"client_id": self.config.client_id, "post_logout_redirect_uri": back})
        return _with_query(place, query) if place else ""

    def check(self) -> int:
        """Asks the provider for what it says of itself, and its keys; gives how many keys."""
        self.metadata()
        return len(self._key_set(fresh=True).keys)

    # --- within -------------------------------------------------------------------------------

    def _discovered(self) -> Metadata:
        place = f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._asked("GET", place)
        if found.get("issuer") != self.config.issuer:
            raise ProviderDown("the sign-in service names another issuer than is configured")
        if not all(trusted(found.get(name)) for name in _NEEDED):
            raise ProviderDown("the sign-in service names no addresses over HTTPS")
        end = found.get("end_session_endpoint")
        return Metadata(
            authorize=str(found["authorization_endpoint"]),
            token=str(found["token_endpoint"]),
            keys=str(found["jwks_uri"]),
            end_session=str(end) if trusted(end) else "",
        )

    def _claims(self, token: str) -> dict[str, Any]:
        """A token's claims once its signature, issuer, audience and times hold (Core 3.1.3.7)."""
        try:
            claims = self._decoded(token)
        except (JoseError, ValueError) as error:
            raise SignInFailed(_BAD) from error
        if not _holds(claims, self.config, self._clock().timestamp()):
            raise SignInFailed(_BAD)
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """The claims under the keys remembered, or, for a key that is new, under fresh ones."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS).claims
        except InvalidKeyIdError:
            return jwt.decode(token, self._key_set(fresh=True), algorithms=_ALGORITHMS).claims

    def _key_set(self, *, fresh: bool = False) -> KeySet:
        """The provider's keys; asked for anew at most every few seconds, whatever tokens name."""
        place = self.metadata().keys
        with self._lock:
            most = _KEYS_AGAIN_SECONDS if fresh else _FRESH_SECONDS
            if self._keys is None or _old(self._keys[1], most):
                found = self._asked("GET", place)
                try:
                    keys = KeySet.import_key_set({"keys": _public(found)})
                except (JoseError, ValueError, TypeError) as error:
                    raise ProviderDown("the sign-in service's keys cannot be read") from error
                self._keys = (keys, time.monotonic())
            return self._keys[0]

    def _asked(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A JSON object from the provider; raises ProviderDown, or SignInFailed for a code that it
        refuses."""
        if self.down:
            raise ProviderDown("the sign-in service does not answer just now")
        try:
            status, content = self._fetched(method, url, form)
        except httpx.HTTPError as error:
            self._down_until = time.monotonic() + _DOWN_SECONDS
            raise ProviderDown("the sign-in service does not answer just now") from error
        if status in (400, 401, 403) and form is not None:
            raise SignInFailed(_BAD)
        try:
            found = httpx.Response(status, content=content).json() if status == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            self._down_until = time.monotonic() + _DOWN_SECONDS
            raise ProviderDown("the sign-in service does not answer as it must")
        return found

    def _fetched(self, method: str, url: str, form: Mapping[str, str] | None) -> tuple[int, bytes]:
        """Status and bytes; bounded in length and, however slowly they drip, in time."""
        ends, content = time.monotonic() + _WAIT_SECONDS, b""
        with self._client.stream(method, url, data=form) as answer:
            for part in answer.iter_bytes():
                content += part
                if len(content) > _MOST_BYTES or time.monotonic() > ends:
                    raise httpx.ReadTimeout("too long or too slow an answer")
            return answer.status_code, content


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name; a name with dots, where there is no such claim, leads into objects."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def _holds(claims: Mapping[str, Any], config: ProviderConfig, now: float) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    times = [claims.get(name) for name in ("exp", "iat")]
    if not all(isinstance(own, int | float) and not isinstance(own, bool) for own in times):
        return False
    before = claims.get("nbf", 0)
    return (
        claims.get("iss") == config.issuer
        and config.client_id in audiences
        and (len(audiences) == 1 or party is not None)
        and party in (None, config.client_id)
        and now < claims["exp"] + SKEW_SECONDS
        and claims["iat"] - SKEW_SECONDS <= now <= claims["iat"] + _OLDEST_SECONDS + SKEW_SECONDS
        and isinstance(before, int | float)
        and before - SKEW_SECONDS <= now
    )


def _public(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The keys of a set that sign, without those that share a secret."""
    keys = found.get("keys")
    if not isinstance(keys, list):
        return []
    return [
        own
        for own in keys
        if isinstance(own, dict) and own.get("kty") != "oct" and own.get("use", "sig") == "sig"
    ]


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with_query(place: str, query: str) -> str:
    return f"{place}{'&' if '?' in place else '?'}{query}"


def _old(since: float, most: float) -> bool:
    return time.monotonic() - since > most
