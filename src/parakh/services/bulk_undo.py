"""Takes a bulk clearing back, as long as nobody can have relied on it: by who cleared, and soon."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import redress as act
from parakh.act.decisions import require_human
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.errors import Conflict
from parakh.services import expected
from parakh.services.assessing import alert_again, handling_of
from parakh.services.bulk_clearing import CLEARED
from parakh.services.centre import Centre
from parakh.services.subjects import ports_now, subjects_of
from parakh.store import alerts, assessments, audit, travellers
from parakh.store import redress as records
from parakh.store.database import Tx

TIME = timedelta(minutes=10)
"""So long after it a bulk clearing can be taken back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoable:
    """The actor's last bulk clearing, as far as it still can be taken back."""

    hits: tuple[str, ...]
    until: datetime


def undoable(centre: Centre, actor: Actor) -> Undoable | None:
    """What the actor could take back now; None where there is nothing."""
    actor.require(Permission.VET_TRAVELLERS)
    with centre.db.read() as connection:
        return _undoable(connection, actor, centre.clock())


def undo(centre: Centre, actor: Actor) -> tuple[str, ...]:
    """Opens the hits of the actor's last bulk clearing again; gives their identifiers.

    The records that were made of it hold no more. Where the alert was closed with it, the units of
    who is still to come are alerted anew. A hit on which anybody decided since, or by whose record
    somebody was spared already, stays as it is. Raises Conflict where nothing is left to take back.
    """
    actor.require(Permission.VET_TRAVELLERS)
    actor.require(Permission.HANDLE_ALERTS)
    require_human(actor)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        found = _undoable(tx.connection, actor, tx.at)
        hits = assessments.hits_by_id(tx.connection, found.hits) if found else []
        opened = [hit for hit in hits if _opened(tx, hit)]
        if not opened:
            raise Conflict("there is nothing left that could be taken back")
        _tell(tx, opened)
        done = tuple(hit.id for hit in opened)
        tx.audit("vetting.undone", "vetting", actor.name, hits=done)
    centre.wall.notify()
    return done


# --- within -----------------------------------------------------------------------------------


def _undoable(connection: sa.Connection, actor: Actor, now: datetime) -> Undoable | None:
    row = audit.newest(connection, CLEARED, actor.name)
    if row is None or now - row.at > TIME:
        return None
    found = assessments.hits_by_id(connection, json.loads(row.detail)["hits"])
    mine = tuple(own.id for own in found if _stands(connection, own, actor, row.at))
    return Undoable(hits=mine, until=row.at + TIME) if mine else None


def _stands(connection: sa.Connection, hit: Hit, actor: Actor, done_at: datetime) -> bool:
    """Whether a hit is as the clearing left it, and nobody was spared by its record."""
    decided = hit.decided_at is not None and hit.decided_at <= done_at
    if hit.state is not HitState.CLEARED or hit.decided_by != actor.name or not decided:
        return False
    made = records.that_cleared(connection, [hit.id])
    return all(own.holds and not own.additions for own in made) and not any(
        assessments.hits_under(connection, own.id) for own in made
    )


def _opened(tx: Tx, hit: Hit) -> bool:
    if not assessments.restate(tx.connection, act.reopened(hit)):
        return False
    for own in records.that_cleared(tx.connection, [hit.id], lock=True):
        gone = replace(
            own, withdrawn_by=tx.actor.name, withdrawn_at=tx.at, withdrawn_reason=hit.reason
        )
        records.save(tx, gone)
    tx.audit("hit.reopened", "hit", hit.id)
    return True


def _tell(tx: Tx, opened: list[Hit]) -> None:
    """Alerts the units again of those all of whose alerts were closed meanwhile."""
    ids = sorted({own.subject.id for own in opened if own.subject.kind is Kind.TRAVELLER})
    open_on = alerts.open_on(tx.connection, ids, None)
    closed = [own for own in ids if own not in open_on]
    subjects = subjects_of(tx.connection, travellers.travellers_by_id(tx.connection, closed))
    ports = ports_now(tx.connection, subjects, tx.at)
    refs = [ref for own in closed if (ref := Ref(kind=Kind.TRAVELLER, id=own)) in ports]
    alert_again(tx, refs, cause=f"undo:{new_id()}", ports=ports)
    expected.follow(tx, ids, handling_of)
