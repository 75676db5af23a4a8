"""Entries as bytes: a million of them as objects would take gigabytes."""

import marshal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.screen.names import ListedPerson

_DateParts = tuple[int, int | None, int | None]


def pack(entry: WatchlistEntry, words: Sequence[Sequence[str]]) -> bytes:
    """What an entry is matched by, with the words of its names; its reason, its source's identifier
    and who decided what are left out."""
    return marshal.dumps(
        (
            entry.id,
            entry.watchlist_id,
            entry.kind.value,
            entry.state.value,
            entry.expires_at.timestamp() if entry.expires_at else None,
            tuple((name.family, name.given) for name in entry.names),
            tuple((name.family, name.given) for name in entry.weak_names),
            tuple(map(_parts, entry.birth_dates)),
            entry.sex.value if entry.sex else None,
            entry.nationalities,
            tuple(
                (own.type.value, own.number, own.issuer, _parts(own.expiry) if own.expiry else None)
                for own in entry.documents
            ),
            entry.father_names,
            entry.birth_places,
            tuple((own.kind.value, own.value, own.country) for own in entry.identifiers),
            tuple(" ".join(own) for own in words),
        )
    )


def unpack(data: bytes, list_of: Callable[[str], Watchlist]) -> ListedPerson:
    """The entry with its list and the words of its names; `list_of` gives a list by identifier."""
    # The bytes never left this process, so that they are what `pack` made.
    (
        entry_id,
        list_id,
        kind,
        state,
        expires,
        names,
        weak,
        dates,
        sex,
        nationalities,
        documents,
        fathers,
        places,
        identifiers,
        words,
    ) = marshal.loads(data)  # noqa: S302
    entry = WatchlistEntry(
        id=entry_id,
        watchlist_id=list_id,
        kind=EntryKind(kind),
        state=EntryState(state),
        expires_at=None if expires is None else datetime.fromtimestamp(expires, UTC),
        names=tuple(PersonName(family=family, given=given) for family, given in names),
        weak_names=tuple(PersonName(family=family, given=given) for family, given in weak),
        birth_dates=tuple(map(_date, dates)),
        sex=sex and Sex(sex),
        nationalities=nationalities,
        documents=tuple(map(_document, documents)),
        father_names=fathers,
        birth_places=places,
        identifiers=tuple(
            Identifier(kind=IdentifierKind(what), value=value, country=country)
            for what, value, country in identifiers
        ),
    )
    return ListedPerson(
        entry=entry, watchlist=list_of(list_id), words=tuple(tuple(own.split()) for own in words)
    )


def _parts(date: PartialDate) -> _DateParts:
    return date.year, date.month, date.day


def _date(parts: _DateParts) -> PartialDate:
    year, month, day = parts
    return PartialDate(year=year, month=month, day=day)


def _document(parts: tuple[str, str, str | None, _DateParts | None]) -> Document:
    kind, number, issuer, expiry = parts
    return Document(
        type=DocumentType(kind), number=number, issuer=issuer, expiry=expiry and _date(expiry)
    )
