"""Examination orders with their assignments, and what examinations found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import OutcomeKind
from parakh.domain.examination import Assignment, Facts, Order, OrderState, Skill, Ticket
from parakh.domain.hit import Kind
from parakh.domain.outcome import FOUND, SILENT
from parakh.domain.selectivity import Lane
from parakh.errors import NotFound
from parakh.store import named_goods
from parakh.store.batches import batches
from parakh.store.codec import PHRASE, Codec
from parakh.store.database import Tx
from parakh.store.tables import alert, exam_assignment, exam_order, outcome

OPEN_STATES = tuple(own.value for own in OrderState if own.open)

_FACTS: Codec[Facts] = Codec(Facts)
_TICKETS: Codec[tuple[Ticket, ...]] = Codec(tuple[Ticket, ...])


# --- orders -------------------------------------------------------------------------------------


def get(connection: sa.Connection, order_id: str, *, lock: bool = False) -> Order:
    """One order; raises NotFound. With `lock` other writers wait until the end (PostgreSQL)."""
    query = sa.select(exam_order).where(exam_order.c.id == order_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such examination")
    return _order(row)


def save(tx: Tx, value: Order) -> None:
    """Adds an order, or updates the one with its identifier."""
    columns = _columns(value)
    done = tx.connection.execute(
        exam_order.update().where(exam_order.c.id == value.id).values(columns)
    )
    if done.rowcount == 0:
        tx.connection.execute(exam_order.insert().values(id=value.id, **columns))


def add_many(tx: Tx, values: Sequence[Order]) -> None:
    """Adds new orders."""
    if values:
        rows = [{"id": own.id, **_columns(own)} for own in values]
        tx.connection.execute(exam_order.insert(), rows)


def orders_of(connection: sa.Connection, consignment_ids: Iterable[str]) -> dict[str, list[Order]]:
    """The orders of consignments, oldest first; those without any lack."""
    found: defaultdict[str, list[Order]] = defaultdict(list)
    for some in batches(consignment_ids):
        query = (
            sa.select(exam_order)
            .where(exam_order.c.consignment_id.in_(some))
            .order_by(exam_order.c.ordered_at, exam_order.c.id)
        )
        for row in connection.execute(query):
            found[row.consignment_id].append(_order(row))
    return dict(found)


def open_orders(
    connection: sa.Connection,
    terminal_id: str | None = None,
    *,
    states: Collection[OrderState] = (),
    examiner: str | None = None,
) -> list[Order]:
    """Orders of a terminal in which something is still to be done, oldest first; those in some
    states alone, or in an examiner's hands."""
    which: sa.ColumnElement[bool] = exam_order.c.state.in_(
        [own.value for own in states] or OPEN_STATES
    )
    if terminal_id is not None:
        which &= exam_order.c.terminal_id == terminal_id
    if examiner is not None:
        which &= exam_order.c.assigned_to == examiner
    query = sa.select(exam_order).where(which).order_by(exam_order.c.ordered_at, exam_order.c.id)
    return [_order(row) for row in connection.execute(query)]


def since(
    connection: sa.Connection, terminal_ids: Collection[str], moment: datetime
) -> list[Order]:
    """Orders of terminals that were made or reported since a moment."""
    own = exam_order.c
    query = (
        sa.select(exam_order)
        .where(
            own.terminal_id.in_(list(terminal_ids)),
            (own.ordered_at >= moment) | (own.reported_at >= moment),
        )
        .order_by(own.ordered_at, own.id)
    )
    return [_order(row) for row in connection.execute(query)]


def grounded_since(connection: sa.Connection, terminal_id: str, moment: datetime) -> int:
    """How many consignments were grounded at a terminal since a moment."""
    query = sa.select(sa.func.count()).where(
        exam_order.c.terminal_id == terminal_id, exam_order.c.grounded_at >= moment
    )
    return int(connection.execute(query).scalar_one())


# --- assignments --------------------------------------------------------------------------------


def add_assignment(tx: Tx, value: Assignment) -> None:
    """Adds one."""
    tx.connection.execute(
        exam_assignment.insert().values(
            id=value.id,
            order_id=value.order_id,
            ordinal=value.ordinal,
            examiner=value.examiner,
            at=value.at,
            by=value.by,
            reason=value.reason,
            tickets=_TICKETS.dump(value.tickets),
            ended=value.ended,
            ended_at=value.ended_at,
            refused=value.refused,
        )
    )


def end_assignment(tx: Tx, order_id: str, why: str, *, refused: bool = False) -> None:
    """Ends the one that stands, if there is one."""
    own = exam_assignment.c
    tx.connection.execute(
        exam_assignment.update()
        .where(own.order_id == order_id, own.ended_at.is_(None))
        .values(ended=why, ended_at=tx.at, refused=refused)
    )


def assignments(connection: sa.Connection, order_ids: Iterable[str]) -> dict[str, list[Assignment]]:
    """The assignments of orders, first to last."""
    found: defaultdict[str, list[Assignment]] = defaultdict(list)
    for some in batches(order_ids):
        query = (
            sa.select(exam_assignment)
            .where(exam_assignment.c.order_id.in_(some))
            .order_by(exam_assignment.c.order_id, exam_assignment.c.ordinal)
        )
        for row in connection.execute(query):
            found[row.order_id].append(_assignment(row))
    return dict(found)


