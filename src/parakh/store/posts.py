"""Posts, and the limits that were set for them."""

from collections.abc import Mapping

import sqlalchemy as sa

from parakh.domain.post import Post, PostKind
from parakh.store.database import Tx, insert_of
from parakh.store.tables import post, post_limit


def posts(connection: sa.Connection) -> dict[str, Post]:
    """All posts by the codes of their ports, in order of name."""
    rows = connection.execute(sa.select(post).order_by(post.c.name, post.c.code))
    return {
        row.code: Post(
            code=row.code,
            name=row.name,
            kind=PostKind(row.kind),
            latitude=row.latitude,
            longitude=row.longitude,
            region=row.region,
        )
        for row in rows
    }


def put(tx: Tx, value: Post) -> None:
    """Adds a post, or changes the one of its code."""
    columns = {
        "name": value.name,
        "kind": value.kind.value,
        "latitude": value.latitude,
        "longitude": value.longitude,
        "region": value.region,
    }
    statement = insert_of(tx.connection)(post).values(code=value.code, **columns)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=columns))


def remove(tx: Tx, code: str) -> bool:
    """Takes a post and its limits away; gives whether there was one."""
    tx.connection.execute(post_limit.delete().where(post_limit.c.post == code))
    return tx.connection.execute(post.delete().where(post.c.code == code)).rowcount > 0


def limits(connection: sa.Connection) -> dict[str, dict[str, float]]:
    """The limits that were set, by post ("" for all others) and kind."""
    found: dict[str, dict[str, float]] = {}
    for row in connection.execute(sa.select(post_limit)):
        found.setdefault(row.post, {})[row.kind] = row.value
    return found


def set_limits(tx: Tx, code: str, values: Mapping[str, float]) -> None:
    """Puts the limits of one post ("" for all others) in place of those it had."""
    tx.connection.execute(post_limit.delete().where(post_limit.c.post == code))
    rows = [{"post": code, "kind": kind, "value": value} for kind, value in values.items()]
    if rows:
        tx.connection.execute(post_limit.insert(), rows)
