"""Changes of entries that are in force: proposed by one person, decided by another."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.listing import FieldChange, field_texts
from parakh.domain.watchlist import WatchlistEntry


class AmendmentState(StrEnum):
    """Four-eyes life of a change."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """A change of an entry: what it would be, and why.

    The entry keeps its identifier, and with it the hits that point to it.

    Attributes:
        before: the entry as it was when the change was proposed.
        after: the entry as it is to be.
        reason: why, in the words of who proposed it.
        decision: why it was approved or rejected; "" while it is open.
    """

    id: str
    entry_id: str
    before: WatchlistEntry
    after: WatchlistEntry
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: AmendmentState = AmendmentState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """The fields that differ."""
        return changed_fields(self.before, self.after)


def changed_fields(before: WatchlistEntry, after: WatchlistEntry) -> tuple[FieldChange, ...]:
    """The fields of an entry that differ, as texts."""
    old, new = field_texts(before), field_texts(after)
    return tuple(
        FieldChange(field=name, before=old[name], after=new[name])
        for name in old
        if old[name] != new[name]
    )
