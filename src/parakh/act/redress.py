"""Whether somebody is a person whom an officer cleared before, and of the same entry."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.dates import PartialDate
from parakh.domain.hit import Hit, HitState
from parakh.domain.redress import Addition, Difference, Redress
from parakh.domain.traveller import Document, PersonName, Traveller
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.normalise.names import comparison_form

SHORTEST_NUMBER = 4
"""Shorter numbers, and those of one sign only, are fillers: nobody is known again by them."""

MOST_DOCUMENTS = 20


def differences(record: Redress, person: Traveller, entry_print: str) -> tuple[Difference, ...]:
    """Why the record does not clear this person of the entry as it is now; () if it does.

    He must show one of the record's documents (number and issuer). Order of the words of a name,
    and marks on its letters, do not count; a birth date or nationality counts where both are known,
    a partial date as far as it goes.
    """
    found = []
    if not record.holds:
        found.append(Difference.WITHDRAWN)
    if record.entry_print != entry_print:
        found.append(Difference.ENTRY)
    if _words(record.name) != _words(person.name):
        found.append(Difference.NAME)
    if not _agree(record.birth_date, person.birth_date):
        found.append(Difference.BIRTH_DATE)
    if record.nationality and person.nationality and record.nationality != person.nationality:
        found.append(Difference.NATIONALITY)
    if not known_by(record.documents) & known_by(person.documents):
        found.append(Difference.DOCUMENT)
    return tuple(found)


def known_by(documents: Iterable[Document]) -> set[tuple[str, str]]:
    """Number and issuer of the documents by which somebody can be known again."""
    return {
        (own.number, own.issuer or "")
        for own in documents
        if len(own.number) >= SHORTEST_NUMBER and len(set(own.number)) > 1
    }


def cleared_before(hit: Hit, record: Redress) -> Hit:
    """The hit with the decision that an officer took earlier."""
    return replace(
        hit,
        state=HitState.CLEARED,
        decided_by=record.by,
        decided_at=record.at,
        reason=record.reason,
        redress_id=record.id,
    )


def reopened(hit: Hit) -> Hit:
    """The hit as nobody has decided on it."""
    return replace(
        hit, state=HitState.OPEN, decided_by=None, decided_at=None, reason="", redress_id=None
    )


def add(record: Redress, addition: Addition) -> Redress:
    """The record with one more document or picture.

    Raises Conflict for a record that was withdrawn, InvalidInput for a document that is known, too
    short, or one too many, and where nothing is added.
    """
    _require_holding(record)
    if addition.document is None:
        if not addition.picture:
            raise InvalidInput("give a document, a picture, or both")
        return replace(record, additions=(*record.additions, addition))
    if not known_by([addition.document]):
        raise InvalidInput(f"a document number has at least {SHORTEST_NUMBER} characters")
    if known_by([addition.document]) <= known_by(record.documents):
        raise InvalidInput("this document stands in the record already")
    if len(record.documents) >= MOST_DOCUMENTS:
        raise InvalidInput(f"a record holds at most {MOST_DOCUMENTS} documents")
    return replace(
        record,
        documents=(*record.documents, addition.document),
        additions=(*record.additions, addition),
    )


def withdraw(record: Redress, actor: Actor, reason: str, at: datetime) -> Redress:
    """The record without effect; raises Forbidden for whoever cleared, Conflict the second time."""
    require_human(actor)
    _require_holding(record)
    if actor.name == record.by:
        raise Forbidden("you cleared this person: another person must withdraw it")
    return replace(
        record, withdrawn_by=actor.name, withdrawn_at=at, withdrawn_reason=reason_of(reason)
    )


def _require_holding(record: Redress) -> None:
    if not record.holds:
        raise Conflict(f"the record was withdrawn by {record.withdrawn_by}")


def _words(name: PersonName) -> list[str]:
    return sorted(comparison_form(name.full).split())


def _agree(one: PartialDate | None, other: PartialDate | None) -> bool:
    if one is None or other is None:
        return True
    return str(one).startswith(str(other)) or str(other).startswith(str(one))
