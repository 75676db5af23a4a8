"""Keeps the goods list, and shows it: consignments that wait for somebody, the most urgent first.

`follow` is called within the transaction that changed anything of a consignment, so that the list
never lags behind.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.alert.triage import advise
from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment, PartyRole
from parakh.domain.examination import Order, OrderState
from parakh.domain.goods_list import STAYS, GoodsLine, GoodsWanted
from parakh.domain.hit import Advice, Hit, HitState, Kind, Ref
from parakh.domain.selectivity import Lane, LaneDecision
from parakh.normalise.searching import searched
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.store import assessments, cargo, consignments, examinations, selectivity
from parakh.store import goods_list as store
from parakh.store.database import Tx

PAGE = 50
AT_ONCE = 500
"""Consignments whose lines are made together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsPage:
    """A page of the list.

    Attributes:
        counts: how many there are in each lane, whatever lane was asked for.
        pulse: a text that is another once anything on the list changed.
    """

    wanted: GoodsWanted
    lines: tuple[GoodsLine, ...]
    counts: Mapping[Lane | None, int]
    total: int
    page: int
    pages: int
    pulse: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """All that a line is made of."""

    consignment: Consignment
    hits: Sequence[Hit]
    advice: Advice | None
    lane: LaneDecision | None
    score: CargoScore | None
    orders: Sequence[Order]


# --- looking ------------------------------------------------------------------------------------


def listing(centre: Centre, actor: Actor, wanted: GoodsWanted, page: int = 1) -> GoodsPage:
    """A page of the consignments at the actor's ports; a look that is audited."""
    actor.require(Permission.VET_GOODS)
    ports, page = ports_of(actor), max(1, page)
    with centre.db.read() as connection:
        counts = store.counts(connection, wanted, ports)
        total = _total(wanted, counts)
        offset = (page - 1) * PAGE
        lines = store.page(connection, wanted, ports, offset=offset, limit=PAGE)
        now = store.pulse(connection, ports)
    with centre.db.write(actor, Purpose.GOODS) as tx:
        shown = [own.consignment_id for own in lines]
        tx.audit("goods.viewed", "consignment", "", wanted=wanted.query(), consignments=shown)
    return GoodsPage(
        wanted=wanted,
        lines=tuple(lines),
        counts=counts,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        pulse=now,
    )


def pulse(centre: Centre, actor: Actor) -> str:
    """A text that is another once anything on the actor's list changed; it names nobody."""
    actor.require(Permission.VET_GOODS)
    with centre.db.read() as connection:
        return store.pulse(connection, ports_of(actor))


def ports_of(actor: Actor) -> frozenset[str] | None:
    """The ports whose goods somebody sees; None for all."""
    return None if actor.everywhere else actor.ports


def _total(wanted: GoodsWanted, counts: Mapping[Lane | None, int]) -> int:
    if not wanted.lane:
        return sum(counts.values())
    return counts.get(None if wanted.lane == "none" else Lane(wanted.lane), 0)


# --- keeping ------------------------------------------------------------------------------------


def follow(tx: Tx, ids: Collection[str]) -> None:
    """Makes the lines of some consignments anew."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        found = known(tx.connection, wanted[start : start + AT_ONCE])
        store.put(tx.connection, [_line(own, tx.at) for own in found.values()])


def finish(centre: Centre) -> None:
    """Takes off the list what leaves it by itself."""
    with centre.db.maintain() as connection:
        store.finish(connection, centre.clock())


def known(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Known]:
    """Consignments with hits, advice, lane, score and orders, each read once for all of them."""
    found = consignments.by_ids(connection, ids)
    refs = {key: Ref(kind=Kind.CONSIGNMENT, id=key) for key in found}
    hits = assessments.hits_of(connection, refs.values())
    results = assessments.newest_results(connection, refs.values())
    handling = handling_of(connection, [hit for own in hits.values() for hit in own])
    lanes = selectivity.lanes_of(connection, found)
    scores = cargo.scores_of(connection, list(found))
    orders = examinations.orders_of(connection, found)
    return {
        key: Known(
            consignment=own,
            hits=tuple(hits.get(refs[key], ())),
            advice=advise(results[key], hits.get(refs[key], ()), handling)
            if key in results
            else None,
            lane=lanes.get(key),
            score=scores.get(key),
            orders=tuple(orders.get(key, ())),
        )
        for key, own in found.items()
    }


def _line(own: Known, now: datetime) -> GoodsLine:
    told = own.consignment
    party = told.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE, PartyRole.EXPORTER)
    leaves = _leaves(own, now)
    chapters = sorted({item.chapter for item in told.items if item.chapter})
    origins = sorted({item.origin for item in told.items if item.origin})
    return GoodsLine(
        consignment_id=told.id,
        name=told.name,
        party=party.name if party else "",
        description=(told.description or "; ".join(i.description for i in told.items))[:200],
        chapters=" ".join(chapters),
        origin=origins[0] if len(origins) == 1 else "",
        port=told.port,
        direction=told.direction,
        mode=told.mode,
        due_at=told.due_at,
        declared=told.declaration is not None,
        lane=own.lane.lane if own.lane else None,
        basis=own.lane.basis if own.lane else None,
        advice=own.advice,
        open_hits=sum(hit.state is HitState.OPEN for hit in own.hits),
        score=own.score.score if own.score else None,
        duty=told.duty,
        order=_newest(own.orders),
        search=_searched(told),
        leaves_at=leaves,
        done=leaves is not None and leaves <= now,
        changed_at=now,
    )


def _newest(orders: Sequence[Order]) -> OrderState | None:
    standing = [own for own in orders if own.state is not OrderState.CALLED_OFF]
    return max(standing, key=lambda own: own.ordered_at).state if standing else None


def _leaves(own: Known, now: datetime) -> datetime | None:
    """When nobody has to see to it any more; None while somebody has to."""
    if own.consignment.cancelled:
        return now
    if any(order.state.open for order in own.orders):
        return None
    reported = [order.reported_at for order in own.orders if order.reported_at]
    if reported:
        return max(reported)
    if any(hit.state is HitState.OPEN and hit.target.kind is not Kind.MODEL for hit in own.hits):
        return None
    if not own.orders and own.lane is not None and own.lane.lane in (Lane.RED, Lane.YELLOW):
        return None
    declared = own.consignment.declaration
    begun = own.consignment.due_at or (declared.lodged_at if declared else None) or now
    return max(begun, now) + STAYS


def _searched(told: Consignment) -> str:
    parties = [word for own in told.parties for word in (own.name, own.identifier)]
    goods = [word for own in told.items for word in (own.hs_code, own.description)]
    containers = [own.number for own in told.containers]
    declared = told.declaration.reference if told.declaration else ""
    heads = (told.reference, told.master_reference, declared)
    return searched([*heads, *parties, *containers, told.description, *goods])[:4000]
