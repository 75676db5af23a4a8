"""Whether somebody is a person whom an officer cleared before, and of the same entry."""

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Hit, HitState
from parakh.domain.redress import Addition, Difference, Redress
from parakh.domain.traveller import (
    SHORTEST_PROOF,
    Document,
    PersonName,
    Traveller,
    is_number,
)
from parakh.domain.watchlist import WatchlistEntry, entry_print
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.normalise.names import comparison_form

DOCUMENT, FACE = "document", "face"
"""Screeners whose hits are cleared by more than who the person says he is."""

MOST_DOCUMENTS = 20


def differences(
    record: Redress, person: Traveller, entry: WatchlistEntry, shown: Container[str | None] = ()
) -> tuple[Difference, ...]:
    """Why the record does not clear this person of the entry as it is now; () if it does.

    He must show one of the record's documents (number and issuer). One that is listed itself clears
    nobody of being its bearer: whoever carries a stolen passport shows that number. A hit on a face
    is cleared only if the kept picture is among `shown`, those that show the face before the gate.
    Order of the words of a name, and marks on its letters, do not count. A birth date or
    nationality counts where the person's is known, a partial date as far as it goes: what the
    officer did not know when he cleared may be what tells the listed one.
    """
    found = []
    if not record.holds:
        found.append(Difference.WITHDRAWN)
    if record.entry_print != entry_print(entry):
        found.append(Difference.ENTRY)
    if _words(record.name) != _words(person.name):
        found.append(Difference.NAME)
    if not str(record.birth_date or "").startswith(str(person.birth_date or "")):
        found.append(Difference.BIRTH_DATE)
    if person.nationality and record.nationality != person.nationality:
        found.append(Difference.NATIONALITY)
    both = known_by(record.documents) & known_by(person.documents)
    if not both:
        found.append(Difference.DOCUMENT)
    elif record.screener == DOCUMENT and all(_listed(own, entry) for own in both):
        found.append(Difference.LISTED)
    if record.screener == FACE and record.picture_id not in shown:
        found.append(Difference.FACE)
    return tuple(found)


def unchanged(
    record: Redress, person: Traveller, entry: WatchlistEntry, shown: Container[str | None] = ()
) -> bool:
    """Whether what a human decided on a journey still holds on that journey.

    As `differences`, but he looked at this journey's documents and face himself: a listed number is
    no reason to ask again, neither is a document or picture that was not there to be kept.
    """
    told = {*differences(record, person, entry, shown)} - {Difference.LISTED}
    if not (known_by(record.documents) and known_by(person.documents)):
        told.discard(Difference.DOCUMENT)
    if record.picture_id is None:
        told.discard(Difference.FACE)
    return not told


def known_by(documents: Iterable[Document]) -> set[tuple[str, str]]:
    """Number and issuer of the documents by which somebody can be known again."""
    return {
        (own.number, own.issuer or "") for own in documents if is_number(own.number, SHORTEST_PROOF)
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
        raise InvalidInput(f"a document number has at least {SHORTEST_PROOF} characters")
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


def _listed(known: tuple[str, str], entry: WatchlistEntry) -> bool:
    """Whether a document may be one of the entry's; the same number of another issuer is not."""
    number, issuer = known
    return any(
        own.number == number and (not own.issuer or issuer in ("", own.issuer))
        for own in entry.documents
    )
