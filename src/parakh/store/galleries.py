"""Galleries, what they hold, and pairs of their entries that look like one person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.domain.gallery import VOYAGE_GALLERY, Gallery, GalleryKind, Twin, TwinState
from parakh.domain.watchlist import EntryState
from parakh.errors import NotFound
from parakh.normalise.searching import wanted_words
from parakh.store import audit
from parakh.store.database import Tx, insert_of
from parakh.store.tables import (
    change,
    gallery,
    picture,
    template,
    twin,
    voyage_template,
    watchlist,
    watchlist_entry,
)
from parakh.store.watchlists import ENTRY_CHANGED

GALLERY_CHANGED = "gallery"
KEY_MADE = ("gallery.added", "gallery.rotated", "gallery.erased")
"""Actions in the audit trail after which a gallery's key is a new one."""


@dataclass(kw_only=True, slots=True)
class Held:
    """What a gallery holds: persons with templates, those of them that have some in force, those of
    whom some wait for a second person, and templates by the model that made them."""

    persons: int = 0
    searched: int = 0
    waiting: int = 0
    by_model: dict[str, int] = field(default_factory=dict)

    @property
    def templates(self) -> int:
        """All templates."""
        return sum(self.by_model.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldTooLong:
    """What a gallery may not hold any longer.

    Attributes:
        entries: those in force or proposed of lists of faces alone; they end.
        pictures: entry and picture, of lists that are screened by name too; their entries stay.
    """

    entries: tuple[str, ...]
    pictures: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.entries or self.pictures)


# --- galleries --------------------------------------------------------------------------------


def galleries(connection: sa.Connection) -> list[Gallery]:
    """All galleries, in order of name."""
    rows = connection.execute(sa.select(gallery).order_by(gallery.c.name))
    return [_gallery(row) for row in rows]


