"""Systems that are told of what happens: lanes to a declaration system, webhooks to anybody."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256

from parakh.clock import Clock
from parakh.connectors.kit import Feed, News
from parakh.connectors.line import Line
from parakh.connectors.signing import signature
from parakh.domain.connector import ConnectorKind, Verb


class LanePusher:
    """Tells a declaration system which lanes stand: `POST PATH` with up to a hundred in one body.

    Each lane has its number and key; the body's key is made from theirs, so that a body that is
    sent again after a crash is known.
    """

    kind = ConnectorKind.LANES
    feeds = (Feed.LANES,)

    def __init__(self, line: Line, *, path: str, test: str) -> None:
        self.name = line.server.name
        self._line = line
        self._path = path
        self._test = test

    def test(self) -> None:
        """Looks at the path for tests."""
        self._line.get(self._test, verb=Verb.TEST, accepts=())

    def push(self, news: Sequence[News]) -> None:
        """Tells some lanes; raises LinkFailed."""
        lanes = [{"number": own.number, "key": own.key, **own.body} for own in news]
        key = sha256("\n".join(own.key for own in news).encode()).hexdigest()
        self._line.post(self._path, {"format": "parakh-lanes/1", "lanes": lanes}, key=key)


class SignedWebhook:
    """Tells of what happens, one message each, signed as the Standard Webhooks specification says.

    `key` gives the key that signs.
    """

    kind = ConnectorKind.WEBHOOK

    def __init__(
        self,
        line: Line,
        *,
        path: str,
        feeds: Sequence[Feed],
        key: Callable[[], bytes],
        clock: Clock,
    ) -> None:  # fmt: skip
        self.name = line.server.name
        self.feeds = tuple(feeds)
        self._line = line
        self._path = path
        self._key = key
        self._clock = clock

    def test(self) -> None:
        """Sends a message of the type `test`."""
        now = self._clock()
        self._send(News(number=0, key=f"test-{now:%Y%m%dT%H%M%S%f}", what="test", at=now, body={}),
                   Verb.TEST)  # fmt: skip

    def push(self, news: Sequence[News]) -> None:
        """Tells one after the other; raises LinkFailed."""
        for own in news:
            self._send(own, Verb.PUSH)

    def _send(self, own: News, verb: Verb) -> None:
        # Why a lane was given may name somebody, which is the declaration system's affair alone.
        data = {name: value for name, value in own.body.items() if name != "sentence"}
        told = {"type": own.what, "timestamp": own.at.isoformat(), "data": data}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        seconds = int(self._clock().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": own.key,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(self._key(), own.key, seconds, body),
        }
        self._line.post(self._path, body, verb=verb, key=own.key, headers=headers)
