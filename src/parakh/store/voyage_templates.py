"""Faces of travellers for the time around their crossing: one small gallery a voyage.

Each voyage's templates are sealed under a key of its own, which is destroyed with the last of them.
No picture is kept.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.face import Template
from parakh.domain.gallery import VOYAGE_GALLERY, StagedFrom
from parakh.domain.ids import new_id
from parakh.domain.voyage import CrossingState
from parakh.store import galleries
from parakh.store.database import Tx
from parakh.store.tables import change, crossing, data_key, traveller, voyage, voyage_template
from parakh.store.vault import Opener, Vault

CHANGED = "voyage_template"
"""Kind of the changes that tell which voyages' templates to take in again."""


RETENTION = timedelta(hours=12)
"""Of a traveller's template after his crossing, where its gallery says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedTemplate:
    """A traveller's template, ready to be searched."""

    id: str
    voyage_id: str
    traveller_id: str
    template: Template
    quality: float
    expires_at: datetime


def voyage_purpose(voyage_id: str) -> str:
    """The vault's purpose under which a voyage's templates are sealed."""
    return f"voyage:{voyage_id}"


def retention(connection: sa.Connection) -> timedelta:
    """How long a traveller's template is held after his crossing, or after his voyage is due."""
    return galleries.get(connection, VOYAGE_GALLERY).retention or RETENTION


def save(
    tx: Tx,
    vault: Vault,
    *,
    voyage_id: str,
    traveller_id: str,
    template: Template,
    quality: float,
    staged_from: StagedFrom,
    expires_at: datetime,
) -> str:
    """Seals and keeps a template, with a key for its voyage when it is the first; gives its id."""
    template_id = new_id()
    purpose = voyage_purpose(voyage_id)
    vault.create_key(tx.connection, purpose)
    tx.connection.execute(
        voyage_template.insert().values(
            id=template_id,
            voyage_id=voyage_id,
            traveller_id=traveller_id,
            model=template.model,
            staged_from=staged_from.value,
            quality=quality,
            sealed=vault.seal(tx.connection, purpose, template_id, template.vector),
            created_at=tx.at,
            staged_by=tx.actor.name,
            expires_at=expires_at,
        )
    )
    tx.changed(CHANGED, [voyage_id])
    return template_id


def drop(tx: Tx, traveller_id: str, staged_from: StagedFrom) -> None:
    """Deletes a traveller's templates from one source, before another takes their place."""
    own = voyage_template.c
    tx.connection.execute(
        voyage_template.delete().where(
            own.traveller_id == traveller_id, own.staged_from == staged_from.value
        )
    )


def of_voyages(
    connection: sa.Connection, vault: Vault, voyage_ids: Collection[str], models: Collection[str]
) -> Iterator[StagedTemplate]:
    """The templates of these voyages that these models made, in the order of their making.

    Those of a traveller who was found to be another declared one are that other's.
    """
    own = voyage_template.c
    owner = sa.func.coalesce(traveller.c.joined_to, traveller.c.id).label("owner_id")
    query = (
        sa.select(voyage_template, owner)
        .join(traveller, traveller.c.id == own.traveller_id)
        .where(own.voyage_id.in_(set(voyage_ids)), own.model.in_(set(models)))
        .order_by(own.id)
    )
    openers: dict[str, Opener] = {}
    for row in connection.execute(query):
        if row.voyage_id not in openers:
            openers[row.voyage_id] = vault.opener(connection, voyage_purpose(row.voyage_id))
        vector = openers[row.voyage_id](row.id, row.sealed)
        yield StagedTemplate(
            id=row.id,
            voyage_id=row.voyage_id,
            traveller_id=row.owner_id,
            template=Template(model=row.model, vector=vector),
            quality=row.quality,
            expires_at=row.expires_at,
        )


def changes_after(connection: sa.Connection, seq: int) -> set[str]:
    """Voyages whose templates changed after a change of this number."""
    query = sa.select(change.c.ref_id).where(change.c.seq > seq, change.c.kind == CHANGED)
    return set(connection.execute(query.distinct()).scalars())


def staged_voyages(connection: sa.Connection) -> set[str]:
    """All voyages that have templates."""
    return set(connection.execute(sa.select(voyage_template.c.voyage_id).distinct()).scalars())


def staged_travellers(connection: sa.Connection, voyage_id: str) -> dict[str, set[StagedFrom]]:
    """Of each traveller of a voyage who has templates, where they come from."""
    own = voyage_template.c
    query = sa.select(own.traveller_id, own.staged_from).where(own.voyage_id == voyage_id)
    found: dict[str, set[StagedFrom]] = {}
    for row in connection.execute(query.distinct()):
        found.setdefault(row.traveller_id, set()).add(StagedFrom(row.staged_from))
    return found


def set_expiry(tx: Tx, traveller_id: str, expires_at: datetime) -> None:
    """Sets when a traveller's templates end, such as some hours after he crossed."""
    done = tx.connection.execute(
        voyage_template.update()
        .where(
            voyage_template.c.traveller_id == traveller_id,
            voyage_template.c.expires_at != expires_at,
        )
        .values(expires_at=expires_at)
        .returning(voyage_template.c.voyage_id)
    )
    tx.changed(CHANGED, sorted(set(done.scalars())))


def unsettled(connection: sa.Connection, retention: timedelta) -> dict[str, datetime]:
    """Travellers whose templates should end at another moment than they do, and when: so long after
    the crossing, else after the voyage is due.

    A delayed voyage keeps its faces until it lands, and who crossed sooner, or was recorded by
    another system, is not held longer than he need be.
    """
    own, met = voyage_template.c, crossing.c
    query = (
        sa.select(own.traveller_id, own.expires_at, met.at, voyage.c.due_at)
        .join(voyage, voyage.c.id == own.voyage_id)
        .outerjoin(
            crossing,
            (met.traveller_id == own.traveller_id) & (met.state == CrossingState.ACTUAL.value),
        )
    )
    return {
        row.traveller_id: start + retention
        for row in connection.execute(query)
        if (start := row.at or row.due_at) is not None and row.expires_at != start + retention
    }


def due(connection: sa.Connection, at: datetime) -> bool:
    """Whether there are templates whose time is over."""
    query = sa.select(voyage_template.c.id).where(voyage_template.c.expires_at <= at).limit(1)
    return connection.execute(query).first() is not None


def expire(tx: Tx) -> int:
    """Deletes the templates whose time is over, and the keys of voyages that have none left."""
    return _delete(tx, voyage_template.c.expires_at <= tx.at)


def forget_all(tx: Tx) -> int:
    """Deletes the templates of all voyages, and their keys; gives how many."""
    return _delete(tx, sa.true())


def _delete(tx: Tx, which: sa.ColumnElement[bool]) -> int:
    done = tx.connection.execute(
        voyage_template.delete().where(which).returning(voyage_template.c.voyage_id)
    )
    gone: Sequence[str] = done.scalars().all()
    voyages = sorted(set(gone))
    for voyage_id in voyages:
        _drop_key(tx.connection, voyage_id)
    if voyages:
        tx.changed(CHANGED, voyages)
    return len(gone)


def _drop_key(connection: sa.Connection, voyage_id: str) -> None:
    """Destroys a voyage's key, unless somebody staged another face under it meanwhile."""
    own = data_key.c.purpose == voyage_purpose(voyage_id)
    connection.execute(sa.select(data_key.c.purpose).where(own).with_for_update())
    left = sa.select(voyage_template.c.id).where(voyage_template.c.voyage_id == voyage_id)
    if connection.execute(left.limit(1)).first() is None:
        connection.execute(data_key.delete().where(own))
