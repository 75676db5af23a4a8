"""Selectivity: policies and today's places, trusted traders, hit rates, draws, a lane's history."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.consignment import PartyRole
from parakh.domain.selectivity import BUILT_IN, Lane, Policy, PolicyState, TrustedTrader
from parakh.errors import InvalidInput
from parakh.services import (
    rerouting,
    selectivity_draws,
    selectivity_figures,
    selectivity_policies,
    trusted_traders,
)
from parakh.services.trusted_traders import AFTER_FINDING
from parakh.web.queries import Sequence, end_of
from parakh.web.viewer import Here

router = APIRouter(prefix="/selectivity")

Short = Annotated[str, Field(max_length=20)]
Reason = Annotated[str, Form(max_length=4000)]


class PolicyForm(BaseModel):
    """The fields of a policy, as text; shares and scores are per cent."""

    model_config = ConfigDict(str_strip_whitespace=True)

    port: str = Field("", max_length=5)
    red_a_day: Short = ""
    yellow_a_day: Short = ""
    random_share: Short = "5"
    trusted_random_share: Short = "1"
    red_from: Short = ""
    yellow_from: Short = ""
    blue_from: Short = ""
    reason: str = Field("", max_length=4000)

    def policy(self) -> Policy:
        """The same as a value; raises InvalidInput for what is no number."""
        return Policy(
            id="",
            port=self.port,
            red_a_day=_count("red a day", self.red_a_day),
            yellow_a_day=_count("yellow a day", self.yellow_a_day),
            random_share=_share("drawn by chance", self.random_share) or 0.0,
            trusted_random_share=_share("of trusted traders", self.trusted_random_share) or 0.0,
            red_from=_share("red from", self.red_from),
            yellow_from=_share("yellow from", self.yellow_from),
            blue_from=_share("blue from", self.blue_from),
            reason=self.reason,
        )


class TraderForm(BaseModel):
    """The fields of a trusted trader, as text."""

    model_config = ConfigDict(str_strip_whitespace=True)

    identifier: str = Field("", max_length=100)
    name: str = Field("", max_length=200)
    roles: list[PartyRole] = Field([], max_length=20)
    authorisation: str = Field("", max_length=200)
    expires: Short = ""
    reason: str = Field("", max_length=4000)


# --- policies -----------------------------------------------------------------------------------


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """What is left of each port's day, and all policies."""
    found = selectivity_policies.overview(here.centre, here.actor)
    default = [own for own in found.policies if not own.port and own.state is PolicyState.IN_FORCE]
    return here.page(
        "selectivity.html",
        found=found,
        default=default[0] if default else None,
        waiting=[own for own in found.policies if own.state is PolicyState.PROPOSED],
        lanes=[*reversed(Lane)],
    )


@router.post("/policies")
def propose(here: Here, form: Annotated[PolicyForm, Form()]) -> RedirectResponse:
    """Proposes a policy."""
    selectivity_policies.propose(here.centre, here.actor, form.policy())
    return here.done("/selectivity", "policy-proposed")


