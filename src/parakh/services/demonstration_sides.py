"""The other sides of the demonstration's linked systems, played by a web server on this machine.

An immigration system that tells of two crossings a minute, a register of identities, a declaration
system that is told lanes, somebody who takes webhooks, and an airline that stops answering. Nobody
whom they tell of exists.
"""

import hmac
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from parakh.services.centre import Centre
from parakh.simulate.people import HOME, Route, passengers
from parakh.store import travellers

AIRLINE_SECONDS = 20.0
"""So long the airline answers after the demonstration began."""

POST = "PKPEW"
"""Where the immigration system sees people cross."""

ELSEWHERE = "7"
"""The register has another birth date of everybody whose number ends so."""

_CAME = Route(
    origin="KBL",
    destination=POST,
    country=HOME,
    nations={HOME: 70, "AFG": 30},
    feeders=("DXB",),
    bag_prefix="0000",
)
_MOST_BYTES = 1 << 20

Answer = tuple[int, bytes, dict[str, str]]
"""Status, body and headers."""


class OtherSides(ThreadingHTTPServer):
    """Answers whoever has the key; raises OSError where the port is taken.

    What it says of a minute it says again when asked again, also after it was started anew.
    """

    daemon_threads = True

    def __init__(self, centre: Centre, key: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.centre = centre
        self._key = key
        self._began = monotonic()
        self._thread = threading.Thread(
            target=self.serve_forever, name="parakh-demo-sides", daemon=True
        )
        self._routes: dict[tuple[str, str], Callable[[dict[str, str], bytes], Answer]] = {
            ("GET", "/immigration/crossings"): self._crossings,
            ("POST", "/immigration/confirmed"): _taken,
            ("POST", "/register/verify"): self._verify,
            ("GET", "/register/health"): _taken,
            ("POST", "/declarations/lanes"): _taken,
            ("GET", "/declarations/health"): _taken,
            ("POST", "/duty-room"): _taken,
            ("GET", "/airline/messages"): self._airline,
        }

    def start(self) -> None:
        """Begins to answer, in a thread of its own."""
        self._thread.start()

    def halt(self) -> None:
        """Stops."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Who asked hung up, which is his own affair."""

    def answered(self, method: str, target: str, given: str, body: bytes) -> Answer:
        """What is said to one request; `given` is its header `authorization`."""
        url = urlsplit(target)
        route = self._routes.get((method, url.path))
        if route is None:
            return 404, b"", {}
        # A webhook is known by its signature, and has no key in its header.
        if url.path != "/duty-room" and not hmac.compare_digest(given, f"Bearer {self._key}"):
            return 401, b"", {}
        return route({name: own[0] for name, own in parse_qs(url.query).items()}, body)

    # --- the systems --------------------------------------------------------------------------

    def _crossings(self, asked: dict[str, str], _: bytes) -> Answer:
        now = self.centre.clock()
        minute = int(now.timestamp() // 60)
        after = asked.get("after", "")
        if after.isdecimal() and int(after) >= minute:
            return 204, b"", {}
        made = {
            "format": "parakh-crossings/1",
            "source": "Immigration (demonstration)",
            "crossings": _crossed(minute, now),
        }
        return 200, json.dumps(made).encode(), {"next-cursor": str(minute)}

    def _airline(self, _: dict[str, str], __: bytes) -> Answer:
        well = monotonic() - self._began < AIRLINE_SECONDS
        return (204 if well else 503), b"", {}

    def _verify(self, _: dict[str, str], body: bytes) -> Answer:
        """Knows the travellers on file by their documents, and one in ten by another birth date."""
        try:
            asked = json.loads(body)
            number = str(asked["number"])
        except (ValueError, TypeError, KeyError):
            return 400, b"", {}
        with self.centre.db.read() as connection:
            found = travellers.with_document(connection, number)
        if not found:
            return 200, json.dumps({"result": "unknown"}).encode(), {}
        fields = {
            "number": True,
            "name": any(own.name.family == asked.get("family_name") for own in found),
            "birth_date": not number.endswith(ELSEWHERE)
            and any(str(own.birth_date) == asked.get("birth_date") for own in found),
        }
        agree = sum(fields.values())
        told = {
            "result": {1: "not", 2: "partly", 3: "match"}[agree],
            "fields": fields,
            "reference": f"REG-{crc32(number.encode()):08X}",
        }
        return 200, json.dumps(told).encode(), {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OtherSides

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Says nothing: what was asked stands on the page of linked systems."""

    def _answer(self) -> None:
        size = int(self.headers.get("content-length", 0))
        if size > _MOST_BYTES:
            self.close_connection = True
            self.send_error(413)
            return
        given = self.headers.get("authorization", "")
        status, body, headers = self.server.answered(
            self.command, self.path, given, self.rfile.read(size)
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _taken(_: dict[str, str], __: bytes) -> Answer:
    return 200, b"{}", {}


def _crossed(minute: int, now: datetime) -> list[dict[str, Any]]:
    rng = Random(minute)  # noqa: S311  (believable, repeatable data; nothing secret)
    came = passengers(rng, _CAME, 2, now.date())
    return [
        {
            "reference": f"{minute}-{number}",
            "action": "recorded",
            "at": (now - timedelta(seconds=20 + 15 * number)).isoformat(timespec="seconds"),
            "port": POST,
            "lane": str(1 + rng.randrange(3)),
            "direction": rng.choice(("entry", "exit")),
            "traveller": {
                "family_name": own.family,
                "given_names": own.given,
                "birth_date": own.born.isoformat(),
                "sex": own.sex,
                "nationality": own.nation,
            },
            "documents": [{"type": "P", "number": own.documents[0].number, "issuer": own.nation}],
        }
        for number, own in enumerate(came)
    ]
