"""Any system that answers with JSON: a small table says what of it becomes what of Parakh's forms.

Places are JSON Pointers (RFC 6901); `=TEXT` stands for the text itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parakh.connectors.failures import garbled
from parakh.connectors.kit import Batch, Item
from parakh.connectors.line import Answer, Line
from parakh.domain.connector import ConnectorKind, Verb
from parakh.errors import InvalidInput

FORMS: Mapping[str, str] = {
    "parakh-crossings/1": "crossings",
    "parakh-consignments/1": "consignments",
    "parakh-movements/1": "movements",
    "parakh-currency/1": "declarations",
    "parakh-enforcement/1": "seizures",
}
"""Forms that a mapping may make, and the member that holds their records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What becomes what; raises InvalidInput for a place that is none.

    Attributes:
        form: one of FORMS.
        items: place of the list of records in the answer; "" for the answer itself.
        fields: by place in the made record, the place in theirs or `=TEXT`.
        values: by place in the made record, our words by theirs; other words stay as they are.
        following: place of the next cursor in the answer; "" where the system always tells all.
    """

    form: str
    items: str
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    following: str = ""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InvalidInput(f"form: it is one of {', '.join(FORMS)}")
        theirs = (own for own in self.fields.values() if not own.startswith("="))
        for place in (self.items, self.following, *self.fields, *self.values, *theirs):
            _steps(place)
        if "" in self.fields or not self.fields:
            raise InvalidInput("fields: name a place for each")

    def made(self, source: str, found: Any) -> bytes:
        """An answer in the form; the same answer makes the same bytes. Raises LinkFailed."""
        records = at(found, self.items)
        if not isinstance(records, list):
            raise garbled("its answer has no list where the table says")
        document = {
            "format": self.form,
            "source": source,
            FORMS[self.form]: [self._record(own) for own in records],
        }
        return json.dumps(document, ensure_ascii=False, indent=0, sort_keys=False).encode()

    def _record(self, theirs: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for place, source in self.fields.items():
            value = source[1:] if source.startswith("=") else at(theirs, source)
            if value is None:
                continue
            words = self.values.get(place, {})
            _put(made, place, words.get(value, value) if isinstance(value, str) else value)
        return made


def at(value: Any, pointer: str) -> Any:
    """What stands at a place (RFC 6901); None where nothing does."""
    for step in _steps(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit():
            place = int(step) if len(step) < 10 else len(value)
            value = value[place] if place < len(value) else None
        else:
            return None
    return value


def _put(made: dict[str, Any], pointer: str, value: Any) -> None:
    *path, last = _steps(pointer)
    for step in path:
        inner = made.setdefault(step, {})
        made = inner if isinstance(inner, dict) else {}
    made[last] = value


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise InvalidInput(f"{pointer!r} is no JSON Pointer: it begins with /")
    return [own.replace("~1", "/").replace("~0", "~") for own in pointer.split("/")[1:]]


class Mapped:
    """Pulls from a system that answers with JSON of its own."""

    kind = ConnectorKind.REST

    def __init__(self, line: Line, *, path: str, table: Table, after: str = "after") -> None:
        self.name = line.server.name
        self._line = line
        self._path = path
        self._table = table
        self._after = after

    def test(self) -> None:
        """Asks once, and throws the answer away."""
        self._asked("", Verb.TEST)

    def pull(self, cursor: str) -> Batch:
        """The next records; of a system that tells all, what it tells when that is new."""
        found = self._asked(cursor, Verb.PULL)
        data = self._table.made(self.name, found)
        digest = hashlib.sha256(data).hexdigest()
        if self._table.following:
            told = at(found, self._table.following)
            behind = cursor if told is None or isinstance(told, dict | list) else str(told)
        else:
            behind = digest
        if behind == cursor:
            return Batch(cursor=cursor)
        empty = not at(found, self._table.items)
        items = () if empty else (Item(name=digest[:16], data=data),)
        return Batch(items=items, cursor=behind, more=bool(self._table.following))

    def settle(self, item: Item, refused: str) -> None:
        """Such a system is told nothing."""

    def confirm(self, cursor: str) -> None:
        """Such a system is told nothing."""

    def _asked(self, cursor: str, verb: Verb) -> Any:
        params = {self._after: cursor} if cursor and self._table.following else {}

        def check(answer: Answer) -> None:
            self._table.made(self.name, answer.json())

        return self._line.get(self._path, verb=verb, params=params, check=check).json()
