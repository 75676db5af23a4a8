"""Who crossed at a lane last, and its open alerts: personal data, so that looks are audited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.alert import AlertState
from parakh.domain.hit import Advice
from parakh.domain.masking import MASKED_NAME
from parakh.domain.voyage import Direction
from parakh.services import masking
from parakh.services.centre import Centre
from parakh.store import performance_lanes as store

SHOWN = 30
BACK = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A crossing; `traveller_id` and `name` are "" for somebody whom nobody announced, and where
    the viewer may not see travellers. Who is masked stands there without his name."""

    at: datetime
    direction: Direction
    traveller_id: str
    name: str
    hits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneAlert:
    """An alert on somebody who crossed at the lane."""

    id: str
    at: datetime
    advice: Advice
    state: AlertState


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneView:
    """The last crossings of a lane up to a moment; None of what the viewer may not see."""

    passages: tuple[Passage, ...]
    named: bool
    alerts: tuple[LaneAlert, ...] | None


def lane(centre: Centre, actor: Actor, code: str, name: str, at: datetime) -> LaneView:
    """What went on at a lane in the day before a moment. Raises Forbidden for another's port."""
    actor.require(Permission.SEE_PERFORMANCE)
    actor.require_port(code)
    named = actor.may(Permission.SEE_TRAVELLERS)
    with centre.db.write(actor, Purpose.PERFORMANCE) as tx:
        rows = store.passages(tx.connection, code, name, at - BACK, at, SHOWN)
        # A past day may be replayed for longer than names may be read.
        who = {row.traveller_id for row in rows if row.traveller_id}
        hide = masking.masked(centre, tx.connection, actor, who) if named else set()
        open_alerts = (
            store.alerts(tx.connection, code, name, at - BACK, at, actor, SHOWN)
            if actor.may(Permission.SEE_ALERTS)
            else None
        )
        # Times of crossings tell of persons too, whoever stood beside them knows of whom.
        tx.audit("lane.viewed", "post", code, lane=name, crossings=len(rows), named=named)
    return LaneView(
        passages=tuple(
            Passage(
                at=row.at,
                direction=Direction(row.direction),
                traveller_id=row.traveller_id or "" if named else "",
                name=_name(row, hide) if named else "",
                hits=row.hits,
            )
            for row in rows
        ),
        named=named,
        alerts=None
        if open_alerts is None
        else tuple(
            LaneAlert(id=row.id, at=row.at, advice=Advice(row.advice), state=AlertState(row.state))
            for row in open_alerts
        ),
    )


def _name(row: sa.Row[Any], hide: set[str]) -> str:
    if row.traveller_id in hide:
        return str(MASKED_NAME)
    return f"{row.given_names or ''} {row.family_name or ''}".strip()
