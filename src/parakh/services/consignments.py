"""One consignment on one page: what was declared, why it has its lane, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.alert import Alert
from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment, Party, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement
from parakh.domain.examination import Order
from parakh.domain.hit import Advice, Hit, Kind, Ref, ScreenerResult
from parakh.domain.phrase import Phrase
from parakh.domain.profile import Profile, Scheme
from parakh.domain.selectivity import LaneDecision
from parakh.domain.voyage import Voyage
from parakh.services import cargo_scoring, goods_list
from parakh.services.alerts import HitView, hit_views, units_of
from parakh.services.centre import Centre
from parakh.services.goods_history import party_role
from parakh.services.goods_list import Known
from parakh.store import (
    alerts,
    assessments,
    consignments,
    conveyances,
    examinations,
    goods_history,
    goods_kin,
    profiles,
    selectivity,
    travellers,
)

BEFORE = timedelta(days=365)
"""So far back goods of the same parties are told."""

MOST = 20
"""So many consignments of each kind of kinship are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """Goods that have a party, a bill or a container in common with these.

    `found` tells what an examination found: None where nobody looked.
    """

    consignment: Consignment
    lane: LaneDecision | None
    found: bool | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyView:
    """A party, its profile in force if it has one, and what is known of it in the last year.

    `examined` and `found` count its consignments of which a report tells.
    """

    party: Party
    profile: Profile | None
    consignments: int
    examined: int
    found: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerView:
    """A container of the consignment with where it was, newest first, as far as the actor's ports
    go."""

    conveyance: Conveyance
    movements: tuple[Movement, ...]
    profile: Profile | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsignmentView:
    """All that the centre knows of one consignment.

    Attributes:
        said: the messages that told of it, newest first: message, line and moment.
        signals: what is out of the ordinary, whether or not a model is in force.
        lanes: every lane that it was given, newest first.
        alerts: those of the actor's units.
        under: house bills under this master, or others under its own; these, and goods of the same
            importer and in the same containers, at the actor's ports.
        parties: in the order in which they were declared.
        found: whether an examination, or an alert's outcome, says that something was found.
    """

    consignment: Consignment
    voyage: Voyage | None
    conveyance: Conveyance | None
    advice: Advice | None
    results: tuple[ScreenerResult, ...]
    hits: tuple[HitView, ...]
    score: CargoScore | None
    signals: tuple[Phrase, ...]
    lanes: tuple[LaneDecision, ...]
    orders: tuple[Order, ...]
    alerts: tuple[Alert, ...]
    parties: tuple[PartyView, ...]
    containers: tuple[ContainerView, ...]
    under: tuple[Consignment, ...]
    same_importer: tuple[Earlier, ...]
    same_containers: tuple[Earlier, ...]
    said: tuple[goods_kin.Said, ...]
    found: bool | None

    @property
    def lane(self) -> LaneDecision | None:
        """The lane that stands."""
        return self.lanes[0] if self.lanes else None


def consignment(centre: Centre, actor: Actor, consignment_id: str) -> ConsignmentView:
    """All that is known of a consignment at one of the actor's ports; a look that is audited."""
    actor.require(Permission.SEE_GOODS)
    with centre.db.read() as connection:
        own = consignments.get(connection, consignment_id)
        actor.require_port(own.port)
        view = _view(centre, connection, actor, own)
    centre.looked(actor, Purpose.GOODS, "consignment.viewed", "consignment", consignment_id)
    return view


