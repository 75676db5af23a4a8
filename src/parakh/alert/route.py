"""Which units must know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from parakh.domain.routing import Occasion, Route
from parakh.domain.rule import RuleVersion
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Watchlist


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """What stands behind a hit: a list, a rule, or neither (a profile)."""

    watchlist: Watchlist | None = None
    rule: RuleVersion | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A unit that is told, and the routing rules by which; none where it is by the standing way."""

    unit: Unit
    routes: tuple[Route, ...] = ()


def told(
    behind: Iterable[Behind],
    occasion: Occasion,
    routes: Sequence[Route],
    units: Iterable[Unit],
    on_duty: Collection[str],
) -> list[Told]:
    """The units that are told of hits, each once, in the order of `units`.

    For each hit the routing rules are read in order. One that fits tells its units, and is the last
    one read unless it goes on. Where none was the last one, the standing way (`units_for`) tells
    its units as well, and where nobody would be told, the central units are: no alert is lost.

    Hits on a list of which only its own unit may know are routed by rules alone that name it.
    `routes` stand in order; `on_duty` are the units of which somebody is on duty.
    """
    known = {unit.id: unit for unit in units}
    by: dict[str, list[Route]] = {}
    for one in dict.fromkeys(behind):
        ended = False
        for route in routes:
            names = [own for own in route.units if own in known]
            if route.on_duty:
                names = [own for own in names if own in on_duty]
            if not names or not route.suits(occasion) or not _fits(route, one, known):
                continue
            for own in names:
                by.setdefault(own, []).append(route)
            if not route.goes_on:
                ended = True
                break
        if not ended:
            for unit in _standing(one, occasion.port, known):
                by.setdefault(unit.id, [])
    return [
        Told(unit=unit, routes=tuple(dict.fromkeys(by[unit.id])))
        for unit in known.values()
        if unit.id in by
    ]


def units_for(port: str, units: Iterable[Unit], lists: Iterable[Watchlist] = ()) -> list[Unit]:
    """The units that are told of hits on `lists` (none: of hits on nothing listed) at a port.

    Of several lists the units of each: the list's own unit, and those of the port if the list wants
    them told. A list whose own unit is not there any more, or that has none, tells those of the
    port. Where no unit has the port the central ones stand in, so that no alert is lost.
    """
    known = {unit.id: unit for unit in units}
    told: set[str] = set()
    of_port = _of_port(port, known.values())
    wanted = list(lists)
    for own in wanted:
        if own.unit_id in known:
            told.add(own.unit_id)
        if own.alerts_port or own.unit_id not in known:
            told |= of_port
    return [unit for unit in known.values() if unit.id in (told if wanted else of_port)]


def confined_to(behind: Iterable[Behind], known: Collection[str]) -> frozenset[str]:
    """The own units of lists behind hits of which only these may know; empty where all lists may
    be known to others. `known` are the identifiers of all units."""
    lists = [own.watchlist for own in behind if own.watchlist is not None]
    return frozenset(own.unit_id for own in lists if own.unit_id and _confined(own, known))


def _confined(listed: Watchlist, known: Collection[str]) -> bool:
    return not listed.alerts_port and listed.unit_id in known


def _fits(route: Route, one: Behind, known: Collection[str]) -> bool:
    listed, rule = one.watchlist, one.rule
    named = (listed is not None and listed.id in route.lists) or (
        rule is not None and rule.rule_id in route.rules
    )
    if listed is not None and _confined(listed, known):
        return named
    return named or not (route.lists or route.rules)


def _standing(one: Behind, port: str, known: dict[str, Unit]) -> list[Unit]:
    if one.rule is not None:
        own = [unit for unit in known.values() if unit.id in one.rule.scope.units]
        return own or units_for(port, known.values())
    lists = [one.watchlist] if one.watchlist is not None else []
    return units_for(port, known.values(), lists)


def _of_port(port: str, units: Iterable[Unit]) -> set[str]:
    """Never a guest agency's: such a unit is told of what names it, and of nothing else."""
    known = [unit for unit in units if not unit.agency]
    own = {unit.id for unit in known if port in unit.ports}
    return own or {unit.id for unit in known if unit.central}
