"""Takes messages in: stores the bytes first, then reads them, part by part."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
import structlog

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
from parakh.errors import Conflict, InvalidInput
from parakh.ingest import reader
from parakh.ingest.records import DeclaredTraveller, Submission
from parakh.normalise.assemble import Assembled, assemble, voyage_key
from parakh.services.centre import WORKER, Centre
from parakh.store import messages, travellers
from parakh.store.database import Tx
from parakh.store.messages import MessageSummary

_log = structlog.get_logger()
_AROUND = 2
"""Lines shown before and after the place of a problem."""

_STRETCH = 240
"""Characters shown of one line at most."""

PAGE = 50

TAKEN_IN = frozenset({"PAXLST"})
"""Message types whose travellers are stored and screened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A message that is stored for good; `new` is False when its bytes came before."""

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
    see what was wrong, but not the text, which names travellers of ports that are not his.
    `corrected_by` is the message that came in its place.
    """

    message: Message
    parts: tuple[tuple[Part, tuple[ShownProblem, ...]], ...]
    travellers: int
    around: tuple[Line, ...] = ()
    readable: bool = True
    corrected_by: str | None = None


# --- taking in --------------------------------------------------------------------------------


def receive(
    centre: Centre, actor: Actor, data: bytes, source: Source, corrects: str | None = None
) -> Received:
    """Stores a transmission before anything else happens to it; then it is acknowledged.

    Raises InvalidInput when it is larger than the centre takes. Bytes that came before are not
    stored again: the message they made then is given back.
    """
    actor.require(Permission.SEND_MESSAGES)
    check_size(centre, len(data))
    try:
        return _store(centre, actor, data, source, corrects)
    except sa.exc.IntegrityError:
        # Somebody stored the same bytes between our look and our insert: now they are known.
        return _store(centre, actor, data, source, corrects)


def _store(
    centre: Centre, actor: Actor, data: bytes, source: Source, corrects: str | None
) -> Received:
    digest = hashlib.sha256(data).hexdigest()
    with centre.db.write(actor, Purpose.INTAKE) as tx:
        known = messages.by_digest(tx.connection, digest)
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
        )
        messages.insert(tx.connection, message, data)
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
    source = Source(channel=Channel.HTTP, name=old.source.name)
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


# --- reading ----------------------------------------------------------------------------------


def parse(centre: Centre, message: Message) -> bool:
    """Reads a received message and stores what it declares; False when another was quicker."""
    with centre.db.read() as connection:
        body = messages.body(connection, message.id)
    read = [_assemble(centre, _withheld(own)) for own in read_transmission(body)]
    submissions, assembled = [own for own, _ in read], [values for _, values in read]
    readable = any(values is not None for values in assembled)
    state = MessageState.PARSED if readable else MessageState.QUARANTINED
    with centre.db.write(WORKER, Purpose.INTAKE) as tx:
        tx.audit(f"message.{state.value}", "message", message.id, parts=len(submissions))
        if not messages.move(tx.connection, message, state):
            tx.audit("message.left", "message", message.id, cause="another worker was quicker")
            return False
        _save(tx, message, submissions, assembled)
    return True


def read_transmission(body: bytes) -> Sequence[Submission]:
    """Reads a transmission; an error of the reader itself quarantines it, and stops nothing."""
    try:
        return reader.read(body)
    except Exception as error:
        _log.exception("reader failed", size=len(body))
        cause = f"the reader failed on it ({type(error).__name__}): please report this"
        problem = Problem(line=1, column=1, segment="", cause=cause)
        return (
            Submission(
                ordinal=1,
                message_type="",
                version="",
                reference="",
                function="",
                line=1,
                start=0,
                end=len(body),
                problems=(problem,),
                fatal=True,
            ),
        )


def _withheld(submission: Submission) -> Submission:
    """The submission, quarantined if it is of a kind that cannot be joined with the others yet.

    A booking must not overwrite what a passenger list says of the same person. Its bytes wait here,
    and are read again once they can be joined.
    """
    if submission.fatal or submission.message_type in TAKEN_IN:
        return submission
    cause = (
        f"{submission.message_type} can be read (`parakh parse`), but is not joined with passenger "
        "lists yet: it is kept, and can be read again later"
    )
    problem = Problem(line=submission.line, column=1, segment="UNH", cause=cause)
    return replace(submission, problems=(*submission.problems, problem), fatal=True)


def _assemble(centre: Centre, submission: Submission) -> tuple[Submission, Assembled | None]:
    """A part with its domain values; with None when it must be quarantined.

    A part on which the program itself fails is quarantined too, so that the others go on.
    """
    if submission.fatal:
        return submission, None
    try:
        values = assemble(submission, centre.settings.country, centre.clock().date())
    except MemoryError:
        raise  # it passes; the message is tried again
    except Exception as error:
        _log.exception("assembling failed", message_type=submission.message_type)
        cause = f"the program failed on it ({type(error).__name__}): please report this"
        problem = Problem(line=submission.line, column=1, segment="", cause=cause)
        return replace(submission, problems=(*submission.problems, problem), fatal=True), None
    return submission, values


