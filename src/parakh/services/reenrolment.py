"""Enrolling everybody again when the face model was changed.

Templates of two models cannot be compared. So the kept pictures are read again, and the present
model's template is added to each; those of the model before stay, and are searched beside, until
their whole gallery is done. A picture that the present model cannot use keeps its old template, and
is told by its entry.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from parakh.access import Actor, Permission, Purpose
from parakh.domain.face import Template
from parakh.errors import NotFound, ParakhError
from parakh.services import portraits
from parakh.services.background import Progress, Report
from parakh.services.centre import WORKER, Centre
from parakh.services.galleries import present_models, require_shown
from parakh.services.watchlists import EntryRow, rows_of
from parakh.store import audit, galleries, pictures, template_upkeep, watchlists
from parakh.store.template_upkeep import Stale

AT_ONCE = 16
"""Pictures in one transaction."""

FAILED = "face.not_reenrolled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfit:
    """An entry with a picture that the present model cannot use, and why."""

    row: EntryRow
    picture_id: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reenrolled:
    """Pictures enrolled again, pictures that could not be, and old templates deleted."""

    done: int
    unfit: int
    dropped: int


def reenrol(centre: Centre, actor: Actor, report: Report = lambda done, total: None) -> Reenrolled:
    """Adds the present model's template to every kept picture that lacks it; may take hours.

    Cut off, it is gone on with by asking again. Pictures that were found unfit before are tried
    again.
    """
    actor.require(Permission.KEEP_GALLERIES)
    models = present_models(centre)
    with centre.db.read() as connection:
        total = len(template_upkeep.stale(connection, models))
    done = unfit = 0
    after = ""
    report(0, total)
    while True:
        with centre.db.read() as connection:
            some = template_upkeep.stale(connection, models, after=after, limit=AT_ONCE)
        if not some:
            break
        after = some[-1].picture_id
        added, refused = _again(centre, actor, some)
        done, unfit = done + added, unfit + refused
        report(done + unfit, max(total, done + unfit))
    dropped = _drop(centre, actor, models)
    centre.db.scrub()
    return Reenrolled(done=done, unfit=unfit, dropped=dropped)


def begin(centre: Centre, actor: Actor) -> Progress:
    """Begins in the background of this process, unless that is under way."""
    actor.require(Permission.KEEP_GALLERIES)
    centre.reenrolling.start(lambda report: reenrol(centre, actor, report))
    return centre.reenrolling.progress


def begin_when_due(centre: Centre) -> bool:
    """Begins when some picture was neither enrolled nor found unfit under the present model."""
    if centre.reenrolling.progress.running:
        return False
    with centre.db.read() as connection:
        if not galleries.models(connection):
            return False
        waiting = template_upkeep.stale(connection, present_models(centre))
        former = template_upkeep.count_former(connection, present_models(centre))
    known = _causes(centre, waiting)
    if all(own.picture_id in known for own in waiting) and not former:
        return False
    return centre.reenrolling.start(lambda report: reenrol(centre, WORKER, report))


def unfit(centre: Centre, actor: Actor, gallery_id: str) -> tuple[Unfit, ...]:
    """Entries of a gallery whose pictures the present model cannot use; each needs another.

    Raises Forbidden when the gallery is not open to the actor.
    """
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        require_shown(galleries.get(connection, gallery_id), actor)
        waiting = [
            own
            for own in template_upkeep.stale(connection, present_models(centre))
            if own.gallery_id == gallery_id
        ]
        causes = _causes(centre, waiting)
        entries = watchlists.entries_by_id(connection, [own.entry_id for own in waiting])
        rows = {row.entry.id: row for row in rows_of(connection, list(entries.values()))}
    return tuple(
        Unfit(row=rows[own.entry_id], picture_id=own.picture_id, cause=causes[own.picture_id])
        for own in waiting
        if own.picture_id in causes
    )


def _again(centre: Centre, actor: Actor, some: list[Stale]) -> tuple[int, int]:
    """Enrols some pictures again; gives how many could be, and how many are unfit."""
    made: dict[str, Sequence[Template]] = {}
    causes: list[tuple[Stale, str]] = []
    for own in some:
        try:
            with centre.db.read() as connection:
                content, _ = pictures.load_picture(connection, centre.db.vault, own.picture_id)
            made[own.picture_id] = portraits.read(centre, content).templates
        except NotFound:
            continue  # deleted meanwhile
        except ParakhError as error:
            causes.append((own, str(error)))
    model = _name(centre)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        done = template_upkeep.renew_templates(tx, centre.db.vault, made)
        for own, cause in causes:
            tx.audit(
                FAILED, "watchlist_entry", own.entry_id, picture=own.picture_id, model=model,
                cause=cause,
            )  # fmt: skip
        tx.audit("faces.reenrolled", "gallery", "", model=model, pictures=done)
    return done, len(causes)


def _drop(centre: Centre, actor: Actor, models: frozenset[str]) -> int:
    """Deletes the old templates of every picture that has a new one, once all were tried."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        dropped = {
            own.id: template_upkeep.drop_former(tx, own.id, models)
            for own in galleries.galleries(tx.connection)
        }
        counts = {gallery_id: count for gallery_id, count in dropped.items() if count}
        tx.audit("faces.former_dropped", "gallery", "", model=_name(centre), templates=counts)
    return sum(dropped.values())


def _causes(centre: Centre, waiting: list[Stale]) -> dict[str, str]:
    """Why pictures could not be enrolled under the present model, as the audit trail tells."""
    model = _name(centre)
    with centre.db.read() as connection:
        rows = audit.details(connection, FAILED, {own.entry_id for own in waiting})
    told = [json.loads(detail) for detail in rows]
    return {own["picture"]: own["cause"] for own in told if own["model"] == model}


def _name(centre: Centre) -> str:
    """The present models, as the audit trail names them."""
    return "+".join(sorted(present_models(centre)))
