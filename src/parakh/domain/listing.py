"""Versions of a watchlist: what its source said at one time, and what that changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.message import Problem, Severity
from parakh.domain.watchlist import WatchlistEntry

MOST_REMOVED = 1 / 3
"""A version that takes more than this share of a list away must be confirmed: its file may have
been cut off."""


class VersionState(StrEnum):
    """Four-eyes life of a version: one person prepares it, another decides."""

    PENDING = "pending"
    APPLIED = "applied"
    DISCARDED = "discarded"


class DifferenceKind(StrEnum):
    """What a version does to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One reading of a list's source, compared with the entries then in force.

    Attributes:
        ordinal: place among the list's versions, from 1.
        form: the format of the file (see `parakh.ingest.lists.formats`).
        digest: SHA-256 of the files read, in hexadecimal.
        published: when its publisher says that the file was made, as it says it; "" if nowhere.
        fetched_at: when the file was got from its source.
        added, changed, removed, same: numbers of entries.
        problems: what could not be read, and of which line.
        imported_by: who prepared it; `decided_by` must be somebody else.
        basis: the version that was applied last when this one was compared with the list; "" for
            none.
    """

    id: str
    watchlist_id: str
    ordinal: int
    form: str
    file_name: str
    digest: str
    published: str
    fetched_at: datetime
    state: VersionState
    added: int
    changed: int
    removed: int
    same: int
    problems: tuple[Problem, ...]
    imported_by: str
    imported_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    basis: str = ""

    @property
    def unread(self) -> int:
        """Rows that could not be read, as many as are kept."""
        return sum(own.severity is Severity.ERROR for own in self.problems)

    @property
    def doubtful(self) -> bool:
        """Whether somebody must confirm what it takes away: much, or perhaps for no other reason
        than that a row could not be read."""
        return self.drastic or bool(self.removed and self.unread)

    @property
    def drastic(self) -> bool:
        """Whether it takes more than MOST_REMOVED of what the source told before away."""
        return self.removed > MOST_REMOVED * (self.changed + self.removed + self.same)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field of an entry before and after, as texts; "" where it was or becomes empty.

    `field` is the attribute of `WatchlistEntry`.
    """

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What a version does to one entry.

    Attributes:
        ordinal: place within the version, from 1: added ones first, then changed, then removed.
        entry_id: the entry that is changed or removed, or that an added one becomes.
        name: by which it is told in a list: its first name, document or number.
        before, after: the entry as the source told it; None on the side where it is not listed.
    """

    ordinal: int
    kind: DifferenceKind
    entry_id: str
    name: str
    before: WatchlistEntry | None
    after: WatchlistEntry | None

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """The fields that differ; all that are not empty when it is added or removed."""
        before, after = field_texts(self.before), field_texts(self.after)
        return tuple(
            FieldChange(field=name, before=before[name], after=after[name])
            for name in before
            if before[name] != after[name]
        )


def field_texts(entry: WatchlistEntry | None) -> dict[str, str]:
    """The fields of an entry that a source tells, as texts; several values parted by semicolons."""
    if entry is None:
        return dict.fromkeys(_FIELDS, "")
    return {
        "kind": entry.kind.value,
        "names": _joined(entry.names),
        "weak_names": _joined(entry.weak_names),
        "birth_dates": _joined(entry.birth_dates),
        "sex": entry.sex.value if entry.sex else "",
        "nationalities": _joined(entry.nationalities),
        "documents": _joined(
            " ".join(filter(None, (own.type.value, own.number, own.issuer)))
            for own in entry.documents
        ),
        "father_names": _joined(entry.father_names),
        "birth_places": _joined(entry.birth_places),
        "identifiers": _joined(
            " ".join(filter(None, (own.kind.value, own.value, own.country)))
            for own in entry.identifiers
        ),
        "reason": entry.reason,
        "expires_at": _last_day(entry.expires_at) if entry.expires_at else "",
    }


_FIELDS = (
    "kind",
    "names",
    "weak_names",
    "birth_dates",
    "sex",
    "nationalities",
    "documents",
    "father_names",
    "birth_places",
    "identifiers",
    "reason",
    "expires_at",
)


def _last_day(ends: datetime) -> str:
    """The last whole day, of whichever time zone's calendar the end is meant: at noon of it, all
    the world but the far Pacific has the same date as UTC."""
    return (ends - timedelta(hours=12)).date().isoformat()


def _joined(values: Iterable[object]) -> str:
    return "; ".join(map(str, values))
