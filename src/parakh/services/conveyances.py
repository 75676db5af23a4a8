"""One transport unit on one page: where it was, what it carried, and what was found in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement, MovementKind
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.profile import UNIT_SCHEMES, Profile
from parakh.domain.selectivity import LaneDecision
from parakh.normalise.searching import wanted_words
from parakh.services.alerts import HitView, hit_views
from parakh.services.centre import Centre
from parakh.services.consignments import profiles_by_number, sees
from parakh.services.goods_list import ports_of
from parakh.store import (
    assessments,
    conveyances,
    enforcement,
    examinations,
    goods_kin,
    selectivity,
)

BEFORE = timedelta(days=365)
MOST = 200
"""So many movements and consignments are shown."""

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """Goods that it carried, their lane, and what an examination found; None where none looked."""

    consignment: Consignment
    lane: LaneDecision | None
    found: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """How long it stood at one place: from the movement that began it to the one that ended it;
    `until` is None while it stands there still."""

    place: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConveyanceView:
    """All that the centre knows of one transport unit.

    Attributes:
        movements: those of the last year that the actor may see, newest first.
        elsewhere: how many more there are at others' ports.
        stays: times in ports and terminals, newest first.
        hits: where it called last or calls next, and everywhere once it was seen inland.
        hits_elsewhere: how many there are, where it is only for others' ports to see to them.
        seizures: enforcement records that name it: identifier and reference.
    """

    conveyance: Conveyance
    profile: Profile | None
    hits: tuple[HitView, ...]
    hits_elsewhere: int
    movements: tuple[Movement, ...]
    elsewhere: int
    stays: tuple[Stay, ...]
    carried: tuple[Carried, ...]
    seizures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A transport unit in a list, with its newest movement."""

    conveyance: Conveyance
    last: Movement | None


def find(centre: Centre, actor: Actor, text: str, kind: str = "") -> list[Found]:
    """Units whose number or name holds what was typed, the last seen first; audited.

    Without a text, those that moved last.
    """
    actor.require(Permission.SEE_GOODS)
    wanted = ConveyanceKind(kind) if kind in list(ConveyanceKind) else None
    with centre.db.read() as connection:
        units = conveyances.search(connection, wanted_words(text), wanted, PAGE)
        moved = conveyances.newest(connection, [own.id for own in units])
    with centre.db.write(actor, Purpose.GOODS) as tx:
        tx.audit("conveyances.listed", "conveyance", "", text=text, count=len(units))
    return [
        Found(
            conveyance=own,
            last=last if (last := moved.get(own.id)) and sees(actor, last) else None,
        )
        for own in units
    ]


def conveyance(centre: Centre, actor: Actor, conveyance_id: str) -> ConveyanceView:
    """All that is known of a unit, as far as the actor's ports go; a look that is audited."""
    actor.require(Permission.SEE_GOODS)
    now = centre.clock()
    since = now - BEFORE
    with centre.db.read() as connection:
        own = conveyances.get(connection, conveyance_id)
        moved = conveyances.movements(connection, [own.id], since).get(own.id, [])[:MOST]
        shown = tuple(one for one in moved if sees(actor, one))
        hits = _hits(connection, own)
        mine = _concerns(connection, actor, own, now)
        view = ConveyanceView(
            conveyance=own,
            profile=profiles_by_number(connection, (UNIT_SCHEMES[own.kind],), [own.identifier]).get(
                own.identifier
            ),
            hits=hit_views(connection, hits if mine else []),
            hits_elsewhere=0 if mine else len(hits),
            movements=shown,
            elsewhere=len(moved) - len(shown),
            stays=stays(tuple(one for one in shown if one.at <= now)),
            carried=_carried(connection, actor, own, since),
            seizures=tuple(enforcement.naming(connection, own.identifier)),
        )
    centre.looked(actor, Purpose.GOODS, "conveyance.viewed", "conveyance", conveyance_id)
    return view


def stays(moved: tuple[Movement, ...]) -> tuple[Stay, ...]:
    """Times at one place: from what came in (or was discharged) to what next left it.

    `moved` are movements, newest first.
    """
    arriving = {MovementKind.GATE_IN, MovementKind.DISCHARGED}
    found = [
        Stay(place=one.place, since=one.at, until=after.at)
        for after, one in pairwise(moved)
        if one.kind in arriving
    ]
    if moved and moved[0].kind in arriving:
        found.insert(0, Stay(place=moved[0].place, since=moved[0].at, until=None))
    return tuple(found)


def _hits(connection: sa.Connection, own: Conveyance) -> list[Hit]:
    ref = Ref(kind=Kind.CONVEYANCE, id=own.id)
    return list(assessments.hits_of(connection, [ref]).get(ref, ()))


def _concerns(connection: sa.Connection, actor: Actor, own: Conveyance, now: datetime) -> bool:
    ports = goods_kin.ports_of_units(connection, [own.id], now).get(own.id)
    return actor.everywhere or ports is None or not actor.ports.isdisjoint(ports)


def _carried(
    connection: sa.Connection, actor: Actor, own: Conveyance, since: datetime
) -> tuple[Carried, ...]:
    ports = ports_of(actor)
    mine = (
        goods_kin.of_containers(connection, [own.identifier], since, MOST, ports)
        if own.kind is ConveyanceKind.CONTAINER
        else goods_kin.carried(connection, own.id, MOST, ports)
    )
    lanes = selectivity.lanes_of(connection, [one.id for one in mine])
    found = examinations.found_of(connection, [one.id for one in mine])
    return tuple(
        Carried(consignment=one, lane=lanes.get(one.id), found=found.get(one.id)) for one in mine
    )
