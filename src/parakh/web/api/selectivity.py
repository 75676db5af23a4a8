"""Selectivity: policies, what is left of each port's day, draws by chance, and hit rates."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.selectivity import Basis, Draw, Lane, Policy, PolicyState
from parakh.learn.lane_quality import Tally, Verdict
from parakh.services import selectivity_draws, selectivity_figures, selectivity_policies
from parakh.services.selectivity_draws import Checked, DrawPage, Verification
from parakh.services.selectivity_figures import Figures, Reason
from parakh.services.selectivity_policies import Overview, PortDay
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire
from parakh.web.queries import Sequence

router = APIRouter(prefix="/selectivity", tags=["selectivity"])

PolicyId = Annotated[str, Path(description="identifier of the policy")]


class PolicyIn(Wire):
    """A policy that is proposed."""

    port: str = Field("", max_length=5, description="empty: all ports without one of their own")
    red_a_day: int | None = Field(None, description="null: no bound")
    yellow_a_day: int | None = Field(None, description="null: no bound")
    random_share: float = Field(description="share of all drawn by chance, 0.01 at least")
    trusted_random_share: float = Field(description="the same for trusted traders")
    red_from: float | None = Field(None, description="score from which the model gives red")
    yellow_from: float | None = None
    blue_from: float | None = None
    reason: str = Field(max_length=4000)

    def policy(self) -> Policy:
        """The same as a domain value."""
        return Policy(id="", **self.model_dump())


class PolicyOut(Wire):
    """A policy with what became of it."""

    id: str
    port: str
    state: PolicyState
    built_in: bool = Field(description="came with the program; nobody approved it")
    red_a_day: int | None
    yellow_a_day: int | None
    random_share: float
    trusted_random_share: float
    red_from: float | None
    yellow_from: float | None
    blue_from: float | None
    seed: str = Field(description="SHA-256 of the secret of its draws, in hexadecimal")
    revealed: str = Field(description="that secret in hexadecimal, once the policy ended")
    reason: str
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    ended_at: datetime | None

    @classmethod
    def of(cls, value: Policy) -> "PolicyOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class PortDayOut(Wire):
    """How a port stands today."""

    port: str
    policy_id: str
    day: date
    given: dict[Lane, int] = Field(description="consignments that have each lane")
    arrivals: int
    later: float = Field(description="consignments still expected today")
    squeezed: int = Field(description="for whom there was no red place")

    @classmethod
    def of(cls, value: PortDay) -> "PortDayOut":
        """From the service's value."""
        told = {name: getattr(value, name) for name in cls.model_fields if name != "policy_id"}
        return cls(**told, policy_id=value.policy.id)


class SelectivityOut(Wire):
    """Policies and today's places."""

    policies: list[PolicyOut]
    today: list[PortDayOut]

    @classmethod
    def of(cls, value: Overview) -> "SelectivityOut":
        """From the service's value."""
        return cls(
            policies=[PolicyOut.of(own) for own in value.policies],
            today=[PortDayOut.of(own) for own in value.today],
        )


class PolicyDecisionIn(Wire):
    """Whether a policy comes into force, and why."""

    approve: bool
    reason: str = Field(max_length=4000)


class DrawOut(Wire):
    """One consignment's lot."""

    consignment_id: str
    key: str = Field(description="from what the number was made")
    number: float = Field(description="HMAC-SHA256 of the key under the secret, in [0, 1)")
    share: float
    drawn: bool = Field(description="whether the number is under the share")
    trusted: bool
    at: datetime

    @classmethod
    def of(cls, value: Draw) -> "DrawOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class DrawPageOut(Wire):
    """A page of a policy's draws, in order."""

    policy: PolicyOut
    draws: list[DrawOut]
    after: int | None = Field(description="ask with it for the next page; null at the end")

    @classmethod
    def of(cls, value: DrawPage) -> "DrawPageOut":
        """From the service's value."""
        return cls(
            policy=PolicyOut.of(value.policy),
            draws=[DrawOut.of(own) for own in value.draws],
            after=value.after,
        )


class CheckedOut(Wire):
    """One policy's draws, each made again."""

    policy_id: str
    committed: bool = Field(description="whether the secret is the one that was committed to")
    draws: int
    drawn: int
    faults: int
    wrong: list[str] = Field(description="consignments whose draw is not what it must be")

    @classmethod
    def of(cls, value: Checked) -> "CheckedOut":
        """From the service's value."""
        return cls(
            policy_id=value.policy.id,
            committed=value.committed,
            draws=value.draws,
            drawn=value.drawn,
            faults=value.faults,
            wrong=list(value.wrong),
        )


