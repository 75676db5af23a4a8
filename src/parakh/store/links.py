"""Ends of links as keyed tokens, and who holds them.

The plain value stays in the record or booking that told it. Here stands HMAC-SHA256 of kind and
value, cut to 128 bits, under `parakh.store.keys.Keys.token_key("links")`: equal values have equal
tokens, and nobody can read one or try values out.
"""

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.link import HUB, End, LinkKind, Shared
from parakh.ingest.records import DeclaredBooking
from parakh.normalise.links import ends_of
from parakh.store import persons, records
from parakh.store.batches import batches
from parakh.store.codec import DECLARED
from parakh.store.keys import Keys
from parakh.store.tables import (
    goods_end,
    link_end,
    message,
    part,
    person_link,
    record,
    submission,
    traveller,
    voyage,
)

PURPOSE = "links"

_AHEAD = 4
"""Persons share several values: so many times more holders are read than places are left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What of the links is looked at.

    Attributes:
        kinds: None for all.
        since, until: days within which a message told of it; None leaves an end open.
        most_holders: what more persons hold is left out; hubs are told where none is left out.
    """

    kinds: frozenset[LinkKind] | None = None
    since: date | None = None
    until: date | None = None
    most_holders: int | None = None


ALL = Sight()


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One end as one message told it of one traveller."""

    traveller_id: str
    message_id: str
    said_at: datetime
    end: End


class Tokens:
    """Makes the tokens of one centre; `home` is its country."""

    def __init__(self, keys: Keys, home: str) -> None:
        self._key = keys.token_key(PURPOSE)
        self.home = home

    def of(self, end: End) -> bytes:
        """What stands for an end's value."""
        return hmac.digest(self._key, f"{end.kind.value}\0{end.value}".encode(), "sha256")[:16]


# --- writing ------------------------------------------------------------------------------------


def record_ends(connection: sa.Connection, tokens: Tokens, ids: Iterable[str]) -> int:
    """Writes what travellers, new or changed, may be linked by; gives how many ends changed.

    The ends are a function of all records of a traveller: what none tells any more goes.
    """
    changed = 0
    for some in batches(ids):
        now = _rows(connection, tokens, some)
        before: defaultdict[str, dict[bytes, tuple[date, date]]] = defaultdict(dict)
        for row in connection.execute(sa.select(link_end).where(link_end.c.traveller_id.in_(some))):
            before[row.traveller_id][row.token] = (row.first_on, row.last_on)
        other = [own for own in some if before.get(own, {}) != _days(now.get(own, {}))]
        forget(connection, [own for own in other if own in before])
        rows = [row for own in other for row in now.get(own, {}).values()]
        if rows:
            connection.execute(link_end.insert(), rows)
        changed += len(rows)
    return changed


def record_message(connection: sa.Connection, tokens: Tokens, message_id: str) -> int:
    """The same, of all whom a message tells of, and of whom it changed what others told."""
    told = (
        sa.select(record.c.traveller_id)
        .join(part, part.c.id == record.c.part_id)
        .where(part.c.message_id == message_id)
    )
    due = sa.select(traveller.c.id).where(traveller.c.due_for == message_id)
    return record_ends(connection, tokens, connection.execute(told.union(due)).scalars().all())


