"""Examination orders: from lanes and by hand, grounded by priority, called off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import grounding
from parakh.act.checklists import needs_of
from parakh.act.decisions import reason_of, require_human
from parakh.act.shifts import slot_at, starts_at
from parakh.domain.consignment import Consignment
from parakh.domain.examination import Facts, Order, OrderState, Policy, Skill, Terminal
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.selectivity import Lane, LaneDecision
from parakh.errors import Conflict, InvalidInput
from parakh.services import goods_list
from parakh.services.centre import Centre
from parakh.store import consignments, examination_places
from parakh.store import examinations as store
from parakh.store.database import Tx

EXAMINED = (Lane.RED, Lane.YELLOW)
"""Lanes that lead to an order: an examination, or a check of documents."""

BAYS, A_SHIFT = 4, 20
"""Of a terminal that the program made, until a planner describes it."""

_CALLED_OFF = N_("called off")
_OTHERS_NOW = N_("the goods or the lane are others now")
_LANE_CHANGED = N_("the lane is another now")
_TAKEN_BACK = N_("the goods were taken back by whoever declared them")
OWN_REASONS = frozenset({_CALLED_OFF, _OTHERS_NOW, _LANE_CHANGED, _TAKEN_BACK})
"""Why the program called orders off, or took them from an examiner; all else officers wrote."""

_NOT_BEGUN = (OrderState.ORDERED, OrderState.GROUNDED, OrderState.ASSIGNED)


# --- from lanes ---------------------------------------------------------------------------------


def order(tx: Tx, centre: Centre, given: Sequence[tuple[Consignment, LaneDecision]]) -> None:
    """Orders what lanes ask for, within the transaction that gives them.

    Red is an examination, yellow a check of documents; green and blue call off what a lane ordered
    and nobody began. A consignment never has two open orders, and none again for what was done.
    """
    known = store.orders_of(tx.connection, [own.id for own, _ in given])
    places = _Places(tx)
    made = []
    for consignment, decision in given:
        orders = known.get(consignment.id, [])
        standing = next((own for own in orders if own.state.open), None)
        if decision.lane not in EXAMINED:
            _release(tx, standing)
        elif standing is not None:
            _follow(tx, standing, consignment, decision)
        elif not _done(orders, decision.lane):
            terminal = places.of(consignment.port)
            made.append(_of_lane(tx, consignment, terminal, decision))
    store.add_many(tx, made)
    if made:
        tx.audit("examinations.ordered", "examination", "all", count=len(made))


def release_cancelled(tx: Tx, consignment_ids: Sequence[str]) -> None:
    """Calls off what nobody began of goods that were taken back, ordered by hand or not.

    What is under examination goes on: the goods stand before the examiner.
    """
    for orders in store.orders_of(tx.connection, consignment_ids).values():
        for own in orders:
            if own.state in _NOT_BEGUN:
                _end(tx, own, _TAKEN_BACK)


# --- by hand ------------------------------------------------------------------------------------


def order_by_hand(
    centre: Centre, actor: Actor, consignment_id: str, lane: Lane, reason: str
) -> Order:
    """Orders an examination (red) or a check of documents (yellow) whatever the lane says.

    Raises Conflict while another order is open, InvalidInput without a reason.
    """
    actor.require(Permission.ORDER_EXAMINATIONS)
    require_human(actor)
    if lane not in EXAMINED:
        raise InvalidInput("order an examination (red) or a check of documents (yellow)")
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        found = consignments.get(tx.connection, consignment_id)
        actor.require_port(found.port)
        known = store.orders_of(tx.connection, [consignment_id]).get(consignment_id, [])
        if any(own.state.open for own in known):
            raise Conflict("an examination of this consignment is ordered already")
        why = phrase(N_("Ordered by hand: {reason}"), reason=reason_of(reason))
        made = _new(tx, found, _Places(tx).of(found.port), lane, why)
        store.save(tx, made)
        goods_list.follow(tx, [consignment_id])
        tx.audit("examination.ordered", "examination", made.id, lane=lane.value, reason=reason)
    return made


def call_off(centre: Centre, actor: Actor, order_id: str, reason: str) -> Order:
    """Calls off an order that nobody began; raises Conflict for others."""
    actor.require(Permission.ORDER_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = reach(tx.connection, actor, order_id, lock=True)
        why = reason_of(reason)
        new = moved(old, OrderState.CALLED_OFF, called_off=why, assigned_to=None)
        store.end_assignment(tx, order_id, _CALLED_OFF)
        store.save(tx, new)
        goods_list.follow(tx, [new.consignment_id])
        tx.audit("examination.called_off", "examination", order_id, reason=why)
    return new


# --- grounding ----------------------------------------------------------------------------------


def ground(centre: Centre, actor: Actor, order_id: str, reason: str = "") -> Order:
    """Has a consignment brought to its terminal. Planners alone do, so nobody picks his own work.

    Raises Conflict when the shift has grounded as much as it can, InvalidInput without a reason
    for one that comes before others by the policy.
    """
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = reach(tx.connection, actor, order_id, lock=True)
        terminal = examination_places.terminal(tx.connection, old.terminal_id, lock=True)
        waiting = waiting_at(tx.connection, terminal, tx.at)
        place = next((own.place for own in waiting if own.order.id == order_id), 0)
        if place > room_of(centre, tx.connection, terminal, tx.at) and not reason.strip():
            raise InvalidInput("others come first by the policy: say why this one is grounded now")
        new = _grounded(tx, centre, old, terminal)
        tx.audit("examination.grounded", "examination", order_id, place=place, reason=reason)
    return new


def ground_next(centre: Centre, actor: Actor, terminal_id: str) -> int:
    """Grounds what comes next by the policy, as much as the shift still can; gives how many."""
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        terminal = examination_places.terminal(tx.connection, terminal_id, lock=True)
        actor.require_port(terminal.port)
        room = room_of(centre, tx.connection, terminal, tx.at)
        due = waiting_at(tx.connection, terminal, tx.at)[:room]
        for own in due:
            _grounded(tx, centre, own.order, terminal)
        tx.audit("examinations.grounded", "terminal", terminal_id, count=len(due))
    return len(due)


def waiting_at(
    connection: sa.Connection, terminal: Terminal, at: datetime
) -> list[grounding.Standing]:
    """What waits to be grounded at a terminal, in the order of its policy."""
    orders = store.open_orders(connection, terminal.id, states=[OrderState.ORDERED])
    red = [own for own in orders if own.lane is Lane.RED]
    return grounding.queue(red, policy_of(connection, terminal, at), at)


def policy_of(connection: sa.Connection, terminal: Terminal, at: datetime) -> Policy:
    """The policy in force at a terminal, or the usual one."""
    known = examination_places.in_force(connection, [terminal.id])
    return known.get(terminal.id) or grounding.usual(terminal.id, at)


def room_of(centre: Centre, connection: sa.Connection, terminal: Terminal, at: datetime) -> int:
    """How many consignments more the present shift can ground."""
    begins = starts_at(*slot_at(at, centre.settings.zone), centre.settings.zone)
    return max(0, terminal.a_shift - store.grounded_since(connection, terminal.id, begins))


# --- for other services of examinations -----------------------------------------------------------


def reach(connection: sa.Connection, actor: Actor, order_id: str, *, lock: bool = False) -> Order:
    """An order at a port of the actor's; raises NotFound, Forbidden."""
    found = store.get(connection, order_id, lock=lock)
    terminal = examination_places.terminal(connection, found.terminal_id)
    actor.require_port(terminal.port)
    return found


