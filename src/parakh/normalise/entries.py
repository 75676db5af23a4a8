"""Watchlist entries from the declared rows of a list."""

from datetime import UTC, date, datetime, time, timedelta

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.message import Problem
from parakh.domain.traveller import Document, PersonName, Sex
from parakh.domain.watchlist import EntryKind, WatchlistEntry
from parakh.errors import Unreadable
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.normalise.codes import country, told_country
from parakh.normalise.dates import read_birth_date, read_datetime
from parakh.normalise.documents import document_number, document_type
from parakh.normalise.names import read_name

_SEXES = {"": None, "M": Sex.MALE, "F": Sex.FEMALE, "X": Sex.UNSPECIFIED}


def watchlist_entry(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry | Problem:
    """The proposed entry of a row; a Problem with the row's line if a value cannot be used.

    A row with any value that cannot be used makes no entry at all: an entry without the birth date
    that its list gave would raise hits on the wrong people.
    """
    try:
        return _entry(declared, watchlist_id, proposed_by, now)
    except Unreadable as error:
        return Problem(line=declared.line, column=1, segment="", cause=str(error))


def _entry(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry:
    names = [read_name(declared.family_name, declared.given_names), *map(_alias, declared.aliases)]
    names = [name for name in dict.fromkeys(names) if name.full]
    kind = EntryKind(declared.kind)
    if kind is EntryKind.PERSON and not names:
        raise Unreadable("family_name: no letters of a name are left")
    if declared.sex.upper() not in _SEXES:
        raise Unreadable("sex: is not M, F or X")
    return WatchlistEntry(
        id=new_id(),
        watchlist_id=watchlist_id,
        kind=kind,
        names=tuple(names),
        birth_dates=tuple(_birth_date(text, now.date()) for text in declared.birth_dates),
        sex=_SEXES[declared.sex.upper()],
        nationalities=tuple(_country("nationality", text) for text in declared.nationalities),
        documents=_documents(declared),
        reason=declared.reason,
        proposed_by=proposed_by,
        proposed_at=now,
        expires_at=_end_of(declared.expires),
    )


def _alias(text: str) -> PersonName:
    family, comma, given = text.partition(",")
    return read_name(family, given) if comma else read_name("", text)


def _birth_date(text: str, today: date) -> PartialDate:
    try:
        found = read_birth_date(text, today)
    except Unreadable as error:
        raise Unreadable(f"birth_date: {error}") from None
    if found is None:
        raise Unreadable("birth_date: has no year")
    return found


def _country(column: str, text: str) -> str:
    found = country(text)
    if found is None:
        raise Unreadable(f"{column}: {told_country(text)} is no known country code")
    return found


def _documents(declared: DeclaredEntry) -> tuple[Document, ...]:
    if not declared.document_number:
        return ()
    number = document_number(declared.document_number)
    if not number:
        raise Unreadable("document_number: has neither letters nor digits")
    issuer = declared.document_issuer
    return (
        Document(
            type=document_type(declared.document_type),
            number=number,
            issuer=_country("document_issuer", issuer) if issuer else None,
        ),
    )


def _end_of(text: str) -> datetime | None:
    """The first moment after the day, in UTC."""
    try:
        found = read_datetime(text)
    except Unreadable as error:
        raise Unreadable(f"expires: {error}") from None
    if found is None:
        return None
    return datetime.combine(found.date() + timedelta(days=1), time(), UTC)
