"""Capture stations: who they are, what they said last, and how their day went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.station import Heartbeat, Station, StationKind
from parakh.domain.voyage import Direction
from parakh.errors import NotFound
from parakh.store.tables import station


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a station sent on its latest day.

    Attributes:
        day: the day that is counted, in the centre's time zone; None before its first capture.
        captures: all that were answered; `unfit` of them showed no face fit to search by.
        last_at: when the latest one came.
    """

    day: date | None = None
    captures: int = 0
    unfit: int = 0
    last_at: datetime | None = None


def add(connection: sa.Connection, value: Station, key_hash: str) -> None:
    """Adds a station with the hash of its key."""
    connection.execute(
        station.insert().values(
            id=value.id,
            name=value.name,
            kind=value.kind.value,
            port=value.port,
            lane=value.lane,
            direction=value.direction.value if value.direction else None,
            key_hash=key_hash,
            owner=value.owner,
            created_at=value.created_at,
        )
    )


def has_living(connection: sa.Connection, name: str) -> bool:
    """Whether a station of this name is not revoked."""
    query = sa.select(station.c.id).where(station.c.name == name, station.c.revoked_at.is_(None))
    return connection.execute(query).first() is not None


def get(connection: sa.Connection, station_id: str) -> Station:
    """One station; raises NotFound."""
    row = connection.execute(sa.select(station).where(station.c.id == station_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such station")
    return _station(row)


def living(connection: sa.Connection, name: str) -> Station:
    """The station of this name that is not revoked; raises NotFound."""
    query = sa.select(station).where(station.c.name == name, station.c.revoked_at.is_(None))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no living station named {name}")
    return _station(row)


def by_hash(connection: sa.Connection, key_hash: str) -> Station | None:
    """The station whose key has this hash, revoked or not."""
    row = connection.execute(sa.select(station).where(station.c.key_hash == key_hash)).one_or_none()
    return None if row is None else _station(row)


def all_stations(connection: sa.Connection) -> list[tuple[Station, Tally]]:
    """All stations in order of port and name, revoked ones last, with their day's tally."""
    order = (station.c.revoked_at.isnot(None), station.c.port, station.c.name)
    rows = connection.execute(sa.select(station).order_by(*order))
    return [(_station(row), _tally(row.heartbeat)) for row in rows]


def rekey(connection: sa.Connection, station_id: str, key_hash: str) -> None:
    """Puts another key in place of a station's."""
    connection.execute(station.update().where(station.c.id == station_id).values(key_hash=key_hash))


def revoke(connection: sa.Connection, station_id: str, at: datetime) -> None:
    """Ends a station's life."""
    connection.execute(station.update().where(station.c.id == station_id).values(revoked_at=at))


def hear(connection: sa.Connection, station_id: str, value: Heartbeat) -> None:
    """Notes what a station says of itself; its tally stays, and since when its camera is broken."""
    broken = None if value.camera else _locked(connection, station_id).get("camera_since")
    said = {
        "camera_since": broken or (None if value.camera else value.at.isoformat()),
        "software": value.software,
        "camera": value.camera,
        "waiting": value.waiting,
        "clock_offset": value.clock_offset,
    }
    _change(connection, station_id, said, heard_at=value.at)


def count(
    connection: sa.Connection, station_id: str, *, day: date, at: datetime, unfit: bool
) -> None:
    """Counts one answered capture; a new day begins at nought."""
    held = _locked(connection, station_id)
    before = _tally(held)
    same = before.day == day
    _change(
        connection,
        station_id,
        {
            "day": day.isoformat(),
            "captures": (before.captures if same else 0) + 1,
            "unfit": (before.unfit if same else 0) + unfit,
            "last_at": at.isoformat(),
        },
    )


def _locked(connection: sa.Connection, station_id: str) -> dict[str, Any]:
    """What is held of a station; another writer waits until this transaction ends."""
    query = sa.select(station.c.heartbeat).where(station.c.id == station_id).with_for_update()
    held: dict[str, Any] = connection.execute(query).scalar_one()
    return held


def _change(
    connection: sa.Connection, station_id: str, said: dict[str, Any], **columns: datetime
) -> None:
    held = _locked(connection, station_id)
    connection.execute(
        station.update()
        .where(station.c.id == station_id)
        .values(heartbeat={**held, **said}, **columns)
    )


def _station(row: sa.Row[Any]) -> Station:
    said = row.heartbeat
    heard, since = None, said.get("camera_since")
    if row.heard_at is not None:
        heard = Heartbeat(
            at=row.heard_at,
            software=said.get("software", ""),
            camera=said.get("camera", True),
            waiting=said.get("waiting", 0),
            clock_offset=said.get("clock_offset", 0.0),
            camera_since=datetime.fromisoformat(since) if since else None,
        )
    return Station(
        id=row.id,
        name=row.name,
        kind=StationKind(row.kind),
        port=row.port,
        lane=row.lane,
        direction=Direction(row.direction) if row.direction else None,
        owner=row.owner,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        heard=heard,
    )


def _tally(said: dict[str, Any]) -> Tally:
    if not said.get("day"):
        return Tally()
    return Tally(
        day=date.fromisoformat(said["day"]),
        captures=said["captures"],
        unfit=said["unfit"],
        last_at=datetime.fromisoformat(said["last_at"]),
    )
