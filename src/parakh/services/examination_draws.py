"""Who examines what: drawn by the program, named by planners, refused for a conflict."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.act import drawing
from parakh.act.decisions import reason_of, require_human
from parakh.act.shifts import slot_at, starts_at
from parakh.domain.examination import Assignment, Examiner, Order, OrderState
from parakh.domain.ids import new_id
from parakh.domain.phrase import Phrase
from parakh.domain.selectivity import Lane
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import goods_list
from parakh.services.centre import Centre
from parakh.services.examinations import moved, reach
from parakh.store import consignments, examination_places, rosters
from parakh.store import examinations as store
from parakh.store.database import Tx

DRAWER = system_actor("examinations")
KEY = "examination draws"
MOST = 200
"""Orders that are assigned in one turn of the worker."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnShift:
    """Who is on shift at a terminal; `by_roster` is False where no roster has this day, so that
    everybody of the terminal may be drawn."""

    examiners: tuple[Examiner, ...]
    by_roster: bool


def assign_due(centre: Centre) -> int:
    """Draws an examiner for what was grounded, and for documents; gives for how many.

    For the worker, every few seconds: what finds nobody waits for the next shift.
    """
    with centre.db.read() as connection:
        waiting = _unassigned(connection)[:MOST]
    done = 0
    for own in waiting:
        with centre.db.read() as connection:
            possible = bool(_fit(centre, connection, own))
        if possible:
            done += _assign(centre, own.id)
    return done


def on_shift(centre: Centre, connection: sa.Connection, terminal_id: str) -> OnShift:
    """Who works at a terminal now."""
    day, slot = slot_at(centre.clock(), centre.settings.zone)
    known = examination_places.examiners(connection)
    if not rosters.covers(connection, day):
        own = (one for one in known.values() if terminal_id in one.terminal_ids)
        return OnShift(examiners=tuple(own), by_roster=False)
    duties = rosters.published(connection, day, day)
    here = {one.examiner_id for one in duties if (one.slot, one.terminal_id) == (slot, terminal_id)}
    return OnShift(examiners=tuple(known[own] for own in sorted(here)), by_roster=True)


def why_unassigned(centre: Centre, connection: sa.Connection, order: Order) -> Phrase:
    """Why nobody has an order yet that is ready for one."""
    present = on_shift(centre, connection, order.terminal_id).examiners
    return drawing.why_none(order, _parties(connection, order), present)


def reassign(centre: Centre, actor: Actor, order_id: str, examiner: str, reason: str) -> Order:
    """Gives an order to another examiner, or ("") to whom the program draws; planners alone do.

    Raises Forbidden for oneself, InvalidInput for somebody who does not fit, Conflict for an order
    that is reported or called off.
    """
    actor.require(Permission.PLAN_EXAMINATIONS)
    require_human(actor)
    why = reason_of(reason)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = reach(tx.connection, actor, order_id, lock=True)
        before = old.assigned_to
        if old.assigned_to is None and not ready(old):
            raise Conflict("nobody can have it yet: it is not grounded, or over")
        if examiner:
            _require_fit(tx.connection, actor, old, examiner)
        store.end_assignment(tx, order_id, why)
        if examiner:
            new = _give(tx, old, examiner, by=actor.name, reason=why)
        else:
            new = _drawn(centre, tx, replace(old, assigned_to=None), but=before)
        tx.audit(
            "examination.reassigned", "examination", order_id, to=new.assigned_to or "", reason=why
        )
    return new


def refuse(centre: Centre, actor: Actor, order_id: str, reason: str) -> Order:
    """The examiner gives an order back for a conflict of interest; another one is drawn.

    Planners see who refused and why. Raises Forbidden for anybody else's order.
    """
    actor.require(Permission.EXAMINE)
    require_human(actor)
    why = reason_of(reason)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = reach(tx.connection, actor, order_id, lock=True)
        require_own(actor, old)
        if old.state not in (OrderState.ASSIGNED, OrderState.BEGUN):
            raise Conflict("this examination is over")
        store.end_assignment(tx, order_id, why, refused=True)
        new = _drawn(centre, tx, replace(old, assigned_to=None), but=actor.name)
        tx.audit("examination.refused", "examination", order_id, reason=why)
    return new


def begin(centre: Centre, actor: Actor, order_id: str) -> Order:
    """The examiner begins; raises Conflict while all bays are taken."""
    actor.require(Permission.EXAMINE)
    require_human(actor)
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        old = reach(tx.connection, actor, order_id, lock=True)
        require_own(actor, old)
        terminal = examination_places.terminal(tx.connection, old.terminal_id, lock=True)
        begun = store.open_orders(tx.connection, terminal.id, states=[OrderState.BEGUN])
        if old.lane is Lane.RED and sum(own.lane is Lane.RED for own in begun) >= terminal.bays:
            raise Conflict("all bays of the terminal are taken")
        new = moved(old, OrderState.BEGUN, begun_at=tx.at)
        store.save(tx, new)
        goods_list.follow(tx, [new.consignment_id])
        tx.audit("examination.begun", "examination", order_id)
    return new


