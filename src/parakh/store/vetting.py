"""The vetting list at rest: one row a traveller who is expected, and saved views of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.hit import Advice
from parakh.domain.vetting import (
    HOUR,
    STILL_COMING,
    Grouping,
    Line,
    Reason,
    SavedView,
    Wanted,
    advice_of,
    hour_of,
    urgency,
)
from parakh.domain.voyage import CrossingState, Direction
from parakh.errors import NotFound
from parakh.normalise.searching import wanted_words
from parakh.store.database import insert_of
from parakh.store.tables import (
    crossing,
    vetting,
    vetting_default,
    vetting_reason,
    vetting_view,
    voyage,
)

KEPT = timedelta(days=3)
"""So long after their voyage was due rows may still lie in the table; no page shows them."""

_MOST_NEWS = 999

ORDER = (
    vetting.c.urgency,
    vetting.c.settled,
    vetting.c.due_hour,
    vetting.c.news,
    vetting.c.traveller_id,
)
"""The worst advice first; who was settled after all others of his advice; then by the hour in which
he is due, and within it by how much is new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One part of the list: how many it has, their most urgent advice, and hits that are new.

    `key` is what the filter of the same name takes to show this part alone.
    """

    key: str
    count: int
    worst: Advice | None
    news: int


# --- rows -------------------------------------------------------------------------------------


def put(connection: sa.Connection, lines: Sequence[Line]) -> None:
    """Adds lines, or replaces those of the same travellers."""
    if not lines:
        return
    statement = insert_of(connection)(vetting)
    new = {own.name: own for own in statement.excluded if own.name != "traveller_id"}
    upsert = statement.on_conflict_do_update(index_elements=["traveller_id"], set_=new)
    connection.execute(upsert, [_columns(own) for own in lines])
    _forget_reasons(connection, [own.traveller_id for own in lines])
    reasons = [
        {"traveller_id": own.traveller_id, "kind": reason.kind, "ref_id": reason.id}
        for own in lines
        for reason in sorted(own.reasons, key=str)
    ]
    if reasons:
        connection.execute(vetting_reason.insert(), reasons)


def remove(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Takes travellers off the list who are not expected any more."""
    gone = list(ids)
    if gone:
        _forget_reasons(connection, gone)
        connection.execute(vetting.delete().where(vetting.c.traveller_id.in_(gone)))


def lines(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Line]:
    """Lines by their travellers, as far as they are on the list."""
    wanted = list(ids)
    query = sa.select(vetting).where(vetting.c.traveller_id.in_(wanted))
    rows = connection.execute(query).all()
    reasons = _reasons(connection, [row.traveller_id for row in rows])
    return {row.traveller_id: _line(row, reasons.get(row.traveller_id, ())) for row in rows}


def astray(connection: sa.Connection, voyage_id: str) -> set[str]:
    """Travellers of a voyage who are expected and not on the list, or on it and not expected."""
    expected = sa.select(crossing.c.traveller_id).where(
        crossing.c.voyage_id == voyage_id,
        crossing.c.state == CrossingState.EXPECTED.value,
        crossing.c.traveller_id.is_not(None),
    )
    listed = sa.select(vetting.c.traveller_id).where(vetting.c.voyage_id == voyage_id)
    coming = set(connection.execute(expected).scalars())
    return coming ^ set(connection.execute(listed).scalars())


def voyages_astray(connection: sa.Connection, now: datetime) -> list[str]:
    """Voyages that are not over, on which somebody is expected who is not on the list."""
    listed = sa.exists().where(vetting.c.traveller_id == crossing.c.traveller_id)
    query = (
        sa.select(voyage.c.id)
        .join(crossing, crossing.c.voyage_id == voyage.c.id)
        .where(
            sa.or_(voyage.c.due_at.is_(None), voyage.c.due_at > now - STILL_COMING * HOUR),
            crossing.c.state == CrossingState.EXPECTED.value,
            crossing.c.traveller_id.is_not(None),
            ~listed,
        )
        .distinct()
    )
    return sorted(connection.execute(query).scalars())


