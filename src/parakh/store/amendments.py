"""Changes of watchlist entries that wait for a second person, and what became of them."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.amendment import Amendment, AmendmentState
from parakh.domain.lookout import LOOKOUTS
from parakh.errors import NotFound
from parakh.store.codec import ENTRY
from parakh.store.database import Tx
from parakh.store.tables import amendment, watchlist_entry


def save(tx: Tx, value: Amendment) -> None:
    """Adds a change, or notes what was decided on it."""
    decided = {
        "state": value.state.value,
        "decided_by": value.decided_by,
        "decided_at": value.decided_at,
        "decision": value.decision,
    }
    done = tx.connection.execute(
        amendment.update().where(amendment.c.id == value.id).values(decided)
    )
    if done.rowcount:
        return
    tx.connection.execute(
        amendment.insert().values(
            id=value.id,
            entry_id=value.entry_id,
            before=ENTRY.dump(value.before),
            after=ENTRY.dump(value.after),
            reason=value.reason,
            proposed_by=value.proposed_by,
            proposed_at=value.proposed_at,
            **decided,
        )
    )


def get(connection: sa.Connection, amendment_id: str) -> Amendment:
    """One change; raises NotFound."""
    row = connection.execute(
        sa.select(amendment).where(amendment.c.id == amendment_id)
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such change")
    return _amendment(row)


def of_entry(connection: sa.Connection, entry_id: str) -> list[Amendment]:
    """All changes of an entry, the newest first."""
    query = (
        sa.select(amendment)
        .where(amendment.c.entry_id == entry_id)
        .order_by(amendment.c.proposed_at.desc(), amendment.c.id.desc())
    )
    return [_amendment(row) for row in connection.execute(query)]


def open_ones(connection: sa.Connection, *, offset: int, limit: int) -> tuple[list[Amendment], int]:
    """A page of the changes that wait, the oldest first, and how many wait."""
    waits = amendment.c.state == AmendmentState.OPEN.value
    total = connection.execute(
        sa.select(sa.func.count()).select_from(amendment).where(waits)
    ).scalar_one()
    query = (
        sa.select(amendment)
        .where(waits)
        .order_by(amendment.c.proposed_at, amendment.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [_amendment(row) for row in connection.execute(query)], int(total)


def close_open(tx: Tx, entry_id: str, why: str) -> None:
    """Rejects what still waits for an entry that is over."""
    tx.connection.execute(
        amendment.update()
        .where(amendment.c.entry_id == entry_id, amendment.c.state == AmendmentState.OPEN.value)
        .values(
            state=AmendmentState.REJECTED.value,
            decided_by=tx.actor.name,
            decided_at=tx.at,
            decision=why,
        )
    )


def made_by_hand(connection: sa.Connection, entry_id: str) -> bool:
    """Whether no version of its list brought the entry, so that none will change or end it."""
    query = sa.select(watchlist_entry.c.version_id).where(watchlist_entry.c.id == entry_id)
    return connection.execute(query).scalar_one() is None


def sweep_again(tx: Tx, entry_ids: Iterable[str]) -> None:
    """Lets everybody on file be screened against entries once more."""
    tx.connection.execute(
        watchlist_entry.update()
        .where(watchlist_entry.c.id.in_(set(entry_ids)))
        .values(swept_at=None, sweep_id=None)
    )


# --- what is due ------------------------------------------------------------------------------


def expiring(now: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Entries in force that end by `until`; lookouts are meant to, and are none of them."""
    own = watchlist_entry.c
    ends = (own.expires_at > now) & (own.expires_at <= until)
    return (own.state == "approved") & ends & (own.watchlist_id != LOOKOUTS)


def past_review(now: datetime) -> sa.ColumnElement[bool]:
    """Entries in force at which somebody should have looked."""
    own = watchlist_entry.c
    in_force = own.expires_at.is_(None) | (own.expires_at > now)
    return (own.state == "approved") & (own.review_at <= now) & in_force


def ended(since: datetime, now: datetime) -> sa.ColumnElement[bool]:
    """Entries that were retired, or expired, from `since` on; lookouts have a page of their own."""
    own = watchlist_entry.c
    retired = (own.state == "retired") & (own.decided_at >= since)
    expired = (own.state == "approved") & (own.expires_at > since) & (own.expires_at <= now)
    return (retired | expired) & (own.watchlist_id != LOOKOUTS)


def entry_ids(
    connection: sa.Connection,
    where: sa.ColumnElement[bool],
    order: str,
    *,
    offset: int,
    limit: int,
) -> tuple[list[str], int]:
    """A page of entries' identifiers in order of a column, and how many there are."""
    own = watchlist_entry.c
    total = connection.execute(
        sa.select(sa.func.count()).select_from(watchlist_entry).where(where)
    ).scalar_one()
    query = sa.select(own.id).where(where).order_by(own[order], own.id).offset(offset).limit(limit)
    return list(connection.execute(query).scalars()), int(total)


def count_due(connection: sa.Connection, now: datetime, until: datetime, most: int) -> int:
    """How many entries end by `until` or are past their review, each once, `most` at most."""
    both = [
        sa.select(watchlist_entry.c.id).where(where).limit(most).subquery()
        for where in (expiring(now, until), past_review(now))
    ]
    found = sa.union(*(sa.select(own.c.id) for own in both)).limit(most).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one())


def _amendment(row: sa.Row[tuple[object, ...]]) -> Amendment:
    columns = row._mapping
    return Amendment(
        id=columns["id"],
        entry_id=columns["entry_id"],
        before=ENTRY.load(columns["before"]),
        after=ENTRY.load(columns["after"]),
        reason=columns["reason"],
        proposed_by=columns["proposed_by"],
        proposed_at=columns["proposed_at"],
        state=AmendmentState(columns["state"]),
        decided_by=columns["decided_by"],
        decided_at=columns["decided_at"],
        decision=columns["decision"],
    )
