"""Which addresses the centre may call, so that nobody makes it call what is its own.

A name is looked up once, and the connection goes to the very address that was checked: a name that
changes in between leads nowhere else.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from parakh.errors import InvalidInput

LONGEST_URL = 2000

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = tuple(
    ipaddress.IPv6Network(own)
    for own in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Here an IPv4 address stands within one of IPv6, and a gateway may lead it into a private network
(RFC 4291 2.5.5.1, RFC 2765 2.1, RFC 6052 2.1, RFC 8215)."""


def checked_url(url: str, what: str, *, private: bool, hint: str) -> SplitResult:
    """The parts of a URL that may be called; raises InvalidInput for one that may not.

    That is https, and http to this machine itself where private addresses are allowed; `what` it
    is the address of, and `hint` how private addresses are allowed, are told in the error. A name
    that stands for a private address is refused when it is called.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidInput(f"that is not the address of {what}") from None
    host = parts.hostname or ""
    if (
        len(url) > LONGEST_URL
        or not host
        or port == 0
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise InvalidInput(f"that is not the address of {what}")
    if parts.username or parts.password:
        raise InvalidInput(f"the address of {what} has no name and password in it")
    literal = literal_of(host)
    here = host == "localhost" or (literal is not None and literal.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise InvalidInput(f"the address of {what} begins with https://")
    if not private and (here or (literal is not None and not is_public(literal))):
        raise InvalidInput(f"private addresses are not allowed: {hint}")
    return parts


def allowed_address(host: str, port: int, *, private: bool, secured: bool) -> IpAddress | None:
    """The first address of a host that may be called, None where there is none; raises OSError.

    Without TLS that is this machine alone.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    known = [ipaddress.ip_address(str(own[4][0]).partition("%")[0]) for own in found]
    allowed = [own for own in known if private or is_public(own)]
    if not secured:
        allowed = [own for own in allowed if own.is_loopback]
    return next(iter(allowed), None)


def literal_of(host: str) -> IpAddress | None:
    """The address that a host's name is, if it is one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: IpAddress) -> bool:
    """Whether an address is one of the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or any(address in own for own in _TRANSLATED):
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
