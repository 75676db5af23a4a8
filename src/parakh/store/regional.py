"""Regional centres: what a centre knows of each, and what a regional centre knows of its link."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from parakh.domain.hit import Kind, Ref
from parakh.errors import NotFound
from parakh.store.audit import AuditRow
from parakh.store.database import Tx, insert_of
from parakh.store.goods_records import Said
from parakh.store.tables import (
    centre_link,
    goods_record,
    link_aside,
    movement,
    part,
    record,
    region,
    region_event,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A regional centre as the centre above knows it.

    Attributes:
        seq, hash: of the last row of its audit trail that is here.
        seen_at: when it was heard of last; None for never.
        alone_since, alone_until: the last time that it acted alone, as it told afterwards.
    """

    name: str
    seq: int = 0
    hash: str = ""
    seen_at: datetime | None = None
    alone_since: datetime | None = None
    alone_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionEvent:
    """One row of a regional centre's audit trail, and what is still to be done because of it."""

    region: str
    row: AuditRow
    pending: Mapping[str, Any] | None
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A regional centre's link to the centre above.

    Attributes:
        sent: number of the last audit row that is there.
        marks: how far each copied table is, as the centre tells it.
        pulled_at: when the copies were last as the centre's.
        met_at: when the centre was reached last.
        down_since: since when it is not reached; None while it is.
    """

    sent: int = 0
    marks: Mapping[str, Any]
    pulled_at: datetime | None = None
    met_at: datetime | None = None
    down_since: datetime | None = None


class AsideState(StrEnum):
    """What becomes of what was refused above: it lies, is to be sent again or is to be dropped, and
    was."""

    ASIDE = "aside"
    AGAIN = "again"
    SENT = "sent"
    DROPPING = "dropping"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """What belongs to a row of the audit trail and the centre above refused.

    Attributes:
        seq, action, subject_id: of the row, which went up without it.
        reason: of the centre above; it names nobody.
        by, decided_at, decision: who wants it sent again or dropped, and why.
    """

    seq: int
    action: str
    subject_id: str
    reason: str
    at: datetime
    state: AsideState = AsideState.ASIDE
    by: str = ""
    decided_at: datetime | None = None
    decision: str = ""


# --- at the centre ------------------------------------------------------------------------------


def regions(connection: sa.Connection) -> list[Region]:
    """All regional centres, in order of name."""
    return [_region(row) for row in connection.execute(sa.select(region).order_by(region.c.name))]


def get(connection: sa.Connection, name: str) -> Region:
    """A regional centre; one that nothing is known of, where it was never heard of."""
    row = connection.execute(sa.select(region).where(region.c.name == name)).one_or_none()
    return Region(name=name) if row is None else _region(row)


def lock(connection: sa.Connection, name: str) -> Region:
    """The same, kept from other writers until the transaction ends."""
    insert = insert_of(connection)(region).values(name=name)
    connection.execute(insert.on_conflict_do_nothing())
    query = sa.select(region).where(region.c.name == name).with_for_update()
    return _region(connection.execute(query).one())


def save(connection: sa.Connection, value: Region) -> None:
    """Stores what is known of a regional centre."""
    connection.execute(
        region.update()
        .where(region.c.name == value.name)
        .values(
            seq=value.seq,
            hash=value.hash,
            seen_at=value.seen_at,
            alone_since=value.alone_since,
            alone_until=value.alone_until,
        )
    )


def add_events(tx: Tx, values: Sequence[RegionEvent]) -> None:
    """Adds rows of a regional centre's audit trail."""
    rows = [
        {
            "region": own.region,
            "pending": own.pending,
            "outcome": own.outcome,
            **{name: getattr(own.row, name) for name in _ROW},
        }
        for own in values
    ]
    if rows:
        tx.connection.execute(region_event.insert(), rows)


def pending(connection: sa.Connection, name: str, limit: int) -> list[RegionEvent]:
    """Events of a region that wait to be taken in, oldest first."""
    query = (
        sa.select(region_event)
        .where(region_event.c.region == name, region_event.c.pending.is_not(None))
        .order_by(region_event.c.seq)
        .limit(limit)
    )
    return [_event(row) for row in connection.execute(query)]


def settle(tx: Tx, own: RegionEvent, outcome: str) -> None:
    """Notes that an event was taken in, or why it was not."""
    tx.connection.execute(
        region_event.update()
        .where(region_event.c.region == own.region, region_event.c.seq == own.row.seq)
        .values(pending=sa.null(), outcome=outcome)
    )


def counts(connection: sa.Connection) -> dict[str, tuple[int, int, int]]:
    """Of each region, how many events wait, how many found nothing here that they fit, and how many
    had a part that was refused."""
    own = region_event.c
    query = sa.select(
        own.region,
        sa.func.count(sa.case((own.pending.is_not(None), 1))),
        sa.func.count(sa.case((own.outcome.startswith(LEFT), 1))),
        sa.func.count(sa.case((own.outcome.startswith(REFUSED), 1))),
    ).group_by(own.region)
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


LEFT = "left: "
"""What the outcome of an event begins with that could not be taken in."""

REFUSED, DROPPED = "refused: ", "dropped: "
"""The same of an event of which a part was refused, and set aside at the regional centre; and of
one whose part was dropped there."""

_MOST = 1000


