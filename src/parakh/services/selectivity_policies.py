"""Policies by which lanes are given: proposed by one person, let into force by another."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.ids import new_id
from parakh.domain.selectivity import LEAST_RANDOM, Lane, Policy, PolicyState
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.normalise import codes
from parakh.services import selectivity
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import lane_draws
from parakh.store import lane_policies as policies
from parakh.store import selectivity as store

MOST_RANDOM = 0.5
"""No policy draws more: the rest is for those against whom something speaks."""

MOST_A_DAY = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PortDay:
    """How a port stands today.

    Attributes:
        later: consignments still expected today.
        squeezed: for whom there was no red place.
    """

    port: str
    policy: Policy
    day: date
    given: dict[Lane, int]
    arrivals: int
    later: float
    squeezed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All policies, the newest first, and today at each port where lanes were given lately.

    `draws` are how many lots each policy cast, and how many of them chose.
    """

    policies: tuple[Policy, ...]
    today: tuple[PortDay, ...]
    draws: dict[str, tuple[int, int]]


# --- looks --------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> Overview:
    """Policies and today's places; names nobody."""
    actor.require(Permission.SEE_SELECTIVITY)
    now = centre.clock()
    with centre.db.read() as connection:
        ports = store.ports_on(connection, now.date() - selectivity.WEEKS)
        found = [_today(centre, connection, port) for port in ports]
        return Overview(
            policies=tuple(policies.policies(connection)),
            today=tuple(own for own in found if own is not None),
            draws=lane_draws.count_draws(connection),
        )


def policy(centre: Centre, actor: Actor, policy_id: str) -> Policy:
    """One policy; raises NotFound."""
    actor.require(Permission.SEE_SELECTIVITY)
    with centre.db.read() as connection:
        return policies.get(connection, policy_id)


# --- steps --------------------------------------------------------------------------------------


def propose(centre: Centre, actor: Actor, draft: Policy) -> Policy:
    """Proposes a policy for a port, or for all without one of their own ("").

    Raises InvalidInput for numbers that cannot be, among them more drawn by chance than can be
    examined, Conflict while another one for that port waits.
    """
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    port = draft.port.strip().upper()
    if port and codes.port(port) is None:
        raise InvalidInput(f"{port} is not a port that is known")
    with centre.db.write(actor, Purpose.GOODS) as tx:
        if policies.proposed(tx.connection, port) is not None:
            raise Conflict("a policy for this port waits for a decision already")
        made = Policy(
            id=new_id(),
            port=port,
            red_a_day=draft.red_a_day,
            yellow_a_day=draft.yellow_a_day,
            random_share=draft.random_share,
            trusted_random_share=draft.trusted_random_share,
            red_from=draft.red_from,
            yellow_from=draft.yellow_from,
            blue_from=draft.blue_from,
            reason=reason_of(draft.reason),
            proposed_by=actor.name,
            proposed_at=tx.at,
        )
        _check(tx.connection, made, tx.at.date())
        policies.save(tx, made)
        tx.audit("policy.proposed", "lane_policy", made.id, port=port, **_numbers(made))
    return made


def decide(centre: Centre, actor: Actor, policy_id: str, *, approve: bool, reason: str) -> Policy:
    """Lets a proposed policy come into force, or rejects it.

    The one before ends then, and its secret is published; the new one's is made, and what commits
    to it is published here and stands in the audit trail. Raises Forbidden for whoever proposed it
    and wants it in force, Conflict where it is decided already.
    """
    actor.require(Permission.KEEP_SELECTIVITY)
    require_human(actor)
    vault = centre.db.vault
    with centre.db.write(actor, Purpose.GOODS) as tx:
        old = policies.get(tx.connection, policy_id, lock=True)
        if old.state is not PolicyState.PROPOSED:
            raise Conflict("this policy was decided on already")
        if approve and same_person(tx.connection, old.proposed_by, actor):
            raise Forbidden("you proposed it: another person must let it come into force")
        state = PolicyState.IN_FORCE if approve else PolicyState.REJECTED
        made = replace(
            old, state=state, decided_by=actor.name, decided_at=tx.at, decision=reason_of(reason)
        )
        if not approve:
            policies.save(tx, made)
            tx.audit("policy.rejected", "lane_policy", made.id, reason=made.decision)
            return made
        before = policies.of_port(tx, old.port)
        if before is not None:
            told = policies.reveal(tx, vault, before)
            tx.audit("policy.ended", "lane_policy", before.id, seed=before.seed, secret=told)
        seed = policies.put_in_force(tx, vault, made)
        tx.audit(
            "policy.approved", "lane_policy", made.id, port=made.port, seed=seed, reason=reason
        )
    return replace(made, seed=seed)


# --- within -------------------------------------------------------------------------------------


def _today(centre: Centre, connection: sa.Connection, port: str) -> PortDay | None:
    here = selectivity.local(centre, port, centre.clock())
    policy = selectivity.policy_at(connection, port)
    if policy is None:
        return None
    tomorrow = here.date() + timedelta(days=1)
    known = store.days(connection, port, here.date(), tomorrow)
    passed = here.hour + here.minute / 60
    empty = store.Day(day=here.date(), hours=(0,) * 24, must=0, worth={})
    day = known[0] if known else empty
    place = selectivity.Place(port=port, day=day, passed=passed, policy=policy)
    return PortDay(
        port=port,
        policy=policy,
        day=day.day,
        given=store.used(connection, port, day.day),
        arrivals=day.arrivals,
        later=selectivity.expected(connection, place),
        squeezed=store.squeezed(connection, port, day.day),
    )


def _check(connection: sa.Connection, value: Policy, today: date) -> None:
    for name in ("red_a_day", "yellow_a_day"):
        most = getattr(value, name)
        if most is not None and not 0 <= most <= MOST_A_DAY:
            raise InvalidInput(f"{name}: 0 to {MOST_A_DAY:,}, or nothing for no bound")
    for name in ("random_share", "trusted_random_share"):
        if not LEAST_RANDOM <= getattr(value, name) <= MOST_RANDOM:
            raise InvalidInput(f"{name}: {LEAST_RANDOM:.0%} to {MOST_RANDOM:.0%} are drawn")
    steps = [own for own in (value.blue_from, value.yellow_from, value.red_from) if own is not None]
    if any(not 0 < own <= 1 for own in steps):
        raise InvalidInput("scores are above 0, and 1 at most")
    if steps != sorted(steps):
        raise InvalidInput("scores rise from blue to yellow to red")
    days = store.days(connection, value.port, today - selectivity.WEEKS, today)
    usual = sum(own.arrivals for own in days) / len(days) if days else 0.0
    if value.red_a_day is not None and usual * value.random_share > value.red_a_day:
        raise InvalidInput(
            f"random_share: of about {usual:.0f} a day {usual * value.random_share:.0f} would be "
            f"drawn, more than the {value.red_a_day} that can be examined"
        )


def _numbers(value: Policy) -> dict[str, object]:
    return {
        "red_a_day": value.red_a_day,
        "yellow_a_day": value.yellow_a_day,
        "random_share": value.random_share,
        "trusted_random_share": value.trusted_random_share,
        "red_from": value.red_from,
        "yellow_from": value.yellow_from,
        "blue_from": value.blue_from,
    }