def _view(
    centre: Centre, connection: sa.Connection, actor: Actor, own: Consignment
) -> ConsignmentView:
    known = goods_list.known(connection, [own.id])[own.id]
    ref = Ref(kind=Kind.CONSIGNMENT, id=own.id)
    units = units_of(actor)
    raised = [a for a in alerts.alerts_on(connection, ref) if units is None or a.unit_id in units]
    since = centre.clock() - BEFORE
    importer = own.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE)
    numbers = [one.number for one in own.containers]
    ports = goods_list.ports_of(actor)
    kin = {
        "importer": goods_kin.of_party(connection, importer, since, MOST, ports)
        if importer
        else [],
        "containers": goods_kin.of_containers(connection, numbers, since, MOST, ports),
    }
    told = _earlier(connection, own.id, kin, since)
    return ConsignmentView(
        consignment=own,
        voyage=travellers.voyages_by_id(connection, {own.voyage_id or ""}).get(own.voyage_id or ""),
        conveyance=conveyances.by_ids(connection, [own.conveyance_id or ""]).get(
            own.conveyance_id or ""
        ),
        advice=known.advice,
        results=assessments.newest_results(connection, [ref]).get(own.id, ()),
        hits=hit_views(connection, _standing_first(known)),
        score=known.score,
        signals=cargo_scoring.signals(centre, connection, own),
        lanes=tuple(selectivity.all_lanes(connection, own.id)),
        orders=tuple(known.orders),
        alerts=tuple(raised),
        parties=_parties(connection, own, since),
        containers=_containers(connection, actor, own, since),
        under=tuple(goods_kin.under(connection, own, MOST, ports)),
        same_importer=told["importer"],
        same_containers=told["containers"],
        said=tuple(goods_kin.said(connection, own.id)),
        found=examinations.found_of(connection, [own.id]).get(own.id),
    )


def _standing_first(known: Known) -> list[Hit]:
    return sorted(known.hits, key=lambda hit: (hit.state.value != "open", -hit.score))


def _earlier(
    connection: sa.Connection,
    own_id: str,
    kin: Mapping[str, Iterable[Consignment]],
    since: datetime,
) -> dict[str, tuple[Earlier, ...]]:
    ids = {other.id for some in kin.values() for other in some}
    lanes = selectivity.lanes_of(connection, ids)
    found = examinations.found_of(connection, ids)
    return {
        name: tuple(
            Earlier(
                consignment=other,
                lane=lanes.get(other.id),
                found=found.get(other.id),
                at=other.declaration.lodged_at if other.declaration else other.due_at,
            )
            for other in some
            if other.id != own_id
        )
        for name, some in kin.items()
    }


def _parties(connection: sa.Connection, own: Consignment, since: datetime) -> tuple[PartyView, ...]:
    numbers = [one.identifier for one in own.parties if one.identifier]
    known = profiles_by_number(connection, (Scheme.TAX, Scheme.REGISTRATION), numbers)
    # Read as they are counted by day: a carrier has millions of consignments.
    keys = [consignments.party_key(one) for one in own.parties]
    counted = {
        what: goods_history.sums(connection, what, keys, since.date(), date.max)
        for what in (goods_history.PARTY, goods_history.EXAMINED, goods_history.FOUND)
    }
    return tuple(
        PartyView(
            party=one,
            profile=known.get(one.identifier) if one.identifier else None,
            consignments=counted[goods_history.PARTY].get(role, 0),
            examined=counted[goods_history.EXAMINED].get(role, 0),
            found=counted[goods_history.FOUND].get(role, 0),
        )
        for one in own.parties
        for role in [party_role(one)]
    )


def _containers(
    connection: sa.Connection, actor: Actor, own: Consignment, since: datetime
) -> tuple[ContainerView, ...]:
    numbers = [one.number for one in own.containers]
    named = conveyances.named(connection, numbers, ConveyanceKind.CONTAINER)
    units = {unit.identifier: unit for unit in named}
    moved = conveyances.movements(connection, [unit.id for unit in units.values()], since)
    known = profiles_by_number(connection, (Scheme.CONTAINER,), numbers)
    return tuple(
        ContainerView(
            conveyance=units[number],
            movements=tuple(one for one in moved.get(units[number].id, ()) if sees(actor, one)),
            profile=known.get(number),
        )
        for number in numbers
        if number in units
    )


def sees(actor: Actor, own: Movement) -> bool:
    """Whether a movement was at one of the actor's ports, or inland."""
    return actor.everywhere or not own.port or own.port in actor.ports


def profiles_by_number(
    connection: sa.Connection, schemes: Sequence[Scheme], numbers: Sequence[str]
) -> dict[str, Profile]:
    """Profiles in force that bear some numbers, by number."""
    found = goods_kin.bearers(connection, schemes, numbers)
    known = profiles.by_id(connection, found.values())
    return {number: known[key] for number, key in found.items() if key in known}
