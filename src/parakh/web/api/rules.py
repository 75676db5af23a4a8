"""Rules: how each stands and does, its versions, their checks and reviews."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.act.rules import Comparison, Line, Overrun
from parakh.services import rule_review, rules
from parakh.services.rule_review import Readiness
from parakh.services.rules import Standing
from parakh.web.api.auth import Calling
from parakh.web.api.rule_wire import (
    RevisionIn,
    RuleIn,
    RuleOut,
    RulesOut,
    RuleViewOut,
    VersionOut,
)
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import PageNumber

router = APIRouter(prefix="/rules", tags=["rules"])

RuleId = Annotated[str, Path(description="identifier of the rule")]
VersionId = Annotated[str, Path(description="identifier of one version of a rule")]


class LineOut(Wire):
    """A line of two texts side by side; a number is null where one of them lacks it."""

    left: int | None
    before: str
    right: int | None
    after: str

    @classmethod
    def of(cls, value: Line) -> "LineOut":
        """From the domain value."""
        return cls(left=value.left, before=value.before, right=value.right, after=value.after)


class ComparisonOut(Wire):
    """Two versions side by side."""

    old: VersionOut
    new: VersionOut
    fields: list[str] = Field(description="what differs besides the text")
    lines: list[LineOut]

    @classmethod
    def of(cls, value: Comparison) -> "ComparisonOut":
        """From the domain value."""
        return cls(
            old=VersionOut.of(value.old),
            new=VersionOut.of(value.new),
            fields=list(value.fields),
            lines=[LineOut.of(own) for own in value.lines],
        )


class OverrunOut(Wire):
    """A unit that would get more alerts a day than it can see to."""

    unit_id: str
    alerts_a_day: float
    budget: int

    @classmethod
    def of(cls, value: Overrun) -> "OverrunOut":
        """From the domain value."""
        return cls(unit_id=value.unit.id, alerts_a_day=value.alerts_a_day, budget=value.budget)


class ReadinessOut(Wire):
    """What stands between a version and its approval."""

    ready: bool
    exceeds: bool = Field(description="whether it needs a reason, and who may exceed budgets")
    backtest_id: str | None
    changed_lists: list[str] = Field(
        description="named lists whose values changed since that back-test was asked for"
    )
    doubt: PhraseOut | None = Field(description="why the history cannot tell how often")
    overruns: list[OverrunOut]

    @classmethod
    def of(cls, value: Readiness) -> "ReadinessOut":
        """From the service's value."""
        return cls(
            ready=value.ready,
            exceeds=value.exceeds,
            backtest_id=value.tried and value.tried.id,
            changed_lists=list(value.changed_lists),
            doubt=value.doubt and PhraseOut.of(value.doubt),
            overruns=[OverrunOut.of(own) for own in value.overruns],
        )


class ReviewOut(Wire):
    """A version before its reviewer; the comparison is with the version in force."""

    version: VersionOut
    comparison: ComparisonOut | None
    readiness: ReadinessOut
    own: bool = Field(description="whether the caller wrote a part of it")


class ReviewIn(Wire):
    """Why somebody decides as he does."""

    reason: str = Field(max_length=4000)


class ApprovalIn(ReviewIn):
    """Why a version may come into force."""

    over_budget: str = Field("", max_length=4000, description="why even so, where it needs it")


class BudgetsIn(Wire):
    """Alerts a day that units can see to, by identifier; null for as many as there are."""

    budgets: dict[str, int | None] = Field(min_length=1, max_length=1000)


@router.get("")
def list_rules(
    calling: Calling,
    standing: Standing | None = None,
    q: Annotated[str, Query(max_length=200, description="part of name, reason or text")] = "",
    port: Annotated[str, Query(max_length=10, description="rules that hold there")] = "",
    unit: Annotated[str, Query(max_length=40, description="rules that tell this unit")] = "",
    worn_out: Annotated[bool, Query(description="only those that should be retired")] = False,
    page: PageNumber = 1,
) -> RulesOut:
    """A page of rules: those in force first, then by priority and name."""
    found = rules.rules(
        calling.centre,
        calling.actor,
        standing=standing,
        text=q,
        port=port,
        unit_id=unit,
        worn_out=worn_out,
        page=page,
    )
    return RulesOut(
        rules=[RuleOut.of(row) for row in found.rows],
        total=found.total,
        page=found.page,
        pages=found.pages,
        counts=found.counts,
    )


