"""Wire models of rules, their versions, their quality and their review."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from parakh.act.rules import HIGHEST, LOWEST, MOST, Draft
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState, Kind
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.learn.rule_quality import Drift, Quality, Record, Trend
from parakh.services.alerted import Thing
from parakh.services.rules import HitRow, RuleRow, RuleView, Standing
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import Moment

Name = Annotated[str, Field(max_length=80)]


class ScopeWire(Wire):
    """Where a rule holds; nothing named stands for everywhere."""

    ports: list[Name] = Field([], max_length=200)
    units: list[Name] = Field([], max_length=200, description="who is told; empty: of the port")
    directions: list[Direction] = Field([], max_length=3)
    agencies: list[Name] = Field([], max_length=200)

    def scope(self) -> Scope:
        """The same as a domain value."""
        return Scope(
            ports=frozenset(own.strip().upper() for own in self.ports),
            units=frozenset(self.units),
            directions=frozenset(self.directions),
            agencies=frozenset(own.strip() for own in self.agencies),
        )

    @classmethod
    def of(cls, value: Scope) -> "ScopeWire":
        """From the domain value."""
        return cls(
            ports=sorted(value.ports),
            units=sorted(value.units),
            directions=sorted(value.directions),
            agencies=sorted(value.agencies),
        )


class RuleIn(Wire):
    """What somebody writes of a rule."""

    name: str = Field(max_length=MOST["name"], description="stays as it was when revised")
    subject: Kind = Field(Kind.TRAVELLER, description="stays as it was when revised")
    text: str = Field(max_length=MOST["text"], description="the condition, in CEL")
    reason: str = Field(max_length=MOST["reason"], description="why whom it fits is to be seen")
    instruction: str = Field("", max_length=MOST["instruction"])
    handling: Handling = Handling.INSPECT
    priority: int = Field(3, ge=HIGHEST, le=LOWEST, description="1 is the most urgent")
    scope: ScopeWire = ScopeWire()
    active_from: Moment | None = Field(None, description="null: as soon as it is approved")
    active_until: Moment | None = Field(None, description="null: for good")

    def draft(self) -> Draft:
        """The same as the services' value."""
        return Draft(
            name=self.name,
            subject=self.subject,
            text=self.text,
            reason=self.reason,
            instruction=self.instruction,
            handling=self.handling,
            priority=self.priority,
            scope=self.scope.scope(),
            active_from=self.active_from,
            active_until=self.active_until,
        )


class RevisionIn(RuleIn):
    """A change of a rule's draft, or its next version."""

    seen: datetime | None = Field(
        None, description="`written_at` of the draft that is changed: 409 if somebody was quicker"
    )


class VersionOut(Wire):
    """One version of a rule."""

    id: str
    rule_id: str
    number: int
    name: str
    subject: Kind
    text: str
    reason: str
    instruction: str
    handling: Handling
    priority: int
    scope: ScopeWire
    state: RuleState
    written_by: str
    written_at: datetime
    authors: list[str]
    active_from: datetime | None
    active_until: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review: str
    over_budget: str = Field(description="why it may exceed a unit's budget, or goes untried")
    retired_by: str | None
    retired_at: datetime | None
    retirement: str

    @classmethod
    def of(cls, value: RuleVersion) -> "VersionOut":
        """From the domain value."""
        return cls(
            id=value.id,
            rule_id=value.rule_id,
            number=value.number,
            name=value.name,
            subject=value.subject,
            text=value.text,
            reason=value.reason,
            instruction=value.instruction,
            handling=value.handling,
            priority=value.priority,
            scope=ScopeWire.of(value.scope),
            state=value.state,
            written_by=value.written_by,
            written_at=value.written_at,
            authors=sorted(value.authors),
            active_from=value.active_from,
            active_until=value.active_until,
            reviewed_by=value.reviewed_by,
            reviewed_at=value.reviewed_at,
            review=value.review,
            over_budget=value.over_budget,
            retired_by=value.retired_by,
            retired_at=value.retired_at,
            retirement=value.retirement,
        )


