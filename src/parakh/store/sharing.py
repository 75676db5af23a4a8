"""What agencies share with one another, and what they asked of one another."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission
from parakh.domain.sharing import (
    Part,
    RecordKind,
    RequestState,
    Share,
    ShareRequest,
    ShareState,
)
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import share, share_request

_NO_SUCH = "there is no such share"


# --- shares -------------------------------------------------------------------------------------


def add(tx: Tx, value: Share) -> None:
    """Adds a share."""
    tx.connection.execute(share.insert().values(_columns(value)))


def save(tx: Tx, value: Share) -> None:
    """Stores what became of a share."""
    tx.connection.execute(share.update().where(share.c.id == value.id).values(_columns(value)))


def get(connection: sa.Connection, share_id: str, *, lock: bool = False) -> Share:
    """One share, whoever asks; raises NotFound. With `lock` other writers wait (PostgreSQL)."""
    query = sa.select(share).where(share.c.id == share_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(_NO_SUCH)
    return _share(row)


def of_record(connection: sa.Connection, kind: RecordKind, ref_id: str) -> list[Share]:
    """All shares of a record, the newest first."""
    query = sa.select(share).where(share.c.kind == kind.value, share.c.ref_id == ref_id)
    return [_share(row) for row in connection.execute(query.order_by(share.c.id.desc()))]


def passed_on(connection: sa.Connection, share_id: str) -> list[Share]:
    """The shares that one was passed on as."""
    query = sa.select(share).where(share.c.parent_id == share_id).order_by(share.c.id)
    return [_share(row) for row in connection.execute(query)]


def received(connection: sa.Connection, actor: Actor, at: datetime) -> list[Share]:
    """What is in force for somebody at a moment, the newest first."""
    query = sa.select(share).where(_in_sight(actor, at)).order_by(share.c.id.desc())
    return [_share(row) for row in connection.execute(query)]


def received_one(connection: sa.Connection, actor: Actor, share_id: str, at: datetime) -> Share:
    """A share that is in force for somebody; raises NotFound for any other."""
    query = sa.select(share).where(share.c.id == share_id, _in_sight(actor, at))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(_NO_SUCH)
    return _share(row)


def given(connection: sa.Connection, agency: str, *, limit: int) -> list[Share]:
    """What an agency shared, the newest first."""
    query = sa.select(share).where(share.c.from_agency == agency).order_by(share.c.id.desc())
    return [_share(row) for row in connection.execute(query.limit(limit))]


def waiting(connection: sa.Connection, agency: str) -> list[Share]:
    """The shares that wait for a second person of an agency, the oldest first: its own, and those
    by which others pass its records on."""
    parent = share.alias("parent")
    whose = sa.func.coalesce(parent.c.from_agency, share.c.from_agency)
    query = (
        sa.select(share)
        .join(parent, parent.c.id == share.c.parent_id, isouter=True)
        .where(share.c.state == ShareState.WAITING.value, whose == agency)
        .order_by(share.c.id)
    )
    return [_share(row) for row in connection.execute(query)]


# --- requests -----------------------------------------------------------------------------------


def add_request(tx: Tx, value: ShareRequest) -> None:
    """Adds a request."""
    tx.connection.execute(share_request.insert().values(asdict(value)))


def save_request(tx: Tx, value: ShareRequest) -> None:
    """Stores what became of a request."""
    tx.connection.execute(
        share_request.update().where(share_request.c.id == value.id).values(asdict(value))
    )


def get_request(connection: sa.Connection, request_id: str, *, lock: bool = False) -> ShareRequest:
    """One request; raises NotFound."""
    query = sa.select(share_request).where(share_request.c.id == request_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such request")
    return _request(row)


def requests(connection: sa.Connection, agency: str, *, limit: int) -> list[ShareRequest]:
    """Requests by an agency or of it: open ones first, then the newest."""
    own = share_request.c
    query = (
        sa.select(share_request)
        .where((own.agency == agency) | (own.asked_agency == agency))
        .order_by(own.state != RequestState.OPEN.value, own.id.desc())
        .limit(limit)
    )
    return [_request(row) for row in connection.execute(query)]


# --- within -------------------------------------------------------------------------------------


def _in_sight(actor: Actor, at: datetime) -> sa.ColumnElement[bool]:
    """In force for somebody now: shared with his unit, or with his agency where he is its liaison
    officer or sits in its head office. One that was passed on holds as long as its parent does."""
    parent = share.alias("parent")
    whole = actor.everywhere or bool(actor.permissions & {Permission.LIAISE, Permission.EVERY_UNIT})
    mine = share.c.unit_id.in_(sorted(actor.units))
    return sa.and_(
        share.c.agency == actor.agency,
        sa.true() if whole else mine,
        share.c.state == ShareState.IN_FORCE.value,
        share.c.expires_at > at,
        sa.or_(
            share.c.parent_id.is_(None),
            sa.exists().where(
                parent.c.id == share.c.parent_id,
                parent.c.state == ShareState.IN_FORCE.value,
                parent.c.expires_at > at,
            ),
        ),
    )


def _columns(value: Share) -> dict[str, object]:
    return {**asdict(value), "sections": sorted(own.value for own in value.sections)}


def _share(row: sa.Row[tuple[object, ...]]) -> Share:
    own = dict(row._mapping)
    kind, state = RecordKind(own.pop("kind")), ShareState(own.pop("state"))
    sections = frozenset(Part(part) for part in own.pop("sections"))
    return Share(kind=kind, state=state, sections=sections, **own)


def _request(row: sa.Row[tuple[object, ...]]) -> ShareRequest:
    own = dict(row._mapping)
    kind, state = RecordKind(own.pop("kind")), RequestState(own.pop("state"))
    return ShareRequest(kind=kind, state=state, **own)
