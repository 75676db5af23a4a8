"""Templates sealed anew under another key, and made anew by another model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.domain.face import Template
from parakh.domain.ids import new_id
from parakh.domain.watchlist import EntryState
from parakh.store.database import Tx
from parakh.store.pictures import gallery_purpose, hold
from parakh.store.tables import picture, template, watchlist_entry
from parakh.store.vault import Vault
from parakh.store.watchlists import ENTRY_CHANGED


def reseal(
    connection: sa.Connection, vault: Vault, gallery_id: str, after: str, limit: int
) -> tuple[str, int]:
    """Seals the next templates of a gallery under the key in force.

    Gives the last one's identifier, and how many there were; 0 at the end.
    """
    query = (
        sa.select(template.c.id, template.c.sealed)
        .where(template.c.gallery == gallery_id, template.c.id > after)
        .order_by(template.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    for row in rows:
        again = vault.reseal(connection, gallery_purpose(gallery_id), row.id, row.sealed)
        if again is not None:
            connection.execute(
                template.update().where(template.c.id == row.id).values(sealed=again)
            )
    return (rows[-1].id if rows else after), len(rows)


def move_templates(tx: Tx, vault: Vault, watchlist_id: str, gallery_id: str) -> int:
    """Seals the templates of a list's entries under another gallery's key; gives how many."""
    entries = sa.select(watchlist_entry.c.id).where(watchlist_entry.c.watchlist_id == watchlist_id)
    hold(tx.connection, picture.c.owner_id.in_(entries))
    query = (
        sa.select(template)
        .join(watchlist_entry, watchlist_entry.c.id == template.c.reference_id)
        .where(watchlist_entry.c.watchlist_id == watchlist_id, template.c.gallery != gallery_id)
    )
    rows = tx.connection.execute(query).all()
    for row in rows:
        vector = vault.open(tx.connection, gallery_purpose(row.gallery), row.id, row.sealed)
        sealed = vault.seal(tx.connection, gallery_purpose(gallery_id), row.id, vector)
        tx.connection.execute(
            template.update()
            .where(template.c.id == row.id)
            .values(gallery=gallery_id, sealed=sealed)
        )
    tx.changed(ENTRY_CHANGED, sorted({row.reference_id for row in rows}))
    return len(rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stale:
    """A picture whose templates other models made."""

    picture_id: str
    entry_id: str
    gallery_id: str


def stale(
    connection: sa.Connection,
    models: Collection[str],
    *,
    after: str = "",
    limit: int | None = None,
) -> list[Stale]:
    """Pictures of living entries that lack a template of one of these models, by identifier."""
    own = template.c
    query = (
        sa.select(own.picture_id, own.reference_id, own.gallery)
        .join(watchlist_entry, watchlist_entry.c.id == own.reference_id)
        .where(
            own.picture_id > after,
            own.picture_id.not_in(_with_all(models)),
            watchlist_entry.c.state.in_((EntryState.PROPOSED.value, EntryState.APPROVED.value)),
        )
        .group_by(own.picture_id, own.reference_id, own.gallery)
        .order_by(own.picture_id)
        .limit(limit)
    )
    return [
        Stale(picture_id=row.picture_id, entry_id=row.reference_id, gallery_id=row.gallery)
        for row in connection.execute(query)
    ]


def _with_all(models: Collection[str]) -> sa.Select[tuple[str]]:
    """Pictures that have templates of all of these models."""
    own = template.alias().c
    return (
        sa.select(own.picture_id)
        .where(own.model.in_(set(models)))
        .group_by(own.picture_id)
        .having(sa.func.count(own.model.distinct()) == len(set(models)))
    )


def renew_templates(tx: Tx, vault: Vault, made: Mapping[str, Sequence[Template]]) -> int:
    """Adds templates to pictures (by identifier), in the place of those by the same models.

    Gives how many pictures: those that were deleted while somebody made the templates are left
    out. Gallery, proposer and approver are those that the picture's templates have by now.
    """
    held = hold(tx.connection, picture.c.id.in_(made))
    of = _kept(tx.connection, held)
    own = template.c
    for picture_id, kept in of.items():
        values = made[picture_id]
        same = own.model.in_([value.model for value in values])
        tx.connection.execute(template.delete().where(own.picture_id == picture_id, same))
        tx.connection.execute(
            template.insert(),
            [_columns(tx, vault, picture_id, kept, value) for value in values],
        )
    tx.changed(ENTRY_CHANGED, sorted({kept["reference_id"] for kept in of.values()}))
    return len(of)


def _kept(connection: sa.Connection, picture_ids: Collection[str]) -> dict[str, sa.RowMapping]:
    """What the templates of pictures have in common, by picture."""
    own = template.c
    query = (
        sa.select(
            own.picture_id,
            own.reference_id,
            own.gallery,
            sa.func.min(own.proposed_by).label("proposed_by"),
            sa.func.max(own.approved_by).label("approved_by"),
        )
        .where(own.picture_id.in_(picture_ids))
        .group_by(own.picture_id, own.reference_id, own.gallery)
        .order_by(own.picture_id)
    )
    return {row["picture_id"]: row for row in connection.execute(query).mappings()}


def _columns(
    tx: Tx, vault: Vault, picture_id: str, kept: sa.RowMapping, value: Template
) -> dict[str, object]:
    template_id = new_id()
    purpose = gallery_purpose(kept["gallery"])
    return {
        "id": template_id,
        "gallery": kept["gallery"],
        "reference_id": kept["reference_id"],
        "model": value.model,
        "picture_id": picture_id,
        "sealed": vault.seal(tx.connection, purpose, template_id, value.vector),
        "created_at": tx.at,
        "proposed_by": kept["proposed_by"],
        "approved_by": kept["approved_by"],
    }


def count_former(connection: sa.Connection, models: Collection[str]) -> int:
    """How many templates `drop_former` would delete, of all galleries."""
    own = template.c
    query = sa.select(sa.func.count()).where(
        own.model.not_in(set(models)), own.picture_id.in_(_with_all(models))
    )
    return int(connection.execute(query).scalar_one())


def drop_former(tx: Tx, gallery_id: str, models: Collection[str]) -> int:
    """Deletes the templates of other models whose pictures have one of each of these; gives how
    many."""
    own = template.c
    gone = tx.connection.execute(
        template.delete()
        .where(
            own.gallery == gallery_id,
            own.model.not_in(set(models)),
            own.picture_id.in_(_with_all(models)),
        )
        .returning(own.reference_id)
    )
    entries = list(gone.scalars())
    tx.changed(ENTRY_CHANGED, sorted(set(entries)))
    return len(entries)


def forget_gallery(tx: Tx, entry_ids: Sequence[str], gallery_id: str) -> tuple[int, int]:
    """Deletes all templates of a gallery, and the pictures of these entries; gives how many."""
    templates_ = tx.connection.execute(template.delete().where(template.c.gallery == gallery_id))
    gone = 0
    for start in range(0, len(entry_ids), 1000):
        some = entry_ids[start : start + 1000]
        own = picture.delete().where(picture.c.owner_id.in_(some))
        gone += tx.connection.execute(own).rowcount
    tx.changed(ENTRY_CHANGED, entry_ids)
    return templates_.rowcount, gone
