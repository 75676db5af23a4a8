"""Seizures, suspects and companies as officers see them; and from one a profile."""

from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance
from parakh.domain.enforcement import (
    CompanyRecord,
    EnforcementRecord,
    RecordKind,
    SeizureRecord,
    SuspectRecord,
)
from parakh.normalise.codes import airports, country, port_country
from parakh.normalise.enforcement import number_of
from parakh.services.centre import Centre
from parakh.store import consignments, conveyances, enforcement_met, named_goods
from parakh.store import enforcement as store
from parakh.store.enforcement import Filter, Mark

PAGE = 50
MOST_ON_MAP = 500
_MOST_ROUTES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordPage:
    """A page of records, the newest first; `routes` are places that filters may name."""

    rows: tuple[EnforcementRecord, ...]
    total: int
    page: int
    pages: int
    routes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place by the code or name that was told: degrees north and east, or None where only its
    country (alpha-3, `country`) or not even that is known."""

    name: str
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordView:
    """One record with what it names that is on file.

    Attributes:
        related: records of the same source that it names, or that name it.
        consignments, conveyances: on file, as far as the actor's ports go.
        travellers: who on file is the same by document or exact name, for those who may see them.
        way: the places of a seizure's route, in order.
    """

    record: EnforcementRecord
    related: tuple[EnforcementRecord, ...]
    consignments: tuple[Consignment, ...]
    conveyances: tuple[Conveyance, ...]
    travellers: tuple[str, ...]
    way: tuple[Spot, ...]


def listing(centre: Centre, actor: Actor, wanted: Filter, page: int = 1) -> RecordPage:
    """Records of one kind; a look that is audited."""
    actor.require(Permission.SEE_ENFORCEMENT)
    page = max(1, page)
    with centre.db.read() as connection:
        rows, total = store.page(connection, wanted, offset=(page - 1) * PAGE, limit=PAGE)
        routes = store.values_of(connection, Mark.ROUTE, _MOST_ROUTES)
    with centre.db.write(actor, Purpose.ENFORCEMENT) as tx:
        tx.audit("enforcement.listed", "enforcement", "", about=wanted.kind.value, count=len(rows))
    return RecordPage(
        rows=tuple(rows),
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        routes=tuple(sorted(routes)),
    )


def for_map(centre: Centre, actor: Actor, wanted: Filter) -> list[SeizureRecord]:
    """The newest seizures of a filter, as many as a map shows."""
    actor.require(Permission.SEE_ENFORCEMENT)
    with centre.db.read() as connection:
        rows, _ = store.page(connection, wanted, offset=0, limit=MOST_ON_MAP)
    return [own for own in rows if isinstance(own, SeizureRecord)]


def view(centre: Centre, actor: Actor, record_id: str) -> RecordView:
    """One record; a look that is audited. Raises NotFound."""
    actor.require(Permission.SEE_ENFORCEMENT)
    with centre.db.read() as connection:
        own = store.get(connection, record_id)
        made = RecordView(
            record=own,
            related=tuple(_related(connection, own)),
            consignments=_consignments(connection, actor, own),
            conveyances=_conveyances(connection, actor, own),
            travellers=_travellers(connection, actor, own),
            way=way(own) if isinstance(own, SeizureRecord) else (),
        )
    centre.looked(actor, Purpose.ENFORCEMENT, "enforcement.viewed", "enforcement", record_id)
    return made


def way(own: SeizureRecord) -> tuple[Spot, ...]:
    """The places of a seizure's route in order: from its origin to its destination, each once in a
    row."""
    told = [one for one in (own.origin, *own.route, own.destination) if one]
    places = [one for place, one in enumerate(told) if not place or told[place - 1] != one]
    return tuple(spot(one) for one in places)


def spot(text: str) -> Spot:
    """What is known of a place by its code: an airport (IATA), a port (UN/LOCODE), a country.

    A UN/LOCODE whose last three letters are an airport's of its country is where that one is.
    """
    where = country(text) or port_country(text)
    airport = airports().get(text if len(text) == 3 else text[-3:])
    if airport is None or (len(text) == 5 and country(airport["country"]) != where):
        return Spot(name=text, country=where)
    if len(text) not in (3, 5):
        return Spot(name=text, country=where)
    if len(text) == 3 and country(text):
        # Of a code that both a country and an airport have, the country is meant.
        return Spot(name=text, country=country(text))
    return Spot(
        name=text,
        country=where,
        latitude=float(airport["lat"]),
        longitude=float(airport["lon"]),
    )


def _related(connection: sa.Connection, own: EnforcementRecord) -> list[EnforcementRecord]:
    match own:
        case SeizureRecord():
            return [
                *store.with_references(connection, own.source, RecordKind.SUSPECT, own.suspects),
                *store.with_references(connection, own.source, RecordKind.COMPANY, own.companies),
            ]
        case SuspectRecord():
            return store.marked(connection, Mark.SUSPECT, [own.reference], own.source)
        case CompanyRecord():
            return store.marked(connection, Mark.COMPANY, [own.reference], own.source)


def _consignments(
    connection: sa.Connection, actor: Actor, own: EnforcementRecord
) -> tuple[Consignment, ...]:
    if not isinstance(own, SeizureRecord) or not actor.may(Permission.SEE_GOODS):
        return ()
    numbers = {own.consignment, number_of(own.consignment)} - {""}
    ids = named_goods.consignments_named(connection, numbers).values()
    found = consignments.by_ids(connection, ids).values()
    return tuple(one for one in found if actor.everywhere or one.port in actor.ports)


def _conveyances(
    connection: sa.Connection, actor: Actor, own: EnforcementRecord
) -> tuple[Conveyance, ...]:
    if not isinstance(own, SeizureRecord) or not actor.may(Permission.SEE_GOODS):
        return ()
    return tuple(conveyances.named(connection, {own.conveyance, own.container} - {""}))


def _travellers(connection: sa.Connection, actor: Actor, own: EnforcementRecord) -> tuple[str, ...]:
    if not isinstance(own, SuspectRecord) or not actor.may(Permission.SEE_TRAVELLERS):
        return ()
    met = enforcement_met.suspects_met(connection, [own.id])
    return tuple(dict.fromkeys(one.other for one in met))
