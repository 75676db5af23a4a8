"""Exchanges with another system kept in a file, and given back to a test without the system.

A recording holds whole bodies, and so may hold personal data: it is made by hand only, against a
system that holds none, and is no part of what a centre keeps.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from parakh.errors import Unreadable

_KEPT = frozenset(
    ("content-type", "etag", "last-modified", "link", "next-cursor", "retry-after", "date")
)
"""Headers of an answer that a recording keeps: none with a secret or a session in it."""


class Recorder(httpx.BaseTransport):
    """Passes requests on, and writes each with its answer into a file, one JSON object a line.

    Headers of requests, which hold our key, are left out; of what is asked after a question mark
    and of the body a digest is kept, by which the request is known again.
    """

    def __init__(self, inner: httpx.BaseTransport, path: Path) -> None:
        self._inner = inner
        self._path = path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes one on; a request that fails is not recorded."""
        answer = self._inner.handle_request(request)
        body = answer.read()
        headers = {own: value for own, value in answer.headers.items() if own in _KEPT}
        line = _known_by(request) | {
            "status": answer.status_code,
            "headers": headers,
            "body": base64.b64encode(body).decode(),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
        return _whole(answer.status_code, headers, body, request)

    def close(self) -> None:
        """Ends the connections."""
        self._inner.close()


class Recorded(httpx.BaseTransport):
    """Answers as the recorded system did: the same request gets its answers in their order, the
    last one again and again. Raises Unreadable for a file that is no recording."""

    def __init__(self, path: Path) -> None:
        self._answers: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        try:
            lines = [json.loads(own) for own in path.read_text(encoding="utf-8").splitlines()]
            for line in lines:
                key = (line["method"], line["path"], line["digest"])
                self._answers.setdefault(key, []).append(line)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{path.name} is no recording: {type(error).__name__}") from error

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer; raises a connection error for what was not recorded."""
        known = _known_by(request)
        found = self._answers.get((known["method"], known["path"], known["digest"]))
        if not found:
            raise httpx.ConnectError(f"not recorded: {known['method']} {known['path']}")
        own = found.pop(0) if len(found) > 1 else found[0]
        body = base64.b64decode(own["body"])
        return _whole(own["status"], own["headers"], body, request)


def _whole(
    status: int, headers: Mapping[str, str], body: bytes, request: httpx.Request
) -> httpx.Response:
    """An answer that is still to be read, as one from the network is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body), request=request)


def _known_by(request: httpx.Request) -> dict[str, str]:
    told = request.url.query + b"\0" + request.read()
    return {
        "method": request.method,
        "path": request.url.path,
        "digest": hashlib.sha256(told).hexdigest(),
    }
