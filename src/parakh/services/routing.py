"""Routing rules and service levels, kept by supervisors; who would get an alert, and until when.

Every change stands in the audit trail with what was before, so that who was told at any time, and
why, can be told from there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.alert.route import Behind, Told, told
from parakh.domain.duty import units_on_duty
from parakh.domain.hit import Advice
from parakh.domain.ids import new_id
from parakh.domain.routing import Occasion, Route, ServiceLevel, level_for
from parakh.domain.rule import RuleVersion
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Watchlist
from parakh.errors import Conflict, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.store import duty, people, rules, watchlists
from parakh.store import routing as store

LONGEST_LEVEL = timedelta(days=30)
LONGEST_NAME = 120
MOST_VALUES = 200
"""In each field of a routing rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingView:
    """All that decides who is told, and what there is to choose from."""

    routes: tuple[Route, ...]
    levels: tuple[ServiceLevel, ...]
    units: dict[str, Unit]
    lists: dict[str, Watchlist]
    rules: dict[str, RuleVersion]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """An alert that might be: where, when and how urgent, and what was hit."""

    port: str = ""
    lane: str = ""
    advice: Advice = Advice.INSPECT
    at: datetime
    lists: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldGet:
    """A unit that an example alert would go to, by which rules, and how soon it must see to it."""

    told: Told
    level: ServiceLevel | None


# --- looking ----------------------------------------------------------------------------------


def view(centre: Centre, actor: Actor) -> RoutingView:
    """Everything that decides who is told."""
    actor.require(Permission.ROUTE_ALERTS)
    now = centre.clock()
    with centre.db.read() as connection:
        return RoutingView(
            routes=tuple(store.routes(connection)),
            levels=tuple(store.levels(connection)),
            units=people.units(connection),
            lists=watchlists.lists(connection),
            rules={own.rule_id: own for own in rules.in_force(connection, now)},
        )


def would_get(centre: Centre, actor: Actor, example: Example) -> list[WouldGet]:
    """Who would get an example alert; nothing is raised."""
    known = view(centre, actor)
    unknown = {*example.lists} - {*known.lists} | {*example.rules} - {*known.rules}
    if unknown:
        raise InvalidInput("there is no such list or rule in force")
    behind = [
        *(Behind(watchlist=known.lists[own]) for own in example.lists),
        *(Behind(rule=known.rules[own]) for own in example.rules),
    ] or [Behind()]
    occasion = Occasion(
        port=example.port.strip().upper(),
        lane=example.lane.strip(),
        advice=example.advice,
        at=example.at,
    )
    with centre.db.read() as connection:
        then = units_on_duty(duty.shifts_at(connection, example.at), example.at)
    found = told(behind, occasion, known.routes, known.units.values(), then)
    return [
        WouldGet(told=own, level=level_for(known.levels, own.unit.id, example.advice))
        for own in found
    ]


# --- routing rules ----------------------------------------------------------------------------


def save_route(centre: Centre, actor: Actor, value: Route) -> Route:
    """Adds a routing rule at the end (without identifier), or changes one in its place.

    Raises InvalidInput for one that could tell nobody, NotFound.
    """
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = store.routes(tx.connection)
        old = _one(known, value.id) if value.id else None
        position = old.position if old else max((own.position for own in known), default=0) + 1
        made = replace(
            value,
            id=value.id or new_id(),
            position=position,
            name=value.name.strip(),
            zone=centre.settings.time_zone,
            ports=frozenset(own.strip().upper() for own in value.ports if own.strip()),
            lanes=frozenset(own.strip() for own in value.lanes if own.strip()),
        )
        _check_route(tx.connection, made)
        store.save_route(tx, made)
        tx.audit("route.saved", "route", made.id, now=_told_of(made), before=old and _told_of(old))
    return made


