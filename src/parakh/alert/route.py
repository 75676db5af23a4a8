"""Which units must know."""

from collections.abc import Iterable

from parakh.domain.unit import Unit


def units_for(port: str, units: Iterable[Unit]) -> list[Unit]:
    """The units of a port; where none has it, the central ones, so that no alert is lost."""
    known = list(units)
    own = [unit for unit in known if port in unit.ports]
    return own or [unit for unit in known if unit.central]