class QualityOut(Wire):
    """Hits, and what became of them."""

    hits: int
    open: int
    confirmed: int
    cleared: int
    decided: int = Field(description="on whom an alert was closed with an outcome that says so")
    found: int = Field(description="of those: seizures, penalties, arrests, refusals")
    precision: float | None
    low: float | None = Field(description="Wilson's interval of the precision, 95%")
    high: float | None

    @classmethod
    def of(cls, value: Quality) -> "QualityOut":
        """From the domain value."""
        rate = value.precision
        return cls(
            hits=value.hits,
            open=value.open,
            confirmed=value.confirmed,
            cleared=value.cleared,
            decided=value.decided,
            found=value.found,
            precision=rate and rate.value,
            low=rate and rate.low,
            high=rate and rate.high,
        )


class WeekOut(Wire):
    """Hits of one week, and how many of them had a finding."""

    start: date
    hits: int
    found: int


class DriftOut(Wire):
    """Hits of the last 30 days, and the band in which they were to be expected."""

    hits: int
    expected: float
    low: float
    high: float
    moved: bool

    @classmethod
    def of(cls, value: Drift) -> "DriftOut":
        """From the domain value."""
        return cls(
            hits=value.hits,
            expected=value.expected,
            low=value.low,
            high=value.high,
            moved=value.moved,
        )


class RecordOut(Wire):
    """What became of a rule's hits, of all and by version."""

    whole: QualityOut
    versions: dict[int, QualityOut]
    last_hit: date | None

    @classmethod
    def of(cls, value: Record) -> "RecordOut":
        """From the domain value."""
        return cls(
            whole=QualityOut.of(value.whole),
            versions={number: QualityOut.of(own) for number, own in value.versions.items()},
            last_hit=value.last,
        )


class TrendOut(Wire):
    """A rule's hits over time."""

    weeks: list[WeekOut]
    drift: DriftOut | None = Field(description="null for a rule that is too young")

    @classmethod
    def of(cls, value: Trend) -> "TrendOut":
        """From the domain value."""
        return cls(
            weeks=[WeekOut(start=own.start, hits=own.hits, found=own.found) for own in value.weeks],
            drift=value.drift and DriftOut.of(value.drift),
        )


class RuleOut(Wire):
    """A rule at a glance: the version in force, else the newest."""

    id: str
    standing: Standing
    version: VersionOut
    open_version: str | None = Field(description="the one that is written or reviewed")
    record: RecordOut
    worn_out: PhraseOut | None = Field(description="why it should be retired")

    @classmethod
    def of(cls, value: RuleRow) -> "RuleOut":
        """From the service's value."""
        return cls(
            id=value.version.rule_id,
            standing=value.standing,
            version=VersionOut.of(value.version),
            open_version=value.open and value.open.id,
            record=RecordOut.of(value.record),
            worn_out=value.worn_out and PhraseOut.of(value.worn_out),
        )


class RulesOut(Wire):
    """A page of rules."""

    rules: list[RuleOut]
    total: int
    page: int
    pages: int
    counts: dict[Standing, int]


class RuleHitOut(Wire):
    """A hit of a rule; the traveller, consignment or conveyance only for who may see it."""

    id: str
    traveller_id: str | None
    consignment_id: str | None
    conveyance_id: str | None
    version: int
    at: datetime
    state: HitState
    outcome: OutcomeKind | None

    @classmethod
    def of(cls, value: HitRow) -> "RuleHitOut":
        """From the service's value."""
        return cls(
            id=value.hit.id,
            traveller_id=value.traveller and value.traveller.id,
            consignment_id=_id_of(value.thing, Kind.CONSIGNMENT),
            conveyance_id=_id_of(value.thing, Kind.CONVEYANCE),
            version=value.hit.number,
            at=value.hit.at,
            state=value.hit.state,
            outcome=value.hit.outcome,
        )


def _id_of(thing: Thing | None, kind: Kind) -> str | None:
    return thing.ref.id if thing is not None and thing.ref.kind is kind else None


class RuleViewOut(RuleOut):
    """All of one rule."""

    trend: TrendOut
    versions: list[VersionOut]
    newest_hits: list[RuleHitOut]
    backtest_id: str | None = Field(description="the newest of the version shown")

    @classmethod
    def whole(cls, value: RuleView) -> "RuleViewOut":
        """From the service's value."""
        return cls(
            **dict(RuleOut.of(value.row)),
            trend=TrendOut.of(value.trend),
            versions=[VersionOut.of(own) for own in value.versions],
            newest_hits=[RuleHitOut.of(own) for own in value.hits],
            backtest_id=value.tried and value.tried.id,
        )


class TextIn(Wire):
    """A rule's condition, as far as it is written."""

    text: str = Field(max_length=MOST["text"])
    subject: Kind = Kind.TRAVELLER
