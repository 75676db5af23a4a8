"""What a person typed about lists and entries; entries are read like the rows of an import."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from parakh.domain.gallery import WATCHLIST_GALLERY
from parakh.domain.ids import new_id
from parakh.domain.message import Problem
from parakh.domain.watchlist import (
    LEAST_ONE_IN,
    MOST_ONE_IN,
    EntryKind,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import InvalidInput
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.normalise.entries import faults, watchlist_entry
from parakh.services.calibration import rate_of
from parakh.services.hand import NUMBERS
from parakh.web import labels
from parakh.web.i18n import refusal
from parakh.web.queries import last_day

Text = Annotated[str, Field(max_length=4000)]

_NATIONAL = frozenset({IdentifierKind.PLATE, IdentifierKind.REGISTRATION, IdentifierKind.TAX})
"""Numbers that mean something only within the country that issued them."""


_OF_THINGS = {"family_name": "name", "nationality": "country"}
"""As what is no person has them on its form."""


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a field that takes several values, without blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def proposed(
    declared: DeclaredEntry, watchlist_id: str, proposed_by: str, now: datetime
) -> WatchlistEntry:
    """The entry to be proposed; raises InvalidInput naming the field that cannot be used.

    A last day is one of the calendar of the time zone in which `now` is told.
    """
    entry = watchlist_entry(declared, watchlist_id, proposed_by, now)
    if isinstance(entry, Problem):
        raise InvalidInput(entry.cause)
    return entry


def typed(form: "EntryForm", proposed_by: str, now: datetime) -> WatchlistEntry:
    """The entry that a page's form describes; raises InvalidInput that names every fault by the
    label of its field. `now` as above."""
    try:
        declared = form.declared()
    except InvalidInput as error:
        raise InvalidInput(explained(str(error))) from error
    causes = faults(declared, now)
    if causes:
        raise InvalidInput("; ".join(explained(cause, form.kind) for cause in causes))
    return proposed(declared, form.watchlist, proposed_by, now)


def explained(cause: str, kind: EntryKind = EntryKind.PERSON) -> str:
    """A cause as a page tells it: with the label of the field instead of its name."""
    field, colon, rest = cause.removeprefix("identifiers: ").partition(": ")
    if not colon:
        return cause
    if kind is not EntryKind.PERSON:
        field = _OF_THINGS.get(field, field)
    return f"{labels.attribute(field)}: {refusal(rest)}"


class EntryForm(BaseModel):
    """The fields of an entry on the pages, as text; each kind fills some of them.

    `name` is the whole name of whatever is no person; `country` its flag or State. Fields of
    several values take one a line, the numbers one each, parted by commas.
    """

    model_config = ConfigDict(str_strip_whitespace=True)

    watchlist: Text = ""
    kind: EntryKind = EntryKind.PERSON
    name: Text = ""
    family_name: Text = ""
    given_names: Text = ""
    aliases: Text = ""
    weak_aliases: Text = ""
    birth_date: Text = ""
    birth_places: Text = ""
    father_names: Text = ""
    sex: Text = ""
    nationality: Text = ""
    country: Text = ""
    document_type: Text = "P"
    document_number: Text = ""
    document_issuer: Text = ""
    documents: Text = ""
    imo: Text = ""
    mmsi: Text = ""
    call_sign: Text = ""
    aircraft_registration: Text = ""
    aircraft_serial: Text = ""
    plate: Text = ""
    chassis: Text = ""
    container: Text = ""
    registration: Text = ""
    tax: Text = ""
    reason: Text = ""
    expires: Text = ""
    picture: UploadFile | None = None

    def declared(self) -> DeclaredEntry:
        """The same as a row of a list; what the kind does not have is left out."""
        return _OF_KIND.get(self.kind, _named)(self)

    def numbers(self) -> tuple[tuple[str, str, str], ...]:
        """The kind's own numbers: kind, value, country."""
        found = []
        for kind in NUMBERS.get(self.kind, ()):
            for text in str(getattr(self, kind.value)).split(","):
                value, _, country = (part.strip() for part in text.partition(":"))
                default = self.country if kind in _NATIONAL else ""
                if value:
                    found.append((kind.value, value, country or default))
        return tuple(found)


def _common(form: EntryForm) -> DeclaredEntry:
    return DeclaredEntry(
        line=1,
        list=form.watchlist,
        kind=form.kind.value,
        reason=form.reason,
        expires=form.expires,
    )


def _person(form: EntryForm) -> DeclaredEntry:
    return replace(
        _document(form),
        family_name=form.family_name,
        given_names=form.given_names,
        aliases=lines_of(form.aliases),
        weak_aliases=lines_of(form.weak_aliases),
        birth_dates=tuple(form.birth_date.replace(",", " ").split()),
        birth_places=lines_of(form.birth_places),
        father_names=lines_of(form.father_names),
        sex=form.sex,
        nationalities=tuple(form.nationality.replace(",", " ").split()),
    )


def _document(form: EntryForm) -> DeclaredEntry:
    return replace(
        _common(form),
        document_type=form.document_type,
        document_number=form.document_number,
        document_issuer=form.document_issuer,
        documents=tuple(_document_line(line) for line in lines_of(form.documents)),
    )


