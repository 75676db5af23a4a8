"""Capture stations: the registered devices that send faces."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from parakh.domain.voyage import Direction

SILENT_AFTER = timedelta(minutes=2)
"""A station that said nothing for so long is shown as silent."""


class StationKind(StrEnum):
    """What sort of device it is."""

    GATE = "gate"
    DESK = "desk"
    HANDHELD = "handheld"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heartbeat:
    """What a station said of itself last.

    Attributes:
        at: when the centre heard it.
        software: its program and version.
        camera: whether its camera works.
        waiting: captures that wait in its own queue, because the centre could not be reached.
        clock_offset: seconds by which its clock is ahead of the centre's.
        camera_since: since when its camera has not worked; None while it works.
    """

    at: datetime
    software: str = ""
    camera: bool = True
    waiting: int = 0
    clock_offset: float = 0.0
    camera_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """A registered device at a port.

    Attributes:
        lane: the lane at which it stands; a handheld names its own with each capture.
        direction: None where it serves both, and names it with each capture.
        owner: who answers for it.
        revoked_at: from then on its key is refused.
    """

    id: str
    name: str
    kind: StationKind
    port: str
    lane: str
    direction: Direction | None
    owner: str
    created_at: datetime
    revoked_at: datetime | None = None
    heard: Heartbeat | None = None

    def silent_at(self, moment: datetime) -> bool:
        """Whether it should have been heard by now."""
        return self.heard is None or moment - self.heard.at > SILENT_AFTER
