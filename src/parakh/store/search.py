"""Travellers by any spelling of their names: words, the keys under which words are found, bearers.

A word is stored once with its keys (see `parakh.screen.tokens`), however many bear it; so that a
question costs what its words are like, and not how often they are borne. The words of a traveller
are written by whoever saves him (`parakh.store.travellers`), and go with him.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from parakh.domain.traveller import PersonName, Traveller
from parakh.screen.comparison import MOST_WORDS
from parakh.screen.lexicon import name_tokens
from parakh.screen.tokens import keys, similarity
from parakh.store.database import insert_of
from parakh.store.tables import (
    booking,
    crossing,
    document,
    record,
    search_key,
    search_name,
    search_word,
    traveller,
    voyage,
)

LONGEST_WORD = 40
LONGEST_KEY = 48

LEAST_ALIKE = 0.75
"""Likeness from which a stored word is taken for a spelling of one that was typed."""

MOST_SPELLINGS = 40
"""So many stored words are looked for in the place of each that was typed, the most alike first."""

MOST_LIKE = 4_000
"""So many stored words are compared with one that was typed."""

COMMON = 2_000
"""A typed word that more travellers bear is common: it narrows what other words find."""

MOST_SCANNED = 5_000
"""So many bearers of the rarest word (of a common one: of each spelling) are looked through, the
newest first."""

COMMON_SPELLINGS = 8
"""So many spellings of a common word are looked through."""

_AT_ONCE = 500


# --- writing ------------------------------------------------------------------------------------


def write(connection: sa.Connection, values: Sequence[Traveller]) -> None:
    """Writes the words of travellers' names in the place of those that they had."""
    if not values:
        return
    forget(connection, [own.id for own in values])
    write_names(connection, {own.id: own.name for own in values})


