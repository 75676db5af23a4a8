"""Back-tests of rules: what a text would have raised in the past."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.backtest import Backtest, BacktestState, Findings
from parakh.domain.hit import Kind
from parakh.services import backtests, rules
from parakh.services.rules import Trial
from parakh.web.api.auth import Calling
from parakh.web.api.rule_wire import ScopeWire, TextIn
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/rules/backtests", tags=["rules"])

BacktestId = Annotated[str, Path(description="identifier of the back-test")]


class BacktestIn(TextIn):
    """What is tried, and on which days."""

    scope: ScopeWire = ScopeWire()
    since: date
    until: date = Field(description="not among the days")


class DayOut(Wire):
    """One day of the history."""

    day: date
    subjects: int
    hits: int


class OverlapOut(Wire):
    """Subjects whom another rule hit too; `of` is how many that one hit in all."""

    rule_id: str
    name: str
    shared: int
    of: int


class FindingsOut(Wire):
    """What came of a back-test."""

    subjects: int
    hits: int
    undecided: int = Field(description="of whom too little was known")
    not_kept: list[str] = Field(description="attributes that the history does not keep")
    share: float
    hits_a_day: float
    days: list[DayOut]
    ports: dict[str, int]
    alerts_a_day: dict[str, float] = Field(description="by unit")
    overlaps: list[OverlapOut]
    decided: int
    found: int
    precision: float | None
    low: float
    high: float
    examples: list[str] = Field(
        description="travellers, consignments or conveyances, for who may see them"
    )

    @classmethod
    def of(cls, value: Findings, trial: Trial) -> "FindingsOut":
        """From the service's value."""
        return cls(
            subjects=value.subjects,
            hits=value.hits,
            undecided=value.undecided,
            not_kept=list(value.not_kept),
            share=value.share,
            hits_a_day=value.hits_a_day,
            days=[DayOut(day=own.day, subjects=own.subjects, hits=own.hits) for own in value.days],
            ports=dict(value.ports),
            alerts_a_day=dict(value.alerts_a_day),
            overlaps=[
                OverlapOut(
                    rule_id=own.rule_id,
                    name=trial.names.get(own.rule_id, own.rule_id),
                    shared=own.shared,
                    of=own.of,
                )
                for own in value.overlaps
            ],
            decided=value.precision.decided,
            found=value.precision.found,
            precision=value.precision.share,
            low=value.precision.low,
            high=value.precision.high,
            examples=[
                *(own.id for own in trial.examples),
                *(own.ref.id for own in trial.things),
            ],
        )


class BacktestOut(Wire):
    """A back-test, and how far it is; `done` and `total` are rows of the history."""

    id: str
    text: str
    subject: Kind
    scope: ScopeWire
    since: date
    until: date
    by: str
    asked_at: datetime
    state: BacktestState
    done: int
    total: int
    finished_at: datetime | None
    failure: str
    findings: FindingsOut | None

    @classmethod
    def of(cls, trial: Trial) -> "BacktestOut":
        """From the service's value."""
        value: Backtest = trial.backtest
        return cls(
            id=value.id,
            text=value.text,
            subject=value.subject,
            scope=ScopeWire.of(value.scope),
            since=value.since,
            until=value.until,
            by=value.by,
            asked_at=value.asked_at,
            state=value.state,
            done=value.done,
            total=value.total,
            finished_at=value.finished_at,
            failure=value.failure,
            findings=value.findings and FindingsOut.of(value.findings, trial),
        )


@router.post("", status_code=202)
def start_backtest(calling: Calling, body: BacktestIn) -> BacktestOut:
    """Begins to try a text on the history; 422 where it is no rule, or the history cannot tell."""
    made = backtests.start(
        calling.centre,
        calling.actor,
        body.text,
        body.subject,
        body.scope.scope(),
        body.since,
        body.until,
    )
    return BacktestOut.of(rules.trial(calling.centre, calling.actor, made))


@router.get("/{backtest_id}")
def get_backtest(calling: Calling, backtest_id: BacktestId) -> BacktestOut:
    """A back-test: how far it is, and what came of it."""
    return BacktestOut.of(rules.trial(calling.centre, calling.actor, backtest_id))


@router.post("/{backtest_id}/stop")
def stop_backtest(calling: Calling, backtest_id: BacktestId) -> BacktestOut:
    """Ends a back-test; 409 where it is over."""
    backtests.stop(calling.centre, calling.actor, backtest_id)
    return BacktestOut.of(rules.trial(calling.centre, calling.actor, backtest_id))
