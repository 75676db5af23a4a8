"""Capture stations: the register, and what stations say of themselves."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import Field

from parakh.domain.station import Heartbeat, Station, StationKind
from parakh.domain.voyage import Direction
from parakh.services import stations
from parakh.services.stations import StationRow
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment

router = APIRouter(prefix="/stations", tags=["stations"])


class HeartbeatOut(Wire):
    """What a station said of itself last."""

    at: datetime
    software: str
    camera: bool
    waiting: int = Field(description="captures in its own queue, because nobody answered it")
    clock_offset: float = Field(description="seconds by which its clock is ahead")

    @classmethod
    def of(cls, value: Heartbeat) -> "HeartbeatOut":
        """From the domain value."""
        return cls(
            at=value.at,
            software=value.software,
            camera=value.camera,
            waiting=value.waiting,
            clock_offset=value.clock_offset,
        )


class RegistrationOut(Wire):
    """Where a station stands, as it is registered."""

    id: str
    name: str
    kind: StationKind
    port: str
    lane: str = Field(description="empty for handhelds, which name it with each capture")
    direction: Direction | None = Field(description="null: named with each capture")

    @classmethod
    def of(cls, value: Station) -> "RegistrationOut":
        """From the domain value."""
        return cls(
            id=value.id,
            name=value.name,
            kind=value.kind,
            port=value.port,
            lane=value.lane,
            direction=value.direction,
        )


class StationOut(RegistrationOut):
    """A station, when it was heard, and how its day goes."""

    owner: str
    created_at: datetime
    revoked_at: datetime | None
    silent: bool = Field(description="it should have been heard by now")
    heard: HeartbeatOut | None
    last_capture_at: datetime | None
    captures_today: int
    unfit_today: int = Field(description="of these, captures without a face fit to search by")

    @classmethod
    def of_row(cls, row: StationRow) -> "StationOut":
        """From the service's value."""
        own = row.station
        return cls(
            **RegistrationOut.of(own).model_dump(),
            owner=own.owner,
            created_at=own.created_at,
            revoked_at=own.revoked_at,
            silent=row.silent,
            heard=HeartbeatOut.of(own.heard) if own.heard else None,
            last_capture_at=row.tally.last_at,
            captures_today=row.tally.captures,
            unfit_today=row.tally.unfit,
        )


class StationIn(Wire):
    """A station to be registered."""

    name: str = Field(max_length=80)
    kind: StationKind
    port: str = Field(max_length=5, description="IATA code, else UN/LOCODE, of one of the units")
    lane: str = Field("", max_length=20, description="needed unless it is a handheld")
    direction: Direction | None = Field(None, description="entry or exit; null for both")
    owner: str = Field("", max_length=80, description="who answers for it; else the caller")


class KeyOut(Wire):
    """The key of a station, given this once."""

    key: str


class HeartbeatIn(Wire):
    """What a station says of itself; every half minute is right."""

    at: Moment = Field(description="its own clock")
    software: str = Field("", max_length=120)
    camera: bool = True
    waiting: int = Field(0, ge=0, le=1_000_000)


class HeardOut(Wire):
    """The centre's own clock, and where the station stands."""

    at: datetime
    station: RegistrationOut


@router.get("")
def list_stations(
    calling: Calling, port: Annotated[str, Query(max_length=5)] = ""
) -> list[StationOut]:
    """The stations of the caller's ports; revoked ones last."""
    rows = stations.every(calling.centre, calling.actor, port.strip().upper())
    return [StationOut.of_row(row) for row in rows]


@router.post("", status_code=201)
def register_station(calling: Calling, station: Annotated[StationIn, Body()]) -> KeyOut:
    """Registers a station; its key cannot be shown again."""
    key = stations.register(
        calling.centre,
        calling.actor,
        name=station.name,
        kind=station.kind,
        port=station.port,
        lane=station.lane,
        direction=station.direction,
        owner=station.owner,
    )
    return KeyOut(key=key)


@router.post("/heartbeat")
def hear_station(calling: Calling, said: Annotated[HeartbeatIn, Body()]) -> HeardOut:
    """Notes that a station is there; only a station's own key may say so."""
    own = stations.hear(
        calling.centre,
        calling.actor,
        at=said.at,
        software=said.software,
        camera=said.camera,
        waiting=said.waiting,
    )
    return HeardOut(at=calling.centre.clock(), station=RegistrationOut.of(own))


@router.post("/{station_id}/key")
def rekey_station(calling: Calling, station_id: str) -> KeyOut:
    """Gives a station another key; the one before is refused from now on."""
    return KeyOut(key=stations.rekey(calling.centre, calling.actor, station_id))


@router.post("/{station_id}/revocation", status_code=204)
def revoke_station(calling: Calling, station_id: str) -> None:
    """Refuses a station's key from now on."""
    stations.revoke(calling.centre, calling.actor, station_id)
