"""Reads received messages, part by part, and stores what each declares."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from parakh import metrics
from parakh.access import Purpose
from parakh.domain.message import Message, MessageState, PartState, Problem, Severity
from parakh.ingest import reader
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.redact import redact, with_tokens
from parakh.ingest.submission import Hidden, Submission
from parakh.normalise.assemble import Assembled, assemble
from parakh.normalise.dates import sent_at
from parakh.services import recording
from parakh.services.centre import WORKER, Centre
from parakh.services.recording import Read
from parakh.store import links, messages, records

_log = structlog.get_logger()

_AHEAD = timedelta(hours=1)
"""So far ahead another system's clock may be."""

_EARLY = timedelta(days=1)
"""A message cannot have been made so long after it came: then its own moment is not believed."""


def parse(centre: Centre, message: Message) -> bool:
    """Reads a received message and stores what it declares; False when another was quicker."""
    with centre.db.read() as connection:
        body = messages.body(connection, centre.db.vault, message.id)
        before = records.bookings_of_message(connection, message.id)
        earlier = messages.parts(connection, message.id)
    submissions, unread = read_transmission(body, centre.db.keys.pan_key)
    submissions = [with_tokens(own, before.get(own.ordinal, ())) for own in submissions]
    read = [_read(centre, message, own, failed=unread) for own in submissions]
    kept = _redacted(body, submissions)
    # What the program could read once, and cannot read now, is not taken back.
    stands = any(own.failed for own in read) and any(p.state is PartState.READ for p in earlier)
    readable = stands or any(own.values is not None for own in read)
    state = MessageState.PARSED if readable else MessageState.QUARANTINED
    with centre.db.write(WORKER, Purpose.INTAKE) as tx:
        tx.audit(f"message.{state.value}", "message", message.id, parts=len(read))
        if not messages.move(tx.connection, message, state):
            tx.audit("message.left", "message", message.id, cause="another worker was quicker")
            return False
        if stands:
            recording.keep(tx, message, read)
            return True
        recording.save(tx, centre, message, read)
        links.record_message(tx.connection, centre.link_tokens, message.id)
        messages.replace_body(tx.connection, centre.db.vault, message.id, kept)
    for own in read:
        _count(message, own)
    return True


def _count(message: Message, read: Read) -> None:
    told = read.submission.message_type
    # What a sender typed where a type belongs must not become a label.
    kind = told if read.values is not None or told in reader.MAPPERS else "unknown"
    result = PartState.QUARANTINED if read.values is None else PartState.READ
    metrics.MESSAGES.labels(message.source.channel.value, kind, result.value).inc()


def read_transmission(body: bytes, pan_key: bytes) -> tuple[Sequence[Submission], bool]:
    """Reads a transmission, and says whether the reader itself failed on it: that stops nothing."""
    try:
        return reader.read(body, pan_key=pan_key), False
    except Exception as error:
        _log.exception("reader failed", size=len(body))
        cause = f"the reader failed on it ({type(error).__name__}): please report this"
        problem = Problem(line=1, column=1, segment="", cause=cause)
        return [
            Submission(
                ordinal=1,
                message_type="",
                version="",
                reference="",
                function="",
                line=1,
                start=0,
                end=len(body),
                hidden=(Hidden(0, len(body), "bytes"),),
                problems=(problem,),
                fatal=True,
            )
        ], True


def _redacted(body: bytes, submissions: Sequence[Submission]) -> bytes:
    """The bytes that may be kept; an error of the program leaves them whole, sealed, and told."""
    try:
        return redact(body, submissions)
    except Exception:
        _log.exception("redacting failed", size=len(body))
        return body


