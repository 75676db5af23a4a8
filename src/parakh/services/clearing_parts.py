"""Whom a hit is on: a traveller, a party of goods, or a transport unit, each as redress knows him.

Redress knows somebody again by his name, his country and a number that he shows. A party of goods
has its tax or registration number for that, and without one its address; a unit its plate, IMO
number, registration or container number.
"""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from parakh.domain.consignment import Consignment
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.traveller import Document, DocumentType, PersonName, Traveller, TravellerRole
from parakh.normalise.identifiers import bill_number
from parakh.screen.goods import Part, parts_of
from parakh.screen.screener import (
    ConsignmentSubject,
    ConveyanceSubject,
    OrganisationSubject,
    Subject,
    TravellerSubject,
    UnitSubject,
)
from parakh.store import consignments, conveyances, travellers

_LONGEST_PROOF = 60


def known_as(hit: Hit, subject: Subject | None) -> Traveller | None:
    """Whom a hit on a subject is on; None for a face without a name, and where nobody is told."""
    if isinstance(subject, TravellerSubject):
        return subject.traveller
    if not isinstance(subject, ConsignmentSubject | UnitSubject):
        return None
    which = next((own for own in hit.evidence if own.attribute == "part"), None)
    for part in parts_of(subject):
        if which is None or (part.what, part.name) == (which.note, which.ours):
            return _bearer(part, subject)
    return None


def known_now(connection: sa.Connection, hits: Collection[Hit]) -> dict[str, Traveller]:
    """Whom stored hits are on, by the hit's identifier, as he is on file now."""
    ids = {kind: {own.subject.id for own in hits if own.subject.kind is kind} for kind in Kind}
    subjects: dict[Ref, Subject] = {
        (ref := Ref(kind=Kind.TRAVELLER, id=own.id)): TravellerSubject(
            ref=ref, traveller=own, voyage=None
        )
        for own in travellers.travellers_by_id(connection, sorted(ids[Kind.TRAVELLER]))
    }
    for goods in consignments.by_ids(connection, ids[Kind.CONSIGNMENT]).values():
        ref = Ref(kind=Kind.CONSIGNMENT, id=goods.id)
        subjects[ref] = ConsignmentSubject(ref=ref, consignment=goods)
    for unit in conveyances.by_ids(connection, ids[Kind.CONVEYANCE]).values():
        ref = Ref(kind=Kind.CONVEYANCE, id=unit.id)
        subjects[ref] = UnitSubject(ref=ref, conveyance=unit)
    found = {own.id: known_as(own, subjects.get(own.subject)) for own in hits}
    return {key: own for key, own in found.items() if own is not None}


def _bearer(part: Part, subject: ConsignmentSubject | UnitSubject) -> Traveller:
    own = part.subject
    told = own.identifiers if isinstance(own, OrganisationSubject | ConveyanceSubject) else ()
    shown = {one.value: one.country for one in told}
    country = own.country if isinstance(own, OrganisationSubject) else next(iter(shown.values()))
    if not shown and isinstance(subject, ConsignmentSubject):
        shown = dict.fromkeys(_addresses(part, subject.consignment), country)
    return Traveller(
        id=subject.ref.id,
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family=part.name, given=""),
        nationality=country,
        documents=tuple(
            Document(type=DocumentType.OTHER, number=number, issuer=issuer)
            for number, issuer in shown.items()
        ),
    )


def _addresses(part: Part, goods: Consignment) -> Iterator[str]:
    for party in goods.parties:
        address = bill_number(party.address)[:_LONGEST_PROOF]
        if address and (party.name, party.identifier) == (part.name, ""):
            yield address
