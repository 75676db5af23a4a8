"""Operational units."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A team that receives alerts for its ports; a central unit sees every port's.

    `ports` are the codes that voyages and gates use (IATA for air, UN/LOCODE otherwise).
    `alert_budget` is how many alerts a day it can see to; None where nobody said.
    `agency` is the identifier of the agency whose unit it is, "" for the centre's own. `region` is
    the name of the region in which it works, "" for none; a `regional` unit is a regional centre:
    it sees the ports and its agency's units of that region.
    """

    id: str
    name: str
    ports: frozenset[str] = frozenset()
    central: bool = False
    alert_budget: int | None = None
    agency: str = ""
    region: str = ""
    regional: bool = False
