"""Screens the goods that a message told of, and the units that carry them or that moved.

Everything that is read and compared happens before the transaction which moves the message on;
everything that follows from it (assessments, alerts, scores, counts, lanes, orders) within it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance, ConveyanceKind
from parakh.domain.hit import Hit, Kind, Ref
from parakh.screen.cargo import CargoScreener
from parakh.screen.pipeline import Screened
from parakh.screen.pipeline import screen as run_screeners
from parakh.screen.screener import ConsignmentSubject, Screener, UnitSubject
from parakh.services import cargo_history, cargo_scoring, goods_history, goods_list, selectivity
from parakh.services.assessing import Assessed, assess
from parakh.services.centre import WORKER, Centre
from parakh.services.live_rules import ScoredRules
from parakh.store import cargo, consignments, conveyances, goods_links, travellers
from parakh.store import goods_history as history_store
from parakh.store.batches import batches
from parakh.store.database import Tx

AT_ONCE = 2000
"""Subjects that are assessed together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """What a message told of, screened.

    Attributes:
        taken_back: consignments that their sender took back.
        scores: of the cargo model, by consignment.
        ports: where units must see to a subject; who is not in it concerns the central ones.
    """

    message_id: str
    consignments: tuple[ConsignmentSubject, ...] = ()
    units: tuple[UnitSubject, ...] = ()
    taken_back: tuple[Consignment, ...] = ()
    found: tuple[Screened, ...] = ()
    scores: Mapping[str, CargoScore]
    ports: Mapping[Ref, str]


def screen(centre: Centre, connection: sa.Connection, message_id: str) -> Goods:
    """Screens the consignments and movements that wait for a message, or for what else changed
    them.

    Parties, containers and carriers meet watchlists, lookouts and profiles; all meet the rules in
    force; consignments the cargo model.
    """
    told = consignments.to_screen(connection, message_id)
    mine = subjects_of(connection, [own for own in told if not own.cancelled])
    units = _units(connection, message_id, mine)
    scores = cargo_scoring.scores(centre, connection, mine, centre.clock()) if mine else {}
    found = run_screeners(_screeners(centre, connection, scores), [*mine, *units])
    return Goods(
        message_id=message_id,
        consignments=tuple(mine),
        units=tuple(units),
        taken_back=tuple(own for own in told if own.cancelled),
        found=tuple(found),
        scores=scores,
        ports=ports_of(mine, units),
    )


def settle(tx: Tx, centre: Centre, goods: Goods, cause: str) -> list[Assessed]:
    """Stores what the screening of a message's goods came to, alerts units, gives lanes and orders
    examinations; all of it in the caller's transaction.

    What a later message changed meanwhile is left to the screening of that one.
    """
    goods = _still_due(tx.connection, goods)
    history_store.lock(tx.connection, (own.subject.ref for own in goods.found))
    told = [own.consignment for own in goods.consignments]
    done = []
    for start in range(0, len(goods.found), AT_ONCE):
        some = goods.found[start : start + AT_ONCE]
        done += assess(tx, some, cause=cause, ports=goods.ports)
    cargo.put_scores(tx, list(goods.scores.values()))
    goods_history.learn(tx)
    goods_history.count(tx, [*told, *goods.taken_back])
    cargo_history.count(tx, centre, [*told, *goods.taken_back])
    _link(tx, centre, goods)
    if told:
        selectivity.give_lanes(tx, centre, told, _hits(goods, done), goods.scores)
    goods_list.follow(tx, [own.id for own in (*told, *goods.taken_back)])
    consignments.screened(tx, goods.message_id)
    conveyances.screened(tx, goods.message_id)
    return done


def learn_due(centre: Centre) -> int:
    """Takes in what was found meanwhile, so that it shows before more goods are screened; gives of
    how many consignments that is new. For the worker, every few seconds."""
    with centre.db.read() as connection:
        new, _ = goods_history.unlearnt(connection, centre.clock())
    if not new:
        return 0
    with centre.db.write(WORKER, Purpose.GOODS) as tx:
        count = goods_history.learn(tx)
        tx.audit("goods.learnt", "consignment", "all", count=count)
    return count