def forget(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Deletes the ends of travellers."""
    for some in batches(ids):
        connection.execute(link_end.delete().where(link_end.c.traveller_id.in_(some)))


def rehold(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Gives the ends of travellers to the persons who they are now."""
    person = (
        sa.select(person_link.c.person_id)
        .where(person_link.c.traveller_id == link_end.c.traveller_id)
        .scalar_subquery()
    )
    now = sa.func.coalesce(person, link_end.c.traveller_id)
    for some in batches(ids):
        connection.execute(
            link_end.update()
            .where(link_end.c.traveller_id.in_(some), link_end.c.holder != now)
            .values(holder=now)
        )


def travellers_after(connection: sa.Connection, after: str, limit: int) -> list[str]:
    """Travellers in order of their identifiers, from behind one on."""
    query = sa.select(traveller.c.id).where(traveller.c.id > after, traveller.c.joined_to.is_(None))
    return list(connection.execute(query.order_by(traveller.c.id).limit(limit)).scalars())


def _days(rows: Mapping[bytes, Mapping[str, Any]]) -> dict[bytes, tuple[date, date]]:
    return {token: (row["first_on"], row["last_on"]) for token, row in rows.items()}


def _rows(
    connection: sa.Connection, tokens: Tokens, ids: Sequence[str]
) -> dict[str, dict[bytes, dict[str, Any]]]:
    holders = persons.persons_of(connection, ids)
    found: defaultdict[str, dict[bytes, dict[str, Any]]] = defaultdict(dict)
    for own in told_of(connection, ids, tokens.home):
        day = own.said_at.date()
        token = tokens.of(own.end)
        row = found[own.traveller_id].setdefault(
            token,
            {
                "traveller_id": own.traveller_id,
                "token": token,
                "kind": own.end.kind.value,
                "holder": holders.get(own.traveller_id, own.traveller_id),
                "first_on": day,
                "last_on": day,
            },
        )
        row["first_on"] = min(row["first_on"], day)
        row["last_on"] = max(row["last_on"], day)
    return found


# --- where it was told ----------------------------------------------------------------------------


def told_of(connection: sa.Connection, ids: Collection[str], home: str) -> Iterator[Told]:
    """Every end of travellers with the message that told it."""
    rows = connection.execute(_SOURCES.where(record.c.traveller_id.in_(list(ids)))).all()
    stored = records.bookings_by_id(connection, {row.booking_id for row in rows} - {None})
    for row in rows:
        booking: DeclaredBooking | None = stored.get(row.booking_id)
        for end in ends_of(
            DECLARED.load(row.data),
            booking,
            voyage_id=row.voyage_id or "",
            carrier=row.carrier or "",
            home=home,
        ):
            yield Told(
                traveller_id=row.traveller_id,
                message_id=row.message_id,
                said_at=row.said_at or row.received_at,
                end=end,
            )


_SOURCES = (
    sa.select(
        record.c.traveller_id,
        record.c.booking_id,
        record.c.voyage_id,
        record.c.data,
        part.c.message_id,
        voyage.c.carrier,
        submission.c.said_at,
        message.c.received_at,
    )
    .select_from(record)
    .join(part, part.c.id == record.c.part_id)
    .join(message, message.c.id == part.c.message_id)
    .outerjoin(submission, submission.c.part_id == part.c.id)
    .outerjoin(voyage, voyage.c.id == record.c.voyage_id)
)


# --- looking --------------------------------------------------------------------------------------


class Links:
    """The links of one database, as `parakh.screen.links` walks them."""

    def __init__(self, connection: sa.Connection, sight: Sight = ALL) -> None:
        self._connection = connection
        self._sight = sight

    def shared(
        self, holders: Collection[str], known: Collection[str], most: int
    ) -> tuple[list[Shared], bool]:
        """What persons (`holders`) share with anybody, rarest first, without what is `known`.

        Of hubs only those persons are told. Values are read, rarest first, until `most` other
        persons, and some more, are found; the second value says whether any was left unread.
        """
        mine = _travellers_of(self._connection, holders)
        counted = [own for own in self._counted(mine) if self._wanted(own, known)]
        counted.sort(key=lambda own: (own.holders, own.token))
        hubs = [own for own in counted if own.hub]
        narrow = counted[: len(counted) - len(hubs)]
        left = most * _AHEAD
        for place, own in enumerate(narrow):
            if left <= 0:
                return [*self._held(narrow[:place]), *self._hubs(hubs, mine)], True
            left -= own.holders - 1
        return [*self._held(narrow), *self._hubs(hubs, mine)], False

    def _wanted(self, value: Shared, known: Collection[str]) -> bool:
        most = self._sight.most_holders
        return value.token not in known and (most is None or value.holders <= most)

    def _counted(self, mine: Collection[str]) -> list[Shared]:
        """The values of travellers that more than one person holds, with how many do."""
        found: dict[str, Shared] = {}
        for some in batches(mine):
            persons_ = sa.select(link_end.c.kind, link_end.c.token)
            goods = sa.select(goods_end.c.kind, goods_end.c.token)
            values = sa.union(
                self._seen(persons_.where(link_end.c.traveller_id.in_(some))),
                self._seen(goods.where(goods_end.c.node.in_(some)), goods_end),
            ).subquery("own")
            held = _holders(values).limit((self._sight.most_holders or HUB) + 1).subquery("held")
            count = sa.select(sa.func.count()).select_from(held).scalar_subquery()
            query = sa.select(values.c.kind, values.c.token, count)
            for kind, token, holders in self._connection.execute(query):
                if holders > 1:
                    found[token.hex()] = Shared(
                        kind=LinkKind(kind),
                        token=token.hex(),
                        holders=holders,
                        persons=(),
                        first_on=date.max,
                        last_on=date.min,
                    )
        return list(found.values())

    def _held(self, values: Sequence[Shared]) -> list[Shared]:
        """Values with all who hold them."""
        rows: list[tuple[bytes, str, date, date]] = []
        for some in batches(bytes.fromhex(own.token) for own in values):
            query = (
                sa.select(
                    link_end.c.token,
                    link_end.c.holder,
                    sa.func.min(link_end.c.first_on),
                    sa.func.max(link_end.c.last_on),
                )
                .where(link_end.c.token.in_(some))
                .group_by(link_end.c.token, link_end.c.holder)
            )
            rows += map(_row, self._connection.execute(self._seen(query)))
            goods = _GOODS.where(goods_end.c.token.in_(some))
            rows += map(_row, self._connection.execute(self._seen(goods, goods_end)))
        return _with_persons(values, rows)

    def _hubs(self, values: Sequence[Shared], mine: Collection[str]) -> list[Shared]:
        """Values with those of some travellers who hold them.

        All ends of the travellers are read: asked for a hub's, a database goes through the hub.
        """
        wanted = {bytes.fromhex(own.token) for own in values}
        rows: list[tuple[bytes, str, date, date]] = []
        for some in batches(mine) if wanted else ():
            query = sa.select(
                link_end.c.token, link_end.c.holder, link_end.c.first_on, link_end.c.last_on
            ).where(link_end.c.traveller_id.in_(some))
            found = self._connection.execute(self._seen(query)).all()
            goods = _GOODS.where(goods_end.c.node.in_(some))
            found = [*found, *self._connection.execute(self._seen(goods, goods_end))]
            rows += (_row(row) for row in found if row[0] in wanted)
        return _with_persons(values, rows)

    def _seen(self, query: "sa.Select[Any]", ends: sa.Table = link_end) -> "sa.Select[Any]":
        sight = self._sight
        if sight.kinds is not None:
            query = query.where(ends.c.kind.in_(sorted(own.value for own in sight.kinds)))
        if sight.since is not None:
            query = query.where(ends.c.last_on >= sight.since)
        if sight.until is not None:
            query = query.where(ends.c.first_on <= sight.until)
        return query


_GOODS = sa.select(goods_end.c.token, goods_end.c.node, goods_end.c.first_on, goods_end.c.last_on)


def _holders(values: sa.Subquery) -> "sa.CompoundSelect[Any]":
    """Who holds each of some values: persons, goods, companies and vehicles, each once."""
    person, goods = link_end.alias("person"), goods_end.alias("goods")
    return sa.union(
        sa.select(person.c.holder).where(person.c.token == values.c.token).correlate(values),
        sa.select(goods.c.node).where(goods.c.token == values.c.token).correlate(values),
    )


def _row(row: Sequence[Any]) -> tuple[bytes, str, date, date]:
    return row[0], row[1], row[2], row[3]


def _with_persons(
    values: Sequence[Shared], rows: Iterable[tuple[bytes, str, date, date]]
) -> list[Shared]:
    """Values with who holds them and when it was told, by rows of token, holder and days."""
    told: defaultdict[str, list[tuple[bytes, str, date, date]]] = defaultdict(list)
    for row in rows:
        told[row[0].hex()].append(row)
    return [
        replace(
            own,
            persons=tuple(sorted({row[1] for row in mine})),
            first_on=min(row[2] for row in mine),
            last_on=max(row[3] for row in mine),
        )
        for own in values
        if (mine := told[own.token])
    ]


def holders_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The holder of each traveller."""
    wanted = set(ids)
    found = persons.persons_of(connection, wanted)
    return {own: found.get(own, own) for own in wanted}


def members_of(connection: sa.Connection, holders: Iterable[str]) -> dict[str, str]:
    """The holder of every traveller of some persons."""
    found = {own: own for own in holders}
    found.update(persons.members_of(connection, found))
    return found


def bearers_of(connection: sa.Connection, token: str, most: int) -> list[str]:
    """Travellers who have an end, at most so many, those told of last first."""
    query = (
        sa.select(link_end.c.traveller_id)
        .where(link_end.c.token == bytes.fromhex(token))
        .order_by(link_end.c.last_on.desc(), link_end.c.traveller_id.desc())
    )
    return list(connection.execute(query.limit(most)).scalars())


def _travellers_of(connection: sa.Connection, holders: Collection[str]) -> list[str]:
    found = set(holders)
    for some in batches(holders):
        query = sa.select(person_link.c.traveller_id).where(person_link.c.person_id.in_(some))
        found.update(connection.execute(query).scalars())
    return sorted(found)
