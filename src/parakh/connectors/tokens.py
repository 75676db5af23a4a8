"""Keys that hold for a while: OAuth 2.0 client credentials (RFC 6749 4.4)."""

import base64
import threading
from collections.abc import Callable
from time import monotonic
from typing import Protocol
from urllib.parse import quote_plus, urlencode

from parakh.connectors.failures import garbled
from parakh.domain.connector import Verb

USUAL = 300.0
"""Seconds for which a key holds that does not say for how long."""

EARLY = 30.0
"""Seconds before its end at which another is asked for, so that none runs out on the way."""

FORM = "application/x-www-form-urlencoded"


class Answered(Protocol):
    """What is looked at of an answer."""

    def json(self) -> object:
        """The body."""


class Asking(Protocol):
    """The line to the system, as far as it is needed."""

    def post(
        self,
        path: str,
        body: bytes,
        *,
        verb: Verb,
        headers: dict[str, str],
        accepts: tuple[str, ...],
        anonymous: bool,
    ) -> Answered:
        """Sends a form, without the key that is being asked for."""


class ClientToken:
    """The key of a client, asked for once and kept until it runs out or is refused.

    It is asked for at `path` of the system itself, or of the server of keys that `line` leads to.
    """

    def __init__(
        self,
        *,
        path: str,
        client: str,
        secret: Callable[[], str],
        scope: str,
        line: Asking | None = None,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self._path = path
        self._client = client
        self._secret = secret
        self._scope = scope
        self._line = line
        self._steady = steady
        self._lock = threading.Lock()
        self._kept: tuple[str, float] = ("", 0.0)

    def header(self, line: Asking) -> str:
        """The value of the header `authorization`; raises LinkFailed, or Misconfigured without a
        secret."""
        with self._lock:
            token, until = self._kept
            if not token or self._steady() >= until:
                token, seconds = self._asked(self._line or line)
                self._kept = (token, self._steady() + seconds - EARLY)
            return f"Bearer {token}"

    def refused(self) -> None:
        """The system does not take the key any more: another is asked for the next time."""
        with self._lock:
            self._kept = ("", 0.0)

    def _asked(self, line: Asking) -> tuple[str, float]:
        named = f"{quote_plus(self._client)}:{quote_plus(self._secret())}".encode()
        fields = {"grant_type": "client_credentials"}
        if self._scope:
            fields["scope"] = self._scope
        answer = line.post(
            self._path,
            urlencode(fields).encode(),
            verb=Verb.SIGN_IN,
            headers={
                "authorization": f"Basic {base64.b64encode(named).decode()}",
                "content-type": FORM,
            },
            accepts=("application/json",),
            anonymous=True,
        )
        found = answer.json()
        token = found.get("access_token") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(token, str) or not _plain(token):
            raise garbled("it gave no key")
        seconds = found.get("expires_in", USUAL)
        return token, float(seconds) if isinstance(seconds, int | float) else USUAL


def _plain(token: str) -> bool:
    """Whether it can stand in a header (RFC 6750 2.1)."""
    return 0 < len(token) <= 8000 and token.isascii() and token.isprintable() and " " not in token
