"""Captures at gates: that one was made, not the picture itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.voyage import Direction
from parakh.store.tables import capture


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One capture: where and when, its quality (0 to 1), and the 1:1 similarity if compared.

    `picture_id` is None unless a face hit made it necessary to keep the picture for a while.
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


def save(connection: sa.Connection, value: Capture) -> None:
    """Adds a capture."""
    connection.execute(
        capture.insert().values(
            id=value.id,
            port=value.port,
            lane=value.lane,
            direction=value.direction.value,
            at=value.at,
            crossing_id=value.crossing_id,
            picture_id=value.picture_id,
            quality=value.quality,
            verification=value.verification,
        )
    )


def lanes(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The lanes of captures, by their identifiers."""
    query = sa.select(capture.c.id, capture.c.lane).where(capture.c.id.in_(set(ids)))
    return {row.id: row.lane for row in connection.execute(query)}
