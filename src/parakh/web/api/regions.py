"""Regional centres: what they send up, what they copy down, and whether their links stand."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Base64Bytes, Field

from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import Kind
from parakh.services import regional, regional_aside
from parakh.services.regional import RegionRow, Sent
from parakh.store.audit import AuditRow
from parakh.store.regional import Aside, AsideState
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/regions", tags=["regions"])

_MOST = 2**62
"""Far more rows than there will be, and still what a database takes."""

Text = Annotated[str, Field(max_length=10_000_000)]
Code = Annotated[str, Field(max_length=80)]
Reason = Annotated[str, Field(max_length=2000)]
Seq = Annotated[int, Path(ge=1, le=_MOST, description="number of the row that it belongs to")]


class MessageIn(Wire):
    """A message as the regional centre keeps it."""

    name: Text
    body: Base64Bytes


class StepIn(Wire):
    """What an officer did about an alert on a person, on goods or a transport unit.

    That is named by the messages that told of it (of the regional centre) and the lines at which
    they do; the alert by what was met.
    """

    step: str = Field(pattern="^(acknowledged|decided|closed|corrected)$")
    officer: Code
    kind: Kind = Kind.TRAVELLER
    told: list[tuple[Code, int]] = Field(max_length=1000)
    targets: list[tuple[Code, Code]] = Field(max_length=1000)
    target: tuple[Code, Code] = ("", "")
    confirmed: bool = False
    reason: Text = ""
    outcome: OutcomeKind = OutcomeKind.NOTHING_FOUND
    note: Text = ""
    details: dict[str, Any] = Field({}, max_length=20)


class RecordIn(Wire):
    """A lookout or a case of the regional centre, as it stands there."""

    kind: str = Field(pattern="^(lookout|case)$")
    value: dict[str, Any] = Field(max_length=20)


class EventIn(Wire):
    """One row of a regional centre's audit trail, with what belongs to it, if anything does."""

    seq: int = Field(ge=1, le=_MOST)
    at: AwareDatetime
    actor: Text
    action: Code
    subject_kind: Code
    subject_id: Code
    purpose: Code
    detail: Text
    previous: Code
    hash: Code
    message: MessageIn | None = None
    alert: StepIn | None = None
    record: RecordIn | None = None
    refused: Reason = Field("", description="why what belongs to it was refused, and is missing")
    dropped: Reason = Field("", description="why that was given up")

    def sent(self) -> Sent:
        """The same as a value."""
        row = AuditRow(**self.model_dump(include=set(AuditRow.__dataclass_fields__)))
        step = self.alert or self.record
        return Sent(
            row=row,
            message=(self.message.name, self.message.body) if self.message else None,
            step=step.model_dump(mode="json") if step else None,
            refused=self.refused,
            dropped=self.dropped,
        )


class EventsIn(Wire):
    """What happened at a regional centre, in order; nothing tells that the link stands."""

    events: list[EventIn] = Field(max_length=1000)
    alone: tuple[AwareDatetime, AwareDatetime] | None = Field(
        None, description="since when, and until when, it was not able to reach the centre"
    )


class TakenOut(Wire):
    """The number of the last row that is at the centre."""

    last: int


class EntriesMark(Wire):
    """How far the copy of entries is: the last change, and on the first way the last entry."""

    seq: int = Field(ge=0, le=_MOST)
    after: Code | None = None


class CopyIn(Wire):
    """How far the copies of a regional centre are, as the centre told."""

    marks: dict[str, str | EntriesMark] = Field(max_length=100)


class RegionOut(Wire):
    """A regional centre."""

    name: str
    units: list[str]
    seen_at: datetime | None
    down_since: datetime | None = Field(description="null while the link stands")
    alone_since: datetime | None = Field(description="the last time that it acted alone")
    alone_until: datetime | None
    rows: int = Field(description="of its audit trail that are here")
    waiting: int
    left: int = Field(description="steps for which nothing was found here")
    refused: int = Field(description="rows of which a part was refused here")

    @classmethod
    def of(cls, value: RegionRow) -> "RegionOut":
        """From the service's value."""
        own = value.region
        return cls(
            name=own.name,
            units=list(value.units),
            seen_at=own.seen_at,
            down_since=value.down_since,
            alone_since=own.alone_since,
            alone_until=own.alone_until,
            rows=own.seq,
            waiting=value.waiting,
            left=value.left,
            refused=value.refused,
        )


class AsideOut(Wire):
    """What the centre above refused, and this regional centre set aside."""

    seq: int = Field(description="number of the row of the audit trail that it belongs to")
    action: str
    subject_id: str
    reason: str
    at: datetime
    state: AsideState
    by: str
    decision: str

    @classmethod
    def of(cls, value: Aside) -> "AsideOut":
        """From the stored value."""
        return cls(
            seq=value.seq,
            action=value.action,
            subject_id=value.subject_id,
            reason=value.reason,
            at=value.at,
            state=value.state,
            by=value.by,
            decision=value.decision,
        )


class DropIn(Wire):
    """Why something that was refused is given up."""

    reason: Reason


@router.get("")
def list_regions(calling: Calling) -> list[RegionOut]:
    """The regional centres and their links."""
    return [RegionOut.of(own) for own in regional.overview(calling.centre, calling.actor)]


@router.post("/events")
def take_events(calling: Calling, sent: EventsIn) -> TakenOut:
    """Takes in what happened at the caller's regional centre; what is here already is passed
    over."""
    found = [own.sent() for own in sent.events]
    last = regional.take(calling.centre, calling.actor, found, alone=sent.alone)
    return TakenOut(last=last)


@router.post("/events/again")
def take_event_again(calling: Calling, sent: EventIn) -> TakenOut:
    """Takes in what belongs to a row that is here without it, because it was refused before."""
    regional.take_again(calling.centre, calling.actor, sent.sent())
    return TakenOut(last=sent.seq)


@router.get("/asides")
def list_asides(calling: Calling) -> list[AsideOut]:
    """At a regional centre: what the centre above refused, and nobody settled."""
    return [AsideOut.of(own) for own in regional_aside.listed(calling.centre, calling.actor)]


@router.post("/asides/{seq}/again")
def send_aside_again(calling: Calling, seq: Seq) -> AsideOut:
    """Sends it again, with the next exchange."""
    return AsideOut.of(regional_aside.send_again(calling.centre, calling.actor, seq))


@router.post("/asides/{seq}/drop")
def drop_aside(calling: Calling, seq: Seq, why: DropIn) -> AsideOut:
    """Gives it up, with a reason, which the centre above is told."""
    return AsideOut.of(regional_aside.drop(calling.centre, calling.actor, seq, why.reason))


@router.post("/copy", response_class=Response)
def copy_for_region(calling: Calling, wanted: CopyIn) -> Response:
    """What the caller's copies lack; `x-parakh-signature` is the centre's Ed25519 signature of the
    body, in hexadecimal."""
    marks = wanted.model_dump(exclude_none=True)["marks"]
    body, signature = regional.copy(calling.centre, calling.actor, marks)
    headers = {"x-parakh-signature": signature}
    return Response(body, media_type="application/json", headers=headers)
