"""How a station's program speaks to its centre: over verified HTTPS, with the station's key."""

import secrets
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson

from parakh.cli.outbox import Packed
from parakh.errors import Misconfigured

SECONDS = 10.0
"""A centre that says nothing for so long is not reached; the person before the gate waits."""

_MOST_ANSWER = 4 * 2**20
_STUMBLED = 500
_TRY_AGAIN = frozenset({401, 408, 425, 429})
"""Refusals that pass: a key that is put right, a centre that is too busy."""


class Outcome(StrEnum):
    """What became of a request; STUMBLED: the centre is there, but failed over this one."""

    ANSWERED = "answered"
    REFUSED = "refused"
    STUMBLED = "stumbled"
    UNREACHED = "unreached"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the centre said (`body` is its JSON), or why it said nothing.

    `status` is of HTTP; 0 when there was no answer at all.
    """

    outcome: Outcome
    status: int = 0
    detail: str = ""
    body: dict[str, Any] | None = None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A centre does not move; following would carry the key and the faces elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Sender:
    """Sends captures and heartbeats to one centre."""

    def __init__(self, centre: str, key: str, *, seconds: float = SECONDS) -> None:
        """Raises Misconfigured for an address that is not HTTPS, unless it is this machine's."""
        self._base = checked_address(centre)
        self._key = key
        self._seconds = seconds
        verified = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        self._opener = urllib.request.build_opener(verified, _NoRedirects())

    def capture(self, packed: Packed) -> Reply:
        """Sends one capture; again under the same identifier as often as need be."""
        border = secrets.token_hex(16)
        kind = f"multipart/form-data; boundary={border}"
        return self._post("/api/v1/gate/captures", _form(packed, border), kind)

    def heartbeat(self, values: dict[str, Any]) -> Reply:
        """Tells how the station is."""
        return self._post("/api/v1/stations/heartbeat", orjson.dumps(values), "application/json")

    def _post(self, path: str, data: bytes, kind: str) -> Reply:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind}
        url = f"{self._base}{path}"
        request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 (checked)
        try:
            with self._opener.open(request, timeout=self._seconds) as response:
                body = _json(response.read(_MOST_ANSWER))
                return Reply(outcome=Outcome.ANSWERED, status=response.status, body=body)
        except urllib.error.HTTPError as error:
            with error:
                body = _json(error.read(_MOST_ANSWER))
            detail = f"{error.code}: {body.get('detail', '')}"
            return Reply(outcome=_refusal(error.code), status=error.code, detail=detail)
        except (OSError, HTTPException) as error:
            return Reply(outcome=Outcome.UNREACHED, detail=f"{type(error).__name__}: {error}")


def _refusal(status: int) -> Outcome:
    if status == _STUMBLED:
        return Outcome.STUMBLED
    passes = status > _STUMBLED or status in _TRY_AGAIN or status < 400
    return Outcome.UNREACHED if passes else Outcome.REFUSED


def checked_address(centre: str) -> str:
    """The centre's address without a slash at its end; raises Misconfigured for a plain one."""
    parts = urlsplit(centre.strip())
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise Misconfigured(f"{centre} is no address such as https://centre.example")
    if parts.username or parts.query or parts.fragment:
        raise Misconfigured(
            "the centre's address holds a name, a query or a fragment: leave it out"
        )
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise Misconfigured(
            f"{centre} is not encrypted: faces are sent over https only (http is for this machine)"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _form(packed: Packed, border: str) -> bytes:
    """Fields and pictures as multipart/form-data (RFC 7578)."""
    fields = {
        "id": packed.id,
        "taken_at": packed.taken_at,
        "document": packed.document,
        "lane": packed.lane,
        "direction": packed.direction,
    }
    pictures = [("frames", frame) for frame in packed.frames]
    if packed.portrait:
        pictures.append(("portrait", packed.portrait))
    parts = [
        _part(border, f'name="{name}"', text.encode()) for name, text in fields.items() if text
    ]
    for name, data in pictures:
        parts.append(_part(border, f'name="{name}"; filename="{name}"', data, binary=True))
    return b"".join([*parts, f"--{border}--\r\n".encode()])


def _part(border: str, disposition: str, data: bytes, *, binary: bool = False) -> bytes:
    kind = "Content-Type: application/octet-stream\r\n" if binary else ""
    head = f"--{border}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n"
    return head.encode() + data + b"\r\n"
