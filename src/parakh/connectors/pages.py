"""Systems that hold transmissions ready page by page: immigration, carriers, declarations.

`GET PATH?after=CURSOR&limit=N` answers 200 with the next transmission and `Next-Cursor`, or 204
when there is none. `POST CONFIRM {"cursor": …}` tells that all up to a cursor is stored.
"""

import hashlib
from collections.abc import Callable, Sequence

from parakh.connectors.failures import garbled
from parakh.connectors.kit import Batch, Item
from parakh.connectors.line import JSON, Answer, Line
from parakh.domain.connector import ConnectorKind, Verb

CURSOR = "next-cursor"
LONGEST_CURSOR = 500
EDIFACT = ("application/edifact", "text/plain", "application/octet-stream")


def document(form: str) -> Callable[[Answer], None]:
    """A check that an answer is a whole JSON document of one of Parakh's formats."""

    def check(answer: Answer) -> None:
        if answer.status == 204:
            return
        found = answer.json()
        if not isinstance(found, dict) or found.get("format") != form:
            raise garbled(f"it answered with something that is no {form}", answer.status)

    return check


def interchange(answer: Answer) -> None:
    """Checks that an answer begins like an interchange (ISO 9735-1: UNA or UNB), and ends."""
    if answer.status != 204 and not answer.body.lstrip().startswith((b"UNA", b"UNB")):
        raise garbled("it answered with something that is no interchange", answer.status)


class Pages:
    """Pulls page after page."""

    def __init__(
        self,
        kind: ConnectorKind,
        line: Line,
        *,
        path: str,
        check: Callable[[Answer], None],
        accepts: Sequence[str] = JSON,
        limit: int = 500,
        confirm: str = "",
    ) -> None:
        self.kind = kind
        self.name = line.server.name
        self._line = line
        self._path = path
        self._check = check
        self._accepts = accepts
        self._limit = limit
        self._confirm = confirm

    def test(self) -> None:
        """Asks for one record, which is thrown away."""
        self._asked("", 1, Verb.TEST)

    def pull(self, cursor: str) -> Batch:
        """The next page."""
        answer = self._asked(cursor, self._limit, Verb.PULL)
        if answer.status == 204:
            return Batch(cursor=cursor)
        behind = answer.headers.get(CURSOR, "")
        if behind == cursor:
            return Batch(cursor=cursor)
        item = Item(name=_file_name(behind), data=answer.body)
        return Batch(items=(item,), cursor=behind, more=True)

    def settle(self, item: Item, refused: str) -> None:
        """Pages are confirmed by their cursor."""

    def confirm(self, cursor: str) -> None:
        """Tells how far all is stored, where the system wants to know."""
        if self._confirm:
            key = hashlib.sha256(f"{self.name}\0{cursor}".encode()).hexdigest()
            self._line.post(self._confirm, {"cursor": cursor}, verb=Verb.CONFIRM, key=key)

    def _asked(self, cursor: str, limit: int, verb: Verb) -> Answer:
        params = {"limit": str(limit)} | ({"after": cursor} if cursor else {})
        return self._line.get(
            self._path, verb=verb, params=params, accepts=self._accepts, check=self._sound
        )

    def _sound(self, answer: Answer) -> None:
        behind = answer.headers.get(CURSOR, "")
        if answer.status == 200 and not 0 < len(behind) <= LONGEST_CURSOR:
            raise garbled("it did not say from where to go on (Next-Cursor)")
        self._check(answer)


class CarrierPages(Pages):
    """Pulls a carrier's interchanges, and gives it the answers to them."""

    def __init__(self, line: Line, *, path: str, limit: int, confirm: str, answers: str) -> None:
        super().__init__(
            ConnectorKind.CARRIER,
            line,
            path=path,
            check=interchange,
            accepts=EDIFACT,
            limit=limit,
            confirm=confirm,
        )
        self.answering = bool(answers)
        self._answers = answers

    def answer(self, name: str, data: bytes) -> None:
        """Posts one CUSRES or ACKRES."""
        headers = {"content-type": "application/edifact", "message-name": name}
        self._line.post(self._answers, data, key=name, headers=headers)


def _file_name(cursor: str) -> str:
    """A page's name: its cursor where that can be one, else a digest of it."""
    plain = cursor.isascii() and cursor.replace("-", "").replace("_", "").isalnum()
    return cursor if plain and len(cursor) <= 60 else hashlib.sha256(cursor.encode()).hexdigest()