@router.post("", status_code=201)
def write_rule(calling: Calling, body: RuleIn) -> VersionOut:
    """Writes a new rule, as a draft; 422 with every problem of its text, 409 for a taken name."""
    return VersionOut.of(rules.write(calling.centre, calling.actor, body.draft()))


@router.get("/waiting")
def list_waiting_rules(calling: Calling) -> list[VersionOut]:
    """The versions that wait for a review, the oldest first."""
    return [VersionOut.of(own) for own in rule_review.waiting(calling.centre, calling.actor)]


@router.put("/budgets")
def set_budgets(calling: Calling, body: BudgetsIn) -> dict[str, int | None]:
    """Says how many alerts a day units can see to."""
    rule_review.set_budgets(calling.centre, calling.actor, body.budgets)
    return body.budgets


@router.get("/versions/{version_id}")
def get_rule_version(calling: Calling, version_id: VersionId) -> ReviewOut:
    """One version, held against the one in force, and what stands before its approval."""
    found = rule_review.view(calling.centre, calling.actor, version_id)
    return ReviewOut(
        version=VersionOut.of(found.version),
        comparison=found.comparison and ComparisonOut.of(found.comparison),
        readiness=ReadinessOut.of(found.readiness),
        own=found.own,
    )


@router.get("/versions/{version_id}/comparison")
def compare_rule_versions(
    calling: Calling,
    version_id: VersionId,
    other: Annotated[str, Query(alias="with", description="the older version")],
) -> ComparisonOut:
    """Two versions of one rule side by side."""
    return ComparisonOut.of(rules.compare(calling.centre, calling.actor, other, version_id))


@router.post("/versions/{version_id}/submission")
def submit_rule(calling: Calling, version_id: VersionId) -> VersionOut:
    """Gives a draft to another person to be reviewed."""
    return VersionOut.of(rule_review.submit(calling.centre, calling.actor, version_id))


@router.post("/versions/{version_id}/return")
def send_rule_back(calling: Calling, version_id: VersionId, body: ReviewIn) -> VersionOut:
    """Gives a version back to be changed; its writer may take it back himself."""
    done = rule_review.send_back(calling.centre, calling.actor, version_id, body.reason)
    return VersionOut.of(done)


@router.post("/versions/{version_id}/rejection")
def reject_rule(calling: Calling, version_id: VersionId, body: ReviewIn) -> VersionOut:
    """Ends a version that waits for review."""
    done = rule_review.reject(calling.centre, calling.actor, version_id, body.reason)
    return VersionOut.of(done)


@router.post("/versions/{version_id}/approval")
def approve_rule(calling: Calling, version_id: VersionId, body: ApprovalIn) -> VersionOut:
    """Puts a version in force; 403 for who wrote a part of it, 409 unless it was tried before."""
    done = rule_review.approve(
        calling.centre, calling.actor, version_id, body.reason, over_budget=body.over_budget
    )
    return VersionOut.of(done)


@router.post("/versions/{version_id}/discard")
def discard_rule_draft(calling: Calling, version_id: VersionId, body: ReviewIn) -> VersionOut:
    """Gives a draft up."""
    done = rule_review.discard(calling.centre, calling.actor, version_id, body.reason)
    return VersionOut.of(done)


@router.get("/{rule_id}")
def get_rule(calling: Calling, rule_id: RuleId) -> RuleViewOut:
    """One rule with all versions, how well it does, and its newest hits."""
    return RuleViewOut.whole(rules.rule(calling.centre, calling.actor, rule_id))


@router.put("/{rule_id}")
def revise_rule(calling: Calling, rule_id: RuleId, body: RevisionIn) -> VersionOut:
    """Changes the draft of a rule, or begins its next version; 409 while one is in review."""
    done = rules.revise(calling.centre, calling.actor, rule_id, body.draft(), seen=body.seen)
    return VersionOut.of(done)


@router.post("/{rule_id}/retirement")
def retire_rule(calling: Calling, rule_id: RuleId, body: ReviewIn) -> list[VersionOut]:
    """Takes a rule out of force."""
    done = rule_review.retire(calling.centre, calling.actor, rule_id, body.reason)
    return [VersionOut.of(own) for own in done]