def event(tx: Tx, name: str, seq: int) -> RegionEvent:
    """One event, kept from other writers; raises NotFound."""
    own = region_event.c
    query = sa.select(region_event).where(own.region == name, own.seq == seq)
    row = tx.connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such row")
    return _event(row)


def again(tx: Tx, own: RegionEvent) -> None:
    """Stores what belongs to an event after all."""
    tx.connection.execute(
        region_event.update()
        .where(region_event.c.region == own.region, region_event.c.seq == own.row.seq)
        .values(pending=sa.null() if own.pending is None else own.pending, outcome=own.outcome)
    )


def message_here(connection: sa.Connection, name: str, message_id: str) -> str | None:
    """The message that a region's message became here; None where it did not come yet."""
    own = region_event.c
    query = sa.select(own.outcome).where(
        own.region == name,
        own.action == "message.received",
        own.subject_id == message_id,
        ~own.outcome.startswith(REFUSED),
        ~own.outcome.startswith(DROPPED),
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


def subjects_told(connection: sa.Connection, kind: Kind, message_id: str, line: int) -> list[str]:
    """Of what a message speaks at a line: travellers, consignments and so on, by their kind."""
    table, subject = _told(kind)
    if table is None or subject is None:
        return []
    query = subject.where(part.c.message_id == message_id, table.c.line == line)
    return list(dict.fromkeys(connection.execute(query).scalars()))


def told_of(connection: sa.Connection, ref: Ref) -> list[tuple[str, int]]:
    """The messages that tell of something, with the line, the newest first; nothing of what no
    message told."""
    table, subject = _told(ref.kind)
    if table is None or subject is None:
        return []
    (own,) = subject.selected_columns
    query = subject.with_only_columns(part.c.message_id, table.c.line).where(own == ref.id)
    rows = connection.execute(query.order_by(part.c.message_id.desc(), table.c.line).limit(_MOST))
    return [(row.message_id, row.line) for row in rows]


def _told(kind: Kind) -> tuple[sa.Table | None, sa.Select[Any] | None]:
    """Where is kept what messages told of a kind, and a query for identifiers of what they did."""
    if kind is Kind.TRAVELLER:
        return record, sa.select(record.c.traveller_id).join(part, part.c.id == record.c.part_id)
    said = {Kind.CONSIGNMENT: Said.CONSIGNMENT, Kind.CURRENCY: Said.CURRENCY}.get(kind)
    own = goods_record.c
    if said is not None:
        query = sa.select(own.subject_id).join(part, part.c.id == own.part_id)
        return goods_record, query.where(own.kind == said.value)
    if kind is Kind.CONVEYANCE:
        moved = (
            sa.select(movement.c.conveyance_id)
            .join(goods_record, own.subject_id == movement.c.id)
            .join(part, part.c.id == own.part_id)
            .where(own.kind == Said.MOVEMENT.value)
        )
        return goods_record, moved
    return None, None


# --- at a regional centre -----------------------------------------------------------------------


def link(connection: sa.Connection) -> Link:
    """The link; a new one where nothing was sent yet."""
    row = connection.execute(sa.select(centre_link)).one_or_none()
    if row is None:
        return Link(marks={})
    own = dict(row._mapping)
    own.pop("id")
    return Link(**own)


def save_link(connection: sa.Connection, value: Link) -> None:
    """Stores the link."""
    columns = {
        "sent": value.sent,
        "marks": dict(value.marks),
        "pulled_at": value.pulled_at,
        "met_at": value.met_at,
        "down_since": value.down_since,
    }
    insert = insert_of(connection)(centre_link).values(id=1, **columns)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=columns))


def asides(connection: sa.Connection) -> dict[int, Aside]:
    """What was refused above, by the number of the row that it belongs to."""
    rows = connection.execute(sa.select(link_aside).order_by(link_aside.c.seq))
    return {row.seq: _aside(row) for row in rows}


def aside(tx: Tx, seq: int) -> Aside:
    """One of them, kept from other writers; raises NotFound."""
    query = sa.select(link_aside).where(link_aside.c.seq == seq).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("nothing of that number was set aside")
    return _aside(row)


def put_aside(connection: sa.Connection, value: Aside) -> None:
    """Adds it, or changes the one of its number."""
    columns = {**asdict(value), "state": value.state.value}
    insert = insert_of(connection)(link_aside).values(columns)
    connection.execute(insert.on_conflict_do_update(index_elements=["seq"], set_=columns))


# --- rows and values ----------------------------------------------------------------------------

_ROW = (
    "seq", "at", "actor", "action", "subject_kind", "subject_id", "purpose", "detail",
    "previous", "hash",
)  # fmt: skip


def _region(row: sa.Row[Any]) -> Region:
    return Region(
        name=row.name,
        seq=row.seq,
        hash=row.hash,
        seen_at=row.seen_at,
        alone_since=row.alone_since,
        alone_until=row.alone_until,
    )


def _event(row: sa.Row[Any]) -> RegionEvent:
    own = row._mapping
    return RegionEvent(
        region=own["region"],
        row=AuditRow(**{name: own[name] for name in _ROW}),
        pending=own["pending"],
        outcome=own["outcome"],
    )


def _aside(row: sa.Row[Any]) -> Aside:
    return Aside(**{**row._mapping, "state": AsideState(row.state)})
