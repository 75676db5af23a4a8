"""Searches a captured face in the watchlist gallery (1:N identification, ISO/IEC 2382-37)."""

from collections.abc import Sequence
from typing import Protocol

from parakh.domain.face import Candidate, Template
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.screen.screener import FaceSubject, Subject

_SENTENCE = N_(
    "The face resembles {listed} (list: {watchlist}): similarity {score}, threshold {threshold}. "
    "Compare the pictures side by side."
)
_NOTE = N_("cosine similarity {score} of the face templates; {threshold} is needed")
_LIMIT = 10


class FaceGallery(Protocol):
    """What is searched: enrolled templates, each standing for a watchlist entry."""

    @property
    def threshold(self) -> float:
        """The similarity from which a candidate is a hit, for the gallery's present size."""
        ...

    def search(self, probe: Template, limit: int) -> Sequence[Candidate]:
        """The most similar entries, best first, each once."""
        ...

    def listed(self, entry_id: str) -> tuple[WatchlistEntry, Watchlist] | None:
        """The entry and its list, if it is in force now."""
        ...


class FaceScreener:
    """Raises a hit for every entry whose face is similar enough."""

    name = "face@1"

    def __init__(self, gallery: FaceGallery) -> None:
        self._gallery = gallery

    def applies(self, subject: Subject) -> bool:
        """Whether a face was captured."""
        return isinstance(subject, FaceSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each captured face."""
        return [self._hits(subject) for subject in subjects if isinstance(subject, FaceSubject)]

    def _hits(self, subject: FaceSubject) -> list[Hit]:
        threshold = self._gallery.threshold
        hits = []
        for candidate in self._gallery.search(subject.probe, _LIMIT):
            listed = self._gallery.listed(candidate.reference_id)
            if candidate.score >= threshold and listed is not None:
                hits.append(_hit(subject.ref, candidate, threshold, *listed))
        return hits


def _hit(
    subject: Ref,
    candidate: Candidate,
    threshold: float,
    entry: WatchlistEntry,
    watchlist: Watchlist,
) -> Hit:
    figures = {"score": f"{candidate.score:.2f}", "threshold": f"{threshold:.2f}"}
    name = str(entry.names[0]) if entry.names else entry.id
    return Hit(
        id=new_id(),
        subject=subject,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id),
        screener=FaceScreener.name,
        score=candidate.score,
        threshold=threshold,
        sentence=phrase(_SENTENCE, listed=name, watchlist=watchlist.name, **figures),
        evidence=(
            Evidence(
                attribute="face",
                ours="",
                theirs=name,
                agreement=Agreement.SIMILAR,
                weight=candidate.score,
                note=phrase(_NOTE, **figures),
            ),
        ),
    )