def get(connection: sa.Connection, gallery_id: str) -> Gallery:
    """One gallery; raises NotFound."""
    row = connection.execute(sa.select(gallery).where(gallery.c.id == gallery_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such gallery")
    return _gallery(row)


def save(tx: Tx, value: Gallery) -> None:
    """Adds a gallery, or updates the one with its identifier, and tells the indexes."""
    columns = {
        "name": value.name,
        "kind": value.kind.value,
        "purpose": value.purpose,
        "legal_basis": value.legal_basis,
        "retention_hours": value.retention and value.retention // timedelta(hours=1),
        "at_gates": value.at_gates,
        "units": sorted(value.units),
        "erased_at": value.erased_at,
    }
    done = tx.connection.execute(gallery.update().where(gallery.c.id == value.id).values(columns))
    if done.rowcount == 0:
        tx.connection.execute(gallery.insert().values(id=value.id, **columns))
    tx.changed(GALLERY_CHANGED, [value.id])


def changed_after(connection: sa.Connection, seq: int) -> bool:
    """Whether some gallery changed after a change of this number: its settings, or all it holds."""
    query = sa.select(change.c.seq).where(change.c.kind == GALLERY_CHANGED, change.c.seq > seq)
    return connection.execute(query.limit(1)).first() is not None


def held(connection: sa.Connection) -> dict[str, Held]:
    """What each gallery holds; none of those that hold nothing."""
    found: dict[str, Held] = {}
    own = template.c
    by_model = sa.select(own.gallery, own.model, sa.func.count()).group_by(own.gallery, own.model)
    for gallery_id, model, count in connection.execute(by_model):
        found.setdefault(gallery_id, Held()).by_model[model] = count
    persons = sa.func.count(own.reference_id.distinct())
    for gallery_id, count in connection.execute(
        sa.select(own.gallery, persons).group_by(own.gallery)
    ):
        found[gallery_id].persons = count
    for gallery_id, count in connection.execute(
        sa.select(own.gallery, persons).where(own.approved_by.is_not(None)).group_by(own.gallery)
    ):
        found[gallery_id].searched = count
    for gallery_id, count in connection.execute(
        sa.select(own.gallery, persons).where(own.approved_by.is_(None)).group_by(own.gallery)
    ):
        found[gallery_id].waiting = count
    _add_voyages(connection, found)
    return found


def _add_voyages(connection: sa.Connection, found: dict[str, Held]) -> None:
    own = voyage_template.c
    by_model = sa.select(own.model, sa.func.count()).group_by(own.model)
    counts = connection.execute(by_model).all()
    if counts:
        query = sa.select(sa.func.count(own.traveller_id.distinct()))
        persons = connection.execute(query).scalar_one()
        found[VOYAGE_GALLERY] = Held(
            persons=persons,
            searched=persons,
            by_model=dict(counts),
        )


def models(connection: sa.Connection) -> frozenset[str]:
    """The models that made some template that is held."""
    made = sa.union(sa.select(template.c.model), sa.select(voyage_template.c.model))
    return frozenset(connection.execute(made).scalars())


def keys_made(connection: sa.Connection, gallery_ids: Collection[str]) -> dict[str, datetime]:
    """When the key of a gallery was made, by the audit trail; those as old as the centre lack."""
    return audit.last_of(connection, KEY_MADE, gallery_ids)


def lists_of(connection: sa.Connection, gallery_id: str) -> dict[str, str]:
    """The watchlists that name a gallery: names by identifiers."""
    query = (
        sa.select(watchlist.c.id, watchlist.c.name)
        .where(watchlist.c.gallery_id == gallery_id)
        .order_by(watchlist.c.name)
    )
    return {row.id: row.name for row in connection.execute(query)}


def entry_ids(connection: sa.Connection, gallery_id: str) -> list[str]:
    """Entries of the lists that name a gallery and have a picture or a template."""
    own = watchlist_entry.c
    pictured = sa.select(picture.c.owner_id).union(sa.select(template.c.reference_id))
    query = (
        sa.select(own.id)
        .join(watchlist, watchlist.c.id == own.watchlist_id)
        .where(watchlist.c.gallery_id == gallery_id, own.id.in_(pictured))
        .order_by(own.id)
    )
    return list(connection.execute(query).scalars())


def entries_on(
    connection: sa.Connection, list_ids: Sequence[str], text: str, offset: int, limit: int
) -> tuple[list[str], int]:
    """A page of the entries of lists that are in force or proposed, newest first, and how many
    there are in all; with a text, those that hold its words in their names and numbers."""
    own = watchlist_entry.c
    where: list[sa.ColumnElement[bool]] = [
        own.watchlist_id.in_(list_ids),
        own.state.in_((EntryState.PROPOSED.value, EntryState.APPROVED.value)),
    ]
    if text:
        words = [own.search.contains(word, autoescape=True) for word in wanted_words(text)]
        number = own.source_id.contains(text, autoescape=True)
        where.append(sa.or_(sa.and_(*words), number) if words else number)
    total = connection.execute(sa.select(sa.func.count(own.id)).where(*where)).scalar_one()
    query = sa.select(own.id).where(*where).order_by(own.id.desc()).offset(offset).limit(limit)
    return list(connection.execute(query).scalars()), int(total)


def has_number(connection: sa.Connection, watchlist_id: str, number: str) -> bool:
    """Whether somebody in force or proposed stands on a list under a number of its source."""
    own = watchlist_entry.c
    query = sa.select(own.id).where(
        own.watchlist_id == watchlist_id,
        own.source_id == number,
        own.state.in_((EntryState.PROPOSED.value, EntryState.APPROVED.value)),
    )
    return connection.execute(query.limit(1)).first() is not None


def without_face(
    connection: sa.Connection, gallery_ids: Collection[str], at: datetime
) -> dict[str, int]:
    """Of each gallery, how many entries in force or proposed have no template; none if all do."""
    own = watchlist_entry.c
    query = (
        sa.select(watchlist.c.gallery_id, sa.func.count())
        .join(watchlist, watchlist.c.id == own.watchlist_id)
        .where(
            watchlist.c.gallery_id.in_(set(gallery_ids)),
            own.state.in_((EntryState.PROPOSED.value, EntryState.APPROVED.value)),
            own.expires_at.is_(None) | (own.expires_at > at),
            ~sa.exists().where(template.c.reference_id == own.id),
        )
        .group_by(watchlist.c.gallery_id)
    )
    return {row.gallery_id: row[1] for row in connection.execute(query)}


def over_retention(connection: sa.Connection, at: datetime) -> HeldTooLong:
    """What was enrolled longer ago than its gallery allows."""
    entries: list[str] = []
    pictures: list[tuple[str, str]] = []
    own = watchlist_entry.c
    for value in galleries(connection):
        if value.retention is None or value.kind is GalleryKind.VOYAGES:
            continue
        since = at - value.retention
        mine = watchlist.c.gallery_id == value.id
        of_faces = (
            sa.select(own.id)
            .join(watchlist, watchlist.c.id == own.watchlist_id)
            .where(
                mine,
                watchlist.c.by_name.is_(False),
                own.state.in_((EntryState.PROPOSED.value, EntryState.APPROVED.value)),
                own.proposed_at <= since,
                own.expires_at.is_(None) | (own.expires_at > at),
            )
        )
        of_names = (
            sa.select(own.id, picture.c.id)
            .join(watchlist, watchlist.c.id == own.watchlist_id)
            .join(picture, picture.c.owner_id == own.id)
            .where(mine, watchlist.c.by_name, picture.c.created_at <= since)
            .order_by(own.id, picture.c.id)
        )
        entries += connection.execute(of_faces).scalars()
        pictures += [(entry_id, one) for entry_id, one in connection.execute(of_names)]
    return HeldTooLong(entries=tuple(entries), pictures=tuple(pictures))


def end(tx: Tx, ids: Sequence[str]) -> None:
    """Ends entries now, and tells the indexes; the next housekeeping deletes their faces."""
    for start in range(0, len(ids), 1000):
        some = ids[start : start + 1000]
        tx.connection.execute(
            watchlist_entry.update().where(watchlist_entry.c.id.in_(some)).values(expires_at=tx.at)
        )
    tx.changed(ENTRY_CHANGED, ids)


# --- twins ------------------------------------------------------------------------------------


def note_twins(tx: Tx, found: Iterable[Twin]) -> int:
    """Adds pairs, and the new scores of open ones; what was decided stays. Gives how many are new.

    Each pair is kept once, whichever of the two is named first.
    """
    known = {(row.entry_id, row.other_id) for row in tx.connection.execute(sa.select(twin))}
    added = 0
    for one in found:
        pair = (one.entry_id, one.other_id)
        if pair[::-1] in known:
            pair = pair[::-1]
        statement = insert_of(tx.connection)(twin).values(
            id=one.id,
            gallery_id=one.gallery_id,
            entry_id=pair[0],
            other_id=pair[1],
            score=one.score,
            threshold=one.threshold,
            found_at=one.found_at,
            state=TwinState.OPEN.value,
            reason="",
        )
        tx.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["entry_id", "other_id"],
                set_={"score": one.score, "threshold": one.threshold},
                where=twin.c.state == TwinState.OPEN.value,
            )
        )
        added += pair not in known
        known.add(pair)
    return added