def remove_route(centre: Centre, actor: Actor, route_id: str) -> None:
    """Takes a routing rule away; raises NotFound."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        old = _one(store.routes(tx.connection), route_id)
        store.remove_route(tx, route_id)
        tx.audit("route.removed", "route", route_id, before=_told_of(old))


def move_route(centre: Centre, actor: Actor, route_id: str, *, up: bool) -> None:
    """Has a routing rule read before the one above it, or after the one below it."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = store.routes(tx.connection)
        place = known.index(_one(known, route_id))
        other = place - 1 if up else place + 1
        if 0 <= other < len(known):
            known[place], known[other] = known[other], known[place]
        for position, own in enumerate(known, 1):
            if own.position != position:
                store.save_route(tx, replace(own, position=position))
        tx.audit("routes.ordered", "route", route_id, order=[own.id for own in known])


# --- service levels ---------------------------------------------------------------------------


def save_level(centre: Centre, actor: Actor, value: ServiceLevel) -> ServiceLevel:
    """Adds a service level (without identifier), or changes one; it holds for alerts from now on.

    Raises InvalidInput for times that cannot be, Conflict where the unit and advice have one.
    """
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        known = {own.id: own for own in store.levels(tx.connection)}
        if value.id and value.id not in known:
            raise NotFound("there is no such service level")
        made = replace(value, id=value.id or new_id())
        _check_level(tx.connection, made, known.values())
        store.save_level(tx, made)
        before = known.get(made.id)
        tx.audit(
            "level.saved", "level", made.id, now=_level(made), before=before and _level(before)
        )
    return made


def remove_level(centre: Centre, actor: Actor, level_id: str) -> None:
    """Takes a service level away; alerts that were raised keep their times. Raises NotFound."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        store.remove_level(tx, level_id)
        tx.audit("level.removed", "level", level_id)


# --- within -----------------------------------------------------------------------------------


def _one(known: Sequence[Route], route_id: str) -> Route:
    found = next((own for own in known if own.id == route_id), None)
    if found is None:
        raise NotFound("there is no such routing rule")
    return found


def _check_route(connection: sa.Connection, value: Route) -> None:
    if not value.name or len(value.name) > LONGEST_NAME:
        raise InvalidInput("give the rule a name")
    if not value.units or not set(value.units) <= people.units(connection).keys():
        raise InvalidInput("choose the units that are told")
    if not value.lists <= watchlists.lists(connection).keys():
        raise InvalidInput("there is no such list")
    if (value.since is None) != (value.until is None):
        raise InvalidInput("give both times of day, or none")
    if value.since is not None and value.since == value.until:
        raise InvalidInput("the two times of day are equal: leave both empty for the whole day")
    if not value.weekdays <= set(range(7)):
        raise InvalidInput("weekdays are 0 (Monday) to 6")
    fields = (value.ports, value.lanes, value.lists, value.rules, value.units)
    if any(len(own) > MOST_VALUES for own in fields):
        raise InvalidInput(f"at most {MOST_VALUES} values in each field")


def _check_level(
    connection: sa.Connection, value: ServiceLevel, known: Iterable[ServiceLevel]
) -> None:
    times = [own for own in (value.acknowledge, value.close) if own is not None]
    if not times:
        raise InvalidInput("give a time to acknowledge, or to close, or both")
    if not all(timedelta(0) < own <= LONGEST_LEVEL for own in times):
        raise InvalidInput("times are a minute at least, 30 days at most")
    if times != sorted(times):
        raise InvalidInput("an alert is acknowledged before it is closed")
    units = people.units(connection)
    if {value.unit_id, value.escalate_to} - {None} - units.keys():
        raise InvalidInput("there is no such unit")
    for own in known:
        if own.id != value.id and (own.unit_id, own.advice) == (value.unit_id, value.advice):
            raise Conflict("there is a service level for this unit and advice already")


def _told_of(value: Route) -> dict[str, object]:
    """A routing rule as the audit trail tells it; what is empty is left out."""
    return {name: _plain(own) for name, own in asdict(value).items() if own or name == "position"}


def _plain(value: object) -> object:
    if isinstance(value, frozenset | tuple):
        return sorted(map(str, value))
    return value if isinstance(value, str | int | bool) else str(value)


def _level(value: ServiceLevel) -> dict[str, str]:
    return {name: str(own) for name, own in asdict(value).items() if own is not None}
