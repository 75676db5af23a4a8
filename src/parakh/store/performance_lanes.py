"""The last crossings of a lane, and the alerts on those who crossed there."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.voyage import CrossingState
from parakh.store.tables import alert, crossing, hit, traveller


def passages(
    connection: sa.Connection, post: str, lane: str, since: datetime, until: datetime, limit: int
) -> list[sa.Row[Any]]:
    """Crossings of (since, until], the newest first: moment, direction, whom, and how many hits."""
    own = crossing.c
    hits = (
        sa.select(sa.func.count())
        .where(hit.c.subject_id == own.traveller_id, hit.c.subject_kind == "traveller")
        .scalar_subquery()
    )
    query = (
        sa.select(
            own.at,
            own.direction,
            own.traveller_id,
            traveller.c.family_name,
            traveller.c.given_names,
            hits.label("hits"),
        )
        .outerjoin(traveller, traveller.c.id == own.traveller_id)
        .where(_there(post, lane, since, until))
        .order_by(own.at.desc(), own.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def alerts(
    connection: sa.Connection,
    post: str,
    lane: str,
    since: datetime,
    until: datetime,
    actor: Actor,
    limit: int,
) -> list[sa.Row[Any]]:
    """Alerts, in the actor's units, on those who crossed there, the newest first."""
    query = (
        sa.select(alert.c.id, alert.c.at, alert.c.advice, alert.c.state)
        .join(
            crossing,
            (crossing.c.traveller_id == alert.c.subject_id) & (alert.c.subject_kind == "traveller"),
        )
        .where(_there(post, lane, since, until))
        .order_by(alert.c.at.desc(), alert.c.id)
        .limit(limit)
    )
    if not actor.everywhere:
        query = query.where(alert.c.unit_id.in_(list(actor.units)))
    return list(connection.execute(query))


def _there(post: str, lane: str, since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    own = crossing.c
    return (
        (own.port == post)
        & (own.lane == lane)
        & (own.at > since)
        & (own.at <= until)
        & (own.state == CrossingState.ACTUAL.value)
    )
