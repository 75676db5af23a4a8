"""Agencies, and where an officer sits: whose he is, and which units and ports are in his view."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from parakh.access import Permission
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.unit import Unit
from parakh.errors import InvalidInput, NotFound
from parakh.store import people, posts
from parakh.store.database import Tx, insert_of
from parakh.store.tables import agency


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """Where somebody works, as `parakh.access.Actor` tells it; `kind` is None for nowhere."""

    units: frozenset[str] = field(default_factory=frozenset)
    ports: frozenset[str] = field(default_factory=frozenset)
    central: bool = False
    agency: str = ""
    kind: AgencyKind | None = None
    region: str = ""


def agencies(connection: sa.Connection) -> dict[str, Agency]:
    """The guest agencies by identifier, in order of name."""
    rows = connection.execute(sa.select(agency).order_by(agency.c.name))
    return {row.id: Agency(id=row.id, name=row.name, kind=AgencyKind(row.kind)) for row in rows}


def get(connection: sa.Connection, agency_id: str) -> Agency:
    """One guest agency; raises NotFound."""
    found = agencies(connection).get(agency_id)
    if found is None:
        raise NotFound("there is no such agency")
    return found


def put(tx: Tx, value: Agency) -> None:
    """Adds an agency, or changes the one with its identifier."""
    columns = {"name": value.name, "kind": value.kind.value}
    statement = insert_of(tx.connection)(agency).values(id=value.id, **columns)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=columns))


def seat(
    connection: sa.Connection, unit_ids: Iterable[str], permissions: frozenset[Permission]
) -> Seat:
    """Where somebody sits who works for some units; identifiers of no unit are passed over.

    A regional centre's officer has his agency's units of the region in view, and the region's
    ports. A guest's head office (a central unit, or whoever has `every_unit`) has all units of that
    agency in view, never those of others.
    """
    every = people.units(connection)
    own = [every[unit_id] for unit_id in unit_ids if unit_id in every]
    guest = next((unit.agency for unit in own if unit.agency), "")
    regions = {unit.region for unit in own if unit.regional}
    wide = bool(guest) and (
        any(unit.central for unit in own) or Permission.EVERY_UNIT in permissions
    )
    seen = [
        unit
        for unit in every.values()
        if unit in own
        or (unit.agency == guest and (wide or (unit.region in regions and unit.region)))
    ]
    ports = {port for unit in seen for port in unit.ports}
    if regions:
        known = posts.posts(connection)
        ports |= {code for code, post in known.items() if post.region in regions}
    return Seat(
        units=frozenset(unit.id for unit in seen) | frozenset(unit_ids),
        ports=frozenset(ports),
        central=not guest and any(unit.central for unit in own),
        agency=guest,
        kind=_kind(connection, guest) if own else None,
        region=next(iter(sorted(regions)), ""),
    )


def _kind(connection: sa.Connection, agency_id: str) -> AgencyKind:
    return get(connection, agency_id).kind if agency_id else AgencyKind.CENTRE


def require_one_agency(every: Mapping[str, Unit], unit_ids: Iterable[str]) -> None:
    """Raises InvalidInput for units of more than one agency: nobody acts for two."""
    if len({every[own].agency for own in unit_ids if own in every}) > 1:
        raise InvalidInput("the units belong to more than one agency: a person works for one")
