"""Pictures and face templates, sealed at rest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.face import Template
from parakh.domain.ids import new_id
from parakh.domain.watchlist import EntryState
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import capture, picture, redress, template, watchlist_entry
from parakh.store.vault import Opener, Vault
from parakh.store.watchlists import ENTRY_CHANGED


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredTemplate:
    """An enrolled template: its row, its gallery, and the entry it stands for."""

    id: str
    gallery_id: str
    entry_id: str
    template: Template


def save_picture(
    tx: Tx,
    vault: Vault,
    *,
    owner_kind: str,
    owner_id: str,
    media_type: str,
    data: bytes,
    expires_at: datetime | None = None,
) -> str:
    """Seals and keeps a picture; gives its identifier."""
    picture_id = new_id()
    tx.connection.execute(
        picture.insert().values(
            id=picture_id,
            owner_kind=owner_kind,
            owner_id=owner_id,
            media_type=media_type,
            sealed=vault.seal(tx.connection, "picture", picture_id, data),
            created_at=tx.at,
            expires_at=expires_at,
        )
    )
    return picture_id


def picture_owner(connection: sa.Connection, picture_id: str) -> tuple[str, str]:
    """Kind and identifier of what a picture shows; raises NotFound."""
    query = sa.select(picture.c.owner_kind, picture.c.owner_id).where(picture.c.id == picture_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such picture")
    return row.owner_kind, row.owner_id


def load_picture(connection: sa.Connection, vault: Vault, picture_id: str) -> tuple[bytes, str]:
    """A picture's bytes and media type; raises NotFound."""
    row = connection.execute(sa.select(picture).where(picture.c.id == picture_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such picture")
    return vault.open(connection, "picture", picture_id, row.sealed), row.media_type


def pictures_of(connection: sa.Connection, owner_ids: Iterable[str]) -> dict[str, list[str]]:
    """Picture identifiers by their owner's, oldest first."""
    query = (
        sa.select(picture.c.owner_id, picture.c.id)
        .where(picture.c.owner_id.in_(set(owner_ids)))
        .order_by(picture.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.owner_id, []).append(row.id)
    return found


def release(tx: Tx, owner_id: str) -> None:
    """Ends the time of an owner's pictures; the next housekeeping deletes them."""
    tx.connection.execute(
        picture.update().where(picture.c.owner_id == owner_id).values(expires_at=tx.at)
    )


def delete(tx: Tx, picture_id: str) -> None:
    """Deletes a picture to which nothing points any more."""
    tx.connection.execute(picture.delete().where(picture.c.id == picture_id))


def due(connection: sa.Connection, at: datetime) -> bool:
    """Whether there are pictures whose time is over."""
    query = sa.select(picture.c.id).where(picture.c.expires_at <= at).limit(1)
    return connection.execute(query).first() is not None


def expire_pictures(tx: Tx) -> int:
    """Deletes pictures whose time is over; gives how many."""
    gone = sa.select(picture.c.id).where(picture.c.expires_at <= tx.at)
    tx.connection.execute(
        capture.update().where(capture.c.picture_id.in_(gone)).values(picture_id=None)
    )
    tx.connection.execute(
        redress.update().where(redress.c.picture_id.in_(gone)).values(picture_id=None)
    )
    return tx.connection.execute(picture.delete().where(picture.c.expires_at <= tx.at)).rowcount


def gallery_purpose(gallery_id: str) -> str:
    """The vault's purpose under which a gallery's templates are sealed."""
    return f"gallery:{gallery_id}"


def save_template(
    tx: Tx, vault: Vault, gallery_id: str, entry_id: str, picture_id: str, value: Template
) -> None:
    """Seals a template of an entry; it is not searched until another person approves it."""
    template_id = new_id()
    purpose = gallery_purpose(gallery_id)
    tx.connection.execute(
        template.insert().values(
            id=template_id,
            gallery=gallery_id,
            reference_id=entry_id,
            model=value.model,
            picture_id=picture_id,
            sealed=vault.seal(tx.connection, purpose, template_id, value.vector),
            created_at=tx.at,
            proposed_by=tx.actor.name,
        )
    )


def approve_templates(tx: Tx, entry_id: str, picture_id: str | None = None) -> int:
    """Puts templates that others proposed in force: of one picture, or of all of an entry."""
    which = (
        (template.c.reference_id == entry_id)
        & template.c.approved_by.is_(None)
        & (template.c.proposed_by != tx.actor.name)
    )
    if picture_id is not None:
        which &= template.c.picture_id == picture_id
    done = tx.connection.execute(
        template.update().where(which).values(approved_by=tx.actor.name)
    ).rowcount
    if done:
        tx.changed(ENTRY_CHANGED, [entry_id])
    return done


def waiting_pictures(connection: sa.Connection, entry_id: str) -> dict[str, str]:
    """Pictures of an entry that wait for another person, and who proposed each."""
    query = (
        sa.select(template.c.picture_id, template.c.proposed_by)
        .where(template.c.reference_id == entry_id, template.c.approved_by.is_(None))
        .order_by(template.c.id)
    )
    return {row.picture_id: row.proposed_by for row in connection.execute(query)}


def forget(tx: Tx, entry_id: str, picture_id: str | None = None) -> int:
    """Deletes pictures and templates of an entry for good, or one of them; gives how many."""
    templates_ = template.delete().where(template.c.reference_id == entry_id)
    pictures_ = picture.delete().where(picture.c.owner_id == entry_id)
    if picture_id is not None:
        templates_ = templates_.where(template.c.picture_id == picture_id)
        pictures_ = pictures_.where(picture.c.id == picture_id)
    tx.connection.execute(templates_)
    gone = tx.connection.execute(pictures_).rowcount
    if gone:
        tx.changed(ENTRY_CHANGED, [entry_id])
    return gone


def entries_to_forget(connection: sa.Connection, at: datetime) -> list[str]:
    """Entries that are over (rejected, retired, expired) and still have pictures."""
    over = watchlist_entry.c.state.in_((EntryState.REJECTED.value, EntryState.RETIRED.value)) | (
        watchlist_entry.c.expires_at <= at
    )
    query = (
        sa.select(picture.c.owner_id)
        .join(watchlist_entry, watchlist_entry.c.id == picture.c.owner_id)
        .where(over)
        .distinct()
    )
    return list(connection.execute(query).scalars())


def templates(
    connection: sa.Connection,
    vault: Vault,
    model: str,
    entry_ids: Sequence[str] | None = None,
    gallery_id: str | None = None,
) -> Iterator[StoredTemplate]:
    """Approved templates that one model made, of approved entries; of some entries (at most ten
    thousand), of one gallery, or of all."""
    where: list[sa.ColumnElement[bool]] = [
        template.c.model == model,
        template.c.approved_by.is_not(None),
        watchlist_entry.c.state == EntryState.APPROVED.value,
    ]
    if entry_ids is not None:
        where.append(template.c.reference_id.in_(entry_ids))
    if gallery_id is not None:
        where.append(template.c.gallery == gallery_id)
    return _opened(connection, vault, where)


def template_counts(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """How many templates there are, by gallery and model."""
    own = template.c
    query = sa.select(own.gallery, own.model, sa.func.count()).group_by(own.gallery, own.model)
    return {(gallery, model): count for gallery, model, count in connection.execute(query)}


def living_templates(
    connection: sa.Connection, vault: Vault, model: str, gallery_id: str, *, waiting: bool = False
) -> Iterator[StoredTemplate]:
    """Templates of a gallery that one model made, of entries in force or proposed, by entry; with
    `waiting`, those alone that are not approved, or whose entry is not."""
    living = (EntryState.PROPOSED.value, EntryState.APPROVED.value)
    where: list[sa.ColumnElement[bool]] = [
        template.c.model == model,
        template.c.gallery == gallery_id,
        watchlist_entry.c.state.in_(living),
    ]
    if waiting:
        unapproved = template.c.approved_by.is_(None)
        where.append(unapproved | (watchlist_entry.c.state == EntryState.PROPOSED.value))
    return _opened(connection, vault, where)


def _opened(
    connection: sa.Connection, vault: Vault, where: Sequence[sa.ColumnElement[bool]]
) -> Iterator[StoredTemplate]:
    query = (
        sa.select(template)
        .join(watchlist_entry, watchlist_entry.c.id == template.c.reference_id)
        .where(*where)
        .order_by(template.c.reference_id, template.c.id)
    )
    openers: dict[str, Opener] = {}
    for row in connection.execute(query):
        if row.gallery not in openers:
            openers[row.gallery] = vault.opener(connection, gallery_purpose(row.gallery))
        yield StoredTemplate(
            id=row.id,
            gallery_id=row.gallery,
            entry_id=row.reference_id,
            template=Template(model=row.model, vector=openers[row.gallery](row.id, row.sealed)),
        )


# --- sealing anew and enrolling anew ----------------------------------------------------------


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
    """A picture whose templates other models made, and who had proposed and approved them."""

    picture_id: str
    entry_id: str
    gallery_id: str
    proposed_by: str
    approved_by: str | None


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
        sa.select(
            own.picture_id,
            own.reference_id,
            own.gallery,
            sa.func.min(own.proposed_by).label("proposed_by"),
            sa.func.max(own.approved_by).label("approved_by"),
        )
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
        Stale(
            picture_id=row.picture_id,
            entry_id=row.reference_id,
            gallery_id=row.gallery,
            proposed_by=row.proposed_by,
            approved_by=row.approved_by,
        )
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


def renew_templates(tx: Tx, vault: Vault, of: Stale, values: Sequence[Template]) -> None:
    """Adds a picture's templates, in the place of those by the same models; who had approved the
    picture stays."""
    own = template.c
    tx.connection.execute(
        template.delete().where(
            own.picture_id == of.picture_id, own.model.in_([value.model for value in values])
        )
    )
    for value in values:
        template_id = new_id()
        purpose = gallery_purpose(of.gallery_id)
        tx.connection.execute(
            template.insert().values(
                id=template_id,
                gallery=of.gallery_id,
                reference_id=of.entry_id,
                model=value.model,
                picture_id=of.picture_id,
                sealed=vault.seal(tx.connection, purpose, template_id, value.vector),
                created_at=tx.at,
                proposed_by=of.proposed_by,
                approved_by=of.approved_by,
            )
        )
    tx.changed(ENTRY_CHANGED, [of.entry_id])


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
