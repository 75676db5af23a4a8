"""Persons who look like one, such as one detainee held under two names.

Detainees and missing persons are compared across all galleries of both kinds, persons on watchlists
within their gallery, block by block. A pair is shown to those alone to whom the galleries of both
are open, and only a human decides whether two are one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.gallery import GalleryKind, Twin, TwinState
from parakh.domain.ids import new_id
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.faces.vectors import Vector, to_vector
from parakh.services.background import Progress, Report
from parakh.services.centre import WORKER, Centre
from parakh.services.galleries import require_shown, shown_to
from parakh.services.watchlists import EntryRow, rows_of
from parakh.store import audit, galleries, pictures, watchlists

BLOCK = 2048
"""Templates compared with as many at once: 16 MiB of scores."""

EVERY = timedelta(days=1)
SWEPT = "gallery.twins_sought"


@dataclass(frozen=True, kw_only=True, slots=True)
class TwinView:
    """A pair with both entries."""

    twin: Twin
    entry: EntryRow
    other: EntryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """Result of a sweep: templates compared, pairs at or over the threshold, and the new ones."""

    templates: int
    pairs: int
    new: int


# --- looking and deciding ---------------------------------------------------------------------


def of_gallery(
    centre: Centre, actor: Actor, gallery_id: str, state: TwinState | None = TwinState.OPEN
) -> tuple[TwinView, ...]:
    """The pairs with one of a gallery, the most alike first; a look that is audited.

    Left out are those whose other half stands in a gallery that is not open to the actor; raises
    Forbidden when this one is not.
    """
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        require_shown(galleries.get(connection, gallery_id), actor)
        pairs = galleries.twins(connection, gallery_id=gallery_id, state=state)
        found = views(connection, actor, pairs)
    centre.looked(actor, Purpose.WATCHLIST, "gallery.twins_viewed", "gallery", gallery_id)
    return found


def of_entry(centre: Centre, actor: Actor, entry_id: str) -> tuple[TwinView, ...]:
    """Who looks like the person of an entry, and what was decided about it, as far as the
    galleries of both are open to the actor."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return views(connection, actor, galleries.twins(connection, entry_id=entry_id))


def views(connection: sa.Connection, actor: Actor, found: Sequence[Twin]) -> tuple[TwinView, ...]:
    """Pairs with their entries, in the same order; those alone that the actor may see."""
    shown = shown_to(connection, actor)
    ids = {own for twin in found for own in (twin.entry_id, twin.other_id)}
    entries = watchlists.entries_by_id(connection, ids)
    rows = {
        row.entry.id: row
        for row in rows_of(connection, list(entries.values()))
        if row.watchlist.gallery_id in shown
    }
    return tuple(
        TwinView(twin=own, entry=rows[own.entry_id], other=rows[own.other_id])
        for own in found
        if own.entry_id in rows and own.other_id in rows
    )


def decide(centre: Centre, actor: Actor, twin_id: str, *, same: bool, reason: str) -> Twin:
    """Notes whether two entries are one person.

    Raises Conflict when that was decided before, Forbidden unless the galleries of both are open to
    the actor.
    """
    actor.require(Permission.DECIDE_TWINS)
    require_human(actor)
    if not reason.strip():
        raise InvalidInput("give a reason")
    state = TwinState.SAME if same else TwinState.DIFFERENT
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        found = galleries.get_twin(tx.connection, twin_id)
        if not views(tx.connection, actor, [found]):
            raise Forbidden("the pair stands in a gallery that is not open to you")
        if not galleries.decide_twin(tx, twin_id, state, reason.strip()):
            raise Conflict("somebody decided on this pair already")
        for entry_id in (found.entry_id, found.other_id):
            tx.audit(
                f"twin.{state.value}", "watchlist_entry", entry_id, twin=twin_id, reason=reason
            )
        return galleries.get_twin(tx.connection, twin_id)


# --- looking for them -------------------------------------------------------------------------


