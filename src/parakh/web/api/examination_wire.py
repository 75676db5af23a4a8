"""Wire models of examinations and rosters, each made from a domain value by `of`."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from parakh.act.examining import MOST_ITEMS, MOST_SAMPLES, Findings
from parakh.act.waiting import Spread
from parakh.domain.alert import OutcomeKind
from parakh.domain.examination import (
    Answer,
    Assignment,
    Check,
    Counted,
    Order,
    OrderState,
    Report,
    Sample,
    Skill,
)
from parakh.domain.selectivity import Lane
from parakh.services.examination_views import Board, OrderView, TerminalBoard
from parakh.web.api.case_wire import Amount, DetailsIn, OutcomeRecordOut
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import Moment

# --- orders -------------------------------------------------------------------------------------


class OrderOut(Wire):
    """That a consignment is to be examined, and how far that has come."""

    id: str
    consignment_id: str
    consignment: str
    terminal_id: str
    lane: Lane
    state: OrderState
    reason: PhraseOut
    needs: list[Skill]
    by_hand: bool
    ordered_by: str
    ordered_at: datetime
    assigned_to: str | None
    grounded_at: datetime | None
    assigned_at: datetime | None
    begun_at: datetime | None
    reported_at: datetime | None
    called_off: str

    @classmethod
    def of(cls, value: Order) -> "OrderOut":
        """From the domain value."""
        return cls(
            id=value.id,
            consignment_id=value.consignment_id,
            consignment=value.consignment,
            terminal_id=value.terminal_id,
            lane=value.lane,
            state=value.state,
            reason=PhraseOut.of(value.reason),
            needs=sorted(value.needs),
            by_hand=value.by_hand,
            ordered_by=value.ordered_by,
            ordered_at=value.ordered_at,
            assigned_to=value.assigned_to,
            grounded_at=value.grounded_at,
            assigned_at=value.assigned_at,
            begun_at=value.begun_at,
            reported_at=value.reported_at,
            called_off=value.called_off,
        )


class QueuedOut(Wire):
    """An order in the queue: its place from 1, and why it stands there."""

    place: int
    why: list[PhraseOut]
    order: OrderOut


class SpreadOut(Wire):
    """Median and ninth decile in seconds, of so many orders; null of none."""

    count: int
    median: float | None
    ninth: float | None

    @classmethod
    def of(cls, value: Spread) -> "SpreadOut":
        """From the domain value."""
        return cls(count=value.count, median=_seconds(value.median), ninth=_seconds(value.ninth))


class TerminalBoardOut(Wire):
    """One terminal now."""

    terminal_id: str
    name: str
    port: str
    policy: int = Field(description="number of the policy in force; 0 for the usual one")
    room: int = Field(description="consignments that this shift can still ground")
    bays: int
    begun: int
    on_shift: list[str]
    by_roster: bool
    queue: list[QueuedOut]
    in_hand: list[OrderOut]
    done: list[OrderOut]
    waiting: SpreadOut
    service: SpreadOut

    @classmethod
    def of(cls, value: TerminalBoard) -> "TerminalBoardOut":
        """From the service's value."""
        return cls(
            terminal_id=value.terminal.id,
            name=value.terminal.name,
            port=value.terminal.port,
            policy=value.policy.number,
            room=value.room,
            bays=value.terminal.bays,
            begun=value.begun,
            on_shift=[own.name for own in value.on_shift.examiners],
            by_roster=value.on_shift.by_roster,
            queue=[
                QueuedOut(
                    place=own.place,
                    why=[PhraseOut.of(one) for one in own.why],
                    order=OrderOut.of(own.order),
                )
                for own in value.queue
            ],
            in_hand=[OrderOut.of(own.order) for own in value.in_hand],
            done=[OrderOut.of(own) for own in value.done],
            waiting=SpreadOut.of(value.times.waiting),
            service=SpreadOut.of(value.times.service),
        )


class BoardOut(Wire):
    """The terminals at the caller's ports, and the orders in his own hands."""

    terminals: list[TerminalBoardOut]
    mine: list[OrderOut]

    @classmethod
    def of(cls, value: Board) -> "BoardOut":
        """From the service's value."""
        return cls(
            terminals=[TerminalBoardOut.of(own) for own in value.terminals],
            mine=[OrderOut.of(own) for own in value.mine],
        )


class TicketOut(Wire):
    """One examiner's part in a draw."""

    examiner: str
    load: int
    number: float


class AssignmentOut(Wire):
    """That an order was given to an examiner."""

    ordinal: int
    examiner: str
    at: datetime
    by: str = Field(description="who named him; empty for the program, which drew")
    reason: str
    tickets: list[TicketOut]
    ended: str
    ended_at: datetime | None
    refused: bool

    @classmethod
    def of(cls, value: Assignment) -> "AssignmentOut":
        """From the domain value."""
        return cls(
            ordinal=value.ordinal,
            examiner=value.examiner,
            at=value.at,
            by=value.by,
            reason=value.reason,
            tickets=[
                TicketOut(examiner=own.examiner, load=own.load, number=own.number)
                for own in value.tickets
            ],
            ended=value.ended,
            ended_at=value.ended_at,
            refused=value.refused,
        )