def _read(centre: Centre, message: Message, submission: Submission, *, failed: bool) -> Read:
    """A part with its domain values.

    A part on which the program itself fails is quarantined too, so that the others go on.
    """
    said_at = _said_at(message, submission)
    values = None
    if submission.crossings and message.source.carrier:
        # Who crossed is what officers rely on: whoever only carries people must not say it.
        cause = "crossings are taken from immigration systems, not from a carrier"
        problems = (*submission.problems, _problem(submission, cause, Severity.ERROR))
        submission = replace(submission, problems=problems, crossings=(), fatal=True)
    if submission.goods and message.source.carrier:
        submission = _of_carrier(message.source.carrier, submission)
    if not submission.fatal:
        try:
            values = assemble(submission, centre.settings.country, message.received_at.date())
        except MemoryError:
            raise  # it passes; the message is tried again
        except Exception as error:
            _log.exception("assembling failed", message_type=submission.message_type)
            cause = f"the program failed on it ({type(error).__name__}): please report this"
            problems = (*submission.problems, _problem(submission, cause, Severity.ERROR))
            submission, failed = replace(submission, problems=problems, fatal=True), True
    read = Read(submission=submission, said_at=said_at, values=values, failed=failed)
    return _limited(message, read)


def _limited(message: Message, read: Read) -> Read:
    """Keeps what may not be taken in: tests, and other carriers' word on who does not come."""
    submission, values = read.submission, read.values
    if values is None:
        return read
    if submission.envelope is not None and submission.envelope.test:
        cause = "marked as a test by its sender: read and answered, and not taken in"
        problem = _problem(submission, cause, Severity.WARNING)
        untold = replace(submission, goods=())
        told = Assembled(problems=(*values.problems, problem))
        return replace(read, submission=untold, values=told)
    if submission.goods:
        return read
    if submission.crossings:
        return replace(read, submission=_past(message, submission))
    carrier = values.carrier
    if submission.action and message.source.carrier not in ("", carrier):
        cause = (
            f"sent with the key of {message.source.carrier}: only {carrier or 'its own carrier'} "
            "corrects, cancels or closes a list of this voyage"
        )
        problems = (*submission.problems, _problem(submission, cause, Severity.ERROR))
        refused = replace(submission, problems=problems, fatal=True)
        return replace(read, submission=refused, values=None)
    return read


def _of_carrier(carrier: str, submission: Submission) -> Submission:
    """The goods that a carrier may tell of: bills, and corrections of its own ones only."""
    kept, problems = [], []
    for own in submission.goods:
        cause = ""
        if not isinstance(own, DeclaredConsignment) or own.declaration is not None:
            cause = "a carrier tells of bills and waybills only"
        elif own.action != "add" and own.carrier not in ("", carrier):
            cause = f"sent with the key of {carrier}: it corrects bills of its own voyages only"
        if cause:
            problems.append(Problem(line=own.line, column=own.column, segment="", cause=cause))
        else:
            kept.append(own)
    return replace(
        submission,
        goods=tuple(kept),
        problems=(*submission.problems, *problems),
        fatal=submission.fatal or not kept,
    )


def _past(message: Message, submission: Submission) -> Submission:
    """The reported crossings without those that are said to be yet to come."""
    latest = message.received_at + _AHEAD
    ahead = [
        own
        for own in submission.crossings
        if own.at and datetime.fromisoformat(own.at.upper()) > latest
    ]
    problems = [
        Problem(line=own.line, column=1, segment="at", cause="this crossing lies in the future")
        for own in ahead
    ]
    crossings = tuple(own for own in submission.crossings if own not in ahead)
    return replace(submission, crossings=crossings, problems=(*submission.problems, *problems))


def _problem(submission: Submission, cause: str, severity: Severity) -> Problem:
    return Problem(line=submission.line, column=1, segment="", cause=cause, severity=severity)


def _said_at(message: Message, submission: Submission) -> datetime:
    """When the sender made the message, else when it came."""
    sent = sent_at(submission.envelope) if submission.envelope else None
    if sent is None or sent > message.received_at + _EARLY:
        return message.received_at
    return sent
