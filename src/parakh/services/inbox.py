"""One inbox for all that waits for a second person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Purpose
from parakh.domain.waiting import Waiting
from parakh.errors import InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.galleries import shown_to
from parakh.services.inbox_kinds import KINDS, Kind
from parakh.store import inbox as store

URGENT = timedelta(hours=24)
"""What lapses so soon stands before what is newer."""


def waiting(centre: Centre, actor: Actor) -> list[Waiting]:
    """All that waits for the actor's word, and his own proposals that wait for others'; a look that
    is audited.

    What lapses within a day stands first, then the newest. Nobody sees what he may not decide but
    his own.
    """
    now = centre.clock()
    with centre.db.read() as connection:
        found = _all(connection, actor, now)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        tx.audit("inbox.viewed", "inbox", actor.id, waiting=len(found))
    centre.inbox_counts.remember(actor.id, _foreign(found))
    return sorted(found, key=lambda own: _order(own, now))


def count(centre: Centre, actor: Actor) -> int:
    """How much waits for the actor's word, as it was some seconds ago."""
    known = centre.inbox_counts.of(actor.id)
    if known is None:
        with centre.db.read() as connection:
            known = _foreign(_all(connection, actor, centre.clock(), own=False))
        centre.inbox_counts.remember(actor.id, known)
    return known


def decide(
    centre: Centre, actor: Actor, kind: str, thing_id: str, *, approve: bool, reason: str
) -> None:
    """Decides on something that needs only a reason, by the service that it belongs to.

    Raises NotFound for a kind that is none or is decided on its own page, InvalidInput without a
    reason, and as that service does.
    """
    own = next((one for one in KINDS if one.name == kind and one.decide), None)
    if own is None or own.decide is None:
        raise NotFound("this is decided on its own page")
    if not reason.strip():
        raise InvalidInput("give a reason")
    actor.require(own.permission)
    own.decide(centre, actor, thing_id, approve, reason)
    centre.inbox_counts.forget()


def _all(
    connection: sa.Connection, actor: Actor, now: datetime, *, own: bool = True
) -> list[Waiting]:
    shown: frozenset[str] | None = None
    found: list[Waiting] = []
    for kind in KINDS:
        decides = actor.may(kind.permission) and actor.human
        if not decides and not own:
            continue
        rows = store.rows(connection, kind.query, actor, now)
        if any(row.gallery for row in rows):
            shown = shown_to(connection, actor) if shown is None else shown
            rows = [row for row in rows if row.gallery in shown]
        found += _told(connection, actor, kind, rows, decides=decides)
    return found


def _told(
    connection: sa.Connection,
    actor: Actor,
    kind: Kind,
    rows: Sequence[store.Row],
    *,
    decides: bool,
) -> list[Waiting]:
    told = []
    for row in rows:
        mine = any(same_person(connection, name, actor) for name in row.by if name)
        if decides or mine:
            told.append(kind.told(row, actor, own=mine))
    return told


def _foreign(found: Sequence[Waiting]) -> int:
    return sum(not one.own for one in found)


def _order(own: Waiting, now: datetime) -> tuple[bool, float]:
    urgent = own.until is not None and own.until <= now + URGENT
    return (not urgent, own.until.timestamp() if urgent and own.until else -own.at.timestamp())
