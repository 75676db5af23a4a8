"""Suspects and companies of enforcement records who are on file as travellers and parties."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.domain.enforcement import RecordKind
from parakh.domain.profile import FactKind, ProfileKind, ProfileState
from parakh.domain.traveller import PersonName
from parakh.normalise.names import comparison_form
from parakh.store.batches import batches
from parakh.store.codec import SUSPECT_RECORD
from parakh.store.database import Tx
from parakh.store.enforcement import Mark, called
from parakh.store.tables import (
    consignment_party,
    document,
    enforcement,
    enforcement_mark,
    profile,
    profile_fact,
    traveller,
)

_OWN, _MARK = enforcement.c, enforcement_mark.c
_DATE = len("2000-01-01")


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """A suspect or company that meets somebody on file: the record, and the traveller, or the key
    of the party; `by_number` where the document or number is the same, else the name."""

    record_id: str
    other: str
    by_number: bool


def waiting(connection: sa.Connection) -> list[str]:
    """Suspects and companies of whom no profile was proposed yet."""
    kinds = (RecordKind.SUSPECT.value, RecordKind.COMPANY.value)
    query = sa.select(_OWN.id).where(_OWN.kind.in_(kinds), _OWN.proposed_at.is_(None))
    return list(connection.execute(query.order_by(_OWN.id)).scalars())


def note_proposed(tx: Tx, record_ids: Collection[str]) -> None:
    """Notes that profiles were proposed of some records."""
    mine = enforcement.update().where(_OWN.id.in_(record_ids))
    tx.connection.execute(mine.values(proposed_at=tx.at))


def organisations_kept(
    connection: sa.Connection, names: Collection[str], numbers: Collection[str]
) -> bool:
    """Whether a living profile of an organisation bears one of some names or numbers."""
    fact = profile_fact.c
    named = (fact.kind == FactKind.NAME.value) & fact.value.in_(list(names))
    numbered = (fact.kind == FactKind.IDENTIFIER.value) & fact.value.in_(list(numbers))
    query = (
        sa.select(profile.c.id)
        .join(profile_fact, fact.profile_id == profile.c.id)
        .where(
            profile.c.kind == ProfileKind.ORGANISATION.value,
            profile.c.state.in_([ProfileState.PROPOSED.value, ProfileState.IN_FORCE.value]),
            fact.withdrawn_at.is_(None),
            named | numbered,
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def suspects_met(connection: sa.Connection, record_ids: Collection[str]) -> list[Met]:
    """Of some records, the suspects whose document, or exact name and whole birth date, a traveller
    on file bears."""
    return [one for some in batches(record_ids) for one in _suspects_met(connection, some)]


def companies_met(connection: sa.Connection, record_ids: Collection[str]) -> list[Met]:
    """Of some records, the companies whose number, or exact name and country, a party of a
    consignment bears."""
    return [one for some in batches(record_ids) for one in _companies_met(connection, some)]


def _suspects_met(connection: sa.Connection, record_ids: list[str]) -> list[Met]:
    by_document = (
        sa.select(_MARK.record_id, document.c.traveller_id)
        .join(document, document.c.number == _MARK.value)
        .join(traveller, traveller.c.id == document.c.traveller_id)
        .where(
            _MARK.kind == Mark.DOCUMENT.value,
            _MARK.record_id.in_(record_ids),
            traveller.c.joined_to.is_(None),
        )
        .distinct()
    )
    found = [
        Met(record_id=row[0], other=row[1], by_number=True)
        for row in connection.execute(by_document)
    ]
    # The parts of the mark are compared, not put together: so the travellers' index is used.
    by_name = (
        sa.select(
            _MARK.record_id,
            traveller.c.id,
            traveller.c.family_name,
            traveller.c.given_names,
            _OWN.data,
        )
        .select_from(enforcement)
        .join(enforcement_mark, _MARK.record_id == _OWN.id)
        .join(
            traveller,
            (traveller.c.name_key == sa.func.substr(_MARK.value, _DATE + 2))
            & (traveller.c.birth_date == sa.func.substr(_MARK.value, 1, _DATE)),
        )
        .where(
            _MARK.kind == Mark.PERSON.value,
            _MARK.record_id.in_(record_ids),
            traveller.c.joined_to.is_(None),
        )
    )
    for row in connection.execute(by_name):
        told = _words(PersonName(family=row.family_name, given=row.given_names))
        if told in map(_words, called(SUSPECT_RECORD.load(row.data))):
            found.append(Met(record_id=row.record_id, other=row.id, by_number=False))
    return found


def _companies_met(connection: sa.Connection, record_ids: list[str]) -> list[Met]:
    query = (
        sa.select(_MARK.record_id, _MARK.value)
        .join(consignment_party, consignment_party.c.party_key == _MARK.value)
        .where(_MARK.kind == Mark.PARTY.value, _MARK.record_id.in_(record_ids))
        .distinct()
    )
    return [
        Met(record_id=row[0], other=row[1], by_number=row[1].startswith("id:"))
        for row in connection.execute(query)
    ]


def _words(name: PersonName) -> tuple[str, ...]:
    return tuple(sorted(comparison_form(name.full).split()))