class VerificationOut(Wire):
    """All draws checked."""

    good: bool
    policies: list[CheckedOut]
    left_out: int = Field(description="lanes given without a draw")
    overridden: list[str] = Field(description="consignments that were drawn and are not red")

    @classmethod
    def of(cls, value: Verification) -> "VerificationOut":
        """From the service's value."""
        return cls(
            good=value.good,
            policies=[CheckedOut.of(own) for own in value.policies],
            left_out=value.left_out,
            overridden=list(value.overridden),
        )


class TallyOut(Wire):
    """Consignments, and what came of them; shares with an interval of 95% (Wilson)."""

    given: int
    examined: int
    found: int
    rate: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: Tally) -> "TallyOut":
        """From the value."""
        rate = value.rate
        return cls(
            given=value.given,
            examined=value.examined,
            found=value.found,
            rate=rate and rate.value,
            low=rate and rate.low,
            high=rate and rate.high,
        )


class ReasonOut(Wire):
    """How a reason for a closer look does against chance."""

    basis: Basis
    basis_id: str = Field(description="the rule, or the model; empty for hits of lists together")
    name: str
    tally: TallyOut
    verdict: Verdict = Field(description="by Fisher's exact test, each direction at 2.5%")
    sentence: PhraseOut

    @classmethod
    def of(cls, value: Reason) -> "ReasonOut":
        """From the service's value."""
        return cls(
            basis=value.basis,
            basis_id=value.basis_id,
            name=value.name,
            tally=TallyOut.of(value.tally),
            verdict=value.verdict,
            sentence=PhraseOut.of(value.sentence),
        )


class FiguresOut(Wire):
    """What came of lanes."""

    days: int
    lanes: dict[Lane, TallyOut]
    bases: dict[Basis, TallyOut]
    chance: TallyOut
    chance_trusted: TallyOut
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, value: Figures) -> "FiguresOut":
        """From the service's value."""
        return cls(
            days=value.days,
            lanes={lane: TallyOut.of(own) for lane, own in value.lanes.items()},
            bases={basis: TallyOut.of(own) for basis, own in value.bases.items()},
            chance=TallyOut.of(value.chance),
            chance_trusted=TallyOut.of(value.chance_trusted),
            reasons=[ReasonOut.of(own) for own in value.reasons],
        )


@router.get("")
def get_selectivity(calling: Calling) -> SelectivityOut:
    """Policies, and what is left of each port's day."""
    return SelectivityOut.of(selectivity_policies.overview(calling.centre, calling.actor))


@router.post("/policies", status_code=201)
def propose_lane_policy(calling: Calling, body: PolicyIn) -> PolicyOut:
    """Proposes a policy; another person decides. Humans only."""
    made = selectivity_policies.propose(calling.centre, calling.actor, body.policy())
    return PolicyOut.of(made)


@router.post("/policies/{policy_id}/decision")
def decide_lane_policy(calling: Calling, policy_id: PolicyId, body: PolicyDecisionIn) -> PolicyOut:
    """Lets a policy come into force, or rejects it; 403 for whoever proposed it."""
    made = selectivity_policies.decide(
        calling.centre, calling.actor, policy_id, approve=body.approve, reason=body.reason
    )
    return PolicyOut.of(made)


@router.get("/policies/{policy_id}/draws")
def list_draws(calling: Calling, policy_id: PolicyId, after: Sequence = 0) -> DrawPageOut:
    """The draws of a policy, in order, to be made again outside once its secret is published."""
    found = selectivity_draws.draws(calling.centre, calling.actor, policy_id, after)
    return DrawPageOut.of(found)


@router.post("/draws/verification")
def verify_draws(calling: Calling) -> VerificationOut:
    """Makes every draw again and compares."""
    return VerificationOut.of(selectivity_draws.verify(calling.centre, calling.actor))


@router.get("/figures")
def get_lane_figures(
    calling: Calling,
    days: Annotated[int, Query(description="30, 90, 180 or 365")] = 90,
    port: Annotated[str | None, Query(max_length=5, description="without: all")] = None,
) -> FiguresOut:
    """Hit rates by lane and reason, against chance."""
    found = selectivity_figures.figures(calling.centre, calling.actor, days=days, port=port)
    return FiguresOut.of(found)
