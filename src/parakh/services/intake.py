"""Takes messages in: stores the bytes first, then reads them, part by part."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog

from parakh import tracing
from parakh.access import Actor, Permission, Purpose
from parakh.domain.ids import new_id
from parakh.domain.message import (
    Channel,
    Message,
    MessageState,
    Part,
    PartState,
    Problem,
    Severity,
    Source,
)
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.centre import Centre
from parakh.store import messages, travellers
from parakh.store.messages import MessageSummary

_log = structlog.get_logger()
_AROUND = 2
"""Lines shown before and after the place of a problem."""

_STRETCH = 240
"""Characters shown of one line at most."""

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A message that is stored for good; `new` is False when its bytes came before.

    What others sent before makes no difference to a carrier, nor tells him anything.
    """

    message: Message
    new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePage:
    """A page of messages, newest first."""

    rows: tuple[MessageSummary, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a message's text, as much as is shown of it; `marked` where a problem stands.

    `column` is the place of the first character of `text` in its line, from 1: a transmission may
    be one single line of megabytes.
    """

    number: int
    column: int
    text: str
    marked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownProblem:
    """A problem with its place (`file:line:column`) and the lines around it."""

    problem: Problem
    place: str
    excerpt: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageView:
    """A message with its parts and what was wrong with each.

    `around` is the text around a line that was asked for. `readable` is False for an actor who may
    see what was wrong, but not the text, which names travellers of ports that are not his, and for
    all once these are `masked`. `corrected_by` is the message that came in its place.
    """

    message: Message
    parts: tuple[tuple[Part, tuple[ShownProblem, ...]], ...]
    travellers: int
    around: tuple[Line, ...] = ()
    readable: bool = True
    masked: bool = False
    corrected_by: str | None = None


# --- taking in --------------------------------------------------------------------------------


def receive(
    centre: Centre, actor: Actor, data: bytes, source: Source, corrects: str | None = None
) -> Received:
    """Stores a transmission before anything else happens to it; then it is acknowledged.

    Raises InvalidInput when it is larger than the centre takes. Bytes that came before from the
    same carrier (or before, all without a carrier's key) are not stored again: the message they
    made then is given back. The same bytes of two senders are two messages, which say the same.
    """
    actor.require(Permission.SEND_MESSAGES)
    check_size(centre, len(data))
    with tracing.span("message.receive", channel=source.channel.value, size=len(data)):
        try:
            return _store(centre, actor, data, source, corrects)
        except sa.exc.IntegrityError:
            # Somebody stored the same bytes between our look and our insert: now they are known.
            return _store(centre, actor, data, source, corrects)


def _store(
    centre: Centre, actor: Actor, data: bytes, source: Source, corrects: str | None
) -> Received:
    digest, trace = hashlib.sha256(data).hexdigest(), tracing.current()
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        known = messages.by_digest(tx.connection, digest, source.carrier)
        if known is not None:
            tx.audit("message.repeated", "message", known.id, source=source.name)
            return Received(message=known, new=False)
        message = Message(
            id=new_id(),
            digest=digest,
            source=source,
            received_at=tx.at,
            size=len(data),
            state=MessageState.RECEIVED,
            corrects=corrects,
            trace=trace,
        )
        messages.insert(tx.connection, centre.db.vault, message, data)
        tx.audit("message.received", "message", message.id, digest=digest, source=source.name)
    return Received(message=message, new=True)


def receive_file(centre: Centre, actor: Actor, path: Path, source: Source) -> Received:
    """Stores a file's bytes, like `receive`; a file that is too large is not read at all."""
    check_size(centre, path.stat().st_size)
    return receive(centre, actor, path.read_bytes(), source)


def check_size(centre: Centre, size: int) -> None:
    """Raises InvalidInput for more bytes than the centre takes."""
    limit = centre.settings.max_message_bytes
    if size > limit:
        raise InvalidInput(f"the message has {size:,} bytes; at most {limit:,} are taken")


def correct(centre: Centre, actor: Actor, message_id: str, data: bytes) -> Received:
    """Takes in a corrected text in place of a message that has a quarantined part."""
    actor.require(Permission.RERUN_MESSAGES)
    with centre.db.read() as connection:
        old = messages.get(connection, message_id)
        parts = messages.parts(connection, message_id)
    if not any(part.state is PartState.QUARANTINED for part in parts):
        raise Conflict("no part of this message is quarantined: there is nothing to correct")
    source = Source(channel=Channel.HTTP, name=old.source.name, carrier=old.source.carrier)
    return receive(centre, actor, data, source, corrects=old.id)


def rerun(centre: Centre, actor: Actor, message_id: str) -> Message:
    """Puts a finished message back into the queue, to be read by the program as it is now."""
    actor.require(Permission.RERUN_MESSAGES)
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        message = messages.get(tx.connection, message_id)
        if not message.state.can_become(MessageState.RECEIVED):
            raise Conflict(f"the message is {message.state.value}: wait until it is finished")
        if not messages.move(tx.connection, message, MessageState.RECEIVED, run=message.run + 1):
            raise Conflict("somebody else put it back into the queue just now")
        tx.audit("message.rerun", "message", message.id, run=message.run + 1)
        return messages.get(tx.connection, message_id)


# --- looking ----------------------------------------------------------------------------------


def list_messages(
    centre: Centre, actor: Actor, *, quarantined: bool = False, page: int = 1
) -> MessagePage:
    """Messages, newest first; with `quarantined`, those that have a quarantined part.

    A carrier sees those that came with its own keys.
    """
    actor.require(Permission.SEE_MESSAGES)
    with centre.db.read() as connection:
        total = messages.count(connection, quarantined=quarantined, carrier=actor.carrier)
        pages = max(1, -(-total // PAGE))
        page = min(max(1, page), pages)
        rows = messages.summaries(
            connection,
            quarantined=quarantined,
            carrier=actor.carrier,
            offset=(page - 1) * PAGE,
            limit=PAGE,
        )
    return MessagePage(rows=tuple(rows), total=total, page=page, pages=pages)


def view(centre: Centre, actor: Actor, message_id: str, line: int | None = None) -> MessageView:
    """A message with its parts and problems; a look that is audited, for excerpts are personal."""
    actor.require(Permission.SEE_MESSAGES)
    with centre.db.read() as connection:
        message = messages.get(connection, message_id)
        actor.require_carrier(message.source.carrier)
        own = messages.parts(connection, message_id)
        told = travellers.count_of_message(connection, message_id)
        ports = travellers.ports_of_message(connection, message_id)
        corrected_by = messages.corrections_of(connection, [message_id]).get(message_id)
        masked = _masked(centre, message)
        readable = not masked and (
            actor.may(Permission.RERUN_MESSAGES)
            or (
                actor.may(Permission.SEE_TRAVELLERS)
                and (actor.everywhere or (bool(ports) and ports <= actor.ports))
            )
        )
        body = messages.body(connection, centre.db.vault, message_id) if readable else b""
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        tx.audit("message.viewed", "message", message_id, line=line, text=readable)
    text = body.decode("utf-8", "replace").split("\n") if readable else []
    shown = tuple((part, _shown(message, part, text)) for part in own)
    return MessageView(
        message=message,
        parts=shown,
        travellers=told,
        around=_excerpt(text, line, 1) if line is not None else (),
        readable=readable,
        masked=masked,
        corrected_by=corrected_by,
    )


def raw(centre: Centre, actor: Actor, message_id: str) -> bytes:
    """The bytes as they came; a look that is audited. Raises Forbidden once they are masked."""
    actor.require(Permission.RERUN_MESSAGES)
    with centre.db.read() as connection:
        if _masked(centre, messages.get(connection, message_id)):
            raise Forbidden("this message came long ago: its text names travellers who are masked")
        body = messages.body(connection, centre.db.vault, message_id)
    centre.looked(actor, Purpose.INTAKE, "message.downloaded", "message", message_id)
    return body


def _masked(centre: Centre, message: Message) -> bool:
    """Whether its travellers are masked by now, and so its text is."""
    return message.received_at < centre.clock() - timedelta(days=centre.settings.mask_days)


def _shown(message: Message, part: Part, text: Sequence[str]) -> tuple[ShownProblem, ...]:
    return tuple(
        ShownProblem(
            problem=problem,
            place=f"{message.source.name}:{problem.line}:{problem.column}",
            excerpt=_excerpt(text, problem.line, problem.column)
            if problem.severity is Severity.ERROR
            else (),
        )
        for problem in part.problems
    )


def _excerpt(text: Sequence[str], line: int, column: int) -> tuple[Line, ...]:
    """The lines around a place; of long lines, the stretch around its column."""
    first = max(1, line - _AROUND)
    last = min(len(text), line + _AROUND)
    start = max(0, column - _STRETCH // 2)
    return tuple(
        Line(
            number=number,
            column=start + 1,
            text=text[number - 1].rstrip("\r")[start : start + _STRETCH],
            marked=number == line,
        )
        for number in range(first, last + 1)
    )
