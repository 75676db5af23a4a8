"""Stores what was read of a message: parts, voyages, bookings, records, and their travellers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.ids import new_id
from parakh.domain.message import Message, Part, PartState, Problem, Severity
from parakh.ingest.records import DeclaredBooking
from parakh.ingest.redact import removed_in_all
from parakh.ingest.submission import Submission
from parakh.normalise.assemble import Assembled, AssembledTraveller
from parakh.normalise.completeness import filled
from parakh.normalise.join import Marks, SourceKind, Statement
from parakh.services import answers, crossings, expected, goods, joining
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.services.joining import Fresh, Scope
from parakh.store import goods_records, messages, records, travellers
from parakh.store.database import Tx
from parakh.store.records import Held, NewRecord, SubmissionRow
from parakh.store.timetable import key_of

_DESIGNATOR = re.compile(r"[A-Z0-9]{2,3}")
"""A carrier's designator (IATA Resolution 762, ICAO Doc 8585)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A part as read; `values` are None when it must be quarantined.

    `failed` says that the program itself failed on it, not that its sender was wrong.
    """

    submission: Submission
    said_at: datetime
    values: Assembled | None
    failed: bool = False


def save(tx: Tx, centre: Centre, message: Message, read: Sequence[Read]) -> None:
    """Puts what was read into the place of what an earlier reading of the message had said."""
    known = {part.ordinal: part for part in messages.parts(tx.connection, message.id)}
    forgotten = records.forget(tx.connection, message.id)
    forgotten_goods = goods.forget(tx, message)
    messages.drop_parts(tx.connection, message.id, beyond=len(read))
    told: list[Fresh] = []
    scopes: set[Scope] = set()
    reported: list[tuple[str, Submission]] = []
    goods_told: list[tuple[Part, Read]] = []
    for own in read:
        part = _part(message, own, known.get(own.submission.ordinal))
        messages.save_part(tx.connection, part)
        if not own.submission.goods:
            answers.answer(tx, message, part, own.submission)
        if own.submission.crossings and own.values is not None:
            reported.append((part.id, own.submission))
        if own.submission.goods:
            goods_told.append((part, own))
        if own.values is not None and (own.values.border or own.values.travellers):
            scope, said = _save_said(tx.connection, message, part, own, own.values)
            scopes.add(scope)
            told += said
    _rejoin(tx, message, scopes, with_owners(told, forgotten), forgotten)
    for part_id, submission in reported:
        crossings.save(tx, message, part_id, submission)
    for part, own in goods_told:
        _save_goods(tx, centre, message, part, own)
    goods.settle(tx, centre, message, forgotten_goods)


def _save_goods(tx: Tx, centre: Centre, message: Message, part: Part, read: Read) -> None:
    """Stores a part's goods, notes what was wrong, and answers; a part of which nothing could be
    used is quarantined."""
    if read.values is None:
        answers.answer(tx, message, part, read.submission)
        return
    found = goods.save(tx, centre, message, part.id, read.submission, read.said_at)
    count = goods_records.count(tx.connection, part.id)
    problems = sorted((*part.problems, *found), key=lambda own: (own.line, own.column))
    state = part.state if count else PartState.QUARANTINED
    told = replace(part, problems=tuple(problems), goods=count, state=state)
    messages.save_part(tx.connection, told)
    answers.answer(tx, message, told, read.submission)


def keep(tx: Tx, message: Message, read: Sequence[Read]) -> None:
    """Lets an earlier reading stand, and notes where the program failed now."""
    known = {part.ordinal: part for part in messages.parts(tx.connection, message.id)}
    for own in read:
        if own.failed:
            part = known.get(own.submission.ordinal, known[min(known)])
            problems = dict.fromkeys((*part.problems, own.submission.problems[-1]))
            messages.save_part(tx.connection, replace(part, problems=tuple(problems)))


def _rejoin(
    tx: Tx,
    message: Message,
    scopes: Iterable[Scope],
    told: Sequence[Fresh],
    forgotten: Sequence[Held],
) -> None:
    left = {scope for own in forgotten if (scope := Scope.of(own)) is not None}
    by_scope: dict[Scope, list[Fresh]] = {scope: [] for scope in {*scopes, *left}}
    for own in told:
        by_scope.setdefault(Scope(own.record.voyage_id or "", own.carrier), []).append(own)
    for scope, fresh in sorted(by_scope.items()):
        lost = [own for own in forgotten if Scope.of(own) == scope]
        joining.rejoin(tx, scope, fresh, lost, message.id)
        if scope.voyage_id:
            crossings.settle(tx, message, travellers.get_voyage(tx.connection, scope.voyage_id))
            expected.follow_voyage(tx, scope.voyage_id, handling_of)


def with_owners(told: Sequence[Fresh], forgotten: Sequence[Held]) -> list[Fresh]:
    """Says whose records were when the message was read before: by place and marks, else by the
    marks alone, else by the place alone."""
    left = {own.statement.id: own for own in forgotten}
    owners: dict[str, str] = {}
    for keys in (_place_and_marks, _marks, _place):
        held: dict[tuple[object, ...], list[str]] = {}
        for former in left.values():
            key = keys(
                former.part_id, former.line, former.statement.place[2], former.statement.marks
            )
            held.setdefault(key, []).append(former.statement.id)
        for own in told:
            record = own.record
            key = keys(record.part_id, record.declared.line, record.ordinal, record.marks)
            if record.id not in owners and held.get(key):
                owners[record.id] = left.pop(held[key].pop(0)).traveller_id
    return [replace(own, formerly=owners.get(own.record.id)) for own in told]


def _place_and_marks(part: str, line: int, ordinal: int, marks: Marks) -> tuple[object, ...]:
    return part, line, ordinal, marks


def _marks(part: str, line: int, ordinal: int, marks: Marks) -> tuple[object, ...]:
    return part, marks


def _place(part: str, line: int, ordinal: int, marks: Marks) -> tuple[object, ...]:
    return part, line, ordinal


def _part(message: Message, read: Read, before: Part | None) -> Part:
    # What reading found already on a line, with its column, need not be said again without one.
    submission, values = read.submission, read.values
    told = {own.line for own in submission.problems if own.severity is Severity.ERROR}
    found = values.problems if values else ()
    problems = [*submission.problems, *(own for own in found if own.line not in told)]
    carrier = _carrier(message, submission, values)
    if message.source.carrier not in ("", carrier):
        cause = f"sent with the key of {message.source.carrier}, about a voyage of {carrier}"
        severity = Severity.WARNING
        problems.append(
            Problem(line=submission.line, column=1, segment="", cause=cause, severity=severity)
        )
    return Part(
        id=before.id if before else new_id(),
        message_id=message.id,
        ordinal=submission.ordinal,
        message_type=_shortened(submission.message_type),
        version=_shortened(submission.version),
        reference=_shortened(submission.reference),
        line=submission.line,
        state=PartState.QUARANTINED if values is None else PartState.READ,
        problems=tuple(sorted(problems, key=lambda own: (own.line, own.column))),
        carrier=carrier,
        envelope=submission.envelope,
        said_at=read.said_at,
        travellers=len(values.travellers) if values else 0,
        removed=removed_in_all(before.removed if before else {}, submission.removed),
    )


def _carrier(message: Message, submission: Submission, values: Assembled | None) -> str:
    """Whose voyage it is about, else whose key sent it, else the sender who is a carrier."""
    if values is not None and values.carrier:
        return values.carrier
    sender = submission.envelope.sender.partition(":")[0].upper() if submission.envelope else ""
    return message.source.carrier or (sender if _DESIGNATOR.fullmatch(sender) else "")


def _shortened(text: str) -> str:
    """What a sender wrote into a header, as much as a code can be; the raw bytes have it all."""
    return "".join(sign for sign in text if sign.isprintable())[:40]


def _save_voyages(
    connection: sa.Connection, message: Message, part: Part, read: Read, values: Assembled
) -> dict[str, str]:
    """Stores the voyages; gives their lasting identifiers by those they were assembled with.

    What another carrier's key says of a voyage's times only fills in.
    """
    own = message.source.carrier in ("", part.carrier)
    saved = {}
    for leg, voyage in zip(read.submission.voyages, values.voyages, strict=True):
        kept = travellers.save_voyage(
            connection,
            key_of(connection, voyage),
            voyage,
            read.said_at if own and _timed(leg.departure) else None,
            read.said_at if own and _timed(leg.arrival) else None,
        )
        saved[voyage.id] = kept.id
    return saved


def _timed(text: str) -> bool:
    """Whether a declared moment has a time of the day."""
    return len(text.strip()) > len("CCYYMMDD")


def _save_said(
    connection: sa.Connection, message: Message, part: Part, read: Read, values: Assembled
) -> tuple[Scope, list[Fresh]]:
    """Stores what a part said of voyages and bookings.

    Gives what it is about, and what it said of persons.
    """
    submission = read.submission
    saved = _save_voyages(connection, message, part, read, values) if values.border else {}
    border = saved.get(values.border or "")
    row = SubmissionRow(
        part_id=part.id,
        voyage_id=border,
        message_type=submission.message_type,
        function=_shortened(submission.function),
        action=submission.action,
        series=_series(message, submission),
        sender=_sender(submission),
        said_at=read.said_at,
        received_at=message.received_at,
        travellers=len(values.travellers),
        filled=filled(submission.travellers),
    )
    records.save_submission(connection, row)
    bookings = [(new_id(), own) for own in submission.bookings]
    if border is not None:
        records.save_bookings(connection, part.id, border, bookings)
    fresh = [
        _fresh(message, part, row, place, own, saved, bookings)
        for place, own in enumerate(values.travellers)
    ]
    return Scope(border or "", "" if border else part.carrier), fresh


def _sender(submission: Submission) -> str:
    return submission.envelope.sender if submission.envelope else ""


def _series(message: Message, submission: Submission) -> str:
    """What the messages of one list share: their reference, else that they came together."""
    shared = submission.common_reference
    return f"{_sender(submission)}/{shared}" if shared else f"{message.id}/{submission.function}"


def _fresh(
    message: Message,
    part: Part,
    row: SubmissionRow,
    place: int,
    own: AssembledTraveller,
    saved: Mapping[str, str],
    bookings: Sequence[tuple[str, DeclaredBooking]],
) -> Fresh:
    record = NewRecord(
        id=new_id(),
        part_id=row.part_id,
        voyage_id=saved.get(own.traveller.voyage_id),
        booking_id=None if own.booking is None else bookings[own.booking][0],
        ordinal=place,
        declared=own.declared,
        marks=own.marks,
    )
    statement = Statement(
        id=record.id,
        kind=SourceKind(row.message_type),
        unit=record.booking_id or record.part_id,
        said_at=row.said_at,
        place=(message.id, part.ordinal, place),
        marks=own.marks,
        received_at=row.received_at,
        action=row.action,
        series=row.series,
        sender=row.sender,
    )
    carrier = "" if record.voyage_id else part.carrier
    return Fresh(record=record, statement=statement, value=own.traveller, carrier=carrier)
