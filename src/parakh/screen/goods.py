"""Screens goods and units by what they are made up of: parties, containers, what carries them.

Each of those is an organisation, a person or a conveyance to the screeners that know such; what
they say of it is said of the goods. Thousands of bills name the same carrier: it is asked once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from parakh.domain.consignment import Consignment, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Document, DocumentType, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind
from parakh.normalise.names import read_name
from parakh.screen.organisations import is_organisation
from parakh.screen.screener import (
    ConsignmentSubject,
    ConveyanceSubject,
    OrganisationSubject,
    Screener,
    Subject,
    TravellerSubject,
    UnitSubject,
)

_NOWHERE = Ref(kind=Kind.ORGANISATION, id="")
"""Stands for whatever has the part: equal parts of all goods are one."""

_UNITS = {
    ConveyanceKind.VESSEL: (EntryKind.VESSEL, IdentifierKind.IMO),
    ConveyanceKind.AIRCRAFT: (EntryKind.AIRCRAFT, IdentifierKind.AIRCRAFT_REGISTRATION),
    ConveyanceKind.VEHICLE: (EntryKind.VEHICLE, IdentifierKind.PLATE),
    ConveyanceKind.CONTAINER: (EntryKind.CONTAINER, IdentifierKind.CONTAINER),
}

_ROLES = {
    PartyRole.IMPORTER: N_("The importer of the goods"),
    PartyRole.EXPORTER: N_("The exporter of the goods"),
    PartyRole.CONSIGNEE: N_("The consignee of the goods"),
    PartyRole.AGENT: N_("The clearing agent of the goods"),
    PartyRole.CARRIER: N_("The carrier of the goods"),
    PartyRole.NOTIFY: N_("To be notified of the goods"),
}
_CONTAINER = N_("A container of the goods")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One party or container of goods, or a unit itself.

    Attributes:
        what: what it is to the goods; None for a unit itself.
        name: as told.
    """

    what: Phrase | None
    name: str
    subject: Subject


class PartsScreener:
    """A screener of persons, organisations or conveyances, for goods and units.

    Of several parts that meet one target the strongest hit stands; its evidence begins with which
    part it is.
    """

    def __init__(self, screener: Screener, parts: "Parts") -> None:
        self._screener = screener
        self._parts = parts

    @property
    def name(self) -> str:
        """The screener's own name."""
        return self._screener.name

    def applies(self, subject: Subject) -> bool:
        """Whether the screener has anything to say about a part of it."""
        return any(self._screener.applies(own.subject) for own in self._parts.of(subject))

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """The hits of each subject on what its parts met."""
        parts = [
            [own for own in self._parts.of(subject) if self._screener.applies(own.subject)]
            for subject in subjects
        ]
        asked = list(dict.fromkeys(own.subject for some in parts for own in some))
        answers = dict(zip(asked, self._screener.screen(asked), strict=True))
        return [
            _strongest(subject.ref, some, answers)
            for subject, some in zip(subjects, parts, strict=True)
        ]


class Parts:
    """The parts of a batch of goods, made once for all screeners that ask."""

    def __init__(self) -> None:
        self._known: dict[Ref, list[Part]] = {}

    def of(self, subject: Subject) -> list[Part]:
        """The parts of goods or a unit."""
        if subject.ref not in self._known:
            self._known[subject.ref] = parts_of(subject)
        return self._known[subject.ref]


def parts_of(subject: Subject) -> list[Part]:
    """What goods, or a unit, are asked about by; nothing of any other subject."""
    match subject:
        case ConsignmentSubject():
            return [*_parties(subject.consignment), *_containers(subject.consignment)]
        case UnitSubject():
            own = subject.conveyance
            return [Part(what=None, name=own.name or own.identifier, subject=_unit(own))]
    return []


# --- within -------------------------------------------------------------------------------------


def _parties(own: Consignment) -> Iterator[Part]:
    for party in own.parties:
        if not party.name and not party.identifier:
            continue
        what = phrase(_ROLES[party.role])
        told = (party.name, party.identifier, party.country)
        yield Part(what=what, name=party.name, subject=_organisation(*told))
        if party.name and not is_organisation(party.name):
            yield Part(what=what, name=party.name, subject=_person(*told))


@lru_cache(maxsize=65536)
def _organisation(name: str, number: str, country: str | None) -> OrganisationSubject:
    kinds = (IdentifierKind.TAX, IdentifierKind.REGISTRATION) if number else ()
    return OrganisationSubject(
        ref=_NOWHERE,
        name=name,
        country=country,
        identifiers=tuple(Identifier(kind=own, value=number, country=country) for own in kinds),
    )


@lru_cache(maxsize=65536)
def _person(name: str, number: str, country: str | None) -> TravellerSubject:
    """A party that may be a person; his number may be that of his identity card."""
    card = Document(type=DocumentType.OTHER, number=number, issuer=country)
    traveller = Traveller(
        id="",
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=read_name("", name),
        documents=(card,) if number else (),
    )
    return TravellerSubject(ref=_NOWHERE, traveller=traveller, voyage=None)


def _containers(own: Consignment) -> Iterator[Part]:
    for used in own.containers:
        unit = Conveyance(id="", kind=ConveyanceKind.CONTAINER, identifier=used.number)
        yield Part(what=phrase(_CONTAINER), name=used.number, subject=_unit(unit))


def _unit(own: Conveyance) -> ConveyanceSubject:
    entry, number = _UNITS[own.kind]
    identifier = Identifier(kind=number, value=own.identifier, country=own.country)
    return ConveyanceSubject(
        ref=_NOWHERE, kind=entry, name=own.name, identifiers=(identifier,) if own.identifier else ()
    )


def _strongest(ref: Ref, parts: Sequence[Part], answers: dict[Subject, Sequence[Hit]]) -> list[Hit]:
    best: dict[Ref, Hit] = {}
    for part in parts:
        for hit in answers[part.subject]:
            known = best.get(hit.target)
            if known is None or hit.score > known.score:
                evidence = (*([_which(part)] if part.what else []), *hit.evidence)
                best[hit.target] = replace(hit, id=new_id(), subject=ref, evidence=evidence)
    return sorted(best.values(), key=lambda own: (-own.score, own.target.id))


def _which(part: Part) -> Evidence:
    return Evidence(
        attribute="part",
        ours=part.name,
        theirs="",
        agreement=Agreement.UNKNOWN,
        weight=0.0,
        note=part.what or phrase(_CONTAINER),
    )
