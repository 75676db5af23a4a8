"""Which travellers of different voyages are one person, and what humans decided about it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.dates import PartialDate
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.errors import NotFound
from parakh.screen.grouping import Link, Pair, Wanted
from parakh.screen.persons import Identity
from parakh.store.batches import ALTERNATIVES, batches
from parakh.store.codec import Codec
from parakh.store.tables import document, person_decision, person_link, traveller

_REASONS: Codec[tuple[Phrase, ...]] = Codec(tuple[Phrase, ...])

_LOCK = 0x7065_7273
"""Number of the lock that all who link persons share (PostgreSQL)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A human's word on two travellers; `withdrawn_by` where it does not hold any more."""

    id: str
    traveller_id: str
    other_id: str
    same: bool
    reason: str
    by: str
    at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def pair(self) -> Pair:
        """The two."""
        return frozenset((self.traveller_id, self.other_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLink:
    """A traveller's place in a person; `by` is the human who decided it, "" for a computed one."""

    traveller_id: str
    person_id: str
    other: str
    confidence: float
    reasons: tuple[Phrase, ...]
    by: str
    at: datetime


def lock(connection: sa.Connection) -> None:
    """Lets one transaction at a time link persons; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def identities(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Identity]:
    """What is compared of travellers; without those who turned out to be others."""
    found: dict[str, Identity] = {}
    for some in batches(ids):
        documents: defaultdict[str, list[Document]] = defaultdict(list)
        for row in connection.execute(sa.select(document).where(document.c.traveller_id.in_(some))):
            documents[row.traveller_id].append(
                Document(type=DocumentType(row.type), number=row.number, issuer=row.issuer)
            )
        query = sa.select(
            traveller.c.id,
            traveller.c.family_name,
            traveller.c.given_names,
            traveller.c.birth_date,
            traveller.c.sex,
            traveller.c.nationality,
        ).where(traveller.c.id.in_(some), traveller.c.joined_to.is_(None))
        for row in connection.execute(query):
            found[row.id] = Identity.made(
                name=PersonName(family=row.family_name, given=row.given_names),
                birth_date=None if row.birth_date is None else PartialDate.parse(row.birth_date),
                sex=None if row.sex is None else Sex(row.sex),
                nationality=row.nationality,
                documents=documents[row.id],
            )
    return found


# --- candidates -------------------------------------------------------------------------------


def candidates(connection: sa.Connection, wanted: Collection[Wanted]) -> set[str]:
    """Travellers who may be one with any of those wanted, by documents, birth date and name.

    `identities` leaves out those who turned out to be others: asked here, a database would look
    through all who did not.
    """
    return {
        *_with_numbers(connection, wanted),
        *_born_on(connection, wanted),
        *_named(connection, wanted),
    }


def _with_numbers(connection: sa.Connection, wanted: Iterable[Wanted]) -> Iterator[str]:
    numbers = {number for own in wanted for number in own.numbers}
    for some in batches(numbers):
        query = sa.select(document.c.traveller_id).where(document.c.number.in_(some))
        yield from connection.execute(query).scalars()


def _born_on(connection: sa.Connection, wanted: Iterable[Wanted]) -> Iterator[str]:
    """Those of whose names a word has the same consonants; a birth date alone is too many's."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for own in wanted:
        for birth in own.births:
            words[birth].update(own.name_key.split())
    for some in batches(words):
        query = sa.select(traveller.c.id, traveller.c.birth_date, traveller.c.name_key).where(
            traveller.c.birth_date.in_(some)
        )
        for traveller_id, birth, key in connection.execute(query):
            if not words[birth].isdisjoint(key.split()):
                yield traveller_id


def _named(connection: sa.Connection, wanted: Iterable[Wanted]) -> Iterator[str]:
    """Those with the same key of the name who were born in the same year, as far as is known."""
    keys = {(own.name_key, own.year) for own in wanted if own.name_key and own.year}
    for some in batches(keys, ALTERNATIVES):
        alike = (
            sa.and_(
                traveller.c.name_key == key,
                traveller.c.birth_date >= year,
                traveller.c.birth_date < f"{year}~",  # behind every date of the year
            )
            for key, year in some
        )
        query = sa.select(traveller.c.id).where(sa.or_(*alike))
        yield from connection.execute(query).scalars()


# --- links ------------------------------------------------------------------------------------


def persons_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The person of each traveller who is linked with others."""
    found: dict[str, str] = {}
    for some in batches(ids):
        query = sa.select(person_link.c.traveller_id, person_link.c.person_id).where(
            person_link.c.traveller_id.in_(some)
        )
        found.update((row.traveller_id, row.person_id) for row in connection.execute(query))
    return found


def members_of(connection: sa.Connection, persons: Iterable[str]) -> dict[str, str]:
    """The person of each traveller of some persons."""
    found: dict[str, str] = {}
    for some in batches(persons):
        query = (
            sa.select(person_link.c.traveller_id, person_link.c.person_id)
            .join(traveller, traveller.c.id == person_link.c.traveller_id)
            .where(person_link.c.person_id.in_(some), traveller.c.joined_to.is_(None))
        )
        found.update((row.traveller_id, row.person_id) for row in connection.execute(query))
    return found


def links_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, StoredLink]:
    """The links of travellers who are linked with others."""
    found: dict[str, StoredLink] = {}
    for some in batches(ids):
        for row in connection.execute(
            sa.select(person_link).where(person_link.c.traveller_id.in_(some))
        ):
            found[row.traveller_id] = StoredLink(
                traveller_id=row.traveller_id,
                person_id=row.person_id,
                other=row.linked_to,
                confidence=row.confidence,
                reasons=_REASONS.load(row.reason),
                by=row.by,
                at=row.at,
            )
    return found


def replace_links(
    connection: sa.Connection,
    ids: Collection[str],
    persons: Iterable[Sequence[Link]],
    deciders: Mapping[Pair, str],
    at: datetime,
) -> int:
    """Puts travellers (`ids`) into the persons given, out of all others; says how many moved.

    A person is called by his first traveller. Links that stay as they are keep their moment.
    """
    known = links_of(connection, ids)
    new: dict[str, StoredLink] = {}
    for links in persons:
        person_id = min(link.traveller_id for link in links)
        for link in links:
            pair = frozenset((link.traveller_id, link.other))
            new[link.traveller_id] = StoredLink(
                traveller_id=link.traveller_id,
                person_id=person_id,
                other=link.other,
                confidence=link.confidence,
                reasons=link.reasons,
                by=deciders.get(pair, "") if link.decided else "",
                at=at,
            )
    stay = {own for own, link in new.items() if own in known and _same(known[own], link)}
    gone = [own for own in known if own not in stay]
    for some in batches(gone):
        connection.execute(person_link.delete().where(person_link.c.traveller_id.in_(some)))
    rows = [
        {
            "traveller_id": link.traveller_id,
            "person_id": link.person_id,
            "linked_to": link.other,
            "confidence": link.confidence,
            "reason": _REASONS.dump(link.reasons),
            "by": link.by,
            "at": link.at,
        }
        for own, link in new.items()
        if own not in stay
    ]
    if rows:
        connection.execute(person_link.insert(), rows)
    return len({*gone, *(new.keys() - stay)})


def _same(old: StoredLink, new: StoredLink) -> bool:
    return (old.person_id, old.other, old.confidence, old.reasons, old.by) == (
        new.person_id,
        new.other,
        new.confidence,
        new.reasons,
        new.by,
    )


# --- decisions --------------------------------------------------------------------------------


def add_decision(connection: sa.Connection, value: Decision) -> None:
    """Keeps a human's word."""
    connection.execute(
        person_decision.insert().values(
            id=value.id,
            traveller_id=value.traveller_id,
            other_id=value.other_id,
            same=value.same,
            reason=value.reason,
            by=value.by,
            at=value.at,
        )
    )


def get_decision(connection: sa.Connection, decision_id: str) -> Decision:
    """One decision; raises NotFound."""
    found = _decisions(connection, person_decision.c.id == decision_id)
    if not found:
        raise NotFound("there is no such decision")
    return found[0]


def decisions_on(connection: sa.Connection, ids: Iterable[str]) -> list[Decision]:
    """What holds of travellers, oldest first; of those who turned out to be others, of these."""
    found: dict[str, Decision] = {}
    for some in batches(ids):
        joined = sa.select(traveller.c.id).where(traveller.c.joined_to.in_(some))
        known = [*some, *connection.execute(joined).scalars()]
        concerned = sa.or_(
            person_decision.c.traveller_id.in_(known), person_decision.c.other_id.in_(known)
        )
        holds = person_decision.c.withdrawn_at.is_(None)
        found.update((own.id, own) for own in _decisions(connection, concerned & holds))
    return sorted(found.values(), key=lambda own: (own.at, own.id))


def withdraw_decision(connection: sa.Connection, decision_id: str, by: str, at: datetime) -> bool:
    """Ends a decision; False when somebody else did."""
    done = connection.execute(
        person_decision.update()
        .where(person_decision.c.id == decision_id, person_decision.c.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=at)
    )
    return done.rowcount == 1


def _decisions(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Decision]:
    one, other = traveller.alias(), traveller.alias()
    lasting = (
        sa.func.coalesce(one.c.joined_to, one.c.id).label("lasting_one"),
        sa.func.coalesce(other.c.joined_to, other.c.id).label("lasting_other"),
    )
    query = (
        sa.select(person_decision, *lasting)
        .join(one, one.c.id == person_decision.c.traveller_id)
        .join(other, other.c.id == person_decision.c.other_id)
        .where(which)
    )
    return [
        Decision(
            id=row.id,
            traveller_id=row.lasting_one,
            other_id=row.lasting_other,
            same=row.same,
            reason=row.reason,
            by=row.by,
            at=row.at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_at=row.withdrawn_at,
        )
        for row in connection.execute(query)
    ]