def follow_voyages(connection: sa.Connection, ids: Collection[str]) -> None:
    """Takes over what changed of voyages: when they are due, and whether they take place."""
    query = sa.select(voyage.c.id, voyage.c.due_at, voyage.c.cancelled, voyage.c.called_off).where(
        voyage.c.id.in_(list(ids))
    )
    changes = [
        {
            "own": row.id,
            "due": row.due_at,
            "hour": hour_of(row.due_at),
            "off": row.cancelled or row.called_off,
        }
        for row in connection.execute(query)
    ]
    change = (
        vetting.update()
        .where(
            vetting.c.voyage_id == sa.bindparam("own"),
            sa.or_(
                vetting.c.due_at.is_distinct_from(sa.bindparam("due", type_=vetting.c.due_at.type)),
                vetting.c.called_off.is_distinct_from(sa.bindparam("off")),
            ),
        )
        .values(
            due_at=sa.bindparam("due", type_=vetting.c.due_at.type),
            due_hour=sa.bindparam("hour"),
            called_off=sa.bindparam("off"),
        )
    )
    if changes:
        connection.execute(change, changes)


def with_reason(connection: sa.Connection, reason: Reason) -> list[str]:
    """Travellers on the list because of a list, rule or profile."""
    query = sa.select(vetting_reason.c.traveller_id).where(_because(reason))
    return list(connection.execute(query).scalars())


def forget(connection: sa.Connection, now: datetime) -> int:
    """Drops rows of voyages that were due long ago; gives how many."""
    before = now - KEPT
    old = sa.select(vetting.c.traveller_id).where(
        sa.case(
            (vetting.c.due_at.is_(None), vetting.c.changed_at < before),
            else_=vetting.c.due_at < before,
        )
    )
    gone = list(connection.execute(old.limit(5_000)).scalars())
    remove(connection, gone)
    return len(gone)


# --- pages ------------------------------------------------------------------------------------


def page(
    connection: sa.Connection,
    wanted: Wanted,
    ports: Collection[str] | None,
    now: datetime,
    *,
    offset: int,
    limit: int,
) -> list[str]:
    """Travellers that are wanted, of some ports or (None) of all, in the list's order."""
    query = _page(connection, wanted, ports, now).offset(offset).limit(limit)
    return list(connection.execute(query).scalars())


def firsts(
    connection: sa.Connection,
    wanted: Sequence[Wanted],
    ports: Collection[str] | None,
    now: datetime,
    *,
    limit: int,
) -> list[list[str]]:
    """The first travellers of several pages, each in the list's order, with one statement."""
    found: list[list[str]] = [[] for _ in wanted]
    each = (
        _page(connection, own, ports, now)
        .with_only_columns(sa.literal_column(str(place)).label("place"), *ORDER)
        .limit(limit)
        .subquery()
        for place, own in enumerate(wanted)
    )
    if wanted:
        rows = connection.execute(sa.union_all(*(sa.select(own) for own in each)))
        for place, *order in sorted(map(tuple, rows)):
            found[place].append(order[-1])
    return found


def _page(
    connection: sa.Connection, wanted: Wanted, ports: Collection[str] | None, now: datetime
) -> sa.Select[Any]:
    query = sa.select(vetting.c.traveller_id).where(*_conditions(connection, wanted, ports, now))
    return query.order_by(*ORDER)


def counts(
    connection: sa.Connection, wanted: Wanted, ports: Collection[str] | None, now: datetime
) -> dict[Advice | None, int]:
    """How many each advice has of those that are wanted whatever their advice."""
    which = sa.and_(*_conditions(connection, wanted, ports, now, but="advice"))
    query = sa.select(vetting.c.urgency, sa.func.count()).where(which).group_by(vetting.c.urgency)
    return {advice_of(row[0]): int(row[1]) for row in connection.execute(query)}


