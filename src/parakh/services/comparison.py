"""What a new version of a list changes, found entry by entry."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.domain.listing import Difference, DifferenceKind
from parakh.domain.watchlist import WatchlistEntry, listed_content
from parakh.services.watchlists import LONGEST
from parakh.store import watchlists

RENEWED = timedelta(days=365)
"""An entry that its source still lists is given new life when it has less than this left."""

NAME_LENGTH = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """An entry in force that an earlier version brought, and by what it is compared."""

    entry_id: str
    digest: str
    expires_at: datetime | None


class Comparison:
    """Entries of a file, taken one by one, against those in force in their list.

    An entry is the same one as before by its source's identifier, where both have one, else by its
    kind, names, birth dates, documents and identifiers. Those that were made by hand stay as they
    are, whatever the file says.
    """

    def __init__(self, connection: sa.Connection, watchlist_id: str, now: datetime) -> None:
        self._connection = connection
        self._list_id = watchlist_id
        self._now = now
        self._known: dict[str, _Known] = {}
        self._by_hand = set[str]()
        self._seen = set[str]()
        self._added: list[Difference] = []
        self._changed: list[tuple[_Known, WatchlistEntry]] = []
        self.same = 0
        for entry, version_id in watchlists.in_force(connection, watchlist_id):
            if version_id is None:
                self._by_hand.add(_content_key(entry))
                continue
            self._known[_key(entry)] = _Known(
                entry_id=entry.id, digest=_digest(entry), expires_at=entry.expires_at
            )

    def by_hand(self, entry: WatchlistEntry) -> bool:
        """Whether an entry that was made by hand names the same."""
        return bool(self._by_hand) and _content_key(entry) in self._by_hand

    def take(self, entry: WatchlistEntry) -> bool:
        """Takes an entry of the file; False if the file has it already."""
        key = _key(entry)
        if key not in self._known and entry.source_id:
            key = _content_key(entry) if _content_key(entry) in self._known else key
        if key in self._seen:
            return False
        self._seen.add(key)
        known = self._known.get(key)
        entry = replace(entry, expires_at=self._expiry(entry, known))
        if known is None:
            self._added.append(_difference(DifferenceKind.ADDED, new_id(), None, entry))
        elif known.digest == _digest(entry):
            self.same += 1
        else:
            self._changed.append((known, entry))
        return True

    def differences(self, unread: Iterable[str] = ()) -> list[Difference]:
        """All that changes, numbered: added ones, changed ones, and those that the file lacks.

        Those are not taken away of which a row tells that could not be read; `unread` is how these
        rows are told of (`parakh.ingest.lists.declared.DeclaredEntry.told`).
        """
        removed = [own.entry_id for key, own in self._known.items() if key not in self._seen]
        before = watchlists.entries_by_id(
            self._connection, [*removed, *(known.entry_id for known, _ in self._changed)]
        )
        parts = _parts_of(unread)
        kept = [own for own in removed if parts and _told_by(before[own]) & parts]
        self.same += len(kept)
        stay = set(kept)
        removed = [own for own in removed if own not in stay]
        found = [
            *self._added,
            *(
                _difference(DifferenceKind.CHANGED, own.entry_id, before[own.entry_id], entry)
                for own, entry in self._changed
            ),
            *(
                _difference(DifferenceKind.REMOVED, entry_id, before[entry_id], None)
                for entry_id in removed
            ),
        ]
        return [replace(own, ordinal=place) for place, own in enumerate(found, 1)]

    def _expiry(self, entry: WatchlistEntry, known: _Known | None) -> datetime:
        """The list's own expiry, within the longest life; without one as long as it is listed."""
        latest = self._now + LONGEST
        if entry.expires_at is not None:
            return min(entry.expires_at, latest)
        if known is None or known.expires_at is None or known.expires_at < self._now + RENEWED:
            return latest
        return known.expires_at


def _difference(
    kind: DifferenceKind,
    entry_id: str,
    before: WatchlistEntry | None,
    after: WatchlistEntry | None,
) -> Difference:
    return Difference(
        ordinal=0,
        kind=kind,
        entry_id=entry_id,
        name=_name(after or before),
        before=before and listed_content(before),
        after=after and listed_content(after),
    )


def _name(entry: WatchlistEntry | None) -> str:
    """By which an entry is told in a list."""
    if entry is None:
        return ""
    told = (
        *map(str, entry.names),
        *(own.number for own in entry.documents),
        *(own.value for own in entry.identifiers),
    )
    return next(iter(told), "")[:NAME_LENGTH]


def _parts_of(unread: Iterable[str]) -> set[str]:
    """What such a row may be known by: an identifier in front, a name or number behind it."""
    parts = set[str]()
    for text in unread:
        words = text.upper().split(" ")
        for place in range(len(words) + 1):
            parts |= {" ".join(words[:place]), " ".join(words[place:])}
    return parts - {""}


def _told_by(entry: WatchlistEntry) -> set[str]:
    """By what an entry is told of where its row cannot be read."""
    if entry.source_id:
        return {entry.source_id.upper()}
    return {*(str(own).upper() for own in entry.names), *(own.number for own in entry.documents)}


def _key(entry: WatchlistEntry) -> str:
    return f"source {entry.source_id}" if entry.source_id else _content_key(entry)


def _content_key(entry: WatchlistEntry) -> str:
    return _hashed((entry.kind, entry.names, entry.birth_dates, entry.documents, entry.identifiers))


def _digest(entry: WatchlistEntry) -> str:
    return _hashed(listed_content(entry))


def _hashed(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()
