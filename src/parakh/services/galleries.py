"""Galleries: what each is for, what it holds, and who may search it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.gallery import VOYAGE_GALLERY, WATCHLIST_GALLERY, Gallery, GalleryKind
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.faces.catalogue import SFACE, Catalogue
from parakh.faces.catalogue_file import read_catalogue
from parakh.services.centre import Centre
from parakh.store import galleries as store
from parakh.store import people
from parakh.store.galleries import Held
from parakh.store.pictures import gallery_purpose

ADDED = (GalleryKind.CUSTODY, GalleryKind.MISSING, GalleryKind.WATCHLIST)
"""Kinds of which a centre may have as many galleries as it wants; travellers have one."""

_BY_FACE = (GalleryKind.CUSTODY, GalleryKind.MISSING)
"""Kinds whose persons are meant to be found by their faces."""

OLD_KEY = timedelta(days=365)
LONGEST_RETENTION = timedelta(days=10 * 365)

_NO_BASIS = N_("No legal basis is stated.")
_NO_RETENTION = N_("No retention is stated: a face stays as long as its entry.")
_OLD_KEY = N_("Its key is more than a year old.")
_ROTATING = N_(
    "Replacing its key was begun and is not done, so the old one is still kept. Unless it goes on"
    " elsewhere, press “Replace the key” again."
)
_MODELS = N_("It holds templates of a model that is not in use any more.")
_TWINS = N_("Pairs of its persons look alike and wait for a decision: {count}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class GalleryRow:
    """A gallery at a glance.

    Attributes:
        key_since: when its key was made; None for one as old as the centre, or one a voyage.
        twins: pairs of alike persons that wait for a decision.
        pictureless: entries of a gallery of custody or of missing persons that have no face, and
            so are found by no camera; None for other kinds.
        open: whether the actor may search it by hand.
        warnings: what somebody should see to.
    """

    gallery: Gallery
    held: Held
    key_since: datetime | None
    twins: int
    pictureless: int | None
    open: bool
    warnings: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GalleryView:
    """One gallery, the lists that name it, and the units that there are; `shown` when the actor may
    see whose faces it holds."""

    row: GalleryRow
    lists: dict[str, str]
    units: tuple[Unit, ...]
    shown: bool


def overview(centre: Centre, actor: Actor) -> tuple[GalleryRow, ...]:
    """All galleries, in order of name."""
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        return _rows(centre, connection, actor)


def view(centre: Centre, actor: Actor, gallery_id: str) -> GalleryView:
    """One gallery; raises NotFound."""
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        found = store.get(connection, gallery_id)
        rows = _rows(centre, connection, actor)
        return GalleryView(
            row=next(row for row in rows if row.gallery.id == gallery_id),
            lists=store.lists_of(connection, gallery_id),
            units=tuple(people.units(connection).values()),
            shown=_open(found, actor),
        )


def add(centre: Centre, actor: Actor, value: Gallery) -> Gallery:
    """Adds a gallery with a key of its own; raises InvalidInput unless it says what it is for."""
    actor.require(Permission.KEEP_GALLERIES)
    if value.kind not in ADDED:
        raise InvalidInput("travellers have one gallery, which is there already")
    made = replace(value, id=new_id(), name=value.name.strip(), erased_at=None)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        _check(tx.connection, made)
        store.save(tx, made)
        centre.db.vault.create_key(tx.connection, gallery_purpose(made.id))
        tx.audit("gallery.added", "gallery", made.id, name=made.name, holds=made.kind.value)
    return made


def save(centre: Centre, actor: Actor, value: Gallery) -> Gallery:
    """Changes what is said of a gallery; its kind stays. Audited with what it was before."""
    actor.require(Permission.KEEP_GALLERIES)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        old = store.get(tx.connection, value.id)
        made = replace(value, name=value.name.strip(), kind=old.kind, erased_at=old.erased_at)
        if old.kind is GalleryKind.VOYAGES and made.retention is None:
            raise InvalidInput("say for how many hours the face of a traveller is held")
        _check(tx.connection, made)
        store.save(tx, made)
        tx.audit("gallery.saved", "gallery", made.id, **_differences(old, made))
    return made


def for_lists(centre: Centre, actor: Actor) -> list[Gallery]:
    """The galleries in which the entries of a list may be enrolled."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        found = store.galleries(connection)
    return [own for own in found if own.kind is not GalleryKind.VOYAGES]


def open_to(centre: Centre, actor: Actor) -> list[Gallery]:
    """The galleries of listed persons that the actor may search by hand."""
    actor.require(Permission.SEARCH_FACES)
    with centre.db.read() as connection:
        found = store.galleries(connection)
    return [own for own in found if own.kind is not GalleryKind.VOYAGES and _open(own, actor)]


