"""What the search box is asked, and what its sources answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.hit import Advice
from parakh.domain.phrase import Phrase
from parakh.normalise.recognise import Reading, Sought
from parakh.services.centre import Centre


class Kind(StrEnum):
    """Kinds of answer, in the order in which they are shown."""

    TRAVELLER = "traveller"
    VOYAGE = "voyage"
    ENTRY = "entry"
    CASE = "case"
    PROFILE = "profile"
    CONSIGNMENT = "consignment"
    CONVEYANCE = "conveyance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One thing that was found.

    Attributes:
        title: what it is called.
        told: what tells it from others like it, each for itself.
        nation: its country (ISO 3166-1 alpha-3), which each page calls in its own language.
        at: the moment that matters most of it, such as when a voyage is due.
        tags: states and the like, as the console words them.
        why: how it answers the question; None where its title says so.
        advice: of the newest assessment of a traveller.
        alert_id: an open alert on it, of the actor's units.
    """

    kind: Kind
    id: str
    title: str
    told: tuple[str, ...] = ()
    nation: str = ""
    at: datetime | None = None
    tags: tuple[StrEnum, ...] = ()
    why: Phrase | None = None
    advice: Advice | None = None
    alert_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as the sources of answers get it; `ports` are those in view, None for all."""

    centre: Centre
    connection: sa.Connection
    actor: Actor
    text: str
    readings: tuple[Reading, ...]
    limit: int
    ports: frozenset[str] | None

    def values(self, kind: Sought) -> list[str]:
        """What was typed, as far as it may name such a thing."""
        return [own.value for own in self.readings if own.kind is kind]


Source = Callable[[Asked], Sequence[Answer]]
"""Finds answers of one kind, the best first: `limit` of them, or more if there are."""
