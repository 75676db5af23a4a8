"""Pictures of listed persons: shown to those who may see them, added, and decided on."""

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import Kind
from parakh.domain.watchlist import EntryState
from parakh.errors import Conflict, Forbidden
from parakh.services import enforcement, movements, portraits
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.galleries import require_shown, shown_to
from parakh.services.portraits import Portrait
from parakh.store import alerts, galleries, pictures, watchlists
from parakh.store.database import Tx


def picture(centre: Centre, actor: Actor, picture_id: str) -> tuple[bytes, str]:
    """A picture and its media type, for those who see watchlists, redress or profiles (whichever it
    is of), or have an alert about it.

    A picture of an entry is for those to whom its gallery is open; an alert shows it besides.
    """
    with centre.db.read() as connection:
        kind, owner_id = pictures.picture_owner(connection, picture_id)
        purpose = _purpose_of_look(connection, actor, kind, owner_id)
        if kind == movements.PICTURE_OWNER:
            movements.require_shown(connection, actor, owner_id)
        if purpose is Purpose.ALERT and not _has_alert(connection, actor, kind, owner_id):
            raise Forbidden("no alert of yours shows this picture")
        data, media = pictures.load_picture(connection, centre.db.vault, picture_id)
    centre.looked(actor, purpose, "picture.viewed", kind, owner_id)
    return data, media


def _purpose_of_look(connection: sa.Connection, actor: Actor, kind: str, owner_id: str) -> Purpose:
    if kind == Kind.WATCHLIST_ENTRY and _sees_faces(connection, actor, owner_id):
        return Purpose.WATCHLIST
    if kind == Kind.REDRESS and actor.may(Permission.SEE_REDRESS):
        return Purpose.REDRESS
    if kind == Kind.PROFILE and actor.may(Permission.SEE_PROFILES):
        return Purpose.PROFILE
    if kind == movements.PICTURE_OWNER and actor.may(Permission.SEE_GOODS):
        return Purpose.GOODS
    if kind == enforcement.PICTURE_OWNER and actor.may(Permission.SEE_ENFORCEMENT):
        return Purpose.ENFORCEMENT
    return Purpose.ALERT


def _sees_faces(connection: sa.Connection, actor: Actor, entry_id: str) -> bool:
    """Whether the gallery that holds the entry's faces is open to the actor, who looks at entries
    or searches by hand."""
    if not (actor.may(Permission.SEE_WATCHLISTS) or actor.may(Permission.SEARCH_FACES)):
        return False
    return watchlists.gallery_of(connection, entry_id) in shown_to(connection, actor)


def _require_gallery(connection: sa.Connection, actor: Actor, entry_id: str) -> None:
    gallery_id = watchlists.gallery_of(connection, entry_id)
    require_shown(galleries.get(connection, gallery_id), actor)


def add_portrait(centre: Centre, actor: Actor, entry_id: str, portrait: bytes) -> str:
    """Proposes one more picture of an entry, and gives its identifier.

    Another person must approve it before it is searched. Raises InvalidInput when it is not fit to
    search by, Conflict when the entry is over, Forbidden when its gallery is not open to the actor.
    """
    actor.require(Permission.PROPOSE_ENTRIES)
    enrolled = portraits.read(centre, portrait)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        found = watchlists.get_entry(tx.connection, entry_id)
        _require_gallery(tx.connection, actor, entry_id)
        if found.state not in (EntryState.PROPOSED, EntryState.APPROVED):
            raise Conflict(f"the entry is {found.state.value}")
        picture_id = enrol_picture(centre, tx, entry_id, enrolled)
        tx.audit("entry.portrait_proposed", "watchlist_entry", entry_id, picture=picture_id)
    return picture_id


def decide_portrait(
    centre: Centre, actor: Actor, entry_id: str, picture_id: str, *, approve: bool
) -> None:
    """Approves a waiting picture, or deletes it; raises Forbidden for the one who proposed it."""
    actor.require(Permission.DECIDE_ENTRIES)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        _require_gallery(tx.connection, actor, entry_id)
        proposer = pictures.waiting_pictures(tx.connection, entry_id).get(picture_id)
        if proposer is None:
            raise Conflict("the picture does not wait for a decision any more")
        if same_person(tx.connection, proposer, actor):
            raise Forbidden("you proposed this picture: another person must decide on it")
        if approve:
            pictures.approve_templates(tx, entry_id, picture_id)
        else:
            pictures.forget(tx, entry_id, picture_id)
        verb = "approved" if approve else "rejected"
        tx.audit(f"entry.portrait_{verb}", "watchlist_entry", entry_id, picture=picture_id)


def enrol_picture(centre: Centre, tx: Tx, entry_id: str, portrait: Portrait) -> str:
    """Keeps a picture of an entry and its templates, which wait for a second person."""
    gallery_id = watchlists.gallery_of(tx.connection, entry_id)
    picture_id = pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=Kind.WATCHLIST_ENTRY,
        owner_id=entry_id,
        media_type="image/jpeg",
        data=portrait.jpeg,
    )
    for value in portrait.templates:
        pictures.save_template(tx, centre.db.vault, gallery_id, entry_id, picture_id, value)
    return picture_id


def _has_alert(connection: sa.Connection, actor: Actor, kind: str, owner_id: str) -> bool:
    if not actor.may(Permission.SEE_ALERTS):
        return False
    units = None if actor.everywhere else actor.units
    if kind == Kind.WATCHLIST_ENTRY:
        return alerts.alert_about_target(connection, owner_id, units)
    return alerts.alert_from_cause(connection, owner_id, units)
