"""The goods list at rest (see `parakh.domain.goods_list`)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from parakh.domain.examination import OrderState
from parakh.domain.goods_list import GoodsLine, GoodsWanted, Shown
from parakh.domain.hit import Advice
from parakh.domain.selectivity import Basis, Lane
from parakh.domain.voyage import Direction, Mode
from parakh.normalise.searching import wanted_words
from parakh.store.batches import batches
from parakh.store.database import insert_of
from parakh.store.tables import goods_line


def put(connection: sa.Connection, lines: Sequence[GoodsLine]) -> None:
    """Adds lines, or replaces those of the same consignments."""
    if not lines:
        return
    statement = insert_of(connection)(goods_line)
    new = {own.name: own for own in statement.excluded if own.name != "consignment_id"}
    upsert = statement.on_conflict_do_update(index_elements=["consignment_id"], set_=new)
    connection.execute(upsert, [_columns(own) for own in lines])


def finish(connection: sa.Connection, now: datetime) -> int:
    """Takes off the list what leaves it by itself by now; gives how many it were."""
    over = (
        goods_line.update()
        .where(goods_line.c.done.is_(False), goods_line.c.leaves_at <= now)
        .values(done=True, changed_at=now)
    )
    return connection.execute(over).rowcount


def page(
    connection: sa.Connection,
    wanted: GoodsWanted,
    ports: Collection[str] | None,
    *,
    offset: int,
    limit: int,
) -> list[GoodsLine]:
    """A page in the list's order; what is done, the newest first. `ports` None is everywhere."""
    if wanted.shown == Shown.DONE.value:
        order: tuple[sa.ColumnElement[Any], ...] = (goods_line.c.changed_at.desc(),)
    else:
        order = (goods_line.c.place,)
    query = (
        sa.select(goods_line)
        .where(*_fitting(wanted, ports))
        .order_by(*order, goods_line.c.consignment_id)
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in connection.execute(query)]


def of(connection: sa.Connection, ids: Iterable[str]) -> dict[str, GoodsLine]:
    """The lines of some consignments."""
    found: dict[str, GoodsLine] = {}
    for some in batches(ids):
        rows = connection.execute(
            sa.select(goods_line).where(goods_line.c.consignment_id.in_(some))
        )
        found |= {row.consignment_id: _line(row) for row in rows}
    return found


def counts(
    connection: sa.Connection, wanted: GoodsWanted, ports: Collection[str] | None
) -> Mapping[Lane | None, int]:
    """How many fit, by lane, whatever lane is wanted."""
    query = (
        sa.select(goods_line.c.lane, sa.func.count())
        .where(*_fitting(wanted, ports, lane=False))
        .group_by(goods_line.c.lane)
    )
    return {Lane(lane) if lane else None: count for lane, count in connection.execute(query)}


def pulse(connection: sa.Connection, ports: Collection[str] | None) -> str:
    """Another text once anything on the list changed."""
    query = sa.select(sa.func.max(goods_line.c.changed_at), sa.func.count()).where(
        goods_line.c.done.is_(False), *_at(ports)
    )
    newest, number = connection.execute(query).one()
    return f"{newest}/{number}"


# --- within -------------------------------------------------------------------------------------


def _at(ports: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    return [] if ports is None else [goods_line.c.port.in_(sorted(ports))]


def _fitting(
    wanted: GoodsWanted, ports: Collection[str] | None, *, lane: bool = True
) -> list[sa.ColumnElement[bool]]:
    columns = goods_line.c
    found = [columns.done.is_(wanted.shown == Shown.DONE.value), *_at(ports)]
    if wanted.port:
        found.append(columns.port == wanted.port)
    if wanted.direction:
        found.append(columns.direction == wanted.direction)
    if wanted.declared:
        found.append(columns.declared.is_(wanted.declared == "yes"))
    if wanted.chapter:
        found.append((" " + columns.chapters + " ").contains(f" {wanted.chapter} "))
    if wanted.lane and lane:
        found.append(
            columns.lane.is_(None) if wanted.lane == "none" else columns.lane == wanted.lane
        )
    found += [columns.search.contains(word, autoescape=True) for word in wanted_words(wanted.text)]
    return found


def _columns(own: GoodsLine) -> dict[str, object]:
    return {
        "consignment_id": own.consignment_id,
        "name": own.name,
        "party": own.party,
        "description": own.description,
        "chapters": own.chapters,
        "origin": own.origin,
        "port": own.port,
        "direction": own.direction.value,
        "mode": own.mode.value if own.mode else None,
        "due_at": own.due_at,
        "declared": own.declared,
        "lane": own.lane.value if own.lane else None,
        "basis": own.basis.value if own.basis else None,
        "advice": own.advice.value if own.advice else None,
        "open_hits": own.open_hits,
        "score": own.score,
        "duty": None if own.duty is None else int(own.duty * 100),
        "order": own.order.value if own.order else None,
        "search": own.search,
        "place": own.place,
        "leaves_at": own.leaves_at,
        "done": own.done,
        "changed_at": own.changed_at,
    }


def _line(row: sa.Row[Any]) -> GoodsLine:
    return GoodsLine(
        consignment_id=row.consignment_id,
        name=row.name,
        party=row.party,
        description=row.description,
        chapters=row.chapters,
        origin=row.origin,
        port=row.port,
        direction=Direction(row.direction),
        mode=Mode(row.mode) if row.mode else None,
        due_at=row.due_at,
        declared=row.declared,
        lane=Lane(row.lane) if row.lane else None,
        basis=Basis(row.basis) if row.basis else None,
        advice=Advice(row.advice) if row.advice else None,
        open_hits=row.open_hits,
        score=row.score,
        duty=None if row.duty is None else Decimal(row.duty) / 100,
        order=OrderState(order) if (order := row._mapping["order"]) else None,
        search=row.search,
        leaves_at=row.leaves_at,
        done=row.done,
        changed_at=row.changed_at,
    )