# --- reports ------------------------------------------------------------------------------------


class CheckWire(Wire):
    """One point of the checklist, as answered."""

    point: str = Field(max_length=40)
    answer: Answer
    note: str = Field("", max_length=300)

    def value(self) -> Check:
        """The same as a domain value."""
        return Check(point=self.point, answer=self.answer, note=self.note)


class CountedWire(Wire):
    """A declared item as it was found."""

    ordinal: int = Field(ge=1, le=99_999)
    quantity: Amount | None = None
    net_kg: float | None = Field(None, ge=0, allow_inf_nan=False)
    hs_code: str = Field("", max_length=10)
    note: str = Field("", max_length=300)

    def value(self) -> Counted:
        """The same as a domain value."""
        return Counted(
            ordinal=self.ordinal,
            quantity=self.quantity,
            net_kg=self.net_kg,
            hs_code=self.hs_code,
            note=self.note,
        )


class SampleWire(Wire):
    """A sample that was taken."""

    number: str = Field(max_length=300)
    seal: str = Field(max_length=300)
    what: str = Field(max_length=300)

    def value(self) -> Sample:
        """The same as a domain value."""
        return Sample(number=self.number, seal=self.seal, what=self.what)


class ReportIn(Wire):
    """What an examiner found; `client_id` makes it one, however often it is sent."""

    client_id: str = Field(pattern="^[0-9a-f]{32}$")
    outcome: OutcomeKind
    note: str = Field("", max_length=4000)
    details: DetailsIn = Field(default_factory=DetailsIn)
    checks: list[CheckWire] = Field([], max_length=100)
    counted: list[CountedWire] = Field([], max_length=MOST_ITEMS)
    samples: list[SampleWire] = Field([], max_length=MOST_SAMPLES)
    written_at: Moment

    def value(self) -> Findings:
        """The same as a domain value."""
        return Findings(
            client_id=self.client_id,
            outcome=self.outcome,
            note=self.note,
            details=self.details.value(),
            checks=tuple(own.value() for own in self.checks),
            counted=tuple(own.value() for own in self.counted),
            samples=tuple(own.value() for own in self.samples),
            written_at=self.written_at,
        )


class ReportOut(Wire):
    """A report as it was signed."""

    id: str
    order_id: str
    client_id: str
    by: str
    outcome: OutcomeKind
    note: str
    details: DetailsIn
    checks: list[CheckWire]
    counted: list[CountedWire]
    samples: list[SampleWire]
    pictures: list[str]
    written_at: datetime
    received_at: datetime
    digest: str
    signature: str
    follows: str | None

    @classmethod
    def of(cls, value: Report) -> "ReportOut":
        """From the domain value."""
        return cls(
            id=value.id,
            order_id=value.order_id,
            client_id=value.client_id,
            by=value.by,
            outcome=value.outcome,
            note=value.note,
            details=DetailsIn.of(value.details),
            checks=[
                CheckWire(point=own.point, answer=own.answer, note=own.note) for own in value.checks
            ],
            counted=[_counted(own) for own in value.counted],
            samples=[
                SampleWire(number=own.number, seal=own.seal, what=own.what) for own in value.samples
            ],
            pictures=list(value.pictures),
            written_at=value.written_at,
            received_at=value.received_at,
            digest=value.digest,
            signature=value.signature,
            follows=value.follows,
        )


class PointOut(Wire):
    """One point of a checklist."""

    id: str
    group: str
    text: str


class OrderViewOut(Wire):
    """One order with its place, checklist, assignments, reports and outcomes."""

    order: OrderOut
    place: int | None
    why: list[PhraseOut]
    why_nobody: PhraseOut | None
    points: list[PointOut]
    assignments: list[AssignmentOut]
    reports: list[ReportOut]
    outcomes: list[OutcomeRecordOut]

    @classmethod
    def of(cls, value: OrderView) -> "OrderViewOut":
        """From the service's value."""
        return cls(
            order=OrderOut.of(value.order),
            place=value.place,
            why=[PhraseOut.of(own) for own in value.why],
            why_nobody=PhraseOut.of(value.why_nobody) if value.why_nobody else None,
            points=[
                PointOut(id=one.id, group=group, text=one.text)
                for group, points in value.points
                for one in points
            ],
            assignments=[AssignmentOut.of(own) for own in value.assignments],
            reports=[ReportOut.of(own) for own in value.reports],
            outcomes=[OutcomeRecordOut.of(own) for own in value.outcomes],
        )


# --- places and people --------------------------------------------------------------------------


def _counted(own: Counted) -> CountedWire:
    quantity: Decimal | None = own.quantity
    return CountedWire(
        ordinal=own.ordinal,
        quantity=quantity,
        net_kg=own.net_kg,
        hs_code=own.hs_code,
        note=own.note,
    )


def _seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()
