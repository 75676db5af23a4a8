"""A face searched by hand in the galleries that are open to whoever asks (1:N).

The picture that is asked about, and its template, are never stored; that somebody asked is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.face import Comparison, Quality, Template
from parakh.domain.gallery import Gallery
from parakh.errors import InvalidInput
from parakh.faces.vectors import to_vector
from parakh.screen.faces import FaceMatch
from parakh.services import galleries, portraits
from parakh.services.centre import Centre
from parakh.services.hand import PURPOSES
from parakh.services.portraits import Portrait
from parakh.store import galleries as store
from parakh.store import pictures, watchlists

LIMIT = 10
NEAR = 3
"""Of those who are less alike than is needed, so many are shown, marked so."""

CLOSE = 0.6
"""Who has less than this share of what is needed is not near: strangers resemble each other so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceQuestion:
    """Which galleries are asked, for what purpose, and why; no gallery asks all that are open."""

    galleries: frozenset[str]
    purpose: Purpose
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Somebody enrolled who looks like the face, and his first picture.

    `waits` tells that what resembles the face still waits for a second person's approval.
    """

    match: FaceMatch
    picture_id: str | None
    waits: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceAnswer:
    """Who reaches the threshold, and who comes close; advice for the officer, not a decision.

    `sizes` is how many persons are in force in each gallery that was searched, and `waiting` how
    many were compared besides who wait for a second person's approval.
    """

    quality: Quality
    galleries: tuple[Gallery, ...]
    sizes: tuple[int, ...]
    waiting: int
    threshold: float
    found: tuple[Found, ...]
    near: tuple[Found, ...]

    @property
    def persons(self) -> int:
        """How many persons were compared."""
        return sum(self.sizes) + self.waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Who is most alike, which of them by a face that waits for approval, and how many who wait
    were compared."""

    matches: tuple[FaceMatch, ...]
    waits: frozenset[str]
    waiting: int


def search(centre: Centre, actor: Actor, picture: bytes, question: FaceQuestion) -> FaceAnswer:
    """Searches the face of a picture, among those too who wait for approval; a look that is audited
    with its reason, once for each gallery.

    Raises Forbidden for a gallery that is not open to the actor, InvalidInput without a reason or
    for a picture that is not fit to search by.
    """
    actor.require(Permission.SEARCH_FACES)
    if not question.reason.strip():
        raise InvalidInput("say why you ask")
    if question.purpose not in PURPOSES:
        raise InvalidInput("choose a purpose")
    asked = _galleries(centre, actor, question.galleries)
    portrait = portraits.read(centre, picture)
    compared = compare(centre, [portrait], [own.id for own in asked], LIMIT)
    answer = _answer(centre, portrait.sample.quality, asked, compared)
    with centre.db.write(actor, question.purpose) as tx:
        for gallery in asked:
            found = [own.match for own in answer.found if own.match.gallery.id == gallery.id]
            tx.audit(
                "face.searched",
                "gallery",
                gallery.id,
                name=gallery.name,
                reason=question.reason.strip(),
                found=[own.entry.id for own in found],
            )
    return answer


def verify(
    centre: Centre, actor: Actor, one: bytes, other: bytes, purpose: Purpose, reason: str
) -> Comparison:
    """Compares the faces of two pictures (1:1); audited, and nothing is kept."""
    actor.require(Permission.SEARCH_FACES)
    if not reason.strip():
        raise InvalidInput("say why you ask")
    first, second = (portraits.read(centre, own).sample for own in (one, other))
    result = centre.faces.compare(first.template, second.template, (first.second, second.second))
    with centre.db.write(actor, purpose) as tx:
        tx.audit("faces.compared", "face", "", reason=reason.strip())
    return result


