"""What happened at lanes, counted by five minutes, and how posts and feeds stood."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.domain.performance import (
    IDLE,
    Bucket,
    Counts,
    Feed,
    Standing,
    bucket_of,
)
from parakh.domain.sketch import Sketch
from parakh.domain.voyage import CrossingState, Direction
from parakh.store.database import insert_of
from parakh.store.tables import (
    capture,
    crossing,
    hit,
    performance_bucket,
    performance_clock,
    performance_feed,
    performance_state,
)

_CLOCK = "measuring"
Place = tuple[datetime, str, str]
"""Which bucket: its beginning, post and lane."""

# --- counting ---------------------------------------------------------------------------------


def counted(connection: sa.Connection, since: datetime, until: datetime) -> dict[Place, Counts]:
    """What the records of [since, until) say of each bucket; both are bounds of buckets.

    Counted anew from the records each time, so that a crash in between counts nothing twice.
    """
    sums: dict[Place, dict[str, int]] = {}
    times: dict[Place, list[float]] = {}
    last: dict[tuple[str, str], datetime] = {}
    for row in _crossings(connection, since - IDLE, until):
        before = last.get((row.port, row.lane))
        last[row.port, row.lane] = row.at
        if row.at < since:
            continue
        place = (bucket_of(row.at), row.port, row.lane)
        _add(sums, place, "crossings", 1)
        _add(sums, place, "entries", int(row.direction == Direction.ENTRY.value))
        gap = (row.at - before).total_seconds() if before else 0.0
        # Records of the same second were made by a clerk's batch, not by a lane.
        if 1 <= gap <= IDLE.total_seconds():
            times.setdefault(place, []).append(gap)
    for row in _captures(connection, since, until):
        place = (bucket_of(row.at), row.port, row.lane)
        _add(sums, place, "captures", 1)
        if row.verification is not None:
            _add(sums, place, "compared", 1)
            matched = row.threshold is not None and row.verification >= row.threshold
            _add(sums, place, "matched", int(matched))
    for row in _hits(connection, since, until):
        place = (bucket_of(row.at), row.port, row.lane)
        _add(sums, place, "hits", 1)
        if row.state in ("confirmed", "cleared"):
            _add(sums, place, row.state, 1)
    return {
        place: Counts(**found, times=Sketch.of(times.get(place, ())))
        for place, found in sums.items()
    }


def _add(sums: dict[Place, dict[str, int]], place: Place, name: str, by: int) -> None:
    own = sums.setdefault(place, {})
    own[name] = own.get(name, 0) + by


def _crossings(
    connection: sa.Connection, since: datetime, until: datetime
) -> Iterable[sa.Row[Any]]:
    own = crossing.c
    return connection.execute(
        sa.select(own.port, own.lane, own.at, own.direction)
        .where(own.at >= since, own.at < until, own.state == CrossingState.ACTUAL.value)
        .order_by(own.at, own.id)
    )


def _captures(connection: sa.Connection, since: datetime, until: datetime) -> Iterable[sa.Row[Any]]:
    """Captures, with the threshold that held when a face was compared."""
    own = capture.c
    threshold = own.answer[("verification", "threshold")].as_float()
    return connection.execute(
        sa.select(own.port, own.lane, own.at, own.verification, threshold.label("threshold")).where(
            own.at >= since, own.at < until
        )
    )


def _hits(connection: sa.Connection, since: datetime, until: datetime) -> Iterable[sa.Row[Any]]:
    by_traveller = (
        sa.select(crossing.c.port, crossing.c.lane, crossing.c.at, hit.c.state)
        .join(hit, hit.c.subject_id == crossing.c.traveller_id)
        .where(
            hit.c.subject_kind == "traveller",
            crossing.c.at >= since,
            crossing.c.at < until,
            crossing.c.state == CrossingState.ACTUAL.value,
        )
    )
    by_capture = (
        sa.select(capture.c.port, capture.c.lane, capture.c.at, hit.c.state)
        .join(hit, hit.c.subject_id == capture.c.id)
        .where(hit.c.subject_kind == "capture", capture.c.at >= since, capture.c.at < until)
    )
    return [*connection.execute(by_traveller), *connection.execute(by_capture)]


# --- buckets ----------------------------------------------------------------------------------


def put_counted(
    connection: sa.Connection, since: datetime, until: datetime, found: Mapping[Place, Counts]
) -> int:
    """Puts what was counted anew of [since, until) in place of what stood there; gives how many
    buckets changed. Tries stay: they are counted as they come."""
    within = (performance_bucket.c.at >= since) & (performance_bucket.c.at < until)
    standing = {
        (row.at, row.post, row.lane): _columns(_counts(row))
        for row in connection.execute(sa.select(performance_bucket).where(within))
    }
    now = {place: _columns(found.get(place, Counts())) for place in standing | dict(found)}
    changed = [place for place, own in now.items() if standing.get(place) != own]
    statement = insert_of(connection)(performance_bucket)
    upsert = statement.on_conflict_do_update(
        index_elements=["at", "post", "lane"],
        set_={name: statement.excluded[name] for name in _columns(Counts())},
    )
    rows = [
        {"at": at, "post": post, "lane": lane, **now[at, post, lane]} for at, post, lane in changed
    ]
    if rows:
        connection.execute(upsert, rows)
    return len(rows)


def count_try(
    connection: sa.Connection, *, post: str, lane: str, at: datetime, unfit: bool
) -> None:
    """Counts one picture that a gate answered, in the transaction that answers it."""
    statement = insert_of(connection)(performance_bucket).values(
        at=bucket_of(at), post=post, lane=lane, tries=1, unfit=int(unfit)
    )
    own = performance_bucket.c
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["at", "post", "lane"],
            set_={"tries": own.tries + 1, "unfit": own.unfit + int(unfit)},
        )
    )


def buckets(
    connection: sa.Connection, since: datetime, until: datetime, posts: Sequence[str] | None
) -> list[Bucket]:
    """The buckets of [since, until), of some posts or (None) all, in order of time."""
    own = performance_bucket.c
    query = sa.select(performance_bucket).where(own.at >= since, own.at < until)
    if posts is not None:
        query = query.where(own.post.in_(posts))
    return [
        Bucket(at=row.at, post=row.post, lane=row.lane, counts=_counts(row))
        for row in connection.execute(query.order_by(own.at, own.post, own.lane))
    ]


def days(connection: sa.Connection) -> tuple[datetime, datetime] | None:
    """The first and the last moment of which figures are kept."""
    own = performance_bucket.c.at
    first, last = connection.execute(sa.select(sa.func.min(own), sa.func.max(own))).one()
    return None if first is None else (first, last)


def _columns(value: Counts) -> dict[str, Any]:
    return {
        "crossings": value.crossings,
        "entries": value.entries,
        "times": {str(place): count for place, count in sorted(value.times.bins.items())},
        "captures": value.captures,
        "compared": value.compared,
        "matched": value.matched,
        "hits": value.hits,
        "confirmed": value.confirmed,
        "cleared": value.cleared,
    }


def _counts(row: sa.Row[Any]) -> Counts:
    return Counts(
        crossings=row.crossings,
        entries=row.entries,
        times=Sketch(bins={int(place): count for place, count in row.times.items()}),
        tries=row.tries,
        unfit=row.unfit,
        captures=row.captures,
        compared=row.compared,
        matched=row.matched,
        hits=row.hits,
        confirmed=row.confirmed,
        cleared=row.cleared,
    )


# --- how posts and feeds stood ------------------------------------------------------------------


def put_standings(connection: sa.Connection, values: Iterable[Standing]) -> None:
    """Stores how posts stand, in place of what was stored of the same five minutes."""
    rows = [
        {
            "at": bucket_of(own.at),
            "post": own.post,
            "announced": own.announced,
            "waiting": own.waiting,
            "waiting_since": own.waiting_since,
            "alerts_open": own.alerts_open,
            "alerts_late": own.alerts_late,
            "stations_up": own.stations_up,
            "stations_late": own.stations_late,
            "stations_down": own.stations_down,
            "drawn": own.drawn,
            "drawn_done": own.drawn_done,
        }
        for own in values
    ]
    _put(connection, performance_state, ["at", "post"], rows)


def standings(
    connection: sa.Connection, since: datetime, until: datetime, posts: Sequence[str] | None
) -> list[Standing]:
    """How posts stood in the five minutes of [since, until), in order of time."""
    own = performance_state.c
    query = sa.select(performance_state).where(own.at >= since, own.at < until)
    if posts is not None:
        query = query.where(own.post.in_(posts))
    return [
        Standing(**row._mapping) for row in connection.execute(query.order_by(own.at, own.post))
    ]


def put_feeds(connection: sa.Connection, values: Iterable[Feed]) -> None:
    """Stores how feeds stand, in place of what was stored of the same five minutes."""
    rows = [
        {
            "at": bucket_of(own.at),
            "feed": own.name,
            "posts": list(own.posts),
            "last_at": own.last_at,
            "usual_seconds": own.usual.total_seconds() if own.usual else None,
            "messages": own.messages,
            "failed": own.failed,
        }
        for own in values
    ]
    _put(connection, performance_feed, ["at", "feed"], rows)


def feeds(connection: sa.Connection, since: datetime, until: datetime) -> list[Feed]:
    """How feeds stood when they were measured last in [since, until), in order of name."""
    own = performance_feed.c
    query = sa.select(performance_feed).where(own.at >= since, own.at < until)
    found = {row.feed: row for row in connection.execute(query.order_by(own.at))}
    return [
        Feed(
            at=row.at,
            name=row.feed,
            posts=tuple(row.posts),
            last_at=row.last_at,
            usual=None if row.usual_seconds is None else timedelta(seconds=row.usual_seconds),
            messages=row.messages,
            failed=row.failed,
        )
        for _, row in sorted(found.items())
    ]


def _put(
    connection: sa.Connection, table: sa.Table, keys: list[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    statement = insert_of(connection)(table)
    rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    upsert = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    connection.execute(upsert, list(rows))


# --- the clock of measuring --------------------------------------------------------------------


def claim(
    connection: sa.Connection, now: datetime, every: timedelta, settle: timedelta
) -> tuple[datetime, bool] | None:
    """Since when nothing was measured, and whether it is time to settle, for one worker alone;
    None where another one, or this, measured less than `every` ago."""
    clock = performance_clock
    first = insert_of(connection)(clock).values(
        id=_CLOCK, claimed_at=now - every, settled_at=now - settle
    )
    connection.execute(first.on_conflict_do_nothing())
    query = sa.select(clock.c.claimed_at, clock.c.settled_at).with_for_update()
    claimed, settled = connection.execute(query).one()
    if now - claimed < every:
        return None
    due = now - settled >= settle
    values = {"claimed_at": now} | ({"settled_at": now} if due else {})
    connection.execute(clock.update().values(values))
    return claimed, due


def measured(connection: sa.Connection, at: datetime) -> None:
    """Notes that the figures are those of this moment."""
    connection.execute(performance_clock.update().values(measured_at=at))


def measured_at(connection: sa.Connection) -> datetime | None:
    """Of which moment the newest figures are; None before the first."""
    return connection.execute(sa.select(performance_clock.c.measured_at)).scalar_one_or_none()


def forget(connection: sa.Connection, before: datetime) -> int:
    """Deletes the figures of before a moment; gives how many rows."""
    return sum(
        connection.execute(table.delete().where(table.c.at < before)).rowcount
        for table in (performance_bucket, performance_state, performance_feed)
    )


def seen(connection: sa.Connection, since: datetime) -> set[str]:
    """The ports at which something was counted since a moment."""
    own = performance_bucket.c
    return set(connection.execute(sa.select(own.post).where(own.at >= since).distinct()).scalars())


def posts_counted(connection: sa.Connection) -> set[str]:
    """The ports of the newest standings: all that were seen when it was measured last."""
    newest = sa.select(sa.func.max(performance_state.c.at)).scalar_subquery()
    query = sa.select(performance_state.c.post).where(performance_state.c.at == newest)
    return set(connection.execute(query).scalars())
