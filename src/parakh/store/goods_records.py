"""What each message said of goods, movements, currency and enforcement; as it stood, by part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.tables import goods_record, message, part


class Said(StrEnum):
    """What a record is about."""

    CONSIGNMENT = "consignment"
    MOVEMENT = "movement"
    CURRENCY = "currency"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsRecord:
    """One record of one part.

    Attributes:
        key: by what a later record corrects it: the source and its own reference, or the key of a
            consignment.
        subject_id: the consignment, movement, declaration or enforcement record it became part of.
        ordinal: its place in the part, from 0.
        data: the declared record, as far as it may be kept in plain text.
        message_type: of its part; "" when it is to be added.
    """

    part_id: str
    kind: Said
    key: str
    subject_id: str
    line: int
    ordinal: int
    said_at: datetime
    data: Any = field(default_factory=dict, hash=False)
    message_type: str = ""

    @property
    def order(self) -> tuple[datetime, str, int]:
        """By which of two records the later one counts: a part's identifier tells when it came."""
        return self.said_at, self.part_id, self.ordinal


def add(tx: Tx, records: Iterable[GoodsRecord]) -> None:
    """Adds the records of a part."""
    rows = [
        {
            "id": new_id(),
            "part_id": own.part_id,
            "kind": own.kind.value,
            "key": own.key,
            "subject_id": own.subject_id,
            "line": own.line,
            "ordinal": own.ordinal,
            "said_at": own.said_at,
            "data": own.data,
        }
        for own in records
    ]
    if rows:
        tx.connection.execute(goods_record.insert(), rows)


def forget(tx: Tx, message_id: str) -> list[GoodsRecord]:
    """Removes what a message said when it was read before; gives it."""
    parts = sa.select(part.c.id).where(part.c.message_id == message_id)
    gone = _records(tx.connection, goods_record.c.part_id.in_(parts))
    if gone:
        tx.connection.execute(goods_record.delete().where(goods_record.c.part_id.in_(parts)))
    return gone


def assign(tx: Tx, kind: Said, key: str, subject_id: str) -> None:
    """Makes all that was said under a key part of another subject."""
    own = goods_record.c
    mine = goods_record.update().where(own.kind == kind.value, own.key == key)
    tx.connection.execute(mine.values(subject_id=subject_id))


def message_type(connection: sa.Connection, part_id: str) -> str:
    """Of what type a part is."""
    query = sa.select(part.c.message_type).where(part.c.id == part_id)
    return str(connection.execute(query).scalar_one())


def subjects_of_message(connection: sa.Connection, message_id: str) -> set[str]:
    """What the parts of a message speak of."""
    query = sa.select(goods_record.c.subject_id).join(part).where(part.c.message_id == message_id)
    return set(connection.execute(query).scalars())


def keys_of_carriers(
    connection: sa.Connection, kind: Said, keys: Iterable[str], but: str
) -> set[str]:
    """Those of some keys of which another carrier than one told with its own key."""
    return {
        key
        for some in batches(keys)
        for key in connection.execute(
            sa.select(goods_record.c.key)
            .join(part, part.c.id == goods_record.c.part_id)
            .join(message, message.c.id == part.c.message_id)
            .where(
                goods_record.c.kind == kind.value,
                goods_record.c.key.in_(some),
                message.c.carrier.not_in(["", but]),
            )
        ).scalars()
    }


def count(connection: sa.Connection, part_id: str) -> int:
    """How many records a part has."""
    query = sa.select(sa.func.count()).where(goods_record.c.part_id == part_id)
    return int(connection.execute(query).scalar_one())


def of_keys(connection: sa.Connection, kind: Said, keys: Iterable[str]) -> list[GoodsRecord]:
    """All that was said under some keys, the earliest first."""
    return _in_order(
        record
        for some in batches(keys)
        for record in _records(
            connection, goods_record.c.kind == kind.value, goods_record.c.key.in_(some)
        )
    )


def of_subjects(connection: sa.Connection, kind: Said, ids: Iterable[str]) -> list[GoodsRecord]:
    """All that was said of some subjects, the earliest first."""
    return _in_order(
        record
        for some in batches(ids)
        for record in _records(
            connection, goods_record.c.kind == kind.value, goods_record.c.subject_id.in_(some)
        )
    )


def _in_order(records: Iterable[GoodsRecord]) -> list[GoodsRecord]:
    return sorted(records, key=lambda own: own.order)


def _records(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[GoodsRecord]:
    query = sa.select(goods_record, part.c.message_type).join(part).where(*which)
    return [
        GoodsRecord(
            part_id=row.part_id,
            kind=Said(row.kind),
            key=row.key,
            subject_id=row.subject_id,
            line=row.line,
            ordinal=row.ordinal,
            said_at=row.said_at,
            data=row.data,
            message_type=row.message_type,
        )
        for row in connection.execute(query)
    ]
