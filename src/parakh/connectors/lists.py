"""Watchlists that others publish on the web: fetched when they changed, never put in force here."""

import hashlib
import json

from parakh.connectors.failures import garbled
from parakh.connectors.kit import Batch, Item
from parakh.connectors.line import Answer, Line
from parakh.domain.connector import ConnectorKind, Verb

_PAGES = ("text/html", "application/xhtml+xml")


class PublishedList:
    """Pulls one file. Its cursor holds the file's ETag (RFC 9110 8.8.3) and digest."""

    kind = ConnectorKind.WATCHLIST

    def __init__(self, line: Line, *, path: str, file_name: str) -> None:
        self.name = line.server.name
        self._line = line
        self._path = path
        self._file_name = file_name

    def test(self) -> None:
        """Fetches the file, and throws it away."""
        self._line.get(self._path, verb=Verb.TEST, accepts=(), check=_file)

    def pull(self, cursor: str) -> Batch:
        """The file, unless it is what it was the last time."""
        known = json.loads(cursor) if cursor else {}
        headers = {"if-none-match": known["etag"]} if known.get("etag") else {}
        if known.get("modified"):
            headers["if-modified-since"] = known["modified"]
        answer = self._line.get(self._path, headers=headers, accepts=(), check=_file)
        if answer.status == 304:
            return Batch(cursor=cursor)
        digest = hashlib.sha256(answer.body).hexdigest()
        behind = json.dumps(
            {
                "digest": digest,
                "etag": answer.headers.get("etag", "")[:200],
                "modified": answer.headers.get("last-modified", "")[:60],
            },
            sort_keys=True,
        )
        new = digest != known.get("digest")
        items = (Item(name=self._file_name, data=answer.body),) if new else ()
        return Batch(items=items, cursor=behind)

    def settle(self, item: Item, refused: str) -> None:
        """Who publishes a list is told nothing."""

    def confirm(self, cursor: str) -> None:
        """Who publishes a list is told nothing."""


def _file(answer: Answer) -> None:
    """A page of the web in place of the file is a sign-in, or an apology."""
    if answer.status == 200 and (answer.media_type in _PAGES or not answer.body.strip()):
        raise garbled("it answered with a page or nothing instead of a file")