def _document_line(text: str) -> tuple[str, str, str]:
    """`P AB1234567 PAK`: kind, number, and who issued it, which may be left out."""
    kind, number, issuer, *more = (*text.split(), "", "", "")
    if not number or any(more):
        raise InvalidInput("documents: write kind, number and issuer, such as P AB1234567 PAK")
    return kind, number, issuer


def _named(form: EntryForm) -> DeclaredEntry:
    return replace(
        _common(form),
        family_name=form.name,
        aliases=lines_of(form.aliases),
        weak_aliases=lines_of(form.weak_aliases),
        nationalities=tuple(form.country.replace(",", " ").split()),
        identifiers=form.numbers(),
    )


_OF_KIND = {EntryKind.PERSON: _person, EntryKind.DOCUMENT: _document}


def filled(entry: WatchlistEntry, zone: ZoneInfo) -> EntryForm:
    """The form that says of an entry what it is now, for changing it."""
    person = entry.kind is EntryKind.PERSON
    first = entry.names[0] if entry.names else None
    document = entry.documents[0] if entry.documents else None
    countries = " ".join(entry.nationalities)
    return EntryForm(
        watchlist=entry.watchlist_id,
        kind=entry.kind,
        name="" if person or first is None else str(first),
        family_name=first.family if person and first else "",
        given_names=first.given if person and first else "",
        aliases="\n".join(map(str, entry.names[1:])),
        weak_aliases="\n".join(map(str, entry.weak_names)),
        birth_date=", ".join(map(str, entry.birth_dates)),
        birth_places="\n".join(entry.birth_places),
        father_names="\n".join(entry.father_names),
        sex=entry.sex.value if entry.sex else "",
        nationality=countries if person else "",
        country="" if person else countries,
        document_type=document.type.value if document else "P",
        document_number=document.number if document else "",
        document_issuer=(document.issuer or "") if document else "",
        documents="\n".join(
            " ".join(filter(None, (own.type.value, own.number, own.issuer)))
            for own in entry.documents[1:]
        ),
        reason=entry.reason,
        expires=last_day(entry.expires_at, zone).isoformat() if entry.expires_at else "",
        **_numbers(entry.identifiers, countries),
    )


def _numbers(identifiers: Iterable[Identifier], country: str) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for own in identifiers:
        default = country if own.kind in _NATIONAL else ""
        issuer = f":{own.country}" if own.country and own.country != default else ""
        texts.setdefault(own.kind.value, []).append(f"{own.value}{issuer}")
    return {kind: ", ".join(values) for kind, values in texts.items()}


class ListFields(BaseModel):
    """What the form and the API ask of a list.

    What is left out stays as it is, so that a program that knows less of lists takes nothing away.
    """

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(max_length=200)
    source: str = Field(max_length=400)
    legal_basis: str = Field(max_length=400)
    handling: Handling
    handling_code: str = Field("", max_length=40, description="the agency's own code for it")
    instruction: str = Field("", max_length=2000, description="what the officer should do")
    unit_id: str | None = Field(
        None, max_length=32, description="a unit that is alerted, beside or instead of the port's"
    )
    alerts_port: bool = Field(True, description="whether the units of the port are alerted")

    gallery_id: str = Field(
        WATCHLIST_GALLERY,
        max_length=32,
        description="the gallery in which faces of its entries are enrolled",
    )
    by_name: bool = Field(
        True, description="whether travellers are screened against it by name and document"
    )
    alert_rate: float | None = Field(
        None,
        ge=1 / MOST_ONE_IN,
        le=1 / LEAST_ONE_IN,
        description="of travellers who are not listed, the share that may be raised by name; null "
        "for the standard threshold",
    )

    def watchlist(self, old: Watchlist) -> Watchlist:
        """The list with what is said here; other settings stay."""
        said = self.model_dump(include=self.model_fields_set & _SETTINGS)
        if "unit_id" in said:
            said["unit_id"] = said["unit_id"] or None
        return replace(old, **said)


_SETTINGS = set(ListFields.model_fields)


class ListForm(ListFields):
    """The form of a list, which says all of it: what is empty there is empty then.

    The alert rate is asked for as "at most 1 in N".
    """

    one_in: str = Field("", max_length=12)

    def watchlist(self, old: Watchlist) -> Watchlist:
        """The list with what is said here."""
        said = self.model_dump(include=_SETTINGS)
        rate = rate_of(number_of(self.one_in))
        return replace(old, **{**said, "unit_id": self.unit_id or None, "alert_rate": rate})


def number_of(text: str) -> int | None:
    """N of "at most 1 in N", None if the field is empty; raises InvalidInput for no number."""
    digits = "".join(text.replace(",", "").split())
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput("at most 1 in N travellers: N is a whole number, such as 1000")
    return int(digits)


def new_list() -> Watchlist:
    """A list of which nothing has been said yet."""
    return Watchlist(id=new_id(), name="", source="", legal_basis="", handling=Handling.INFORM)
