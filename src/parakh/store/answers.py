"""What carriers are told of their messages, and whether they have been told."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.message import Channel
from parakh.store.tables import answer, message, part


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAnswer:
    """The answer to one part.

    Attributes:
        ordinal: the part's place in its message, from 1.
        at: when it was made.
        text: one whole interchange.
        delivered_at, delivered_to: when and where it was left for the carrier; None and "" before.
    """

    part_id: str
    ordinal: int
    at: datetime
    accepted: bool
    text: str
    delivered_at: datetime | None = None
    delivered_to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueAnswer:
    """An answer that waits to be delivered, and where its message came from."""

    answer: StoredAnswer
    message_id: str
    digest: str
    source_name: str


def get(connection: sa.Connection, part_id: str) -> StoredAnswer | None:
    """The answer to a part, if there is one."""
    row = connection.execute(_answers().where(part.c.id == part_id)).one_or_none()
    return None if row is None else _answer(row)


def of_message(connection: sa.Connection, message_id: str) -> tuple[StoredAnswer, ...]:
    """The answers to the parts of a message, in their order."""
    query = _answers().where(part.c.message_id == message_id).order_by(part.c.ordinal)
    return tuple(_answer(row) for row in connection.execute(query))


def save(
    connection: sa.Connection,
    part_id: str,
    channel: Channel,
    at: datetime,
    *,
    accepted: bool,
    text: str,
    settled: str = "",
) -> None:
    """Stores an answer that waits to be delivered by a channel, in place of the one before.

    With `settled`, which says why, it waits for nobody.
    """
    columns = {
        "channel": channel.value,
        "at": at,
        "accepted": accepted,
        "body": text,
        "delivered_at": at if settled else None,
        "delivered_to": settled,
    }
    done = connection.execute(answer.update().where(answer.c.part_id == part_id).values(columns))
    if done.rowcount == 0:
        connection.execute(answer.insert().values(part_id=part_id, **columns))


def drop(connection: sa.Connection, part_id: str) -> None:
    """Removes the answer to a part, if there is one."""
    connection.execute(answer.delete().where(answer.c.part_id == part_id))


def due(
    connection: sa.Connection, channel: Channel, limit: int, source: str = ""
) -> list[DueAnswer]:
    """Answers to messages of a channel that wait, oldest first; of sources that begin so."""
    query = (
        _answers()
        .add_columns(message.c.id, message.c.digest, message.c.source_name)
        .join(message, message.c.id == part.c.message_id)
        .where(
            answer.c.delivered_at.is_(None),
            answer.c.channel == channel.value,
            message.c.source_name.startswith(source, autoescape=True),
        )
        .order_by(answer.c.at, part.c.message_id, part.c.ordinal)
        .limit(limit)
    )
    return [
        DueAnswer(
            answer=_answer(row), message_id=row.id, digest=row.digest, source_name=row.source_name
        )
        for row in connection.execute(query)
    ]


def delivered(connection: sa.Connection, value: StoredAnswer, at: datetime, to: str) -> bool:
    """Notes that an answer was delivered; False if another took its place in the meantime."""
    done = connection.execute(
        answer.update()
        .where(
            answer.c.part_id == value.part_id,
            answer.c.at == value.at,
            answer.c.delivered_at.is_(None),
        )
        .values(delivered_at=at, delivered_to=to)
    )
    return done.rowcount == 1


def _answers() -> sa.Select[tuple[object, ...]]:
    return sa.select(
        answer.c.part_id,
        part.c.ordinal,
        answer.c.at,
        answer.c.accepted,
        answer.c.body,
        answer.c.delivered_at,
        answer.c.delivered_to,
    ).join(part, part.c.id == answer.c.part_id)


def _answer(row: sa.Row[tuple[object, ...]]) -> StoredAnswer:
    columns = row._mapping
    return StoredAnswer(
        part_id=columns["part_id"],
        ordinal=columns["ordinal"],
        at=columns["at"],
        accepted=columns["accepted"],
        text=columns["body"],
        delivered_at=columns["delivered_at"],
        delivered_to=columns["delivered_to"],
    )
