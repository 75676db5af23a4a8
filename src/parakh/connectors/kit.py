"""What a connector is: a small class that says how one kind of system is spoken to.

It pulls, or pushes, or is asked; it keeps nothing itself. Who calls it stores what it pulls before
the other side is told, remembers how far it came, and calls it again after a crash: nothing is
lost, and what comes twice is known by its bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from parakh.domain.connector import ConnectorKind, Question, Reply


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One transmission as it came; `name` tells it from others of the same system."""

    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one pull brought.

    Attributes:
        cursor: from where the next pull goes on; the same again where there was nothing new.
        more: whether there is more now.
    """

    items: tuple[Item, ...] = ()
    cursor: str
    more: bool = False


class Feed(StrEnum):
    """What a connector that pushes tells of, each in an order that never changes."""

    LANES = "lanes"
    OPERATIONS = "operations"


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """One thing to tell; however often it is told, its key is the same."""

    number: int
    key: str
    what: str
    at: datetime
    body: Mapping[str, Any]


class Connector(Protocol):
    """One linked system."""

    name: str
    kind: ConnectorKind

    def test(self) -> None:
        """Asks whether it is there and lets us in, and changes nothing; raises LinkFailed."""


@runtime_checkable
class Puller(Connector, Protocol):
    """A system from which something is fetched."""

    def pull(self, cursor: str) -> Batch:
        """What came after a cursor, "" for the first time; raises LinkFailed."""

    def settle(self, item: Item, refused: str) -> None:
        """An item is stored for good, or was refused and why."""

    def confirm(self, cursor: str) -> None:
        """All up to a cursor is stored; may be told again after a crash. Raises LinkFailed."""


@runtime_checkable
class Pusher(Connector, Protocol):
    """A system that is told of what happens."""

    feeds: Sequence[Feed]

    def push(self, news: Sequence[News]) -> None:
        """Tells some things of one feed in their order; after a crash they come again.

        Raises LinkFailed; with the outcome REFUSED and a status such as 422, trying the same things
        again is of no use."""


@runtime_checkable
class Asker(Connector, Protocol):
    """A register of identities that answers about one person at a time."""

    def ask(self, question: Question) -> Reply:
        """What it says of a person; raises LinkFailed."""


@runtime_checkable
class Answering(Connector, Protocol):
    """A system that gets the answers to what was fetched from it, if it is `answering`."""

    answering: bool

    def answer(self, name: str, data: bytes) -> None:
        """Gives it one; the same name again is the same answer. Raises LinkFailed."""
