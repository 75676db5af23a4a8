"""Voyages, ports and crossings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Which way a border is crossed, seen from the centre's country."""

    ENTRY = "entry"
    EXIT = "exit"
    TRANSIT = "transit"


class Mode(StrEnum):
    """Mode of transport (UN/ECE Recommendation 19)."""

    AIR = "air"
    SEA = "sea"
    RAIL = "rail"
    ROAD = "road"


@dataclass(frozen=True, kw_only=True, slots=True)
class Voyage:
    """One trip of a conveyance between two ports.

    `departure` and `arrival` are local times of their ports, without a zone, as carriers send them;
    `due_at` (UTC) is when it touches the port of the centre's own country: leaving it for an exit,
    arriving otherwise; `leaves_at` (UTC) is its departure. `scheduled_departure` (local) is None
    for a voyage that no timetable announced. It is `cancelled` when its carrier called it off, or a
    timetable or an officer of the centre took it out (`taken_out`). Ports are IATA codes for air,
    UN/LOCODE otherwise.
    """

    id: str
    mode: Mode
    carrier: str
    number: str
    origin: str
    destination: str
    departure: datetime | None
    arrival: datetime | None
    due_at: datetime | None
    direction: Direction
    leaves_at: datetime | None = None
    scheduled_departure: datetime | None = None
    cancelled: bool = False
    taken_out: bool = False

    @property
    def name(self) -> str:
        """Carrier and number as people say them, such as `PK304`."""
        return f"{self.carrier}{self.number}"

    @property
    def port(self) -> str:
        """The port of the centre's own country; for transit, the destination."""
        return self.origin if self.direction is Direction.EXIT else self.destination

    @property
    def due_local(self) -> datetime | None:
        """`due_at` as the carrier gave it, local at that port: the departure of an exit."""
        return self.departure if self.direction is Direction.EXIT else self.arrival


class CrossingState(StrEnum):
    """Expected from an advance list, or seen at a gate."""

    EXPECTED = "expected"
    ACTUAL = "actual"


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """One traveller at one port in one direction; expected (from a list) or actual (from a gate).

    `voyage_id` is None for somebody who came by no declared voyage; `traveller_id` for somebody
    whom no list announced.
    """

    id: str
    traveller_id: str | None
    voyage_id: str | None
    port: str
    direction: Direction
    state: CrossingState
    lane: str = ""
    at: datetime | None = None
