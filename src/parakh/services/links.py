"""The web around a traveller as an officer sees it, and what each of its links rests on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.case import PartyKind
from parakh.domain.conveyance import Conveyance
from parakh.domain.hit import Kind, Ref
from parakh.domain.link import LinkKind, Shared
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Voyage
from parakh.errors import InvalidInput, NotFound
from parakh.screen.links import Walk, strength
from parakh.services import masking
from parakh.services.alerted import Thing, visible_things
from parakh.services.centre import WORKER, Centre
from parakh.services.connections import StoredConnections
from parakh.services.persons import Journey
from parakh.store import alerts, consignments, conveyances, goods_links, travellers
from parakh.store import links as store
from parakh.store.batches import batches
from parakh.store.links import Links, Sight, Told

MOST_PERSONS = 150
"""In one web: more cannot be told apart on a screen."""

MOST_HOPS = 3
MOST_BEARERS = 200
"""Travellers, told of last, whose messages are looked through for a value."""

BATCH = 2000
"""Travellers in one transaction of `rebuild`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of a web is asked for.

    Attributes:
        hops: so many around where it starts, 1 to `MOST_HOPS`.
        grown: holders from whom it goes on by one hop, in order; those further off than
            `MOST_HOPS` - 1 stay as they are.
        kinds: None for all.
        since, until: days within which a message told of a link; None leaves an end open.
    """

    hops: int = 1
    grown: tuple[str, ...] = ()
    kinds: frozenset[LinkKind] | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A person, a company, goods or a unit of the web.

    Attributes:
        thing: the company, goods or unit, as far as the actor may see it; None for a person.
        traveller: the newest of his journeys that the actor may see; None if there is none, or if
            he is masked.
        voyage: of that journey.
        journeys: how many there are in all.
        suspect: whether he belongs to a profile in force or has a confirmed hit.
        grows: whether the web can be grown from him.
    """

    holder: str
    hops: int
    traveller: Traveller | None
    voyage: Voyage | None
    journeys: int
    suspect: bool
    grows: bool
    thing: Thing | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinksView:
    """The web around a traveller: persons nearest first, values rarest first.

    Attributes:
        start: the holder of the traveller asked about.
        more: whether there are more persons than `MOST_PERSONS`.
        unseen: how many persons the actor may not see.
    """

    start: str
    traveller: Traveller
    nodes: tuple[Node, ...]
    values: tuple[Shared, ...]
    more: bool
    asked: Asked

    @property
    def unseen(self) -> int:
        """Persons, companies and goods that the actor may not see."""
        return sum(node.traveller is None and node.thing is None for node in self.nodes)

    def strength(self, value: Shared) -> float:
        """How much a value says of two who share it, 0 to 1."""
        return strength(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What one message told of one traveller."""

    traveller: Traveller
    voyage: Voyage | None
    told: Told


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkEvidence:
    """What a value rests on: the messages that told it, newest first, and the companies, goods and
    units (`things`) that bear it.

    `unseen` counts travellers who bear it and whom the actor may not see; `more` says that there
    are more than were looked through.
    """

    token: str
    kind: LinkKind | None
    sources: tuple[Source, ...]
    unseen: int
    more: bool
    things: tuple[Thing, ...] = ()


def around(centre: Centre, actor: Actor, traveller_id: str, asked: Asked) -> LinksView:
    """The web around a traveller; a look that is audited.

    Raises NotFound, Forbidden for a traveller of another unit's port of whom the actor's unit has
    no alert, and InvalidInput for hops out of bounds.
    """
    actor.require(Permission.SEE_LINKS)
    if not 1 <= asked.hops <= MOST_HOPS:
        raise InvalidInput(f"hops: a number from 1 to {MOST_HOPS}")
    with centre.db.read() as connection:
        mine = _own(centre, connection, actor, traveller_id)
        start = store.holders_of(connection, [mine.id])[mine.id]
        sight = Sight(kinds=asked.kinds, since=asked.since, until=asked.until)
        going = Walk(Links(connection, sight), [start], MOST_PERSONS)
        grown = _grown(going, start, asked)
        web = going.web()
        nodes = _nodes(centre, connection, actor, web.hops, {start: mine}, grown)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit("links.viewed", "traveller", mine.id, persons=len(nodes))
    return LinksView(
        start=start,
        traveller=mine,
        nodes=nodes,
        values=web.shared,
        more=web.more,
        asked=asked,
    )


def evidence(centre: Centre, actor: Actor, traveller_id: str, token: str) -> LinkEvidence:
    """What a link in the web around a traveller rests on; a look that is audited.

    The plain value is read from the messages of those whom the actor may see. Raises as `around`,
    and NotFound for a value that nobody bears.
    """
    actor.require(Permission.SEE_LINKS)
    with centre.db.read() as connection:
        mine = _own(centre, connection, actor, traveller_id)
        bearers = store.bearers_of(connection, token, MOST_BEARERS + 1)
        goods = goods_links.bearers_of(connection, token, MOST_BEARERS + 1)
        if not bearers and not goods:
            raise NotFound("there is no such link")
        journeys = _journeys(connection, bearers[:MOST_BEARERS])
        seen = _seen(centre, connection, actor, journeys)
        told = [
            own
            for own in store.told_of(connection, seen, centre.settings.country)
            if centre.link_tokens.of(own.end).hex() == token
        ]
        things = linked_things(connection, actor, goods[:MOST_BEARERS])
    with centre.db.write(actor, Purpose.VETTING) as tx:
        tx.audit("link.viewed", "traveller", mine.id, link=token, sources=len(told))
    sources = [
        Source(
            traveller=journeys[own.traveller_id].traveller,
            voyage=journeys[own.traveller_id].voyage,
            told=own,
        )
        for own in told
    ]
    sources.sort(key=lambda own: (own.told.said_at, own.traveller.id), reverse=True)
    return LinkEvidence(
        token=token,
        kind=told[0].end.kind if told else None,
        sources=tuple(sources),
        unseen=len(journeys) - len(seen),
        more=max(len(bearers), len(goods)) > MOST_BEARERS,
        things=tuple(things.values()),
    )


def rebuild(centre: Centre, progress: Callable[[int], None] = lambda done: None) -> tuple[int, int]:
    """Writes the links of everybody and of all goods on file anew; gives how many travellers and
    changed ends.

    It may be run at any time, and again: what is right stays as it is.
    """
    after, done, changed = "", 0, 0
    while True:
        with centre.db.write(WORKER, Purpose.SCREENING) as tx:
            ids = store.travellers_after(tx.connection, after, BATCH)
            own = store.record_ends(tx.connection, centre.link_tokens, ids)
            store.rehold(tx.connection, ids)
            tx.audit("links.rebuilt", "traveller", "", travellers=len(ids), changed=own)
        done, changed = done + len(ids), changed + own
        progress(done)
        if len(ids) < BATCH:
            break
        after = ids[-1]
    _rebuild_goods(centre)
    return done, changed


def _rebuild_goods(centre: Centre) -> None:
    after = ""
    while True:
        with centre.db.write(WORKER, Purpose.SCREENING) as tx:
            ids = goods_links.consignments_after(tx.connection, after, BATCH)
            told = list(consignments.by_ids(tx.connection, ids).values())
            units: dict[str, Conveyance] = {}
            for some in batches(own.conveyance_id for own in told if own.conveyance_id):
                units |= conveyances.by_ids(tx.connection, some)
            goods_links.record(tx, centre.link_tokens, told, list(units.values()))
            tx.audit("links.rebuilt", "consignment", "", consignments=len(ids))
        if len(ids) < BATCH:
            return
        after = ids[-1]


# --- within ---------------------------------------------------------------------------------------


def _own(centre: Centre, connection: sa.Connection, actor: Actor, traveller_id: str) -> Traveller:
    """The traveller, if the actor may see him: at his ports, or by an alert of his units."""
    lasting = travellers.lasting_id(connection, traveller_id)
    found = _journeys(connection, [lasting]).get(lasting)
    if found is None:
        raise NotFound("there is no such traveller")
    ref = Ref(kind=Kind.TRAVELLER, id=lasting)
    if not actor.units & {own.unit_id for own in alerts.alerts_on(connection, ref)}:
        actor.require_port(found.port)
    return masking.shown(centre, connection, actor, [found.traveller])[0]


def _grown(going: Walk, start: str, asked: Asked) -> set[str]:
    """Grows the web as it is asked for; gives those from whom it was grown."""
    grown: set[str] = set()
    edge = {start}
    for _ in range(asked.hops):
        grown |= edge
        edge = going.grow(edge)
    for own in asked.grown:
        if going.web().hops.get(own, MOST_HOPS) < MOST_HOPS and own not in grown:
            going.grow([own])
            grown.add(own)
    return grown


def _nodes(
    centre: Centre,
    connection: sa.Connection,
    actor: Actor,
    hops: Mapping[str, int],
    known: Mapping[str, Traveller],
    grown: set[str],
) -> tuple[Node, ...]:
    """The persons of a web; of those `known`, the traveller is given."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for traveller_id, holder in store.members_of(connection, hops).items():
        members[holder].append(traveller_id)
    # Whoever sees everything sees the newest journey; others the newest at their ports.
    wanted = [
        own for some in members.values() for own in ([max(some)] if actor.everywhere else some)
    ]
    wanted += [own.id for own in known.values()]
    journeys = _journeys(connection, wanted)
    seen = _seen(centre, connection, actor, journeys)
    suspects = _suspects(centre, connection, hops)
    things = linked_things(connection, actor, [own for own in hops if own not in known])

    def node(holder: str) -> Node:
        mine = known[holder].id if holder in known else ""
        newest = mine or max((own for own in members[holder] if own in seen), default="")
        journey = journeys.get(newest)
        traveller = known.get(holder) or (journey.traveller if journey else None)
        thing = None if traveller else things.get(holder)
        return Node(
            holder=holder,
            hops=hops[holder],
            traveller=traveller,
            voyage=journey.voyage if journey else None,
            journeys=len(members[holder]),
            suspect=holder in suspects,
            grows=(traveller or thing) is not None
            and hops[holder] < MOST_HOPS
            and holder not in grown,
            thing=thing,
        )

    return tuple(map(node, sorted(hops, key=lambda own: (hops[own], own))))


def linked_things(connection: sa.Connection, actor: Actor, ids: Sequence[str]) -> dict[str, Thing]:
    """Of some nodes the companies, goods and units that the actor may see."""
    if not actor.may(Permission.SEE_GOODS) or not ids:
        return {}
    refs = [Ref(kind=kind, id=own) for own in ids for kind in (Kind.CONSIGNMENT, Kind.CONVEYANCE)]
    found = {
        own.id: Thing(
            ref=Ref(kind=Kind.ORGANISATION, id=own.id),
            name=own.name,
            detail=own.identifier,
            path="",
            party=PartyKind.ORGANISATION,
        )
        for own in goods_links.companies(connection, ids).values()
    }
    return found | visible_things(connection, actor, refs)


def _suspects(centre: Centre, connection: sa.Connection, holders: Iterable[str]) -> set[str]:
    now = centre.clock()
    masked_before = now - timedelta(days=centre.settings.mask_days)
    return set(StoredConnections(connection, now, masked_before).targets(list(holders)))


def _journeys(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Journey]:
    found = travellers.travellers_by_id(connection, list(ids))
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in found})
    crossings = travellers.crossings_of(connection, [own.id for own in found])
    return {
        own.id: Journey(
            traveller=own, voyage=voyages.get(own.voyage_id), crossing=crossings.get(own.id)
        )
        for own in found
    }


def _seen(
    centre: Centre, connection: sa.Connection, actor: Actor, journeys: Mapping[str, Journey]
) -> set[str]:
    """Those of some travellers whom the actor may see and read."""
    mine = {own for own, one in journeys.items() if actor.everywhere or one.port in actor.ports}
    return mine - masking.masked(centre, connection, actor, mine)
