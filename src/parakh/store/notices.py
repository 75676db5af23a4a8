"""Who follows which profile, and the notices that he gets of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.hit import Kind, Ref
from parakh.domain.phrase import Phrase
from parakh.store.codec import PHRASE
from parakh.store.database import Tx, insert_of
from parakh.store.tables import notice, profile, profile_follow


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Tells one user of one event; `key` is the event's, so that nobody is told twice."""

    id: str
    user_id: str
    subject: Ref
    key: str
    kind: str
    text: Phrase
    path: str
    at: datetime
    read_at: datetime | None = None


# --- following --------------------------------------------------------------------------------


def follow(tx: Tx, profile_id: str, user_id: str) -> None:
    """From now on the user is told of what happens; following twice is following once."""
    row = insert_of(tx.connection)(profile_follow).values(
        profile_id=profile_id, user_id=user_id, since=tx.at
    )
    tx.connection.execute(row.on_conflict_do_nothing())


def unfollow(tx: Tx, profile_id: str, user_id: str) -> None:
    """The user is told no more."""
    mine = (profile_follow.c.profile_id == profile_id) & (profile_follow.c.user_id == user_id)
    tx.connection.execute(profile_follow.delete().where(mine))


def followed(connection: sa.Connection) -> dict[str, dict[str, datetime]]:
    """By lasting profile: its followers, and since when each follows it."""
    query = sa.select(profile.c.lasting_id, profile_follow.c.user_id, profile_follow.c.since).join(
        profile, profile.c.id == profile_follow.c.profile_id
    )
    found: dict[str, dict[str, datetime]] = {}
    for lasting_id, user_id, since in connection.execute(query):
        users = found.setdefault(lasting_id, {})
        users[user_id] = min(since, users.get(user_id, since))
    return found


def follows(connection: sa.Connection, profile_ids: Iterable[str], user_id: str) -> bool:
    """Whether the user follows one of some profiles."""
    query = sa.select(profile_follow.c.profile_id).where(
        profile_follow.c.profile_id.in_(list(profile_ids)), profile_follow.c.user_id == user_id
    )
    return connection.execute(query.limit(1)).first() is not None


def followed_by(connection: sa.Connection, user_id: str) -> set[str]:
    """The lasting profiles that a user follows."""
    query = (
        sa.select(profile.c.lasting_id)
        .join(profile_follow, profile.c.id == profile_follow.c.profile_id)
        .where(profile_follow.c.user_id == user_id)
    )
    return set(connection.execute(query).scalars())


# --- notices ----------------------------------------------------------------------------------


def told(connection: sa.Connection, subject_id: str) -> set[tuple[str, str]]:
    """Of one subject: users, and keys of events of which each was told."""
    query = sa.select(notice.c.user_id, notice.c.key).where(notice.c.subject_id == subject_id)
    return {(row.user_id, row.key) for row in connection.execute(query)}


def add(tx: Tx, values: Sequence[Notice]) -> None:
    """Adds notices; who was told of the same event already is not told again."""
    rows = [
        {
            "id": own.id,
            "user_id": own.user_id,
            "subject_kind": own.subject.kind.value,
            "subject_id": own.subject.id,
            "key": own.key,
            "kind": own.kind,
            "text": PHRASE.dump(own.text),
            "path": own.path,
            "at": own.at,
        }
        for own in values
    ]
    if rows:
        statement = insert_of(tx.connection)(notice)
        tx.connection.execute(statement.on_conflict_do_nothing(), rows)


def unread(connection: sa.Connection, user_id: str) -> int:
    """How many notices a user has not read."""
    query = sa.select(sa.func.count()).where(
        notice.c.user_id == user_id, notice.c.read_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def of_user(connection: sa.Connection, user_id: str, limit: int) -> list[Notice]:
    """A user's notices: those not read first, then the newest."""
    query = (
        sa.select(notice)
        .where(notice.c.user_id == user_id)
        .order_by(notice.c.read_at.is_not(None), notice.c.at.desc(), notice.c.id.desc())
        .limit(limit)
    )
    return [_notice(row) for row in connection.execute(query)]


def read(tx: Tx, user_id: str, ids: Iterable[str] | None) -> int:
    """Marks a user's notices as read: some, or (None) all; gives how many were new."""
    mine = (notice.c.user_id == user_id) & notice.c.read_at.is_(None)
    if ids is not None:
        mine &= notice.c.id.in_(list(ids))
    return tx.connection.execute(notice.update().where(mine).values(read_at=tx.at)).rowcount


def forget(connection: sa.Connection, before: datetime) -> int:
    """Deletes what was read and happened before a moment; gives how many."""
    old = (notice.c.at < before) & notice.c.read_at.is_not(None)
    return connection.execute(notice.delete().where(old)).rowcount


def _notice(row: sa.Row[tuple[object, ...]]) -> Notice:
    columns = row._mapping
    return Notice(
        id=columns["id"],
        user_id=columns["user_id"],
        subject=Ref(kind=Kind(columns["subject_kind"]), id=columns["subject_id"]),
        key=columns["key"],
        kind=columns["kind"],
        text=PHRASE.load(columns["text"]),
        path=columns["path"],
        at=columns["at"],
        read_at=columns["read_at"],
    )
