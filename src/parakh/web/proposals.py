"""What a person typed about lists and entries; entries are read like the rows of an import."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from parakh.domain.message import Problem
from parakh.domain.watchlist import Handling, Watchlist, WatchlistEntry
from parakh.errors import InvalidInput
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.entries import watchlist_entry


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a field that takes several values, without blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def proposed(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry:
    """The entry to be proposed; raises InvalidInput naming the field that cannot be used."""
    entry = watchlist_entry(declared, watchlist_id, proposed_by, now)
    if isinstance(entry, Problem):
        raise InvalidInput(entry.cause)
    return entry


class ListFields(BaseModel):
    """What the form and the API ask of a list."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(max_length=200)
    source: str = Field(max_length=400)
    legal_basis: str = Field(max_length=400)
    handling: Handling

    def watchlist(self, list_id: str) -> Watchlist:
        """The same as a list."""
        return Watchlist(
            id=list_id,
            name=self.name,
            source=self.source,
            legal_basis=self.legal_basis,
            handling=self.handling,
        )
