"""Agencies on this centre: which there are, whose each unit is, and in which region it works."""

import re
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.unit import Unit
from parakh.errors import Conflict, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.store import agencies as store
from parakh.store import people
from parakh.store.database import Tx

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_NAME = re.compile(r"[^\x00-\x1f]{2,80}")


@dataclass(frozen=True, kw_only=True, slots=True)
class AgencyRow:
    """An agency with its units and how many accounts of them are open."""

    agency: Agency
    units: tuple[Unit, ...]
    officers: int


def own_agency(centre: Centre) -> Agency:
    """The agency whose centre this is."""
    return Agency(id="", name=centre.settings.agency, kind=AgencyKind.CENTRE)


def known(centre: Centre, connection: sa.Connection) -> dict[str, Agency]:
    """All agencies by identifier: the centre's own first, then its guests by name."""
    return {"": own_agency(centre), **store.agencies(connection)}


def name_of(centre: Centre, connection: sa.Connection, agency_id: str) -> str:
    """What an agency is called; raises NotFound."""
    found = known(centre, connection).get(agency_id)
    if found is None:
        raise NotFound("there is no such agency")
    return found.name


def outside(centre: Centre) -> tuple[str, ...]:
    """Names of agencies to which a case may be handed over: the guests, and those that have
    nobody here and get a report (`PARAKH_AGENCIES`)."""
    with centre.db.read() as connection:
        guests = [own.name for own in store.agencies(connection).values()]
    return tuple(dict.fromkeys((*guests, *centre.settings.other_agencies)))


def overview(centre: Centre, actor: Actor) -> tuple[AgencyRow, ...]:
    """All agencies with their units, the centre's own first."""
    actor.require(Permission.SEE_AGENCIES)
    with centre.db.read() as connection:
        units = people.units(connection)
        users = [own for own in people.users(connection) if own.active]
        found = known(centre, connection)
    whose = {own.id: {units[one].agency for one in own.units if one in units} for own in users}
    return tuple(
        AgencyRow(
            agency=own,
            units=tuple(unit for unit in units.values() if unit.agency == own.id),
            officers=sum(own.id in agencies for agencies in whose.values()),
        )
        for own in found.values()
    )


def save(centre: Centre, actor: Actor, value: Agency) -> Agency:
    """Adds a guest agency, or changes its name or kind.

    Raises InvalidInput for a code or a kind that no guest has, Conflict for a name that is taken.
    """
    actor.require(Permission.KEEP_AGENCIES)
    made = replace(value, name=value.name.strip())
    if not _CODE.fullmatch(made.id):
        raise InvalidInput("the code of an agency has 2 to 32 small letters, digits or dashes")
    if not _NAME.fullmatch(made.name):
        raise InvalidInput("the name of an agency has 2 to 80 characters")
    if made.kind is AgencyKind.CENTRE:
        raise InvalidInput("one agency alone runs the centre: PARAKH_AGENCY names it")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        others = known(centre, tx.connection).values()
        if any(own.name == made.name and own.id != made.id for own in others):
            raise Conflict(f"there is an agency {made.name} already")
        store.put(tx, made)
        tx.audit("agency.saved", "agency", made.id, name=made.name, sort=made.kind.value)
    return made


def place_unit(
    centre: Centre, actor: Actor, unit_id: str, *, agency: str, region: str, regional: bool
) -> Unit:
    """Says whose a unit is, and in which region it works; `regional` makes it a regional centre.

    Raises Conflict while somebody would work for two agencies afterwards.
    """
    actor.require(Permission.KEEP_AGENCIES)
    tidy = region.strip()
    if tidy and not _NAME.fullmatch(tidy):
        raise InvalidInput("the name of a region has 2 to 80 characters")
    if regional and not tidy:
        raise InvalidInput("a regional centre has a region")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        units = people.units(tx.connection)
        if unit_id not in units:
            raise NotFound("there is no such unit")
        if agency:
            store.get(tx.connection, agency)
        made = replace(units[unit_id], agency=agency, region=tidy, regional=regional)
        _require_one_agency_each(tx, {**units, unit_id: made})
        people.save_unit(tx.connection, made)
        tx.audit("unit.placed", "unit", unit_id, agency=agency, region=tidy, regional=regional)
    return made


def _require_one_agency_each(tx: Tx, units: dict[str, Unit]) -> None:
    for user in people.users(tx.connection):
        if len({units[own].agency for own in user.units if own in units}) > 1:
            raise Conflict(f"{user.name} works for that unit and for one of another agency")
