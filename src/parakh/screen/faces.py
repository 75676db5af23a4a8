"""Searches a captured face in the galleries (1:N identification, ISO/IEC 2382-37)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from parakh.domain.face import Template
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.screen.screener import FaceSubject, Subject

_SENTENCES = {
    GalleryKind.WATCHLIST: N_(
        "The face resembles {listed} (list: {watchlist}): similarity {score}, threshold "
        "{threshold}. Compare the pictures side by side."
    ),
    GalleryKind.CUSTODY: N_(
        "The face resembles {listed}, enrolled in custody (list: {watchlist}): similarity {score}, "
        "threshold {threshold}. Compare the pictures side by side."
    ),
    GalleryKind.MISSING: N_(
        "The face resembles {listed}, who is reported missing (list: {watchlist}): similarity "
        "{score}, threshold {threshold}. Compare the pictures side by side."
    ),
}
_NOTE = N_("cosine similarity {score} of the face templates; {threshold} is needed")
_LIMIT = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceMatch:
    """An enrolled person who looks like the probe.

    `score` is the cosine similarity of the probe and the person's best template; `threshold` is
    what a search of so many persons needs.
    """

    entry: WatchlistEntry
    watchlist: Watchlist
    gallery: Gallery
    score: float
    threshold: float

    @property
    def match(self) -> bool:
        """Whether the score reaches the threshold; advice for the officer, not a decision."""
        return self.score >= self.threshold


class FaceGalleries(Protocol):
    """What is searched: enrolled templates, each standing for a watchlist entry."""

    def at_gates(self) -> Collection[str]:
        """The galleries in which every face at a gate is searched."""
        ...

    def search(
        self, probes: Sequence[Template], gallery_ids: Collection[str], *, limit: int
    ) -> Sequence[FaceMatch]:
        """Entries in force that reach their threshold, most similar first, each once."""
        ...


class FaceScreener:
    """Raises a hit for every entry whose face is similar enough."""

    name = "face@2"

    def __init__(self, galleries: FaceGalleries) -> None:
        self._galleries = galleries

    def applies(self, subject: Subject) -> bool:
        """Whether a face was captured."""
        return isinstance(subject, FaceSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each captured face."""
        return [self._hits(subject) for subject in subjects if isinstance(subject, FaceSubject)]

    def _hits(self, subject: FaceSubject) -> list[Hit]:
        where = self._galleries.at_gates()
        found = self._galleries.search(subject.probes, where, limit=_LIMIT)
        return [_hit(subject.ref, match) for match in found]


def _hit(subject: Ref, match: FaceMatch) -> Hit:
    figures = {"score": f"{match.score:.2f}", "threshold": f"{match.threshold:.2f}"}
    entry, watchlist = match.entry, match.watchlist
    name = str(entry.names[0]) if entry.names else entry.id
    sentence = _SENTENCES[match.gallery.kind]
    return Hit(
        id=new_id(),
        subject=subject,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id),
        screener=FaceScreener.name,
        score=match.score,
        threshold=match.threshold,
        sentence=phrase(sentence, listed=name, watchlist=watchlist.name, **figures),
        evidence=(
            Evidence(
                attribute="face",
                ours="",
                theirs=name,
                agreement=Agreement.SIMILAR,
                weight=match.score,
                note=phrase(_NOTE, **figures),
            ),
        ),
    )