def all_assignments(connection: sa.Connection) -> Iterator[Assignment]:
    """Every assignment, oldest first."""
    query = sa.select(exam_assignment).order_by(exam_assignment.c.at, exam_assignment.c.id)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield _assignment(row)


def loads(connection: sa.Connection, moment: datetime) -> dict[str, int]:
    """How many orders each examiner has in hand, or was given since a moment and reported."""
    own = exam_order.c
    taken = own.state.in_(OPEN_STATES) | (own.reported_at >= moment)
    query = (
        sa.select(own.assigned_to, sa.func.count())
        .where(own.assigned_to.is_not(None), taken)
        .group_by(own.assigned_to)
    )
    return dict(connection.execute(query).all())


# --- findings -----------------------------------------------------------------------------------


def found(connection: sa.Connection, since: datetime, until: datetime) -> dict[str, bool]:
    """Whether something was found on consignments, by the newest outcome that stands of those told
    in [since, until); consignments without one lack. What another post seized of one is found."""
    told = _found(connection, (outcome.c.at >= since) & (outcome.c.at < until), None)
    return told | named_goods.seized(connection, between=(since, until))


def found_of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, bool]:
    """The same of some consignments, by all their outcomes."""
    told: dict[str, bool] = {}
    for some in batches(ids):
        told |= _found(connection, sa.true(), some)
        told |= named_goods.seized(connection, some)
    return told


def outcomes_of(
    which: sa.ColumnElement[bool], ids: Sequence[str] | None = None
) -> sa.CompoundSelect[tuple[str, str, datetime]]:
    """Outcomes that stand of examinations of consignments, and of alerts on them.

    Columns: `consignment_id`, `kind`, `at`.
    """
    later = outcome.alias("later")
    stands = ~sa.exists().where(later.c.corrects == outcome.c.id) & which
    examined = (
        sa.select(exam_order.c.consignment_id, outcome.c.kind, outcome.c.at)
        .join(outcome, outcome.c.examination_id == exam_order.c.id)
        .where(stands)
    )
    alerted = (
        sa.select(alert.c.subject_id.label("consignment_id"), outcome.c.kind, outcome.c.at)
        .join(outcome, outcome.c.alert_id == alert.c.id)
        .where(stands, alert.c.subject_kind == Kind.CONSIGNMENT.value)
    )
    if ids is not None:
        examined = examined.where(exam_order.c.consignment_id.in_(ids))
        alerted = alerted.where(alert.c.subject_id.in_(ids))
    return examined.union_all(alerted)


def _found(
    connection: sa.Connection, which: sa.ColumnElement[bool], ids: Sequence[str] | None
) -> dict[str, bool]:
    told = outcomes_of(which, ids).subquery()
    query = sa.select(told).where(told.c.kind.not_in([own.value for own in SILENT]))
    rows = connection.execute(query.order_by(told.c.at))
    return {row.consignment_id: OutcomeKind(row.kind) in FOUND for row in rows}


# --- rows and values ----------------------------------------------------------------------------


def _columns(value: Order) -> dict[str, object]:
    return {
        "consignment_id": value.consignment_id,
        "consignment": value.consignment,
        "terminal_id": value.terminal_id,
        "lane": value.lane.value,
        "state": value.state.value,
        "facts": _FACTS.dump(value.facts),
        "reason": PHRASE.dump(value.reason),
        "needs": sorted(own.value for own in value.needs),
        "by_hand": value.by_hand,
        "ordered_by": value.ordered_by,
        "ordered_at": value.ordered_at,
        "assigned_to": value.assigned_to,
        "grounded_at": value.grounded_at,
        "assigned_at": value.assigned_at,
        "begun_at": value.begun_at,
        "reported_at": value.reported_at,
        "called_off": value.called_off,
    }


def _order(row: sa.Row[tuple[object, ...]]) -> Order:
    own = row._mapping
    return Order(
        id=own["id"],
        consignment_id=own["consignment_id"],
        consignment=own["consignment"],
        terminal_id=own["terminal_id"],
        lane=Lane(own["lane"]),
        state=OrderState(own["state"]),
        facts=_FACTS.load(own["facts"]),
        reason=PHRASE.load(own["reason"]),
        needs=frozenset(map(Skill, own["needs"])),
        by_hand=own["by_hand"],
        ordered_by=own["ordered_by"],
        ordered_at=own["ordered_at"],
        assigned_to=own["assigned_to"],
        grounded_at=own["grounded_at"],
        assigned_at=own["assigned_at"],
        begun_at=own["begun_at"],
        reported_at=own["reported_at"],
        called_off=own["called_off"],
    )


def _assignment(row: sa.Row[tuple[object, ...]]) -> Assignment:
    own = row._mapping
    return Assignment(
        id=own["id"],
        order_id=own["order_id"],
        ordinal=own["ordinal"],
        examiner=own["examiner"],
        at=own["at"],
        by=own["by"],
        reason=own["reason"],
        tickets=_TICKETS.load(own["tickets"]),
        ended=own["ended"],
        ended_at=own["ended_at"],
        refused=own["refused"],
    )