@router.post("/policies/{policy_id}/decision")
def decide(
    here: Here,
    policy_id: str,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Lets a policy come into force, or rejects it."""
    approve = decision == "approve"
    selectivity_policies.decide(here.centre, here.actor, policy_id, approve=approve, reason=reason)
    return here.done("/selectivity", "policy-decided")


# --- trusted traders ----------------------------------------------------------------------------


@router.get("/traders")
def traders(here: Here, q: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Trusted traders: those that wait first."""
    return here.page(
        "trusted_traders.html",
        rows=trusted_traders.traders(here.centre, here.actor, q),
        q=q,
        roles=list(PartyRole),
        after_finding=AFTER_FINDING,
    )


@router.post("/traders")
def propose_trader(here: Here, form: Annotated[TraderForm, Form()]) -> RedirectResponse:
    """Proposes a trusted trader."""
    draft = TrustedTrader(
        id="",
        identifier=form.identifier,
        name=form.name,
        roles=frozenset(own.value for own in form.roles),
        authorisation=form.authorisation,
        expires_at=end_of(form.expires, here.centre.settings.zone),
        reason=form.reason,
    )
    trusted_traders.propose(here.centre, here.actor, draft)
    return here.done("/selectivity/traders", "trader-proposed")


@router.post("/traders/{trader_id}/decision")
def decide_trader(
    here: Here,
    trader_id: str,
    decision: Annotated[str, Form(pattern="^(approve|refuse)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Decides whether a trader is trusted."""
    approve = decision == "approve"
    trusted_traders.decide(here.centre, here.actor, trader_id, approve=approve, reason=reason)
    return here.done("/selectivity/traders", "trader-approved" if approve else "trader-refused")


@router.post("/traders/{trader_id}/suspension")
def ask_to_suspend(here: Here, trader_id: str, reason: Reason = "") -> RedirectResponse:
    """Asks that a trader be suspended."""
    trusted_traders.ask_to_suspend(here.centre, here.actor, trader_id, reason)
    return here.done("/selectivity/traders", "suspension-asked")


@router.post("/traders/{trader_id}/suspension/decision")
def decide_suspension(
    here: Here,
    trader_id: str,
    decision: Annotated[str, Form(pattern="^(suspend|keep)$")],
    reason: Reason = "",
) -> RedirectResponse:
    """Suspends a trader, or leaves it trusted."""
    suspend = decision == "suspend"
    trusted_traders.decide_suspension(
        here.centre, here.actor, trader_id, suspend=suspend, reason=reason
    )
    return here.done("/selectivity/traders", "trader-suspended" if suspend else "trader-kept")


# --- figures and draws --------------------------------------------------------------------------


@router.get("/figures")
def figures(
    here: Here, days: int = 90, port: Annotated[str, Query(max_length=5)] = ""
) -> HTMLResponse:
    """Hit rates by lane and reason, against chance."""
    span = days if days in selectivity_figures.SPANS else 90
    today = selectivity_policies.overview(here.centre, here.actor).today
    return here.page(
        "selectivity_figures.html",
        found=selectivity_figures.figures(
            here.centre, here.actor, days=span, port=port.strip().upper() or None
        ),
        spans_of=selectivity_figures.SPANS,
        ports=[own.port for own in today if own.port],
    )


@router.get("/draws")
def draws(
    here: Here, policy: Annotated[str, Query(max_length=32)] = "", after: Sequence = 0
) -> HTMLResponse:
    """What each policy committed to, and the draws of one."""
    return here.page("selectivity_draws.html", result=None, **_draws(here, policy, after))


@router.post("/draws/verify")
def verify(here: Here) -> HTMLResponse:
    """Makes every draw again, and shows what that came to."""
    result = selectivity_draws.verify(here.centre, here.actor)
    return here.page("selectivity_draws.html", result=result, **_draws(here, "", 0))


def _draws(here: Here, policy_id: str, after: int) -> dict[str, Any]:
    found = selectivity_policies.overview(here.centre, here.actor)
    known = [own for own in found.policies if own.seed]
    page = selectivity_draws.draws(here.centre, here.actor, policy_id, after) if policy_id else None
    return {"policies": known, "counts": found.draws, "page": page, "built_in": BUILT_IN}


# --- one consignment's lanes --------------------------------------------------------------------


@router.get("/lanes/{consignment_id}")
def lanes(here: Here, consignment_id: str) -> HTMLResponse:
    """The lanes of a consignment, as its page puts them into their place."""
    view = rerouting.view(here.centre, here.actor, consignment_id)
    return here.page("fragments/lanes.html", view=view)


@router.post("/lanes/{consignment_id}")
def reroute(
    here: Here, consignment_id: str, lane: Annotated[Lane, Form()], reason: Reason = ""
) -> RedirectResponse:
    """Routes a consignment to another lane."""
    rerouting.reroute(here.centre, here.actor, consignment_id, lane, reason)
    return here.done(f"/consignments/{consignment_id}", "lane-given")


# --- within -------------------------------------------------------------------------------------


def _count(name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(f"{name}: write a whole number, or nothing for no bound")
    return int(text)


def _share(name: str, text: str) -> float | None:
    """A share or score that was written in per cent."""
    if not text:
        return None
    try:
        value = float(text.replace(",", ".").removesuffix("%"))
    except ValueError:
        raise InvalidInput(f"{name}: write per cent, such as 5 or 2.5") from None
    if not 0 <= value <= 100:
        raise InvalidInput(f"{name}: from 0 to 100 per cent")
    return value / 100
