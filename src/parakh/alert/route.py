"""Which units must know."""

from collections.abc import Iterable

from parakh.domain.unit import Unit
from parakh.domain.watchlist import Watchlist


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


def _of_port(port: str, units: Iterable[Unit]) -> set[str]:
    known = list(units)
    own = {unit.id for unit in known if port in unit.ports}
    return own or {unit.id for unit in known if unit.central}