def compare(
    centre: Centre, shots: Sequence[Portrait], gallery_ids: Collection[str], limit: int
) -> Compared:
    """Those who look like one of several pictures of a person, with those who reach the threshold
    but wait for a second person; most alike first, whether they reach it or not."""
    known = alike(centre, [shot.probes for shot in shots], gallery_ids, limit)
    samples = [shot.sample.template for shot in shots]
    threshold = centre.galleries.threshold(gallery_ids)
    waiting, compared = _alike_waiting(centre, samples, gallery_ids, threshold)
    best = {own.entry.id: own for own in known}
    # Whoever is found by a face in force needs no other.
    waits = [own for own in waiting if own.entry.id not in best or not best[own.entry.id].match]
    best |= {own.entry.id: own for own in waits}
    return Compared(
        matches=tuple(sorted(best.values(), key=lambda own: (-own.score, own.entry.id))),
        waits=frozenset(own.entry.id for own in waits),
        waiting=compared,
    )


def alike(
    centre: Centre,
    faces: Sequence[Sequence[Template]],
    gallery_ids: Collection[str],
    limit: int,
) -> list[FaceMatch]:
    """Those who look like one of several pictures of a person, by the best of them; the nearest,
    whether they reach the threshold or not."""
    centre.galleries.refresh()
    best: dict[str, FaceMatch] = {}
    for probes in faces:
        for found in centre.galleries.search(probes, gallery_ids, limit=limit, all_candidates=True):
            known = best.get(found.entry.id)
            if known is None or found.score > known.score:
                best[found.entry.id] = found
    return sorted(best.values(), key=lambda own: (-own.score, own.entry.id))[:limit]


def _alike_waiting(
    centre: Centre, faces: Sequence[Template], gallery_ids: Collection[str], threshold: float
) -> tuple[list[FaceMatch], int]:
    """Those who look like the face but wait for a second person, and so are not searched yet; and
    how many wait."""
    engine = centre.faces
    probes = np.stack([to_vector(own, engine.model_id, engine.dimension) for own in faces])
    best: dict[str, tuple[float, str]] = {}
    seen: set[str] = set()
    with centre.db.read() as connection:
        for gallery_id in gallery_ids:
            for stored in pictures.living_templates(
                connection, centre.db.vault, engine.model_id, gallery_id, waiting=True
            ):
                seen.add(stored.entry_id)
                vector = to_vector(stored.template, engine.model_id, engine.dimension)
                score = min(float((probes @ vector).max()), 1.0)
                if score >= threshold and score > best.get(stored.entry_id, (-1.0, ""))[0]:
                    best[stored.entry_id] = (score, gallery_id)
        entries = watchlists.entries_by_id(connection, best)
        lists = watchlists.lists(connection)
        held = {own.id: own for own in store.galleries(connection)}
    found = [
        FaceMatch(
            entry=entries[entry_id],
            watchlist=lists[entries[entry_id].watchlist_id],
            gallery=held[gallery_id],
            score=score,
            threshold=threshold,
        )
        for entry_id, (score, gallery_id) in best.items()
    ]
    return found, len(seen)


def shown(
    connection: sa.Connection, matches: Sequence[FaceMatch], waits: Collection[str] = ()
) -> tuple[Found, ...]:
    """Matches with the picture of each, in the same order; of `waits`, by a face that waits."""
    first = pictures.pictures_of(connection, [own.entry.id for own in matches])
    return tuple(
        Found(
            match=own,
            picture_id=next(iter(first.get(own.entry.id, ())), None),
            waits=own.entry.id in waits,
        )
        for own in matches
    )


def _galleries(centre: Centre, actor: Actor, wanted: frozenset[str]) -> tuple[Gallery, ...]:
    if not wanted:
        found = tuple(galleries.open_to(centre, actor))
        if not found:
            raise InvalidInput("no gallery is open to you")
        return found
    with centre.db.read() as connection:
        return tuple(galleries.require_open(connection, actor, own) for own in sorted(wanted))


def _answer(
    centre: Centre,
    quality: Quality,
    asked: tuple[Gallery, ...],
    compared: Compared,
) -> FaceAnswer:
    threshold = centre.galleries.threshold([own.id for own in asked])
    over = [own for own in compared.matches if own.match]
    near = [own for own in compared.matches if not own.match and own.score >= CLOSE * threshold]
    with centre.db.read() as connection:
        return FaceAnswer(
            quality=quality,
            galleries=asked,
            sizes=tuple(centre.galleries.size([own.id]) for own in asked),
            waiting=compared.waiting,
            threshold=threshold,
            found=shown(connection, over, compared.waits),
            near=shown(connection, near[:NEAR]),
        )
