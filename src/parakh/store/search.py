"""Travellers by any spelling of their names: words, the keys under which words are found, bearers.

A word is stored once with its keys (see `parakh.screen.tokens`), however many bear it; so that a
question costs what its words are like, and not how often they are borne. Each bearer stands with
the port at which he is expected or was seen, so that the officer of one port asks its bearers alone
and pays nothing for those of all others. The words of a traveller are written by whoever saves him
(`parakh.store.travellers`), and go with him.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import sqlalchemy as sa

from parakh.domain.traveller import PersonName
from parakh.screen.comparison import MOST_WORDS
from parakh.screen.lexicon import name_tokens
from parakh.screen.tokens import keys, similarity
from parakh.store.batches import batches
from parakh.store.database import insert_of
from parakh.store.tables import (
    booking,
    crossing,
    document,
    record,
    search_bearer,
    search_key,
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

MOST_SCANNED = 10_000
"""So many bearers of the rarest word, if that is a common one, are looked through, the newest
first: those of its best spelling, then those of all others."""

COMMON_SPELLINGS = 8
"""So many spellings of a common word are looked through."""

NOWHERE = ""
"""The port of those who have none."""


# --- writing ------------------------------------------------------------------------------------


def write(connection: sa.Connection, names: Mapping[str, PersonName]) -> None:
    """Writes the words of travellers' names in the place of those that they had."""
    words = {key: _words_of(name) for key, name in names.items()}
    _write_words(connection, {word for own in words.values() for word in own})
    for some in batches(words):
        now = {
            (word, key, port)
            for key, ports in _ports_of(connection, some).items()
            for word in words[key]
            for port in ports
        }
        _replace(connection, some, now)


def place(connection: sa.Connection, traveller_id: str, port: str) -> None:
    """A traveller is found at a port from now on: he is expected or was seen there."""
    mine = search_bearer.c.traveller_id == traveller_id
    query = sa.select(search_bearer.c.word, search_bearer.c.port).where(mine)
    known = [(row.word, row.port) for row in connection.execute(query)]
    if all(own != port for _, own in known):
        rows = {(word, traveller_id, port) for word, _ in known}
        _insert(connection, rows)
        connection.execute(search_bearer.delete().where(mine, search_bearer.c.port == NOWHERE))


