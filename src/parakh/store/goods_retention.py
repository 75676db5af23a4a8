"""Takes out movements, currency declarations, enforcement records, and whose goods were, once they
had their time."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import AlertState
from parakh.domain.examination import OrderState
from parakh.domain.hit import HitState, Kind
from parakh.store.codec import PHRASE
from parakh.store.database import Tx
from parakh.store.goods_records import Said
from parakh.store.retention import GONE
from parakh.store.tables import (
    alert,
    case_party,
    consignment,
    consignment_party,
    currency_declaration,
    enforcement,
    enforcement_mark,
    exam_order,
    goods_counted,
    goods_end,
    goods_line,
    goods_record,
    hit,
    movement,
    outcome,
    picture,
    traveller,
)


def declarations_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Currency declarations from before a moment, of nobody who is still on file."""
    own = currency_declaration.c
    query = (
        sa.select(own.id)
        .outerjoin(traveller, traveller.c.id == own.traveller_id)
        .where(own.at < before, _gone(own.traveller_id))
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def drivers_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Movements from before a moment that name a driver who is not on file any more."""
    own = movement.c
    query = (
        sa.select(own.id)
        .outerjoin(traveller, traveller.c.id == own.traveller_id)
        .where(own.at < before, own.driver != "", _gone(own.traveller_id))
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def movements_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Movements from before a moment."""
    query = sa.select(movement.c.id).where(movement.c.at < before).limit(most)
    return list(connection.execute(query).scalars())


def records_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Enforcement records from before a moment, by when it was, else by when they came."""
    when = sa.func.coalesce(enforcement.c.at, enforcement.c.known_at)
    query = sa.select(enforcement.c.id).where(when < before).limit(most)
    return list(connection.execute(query).scalars())


def consignments_due(connection: sa.Connection, before: datetime, most: int) -> list[str]:
    """Consignments that became known before a moment, of which it is still on file who they are of,
    without those that somebody examines or that stand in a case, on which a hit was confirmed or
    an alert is open."""
    told = sa.exists().where(
        consignment_party.c.consignment_id == consignment.c.id,
        consignment_party.c.party_key != "",
    )
    examined = sa.exists().where(
        exam_order.c.consignment_id == consignment.c.id,
        exam_order.c.state.in_([own.value for own in OrderState if own.open]),
    )
    in_case = sa.exists().where(
        case_party.c.ref_id == consignment.c.id, case_party.c.removed_at.is_(None)
    )
    confirmed = sa.exists().where(
        hit.c.subject_id == consignment.c.id, hit.c.state == HitState.CONFIRMED.value
    )
    alerted = sa.exists().where(
        alert.c.subject_id == consignment.c.id, alert.c.state != AlertState.CLOSED.value
    )
    query = (
        sa.select(consignment.c.id)
        .where(consignment.c.known_at < before, told, ~examined, ~in_case, ~confirmed, ~alerted)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def forget_parties(tx: Tx, ids: Sequence[str]) -> None:
    """Leaves of consignments their goods, lane and findings, and not whose they were."""
    mine = consignment_party.c.consignment_id.in_(ids)
    gone = dict.fromkeys(("name", "identifier", "address", "phone", "email", "party_key"), "")
    tx.connection.execute(consignment_party.update().where(mine).values(gone))
    tx.connection.execute(goods_record.delete().where(goods_record.c.subject_id.in_(ids)))
    tx.connection.execute(goods_end.delete().where(goods_end.c.node.in_(ids)))
    tx.connection.execute(goods_line.delete().where(goods_line.c.consignment_id.in_(ids)))
    # What they added to the counts names their parties; the counts of their days are gone as well.
    counted = goods_counted.update().where(goods_counted.c.consignment_id.in_(ids))
    tx.connection.execute(counted.values(told=[]))
    _forget_hits(tx, ids)


def _forget_hits(tx: Tx, ids: Sequence[str]) -> None:
    words = {"sentence": PHRASE.dump(GONE), "evidence": [], "reason": ""}
    tx.connection.execute(hit.update().where(_are_goods(hit, ids)).values(words))
    mine = _are_goods(alert, ids)
    alerts = sa.select(alert.c.id).where(mine)
    tx.connection.execute(outcome.update().where(outcome.c.alert_id.in_(alerts)).values(note=""))
    tx.connection.execute(alert.update().where(mine).values(outcome_note=None))


def _are_goods(about: sa.Table, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    return about.c.subject_id.in_(ids) & (about.c.subject_kind == Kind.CONSIGNMENT.value)


def forget_declarations(tx: Tx, ids: Sequence[str]) -> None:
    """Deletes currency declarations, and what messages said of them."""
    tx.connection.execute(currency_declaration.delete().where(currency_declaration.c.id.in_(ids)))
    _forget_said(tx, Said.CURRENCY, ids)


def forget_drivers(tx: Tx, ids: Sequence[str]) -> None:
    """Leaves of movements no driver; what messages said of them goes whole."""
    tx.connection.execute(
        movement.update().where(movement.c.id.in_(ids)).values(driver="", traveller_id=None)
    )
    _forget_said(tx, Said.MOVEMENT, ids)


def forget_movements(tx: Tx, ids: Sequence[str]) -> None:
    """Deletes movements with their pictures, and what messages said of them."""
    tx.connection.execute(movement.delete().where(movement.c.id.in_(ids)))
    tx.connection.execute(picture.delete().where(picture.c.owner_id.in_(ids)))
    _forget_said(tx, Said.MOVEMENT, ids)


def forget_records(tx: Tx, ids: Sequence[str]) -> None:
    """Deletes enforcement records with their pictures, and what messages said of them."""
    tx.connection.execute(enforcement_mark.delete().where(enforcement_mark.c.record_id.in_(ids)))
    tx.connection.execute(enforcement.delete().where(enforcement.c.id.in_(ids)))
    tx.connection.execute(picture.delete().where(picture.c.owner_id.in_(ids)))
    _forget_said(tx, Said.ENFORCEMENT, ids)


def _gone(traveller_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return traveller_id.is_(None) | traveller.c.forgotten_at.is_not(None)


def _forget_said(tx: Tx, kind: Said, ids: Sequence[str]) -> None:
    tx.connection.execute(
        goods_record.delete().where(
            goods_record.c.kind == kind.value, goods_record.c.subject_id.in_(ids)
        )
    )
