"""Messages and their parts: the raw bytes, the work queue, the quarantine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.domain.message import (
    Channel,
    Message,
    MessageState,
    Part,
    PartState,
    Severity,
    Source,
)
from parakh.errors import NotFound
from parakh.store.codec import ENVELOPE, PROBLEMS
from parakh.store.tables import answer, message, message_body, part
from parakh.store.vault import Vault

_PURPOSE = "message"
"""The vault's, for message bodies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSummary:
    """A message with what its parts came to, as a list shows it."""

    message: Message
    types: tuple[str, ...]
    parts: int
    quarantined: int
    corrected_by: str | None = None


def insert(connection: sa.Connection, vault: Vault, value: Message, body: bytes) -> None:
    """Adds a new message with its bytes, which are sealed."""
    connection.execute(
        message.insert().values(
            id=value.id,
            digest=value.digest,
            channel=value.source.channel.value,
            source_name=value.source.name,
            carrier=value.source.carrier,
            received_at=value.received_at,
            size=value.size,
            state=value.state.value,
            corrects=value.corrects,
            run=value.run,
            trace=value.trace,
        )
    )
    sealed = vault.seal(connection, _PURPOSE, value.id, body)
    connection.execute(message_body.insert().values(message_id=value.id, body=sealed, sealed=True))


def by_digest(connection: sa.Connection, digest: str, carrier: str) -> Message | None:
    """The message with these bytes, if they came before with that carrier's key ("" for none)."""
    query = sa.select(message).where(message.c.digest == digest, message.c.carrier == carrier)
    row = connection.execute(query).one_or_none()
    return None if row is None else _message(row)


