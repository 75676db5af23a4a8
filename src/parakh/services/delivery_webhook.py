"""Webhooks, signed as the Standard Webhooks specification (1.0.0) says.

The signature is HMAC-SHA256 over `id.timestamp.body`, in base64 after `v1,`. An address is looked
up once, and the connection goes to the very address that was checked, so that a name which changes
in between leads nowhere else. Redirects are not followed.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from parakh.errors import InvalidInput, ParakhError

TIMEOUT = 10.0
"""Seconds for each step: to connect, to send, to begin the answer."""

WHOLE = 30.0
"""Seconds for all of it, so that a server that drips its answer holds nobody up."""

LONGEST_URL = 2000
_PLAIN = re.compile(r"[!-~]+")
"""Signs of ASCII without blanks."""

GONE = 410
"""By this a server says that it wants no more; it is not tried again."""

_TRANSLATED = tuple(
    ipaddress.IPv6Network(own)
    for own in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Here an IPv4 address stands within one of IPv6, and a gateway may lead it into a private network
(RFC 4291 2.5.5.1, RFC 2765 2.1, RFC 6052 2.1, RFC 8215)."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


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
    """The parts of a URL that may be called; raises InvalidInput for one that may not.

    That is https, and http to this machine itself where private addresses are allowed. A name that
    stands for a private address is refused when it is called.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidInput("that is not the address of a webhook") from None
    host = parts.hostname or ""
    if (
        len(url) > LONGEST_URL
        or not host
        or port == 0
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise InvalidInput("that is not the address of a webhook")
    if parts.username or parts.password:
        raise InvalidInput("a webhook's address has no name and password in it")
    literal = _literal(host)
    here = host == "localhost" or (literal is not None and literal.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise InvalidInput("a webhook's address begins with https://")
    if not private and (here or (literal is not None and not _public(literal))):
        raise InvalidInput("private addresses are not allowed: see PARAKH_WEBHOOK_PRIVATE")
    return parts


def signature(key: bytes, message_id: str, at: int, body: bytes) -> str:
    """The value of the header `webhook-signature`; `at` in seconds since 1970."""
    signed = b"%s.%d.%s" % (message_id.encode(), at, body)
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


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
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        known = [ipaddress.ip_address(str(own[4][0]).partition("%")[0]) for own in found]
        allowed = [own for own in known if self._private or _public(own)]
        if self._tls is None:
            allowed = [own for own in allowed if own.is_loopback]
        if not allowed:
            raise Undelivered("the host has no address that may be called")
        return allowed[0]

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _public(address: IpAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or any(address in own for own in _TRANSLATED):
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _public(inner)
    return address.is_global and not address.is_multicast
