"""In what order a terminal grounds consignments: a policy as data, and each place in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.examination import First, Order, Policy, PolicyState
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.errors import Conflict, Forbidden, InvalidInput

PERISHABLE = frozenset({"01", "02", "03", "04", "06", "07", "08", "16", "20", "21", "30"})
"""Chapters of the Harmonized System whose goods mostly spoil: animals, meat, fish, dairy, flowers,
vegetables, fruit, what is made of them, and medicines that must stay cold."""

ORDER = (First.SINGLE_ITEM, First.PERISHABLE, First.WAITING, First.RISK)
WAITING_STEP = 4
LONGEST_WAIT = 48

_UNSCORED = phrase(N_("Risk not scored"))
_HOUR = timedelta(hours=1)
_MOST_HOURS = 14 * 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """An order with its place in the queue, from 1, and why it stands there."""

    order: Order
    place: int
    why: tuple[Phrase, ...]


def usual(terminal_id: str, at: datetime) -> Policy:
    """The policy with which a terminal begins, until its planners put another in force."""
    return Policy(
        id="",
        terminal_id=terminal_id,
        number=0,
        order=ORDER,
        perishable=PERISHABLE,
        waiting_step=WAITING_STEP,
        longest_wait=LONGEST_WAIT,
        reason="",
        state=PolicyState.IN_FORCE,
        proposed_by="",
        proposed_at=at,
    )


def queue(orders: Iterable[Order], policy: Policy, at: datetime) -> list[Standing]:
    """The orders in the order in which the policy grounds them; of equals the older one first."""
    ranked = sorted(orders, key=lambda own: _key(own, policy, at))
    return [
        Standing(order=own, place=place, why=_why(own, policy, at))
        for place, own in enumerate(ranked, start=1)
    ]


# --- policies -----------------------------------------------------------------------------------


def checked(policy: Policy) -> Policy:
    """A policy that can be used; raises InvalidInput, which says what is wrong."""
    if not policy.order or len(set(policy.order)) != len(policy.order):
        raise InvalidInput("say what counts first; each may stand once")
    wrong = [own for own in policy.perishable if not (own.isdigit() and len(own) == 2)]
    if wrong:
        raise InvalidInput(f"{sorted(wrong)[0]} is no chapter of the Harmonized System, as 07")
    if not 1 <= policy.waiting_step <= _MOST_HOURS:
        raise InvalidInput(f"the step of waiting has 1 to {_MOST_HOURS} hours")
    if not policy.waiting_step <= policy.longest_wait <= _MOST_HOURS:
        raise InvalidInput(f"the longest wait has a step at least and {_MOST_HOURS} hours at most")
    return replace(policy, reason=reason_of(policy.reason))


def decided(
    policy: Policy, actor: Actor, *, approve: bool, own: bool, reason: str, at: datetime
) -> Policy:
    """A proposed policy put in force or rejected by another person than its author (`own`).

    Raises Forbidden for the author, Conflict unless it is proposed.
    """
    require_human(actor)
    if own:
        raise Forbidden("you proposed this policy: another person must decide on it")
    if policy.state is not PolicyState.PROPOSED:
        raise Conflict("this policy does not wait for a decision any more")
    return replace(
        policy,
        state=PolicyState.IN_FORCE if approve else PolicyState.REJECTED,
        decided_by=actor.name,
        decided_at=at,
        decision=reason_of(reason),
    )


# --- within -------------------------------------------------------------------------------------


def _key(order: Order, policy: Policy, at: datetime) -> tuple[float, ...]:
    overdue = _waited(order, at) >= policy.longest_wait
    told = () if overdue else tuple(_value(order, first, policy, at) for first in policy.order)
    return (0 if overdue else 1, *told, order.ordered_at.timestamp())


def _value(order: Order, first: First, policy: Policy, at: datetime) -> float:
    """Smaller comes first."""
    match first:
        case First.SINGLE_ITEM:
            return 0 if order.facts.items == 1 else 1
        case First.PERISHABLE:
            return 0 if order.facts.chapters & policy.perishable else 1
        case First.WAITING:
            return -(_waited(order, at) // policy.waiting_step)
        case First.RISK:
            return -(order.facts.score or 0.0)


def _why(order: Order, policy: Policy, at: datetime) -> tuple[Phrase, ...]:
    hours = int(_waited(order, at))
    if hours >= policy.longest_wait:
        text = N_("It waits for {hours} hours, longer than the {most} that anybody should.")
        return (phrase(text, hours=hours, most=policy.longest_wait),)
    return tuple(_said(order, first, policy, hours) for first in policy.order)


def _said(order: Order, first: First, policy: Policy, hours: int) -> Phrase:
    facts = order.facts
    spoils = ", ".join(sorted(facts.chapters & policy.perishable))
    match first:
        case First.SINGLE_ITEM:
            one = facts.items == 1
            return phrase(N_("Single item")) if one else phrase(N_("{n} items"), n=facts.items)
        case First.PERISHABLE:
            text = N_("Perishable (chapter {chapters})")
            return phrase(text, chapters=spoils) if spoils else phrase(N_("Not perishable"))
        case First.WAITING:
            return phrase(N_("Waits for {hours} h"), hours=hours)
        case First.RISK:
            if facts.score is None:
                return _UNSCORED
            return phrase(N_("Risk {percent}%"), percent=floor(facts.score * 100 + 1e-9))


def _waited(order: Order, at: datetime) -> float:
    return max(0.0, (at - order.ordered_at) / _HOUR)