def forget(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Takes travellers out of what is found by name."""
    for some in batches(ids):
        connection.execute(search_bearer.delete().where(search_bearer.c.traveller_id.in_(some)))


def unwritten(connection: sa.Connection, after: str, limit: int) -> list[tuple[str, PersonName]]:
    """Travellers with a name and without words, from behind an identifier on, in its order."""
    known = sa.exists().where(search_bearer.c.traveller_id == traveller.c.id)
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


_Bearer = tuple[str, str, str]
"""A word, who bears it, and a port of his."""


def _ports_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, set[str]]:
    """The ports at which travellers are expected or were seen; `NOWHERE` alone if there is none."""
    query = (
        sa.select(traveller.c.id, voyage.c.port, crossing.c.port)
        .outerjoin(voyage, voyage.c.id == traveller.c.voyage_id)
        .outerjoin(crossing, crossing.c.traveller_id == traveller.c.id)
        .where(traveller.c.id.in_(ids))
    )
    return {
        own: {port for port in ports if port} or {NOWHERE}
        for own, *ports in connection.execute(query)
    }


def _replace(connection: sa.Connection, ids: Sequence[str], now: set[_Bearer]) -> None:
    """Brings travellers' words to what they are now; what stays is not touched."""
    columns = search_bearer.c.word, search_bearer.c.traveller_id, search_bearer.c.port
    query = sa.select(*columns).where(search_bearer.c.traveller_id.in_(ids))
    before = {(row[0], row[1], row[2]) for row in connection.execute(query)}
    gone = [
        {"gone_word": word, "gone_id": own, "gone_port": port} for word, own, port in before - now
    ]
    if gone:
        old = zip(columns, ("gone_word", "gone_id", "gone_port"), strict=True)
        which = (column == sa.bindparam(name) for column, name in old)
        connection.execute(search_bearer.delete().where(*which), gone)
    _insert(connection, now - before)


def _insert(connection: sa.Connection, rows: Collection[_Bearer]) -> None:
    if rows:
        # Whoever saved one of them meanwhile wrote his words as well.
        insert = insert_of(connection)(search_bearer).on_conflict_do_nothing()
        told = [
            {"word": word, "traveller_id": own, "port": port} for word, own, port in sorted(rows)
        ]
        connection.execute(insert, told)


@lru_cache(maxsize=65_536)
def _words_of(name: PersonName) -> tuple[str, ...]:
    words = (word[:LONGEST_WORD] for word in name_tokens(name)[:MOST_WORDS])
    return tuple(dict.fromkeys(filter(None, words)))


def _write_words(connection: sa.Connection, words: Collection[str]) -> None:
    """Adds words that are new, with their keys. In one order, so that two writers never wait for
    each other."""
    insert = insert_of(connection)
    for some in batches(sorted(words)):
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
    them at the ports asked for (one more than MOST_SCANNED at most)."""

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

    Those who bear all words that anybody bears there, in some spelling, are found first; then those
    who lack one of several, unless only common words are left. The newest come first.
    """
    typed = (_word(connection, word, ports) for word in _words_of(name))
    words = sorted((own for own in typed if own.bearers), key=lambda own: own.bearers)
    if not words:
        return []
    found = _bearing(connection, words, ports, limit)
    for place in range(len(words)) if len(words) > 1 else ():
        rest = words[:place] + words[place + 1 :]
        if len(found) < limit and rest[0].bearers <= COMMON:
            found |= _bearing(connection, rest, ports, limit)
    return list(found)


def _word(connection: sa.Connection, word: str, ports: Collection[str] | None) -> _Word:
    spellings = _spellings(connection, word)
    return _Word(spellings=spellings, bearers=_bearers(connection, spellings, ports))


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


def _bearers(
    connection: sa.Connection, spellings: Sequence[str], ports: Collection[str] | None
) -> int:
    """How many bear a word in some spelling, one more than MOST_SCANNED at most."""
    query = sa.select(search_bearer.c.word).where(*_borne(spellings, ports))
    query = query.limit(MOST_SCANNED + 1)
    return int(
        connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    )


def _bearing(
    connection: sa.Connection, words: Sequence[_Word], ports: Collection[str] | None, limit: int
) -> dict[str, None]:
    """Who bears each of some words; the rarest word is given first."""
    first, *rest = words
    found: dict[str, None] = {}
    most = MOST_SCANNED if rest else limit
    for bearing in _candidates(first, ports, most):
        if len(found) < limit:
            query = _query(bearing.subquery("bearing"), rest, ports, limit)
            found |= dict.fromkeys(connection.execute(query).scalars())
    return found


def _candidates(word: _Word, ports: Collection[str] | None, most: int) -> Iterator[sa.Select[str]]:
    """Who bears a word: all at once of a rare one, `most` of a common one, the newest.

    The best spelling of a common one comes first: if enough bear that, nobody needs those who
    spell it otherwise.
    """
    if word.bearers <= COMMON:
        yield _all(word.spellings, ports)
        return
    best, *others = word.spellings[:COMMON_SPELLINGS]
    yield _newest([best], ports, most)
    if others:
        yield _newest(others, ports, most)


def _borne(
    spellings: Sequence[str], ports: Collection[str] | None
) -> Iterator[sa.ColumnElement[bool]]:
    yield search_bearer.c.word.in_(spellings)
    if ports is not None:
        yield search_bearer.c.port.in_(sorted(ports))


def _all(spellings: Sequence[str], ports: Collection[str] | None) -> sa.Select[str]:
    bearing = sa.select(search_bearer.c.traveller_id).where(*_borne(spellings, ports))
    return bearing.distinct().limit(COMMON)  # that many at most: a planner would not know


def _newest(spellings: Sequence[str], ports: Collection[str] | None, most: int) -> sa.Select[str]:
    """The newest bearers of some spellings. Each spelling and port is read by itself, in the order
    of its index: asked for several at once, a database reads and sorts all bearers of each."""
    each = (
        sa.select(search_bearer.c.traveller_id)
        .where(*_borne([spelling], None if port is None else [port]))
        .order_by(search_bearer.c.traveller_id.desc())
        .limit(most)
        .subquery()
        for spelling, port in product(spellings, [None] if ports is None else sorted(ports))
    )
    whole = sa.union_all(*(sa.select(own.c.traveller_id) for own in each)).subquery("newest")
    return (
        sa.select(whole.c.traveller_id).distinct().order_by(whole.c.traveller_id.desc()).limit(most)
    )


def _query(
    bearing: sa.Subquery, rest: Sequence[_Word], ports: Collection[str] | None, limit: int
) -> sa.Select[str]:
    query = sa.select(bearing.c.traveller_id)
    for own in rest:
        other = search_bearer.alias()
        # As an expression, so that the index of the traveller is asked for his few words, and not
        # that of words for each spelling.
        word = other.c.word.concat("")
        query = query.where(
            sa.exists().where(
                other.c.traveller_id == bearing.c.traveller_id, word.in_(own.spellings)
            )
        )
    found = query.order_by(bearing.c.traveller_id.desc()).limit(limit).subquery("found")
    # A word's port may be out of date, so that it says where to look, and not who may be seen.
    return (
        sa.select(found.c.traveller_id)
        .join(traveller, traveller.c.id == found.c.traveller_id)
        .where(traveller.c.joined_to.is_(None), *_within(ports))
        .order_by(found.c.traveller_id.desc())
    )


def names(connection: sa.Connection, ids: Iterable[str]) -> dict[str, PersonName]:
    """The names of travellers."""
    found: dict[str, PersonName] = {}
    for some in batches(ids):
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
    for some in batches(ids):
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
