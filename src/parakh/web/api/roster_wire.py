"""Wire models of terminals, their policies, examiners and rosters."""

from datetime import date, datetime

from pydantic import Field

from parakh.domain.examination import (
    Examiner,
    First,
    Policy,
    PolicyState,
    Skill,
    Staffing,
    Terminal,
)
from parakh.domain.roster import Roster, RosterState
from parakh.services.examination_places import ExaminerView
from parakh.services.rosters import RosterView
from parakh.web.api.wire import PhraseOut, Wire


class StaffingWire(Wire):
    """How many examiners a slot needs (0 morning, 1 evening, 2 night), and how many trained."""

    slot: int = Field(ge=0, le=2)
    needed: int = Field(ge=0, le=1000)
    skills: dict[Skill, int] = Field(default_factory=dict)

    @classmethod
    def of(cls, value: Staffing) -> "StaffingWire":
        """From the domain value."""
        return cls(slot=value.slot, needed=value.needed, skills=dict(value.skills))

    def value(self) -> Staffing:
        """The same as a domain value."""
        skills = tuple(sorted(self.skills.items()))
        return Staffing(slot=self.slot, needed=self.needed, skills=skills)


class TerminalIn(Wire):
    """Where goods are examined."""

    name: str = Field(max_length=80)
    port: str = Field(max_length=40)
    bays: int = Field(ge=1, le=1000)
    a_shift: int = Field(ge=1, le=1000)
    staffing: list[StaffingWire] = Field([], max_length=3)

    def terminal(self, terminal_id: str) -> Terminal:
        """The same as a domain value."""
        return Terminal(
            id=terminal_id,
            name=self.name,
            port=self.port,
            bays=self.bays,
            a_shift=self.a_shift,
            staffing=tuple(own.value() for own in self.staffing),
        )


class TerminalOut(TerminalIn):
    """A terminal with its identifier."""

    id: str

    @classmethod
    def of(cls, value: Terminal) -> "TerminalOut":
        """From the domain value."""
        return cls(
            id=value.id,
            name=value.name,
            port=value.port,
            bays=value.bays,
            a_shift=value.a_shift,
            staffing=[StaffingWire.of(own) for own in value.staffing],
        )


class PolicyIn(Wire):
    """In what order a terminal grounds, and why."""

    order: list[First] = Field(min_length=1, max_length=len(First))
    perishable: list[str] = Field([], max_length=97, description="chapters, two figures each")
    waiting_step: int = Field(4, ge=1, le=336, description="hours")
    longest_wait: int = Field(48, ge=1, le=336, description="hours")
    reason: str = Field(max_length=4000)


class PolicyOut(Wire):
    """A policy with its state and who stands behind it."""

    id: str
    terminal_id: str
    number: int
    order: list[First]
    perishable: list[str]
    waiting_step: int
    longest_wait: int
    reason: str
    state: PolicyState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str

    @classmethod
    def of(cls, value: Policy) -> "PolicyOut":
        """From the domain value."""
        return cls(
            id=value.id,
            terminal_id=value.terminal_id,
            number=value.number,
            order=list(value.order),
            perishable=sorted(value.perishable),
            waiting_step=value.waiting_step,
            longest_wait=value.longest_wait,
            reason=value.reason,
            state=value.state,
            proposed_by=value.proposed_by,
            proposed_at=value.proposed_at,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            decision=value.decision,
        )


class ExaminerIn(Wire):
    """An officer who examines goods."""

    name: str = Field(max_length=80, description="sign-in name")
    terminal_ids: list[str] = Field(max_length=100)
    skills: list[Skill] = Field([], max_length=len(Skill))
    conflicts: list[str] = Field([], max_length=200, description="numbers of parties")
    hours_a_week: int = Field(48, ge=1, le=60)

    def examiner(self, examiner_id: str) -> Examiner:
        """The same as a domain value."""
        return Examiner(
            id=examiner_id,
            name=self.name,
            terminal_ids=frozenset(self.terminal_ids),
            skills=frozenset(self.skills),
            conflicts=frozenset(self.conflicts),
            hours_a_week=self.hours_a_week,
        )


class LeaveOut(Wire):
    """Days on which somebody does not work, both included."""

    id: str
    since: date
    until: date
    reason: str


class ExaminerOut(ExaminerIn):
    """An examiner with his leave from today on."""

    id: str
    leave: list[LeaveOut]

    @classmethod
    def of(cls, value: ExaminerView) -> "ExaminerOut":
        """From the service's value."""
        made = cls.made(value.examiner)
        leave = [
            LeaveOut(id=own.id, since=own.since, until=own.until, reason=own.reason)
            for own in value.leave
        ]
        return made.model_copy(update={"leave": leave})

    @classmethod
    def made(cls, value: Examiner) -> "ExaminerOut":
        """From the domain value alone."""
        return cls(
            id=value.id,
            name=value.name,
            terminal_ids=sorted(value.terminal_ids),
            skills=sorted(value.skills),
            conflicts=sorted(value.conflicts),
            hours_a_week=value.hours_a_week,
            leave=[],
        )


class RosterOut(Wire):
    """A roster's head; `penalty` equals `bound` where none can be better."""

    id: str
    since: date
    until: date
    state: RosterState
    made_by: str
    made_at: datetime
    penalty: float
    bound: float
    greedy: float
    seconds: float
    published_by: str | None
    published_at: datetime | None

    @classmethod
    def of(cls, value: Roster) -> "RosterOut":
        """From the domain value."""
        return cls(
            id=value.id,
            since=value.since,
            until=value.until,
            state=value.state,
            made_by=value.made_by,
            made_at=value.made_at,
            penalty=value.penalty,
            bound=value.bound,
            greedy=value.greedy,
            seconds=value.seconds,
            published_by=value.published_by,
            published_at=value.published_at,
        )


class DutyOut(Wire):
    """That somebody works at a terminal, on a day, in a slot."""

    examiner_id: str
    examiner: str
    day: date
    slot: int
    terminal_id: str


class ShortageOut(Wire):
    """What a roster leaves uncovered."""

    day: date
    slot: int
    text: PhraseOut


class RosterViewOut(Wire):
    """A roster with its duties and what it leaves uncovered."""

    roster: RosterOut
    duties: list[DutyOut]
    shortages: list[ShortageOut]

    @classmethod
    def of(cls, value: RosterView) -> "RosterViewOut":
        """From the service's value."""
        return cls(
            roster=RosterOut.of(value.roster),
            duties=[
                DutyOut(
                    examiner_id=one.examiner_id,
                    examiner=row.examiner.name,
                    day=one.day,
                    slot=one.slot,
                    terminal_id=one.terminal_id,
                )
                for row in value.rows
                for one in row.duties
                if one is not None
            ],
            shortages=[
                ShortageOut(day=day, slot=slot, text=PhraseOut.of(text))
                for day, slot, text in value.shortages
            ],
        )
