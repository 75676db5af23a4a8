"""Watchlist entries from the declared rows of a list.

A row of one's own list is taken whole or not at all (`watchlist_entry`): who wrote it can mend it.
Of somebody else's list an entry is kept without the field that cannot be used (`listed_entry`), and
a warning names the field: to lose a listed person for a misspelt date would be worse.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.message import Problem, Severity
from parakh.domain.traveller import Document, PersonName, Sex
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind, WatchlistEntry
from parakh.errors import Unreadable
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.normalise.codes import country, told_country
from parakh.normalise.dates import read_birth_date, read_datetime
from parakh.normalise.documents import document_number, document_type
from parakh.normalise.identifiers import read_identifier
from parakh.normalise.listed_dates import read_listed_dates
from parakh.normalise.names import read_name
from parakh.normalise.nations import countries_named

T = TypeVar("T")
U = TypeVar("U")

_SEXES = {"": None, "M": Sex.MALE, "F": Sex.FEMALE, "X": Sex.UNSPECIFIED}
_WRITTEN_SEXES = {"MALE": "M", "FEMALE": "F", "OTHER": "X"}
LONGEST_NUMBER = 40
"""Letters and digits of a document's number."""

_COMPACT = re.compile(r"(?!.*\b[A-Z]{3,}\b)[A-Z0-9][A-Z0-9 ./‐-]{1,24}")
_ASIDE = re.compile(r"\([^()]*\)?")
_NUMBERS = tuple(
    re.compile(rf"(?<![\w.])(?=[\w/‐-]*\d)\w[\w/‐-]{{{least},24}}") for least in (4, 2)
)
"""Words with a digit in them: those of five signs and more first."""


