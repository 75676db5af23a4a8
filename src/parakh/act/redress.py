"""Whether somebody is a person whom an officer cleared before, and of the same thing."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Evidence, Hit, HitState, Kind
from parakh.domain.redress import Addition, Difference, Redress
from parakh.domain.traveller import (
    SHORTEST_PROOF,
    Document,
    DocumentType,
    PersonName,
    Traveller,
    is_number,
)
from parakh.domain.watchlist import WatchlistEntry, entry_print
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.normalise.names import comparison_form

DOCUMENT, FACE, IDENTIFIER = "document", "face", "identifier"
"""Screeners whose hits are cleared by more than who the person says he is."""

_BY_REASONS = ("profiles", "links")
"""Screeners of whose hits the reasons are kept: what they met tells too little of why."""

MOST_DOCUMENTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """What a hit met, as it is now, and why it did.

    Attributes:
        print: a digest of all that it is matched by.
        documents: those of an entry, the numbers of an organisation or a unit among them.
        reasons: of the hit (see `reasons`).
    """

    print: str
    documents: tuple[Document, ...] = ()
    reasons: tuple[str, ...] = ()

    @classmethod
    def entry(cls, entry: WatchlistEntry, hit: Hit) -> "Met":
        """An entry that a hit met."""
        numbers = (
            Document(type=DocumentType.OTHER, number=own.value, issuer=own.country)
            for own in entry.identifiers
        )
        documents = (*entry.documents, *numbers)
        return cls(print=entry_print(entry), documents=documents, reasons=reasons(hit))


def reasons(hit: Hit) -> tuple[str, ...]:
    """By what a hit on a profile, or along a link, came about: a number, what is alike of two
    persons, a value that they share. None for other hits."""
    if hit.screener.partition("@")[0] not in _BY_REASONS:
        return ()
    # Which party of goods it is tells nothing of why: he may be the consignee the next time.
    return tuple(sorted({_reason(own) for own in hit.evidence if own.attribute != "part"}))


def differences(
    record: Redress, person: Traveller, met: Met, shown: Container[str | None] = ()
) -> tuple[Difference, ...]:
    """Why the record does not clear this person of what he met as it is now; () if it does.

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
    if record.target_print != met.print:
        of_profile = record.target.kind is Kind.PROFILE
        found.append(Difference.PROFILE if of_profile else Difference.ENTRY)
    elif record.reasons and not {*met.reasons} <= {*record.reasons}:
        found.append(Difference.REASON)
    if _words(record.name) != _words(person.name):
        found.append(Difference.NAME)
    if not str(record.birth_date or "").startswith(str(person.birth_date or "")):
        found.append(Difference.BIRTH_DATE)
    if person.nationality and record.nationality != person.nationality:
        found.append(Difference.NATIONALITY)
    both = known_by(record.documents) & known_by(person.documents)
    if not both:
        found.append(Difference.DOCUMENT)
    elif all(_listed(own, record, met) for own in both):
        found.append(Difference.LISTED)
    if record.screener == FACE and record.picture_id not in shown:
        found.append(Difference.FACE)
    return tuple(found)


def unchanged(
    record: Redress, person: Traveller, met: Met, shown: Container[str | None] = ()
) -> bool:
    """Whether what a human decided on a journey still holds on that journey.

    As `differences`, but he looked at this journey's documents and face himself: a listed number is
    no reason to ask again, neither is a document or picture that was not there to be kept.
    """
    told = {*differences(record, person, met, shown)} - {Difference.LISTED}
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


def _listed(known: tuple[str, str], record: Redress, met: Met) -> bool:
    """Whether a document may be the listed one's own, by which the hit came about.

    The same number of another issuer is not an entry's. Of a profile, the reasons tell it.
    """
    number, issuer = known
    if record.screener not in (DOCUMENT, IDENTIFIER):
        return any(number in own.split() for own in record.reasons)
    return any(
        own.number == number and (not own.issuer or issuer in ("", own.issuer))
        for own in met.documents
    )


def _reason(own: Evidence) -> str:
    if own.attribute == "document_number":
        return f"number {own.theirs}"
    if own.attribute.startswith("link."):
        return f"{own.attribute} {own.note.values.get('value', '')}".strip()
    return str(own.note)
