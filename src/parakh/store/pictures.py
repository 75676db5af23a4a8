"""Pictures and face templates, sealed at rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.face import Template
from parakh.domain.ids import new_id
from parakh.domain.watchlist import EntryState
from parakh.errors import NotFound
from parakh.store.database import Tx
from parakh.store.tables import capture, movement, picture, redress, template, watchlist_entry
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
    tx.connection.execute(
        movement.update().where(movement.c.picture_id.in_(gone)).values(picture_id=None)
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


def hold(connection: sa.Connection, of: sa.ColumnElement[bool]) -> frozenset[str]:
    """The pictures of a kind, held until the transaction ends (PostgreSQL): nobody else approves,
    renews, moves or deletes their templates meanwhile. Always in one order, so that two who hold
    several do not wait for each other."""
    query = sa.select(picture.c.id).where(of).order_by(picture.c.id).with_for_update()
    return frozenset(connection.execute(query).scalars())


def approve_templates(tx: Tx, entry_id: str, picture_id: str | None = None) -> int:
    """Puts templates that others proposed in force: of one picture, or of all of an entry."""
    hold(tx.connection, _pictures(entry_id, picture_id))
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
    which = _pictures(entry_id, picture_id)
    hold(tx.connection, which)
    templates_ = template.delete().where(template.c.reference_id == entry_id)
    if picture_id is not None:
        templates_ = templates_.where(template.c.picture_id == picture_id)
    tx.connection.execute(templates_)
    gone = tx.connection.execute(picture.delete().where(which)).rowcount
    if gone:
        tx.changed(ENTRY_CHANGED, [entry_id])
    return gone


def _pictures(entry_id: str, picture_id: str | None) -> sa.ColumnElement[bool]:
    own = picture.c.owner_id == entry_id
    return own if picture_id is None else own & (picture.c.id == picture_id)


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