def sweep(
    centre: Centre, actor: Actor, gallery_id: str, report: Report = lambda done, total: None
) -> Swept:
    """Compares all persons of a gallery with each other, those of custody and of missing persons
    with all others of these kinds.

    Pairs that reach the threshold wait for a decision, and are found once.
    """
    actor.require(Permission.DECIDE_TWINS)
    with centre.db.read() as connection:
        together = _together(connection, gallery_id)
        owners, vectors, gallery_of = _held(centre, connection, together)
    threshold = centre.faces.search_threshold(len(set(owners)), centre.settings.face_fpir)
    best: dict[tuple[str, str], float] = {}
    for later, earlier, score in _alike(owners, vectors, threshold, report):
        best[later, earlier] = max(score, best.get((later, earlier), -1.0))
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        new = galleries.note_twins(
            tx,
            [
                Twin(
                    id=new_id(),
                    gallery_id=gallery_of[later],
                    entry_id=later,
                    other_id=earlier,
                    score=score,
                    threshold=threshold,
                    found_at=tx.at,
                )
                for (later, earlier), score in sorted(best.items())
            ],
        )
        for own in together:
            tx.audit(SWEPT, "gallery", own, templates=len(owners), pairs=len(best), new=new)
    return Swept(templates=len(owners), pairs=len(best), new=new)


def begin(centre: Centre, actor: Actor, gallery_id: str) -> Progress:
    """Begins in the background of this process, unless some gallery is looked through already."""
    actor.require(Permission.DECIDE_TWINS)
    with centre.db.read() as connection:
        if galleries.get(connection, gallery_id).kind is GalleryKind.VOYAGES:
            raise InvalidInput("travellers are compared at gates only")
    centre.matching.start(lambda report: sweep(centre, actor, gallery_id, report))
    return centre.matching.progress


def sweep_when_due(centre: Centre) -> bool:
    """Begins to look through the detainees and missing persons, unless that was done in a day."""
    if centre.matching.progress.running:
        return False
    due = _due(centre)
    if due is None:
        return False

    def work(report: Report) -> None:
        sweep(centre, WORKER, due, report)

    return centre.matching.start(work)


def _due(centre: Centre) -> str | None:
    """A gallery of detainees or missing persons that was not looked through for a day; None where
    there is none, or nobody to compare with."""
    since = centre.clock() - EVERY
    with centre.db.read() as connection:
        held = galleries.held(connection)
        filled = [own for own in _of_persons(connection) if own in held]
        done = audit.last_of(connection, [SWEPT], filled)
    if sum(held[own].persons for own in filled) < 2:
        return None
    return next((own for own in filled if own not in done or done[own] <= since), None)


def _of_persons(connection: sa.Connection) -> list[str]:
    kinds = (GalleryKind.CUSTODY, GalleryKind.MISSING)
    return [own.id for own in galleries.galleries(connection) if own.kind in kinds]


def _together(connection: sa.Connection, gallery_id: str) -> list[str]:
    """The galleries whose persons are compared with those of one: it alone, or all of detainees and
    missing persons."""
    galleries.get(connection, gallery_id)
    several = _of_persons(connection)
    return several if gallery_id in several else [gallery_id]


def _held(
    centre: Centre, connection: sa.Connection, gallery_ids: Sequence[str]
) -> tuple[list[str], Vector, dict[str, str]]:
    """The entries of all living templates of the present model, their vectors, and the gallery of
    each entry."""
    engine = centre.faces
    owners: list[str] = []
    vectors = []
    gallery_of = {}
    for own in gallery_ids:
        for stored in pictures.living_templates(connection, centre.db.vault, engine.model_id, own):
            owners.append(stored.entry_id)
            vectors.append(to_vector(stored.template, engine.model_id, engine.dimension))
            gallery_of[stored.entry_id] = own
    empty = np.zeros((0, engine.dimension), np.float32)
    return owners, np.stack(vectors) if vectors else empty, gallery_of


def _alike(
    owners: Sequence[str], vectors: Vector, threshold: float, report: Report
) -> Iterator[tuple[str, str, float]]:
    """Pairs of different owners whose vectors are as alike: the later owner, the earlier, how."""
    blocks = range(0, len(owners), BLOCK)
    total, done = len(blocks) * (len(blocks) + 1) // 2, 0
    for top in blocks:
        for left in range(top, len(owners), BLOCK):
            scores = vectors[top : top + BLOCK] @ vectors[left : left + BLOCK].T
            for row, column in np.argwhere(scores >= threshold):
                one, other = owners[top + row], owners[left + column]
                if one != other:
                    score = float(min(scores[row, column], 1.0))
                    yield max(one, other), min(one, other), score
            done += 1
            report(done, total)
