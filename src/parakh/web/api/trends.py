"""Trends: what changed, series with what is usual, tables; and rules from findings."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.trend import Facet, Finding, FindingState, Measure, Pattern, Stream
from parakh.domain.trend_query import TrendQuery
from parakh.learn.trends_groups import Counts
from parakh.services import trends, trends_rules
from parakh.services.trends import Dashboard, Point, Row
from parakh.services.trends_words import outcome, plain_about, sentence
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire

router = APIRouter(prefix="/trends", tags=["trends"])

FindingId = Annotated[str, Path(description="identifier of the finding")]


class CountsOut(Wire):
    """What was counted of one group."""

    traffic: int
    hits: int
    confirmed: int
    examined: int
    found: int

    @classmethod
    def of(cls, own: Counts | None) -> "CountsOut | None":
        """From the service's value; null where it would tell of too few persons."""
        if own is None:
            return None
        return cls(**{name.value: own.of(name) for name in Measure})


class PointOut(Wire):
    """One day of the series."""

    day: date
    counts: CountsOut | None = Field(description="null where too few persons would be told of")
    before: CountsOut | None = Field(description="the same day of the period before")
    low: int | None = Field(description="of the measure asked for: the least that is usual")
    expected: float | None
    high: int | None
    holiday: str
    growing: bool = Field(description="its counts may still grow")

    @classmethod
    def of(cls, own: Point) -> "PointOut":
        """From the service's value."""
        return cls(
            day=own.day,
            counts=CountsOut.of(own.counts),
            before=CountsOut.of(own.before),
            low=own.low,
            expected=own.expected,
            high=own.high,
            holiday=own.holiday,
            growing=own.growing,
        )


class GroupOut(Wire):
    """One group of the table."""

    value: str
    name: str = Field(description="of a rule, list or port; empty for all others")
    counts: CountsOut | None
    before: CountsOut | None

    @classmethod
    def of(cls, own: Row, found: Dashboard) -> "GroupOut":
        """From the service's value."""
        names = found.port_names if found.query.by is Facet.PORT else found.names
        return cls(
            value=own.value,
            name=names.get(own.value, ""),
            counts=CountsOut.of(own.counts),
            before=CountsOut.of(own.before),
        )


class TrendsOut(Wire):
    """The answer to one question."""

    stream: Stream
    measure: Measure
    since: date
    until: date = Field(description="the day after the last")
    port: str
    direction: str
    by: Facet
    of: Facet
    value: str
    facets: list[Facet] = Field(description="by what it can be parted")
    ports: list[str]
    total: CountsOut | None
    before: CountsOut | None
    points: list[PointOut]
    rows: list[GroupOut]
    hidden: int = Field(description="groups that are not shown because they are too few persons")
    others: CountsOut | None = Field(description="these together")
    hours: list[list[int | None]] = Field(description="by weekday, Monday first, and hour")
    flows: list[GroupOut]
    step: int = Field(description="a day's counts of fewer persons are rounded to it; 0 if exact")
    built_at: datetime | None

    @classmethod
    def answer(cls, found: Dashboard) -> "TrendsOut":
        """From the service's value."""
        own = found.query
        return cls(
            stream=own.stream,
            measure=own.measure,
            since=own.since,
            until=own.until,
            port=own.port,
            direction=own.direction,
            by=own.by,
            of=own.of,
            value=own.value,
            facets=list(found.facets),
            ports=list(found.ports),
            total=CountsOut.of(found.total),
            before=CountsOut.of(found.before),
            points=[PointOut.of(one) for one in found.points or ()],
            rows=[GroupOut.of(one, found) for one in found.rows],
            hidden=found.hidden,
            others=CountsOut.of(found.others) if found.hidden else None,
            hours=[list(one) for one in found.hours],
            flows=[GroupOut.of(one, found) for one in found.flows],
            step=found.step,
            built_at=found.built_at,
        )


class FindingOut(Wire):
    """A series that left its band."""

    id: str
    stream: Stream
    measure: Measure
    facet: Facet
    value: str
    port: str
    pattern: Pattern
    since: date
    day: date = Field(description="the last day that was looked at")
    span_days: int
    observed: int
    expected: float
    low: int
    high: int
    examined: int
    found: int
    sentence: PhraseOut
    outcome: PhraseOut | None
    state: FindingState
    reason: str
    by: str
    expires_at: datetime
    rule_id: str = Field(description="of the rule that was drafted from it; empty for none")

    @classmethod
    def of(cls, own: Finding) -> "FindingOut":
        """From the domain value."""
        told = outcome(own)
        return cls(
            id=own.id,
            stream=own.key.stream,
            measure=own.key.measure,
            facet=own.key.facet,
            value=own.key.value,
            port=own.key.port,
            pattern=own.pattern,
            since=own.since,
            day=own.day,
            span_days=own.span_days,
            observed=own.observed,
            expected=own.expected,
            low=own.low,
            high=own.high,
            examined=own.examined,
            found=own.found,
            sentence=PhraseOut.of(sentence(own, plain_about(own, {}))),
            outcome=None if told is None else PhraseOut.of(told),
            state=own.state,
            reason=own.reason,
            by=own.by,
            expires_at=own.expires_at,
            rule_id=own.rule_id,
        )


class DecisionIn(Wire):
    """What somebody says of a finding."""

    state: FindingState = Field(description="acknowledged or dismissed")
    reason: str = Field("", max_length=4000, description="needed to dismiss it")


class DraftOut(Wire):
    """The rule that was drafted."""

    rule_id: str
    version_id: str


class TrendsIn(Wire):
    """A question; `of` and `value` ask for one group alone."""

    stream: Stream = Stream.TRAVELLERS
    measure: Measure = Measure.TRAFFIC
    since: str = Field("", max_length=10, description="first local day, YYYY-MM-DD")
    until: str = Field("", max_length=10, description="last local day; empty for today")
    days: int = Field(28, ge=1, le=1830, description="where `since` is not given")
    port: str = Field("", max_length=10)
    direction: str = Field("", max_length=10, description="entry, exit, transit; empty for all")
    by: Facet | None = None
    of: Facet | None = None
    value: str = Field("", max_length=120)


@router.get("")
def get_trends(calling: Calling, asked: Annotated[TrendsIn, Query()]) -> TrendsOut:
    """Counts of the caller's ports over some days, with what is usual of them."""
    told = {name: str(own) for name, own in asked.model_dump(exclude_none=True).items()}
    query = TrendQuery.of_texts(told, calling.centre.local_now().date())
    return TrendsOut.answer(trends.dashboard(calling.centre, calling.actor, query))


@router.get("/findings")
def list_findings(calling: Calling, stream: Stream | None = None) -> list[FindingOut]:
    """What changed and is not over, at the caller's ports; the open ones first."""
    found = trends.findings(calling.centre, calling.actor, stream)
    return [FindingOut.of(own) for own in found]


@router.post("/findings/{finding_id}/decision")
def decide_finding(calling: Calling, finding_id: FindingId, body: DecisionIn) -> FindingOut:
    """Acknowledges a finding, or dismisses it with a reason."""
    made = trends.decide(calling.centre, calling.actor, finding_id, body.state, body.reason)
    return FindingOut.of(made)


@router.post("/findings/{finding_id}/rule", status_code=201)
def draft_rule_of_finding(calling: Calling, finding_id: FindingId) -> DraftOut:
    """Drafts a rule from a finding, and begins its back-test."""
    made = trends_rules.draft(calling.centre, calling.actor, finding_id)
    return DraftOut(rule_id=made.rule_id, version_id=made.id)