def groups(
    connection: sa.Connection,
    wanted: Wanted,
    ports: Collection[str] | None,
    now: datetime,
    *,
    most: int,
) -> list[Group]:
    """The parts of the list, the one with the most urgent advice first."""
    key = _KEYS[Grouping(wanted.group)]
    query = (
        sa.select(
            key.label("key"),
            sa.func.count(),
            sa.func.min(vetting.c.urgency),
            sa.func.sum(vetting.c.news),
        )
        .where(*_conditions(connection, wanted, ports, now))
        .group_by(key)
        .order_by(sa.func.min(vetting.c.urgency), sa.func.min(vetting.c.due_hour), key)
        .limit(most)
    )
    if wanted.group == Grouping.REASON:
        query = query.join(vetting_reason, vetting_reason.c.traveller_id == vetting.c.traveller_id)
    return [
        Group(
            key=_advice_key(row[0]) if wanted.group == Grouping.ADVICE else row[0],
            count=row[1],
            worst=advice_of(row[2]),
            news=-int(row[3]),
        )
        for row in connection.execute(query)
    ]


def _advice_key(urgent: int) -> str:
    advice = advice_of(urgent)
    return advice.value if advice else "none"


def reasons(
    connection: sa.Connection, ports: Collection[str] | None, now: datetime
) -> dict[Reason, int]:
    """Why travellers are on the list, and how many for each."""
    query = (
        sa.select(vetting_reason.c.kind, vetting_reason.c.ref_id, sa.func.count())
        .join(vetting, vetting.c.traveller_id == vetting_reason.c.traveller_id)
        .where(*_conditions(connection, Wanted(), ports, now))
        .group_by(vetting_reason.c.kind, vetting_reason.c.ref_id)
    )
    return {Reason(kind=row[0], id=row[1]): int(row[2]) for row in connection.execute(query)}


def pulse(connection: sa.Connection, ports: Collection[str] | None) -> str:
    """A text that is another once anything on the list of some ports changed."""
    query = sa.select(sa.func.count(), sa.func.max(vetting.c.changed_at))
    if ports is not None:
        query = query.where(vetting.c.port.in_(sorted(ports)))
    return ":".join(str(own) for own in connection.execute(query).one())


_KEYS: Mapping[Grouping, sa.ColumnElement[Any]] = {
    Grouping.VOYAGE: vetting.c.voyage_id,
    Grouping.PORT: vetting.c.port,
    Grouping.ADVICE: vetting.c.urgency,
    Grouping.REASON: vetting_reason.c.kind + ":" + vetting_reason.c.ref_id,
}


def _conditions(
    connection: sa.Connection,
    wanted: Wanted,
    ports: Collection[str] | None,
    now: datetime,
    but: str = "",
) -> list[sa.ColumnElement[bool]]:
    hour = hour_of(now)
    found = [vetting.c.due_hour >= hour - STILL_COMING, vetting.c.called_off.is_(False)]
    if ports is not None:
        found.append(vetting.c.port.in_(sorted(ports)))
    if wanted.hours:
        found.append(vetting.c.due_hour <= hour + wanted.hours)
    for column, value in (
        (vetting.c.voyage_id, wanted.voyage),
        (vetting.c.port, wanted.port),
        (vetting.c.direction, wanted.direction),
        (vetting.c.carrier, wanted.carrier),
        (vetting.c.issuer, wanted.issuer),
    ):
        if value:
            found.append(column == value)
    if wanted.advice and but != "advice":
        given = None if wanted.advice == "none" else Advice(wanted.advice)
        found.append(vetting.c.urgency == urgency(given))
    if wanted.fresh:
        found.append(vetting.c.news < 0)
    if (reason := Reason.parse(wanted.reason)) is not None:
        because = sa.select(vetting_reason.c.traveller_id).where(_because(reason))
        found.append(vetting.c.traveller_id.in_(because))
    # Several times quicker than LIKE, which has to look at every sign for its own ones.
    place = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    found += [place(vetting.c.search, word) > 0 for word in _words(wanted.text)]
    return found


def _words(text: str) -> tuple[str, ...]:
    return wanted_words(text)[:8]


def _because(reason: Reason) -> sa.ColumnElement[bool]:
    return sa.and_(vetting_reason.c.kind == reason.kind, vetting_reason.c.ref_id == reason.id)


# --- saved views ------------------------------------------------------------------------------


def views(connection: sa.Connection, by: str, units: Iterable[str] | None) -> list[SavedView]:
    """Views of one person, and those shared with some units or (None) with any, by name."""
    shared = vetting_view.c.unit_id.is_not(None)
    if units is not None:
        shared = vetting_view.c.unit_id.in_(sorted(units))
    query = sa.select(vetting_view).where((vetting_view.c.by == by) | shared)
    rows = connection.execute(query.order_by(vetting_view.c.name, vetting_view.c.id))
    return [_view(row) for row in rows]