def require_own(actor: Actor, order: Order) -> None:
    """Raises Forbidden unless the order was given to the actor."""
    if order.assigned_to != actor.name:
        raise Forbidden("this examination was given to another examiner")


# --- within -------------------------------------------------------------------------------------


def _unassigned(connection: sa.Connection) -> list[Order]:
    states = [OrderState.ORDERED, OrderState.GROUNDED]
    return [own for own in store.open_orders(connection, states=states) if ready(own)]


def ready(order: Order) -> bool:
    """Whether an order waits for an examiner: goods once they are grounded, documents at once."""
    return order.state is OrderState.GROUNDED or (
        order.state is OrderState.ORDERED and order.lane is Lane.YELLOW
    )


def _assign(centre: Centre, order_id: str) -> bool:
    with centre.db.write(DRAWER, Purpose.EXAMINATION) as tx:
        old = store.get(tx.connection, order_id, lock=True)
        new = _drawn(centre, tx, old) if ready(old) else old
        tx.audit("examination.drawn", "examination", order_id, to=new.assigned_to or "")
    return new.assigned_to is not None and ready(old)


def _parties(connection: sa.Connection, order: Order) -> frozenset[str]:
    told = consignments.get(connection, order.consignment_id)
    return frozenset(own.identifier for own in told.parties if own.identifier)


def _fit(centre: Centre, connection: sa.Connection, order: Order) -> list[Examiner]:
    """Who of those on shift can have it; never whoever refused it before."""
    parties = _parties(connection, order)
    refused = {
        own.examiner
        for own in store.assignments(connection, [order.id]).get(order.id, [])
        if own.refused
    }
    present = on_shift(centre, connection, order.terminal_id).examiners
    return [own for own in present if drawing.fits(own, order, parties) and own.name not in refused]


def _drawn(centre: Centre, tx: Tx, order: Order, but: str | None = None) -> Order:
    """The order in the hands of whom the draw gives it, or waiting where nobody fits."""
    fit = [own for own in _fit(centre, tx.connection, order) if own.name != but]
    if not fit:
        back = OrderState.GROUNDED if order.grounded_at else OrderState.ORDERED
        new = replace(order, state=back, assigned_to=None, assigned_at=None, begun_at=None)
        _save(tx, new)
        return new
    begins = starts_at(*slot_at(tx.at, centre.settings.zone), centre.settings.zone)
    loads = store.loads(tx.connection, begins)
    ordinal = _next(tx.connection, order.id)
    key = centre.db.keys.token_key(KEY)
    tickets = drawing.drawn(key, order.id, ordinal, [(o.name, loads.get(o.name, 0)) for o in fit])
    made = Assignment(
        id=new_id(), order_id=order.id, ordinal=ordinal, examiner=tickets[0].examiner, at=tx.at,
        tickets=tickets,
    )  # fmt: skip
    return _given(tx, order, made)


def _give(tx: Tx, order: Order, examiner: str, *, by: str, reason: str) -> Order:
    made = Assignment(
        id=new_id(),
        order_id=order.id,
        ordinal=_next(tx.connection, order.id),
        examiner=examiner,
        at=tx.at,
        by=by,
        reason=reason,
    )
    return _given(tx, order, made)


def _given(tx: Tx, order: Order, made: Assignment) -> Order:
    new = moved(
        order,
        OrderState.ASSIGNED,
        assigned_to=made.examiner,
        assigned_at=tx.at,
        begun_at=None,
    )
    store.add_assignment(tx, made)
    _save(tx, new)
    return new


def _save(tx: Tx, order: Order) -> None:
    store.save(tx, order)
    goods_list.follow(tx, [order.consignment_id])


def _next(connection: sa.Connection, order_id: str) -> int:
    return len(store.assignments(connection, [order_id]).get(order_id, [])) + 1


def _require_fit(connection: sa.Connection, actor: Actor, order: Order, name: str) -> None:
    known = {own.name: own for own in examination_places.examiners(connection).values()}
    if name == actor.name:
        raise Forbidden("nobody gives an examination to himself")
    if name == order.assigned_to:
        raise InvalidInput("he has it already")
    if name not in known or order.terminal_id not in known[name].terminal_ids:
        raise InvalidInput("there is no such examiner at this terminal")
    if not drawing.fits(known[name], order, _parties(connection, order)):
        raise InvalidInput("he lacks a skill, has a conflict of interest, or ordered it himself")
