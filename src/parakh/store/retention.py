"""Takes out what has had its time: who travelled long ago, and the messages that told of him."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.hit import Kind
from parakh.domain.masking import MASKED_NAME
from parakh.domain.phrase import N_, phrase
from parakh.store import assessments, links, search, vetting
from parakh.store.batches import batches
from parakh.store.codec import PHRASE
from parakh.store.database import Tx
from parakh.store.masking import of_interest
from parakh.store.tables import (
    alert,
    booking,
    case_key,
    case_party,
    crossing,
    crossing_report,
    document,
    hit,
    hit_named,
    message,
    message_body,
    outcome,
    part,
    person_decision,
    person_link,
    record,
    search_bearer,
    search_key,
    search_word,
    traveller,
    unmasking,
    verification,
    voyage,
)

GONE = phrase(N_("Deleted: its time was over."))
"""What is left to read of a hit on whom, or what, has had its time."""


def due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Travellers whose crossing lies before a moment and who are of no interest.

    By the index of voyages first, then those who crossed without one: everybody on file is never
    looked at.
    """
    left = sa.and_(traveller.c.forgotten_at.is_(None), ~of_interest())
    crossed = sa.exists().where(crossing.c.traveller_id == traveller.c.id, crossing.c.at >= before)
    declared = (
        sa.select(traveller.c.id)
        .join(voyage, voyage.c.id == traveller.c.voyage_id)
        .where(voyage.c.due_at < before, ~crossed, left)
        .limit(most)
    )
    alone = (
        sa.select(traveller.c.id)
        .join(crossing, crossing.c.traveller_id == traveller.c.id)
        .where(crossing.c.voyage_id.is_(None), crossing.c.at < before, left)
        .limit(most)
    )
    found = list(connection.execute(declared).scalars())
    return found or list(connection.execute(alone).scalars())


def forget(tx: Tx, ids: Sequence[str]) -> None:
    """Leaves of travellers no more than that somebody of a nationality crossed, and what came of
    it; identifiers stay, so that counts and the trail hold."""
    connection, mine = tx.connection, list(ids)
    links.forget(connection, mine)
    vetting.remove(connection, mine)
    _forget_words(connection, mine)
    bookings = _bookings_of(connection, mine)
    crossings = sa.select(crossing.c.id).where(crossing.c.traveller_id.in_(mine))
    parties = sa.select(case_party.c.id).where(case_party.c.ref_id.in_(mine))
    assessments.mask_named(connection, mine)
    for query in (
        document.delete().where(document.c.traveller_id.in_(mine)),
        record.delete().where(record.c.traveller_id.in_(mine)),
        booking.delete().where(booking.c.id.in_(bookings), booking.c.id.not_in(_in_use())),
        crossing_report.delete().where(crossing_report.c.crossing_id.in_(crossings)),
        person_decision.delete().where(
            person_decision.c.traveller_id.in_(mine) | person_decision.c.other_id.in_(mine)
        ),
        person_link.update().where(person_link.c.linked_to.in_(mine)).values(linked_to=None),
        person_link.delete().where(person_link.c.traveller_id.in_(mine)),
        unmasking.delete().where(unmasking.c.traveller_id.in_(mine)),
        verification.delete().where(verification.c.traveller_id.in_(mine)),
        hit.update()
        .where(hit.c.subject_id.in_(mine), hit.c.subject_kind == Kind.TRAVELLER.value)
        .values(sentence=PHRASE.dump(GONE), evidence=[], reason=""),
        hit_named.delete().where(hit_named.c.traveller_id.in_(mine)),
        outcome.update().where(outcome.c.alert_id.in_(_alerts_on(mine))).values(note=""),
        alert.update().where(alert.c.id.in_(_alerts_on(mine))).values(outcome_note=None),
        case_key.delete().where(case_key.c.party_id.in_(parties)),
        case_party.update().where(case_party.c.ref_id.in_(mine)).values(label=str(MASKED_NAME)),
        traveller.update()
        .where(traveller.c.id.in_(mine))
        .values(
            forgotten_at=tx.at,
            family_name="",
            given_names="",
            name_key="",
            birth_date=None,
            residence=None,
            father_name="",
            birth_place="",
            booking_reference=None,
            seat=None,
            bags=[],
        ),
    ):
        connection.execute(query)


def _alerts_on(ids: Sequence[str]) -> sa.Select[tuple[str]]:
    return sa.select(alert.c.id).where(
        alert.c.subject_id.in_(ids), alert.c.subject_kind == Kind.TRAVELLER.value
    )


def messages_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Messages from before a moment whose text is on file, and nobody of whom they told."""
    told = sa.exists().where(part.c.message_id == message.c.id, record.c.part_id == part.c.id)
    query = (
        sa.select(message.c.id)
        .join(message_body, message_body.c.message_id == message.c.id)
        .where(message.c.received_at < before, ~told)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def forget_messages(tx: Tx, ids: Sequence[str]) -> None:
    """Deletes the text of messages. That they came, and how they fared, stays."""
    over = list(ids)
    tx.connection.execute(message_body.delete().where(message_body.c.message_id.in_(over)))
    tx.connection.execute(part.update().where(part.c.message_id.in_(over)).values(problems=[]))


def _forget_words(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Takes out the words of their names, but for those that others bear."""
    query = sa.select(search_bearer.c.word).where(search_bearer.c.traveller_id.in_(ids))
    words = list(connection.execute(query.distinct()).scalars())
    search.forget(connection, ids)
    borne = sa.exists().where(search_bearer.c.word == search_word.c.word)
    for some in batches(words):
        connection.execute(search_word.delete().where(search_word.c.word.in_(some), ~borne))
        left = sa.exists().where(search_word.c.word == search_key.c.word)
        connection.execute(search_key.delete().where(search_key.c.word.in_(some), ~left))


def _bookings_of(connection: sa.Connection, ids: Sequence[str]) -> list[str]:
    query = sa.select(record.c.booking_id).where(
        record.c.traveller_id.in_(ids), record.c.booking_id.is_not(None)
    )
    return list(connection.execute(query.distinct()).scalars())


def _in_use() -> sa.Select[tuple[str]]:
    return sa.select(record.c.booking_id).where(record.c.booking_id.is_not(None))