def _save(
    tx: Tx,
    message: Message,
    submissions: Sequence[Submission],
    assembled: Sequence[Assembled | None],
) -> None:
    known = {part.ordinal: part for part in messages.parts(tx.connection, message.id)}
    before = travellers.ids_of_message(tx.connection, message.id)
    messages.drop_parts(tx.connection, message.id, beyond=len(submissions))
    for submission, values in zip(submissions, assembled, strict=True):
        old = known.get(submission.ordinal)
        part = _part(message, submission, values, old.id if old else new_id())
        messages.save_part(tx.connection, part)
        told = _save_values(tx.connection, submission, values) if values else ()
        travellers.replace_records(tx.connection, part.id, told)
    # Read again, a message may tell of others: those of whom nothing tells now are not expected.
    travellers.unexpect(tx.connection, before)


def _part(message: Message, submission: Submission, values: Assembled | None, part_id: str) -> Part:
    # What reading found already on a line, with its column, need not be said again without one.
    told = {own.line for own in submission.problems if own.severity is Severity.ERROR}
    found = values.problems if values else ()
    problems = (*submission.problems, *(own for own in found if own.line not in told))
    return Part(
        id=part_id,
        message_id=message.id,
        ordinal=submission.ordinal,
        message_type=_shortened(submission.message_type),
        version=_shortened(submission.version),
        reference=_shortened(submission.reference),
        line=submission.line,
        state=PartState.QUARANTINED if values is None else PartState.READ,
        problems=tuple(sorted(problems, key=lambda own: (own.line, own.column))),
    )


def _shortened(text: str) -> str:
    """What a sender wrote into a header, as much as a code can be; the raw bytes have it all."""
    return "".join(sign for sign in text if sign.isprintable())[:40]


def _save_values(
    connection: sa.Connection, submission: Submission, values: Assembled
) -> list[tuple[str, DeclaredTraveller]]:
    """Stores voyages, travellers and expected crossings; gives who each record speaks of."""
    saved = {
        voyage.id: travellers.save_voyage(connection, voyage_key(voyage), voyage)
        for voyage in values.voyages
    }
    if values.border is None:
        return []
    border = saved[values.border]
    by_key = {own.key: own.traveller for own in values.travellers}
    lasting = travellers.save_travellers(connection, border.id, by_key)
    travellers.expect_crossings(connection, list(lasting.values()), border)
    return [(lasting[own.key].id, submission.travellers[own.index]) for own in values.travellers]


# --- looking ----------------------------------------------------------------------------------


def list_messages(
    centre: Centre, actor: Actor, *, quarantined: bool = False, page: int = 1
) -> MessagePage:
    """Messages, newest first; with `quarantined`, those that have a quarantined part."""
    actor.require(Permission.SEE_MESSAGES)
    with centre.db.read() as connection:
        total = messages.count(connection, quarantined=quarantined)
        pages = max(1, -(-total // PAGE))
        page = min(max(1, page), pages)
        rows = messages.summaries(
            connection, quarantined=quarantined, offset=(page - 1) * PAGE, limit=PAGE
        )
    return MessagePage(rows=tuple(rows), total=total, page=page, pages=pages)


def view(centre: Centre, actor: Actor, message_id: str, line: int | None = None) -> MessageView:
    """A message with its parts and problems; a look that is audited, for excerpts are personal."""
    actor.require(Permission.SEE_MESSAGES)
    with centre.db.read() as connection:
        message = messages.get(connection, message_id)
        own = messages.parts(connection, message_id)
        body = messages.body(connection, message_id)
        told = travellers.count_of_message(connection, message_id)
        ports = travellers.ports_of_message(connection, message_id)
        corrected_by = messages.corrections_of(connection, [message_id]).get(message_id)
    readable = actor.may(Permission.RERUN_MESSAGES) or (
        actor.may(Permission.SEE_TRAVELLERS)
        and (actor.everywhere or (bool(ports) and ports <= actor.ports))
    )
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
        corrected_by=corrected_by,
    )


def raw(centre: Centre, actor: Actor, message_id: str) -> bytes:
    """The bytes as they came; a look that is audited."""
    actor.require(Permission.RERUN_MESSAGES)
    with centre.db.read() as connection:
        messages.get(connection, message_id)
        body = messages.body(connection, message_id)
    centre.looked(actor, Purpose.INTAKE, "message.downloaded", "message", message_id)
    return body


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
