"""Deletes profiles that ended, once their time is over."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Purpose
from parakh.services.centre import WORKER, Centre
from parakh.store import profile_retention as store

_AT_ONCE = 100


def forget_due(centre: Centre) -> int:
    """Deletes the next profiles that are due; called again until that is none, it is through.

    One that was merged goes with the profile it became part of.
    """
    before = centre.clock() - _kept(centre)
    with centre.db.read() as connection:
        ids = store.due(connection, before, _AT_ONCE)
    if not ids:
        return 0
    with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
        store.forget(tx, ids)
        for own in ids:
            tx.audit("profile.forgotten", "profile", own)
    centre.db.scrub()
    return len(ids)


def deleted_at(centre: Centre, connection: sa.Connection, profile_id: str) -> datetime | None:
    """When a profile that ended is deleted unless somebody proposes it again; None for others."""
    over = store.ended(connection, [profile_id]).get(profile_id)
    return None if over is None else over + _kept(centre)


def _kept(centre: Centre) -> timedelta:
    return timedelta(days=centre.settings.profile_days)
