"""What an alert is about where it is no person: goods, or a transport unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.case import PartyKind
from parakh.domain.consignment import Consignment, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind
from parakh.domain.examination import Order
from parakh.domain.hit import Kind, Ref
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.traveller import Traveller
from parakh.store import consignments, conveyances, examinations, outcomes

_PARTIES = {
    ConveyanceKind.VEHICLE: PartyKind.VEHICLE,
    ConveyanceKind.CONTAINER: PartyKind.CONTAINER,
    ConveyanceKind.VESSEL: PartyKind.VESSEL,
    ConveyanceKind.AIRCRAFT: PartyKind.AIRCRAFT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """Goods or a transport unit, as an alert names it.

    Attributes:
        name: its number, as people say it; `detail` what it is, in words that messages told.
        path: its page.
        party: what it is in a case.
        owner: the importer or consignee of goods; "" for none.
        due_at: when goods arrive or leave; None where it is not known.
    """

    ref: Ref
    name: str
    detail: str
    path: str
    party: PartyKind
    owner: str = ""
    port: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """An examination of the goods that an alert is about, and what it came to so far: outcomes,
    corrected ones too, oldest first."""

    order: Order
    outcomes: tuple[OutcomeRecord, ...]


def who(traveller: Traveller | None, thing: Thing | None) -> str:
    """The name of the traveller, or the number of the goods or the unit; "" for a stranger."""
    if traveller is not None:
        return str(traveller.name)
    return thing.name if thing else ""


def things(connection: sa.Connection, refs: Iterable[Ref]) -> dict[str, Thing]:
    """The goods and units among some subjects, by identifier."""
    wanted = list(refs)
    goods = {own.id for own in wanted if own.kind is Kind.CONSIGNMENT}
    units = {own.id for own in wanted if own.kind is Kind.CONVEYANCE}
    found = {key: _goods(own) for key, own in _known_goods(connection, goods).items()}
    if units:
        found |= {key: _unit(own) for key, own in conveyances.by_ids(connection, units).items()}
    return found


def examined(connection: sa.Connection, actor: Actor, about: Ref) -> tuple[Examined, ...]:
    """The examinations of goods that the actor may see, oldest first; none of anything else."""
    if about.kind is not Kind.CONSIGNMENT or not actor.may(Permission.SEE_EXAMINATIONS):
        return ()
    orders = examinations.orders_of(connection, [about.id]).get(about.id, [])
    told = outcomes.of_examinations(connection, [own.id for own in orders])
    return tuple(
        Examined(order=own, outcomes=tuple(one for one in told if one.examination_id == own.id))
        for own in orders
    )


def visible_things(
    connection: sa.Connection, actor: Actor, refs: Iterable[Ref]
) -> dict[str, Thing]:
    """Those that the actor may see: at his ports, or at none."""
    if not actor.may(Permission.SEE_GOODS):
        return {}
    return {
        key: own
        for key, own in things(connection, refs).items()
        if actor.everywhere or not own.port or own.port in actor.ports
    }


def _known_goods(connection: sa.Connection, ids: set[str]) -> dict[str, Consignment]:
    return consignments.by_ids(connection, ids) if ids else {}


def _goods(own: Consignment) -> Thing:
    owner = own.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE, PartyRole.EXPORTER)
    first = own.items[0].description if own.items else ""
    return Thing(
        ref=Ref(kind=Kind.CONSIGNMENT, id=own.id),
        name=own.name,
        detail=own.description or first,
        path=f"/consignments/{own.id}",
        party=PartyKind.CONSIGNMENT,
        owner=owner.name if owner else "",
        port=own.port,
        due_at=own.due_at,
    )


def _unit(own: Conveyance) -> Thing:
    return Thing(
        ref=Ref(kind=Kind.CONVEYANCE, id=own.id),
        name=own.identifier,
        detail=own.name,
        path=f"/conveyances/{own.id}",
        party=_PARTIES[own.kind],
    )