def moved(order: Order, state: OrderState, **changes: Any) -> Order:
    """An order in its next state; raises Conflict for a step that is not allowed."""
    if not order.state.can_become(state):
        raise Conflict(f"the examination is {order.state.value.replace('_', ' ')}")
    return replace(order, state=state, **changes)


# --- within -------------------------------------------------------------------------------------


class _Places:
    """The terminal of each port; a port's first order makes one, so that none is lost."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._of: dict[str, Terminal] = {}
        for own in examination_places.terminals(tx.connection).values():
            self._of.setdefault(own.port, own)

    def of(self, port: str) -> Terminal:
        """The terminal at a port, the first by name."""
        if port not in self._of:
            made = Terminal(id=new_id(), name=f"Terminal {port}", port=port, bays=BAYS,
                            a_shift=A_SHIFT)  # fmt: skip
            examination_places.save_terminal(self._tx, made)
            self._tx.audit("terminal.made", "terminal", made.id, port=port)
            self._of[port] = made
        return self._of[port]


def _facts(consignment: Consignment, score: float | None) -> Facts:
    chapters = frozenset(own.chapter for own in consignment.items if own.chapter)
    return Facts(items=len(consignment.items), chapters=chapters, score=score)


def _needs(lane: Lane, facts: Facts) -> frozenset[Skill]:
    """Documents of all goods are checked by anybody."""
    return needs_of(facts.chapters) if lane is Lane.RED else frozenset()


def _new(
    tx: Tx, consignment: Consignment, terminal: Terminal, lane: Lane, reason: Phrase,
    score: float | None = None,
) -> Order:  # fmt: skip
    facts = _facts(consignment, score)
    return Order(
        id=new_id(),
        consignment_id=consignment.id,
        consignment=consignment.name,
        terminal_id=terminal.id,
        lane=lane,
        state=OrderState.ORDERED,
        facts=facts,
        reason=reason,
        needs=_needs(lane, facts),
        by_hand=True,
        ordered_by=tx.actor.name,
        ordered_at=tx.at,
    )


def _of_lane(tx: Tx, consignment: Consignment, terminal: Terminal, decision: LaneDecision) -> Order:
    made = _new(tx, consignment, terminal, decision.lane, decision.sentence, decision.score)
    return replace(made, by_hand=False, ordered_by=decision.by or tx.actor.name)


def _release(tx: Tx, standing: Order | None) -> None:
    """Calls off what a lane ordered and nobody began, now that the lane is another."""
    if standing is None or standing.by_hand or standing.state not in _NOT_BEGUN:
        return
    _end(tx, standing, _LANE_CHANGED)


def _end(tx: Tx, standing: Order, why: str) -> None:
    store.end_assignment(tx, standing.id, _CALLED_OFF)
    store.save(tx, moved(standing, OrderState.CALLED_OFF, called_off=why, assigned_to=None))
    tx.audit("examination.called_off", "examination", standing.id, reason=why)


def _follow(tx: Tx, standing: Order, consignment: Consignment, decision: LaneDecision) -> None:
    """An open order of goods of which something else is known now, or whose lane is another."""
    facts = _facts(consignment, decision.score)
    lane = standing.lane if standing.by_hand else decision.lane
    if standing.state not in _NOT_BEGUN or (facts, lane) == (standing.facts, standing.lane):
        return
    reason = standing.reason if standing.by_hand else decision.sentence
    new = replace(standing, facts=facts, lane=lane, reason=reason, needs=_needs(lane, facts))
    if lane is not standing.lane or not new.needs <= standing.needs:
        # Whoever has it in hand may not be trained for it: it is drawn anew.
        store.end_assignment(tx, standing.id, _OTHERS_NOW)
        new = replace(new, state=_unassigned(new), assigned_to=None, assigned_at=None)
    store.save(tx, new)
    tx.audit("examination.changed", "examination", new.id, lane=lane.value)


def _unassigned(order: Order) -> OrderState:
    return OrderState.GROUNDED if order.grounded_at else OrderState.ORDERED


def _done(orders: Sequence[Order], lane: Lane) -> bool:
    """Whether an examination as thorough was reported already."""
    return any(own.state is OrderState.REPORTED and own.lane.rank >= lane.rank for own in orders)


def _grounded(tx: Tx, centre: Centre, old: Order, terminal: Terminal) -> Order:
    if old.lane is not Lane.RED:
        raise Conflict("only goods are grounded; of this one the documents are checked")
    if room_of(centre, tx.connection, terminal, tx.at) < 1:
        raise Conflict("this shift has grounded as many as the terminal can examine")
    new = moved(old, OrderState.GROUNDED, grounded_at=tx.at)
    store.save(tx, new)
    goods_list.follow(tx, [new.consignment_id])
    return new
