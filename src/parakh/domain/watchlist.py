"""Watchlists and their entries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import Document, PersonName, Sex


class Handling(StrEnum):
    """What a unit is advised to do about a hit; advice, never an order to the machine."""

    INFORM = "inform"
    INSPECT = "inspect"
    REFER = "refer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Watchlist:
    """A named list with the reason it may be held at all."""

    id: str
    name: str
    source: str
    legal_basis: str
    handling: Handling


class EntryKind(StrEnum):
    """What an entry stands for."""

    PERSON = "person"
    DOCUMENT = "document"


class EntryState(StrEnum):
    """Four-eyes life of an entry: one person proposes, another decides."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"

    def can_become(self, other: "EntryState") -> bool:
        """Whether the step is allowed."""
        return other in _NEXT[self]


_NEXT = {
    EntryState.PROPOSED: {EntryState.APPROVED, EntryState.REJECTED},
    EntryState.APPROVED: {EntryState.RETIRED},
    EntryState.REJECTED: set[EntryState](),
    EntryState.RETIRED: set[EntryState](),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchlistEntry:
    """Somebody or something to look out for.

    Attributes:
        names: the primary name first, then aliases and other spellings.
        reason: why it is listed, as the officer may read it.
        proposed_by: user who proposed it; `decided_by` must be somebody else.
        expires_at: after this moment it is not screened any more.
    """

    id: str
    watchlist_id: str
    kind: EntryKind
    names: tuple[PersonName, ...]
    birth_dates: tuple[PartialDate, ...] = ()
    sex: Sex | None = None
    nationalities: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    reason: str = ""
    state: EntryState = EntryState.PROPOSED
    proposed_by: str = ""
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None

    def listed_at(self, moment: datetime) -> bool:
        """Whether travellers are screened against it at `moment`."""
        return self.state is EntryState.APPROVED and (
            self.expires_at is None or moment < self.expires_at
        )