def get(connection: sa.Connection, message_id: str) -> Message:
    """One message; raises NotFound."""
    row = connection.execute(sa.select(message).where(message.c.id == message_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such message")
    return _message(row)


def body(connection: sa.Connection, vault: Vault, message_id: str) -> bytes:
    """The raw bytes: as they came until the message was read, then as they may be kept.

    Raises NotFound once their time was over.
    """
    query = sa.select(message_body).where(message_body.c.message_id == message_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("the text of this message was deleted: its time was over")
    if not row.sealed:  # taken in before bodies were sealed
        return bytes(row.body)
    return vault.open(connection, _PURPOSE, message_id, bytes(row.body))


def replace_body(connection: sa.Connection, vault: Vault, message_id: str, data: bytes) -> None:
    """Puts the bytes that may be kept in the place of those that came; they are sealed."""
    sealed = vault.seal(connection, _PURPOSE, message_id, data)
    connection.execute(
        message_body.update()
        .where(message_body.c.message_id == message_id)
        .values(body=sealed, sealed=True)
    )


def oldest(
    connection: sa.Connection, state: MessageState, leave: Sequence[str] = ()
) -> Message | None:
    """The message that waits longest in a state, passing over those in `leave`."""
    query = (
        sa.select(message)
        .where(message.c.state == state.value, message.c.id.not_in(leave))
        .order_by(message.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _message(row)


def move(connection: sa.Connection, value: Message, to: MessageState, *, run: int = 0) -> bool:
    """Takes a message a step on; False when it is no longer in the state and run it was read in."""
    assert value.state.can_become(to), f"{value.state} to {to}"  # noqa: S101  (a programming error)
    result = connection.execute(
        message.update()
        .where(
            message.c.id == value.id,
            message.c.state == value.state.value,
            message.c.run == value.run,
        )
        .values(state=to.value, run=run or value.run)
    )
    return result.rowcount == 1


def parts(connection: sa.Connection, message_id: str) -> tuple[Part, ...]:
    """The parts of a message, in order."""
    query = sa.select(part).where(part.c.message_id == message_id).order_by(part.c.ordinal)
    return tuple(_part(row) for row in connection.execute(query))


def save_part(connection: sa.Connection, value: Part) -> None:
    """Adds a part, or puts it in the place of the one that an earlier run left."""
    columns = {
        "message_type": value.message_type,
        "version": value.version,
        "reference": value.reference,
        "line": value.line,
        "state": value.state.value,
        "problems": PROBLEMS.dump(value.problems),
        "carrier": value.carrier,
        "envelope": ENVELOPE.dump(value.envelope),
        "said_at": value.said_at,
        "travellers": value.travellers,
        "goods": value.goods,
        "errors": sum(own.severity is Severity.ERROR for own in value.problems),
        "removed": dict(value.removed),
    }
    done = connection.execute(part.update().where(part.c.id == value.id).values(columns))
    if done.rowcount == 0:
        connection.execute(
            part.insert().values(
                id=value.id, message_id=value.message_id, ordinal=value.ordinal, **columns
            )
        )


def drop_parts(connection: sa.Connection, message_id: str, *, beyond: int) -> None:
    """Removes the parts with a greater ordinal, and their answers: an earlier run found more."""
    surplus = sa.select(part.c.id).where(part.c.message_id == message_id, part.c.ordinal > beyond)
    connection.execute(answer.delete().where(answer.c.part_id.in_(surplus)))
    connection.execute(part.delete().where(part.c.id.in_(surplus)))


def summaries(
    connection: sa.Connection, *, quarantined: bool, offset: int, limit: int, carrier: str = ""
) -> list[MessageSummary]:
    """Newest first; with `quarantined`, only messages that have a quarantined part.

    With a `carrier`, only those that came with that carrier's keys; `count` does the same.
    """
    query = sa.select(message).order_by(message.c.id.desc()).offset(offset).limit(limit)
    if quarantined:
        query = query.where(message.c.id.in_(_quarantined()))
    if carrier:
        query = query.where(message.c.carrier == carrier)
    messages = [_message(row) for row in connection.execute(query)]
    found: dict[str, list[Part]] = {value.id: [] for value in messages}
    rows = connection.execute(
        sa.select(part).where(part.c.message_id.in_(list(found))).order_by(part.c.ordinal)
    )
    for row in rows:
        found[row.message_id].append(_part(row))
    corrections = corrections_of(connection, found)
    return [_summary(value, found[value.id], corrections.get(value.id)) for value in messages]


def corrections_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The newest message that corrects each, by the corrected one's identifier."""
    query = (
        sa.select(message.c.corrects, message.c.id)
        .where(message.c.corrects.in_(set(ids)))
        .order_by(message.c.id)
    )
    return {row.corrects: row.id for row in connection.execute(query)}


def count(connection: sa.Connection, *, quarantined: bool = False, carrier: str = "") -> int:
    """How many messages there are, or how many have a quarantined part."""
    query = sa.select(sa.func.count()).select_from(message)
    if quarantined:
        query = query.where(message.c.id.in_(_quarantined()))
    if carrier:
        query = query.where(message.c.carrier == carrier)
    return int(connection.execute(query).scalar_one())


def waiting(connection: sa.Connection) -> int:
    """How many messages are not yet screened or quarantined."""
    states = (MessageState.RECEIVED.value, MessageState.PARSED.value)
    query = sa.select(sa.func.count()).select_from(message).where(message.c.state.in_(states))
    return int(connection.execute(query).scalar_one())


def _quarantined() -> sa.Select[tuple[str]]:
    """Messages with a quarantined part, unless a corrected text came in their place."""
    corrected = sa.select(message.c.corrects).where(message.c.corrects.is_not(None))
    return sa.select(part.c.message_id).where(
        part.c.state == PartState.QUARANTINED.value, part.c.message_id.not_in(corrected)
    )


def _summary(value: Message, own: Sequence[Part], corrected_by: str | None) -> MessageSummary:
    return MessageSummary(
        message=value,
        types=tuple(dict.fromkeys(p.message_type for p in own if p.message_type)),
        parts=len(own),
        quarantined=sum(p.state is PartState.QUARANTINED for p in own),
        corrected_by=corrected_by,
    )


def _message(row: sa.Row[tuple[object, ...]]) -> Message:
    columns = row._mapping
    return Message(
        id=columns["id"],
        digest=columns["digest"],
        source=Source(
            channel=Channel(columns["channel"]),
            name=columns["source_name"],
            carrier=columns["carrier"],
        ),
        received_at=columns["received_at"],
        size=columns["size"],
        state=MessageState(columns["state"]),
        corrects=columns["corrects"],
        run=columns["run"],
        trace=columns["trace"],
    )


def _part(row: sa.Row[tuple[object, ...]]) -> Part:
    columns = row._mapping
    return Part(
        id=columns["id"],
        message_id=columns["message_id"],
        ordinal=columns["ordinal"],
        message_type=columns["message_type"],
        version=columns["version"],
        reference=columns["reference"],
        line=columns["line"],
        state=PartState(columns["state"]),
        problems=PROBLEMS.load(columns["problems"]),
        carrier=columns["carrier"],
        envelope=ENVELOPE.load(columns["envelope"]),
        said_at=columns["said_at"],
        travellers=columns["travellers"],
        goods=columns["goods"],
        removed=columns["removed"],
    )
