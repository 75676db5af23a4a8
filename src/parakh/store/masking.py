"""Who is masked, and requests to see them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.alert import AlertState
from parakh.domain.case import CaseState
from parakh.domain.hit import HitState, Kind
from parakh.domain.masking import Unmasking, UnmaskingState
from parakh.domain.profile import FactKind, ProfileState
from parakh.errors import NotFound
from parakh.store.batches import batches
from parakh.store.database import Tx
from parakh.store.tables import (
    alert,
    case_file,
    case_party,
    crossing,
    hit,
    profile,
    profile_fact,
    traveller,
    unmasking,
    voyage,
)

_IN_FORCE = (ProfileState.IN_FORCE,)
_LIVING = (ProfileState.PROPOSED, ProfileState.IN_FORCE)


def crossed_before(connection: sa.Connection, ids: Collection[str], before: datetime) -> set[str]:
    """Those of some travellers whose crossing lies before a moment, and who are of no interest now:
    nobody confirmed a hit on them, no alert on them is open, and they stand in no open case and in
    no profile in force. One that is only proposed is one person's word, and unmasks nobody."""
    found: set[str] = set()
    for some in batches(ids):
        found |= _crossed_before(connection, some, before)
    return found


def _crossed_before(connection: sa.Connection, ids: list[str], before: datetime) -> set[str]:
    when = sa.func.coalesce(crossing.c.at, voyage.c.due_at)
    query = (
        sa.select(traveller.c.id)
        .outerjoin(voyage, voyage.c.id == traveller.c.voyage_id)
        .outerjoin(crossing, crossing.c.traveller_id == traveller.c.id)
        .where(traveller.c.id.in_(ids), when < before, ~of_interest(_IN_FORCE))
    )
    return set(connection.execute(query).scalars())


def of_interest(profiles: Collection[ProfileState] = _LIVING) -> sa.ColumnElement[bool]:
    """The condition on `traveller` that he is of interest now; `profiles`: in profiles so."""
    confirmed = sa.exists().where(
        hit.c.subject_id == traveller.c.id,
        hit.c.subject_kind == Kind.TRAVELLER.value,
        hit.c.state == HitState.CONFIRMED.value,
    )
    alerted = sa.exists().where(
        alert.c.subject_id == traveller.c.id,
        alert.c.subject_kind == Kind.TRAVELLER.value,
        alert.c.state != AlertState.CLOSED.value,
    )
    followed = sa.exists().where(
        case_party.c.ref_id == traveller.c.id,
        case_party.c.removed_at.is_(None),
        case_party.c.case_id == case_file.c.id,
        case_file.c.state != CaseState.CLOSED.value,
    )
    own, lasting = profile.alias(), profile.alias()
    profiled = sa.exists().where(
        profile_fact.c.value == traveller.c.id,
        profile_fact.c.kind == FactKind.MEMBER.value,
        profile_fact.c.withdrawn_at.is_(None),
        profile_fact.c.profile_id == own.c.id,
        own.c.lasting_id == lasting.c.id,
        lasting.c.state.in_([own.value for own in profiles]),
    )
    return sa.or_(confirmed, alerted, followed, profiled)


# --- requests ---------------------------------------------------------------------------------


def save(tx: Tx, value: Unmasking) -> None:
    """Adds a request, or updates the one with its identifier."""
    columns: dict[str, Any] = {
        "traveller_id": value.traveller_id,
        "reason": value.reason,
        "asked_by": value.asked_by,
        "asked_at": value.asked_at,
        "state": value.state.value,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "decision": value.decision,
        "until": value.until,
    }
    same = unmasking.update().where(unmasking.c.id == value.id)
    if tx.connection.execute(same.values(columns)).rowcount == 0:
        tx.connection.execute(unmasking.insert().values(id=value.id, **columns))


def get(connection: sa.Connection, own_id: str, *, lock: bool = False) -> Unmasking:
    """One request; raises NotFound."""
    query = sa.select(unmasking).where(unmasking.c.id == own_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such request")
    return _value(row)


def of_travellers(connection: sa.Connection, ids: Iterable[str]) -> list[Unmasking]:
    """Requests about travellers, the newest first."""
    query = sa.select(unmasking).where(unmasking.c.traveller_id.in_(sorted(ids)))
    found = connection.execute(query.order_by(unmasking.c.id.desc()))
    return [_value(row) for row in found]


def open_to(connection: sa.Connection, name: str, at: datetime) -> set[str]:
    """Travellers whom somebody may see at a moment, by a granted request."""
    query = sa.select(unmasking).where(
        unmasking.c.state == UnmaskingState.GRANTED.value,
        unmasking.c.until > at,
        sa.or_(unmasking.c.asked_by == name, unmasking.c.decided_by == name),
    )
    return {row.traveller_id for row in connection.execute(query)}


def requests(
    connection: sa.Connection, *, asked_only: bool, offset: int, limit: int
) -> tuple[list[Unmasking], int]:
    """Requests, the newest first, and how many there are."""
    query = sa.select(unmasking)
    if asked_only:
        query = query.where(unmasking.c.state == UnmaskingState.ASKED.value)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(query.subquery())
    ).scalar_one()
    page = (
        query.order_by(unmasking.c.asked_at.desc(), unmasking.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_value(row) for row in connection.execute(page)], total


def _value(row: sa.Row[Any]) -> Unmasking:
    return Unmasking(
        id=row.id,
        traveller_id=row.traveller_id,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=UnmaskingState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
        until=row.until,
    )