def get_view(connection: sa.Connection, view_id: str) -> SavedView:
    """One view; raises NotFound."""
    query = sa.select(vetting_view).where(vetting_view.c.id == view_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such view")
    return _view(row)


def add_view(connection: sa.Connection, value: SavedView) -> None:
    """Keeps a view."""
    connection.execute(
        vetting_view.insert().values(
            id=value.id,
            name=value.name,
            by=value.by,
            unit_id=value.unit_id,
            wanted=value.wanted.query(),
            made_at=value.made_at,
        )
    )


def remove_view(connection: sa.Connection, view_id: str) -> None:
    """Drops a view; nobody begins with it any more."""
    connection.execute(vetting_default.delete().where(vetting_default.c.view_id == view_id))
    connection.execute(vetting_view.delete().where(vetting_view.c.id == view_id))


def default_view(connection: sa.Connection, by: str) -> str | None:
    """The view with which somebody begins."""
    query = sa.select(vetting_default.c.view_id).where(vetting_default.c.by == by)
    return connection.execute(query).scalar_one_or_none()


def set_default(connection: sa.Connection, by: str, view_id: str | None) -> None:
    """Begins with a view from now on, or (None) with the whole list."""
    connection.execute(vetting_default.delete().where(vetting_default.c.by == by))
    if view_id is not None:
        connection.execute(vetting_default.insert().values(by=by, view_id=view_id))


# --- rows and values --------------------------------------------------------------------------


def _columns(value: Line) -> dict[str, object]:
    return {
        "traveller_id": value.traveller_id,
        "voyage_id": value.voyage_id,
        "port": value.port,
        "direction": value.direction.value,
        "carrier": value.carrier,
        "issuer": value.issuer,
        "search": value.search,
        "due_at": value.due_at,
        "called_off": value.called_off,
        "urgency": urgency(value.advice),
        "settled": bool(value.settled_by),
        "due_hour": hour_of(value.due_at),
        "news": -min(len(value.news), _MOST_NEWS),
        "told": dict(value.told),
        "seen": dict(value.seen),
        "looked_by": value.looked_by,
        "looked_at": value.looked_at,
        "settled_by": value.settled_by,
        "settled_at": value.settled_at,
        "changed_at": value.changed_at,
    }


def _line(row: sa.Row[tuple[object, ...]], why: Iterable[Reason]) -> Line:
    columns = row._mapping
    return Line(
        traveller_id=columns["traveller_id"],
        voyage_id=columns["voyage_id"],
        port=columns["port"],
        direction=Direction(columns["direction"]),
        carrier=columns["carrier"],
        issuer=columns["issuer"],
        search=columns["search"],
        due_at=columns["due_at"],
        called_off=columns["called_off"],
        advice=advice_of(columns["urgency"]),
        told=columns["told"],
        seen=columns["seen"],
        reasons=frozenset(why),
        looked_by=columns["looked_by"],
        looked_at=columns["looked_at"],
        settled_by=columns["settled_by"],
        settled_at=columns["settled_at"],
        changed_at=columns["changed_at"],
    )


def _reasons(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Reason]]:
    query = sa.select(vetting_reason).where(vetting_reason.c.traveller_id.in_(ids))
    found: dict[str, list[Reason]] = {}
    for row in connection.execute(query):
        found.setdefault(row.traveller_id, []).append(Reason(kind=row.kind, id=row.ref_id))
    return found


def _forget_reasons(connection: sa.Connection, ids: Sequence[str]) -> None:
    connection.execute(vetting_reason.delete().where(vetting_reason.c.traveller_id.in_(ids)))


def _view(row: sa.Row[tuple[object, ...]]) -> SavedView:
    columns = row._mapping
    return SavedView(
        id=columns["id"],
        name=columns["name"],
        by=columns["by"],
        unit_id=columns["unit_id"],
        wanted=Wanted.of(columns["wanted"]),
        made_at=columns["made_at"],
    )
