"""Persons of one gallery who look like one, such as one detainee held under two names.

Every pair of persons is compared, block by block; only a human decides whether two are one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.gallery import Gallery, GalleryKind, Twin, TwinState
from parakh.domain.ids import new_id
from parakh.errors import Conflict, InvalidInput
from parakh.faces.vectors import Vector, to_vector
from parakh.services.background import Progress, Report
from parakh.services.centre import WORKER, Centre
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
    """The pairs of a gallery, the most alike first; a look that is audited."""
    actor.require(Permission.SEE_GALLERIES)
    with centre.db.read() as connection:
        galleries.get(connection, gallery_id)
        found = views(connection, galleries.twins(connection, gallery_id=gallery_id, state=state))
    centre.looked(actor, Purpose.WATCHLIST, "gallery.twins_viewed", "gallery", gallery_id)
    return found


def of_entry(centre: Centre, actor: Actor, entry_id: str) -> tuple[TwinView, ...]:
    """Who looks like the person of an entry, and what was decided about it."""
    actor.require(Permission.SEE_WATCHLISTS)
    with centre.db.read() as connection:
        return views(connection, galleries.twins(connection, entry_id=entry_id))


def views(connection: sa.Connection, found: Sequence[Twin]) -> tuple[TwinView, ...]:
    """Pairs with their entries, in the same order."""
    ids = {own for twin in found for own in (twin.entry_id, twin.other_id)}
    entries = watchlists.entries_by_id(connection, ids)
    rows = {row.entry.id: row for row in rows_of(connection, list(entries.values()))}
    return tuple(
        TwinView(twin=own, entry=rows[own.entry_id], other=rows[own.other_id]) for own in found
    )


def decide(centre: Centre, actor: Actor, twin_id: str, *, same: bool, reason: str) -> Twin:
    """Notes whether two entries are one person; raises Conflict when that was decided before."""
    actor.require(Permission.DECIDE_TWINS)
    require_human(actor)
    if not reason.strip():
        raise InvalidInput("give a reason")
    state = TwinState.SAME if same else TwinState.DIFFERENT
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        found = galleries.get_twin(tx.connection, twin_id)
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
    """Compares all persons of a gallery with each other; pairs that reach the threshold wait for a
    decision, and are found once."""
    actor.require(Permission.DECIDE_TWINS)
    with centre.db.read() as connection:
        value = galleries.get(connection, gallery_id)
        owners, vectors = _held(centre, connection, value)
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
                    gallery_id=gallery_id,
                    entry_id=later,
                    other_id=earlier,
                    score=score,
                    threshold=threshold,
                    found_at=tx.at,
                )
                for (later, earlier), score in sorted(best.items())
            ],
        )
        tx.audit(SWEPT, "gallery", gallery_id, templates=len(owners), pairs=len(best), new=new)
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
    """Begins to look through the galleries that were not looked through for a day."""
    if centre.matching.progress.running:
        return False
    due = _due(centre)
    if not due:
        return False

    def work(report: Report) -> None:
        for gallery_id in due:
            sweep(centre, WORKER, gallery_id, report)

    return centre.matching.start(work)


def _due(centre: Centre) -> list[str]:
    since = centre.clock() - EVERY
    with centre.db.read() as connection:
        held = galleries.held(connection)
        several = [
            own.id
            for own in galleries.galleries(connection)
            if own.kind in (GalleryKind.CUSTODY, GalleryKind.MISSING)
            and own.id in held
            and held[own.id].persons > 1
        ]
        done = audit.last_of(connection, [SWEPT], several)
    return [own for own in several if own not in done or done[own] <= since]


def _held(centre: Centre, connection: sa.Connection, value: Gallery) -> tuple[list[str], Vector]:
    """The entries of all living templates of the present model, and their vectors."""
    engine = centre.faces
    owners, vectors = [], []
    for stored in pictures.living_templates(connection, centre.db.vault, engine.model_id, value.id):
        owners.append(stored.entry_id)
        vectors.append(to_vector(stored.template, engine.model_id, engine.dimension))
    empty = np.zeros((0, engine.dimension), np.float32)
    return owners, np.stack(vectors) if vectors else empty


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