def require_open(connection: sa.Connection, actor: Actor, gallery_id: str) -> Gallery:
    """The gallery; raises Forbidden when the actor may not search it, NotFound without one."""
    actor.require(Permission.SEARCH_FACES)
    found = store.get(connection, gallery_id)
    if found.kind is GalleryKind.VOYAGES:
        raise InvalidInput("travellers are searched at gates only")
    require_shown(found, actor)
    return found


def require_shown(value: Gallery, actor: Actor) -> None:
    """Raises Forbidden unless the actor may see whose faces a gallery holds."""
    if not _open(value, actor):
        raise Forbidden(f"the gallery {value.name} is not open to {actor.name}")


def shown_to(connection: sa.Connection, actor: Actor) -> frozenset[str]:
    """The galleries of which the actor may see whose faces they hold."""
    return frozenset(own.id for own in store.galleries(connection) if _open(own, actor))


def present_models(centre: Centre) -> frozenset[str]:
    """The models by which faces are enrolled now: the one in use, and the one that votes."""
    path = centre.settings.face_catalogue
    found = read_catalogue(path) if path else Catalogue(embedder=SFACE)
    voter = [found.voter.embedder.name] if found.voter else []
    return frozenset([found.embedder.name, *voter])


def _open(value: Gallery, actor: Actor) -> bool:
    return actor.everywhere or value.open_to(actor.units)


def _rows(centre: Centre, connection: sa.Connection, actor: Actor) -> tuple[GalleryRow, ...]:
    found = store.galleries(connection)
    held = store.held(connection)
    made = store.keys_made(connection, [own.id for own in found])
    twins = store.open_twins(connection)
    # What goes on in this process shows its progress; it is nothing to see to.
    busy = centre.rotating.progress.running
    rotating = set() if busy else centre.db.vault.rotating(connection)
    present = present_models(centre)
    by_face = [own.id for own in found if own.kind in _BY_FACE]
    lacking = store.without_face(connection, by_face, centre.clock())
    return tuple(
        GalleryRow(
            gallery=own,
            held=held.get(own.id, Held()),
            key_since=made.get(own.id),
            twins=twins.get(own.id, 0),
            pictureless=lacking.get(own.id, 0) if own.kind in _BY_FACE else None,
            open=actor.may(Permission.SEARCH_FACES)
            and own.kind is not GalleryKind.VOYAGES
            and _open(own, actor),
            warnings=tuple(
                _warnings(
                    own,
                    old=own.id in made and centre.clock() - made[own.id] > OLD_KEY,
                    rotating=gallery_purpose(own.id) in rotating,
                    former=bool(held.get(own.id, Held()).by_model.keys() - present),
                    twins=twins.get(own.id, 0),
                )
            ),
        )
        for own in found
    )


def _warnings(
    value: Gallery, *, old: bool, rotating: bool, former: bool, twins: int
) -> list[Phrase]:
    found = []
    if not value.legal_basis:
        found.append(phrase(_NO_BASIS))
    if value.retention is None and value.kind is not GalleryKind.WATCHLIST:
        found.append(phrase(_NO_RETENTION))
    if rotating:
        found.append(phrase(_ROTATING))
    elif old:
        found.append(phrase(_OLD_KEY))
    if former:
        found.append(phrase(_MODELS))
    if twins:
        found.append(phrase(_TWINS, count=twins))
    return found


_NAME = re.compile(r"[^\x00-\x1f]{1,80}")


def _check(connection: sa.Connection, value: Gallery) -> None:
    if not _NAME.fullmatch(value.name):
        raise InvalidInput("the name of a gallery has 1 to 80 characters")
    if not value.purpose.strip():
        raise InvalidInput("say what the faces are held for")
    # Those that a centre is made with have none until somebody states it, and are warned of.
    if value.id not in (WATCHLIST_GALLERY, VOYAGE_GALLERY) and not value.legal_basis.strip():
        raise InvalidInput("say which law allows to hold the faces")
    if value.retention is not None and not (
        timedelta(hours=1) <= value.retention <= LONGEST_RETENTION
    ):
        raise InvalidInput("a face is held for an hour at least, and ten years at most")
    if value.units - people.units(connection).keys():
        raise InvalidInput("there is no such unit")
    if any(own.name == value.name and own.id != value.id for own in store.galleries(connection)):
        raise Conflict(f"there is a gallery {value.name} already")


def _differences(old: Gallery, new: Gallery) -> dict[str, list[str]]:
    names = ("name", "purpose", "legal_basis", "retention", "at_gates", "units")
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in names}
    return {
        name: [_told(before), _told(after)]
        for name, (before, after) in pairs.items()
        if before != after
    }


def _told(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
