"""Rosters of examiners and their duties."""

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from parakh.domain.roster import Duty, Roster, RosterState, Shortage
from parakh.errors import NotFound
from parakh.store.codec import Codec
from parakh.store.database import Tx
from parakh.store.tables import roster, roster_duty

_SHORTAGES: Codec[tuple[Shortage, ...]] = Codec(tuple[Shortage, ...])


def rosters(connection: sa.Connection, limit: int = 50) -> list[Roster]:
    """Rosters that were not discarded, newest first."""
    query = (
        sa.select(roster)
        .where(roster.c.state != RosterState.DISCARDED.value)
        .order_by(roster.c.since.desc(), roster.c.id.desc())
        .limit(limit)
    )
    return [_roster(row) for row in connection.execute(query)]


def get(connection: sa.Connection, roster_id: str, *, lock: bool = False) -> Roster:
    """One roster; raises NotFound."""
    query = sa.select(roster).where(roster.c.id == roster_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such roster")
    return _roster(row)


def save(tx: Tx, value: Roster) -> None:
    """Adds a roster, or updates the one with its identifier."""
    columns = {
        "since": value.since,
        "until": value.until,
        "state": value.state.value,
        "made_by": value.made_by,
        "made_at": value.made_at,
        "published_by": value.published_by,
        "published_at": value.published_at,
        "told": {
            "penalty": value.penalty,
            "bound": value.bound,
            "greedy": value.greedy,
            "seconds": value.seconds,
            "shortages": _SHORTAGES.dump(value.shortages),
        },
    }
    own = roster.c.id == value.id
    if tx.connection.execute(roster.update().where(own).values(columns)).rowcount == 0:
        tx.connection.execute(roster.insert().values(id=value.id, **columns))


def duties(connection: sa.Connection, roster_id: str) -> list[Duty]:
    """The duties of a roster, in order of time."""
    query = sa.select(roster_duty).where(roster_duty.c.roster_id == roster_id)
    return sorted(_duty(row) for row in connection.execute(query))


def add_duties(tx: Tx, roster_id: str, values: Iterable[Duty]) -> None:
    """Adds duties to a roster."""
    rows = [
        {
            "roster_id": roster_id,
            "examiner_id": own.examiner_id,
            "day": own.day,
            "slot": own.slot,
            "terminal_id": own.terminal_id,
        }
        for own in values
    ]
    if rows:
        tx.connection.execute(roster_duty.insert(), rows)


def remove_duty(tx: Tx, roster_id: str, examiner_id: str, day: date) -> bool:
    """Takes what somebody does on a day out of a roster; False when he had no duty then."""
    own = roster_duty.c
    done = tx.connection.execute(
        roster_duty.delete().where(
            own.roster_id == roster_id, own.examiner_id == examiner_id, own.day == day
        )
    )
    return done.rowcount > 0


def published(connection: sa.Connection, since: date, until: date) -> list[Duty]:
    """Duties of published rosters in [since, until]."""
    query = (
        sa.select(roster_duty)
        .join(roster, roster.c.id == roster_duty.c.roster_id)
        .where(
            roster.c.state == RosterState.PUBLISHED.value,
            roster_duty.c.day >= since,
            roster_duty.c.day <= until,
        )
    )
    return sorted(_duty(row) for row in connection.execute(query))


def covers(connection: sa.Connection, day: date) -> bool:
    """Whether a published roster has this day."""
    query = sa.select(roster.c.id).where(
        roster.c.state == RosterState.PUBLISHED.value,
        roster.c.since <= day,
        roster.c.until >= day,
    )
    return connection.execute(query.limit(1)).first() is not None


def clear(tx: Tx, since: date, until: date, but: Collection[str]) -> int:
    """Takes the duties of other published rosters on some days away; gives how many."""
    others = sa.select(roster.c.id).where(
        roster.c.state == RosterState.PUBLISHED.value, roster.c.id.not_in(list(but))
    )
    own = roster_duty.c
    return tx.connection.execute(
        roster_duty.delete().where(own.roster_id.in_(others), own.day >= since, own.day <= until)
    ).rowcount


def _duty(row: sa.Row[tuple[object, ...]]) -> Duty:
    own = row._mapping
    return Duty(
        day=own["day"],
        slot=own["slot"],
        terminal_id=own["terminal_id"],
        examiner_id=own["examiner_id"],
    )


def _roster(row: sa.Row[tuple[object, ...]]) -> Roster:
    own = row._mapping
    told = own["told"]
    return Roster(
        id=own["id"],
        since=own["since"],
        until=own["until"],
        state=RosterState(own["state"]),
        made_by=own["made_by"],
        made_at=own["made_at"],
        published_by=own["published_by"],
        published_at=own["published_at"],
        penalty=told["penalty"],
        bound=told["bound"],
        greedy=told["greedy"],
        seconds=told["seconds"],
        shortages=_SHORTAGES.load(told["shortages"]),
    )