def watchlist_entry(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry | Problem:
    """The proposed entry of a row; a Problem with the row's line if a value cannot be used.

    A row with any value that cannot be used makes no entry at all: an entry without the birth date
    that its list gave would raise hits on the wrong people. A last day is one of the calendar of
    the time zone in which `now` is told.
    """
    try:
        return _Reader(declared, now.date(), strict=True).entry(watchlist_id, proposed_by, now)
    except Unreadable as error:
        cause = str(error)
        return Problem(
            line=declared.line,
            column=declared.column(cause.partition(":")[0]),
            segment="",
            cause=cause,
            entry=declared.told,
        )


def faults(declared: DeclaredEntry, now: datetime) -> tuple[str, ...]:
    """All causes for which a row of one's own list makes no entry, not only the first."""
    reader = _Reader(declared, now.date(), strict=True, patient=True)
    reader.entry("", "", now)
    causes: dict[str, str] = {}
    for own in reader.problems:
        # A number that could not be used is missing as well, which is nothing new.
        causes.setdefault(own.cause.rpartition(": ")[0], own.cause)
    return tuple(causes.values())


def listed_entry(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> tuple[WatchlistEntry | None, tuple[Problem, ...]]:
    """The entry of somebody else's list, and what of it could not be used; `now` as above.

    None only where nothing is left by which it could be found: no name, document or identifier.
    """
    reader = _Reader(declared, now.date(), strict=False)
    entry = None
    try:
        entry = reader.entry(watchlist_id, proposed_by, now)
    except Unreadable as error:
        cause = str(error)
        reader.problems.append(Problem(line=declared.line, column=1, segment="", cause=cause))
    return entry, tuple(replace(own, entry=declared.told) for own in reader.problems)


class _Reader:
    """Reads the fields of a row, each with the same care or tolerance; a patient one goes on
    behind the first fault."""

    def __init__(
        self, declared: DeclaredEntry, today: date, *, strict: bool, patient: bool = False
    ) -> None:
        self.problems: list[Problem] = []
        self._declared = declared
        self._today = today
        self._strict = strict
        self._patient = patient
        self._kind = EntryKind(declared.kind)

    def entry(self, watchlist_id: str, proposed_by: str, now: datetime) -> WatchlistEntry:
        """The entry; raises Unreadable when it has nothing by which it could be found."""
        own = self._declared
        names = self._names([(own.family_name, own.given_names), *map(self._parts, own.aliases)])
        weak = self._names([self._parts(text) for text in own.weak_aliases])
        documents = self._documents()
        identifiers = self._each("identifiers", own.identifiers, self._identifier)
        try:
            self._require(names or weak, documents, identifiers)
        except Unreadable as error:
            if not self._patient:
                raise
            self.problems.append(_warning(own.line, str(error)))
        return WatchlistEntry(
            id=new_id(),
            watchlist_id=watchlist_id,
            kind=self._kind,
            # Whose only names are weak ones is known by them.
            names=names or weak,
            weak_names=tuple(name for name in weak if name not in names) if names else (),
            birth_dates=self._each("birth_date", own.birth_dates, self._birth_dates),
            sex=next(iter(self._each("sex", (own.sex,), self._sex)), None),
            nationalities=self._each("nationality", own.nationalities, self._countries),
            documents=documents,
            father_names=_texts(own.father_names),
            birth_places=_texts(own.birth_places),
            identifiers=identifiers,
            source_id=own.source_id,
            reason=own.reason,
            proposed_by=proposed_by,
            proposed_at=now,
            expires_at=next(iter(self._each("expires", (own.expires,), _end_in(now))), None),
        )

    def _each(
        self, column: str, values: Iterable[T], read: Callable[[T], Iterable[U]]
    ) -> tuple[U, ...]:
        """What the values of a column say, each once; what cannot be used is a warning, or, where
        this reader is strict, raises Unreadable."""
        found: dict[U, None] = {}
        for value in values:
            try:
                found.update(dict.fromkeys(read(value)))
            except Unreadable as error:
                if self._strict and not self._patient:
                    raise Unreadable(f"{column}: {error}") from None
                self.problems.append(_warning(self._declared.line, f"{column}: {error}"))
        return tuple(found)

    def _require(
        self,
        names: tuple[PersonName, ...],
        documents: tuple[Document, ...],
        identifiers: tuple[Identifier, ...],
    ) -> None:
        if self._kind is EntryKind.PERSON and not names:
            raise Unreadable("family_name: no letters of a name are left")
        if self._kind is EntryKind.DOCUMENT and not documents:
            raise Unreadable("document_number: has neither letters nor digits")
        # A number that could not be used is told of already.
        if not (names or documents or identifiers or (self._patient and self.problems)):
            raise Unreadable("family_name: neither a name nor a number is left")

    def _parts(self, text: str) -> tuple[str, str]:
        """Family name and given names of an alias; a person's may be written `FAMILY, GIVEN`."""
        if self._kind is not EntryKind.PERSON:
            return text, ""
        family, comma, given = text.partition(",")
        return (family, given) if comma else ("", text)

    def _names(self, parts: Iterable[tuple[str, str]]) -> tuple[PersonName, ...]:
        read = read_name if self._kind is EntryKind.PERSON else _whole_name
        names = dict.fromkeys(read(*own) for own in parts)
        return tuple(name for name in names if any(map(str.isalnum, name.full)))

    def _birth_dates(self, text: str) -> Iterable[PartialDate]:
        if not self._strict:
            return read_listed_dates(text, self._today)
        found = read_birth_date(text, self._today)
        if found is None:
            raise Unreadable("has no year")
        return (found,)

    def _sex(self, text: str) -> Iterable[Sex]:
        value = text.strip().upper()
        if not self._strict:
            value = value.rstrip(".")
            value = _WRITTEN_SEXES.get(value, value)
        if value not in _SEXES:
            raise Unreadable("is not M, F or X")
        found = _SEXES[value]
        return () if found is None else (found,)

    def _countries(self, text: str) -> Iterable[str]:
        found = country(text)
        if found is not None:
            return (found,)
        if not self._strict and (several := countries_named(text)):
            return several
        what = told_country(text) if self._strict else "what stands there"
        raise Unreadable(f"{what} is no known country{' code' if self._strict else ''}")

    def _documents(self) -> tuple[Document, ...]:
        own = self._declared
        told = list(own.documents)
        if own.document_number:
            told.insert(0, (own.document_type, own.document_number, own.document_issuer))
        found: dict[Document, None] = {}
        for kind, text, issuer in told:
            issuers = self._each("document_issuer", (issuer,) if issuer else (), self._countries)
            read = partial(self._document, kind, next(iter(issuers), None))
            found.update(dict.fromkeys(self._each("document_number", (text,), read)))
        return tuple(found)

    def _document(self, kind: str, issuer: str | None, text: str) -> Iterable[Document]:
        if not self._strict and not _COMPACT.fullmatch(unicodedata.normalize("NFKC", text).upper()):
            issuer = issuer or next(iter(countries_named(text)), None)
            text = _from_prose(text)
        number = document_number(text)
        if not number or len(number) > LONGEST_NUMBER:
            raise Unreadable("has neither letters nor digits, or too many")
        return (Document(type=document_type(kind), number=number, issuer=issuer),)

    def _identifier(self, told: tuple[str, str, str]) -> Iterable[Identifier]:
        named, text, issuer = told
        if named not in set(IdentifierKind):
            raise Unreadable(f"its kind is none of {', '.join(IdentifierKind)}")
        if self._strict:
            try:
                issuers = self._countries(issuer) if issuer else ()
            except Unreadable as error:
                raise Unreadable(f"{named}: {error}") from None
        else:
            # What stands in brackets is a country more often than not, else a town or a register.
            issuers = countries_named(issuer) or countries_named(" ".join(_ASIDE.findall(text)))
            text = _ASIDE.sub(" ", text)
        kind = IdentifierKind(named)
        try:
            value = read_identifier(kind, text)
        except Unreadable as error:
            raise Unreadable(f"{named}: {error}") from None
        return (Identifier(kind=kind, value=value, country=next(iter(issuers), None)),)


def _whole_name(family: str, given: str) -> PersonName:
    """The name of whatever is no person, whole; tidied without taking titles off."""
    return PersonName(family=read_name(f"{given} {family}".strip(), "").family, given="")


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    tidy = (" ".join(unicodedata.normalize("NFC", value).upper().split()) for value in values)
    return tuple(dict.fromkeys(value for value in tidy if value))


def _from_prose(text: str) -> str:
    """The number in a text such as `Iraqi passport No. 284158 (expires 21.8.2005)`."""
    plain = unicodedata.normalize("NFKC", text)
    for form in _NUMBERS:
        if found := form.search(plain):
            return found[0]
    raise Unreadable("the text has no number that can be told")


def _warning(line: int, cause: str) -> Problem:
    return Problem(line=line, column=1, segment="", cause=cause, severity=Severity.WARNING)


def _end_in(now: datetime) -> Callable[[str], Iterable[datetime]]:
    """Reads the first moment after a day, where `now` is told; nothing of an empty text."""

    def end_of(text: str) -> Iterable[datetime]:
        found = read_datetime(text)
        if found is None:
            return ()
        end = datetime.combine(found.date() + timedelta(days=1), time(), now.tzinfo)
        return (end.astimezone(UTC),)

    return end_of
