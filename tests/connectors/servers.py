"""Other sides: a web server of this machine that behaves as linked systems do, well and badly."""

import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a key of theirs"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(kw_only=True)
class Said:
    """One answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[[Asked], Said]


class OtherSide(ThreadingHTTPServer):
    """Answers by `routes` (method and path) to who has the key, and by `open_to` (path) to all;
    keeps what came.

    `faults` are done first, one a request: `500`, `429` (Retry-After 1), `later` (Retry-After 60),
    `slow` (drips for ever), `silent`, `cut`, `garbage`, `html`, `schema`, `huge`, `gzip`,
    `elsewhere`; `""` is none. Without a `token` it lets everybody in.
    `ahead` is how far its clock goes wrong.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/api"
        self.routes: dict[tuple[str, str], Route] = {}
        self.open_to: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.faults: list[str] = []
        self.ahead = timedelta()
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.token = TOKEN

    def handle_error(self, *_: object) -> None:
        """Who asked hung up, which is his own affair."""

    def count(self, method: str, path: str) -> int:
        """How often something was asked."""
        return sum(own.method == method and own.path == path for own in self.asked)

    @contextmanager
    def running(self) -> Iterator["OtherSide"]:
        thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OtherSide

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.clock() + self.server.ahead, usegmt=True)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=url.path.removeprefix("/api"),
            params={name: own[0] for name, own in parse_qs(url.query).items()},
            headers={name.lower(): own for name, own in self.headers.items()},
            body=body,
        )
        self.server.asked.append(asked)
        fault = self.server.faults.pop(0) if self.server.faults else ""
        try:
            if fault:
                self._fail(fault)
            elif asked.path in self.server.open_to:
                self._send(self.server.open_to[asked.path](asked))
            elif not self._let_in(asked):
                self._send(Said(status=401))
            else:
                route = self.server.routes.get((asked.method, asked.path))
                self._send(route(asked) if route else Said(status=404))
        except ConnectionError:
            self.close_connection = True  # who asked did not wait

    def _let_in(self, asked: Asked) -> bool:
        given = asked.headers.get("authorization")
        return not self.server.token or given == f"Bearer {self.server.token}"

    def _send(self, said: Said) -> None:
        self.send_response(said.status)
        for name, own in said.headers.items():
            self.send_header(name, own)
        if said.status not in (204, 304):
            self.send_header("content-type", said.kind)
            self.send_header("content-length", str(len(said.body)))
        self.end_headers()
        if said.status not in (204, 304):
            self.wfile.write(said.body)

    def _fail(self, fault: str) -> None:
        if fault in ("slow", "silent", "cut"):
            self._break(fault)
            return
        cursor = {"next-cursor": "9"}
        self._send(
            {
                "500": Said(status=500),
                "422": Said(status=422),
                "429": Said(status=429, headers={"retry-after": "1"}),
                "later": Said(status=503, headers={"retry-after": "60"}),
                "garbage": Said(body=b"\x00\xff{not json", headers=cursor),
                "html": Said(body=b"<html>Sign in</html>", kind="text/html", headers=cursor),
                "schema": Said(body=b'{"format": "other/7"}', headers=cursor),
                "huge": Said(body=b'{"a": "' + b"x" * 2_000_000 + b'"}', headers=cursor),
                "gzip": Said(
                    body=gzip.compress(b"{}" * 1000),
                    headers={**cursor, "content-encoding": "gzip"},
                ),
                "elsewhere": Said(status=302, headers={"location": "/api/secret"}),
            }[fault]
        )

    def _break(self, fault: str) -> None:
        self.close_connection = True
        if fault == "silent":
            self.rfile.read(1)  # until who asked hangs up
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
        self.wfile.write(b"content-length: 100000\r\nnext-cursor: 9\r\n\r\n{")
        self.wfile.flush()
        if fault == "slow":
            for _ in range(500):  # ten seconds, unless who asked hangs up
                time.sleep(0.02)
                self.wfile.write(b" ")
        self.connection.shutdown(socket.SHUT_RDWR)


# --- kinds of systems ---------------------------------------------------------------------------


class PageHouse:
    """Holds transmissions ready one by one; cursors are their numbers. It forgets nothing."""

    def __init__(self, server: OtherSide, path: str, kind: str = "application/json") -> None:
        self.pages: list[bytes] = []
        self.confirmed: list[str] = []
        self._kind = kind
        server.routes["GET", path] = self._page
        server.routes["POST", f"{path}/confirm"] = self._confirm

    def _page(self, asked: Asked) -> Said:
        at = int(asked.params.get("after", "0"))
        if at >= len(self.pages):
            return Said(status=204)
        return Said(body=self.pages[at], kind=self._kind, headers={"next-cursor": str(at + 1)})

    def _confirm(self, asked: Asked) -> Said:
        self.confirmed.append(asked.json["cursor"])
        return Said(body=b"{}")


class Registry:
    """A register of identities: knows some persons by number, and says more than it is asked."""

    def __init__(self, server: OtherSide, path: str = "/verify") -> None:
        self.persons: dict[str, dict[str, str]] = {}
        server.routes["POST", path] = self._verify
        server.routes["GET", "/"] = lambda _: Said(body=b"{}")

    def _verify(self, asked: Asked) -> Said:
        told = asked.json
        person = self.persons.get(told["number"])
        if person is None:
            answer: dict[str, Any] = {"result": "unknown"}
        else:
            fields = {
                "number": True,
                "name": told["family_name"] == person["family"],
                "birth_date": told.get("birth_date") == person["born"],
            }
            if "portrait" in told:
                fields["portrait"] = True
            agreeing = sum(fields.values())
            result = "match" if all(fields.values()) else "partly" if agreeing > 1 else "not"
            answer = {
                "result": result,
                "fields": fields,
                "reference": "REG-1",
                "address": "12 Secret Lane",
            }
        return Said(body=json.dumps(answer).encode())


class ListHouse:
    """Publishes a file with its ETag."""

    def __init__(self, server: OtherSide, path: str, data: bytes) -> None:
        self.data = data
        server.routes["GET", path] = self._file

    def _file(self, asked: Asked) -> Said:
        tag = f'"{hashlib.sha256(self.data).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == tag:
            return Said(status=304, headers={"etag": tag})
        return Said(body=self.data, kind="text/csv", headers={"etag": tag})
