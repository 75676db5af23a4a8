"""The examination board, and one order with all that the examiner needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import waiting
from parakh.act.checklists import Point
from parakh.act.examining import points_for
from parakh.act.grounding import Standing
from parakh.act.shifts import slot_at
from parakh.act.waiting import Times
from parakh.domain.consignment import Consignment
from parakh.domain.examination import (
    Assignment,
    Examiner,
    Order,
    OrderState,
    Policy,
    Report,
    Terminal,
)
from parakh.domain.goods_list import GoodsLine
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.phrase import Phrase
from parakh.domain.selectivity import Lane, LaneDecision
from parakh.errors import Forbidden
from parakh.services import examinations
from parakh.services.centre import Centre
from parakh.services.examination_draws import OnShift, on_shift, ready, why_unassigned
from parakh.services.examination_places import mine
from parakh.store import (
    assessments,
    consignments,
    examination_places,
    examination_reports,
    goods_list,
    outcomes,
    people,
    selectivity,
)
from parakh.store import examinations as store

MEASURED = timedelta(days=30)
"""Times are told of the orders of so long."""

RECENT = timedelta(hours=24)

MOST_SHOWN = 25
"""Of what waits at a terminal, and of what was reported there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InHand:
    """An order that is ready for an examiner or has one, and why it has none."""

    order: Order
    why_nobody: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """That an examiner gave an order back for a conflict of interest."""

    order: Order
    assignment: Assignment


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalBoard:
    """One terminal now.

    Attributes:
        day, slot: of the present shift.
        room: consignments that this shift can still ground.
        queue: what waits to be grounded, in order.
        in_hand: goods that are grounded, and documents, with whom they are.
        begun: of them, how many are in a bay.
        done: reported within the last day, newest first.
        refusals: of the last days, for planners.
    """

    terminal: Terminal
    policy: Policy
    day: datetime
    slot: int
    on_shift: OnShift
    room: int
    queue: tuple[Standing, ...]
    in_hand: tuple[InHand, ...]
    begun: int
    done: tuple[Order, ...]
    refusals: tuple[Refusal, ...]
    times: Times


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """The terminals at the actor's ports; `mine` are the orders in his own hands, `goods` the lines
    of the goods list about what is shown, by consignment."""

    terminals: tuple[TerminalBoard, ...]
    mine: tuple[Order, ...]
    goods: dict[str, GoodsLine]
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """All of one order.

    Attributes:
        place: in the queue of its terminal; None once it is grounded.
        why: why it stands there.
        points: of its checklist by group; "" is the general one.
        examiners: to whom it can be given by name, for planners.
    """

    order: Order
    terminal: Terminal
    consignment: Consignment
    lane: LaneDecision | None
    hits: tuple[Hit, ...]
    place: int | None
    why: tuple[Phrase, ...]
    why_nobody: Phrase | None
    points: tuple[tuple[str, tuple[Point, ...]], ...]
    assignments: tuple[Assignment, ...]
    reports: tuple[Report, ...]
    outcomes: tuple[OutcomeRecord, ...]
    examiners: tuple[Examiner, ...]
    names: dict[str, str]


def board(centre: Centre, actor: Actor) -> Board:
    """What waits, what is examined, what was found; an audited look."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        terminals = [_terminal(centre, connection, actor, own) for own in mine(connection, actor)]
        own_orders = store.open_orders(connection, examiner=actor.name)
        shown = [*own_orders, *(order for own in terminals for order in _shown(own))]
        found = Board(
            terminals=tuple(terminals),
            mine=tuple(own_orders),
            goods=goods_list.of(connection, {own.consignment_id for own in shown}),
            names=_names(connection),
        )
    centre.looked(actor, Purpose.EXAMINATION, "examinations.listed", "examination", "all")
    return found


def view(centre: Centre, actor: Actor, order_id: str) -> OrderView:
    """One order; an audited look. Raises NotFound, Forbidden."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        order = examinations.reach(connection, actor, order_id)
        found = _view(centre, connection, actor, order)
    centre.looked(actor, Purpose.EXAMINATION, "examination.viewed", "examination", order_id)
    return found


