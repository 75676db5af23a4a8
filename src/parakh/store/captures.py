"""Captures at gates: that one was made, not the picture itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.capture import CaptureAnswer
from parakh.domain.voyage import Direction
from parakh.store.codec import CAPTURE_ANSWER
from parakh.store.database import insert_of
from parakh.store.tables import capture


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One capture: where and when, its quality (0 to 1), and the 1:1 similarity if compared.

    Attributes:
        at: when it was taken in; `taken_at` when it was made.
        picture_id: None unless a face hit made it necessary to keep the picture for a while.
        station_id: the registered device that sent it; None for an officer's browser.
        frames: how many pictures it had; `digest` (SHA-256, hexadecimal) is theirs.
        answer: what was answered; None for captures that are older than this.
    """

    id: str
    port: str
    lane: str
    direction: Direction
    at: datetime
    crossing_id: str | None
    picture_id: str | None
    quality: float
    verification: float | None
    taken_at: datetime | None = None
    station_id: str | None = None
    frames: int = 1
    digest: str = ""
    answer: CaptureAnswer | None = None


def claim(connection: sa.Connection, value: Capture, since: datetime) -> bool:
    """Adds a capture unless there is one of its identifier or, of one station and newer than
    `since`, one with its frames; another transaction that is about to add it is waited for. Gives
    whether it was added."""
    if value.station_id is not None:
        if connection.dialect.name == "postgresql":
            lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(value.digest, 0))
            connection.execute(sa.select(lock))
        if _alike(connection, value.station_id, value.digest, since) is not None:
            return False
    statement = insert_of(connection)(capture).values(id=value.id, **columns_of(value))
    added = statement.on_conflict_do_nothing(index_elements=["id"]).returning(capture.c.id)
    # Not by the count of rows, which PostgreSQL's driver does not give for an INSERT.
    return connection.execute(added).first() is not None


def complete(connection: sa.Connection, value: Capture) -> None:
    """Stores all that is known of a capture that was claimed."""
    own = capture.update().where(capture.c.id == value.id)
    connection.execute(own.values(**columns_of(value)))


def known(
    connection: sa.Connection,
    capture_id: str | None,
    station_id: str | None,
    digest: str,
    since: datetime,
) -> Capture | None:
    """The capture of this identifier, else one of this station with the same frames that is newer
    than `since`."""
    found = None
    if capture_id is not None:
        query = sa.select(capture).where(capture.c.id == capture_id)
        found = connection.execute(query).one_or_none()
    if found is None and station_id is not None:
        found = _alike(connection, station_id, digest, since)
    return None if found is None else _capture(found)


def _alike(
    connection: sa.Connection, station_id: str, digest: str, since: datetime
) -> sa.Row[Any] | None:
    own = capture.c
    query = (
        sa.select(capture)
        .where(own.digest == digest, own.station_id == station_id, own.at >= since)
        .order_by(own.at)
    )
    return connection.execute(query.limit(1)).one_or_none()


def columns_of(value: Capture) -> dict[str, object]:
    """The columns of a capture but for its identifier."""
    return {
        "port": value.port,
        "lane": value.lane,
        "direction": value.direction.value,
        "at": value.at,
        "crossing_id": value.crossing_id,
        "picture_id": value.picture_id,
        "quality": value.quality,
        "verification": value.verification,
        "taken_at": value.taken_at,
        "station_id": value.station_id,
        "frames": value.frames,
        "digest": value.digest,
        "answer": CAPTURE_ANSWER.dump(value.answer),
    }


def _capture(row: sa.Row[Any]) -> Capture:
    return Capture(
        id=row.id,
        port=row.port,
        lane=row.lane,
        direction=Direction(row.direction),
        at=row.at,
        crossing_id=row.crossing_id,
        picture_id=row.picture_id,
        quality=row.quality,
        verification=row.verification,
        taken_at=row.taken_at,
        station_id=row.station_id,
        frames=row.frames,
        digest=row.digest,
        answer=CAPTURE_ANSWER.load(row.answer),
    )


def lanes(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The lanes of captures, by their identifiers."""
    query = sa.select(capture.c.id, capture.c.lane).where(capture.c.id.in_(set(ids)))
    return {row.id: row.lane for row in connection.execute(query)}
