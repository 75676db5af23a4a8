"""A Message is one raw transmission as received; a Part is one message of a standard inside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """The way by which a message came in."""

    CLI = "cli"
    HTTP = "http"
    DROP = "drop"
    SFTP = "sftp"
    LINK = "link"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a message came from: the channel, and its name there (a file name, a key's name).

    `carrier` is the carrier whose own key sent it (IATA or ICAO designator); "" where no key says.
    """

    channel: Channel
    name: str
    carrier: str = ""


class MessageState(StrEnum):
    """A message's place in the work queue."""

    RECEIVED = "received"
    PARSED = "parsed"
    SCREENED = "screened"
    QUARANTINED = "quarantined"

    def can_become(self, other: "MessageState") -> bool:
        """Whether the step is allowed; quarantined messages may be read again."""
        return other in _NEXT[self]


_NEXT = {
    MessageState.RECEIVED: {MessageState.PARSED, MessageState.QUARANTINED},
    MessageState.PARSED: {MessageState.SCREENED},
    MessageState.SCREENED: {MessageState.RECEIVED},
    MessageState.QUARANTINED: {MessageState.RECEIVED},
}


class Severity(StrEnum):
    """Whether what was wrong cost data."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What was wrong with a message, and where: all an integrator needs to mend it.

    Attributes:
        line: line in the file, from 1.
        column: column in that line in characters, from 1.
        segment: the segment's tag, such as `DTM`, or "" where there is none.
        cause: one sentence in plain words, without personal data.
        severity: an error cost data or the whole message; a warning did not.
        entry: of a watchlist's file, whom or what the place is about, by number and name; no cause
            repeats it, for causes may reach logs.
    """

    line: int
    column: int
    segment: str
    cause: str
    severity: Severity = Severity.ERROR
    entry: str = ""

    def at(self, file: str) -> str:
        """The problem in the form that editors open: `file:line:column: SEG: cause`."""
        tag = f"{self.segment}: " if self.segment else ""
        return f"{file}:{self.line}:{self.column}: {tag}{self.cause}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """The headers around a message (ISO 9735-1): what orders it, and what an answer must repeat.

    Attributes:
        syntax: syntax identifier and version (UNB S001), such as `UNOA:4`.
        sender, recipient: identification with its qualifier after a colon, if any (UNB S002, S003).
        sent: date and time of preparation (UNB S004) as sent, such as `130527:0910`; "" if none.
        reference: interchange control reference (UNB 0020).
        group: functional group's reference (UNG 0048), "" where there is none.
        test: whether the sender marked it as a test (UNB 0035).
    """

    syntax: str = ""
    sender: str = ""
    recipient: str = ""
    sent: str = ""
    reference: str = ""
    group: str = ""
    test: bool = False


class PartState(StrEnum):
    """Whether a part could be read."""

    READ = "read"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One raw transmission as received, never altered, never lost; its bytes are kept apart.

    Attributes:
        digest: SHA-256 of the bytes, in hexadecimal; the same bytes twice from one sender are one
            message.
        size: the number of bytes.
        corrects: the message whose quarantined part this one mends, if any.
        run: how many times it was read (a re-run counts up).
        trace: the trace of its intake (W3C `traceparent`), which later steps join; "" without one.
    """

    id: str
    digest: str
    source: Source
    received_at: datetime
    size: int
    state: MessageState
    corrects: str | None = None
    run: int = 1
    trace: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One message of a standard (such as UNH to UNT) inside a transmission.

    Attributes:
        ordinal: place in the transmission, from 1.
        message_type: such as `PAXLST`, or "" where it could not be told.
        version: directory release such as `02B`, or "".
        reference: the sender's message reference.
        line: line at which it begins, from 1.
        problems: what was wrong; a quarantined part has at least one error.
        carrier: whose voyage it is about, else whose key sent it; "" where neither is known.
        envelope: the headers around it; None where there are none.
        said_at: when its sender made it; orders messages that come out of order.
        travellers: how many it tells of.
        goods: how many consignments and other records of goods it tells of.
        removed: how often protected content was left out, by its code.
    """

    id: str
    message_id: str
    ordinal: int
    message_type: str
    version: str
    reference: str
    line: int
    state: PartState
    problems: tuple[Problem, ...] = ()
    carrier: str = ""
    envelope: Envelope | None = None
    said_at: datetime | None = None
    travellers: int = 0
    goods: int = 0
    removed: Mapping[str, int] = field(default_factory=dict)
