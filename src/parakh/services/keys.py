"""Keys: replaced, destroyed, and with them what they sealed."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from parakh.access import Actor, Permission, Purpose
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.errors import Conflict, Forbidden, InvalidInput, SignInFailed
from parakh.faces import sealed_rows
from parakh.services import gallery_files, totp
from parakh.services.background import Progress, Report
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.store import audit, galleries, template_upkeep, voyage_templates
from parakh.store.database import Tx
from parakh.store.keys import Keys
from parakh.store.pictures import gallery_purpose

_AT_ONCE = 500
"""Templates sealed anew in one transaction, so that nobody at a gate waits for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What was destroyed with a gallery's key."""

    templates: int
    pictures: int
    files: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """When all faces of a gallery were erased last, by which two persons, and why."""

    at: datetime
    by: str
    second: str
    reason: str


# --- one gallery's key ------------------------------------------------------------------------


def rotate(
    centre: Centre, actor: Actor, gallery_id: str, report: Report = lambda done, total: None
) -> int:
    """Replaces a gallery's key, and seals all its templates anew; gives how many there are.

    The old key is destroyed once nothing is sealed under it; sealed files of the gallery are at
    once, and made anew at the next start. Cut off, it is gone on with by asking again. Searching
    and enrolling go on beside it.
    """
    actor.require(Permission.KEEP_GALLERIES)
    vault, purpose = centre.db.vault, gallery_purpose(gallery_id)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        _own_key(galleries.get(tx.connection, gallery_id))
        fresh = vault.begin_rotation(tx.connection, purpose)
        if fresh:
            # Whoever has a file open under the old key must give it up.
            tx.changed(galleries.GALLERY_CHANGED, [gallery_id])
        tx.audit("gallery.rotation_begun", "gallery", gallery_id, resumed=not fresh)
    if fresh:
        _destroy_files(centre, gallery_id)
    with centre.db.read() as connection:
        total = _templates(galleries.held(connection), gallery_id)
    done, after = 0, ""
    report(0, total)
    while True:
        with centre.db.maintain() as connection:
            after, count = template_upkeep.reseal(connection, vault, gallery_id, after, _AT_ONCE)
        if count == 0:
            break
        done += count
        report(done, max(done, total))
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        vault.end_rotation(tx.connection, purpose)
        tx.audit("gallery.rotated", "gallery", gallery_id, templates=done)
    centre.db.scrub()
    return done


def begin_rotation(centre: Centre, actor: Actor, gallery_id: str) -> Progress:
    """Replaces a gallery's key in the background of this process, unless one is being replaced."""
    actor.require(Permission.KEEP_GALLERIES)
    with centre.db.read() as connection:
        _own_key(galleries.get(connection, gallery_id))
    centre.rotating.start(lambda report: rotate(centre, actor, gallery_id, report))
    return centre.rotating.progress


def erase(centre: Centre, actor: Actor, second: Actor, gallery_id: str, reason: str) -> Erased:
    """Destroys a gallery's key and all faces that it held; the gallery itself can be used again.

    Templates, the pictures of its entries, and sealed files are gone for good; entries stay without
    faces. Raises Forbidden unless two persons who keep galleries ask for it, InvalidInput without a
    reason.
    """
    actor.require(Permission.KEEP_GALLERIES)
    if not reason.strip():
        raise InvalidInput("give a reason")
    if not second.human:
        raise Forbidden("a person has to agree to it, not a program")
    if not second.may(Permission.KEEP_GALLERIES):
        raise Forbidden(f"{second.name} cannot be the second person: it takes another supervisor")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if same_person(tx.connection, second.name, actor):
            raise Forbidden("you cannot be the second person yourself: it takes another supervisor")
        value = galleries.get(tx.connection, gallery_id)
        done = _erase(centre, tx, value)
        galleries.save(tx, replace(value, erased_at=tx.at))
        tx.audit(
            "gallery.erased",
            "gallery",
            gallery_id,
            templates=done.templates,
            pictures=done.pictures,
            files=done.files,
            second=second.name,
            reason=reason.strip(),
        )
    centre.db.scrub()
    _destroy_files(centre, gallery_id)
    return done


def erasure(centre: Centre, actor: Actor, gallery_id: str) -> Erasure | None:
    """The last erasure of a gallery; None if there was none."""
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        row = audit.newest(connection, "gallery.erased", gallery_id)
    if row is None:
        return None
    said = orjson.loads(row.detail)
    return Erasure(at=row.at, by=row.actor, second=said["second"], reason=said["reason"])


def second_person(centre: Centre, name: str, password: str, code: str = "") -> Actor:
    """Whoever agrees to an erasure on another's screen; raises InvalidInput, not SignInFailed: he
    who asks is signed in."""
    try:
        return totp.identify(centre, name.strip(), password, lambda: code)
    except SignInFailed as error:
        raise InvalidInput(
            "the second person's name, password or code is wrong, or the account is locked"
        ) from error


def _erase(centre: Centre, tx: Tx, value: Gallery) -> Erased:
    if value.kind is GalleryKind.VOYAGES:
        return Erased(templates=voyage_templates.forget_all(tx), pictures=0, files=0)
    vault, purpose = centre.db.vault, gallery_purpose(value.id)
    entries = galleries.entry_ids(tx.connection, value.id)
    templates, shown = template_upkeep.forget_gallery(tx, entries, value.id)
    vault.destroy_key(tx.connection, purpose)
    vault.create_key(tx.connection, purpose)
    return Erased(templates=templates, pictures=shown, files=len(_files(centre, value.id)))


def _files(centre: Centre, gallery_id: str) -> list[Path]:
    return gallery_files.files_of(centre.settings.data_dir / "galleries", gallery_id)


def _destroy_files(centre: Centre, gallery_id: str) -> None:
    """Overwrites and deletes the sealed files of a gallery. A process that has one open finds it
    unreadable, and goes on in memory."""
    for path in _files(centre, gallery_id):
        sealed_rows.destroy(path)


def _own_key(value: Gallery) -> None:
    if value.kind is GalleryKind.VOYAGES:
        raise Conflict("each voyage has a key of its own, which ends with it")


def _templates(held: dict[str, galleries.Held], gallery_id: str) -> int:
    return held[gallery_id].templates if gallery_id in held else 0


# --- the master key ---------------------------------------------------------------------------


def rotate_master(centre: Centre, actor: Actor) -> tuple[int, Path]:
    """Replaces the master key; gives how many data keys it wraps now, and the old file's copy.

    The new file holds both masters until every data key is wrapped by the new one, so that it may
    be cut off anywhere and asked for again. Running servers read the file again by themselves; the
    copy opens older backups of the database, and belongs where those are kept.
    """
    actor.require(Permission.MANAGE_USERS)
    path = centre.settings.keys_path
    keys = Keys.load(path)
    if keys.former is None:
        kept = path.with_name(f"{path.name}.{keys.master_id}")
        if not kept.exists():
            keys.save(kept)
        keys = keys.rotated()
        keys.replace_file(path)
    else:
        kept = path.with_name(f"{path.name}.{keys.former[0]}")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        count = centre.db.vault.rewrap(tx.connection)
        tx.audit("keys.master_rotated", "key", keys.master_id, data_keys=count)
    keys.settled().replace_file(path)
    centre.db.scrub()
    return count, kept
