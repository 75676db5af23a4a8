"""Whose goods were is forgotten once its time is over; that there were some, and what was found, is
not."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from tests.services.goods_kit import bill, enforce, tell

from parakh.access import Purpose, system_actor
from parakh.domain.hit import HitState
from parakh.domain.ids import new_id
from parakh.services import consignments, goods_retention
from parakh.services.centre import Centre
from parakh.store.tables import (
    alert,
    cargo_row,
    cargo_tally,
    case_file,
    case_party,
    consignment_party,
    exam_order,
    goods_counted,
)
from parakh.store.tables import hit as hit_table

ME = system_actor("test")


def parties(centre: Centre, consignment_id: str) -> list[str]:
    with centre.db.read() as connection:
        query = sa.select(consignment_party.c.name).where(
            consignment_party.c.consignment_id == consignment_id
        )
        return list(connection.execute(query).scalars())


def test_parties_are_forgotten_after_their_time(any_centre: Centre, clock: Any) -> None:
    old, fresh = bill(), bill()
    tell(any_centre, old)
    clock.advance(days=any_centre.settings.delete_days - 1)
    tell(any_centre, fresh)
    assert goods_retention.forget_due(any_centre) == 0
    clock.advance(days=2)
    assert goods_retention.forget_due(any_centre) == 2, "the goods, and the row learnt from"
    assert goods_retention.forget_due(any_centre) == 0
    assert parties(any_centre, old.id) == [""]
    assert parties(any_centre, fresh.id) == ["ZARGHUN TRADING"]
    view = consignments.consignment(any_centre, ME, old.id)
    assert view.consignment.items == old.items


def test_what_was_counted_and_told_of_goods_goes_with_their_parties(
    any_centre: Centre, clock: Any
) -> None:
    enforce(any_centre, 'parties.exists(p, p.identifier == "4455667")')
    tell(any_centre, bill(), bill())
    _close(any_centre)
    clock.advance(days=any_centre.settings.delete_days + 1)
    assert goods_retention.forget_due(any_centre) == 4
    with any_centre.db.read() as connection:
        rows = connection.execute(sa.select(cargo_row.c.key)).all()
        seen = connection.execute(sa.select(sa.func.sum(cargo_tally.c.seen))).scalar_one()
        told = connection.execute(sa.select(goods_counted.c.told)).scalars().all()
        words = connection.execute(sa.select(hit_table.c.evidence)).scalars().all()
    assert (rows, seen, told, words) == ([], 0, [[], []], [[], []])


def test_goods_of_a_confirmed_hit_are_kept(any_centre: Centre, clock: Any) -> None:
    enforce(any_centre, 'consignment.direction == "entry"')
    own = bill()
    tell(any_centre, own)
    _close(any_centre, state=HitState.CONFIRMED)
    clock.advance(days=any_centre.settings.delete_days + 1)
    goods_retention.forget_due(any_centre)
    assert parties(any_centre, own.id) == ["ZARGHUN TRADING"]


def test_goods_in_a_case_are_kept(any_centre: Centre, clock: Any) -> None:
    own = bill()
    tell(any_centre, own)
    with any_centre.db.write(ME, Purpose.CASE) as tx:
        case_id = new_id()
        tx.connection.execute(
            case_file.insert().values(
                id=case_id,
                number="C-1",
                title="",
                summary="",
                priority="normal",
                state="open",
                waiting_for="",
                unit_id=_unit(tx),
                agency="",
                owner="me",
                opened_by="me",
                opened_at=tx.at,
                changed_at=tx.at,
            )
        )
        tx.connection.execute(
            case_party.insert().values(
                id=new_id(),
                case_id=case_id,
                kind="consignment",
                ref_id=own.id,
                label=own.name,
                role="suspect",
                source={},
                by="me",
                at=tx.at,
                removal="",
            )
        )
        tx.audit("test", "case", case_id)
    clock.advance(days=any_centre.settings.delete_days + timedelta(days=1).days)
    goods_retention.forget_due(any_centre)
    assert parties(any_centre, own.id) == ["ZARGHUN TRADING"]


def _close(centre: Centre, state: HitState = HitState.CLEARED) -> None:
    with centre.db.write(ME, Purpose.ALERT) as tx:
        tx.connection.execute(hit_table.update().values(state=state.value))
        tx.connection.execute(alert.update().values(state="closed"))
        tx.connection.execute(exam_order.update().values(state="called_off"))
        tx.audit("test", "hit", "")


def _unit(tx: Any) -> str:
    from parakh.store.tables import unit

    unit_id = new_id()
    tx.connection.execute(unit.insert().values(id=unit_id, name="U", central=True, ports=[]))
    return unit_id
