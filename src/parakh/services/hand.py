"""Screening by hand: somebody asks about a person, an organisation or a conveyance.

Nothing is stored but the audit record of who asked about whom, and why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import Hit, Kind, Ref, ResultState
from parakh.domain.ids import new_id
from parakh.domain.traveller import Document, DocumentType, Sex, Traveller, TravellerRole
from parakh.domain.watchlist import (
    EntryKind,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import InvalidInput, Unreadable
from parakh.normalise.codes import country, told_country
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.identifiers import read_identifier
from parakh.normalise.names import read_name
from parakh.screen import organisations
from parakh.screen.bodies import OrganisationScreener
from parakh.screen.names import ListedPerson, Match
from parakh.screen.organisations import OrganisationMatch
from parakh.screen.pipeline import screen as run_screeners
from parakh.screen.screener import (
    ConveyanceSubject,
    OrganisationSubject,
    Subject,
    TravellerSubject,
)
from parakh.screen.watchlists import NameScreener, WatchlistIndex, best_first
from parakh.services.centre import Centre
from parakh.store import pictures, watchlists

NEAR = 5
"""So many that came close, but stayed under the threshold, are shown."""

LEAST_NEAR = 0.40
"""An equal name of middling rarity, with another birth date, still comes close."""

PURPOSES = (Purpose.VETTING, Purpose.ALERT, Purpose.GATE, Purpose.WATCHLIST)
"""For what somebody may ask."""

NUMBERS: Mapping[EntryKind, tuple[IdentifierKind, ...]] = {
    EntryKind.PERSON: (),
    EntryKind.ORGANISATION: (IdentifierKind.REGISTRATION, IdentifierKind.TAX),
    EntryKind.VESSEL: (IdentifierKind.IMO, IdentifierKind.MMSI, IdentifierKind.CALL_SIGN),
    EntryKind.AIRCRAFT: (IdentifierKind.AIRCRAFT_REGISTRATION, IdentifierKind.AIRCRAFT_SERIAL),
    EntryKind.VEHICLE: (IdentifierKind.PLATE, IdentifierKind.CHASSIS),
    EntryKind.CONTAINER: (IdentifierKind.CONTAINER,),
}
"""By which numbers each kind is known. A document is asked about as a person's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Whom or what somebody asks about, as he typed it.

    Attributes:
        name: `FAMILY, GIVEN` or the whole name, of any script; of an organisation or conveyance,
            its name.
        born: YYYY, YYYY-MM or YYYY-MM-DD.
        country: of an organisation or conveyance; a person has `nationality`.
        numbers: those of `NUMBERS`.
        reason: why it is asked, in words.
    """

    kind: EntryKind = EntryKind.PERSON
    name: str = ""
    born: str = ""
    nationality: str = ""
    sex: str = ""
    document: str = ""
    father_name: str = ""
    birth_place: str = ""
    country: str = ""
    numbers: Mapping[IdentifierKind, str] = field(default_factory=dict)
    purpose: Purpose = Purpose.VETTING
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One that is listed and resembles who was asked about; `hit` is stored nowhere."""

    hit: Hit
    entry: WatchlistEntry
    watchlist: Watchlist
    pictures: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the lists say, strongest first.

    Attributes:
        hits: from their threshold up.
        near: those under their threshold, NEAR at most.
        failed: screeners that did not answer.
    """

    hits: tuple[Found, ...]
    near: tuple[Found, ...]
    failed: tuple[str, ...]


def ask(centre: Centre, actor: Actor, question: Question) -> Answer:
    """Screens what was asked about against the lists as they are now, and notes that in the audit.

    Raises InvalidInput when a value cannot be used, nothing to look for was given, or no reason.
    """
    actor.require(Permission.SCREEN_BY_HAND)
    if not question.reason.strip():
        raise InvalidInput("say why you ask")
    if question.purpose not in PURPOSES:
        raise InvalidInput("choose a purpose")
    subject = subject_of(question, centre.clock().date())
    screened = run_screeners(centre.all_screeners(), [subject])[0]
    near = _near(centre, subject, {hit.target.id for hit in screened.hits})
    with centre.db.read() as connection:
        answer = Answer(
            hits=_found(connection, screened.hits),
            near=_found(connection, near),
            failed=tuple(
                own.screener for own in screened.results if own.state is ResultState.FAILED
            ),
        )
    with centre.db.write(actor, question.purpose) as tx:
        asked = _asked(question)
        shown = {
            "hits": sorted({hit.target.id for hit in screened.hits}),
            "near": [hit.target.id for hit in near],
        }
        kind, reason = question.kind.value, question.reason.strip()
        tx.audit(f"{kind}.screened", kind, "", reason=reason, asked=asked, **shown)
    return answer


def subject_of(question: Question, today: date) -> Subject:
    """What is to be screened; raises InvalidInput naming the value that cannot be used."""
    if question.kind is EntryKind.PERSON:
        return _person(question, today)
    if question.kind not in NUMBERS:
        raise InvalidInput("a document is asked about with the person who carries it")
    name = " ".join(question.name.upper().split())
    identifiers = _identifiers(question)
    ref = Ref(kind=Kind.TRAVELLER, id=new_id())
    if question.kind is EntryKind.ORGANISATION:
        if not name and not identifiers:
            raise InvalidInput("give a name or a number")
        place = _country(question.country, "country")
        return OrganisationSubject(ref=ref, name=name, country=place, identifiers=identifiers)
    if not identifiers and not (name and question.kind is EntryKind.VESSEL):
        raise InvalidInput("give a number to look for")
    return ConveyanceSubject(ref=ref, kind=question.kind, name=name, identifiers=identifiers)


# --- within -----------------------------------------------------------------------------------


def _person(question: Question, today: date) -> TravellerSubject:
    family, comma, given = question.name.partition(",")
    name = read_name(family, given) if comma else read_name("", family)
    number = document_number(question.document)
    if not name.full and not number:
        raise InvalidInput("give a name or the number of a document")
    try:
        birth_date = read_birth_date(question.born, today)
    except Unreadable as error:
        raise InvalidInput(f"birth date: {error}") from error
    traveller = Traveller(
        id=new_id(),
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=name,
        birth_date=birth_date,
        sex=_sex(question.sex),
        nationality=_country(question.nationality, "nationality"),
        documents=(Document(type=DocumentType.OTHER, number=number),) if number else (),
        father_name=read_name("", question.father_name).full,
        birth_place=" ".join(question.birth_place.upper().split()),
    )
    ref = Ref(kind=Kind.TRAVELLER, id=traveller.id)
    return TravellerSubject(ref=ref, traveller=traveller, voyage=None)


def _sex(text: str) -> Sex | None:
    if not text:
        return None
    if text.upper() not in list(Sex):
        raise InvalidInput("sex: is not M, F or X")
    return Sex(text.upper())


def _country(text: str, what: str) -> str | None:
    if not text.strip():
        return None
    found = country(text)
    if found is None:
        raise InvalidInput(f"{what}: {told_country(text)} is no known country code")
    return found


def _identifiers(question: Question) -> tuple[Identifier, ...]:
    allowed = NUMBERS[question.kind]
    place = _country(question.country, "country")
    found = []
    for kind, text in question.numbers.items():
        called = kind.value.replace("_", " ")
        if kind not in allowed:
            raise InvalidInput(f"{called}: belongs to something else than asked about")
        if not text.strip():
            continue
        try:
            value = read_identifier(kind, text)
        except Unreadable as error:
            raise InvalidInput(f"{called}: {error}") from error
        found.append(Identifier(kind=kind, value=value, country=place))
    return tuple(found)


def _near(centre: Centre, subject: Subject, known: set[str]) -> list[Hit]:
    """The most alike by name of those that are no hit, as if they were."""
    found = _alike(centre.names.index, subject, centre.clock())
    hits = [
        Hit(
            id=new_id(),
            subject=subject.ref,
            target=Ref(kind=Kind.WATCHLIST_ENTRY, id=listed.entry.id),
            screener=screener,
            score=match.score,
            threshold=threshold,
            sentence=match.sentence,
            evidence=match.evidence,
        )
        for screener, threshold, listed, match in found
        if listed.entry.id not in known and LEAST_NEAR <= match.score < threshold
    ]
    return sorted(hits, key=best_first)[:NEAR]


_Alike = tuple[str, float, ListedPerson, Match | OrganisationMatch]


def _alike(index: WatchlistIndex, subject: Subject, now: datetime) -> Iterator[_Alike]:
    """Those of a similar name, each with the screener that looks at them and its threshold."""
    if isinstance(subject, TravellerSubject) and subject.traveller.name.full:
        for listed, match in index.compared(subject, now, LEAST_NEAR):
            threshold = index.calibration.threshold(listed.watchlist.id, match)
            yield NameScreener.name, threshold, listed, match
    elif isinstance(subject, OrganisationSubject) and subject.name:
        kind, country = EntryKind.ORGANISATION, subject.country
        for listed, own in index.bodies(kind, subject.name, country, now, LEAST_NEAR):
            yield OrganisationScreener.name, organisations.THRESHOLD, listed, own
    elif isinstance(subject, ConveyanceSubject) and subject.name:
        for listed, own in index.bodies(subject.kind, subject.name, None, now, LEAST_NEAR):
            yield OrganisationScreener.name, organisations.VESSEL_THRESHOLD, listed, own


def _found(connection: sa.Connection, hits: list[Hit] | tuple[Hit, ...]) -> tuple[Found, ...]:
    entries = watchlists.entries_by_id(connection, [hit.target.id for hit in hits])
    lists = watchlists.lists(connection)
    shown = pictures.pictures_of(connection, list(entries))
    return tuple(
        Found(
            hit=hit,
            entry=entries[hit.target.id],
            watchlist=lists[entries[hit.target.id].watchlist_id],
            pictures=tuple(shown.get(hit.target.id, ())),
        )
        for hit in sorted(hits, key=best_first)
        if hit.target.id in entries
    )


def _asked(question: Question) -> dict[str, str]:
    """What was given, for the audit."""
    told = {
        "name": question.name,
        "born": question.born,
        "nationality": question.nationality,
        "sex": question.sex,
        "document": question.document,
        "father_name": question.father_name,
        "birth_place": question.birth_place,
        "country": question.country,
        **{kind.value: text for kind, text in question.numbers.items()},
    }
    return {name: text.strip() for name, text in told.items() if text.strip()}