def forget(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Takes travellers out of what is found by name."""
    for some in _batches(list(ids)):
        connection.execute(search_name.delete().where(search_name.c.traveller_id.in_(some)))


def unwritten(connection: sa.Connection, after: str, limit: int) -> list[tuple[str, PersonName]]:
    """Travellers with a name and without words, from behind an identifier on, in its order."""
    known = sa.exists().where(search_name.c.traveller_id == traveller.c.id)
    query = (
        sa.select(traveller.c.id, traveller.c.family_name, traveller.c.given_names)
        .where(
            traveller.c.id > after,
            traveller.c.joined_to.is_(None),
            traveller.c.name_key != "",
            ~known,
        )
        .order_by(traveller.c.id)
        .limit(limit)
    )
    return [
        (row.id, PersonName(family=row.family_name, given=row.given_names))
        for row in connection.execute(query)
    ]


def write_names(connection: sa.Connection, names: Mapping[str, PersonName]) -> None:
    """Writes the words of travellers who had none just before."""
    words = {key: _words_of(name) for key, name in names.items()}
    _write_words(connection, {word for own in words.values() for word in own})
    rows = [{"word": word, "traveller_id": key} for key, own in words.items() for word in own]
    if rows:
        # Whoever saved one of them meanwhile wrote his words as well.
        connection.execute(insert_of(connection)(search_name).on_conflict_do_nothing(), rows)


@lru_cache(maxsize=65_536)
def _words_of(name: PersonName) -> tuple[str, ...]:
    words = (word[:LONGEST_WORD] for word in name_tokens(name)[:MOST_WORDS])
    return tuple(dict.fromkeys(filter(None, words)))


def _write_words(connection: sa.Connection, words: Collection[str]) -> None:
    """Adds words that are new, with their keys. In one order, so that two writers never wait for
    each other."""
    insert = insert_of(connection)
    for some in _batches(sorted(words)):
        adding = insert(search_word).values([{"word": word} for word in some])
        new = adding.on_conflict_do_nothing().returning(search_word.c.word)
        rows = [
            {"key": key, "word": word}
            for word in connection.execute(new).scalars()
            for key in _keys_of(word)
        ]
        if rows:
            connection.execute(insert(search_key).on_conflict_do_nothing(), rows)


def _keys_of(word: str) -> list[str]:
    return list(dict.fromkeys(key[:LONGEST_KEY] for key in keys(word)))


# --- finding ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """A typed word: its spellings that are on file, the most alike first, and how many bear any of
    them (one more than COMMON at most)."""

    spellings: tuple[str, ...]
    bearers: int


def named(
    connection: sa.Connection,
    name: PersonName,
    ports: Collection[str] | None,
    *,
    limit: int,
) -> list[str]:
    """Travellers whose names may be meant, of some ports or (None) of all; about `limit` at most.

    Those who bear all words that are on file, in some spelling, are found first; then those who
    lack one of several, unless only common words are left. The newest come first.
    """
    typed = (_word(connection, word) for word in _words_of(name))
    words = sorted((own for own in typed if own.spellings), key=lambda own: own.bearers)
    if not words:
        return []
    found = _bearing(connection, words, ports, limit)
    for place in range(len(words)) if len(words) > 1 else ():
        rest = words[:place] + words[place + 1 :]
        if len(found) < limit and rest[0].bearers <= COMMON:
            found |= _bearing(connection, rest, ports, limit)
    return list(found)


def _word(connection: sa.Connection, word: str) -> _Word:
    spellings = _spellings(connection, word)
    return _Word(spellings=spellings, bearers=_bearers(connection, spellings))


def _spellings(connection: sa.Connection, word: str) -> tuple[str, ...]:
    """Stored words that may be a spelling of one, the most alike first."""
    query = (
        sa.select(search_key.c.word)
        .where(search_key.c.key.in_(_keys_of(word)))
        .distinct()
        .limit(MOST_LIKE)
    )
    like = ((similarity(word, own).similarity, own) for own in connection.execute(query).scalars())
    found = sorted((own for own in like if own[0] >= LEAST_ALIKE), key=lambda o: (-o[0], o[1]))
    return tuple(own for _, own in found[:MOST_SPELLINGS])


def _bearers(connection: sa.Connection, spellings: Sequence[str]) -> int:
    """How many bear a word in some spelling, one more than COMMON at most."""
    query = sa.select(search_name.c.word).where(search_name.c.word.in_(spellings)).limit(COMMON + 1)
    return int(
        connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    )


def _bearing(
    connection: sa.Connection, words: Sequence[_Word], ports: Collection[str] | None, limit: int
) -> dict[str, None]:
    """Who bears each of some words; the rarest word is given first.

    Of a common one each spelling is looked through by itself, in the order of its own index, so
    that the search ends as soon as enough are found.
    """
    first, rest = words[0], words[1:]
    rare = first.bearers <= COMMON
    found: dict[str, None] = {}
    each = [(own,) for own in first.spellings[:COMMON_SPELLINGS]]
    for spellings in [first.spellings] if rare else each:
        if len(found) < limit:
            query = _query(spellings, rest, ports).limit(limit)
            found |= dict.fromkeys(connection.execute(query).scalars())
    return found


def _query(
    spellings: Sequence[str], rest: Sequence[_Word], ports: Collection[str] | None
) -> sa.Select[str]:
    bearing = (
        sa.select(search_name.c.traveller_id)
        .where(search_name.c.word.in_(spellings))
        .order_by(search_name.c.traveller_id.desc())
        .limit(MOST_SCANNED)
        .subquery()
    )
    query = sa.select(bearing.c.traveller_id).join(
        traveller, traveller.c.id == bearing.c.traveller_id
    )
    for own in rest:
        other = search_name.alias()
        # As an expression, so that the index of the traveller is asked for his few words, and not
        # that of words for each spelling.
        word = other.c.word.concat("")
        query = query.where(
            sa.exists().where(
                other.c.traveller_id == bearing.c.traveller_id, word.in_(own.spellings)
            )
        )
    query = query.where(traveller.c.joined_to.is_(None), *_within(ports))
    return query.order_by(bearing.c.traveller_id.desc())


def names(connection: sa.Connection, ids: Iterable[str]) -> dict[str, PersonName]:
    """The names of travellers."""
    found: dict[str, PersonName] = {}
    for some in _batches(list(ids)):
        query = sa.select(traveller.c.id, traveller.c.family_name, traveller.c.given_names)
        for row in connection.execute(query.where(traveller.c.id.in_(some))):
            found[row.id] = PersonName(family=row.family_name, given=row.given_names)
    return found


def with_document(connection: sa.Connection, number: str, most: int) -> list[str]:
    """Travellers who declared a document with this normalised number."""
    query = sa.select(document.c.traveller_id).where(document.c.number == number)
    return list(connection.execute(query.limit(most)).scalars())


def with_locator(connection: sa.Connection, locator: str, most: int) -> list[str]:
    """Travellers on a booking with this record locator."""
    declared = sa.select(traveller.c.id).where(traveller.c.booking_reference == locator)
    booked = (
        sa.select(record.c.traveller_id)
        .join(booking, booking.c.id == record.c.booking_id)
        .where(booking.c.locator == locator)
    )
    return list(connection.execute(declared.union(booked).limit(most)).scalars())


def voyages_named(
    connection: sa.Connection, name: str, ports: Collection[str] | None, most: int
) -> list[str]:
    """Voyages of a carrier and number, such as PK304, by identifier, the latest first."""
    which = sa.or_(
        *(
            sa.and_(voyage.c.carrier == name[:length], voyage.c.number == name[length:])
            for length in (2, 3)
        )
    )
    query = sa.select(voyage.c.id).where(which)
    if ports is not None:
        query = query.where(voyage.c.port.in_(sorted(ports)))
    ids = connection.execute(query.order_by(voyage.c.leaves_at.desc()).limit(most)).scalars()
    return list(ids)


def within(
    connection: sa.Connection, ids: Iterable[str], ports: Collection[str] | None
) -> list[str]:
    """Those of some travellers who came or come to some ports, the newest first."""
    found: list[str] = []
    for some in _batches(list(dict.fromkeys(ids))):
        query = sa.select(traveller.c.id).where(
            traveller.c.id.in_(some), traveller.c.joined_to.is_(None), *_within(ports)
        )
        found += connection.execute(query).scalars()
    return sorted(found, reverse=True)


def _within(ports: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    if ports is None:
        return []
    mine = sorted(ports)
    by_voyage = sa.exists().where(voyage.c.id == traveller.c.voyage_id, voyage.c.port.in_(mine))
    by_crossing = sa.exists().where(
        crossing.c.traveller_id == traveller.c.id, crossing.c.port.in_(mine)
    )
    return [by_voyage | by_crossing]


def _batches(values: Sequence[str]) -> Iterable[list[str]]:
    return (list(values[at : at + _AT_ONCE]) for at in range(0, len(values), _AT_ONCE))
