"""Messages: sending, looking, reading again, correcting."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, UploadFile
from pydantic import Field
from starlette.responses import Response

from parakh.domain.message import Channel, Message, MessageState, PartState, Severity, Source
from parakh.services import answers, intake
from parakh.services.intake import MessagePage, MessageView, Received, ShownProblem
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import PageNumber
from parakh.web.uploads import content, file_name

router = APIRouter(prefix="/messages", tags=["messages"])

EDIFACT = "application/edifact"
"""The media type of RFC 1767."""

MessageId = Annotated[str, Path(description="identifier of the message")]


class MessageOut(Wire):
    """One transmission as received."""

    id: str
    digest: str = Field(
        description="SHA-256 of the bytes; the same bytes from one sender are one message"
    )
    channel: Channel
    source: str
    received_at: datetime
    size: int
    state: MessageState
    corrects: str | None
    run: int

    @classmethod
    def of(cls, value: Message) -> "MessageOut":
        """From the domain value."""
        return cls(
            id=value.id,
            digest=value.digest,
            channel=value.source.channel,
            source=value.source.name,
            received_at=value.received_at,
            size=value.size,
            state=value.state,
            corrects=value.corrects,
            run=value.run,
        )


class ReceivedOut(Wire):
    """A message that is stored for good; `new` is false when its bytes came before."""

    message: MessageOut
    new: bool
    answer: str = Field(description="path of what the carrier is told of it, once it has been read")

    @classmethod
    def of(cls, value: Received) -> "ReceivedOut":
        """From the service's value."""
        return cls(
            message=MessageOut.of(value.message),
            new=value.new,
            answer=f"/api/v1/messages/{value.message.id}/answer",
        )


class MessageRowOut(Wire):
    """A message with what its parts came to."""

    message: MessageOut
    types: list[str]
    parts: int
    quarantined: int
    corrected_by: str | None = Field(description="the message that came in its place")


class MessagePageOut(Wire):
    """A page of messages, newest first."""

    rows: list[MessageRowOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: MessagePage) -> "MessagePageOut":
        """From the service's value."""
        rows = [
            MessageRowOut(
                message=MessageOut.of(row.message),
                types=list(row.types),
                parts=row.parts,
                quarantined=row.quarantined,
                corrected_by=row.corrected_by,
            )
            for row in value.rows
        ]
        return cls(rows=rows, total=value.total, page=value.page, pages=value.pages)


class LineOut(Wire):
    """A line of the message's text; `marked` where the problem stands."""

    number: int
    column: int = Field(description="place of the first character shown, from 1")
    text: str
    marked: bool


class ProblemOut(Wire):
    """What was wrong, and where."""

    place: str = Field(description="`file:line:column`")
    line: int
    column: int
    segment: str
    cause: str
    severity: Severity
    excerpt: list[LineOut]

    @classmethod
    def of(cls, value: ShownProblem) -> "ProblemOut":
        """From the service's value."""
        problem = value.problem
        return cls(
            place=value.place,
            line=problem.line,
            column=problem.column,
            segment=problem.segment,
            cause=problem.cause,
            severity=problem.severity,
            excerpt=[
                LineOut(number=line.number, column=line.column, text=line.text, marked=line.marked)
                for line in value.excerpt
            ],
        )


class PartOut(Wire):
    """One message of a standard inside the transmission."""

    ordinal: int
    message_type: str
    version: str
    reference: str
    line: int
    state: PartState
    goods: int = Field(description="consignments and other records of goods that it tells of")
    problems: list[ProblemOut]


class MessageViewOut(Wire):
    """A message with its parts and what was wrong with each."""

    message: MessageOut
    parts: list[PartOut]
    travellers: int
    readable: bool = Field(description="false: the caller may not read the text: no excerpts")
    corrected_by: str | None

    @classmethod
    def of(cls, value: MessageView) -> "MessageViewOut":
        """From the service's value."""
        parts = [
            PartOut(
                ordinal=part.ordinal,
                message_type=part.message_type,
                version=part.version,
                reference=part.reference,
                line=part.line,
                state=part.state,
                goods=part.goods,
                problems=[ProblemOut.of(problem) for problem in problems],
            )
            for part, problems in value.parts
        ]
        return cls(
            message=MessageOut.of(value.message),
            parts=parts,
            travellers=value.travellers,
            readable=value.readable,
            corrected_by=value.corrected_by,
        )


@router.get("")
def list_messages(
    calling: Calling,
    quarantined: Annotated[bool, Query(description="only those with a quarantined part")] = False,
    page: PageNumber = 1,
) -> MessagePageOut:
    """Messages, newest first."""
    found = intake.list_messages(calling.centre, calling.actor, quarantined=quarantined, page=page)
    return MessagePageOut.of(found)


@router.post("", status_code=202)
def send_message(calling: Calling, file: Annotated[UploadFile, File()]) -> ReceivedOut:
    """Stores a transmission and acknowledges it; it is read and screened right after."""
    actor = calling.actor
    source = Source(channel=Channel.HTTP, name=file_name(file), carrier=actor.carrier)
    data = content(file, "the message")
    return ReceivedOut.of(intake.receive(calling.centre, actor, data, source))


@router.get("/{message_id}")
def get_message(calling: Calling, message_id: MessageId) -> MessageViewOut:
    """One message with its parts and problems."""
    return MessageViewOut.of(intake.view(calling.centre, calling.actor, message_id))


@router.get(
    "/{message_id}/answer",
    response_class=Response,
    responses={
        200: {"description": "One interchange a part", "content": {EDIFACT: {}}},
        202: {"description": "The message has not been read yet: ask again"},
    },
)
def get_answer(calling: Calling, message_id: MessageId) -> Response:
    """What its sender is told: CUSRES for each passenger list, ACKRES for bookings.

    202 without a body, and `Retry-After` in seconds, until the message has been read. 404 for a
    message that holds no EDIFACT, such as crossings in JSON: its state says what became of it.
    """
    found = answers.of_message(calling.centre, calling.actor, message_id)
    if found.answers is None:
        return Response(status_code=202, headers={"retry-after": "2"})
    return Response(found.text.encode("ascii"), media_type=EDIFACT)


@router.get(
    "/{message_id}/raw",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_raw_message(calling: Calling, message_id: MessageId) -> Response:
    """The bytes as they came."""
    data = intake.raw(calling.centre, calling.actor, message_id)
    return Response(data, media_type="application/octet-stream")


@router.post("/{message_id}/rerun", status_code=202)
def rerun_message(calling: Calling, message_id: MessageId) -> MessageOut:
    """Reads a finished message once more; 409 while it is still being worked on."""
    return MessageOut.of(intake.rerun(calling.centre, calling.actor, message_id))


@router.post("/{message_id}/corrections", status_code=202)
def correct_message(
    calling: Calling, message_id: MessageId, file: Annotated[UploadFile, File()]
) -> ReceivedOut:
    """Takes in a corrected text in place of a message with a quarantined part."""
    data = content(file, "the corrected message")
    return ReceivedOut.of(intake.correct(calling.centre, calling.actor, message_id, data))
