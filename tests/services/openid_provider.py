"""An OpenID provider on a port of this machine: discovery, keys, codes for signed tokens.

It signs with real RSA keys and checks PKCE, client and redirect address as OpenID Connect Core and
RFC 7636 ask. A test sets what it does wrong: other claims, other keys, silence.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "parakh"
SECRET = "the client's own secret"


def key(name: str) -> RSAKey:
    """A new signing key."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


FIRST, SECOND = key("first"), key("second")


@dataclass
class OpenIdProvider:
    """What the provider knows, and what it does wrong.

    `person` are the claims of whoever signs in next; `changes` what its tokens say instead.
    """

    clock: Any
    person: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    signs: RSAKey = field(default_factory=lambda: FIRST)
    shows: tuple[RSAKey, ...] = field(default_factory=lambda: (FIRST,))
    broken: bool = False
    delay: float = 0.0
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}/realm"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Answers nobody any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- what a browser does ------------------------------------------------------------------

    def sign_in(self, url: str) -> dict[str, str]:
        """The person signs in there: what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def logout_token(self, **changes: Any) -> str:
        """A logout token (Back-Channel Logout 1.0, 2.4)."""
        now = int(self.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": self.person["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | changes
        return self._signed({name: own for name, own in claims.items() if own is not None})

    # --- what the centre asks -----------------------------------------------------------------

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        path = urlsplit(request.path).path.removeprefix("/realm")
        self.asked.append(path)
        time.sleep(self.delay)
        length = int(request.headers.get("content-length", 0))
        form = {n: v[0] for n, v in parse_qs(request.rfile.read(length).decode()).items()}
        status, body = 500, {"error": "broken"}
        if not self.broken:
            status, body = self._answered(path, form)
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _answered(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/logout",
            } | self.metadata
        if path == "/keys":
            return 200, {"keys": [own.as_dict(private=False) for own in self.shows]}
        if path == "/token":
            return self._token(form)
        return 404, {}

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            asked is not None
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form.get("redirect_uri")
            and (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        )
        if not right or asked is None:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.person
        claims |= self.changes
        told = {name: own for name, own in claims.items() if own is not None}
        return 200, {"id_token": self._signed(told), "token_type": "Bearer", "access_token": "x"}

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.signs.kid}
        return jwt.encode(header, claims, self.signs)


def query(answer: dict[str, str]) -> str:
    """What the browser brings back, as it stands in its address."""
    return urlencode(answer)