def subjects_of(connection: sa.Connection, told: Sequence[Consignment]) -> list[ConsignmentSubject]:
    """Consignments with the voyages and the conveyances that carry them."""
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in told if own.voyage_id})
    carriers: dict[str, Conveyance] = {}
    for some in batches(own.conveyance_id for own in told if own.conveyance_id):
        carriers |= conveyances.by_ids(connection, some)
    return [
        ConsignmentSubject(
            ref=Ref(kind=Kind.CONSIGNMENT, id=own.id),
            consignment=own,
            voyage=voyages.get(own.voyage_id) if own.voyage_id else None,
            conveyance=carriers.get(own.conveyance_id) if own.conveyance_id else None,
        )
        for own in told
    ]


def ports_of(goods: Iterable[ConsignmentSubject], units: Iterable[UnitSubject]) -> dict[Ref, str]:
    """Our port of each that has one: of goods theirs, of units where they moved, else that to which
    they bring most goods."""
    told = list(goods)
    ports = {own.ref: own.consignment.port for own in told}
    brought = Counter(
        (own.conveyance.id, own.consignment.port)
        for own in told
        if own.conveyance and own.consignment.port
    )
    to_port = {unit_id: port for (unit_id, port), _ in reversed(brought.most_common())}
    for unit in units:
        moved = unit.movement
        ports[unit.ref] = moved.port if moved else to_port.get(unit.ref.id, "")
    return {ref: port for ref, port in ports.items() if port}


# --- within -------------------------------------------------------------------------------------


def _units(
    connection: sa.Connection, message_id: str, goods: Sequence[ConsignmentSubject]
) -> list[UnitSubject]:
    """What moved, by its newest movement, and what carries the goods; each once.

    Thousands of bills come by one vessel: it is screened as itself, not with each of them.
    """
    moved = {unit.id: (unit, move) for unit, move in conveyances.to_screen(connection, message_id)}
    found = [
        UnitSubject(ref=Ref(kind=Kind.CONVEYANCE, id=key), conveyance=unit, movement=move)
        for key, (unit, move) in moved.items()
    ]
    carriers = {own.conveyance.id: own.conveyance for own in goods if own.conveyance}
    found += [
        UnitSubject(ref=Ref(kind=Kind.CONVEYANCE, id=key), conveyance=own)
        for key, own in carriers.items()
        if key not in moved
    ]
    return found


def _screeners(
    centre: Centre, connection: sa.Connection, scores: Mapping[str, CargoScore]
) -> list[Screener]:
    found = [*centre.goods_screeners(), ScoredRules(centre.rules, scores)]
    card = cargo.in_force(connection) if scores else None
    return [*found, CargoScreener(card, scores)] if card else found


def _still_due(connection: sa.Connection, goods: Goods) -> Goods:
    """Without the consignments that wait for a later message by now."""
    due = history_store.still_due(connection, goods.message_id)
    mine = tuple(own for own in goods.consignments if own.ref.id in due)
    left = {own.ref for own in goods.consignments} - {own.ref for own in mine}
    return replace(
        goods,
        consignments=mine,
        taken_back=tuple(own for own in goods.taken_back if own.id in due),
        found=tuple(own for own in goods.found if own.subject.ref not in left),
        scores={key: own for key, own in goods.scores.items() if key in due},
    )


def _link(tx: Tx, centre: Centre, goods: Goods) -> None:
    """Writes what the goods and units may be linked by."""
    told = [*(own.consignment for own in goods.consignments), *goods.taken_back]
    goods_links.record(tx, centre.link_tokens, told, [own.conveyance for own in goods.units])
    moved = [(own.conveyance, own.movement) for own in goods.units if own.movement]
    goods_links.record_moves(tx, centre.link_tokens, moved)


def _hits(goods: Goods, done: Iterable[Assessed]) -> dict[str, list[Hit]]:
    """The hits that count for the lane of each consignment: its own, and those on the vehicle that
    brings it. A vessel's are not those of all goods on board."""
    found = {own.assessment.subject: own.assessment.hits for own in done}
    hits: dict[str, list[Hit]] = {}
    for own in goods.consignments:
        mine = list(found.get(own.ref, ()))
        carrier = own.conveyance
        if carrier is not None and carrier.kind is ConveyanceKind.VEHICLE:
            mine += found.get(Ref(kind=Kind.CONVEYANCE, id=carrier.id), ())
        hits[own.ref.id] = mine
    return hits