def decide_twin(tx: Tx, twin_id: str, state: TwinState, reason: str) -> bool:
    """Notes what a human decided on an open pair; False when it is not open any more."""
    done = tx.connection.execute(
        twin.update()
        .where(twin.c.id == twin_id, twin.c.state == TwinState.OPEN.value)
        .values(state=state.value, reason=reason, decided_by=tx.actor.name, decided_at=tx.at)
    )
    return done.rowcount > 0


def get_twin(connection: sa.Connection, twin_id: str) -> Twin:
    """One pair; raises NotFound."""
    row = connection.execute(sa.select(twin).where(twin.c.id == twin_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such pair")
    return _twin(row)


def twins(
    connection: sa.Connection,
    *,
    gallery_id: str | None = None,
    entry_id: str | None = None,
    state: TwinState | None = None,
    limit: int = 200,
) -> list[Twin]:
    """Pairs, the most alike first: with one of a gallery, of an entry, in a state."""
    query = sa.select(twin).order_by(twin.c.score.desc(), twin.c.id).limit(limit)
    if gallery_id is not None:
        in_it = (
            sa.select(watchlist_entry.c.id)
            .join(watchlist, watchlist.c.id == watchlist_entry.c.watchlist_id)
            .where(watchlist.c.gallery_id == gallery_id)
        )
        query = query.where(twin.c.entry_id.in_(in_it) | twin.c.other_id.in_(in_it))
    if entry_id is not None:
        query = query.where((twin.c.entry_id == entry_id) | (twin.c.other_id == entry_id))
    if state is not None:
        query = query.where(twin.c.state == state.value)
    return [_twin(row) for row in connection.execute(query)]


def open_twins(connection: sa.Connection) -> dict[str, int]:
    """How many pairs with one of each gallery wait for a decision."""
    own = twin.c
    sides = sa.union(sa.select(own.id, own.entry_id), sa.select(own.id, own.other_id)).subquery()
    query = (
        sa.select(watchlist.c.gallery_id, sa.func.count(own.id.distinct()))
        .join(sides, sides.c.id == own.id)
        .join(watchlist_entry, watchlist_entry.c.id == sides.c.entry_id)
        .join(watchlist, watchlist.c.id == watchlist_entry.c.watchlist_id)
        .where(own.state == TwinState.OPEN.value)
        .group_by(watchlist.c.gallery_id)
    )
    return dict(connection.execute(query).all())


# --- rows and values --------------------------------------------------------------------------


def _gallery(row: sa.Row[tuple[object, ...]]) -> Gallery:
    own = row._mapping
    hours = own["retention_hours"]
    return Gallery(
        id=own["id"],
        name=own["name"],
        kind=GalleryKind(own["kind"]),
        purpose=own["purpose"],
        legal_basis=own["legal_basis"],
        retention=None if hours is None else timedelta(hours=hours),
        at_gates=own["at_gates"],
        units=frozenset(own["units"]),
        erased_at=own["erased_at"],
    )


def _twin(row: sa.Row[tuple[object, ...]]) -> Twin:
    own = row._mapping
    return Twin(
        id=own["id"],
        gallery_id=own["gallery_id"],
        entry_id=own["entry_id"],
        other_id=own["other_id"],
        score=own["score"],
        threshold=own["threshold"],
        found_at=own["found_at"],
        state=TwinState(own["state"]),
        decided_by=own["decided_by"],
        decided_at=own["decided_at"],
        reason=own["reason"],
    )
