"""Webhooks, signed as the Standard Webhooks specification (1.0.0) says.

The signature is HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`. An address is looked
up once, and the connection goes to the very address that was checked, so that a name which changes
in between leads nowhere else. Redirects are not followed.
"""

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult

from parakh.connectors import addresses
from parakh.connectors.addresses import IpAddress
from parakh.connectors.signing import signature
from parakh.errors import InvalidInput, ParakhError

TIMEOUT = 10.0
"""Seconds for each step: to connect, to send, to begin the answer."""

WHOLE = 30.0
"""Seconds for all of it, so that a server that drips its answer holds nobody up."""

GONE = 410
"""By this a server says that it wants no more; it is not tried again."""


class Undelivered(ParakhError):
    """A try came to nothing; the text names no person. `final`: trying again is of no use."""

    def __init__(self, cause: str, *, final: bool = False) -> None:
        super().__init__(cause)
        self.final = final


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """Where a webhook is, and the key that signs what it gets.

    `private`: whether addresses of private networks, and of this machine, are allowed.
    """

    url: str
    key: bytes
    private: bool
    tls: ssl.SSLContext


def checked_url(url: str, *, private: bool) -> SplitResult:
    """The parts of a URL that may be called (see `parakh.connectors.addresses`); raises
    InvalidInput for one that may not."""
    return addresses.checked_url(
        url, "a webhook", private=private, hint="see PARAKH_WEBHOOK_PRIVATE"
    )


def post(webhook: Webhook, message_id: str, at: datetime, body: bytes) -> None:
    """Sends one message; raises Undelivered unless the server answers with 2xx."""
    try:
        parts = checked_url(webhook.url, private=webhook.private)
    except InvalidInput as error:
        raise Undelivered(str(error), final=True) from error
    seconds = int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "Parakh",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(webhook.key, message_id, seconds, body),
    }
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        with _Connection(webhook, parts) as connection:
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(cause_of(error)) from error
    if not 200 <= status < 300:
        raise Undelivered(f"the server answered {status}", final=status == GONE)


_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "the name of the server is not known"),
    (TimeoutError, "the server took too long"),
    (ssl.SSLCertVerificationError, "the certificate of the server is not trusted"),
    (ssl.SSLError, "no secure connection to the server came about"),
    (ConnectionRefusedError, "the server refused the connection"),
)


def cause_of(error: Exception) -> str:
    """Why a server was not reached, in words that name nobody."""
    for kind, words in _CAUSES:
        if isinstance(error, kind):
            return words
    return f"the server was not reached: {type(error).__name__}"


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, cut off when it takes too long as a whole."""

    def __init__(self, webhook: Webhook, parts: SplitResult) -> None:
        self._tls = webhook.tls if parts.scheme == "https" else None
        self._private = webhook.private
        port = parts.port or (443 if self._tls else 80)
        super().__init__(parts.hostname or "", port, timeout=TIMEOUT)
        self._timer = threading.Timer(WHOLE, self._cut)

    def __enter__(self) -> "_Connection":
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.close()

    def connect(self) -> None:
        """Connects to the first address of the host that may be called."""
        self.sock = socket.create_connection((str(self._address()), self.port), TIMEOUT)
        if self._tls is not None:
            # The handshake apart, so that there is something to cut off while it drags on.
            secured = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = secured
            secured.do_handshake()

    def _address(self) -> IpAddress:
        found = addresses.allowed_address(
            self.host, self.port, private=self._private, secured=self._tls is not None
        )
        if found is None:
            raise Undelivered("the host has no address that may be called")
        return found

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