def tablet(centre: Centre, actor: Actor, order_id: str) -> OrderView:
    """The same for the examiner who has it in hand; raises Forbidden for anybody else."""
    actor.require(Permission.EXAMINE)
    found = view(centre, actor, order_id)
    if found.order.assigned_to != actor.name:
        raise Forbidden("this examination was given to another examiner")
    return found


# --- within -------------------------------------------------------------------------------------


def _names(connection: sa.Connection) -> dict[str, str]:
    return {own.name: own.display_name for own in people.users(connection)}


def _terminal(
    centre: Centre, connection: sa.Connection, actor: Actor, own: Terminal
) -> TerminalBoard:
    now = centre.clock()
    orders = store.open_orders(connection, own.id)
    lately = store.since(connection, [own.id], now - MEASURED)
    taken = [one for one in orders if ready(one) or one.assigned_to is not None]
    day, slot = slot_at(now, centre.settings.zone)
    return TerminalBoard(
        terminal=own,
        policy=examinations.policy_of(connection, own, now),
        day=datetime.combine(day, datetime.min.time()),
        slot=slot,
        on_shift=on_shift(centre, connection, own.id),
        room=examinations.room_of(centre, connection, own, now),
        queue=tuple(examinations.waiting_at(connection, own, now)),
        in_hand=tuple(
            InHand(
                order=one,
                why_nobody=why_unassigned(centre, connection, one) if ready(one) else None,
            )
            for one in taken
        ),
        begun=sum(one.state is OrderState.BEGUN and one.lane is Lane.RED for one in orders),
        done=_done(lately, now),
        refusals=_refusals(connection, lately) if actor.may(Permission.PLAN_EXAMINATIONS) else (),
        times=waiting.times(lately),
    )


def _shown(own: TerminalBoard) -> list[Order]:
    waits = [one.order for one in own.queue[:MOST_SHOWN]]
    return [*waits, *(one.order for one in own.in_hand), *own.done[:MOST_SHOWN]]


def _done(orders: list[Order], now: datetime) -> tuple[Order, ...]:
    done = [own for own in orders if own.reported_at and own.reported_at >= now - RECENT]
    return tuple(sorted(done, key=lambda own: own.reported_at or now, reverse=True))


def _refusals(connection: sa.Connection, orders: list[Order]) -> tuple[Refusal, ...]:
    known = store.assignments(connection, [own.id for own in orders])
    return tuple(
        Refusal(order=order, assignment=one)
        for order in reversed(orders)
        for one in known.get(order.id, ())
        if one.refused
    )


def _view(centre: Centre, connection: sa.Connection, actor: Actor, order: Order) -> OrderView:
    terminal = examination_places.terminal(connection, order.terminal_id)
    ref = Ref(kind=Kind.CONSIGNMENT, id=order.consignment_id)
    queue = examinations.waiting_at(connection, terminal, centre.clock())
    standing = next((own for own in queue if own.order.id == order.id), None)
    plans = actor.may(Permission.PLAN_EXAMINATIONS)
    here = (
        own
        for own in examination_places.examiners(connection).values()
        if terminal.id in own.terminal_ids
    )
    return OrderView(
        order=order,
        terminal=terminal,
        consignment=consignments.get(connection, order.consignment_id),
        lane=selectivity.lanes_of(connection, [order.consignment_id]).get(order.consignment_id),
        hits=tuple(assessments.hits_of(connection, [ref]).get(ref, ())),
        place=standing.place if standing else None,
        why=standing.why if standing else (),
        why_nobody=why_unassigned(centre, connection, order) if ready(order) else None,
        points=points_for(order),
        assignments=tuple(store.assignments(connection, [order.id]).get(order.id, ())),
        reports=tuple(examination_reports.of_order(connection, order.id)),
        outcomes=tuple(outcomes.of_examinations(connection, [order.id])),
        examiners=tuple(here) if plans else (),
        names=_names(connection),
    )
