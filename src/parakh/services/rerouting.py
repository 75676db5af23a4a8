"""A consignment's lanes, and officers who route it to another one with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.consignment import Consignment
from parakh.domain.hit import HitState
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.selectivity import Basis, Draw, Lane, LaneDecision, Policy
from parakh.errors import Conflict, Forbidden
from parakh.services import examinations, goods_list, selectivity
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.selectivity import Place
from parakh.store import assessments, consignments, lane_draws, lane_policies
from parakh.store import examinations as orders
from parakh.store import selectivity as store
from parakh.store.database import Tx
from parakh.store.selectivity import NewLane, Told

PAGE = 500
"""Lanes that the declaration system is told of at once."""

_DRAWN = N_("It was drawn by chance, which nobody overrides: it stays red.")
_LISTED = N_("A hit that must be examined is not cleared: decide on the hit first.")
_OWN_LANE = N_("You gave it this lane yourself: another person must lower it.")
_OWN_ORDER = N_("Its examination is in your hands: another person must lower its lane.")
_BEGUN = N_("Its examination has begun: its report tells what becomes of it.")
_BY = N_("Routed by {name}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneView:
    """The lanes of a consignment.

    Attributes:
        lanes: the newest first; the first one stands. Empty for one without a lane.
        policy: by which that was given.
        draw: that chance made; None without a lane.
        offered: lanes to which the actor may route it; `held` says why not to lesser ones.
    """

    consignment_id: str
    lanes: tuple[LaneDecision, ...]
    policy: Policy | None
    draw: Draw | None
    offered: tuple[Lane, ...]
    held: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldPage:
    """Lanes for the declaration system; `after` is where the next page begins."""

    lanes: tuple[Told, ...]
    after: int
    more: bool


def view(centre: Centre, actor: Actor, consignment_id: str) -> LaneView:
    """The lanes of one consignment; a look that is audited. Raises NotFound, and Forbidden for
    another's port."""
    actor.require(Permission.SEE_GOODS)
    with centre.db.read() as connection:
        found = consignments.get(connection, consignment_id)
        actor.require_port(found.port)
        lanes = store.all_lanes(connection, consignment_id)
        draws = lane_draws.draws_of(connection, [consignment_id]).get(consignment_id, [])
        held = _held(connection, actor, lanes[0], draws) if lanes else None
        policies = {own.id: own for own in lane_policies.policies(connection)}
    centre.looked(actor, Purpose.GOODS, "lanes.viewed", "consignment", consignment_id)
    return LaneView(
        consignment_id=consignment_id,
        lanes=tuple(lanes),
        policy=policies.get(lanes[0].policy) if lanes else None,
        draw=next((own for own in draws if lanes and own.key == lanes[0].draw_key), None),
        offered=_offered(actor, lanes, held),
        held=held,
    )


def reroute(
    centre: Centre, actor: Actor, consignment_id: str, lane: Lane, reason: str
) -> LaneDecision:
    """Routes a consignment to another lane, with a reason; what that asks for is ordered.

    Raises Conflict for the lane that it has, and, to a lesser one, for what chance chose, for a
    hit that must be examined and is not cleared, and for an examination that has begun; Forbidden
    for one's own lane or order; InvalidInput without a reason.
    """
    actor.require(Permission.REROUTE_GOODS)
    require_human(actor)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        found = consignments.get(tx.connection, consignment_id)
        actor.require_port(found.port)
        place = selectivity.hold(tx, centre, found.port)
        before = store.standing(tx.connection, [consignment_id]).get(consignment_id)
        if before is None:
            raise Conflict("the consignment has no lane yet: it is given once it was screened")
        old = before.decision
        draws = lane_draws.draws_of(tx.connection, [consignment_id]).get(consignment_id, [])
        _check(tx.connection, actor, old, draws, lane)
        made = _made(tx, place, found, old, lane, reason_of(reason))
        store.save_lanes(tx, [NewLane(decision=made, merit=None, facts=before.facts)])
        examinations.order(tx, centre, [(found, made)])
        goods_list.follow(tx, [consignment_id])
        tx.audit(
            "lane.rerouted",
            "consignment",
            consignment_id,
            lane=lane.value,
            before=old.lane.value,
            reason=made.reason,
        )
    return made


def told(centre: Centre, actor: Actor, since: datetime, after: int = 0) -> ToldPage:
    """The next lanes after a number, given from a moment on, for the declaration system.

    Each consignment comes with the lane that stands; one that is given another lane comes again
    with a higher number. A look that is audited.
    """
    actor.require(Permission.SEND_MESSAGES)
    ports = None if actor.everywhere else actor.ports
    with centre.db.read() as connection:
        found = store.told_after(connection, after, since, PAGE + 1, ports)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        tx.audit("lanes.told", "consignment", "all", after=after, lanes=min(PAGE, len(found)))
    lanes = tuple(found[:PAGE])
    last = lanes[-1].seq if lanes else after
    return ToldPage(lanes=lanes, after=last, more=len(found) > PAGE)


# --- within -------------------------------------------------------------------------------------


def _check(
    connection: sa.Connection, actor: Actor, old: LaneDecision, draws: Sequence[Draw], lane: Lane
) -> None:
    if lane is old.lane:
        raise Conflict(f"it is {lane.value} already")
    if lane.rank > old.lane.rank:
        return
    held = _held(connection, actor, old, draws)
    if held is None:
        return
    raise (Forbidden if held.template in (_OWN_LANE, _OWN_ORDER) else Conflict)(str(held))


def _held(
    connection: sa.Connection, actor: Actor, old: LaneDecision, draws: Sequence[Draw]
) -> Phrase | None:
    """Why an actor may not route a consignment to a lesser lane; None where he may."""
    if any(own.drawn for own in draws):
        return phrase(_DRAWN)
    must = assessments.hits_by_id(connection, store.must_hits(connection, old.consignment_id))
    if any(own.state is not HitState.CLEARED for own in must):
        return phrase(_LISTED)
    if old.by and same_person(connection, old.by, actor):
        return phrase(_OWN_LANE)
    mine = orders.orders_of(connection, [old.consignment_id]).get(old.consignment_id, [])
    going = [own for own in mine if own.state.open]
    names = {name for own in going for name in (own.assigned_to, own.ordered_by) if name}
    if any(same_person(connection, name, actor) for name in names):
        return phrase(_OWN_ORDER)
    return phrase(_BEGUN) if any(own.begun_at is not None for own in going) else None


def _offered(actor: Actor, lanes: Sequence[LaneDecision], held: Phrase | None) -> tuple[Lane, ...]:
    if not lanes or not actor.human or not actor.may(Permission.REROUTE_GOODS):
        return ()
    now = lanes[0].lane
    return tuple(own for own in Lane if own.rank > now.rank or (own is not now and held is None))


def _made(
    tx: Tx, place: Place, found: Consignment, old: LaneDecision, lane: Lane, reason: str
) -> LaneDecision:
    return LaneDecision(
        id=new_id(),
        consignment_id=found.id,
        ordinal=old.ordinal + 1,
        lane=lane,
        basis=Basis.OFFICER,
        sentence=phrase(_BY, name=tx.actor.name),
        at=tx.at,
        port=found.port,
        day=place.day.day,
        score=old.score,
        policy=old.policy,
        draw=old.draw,
        draw_key=old.draw_key,
        by=tx.actor.name,
        reason=reason,
    )
