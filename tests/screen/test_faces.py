from collections.abc import Collection, Sequence

import pytest

from parakh.domain.face import Template
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.screen.faces import FaceMatch, FaceScreener
from parakh.screen.screener import FaceSubject, TravellerSubject

WANTED = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="law", handling=Handling.REFER
)
SUBJECT = FaceSubject(
    ref=Ref(kind=Kind.CAPTURE, id="c"), probes=(Template(model="m", vector=b"probe"),)
)


def gallery(kind: GalleryKind) -> Gallery:
    return Gallery(id=kind.value, name=kind.value, kind=kind, purpose="p", legal_basis="b")


class FakeGalleries:
    """Matches as given, and what was asked."""

    def __init__(self, *found: tuple[str, float], kind: GalleryKind = GalleryKind.WATCHLIST):
        self._found = found
        self._kind = kind
        self.asked: list[tuple[Sequence[Template], Collection[str], int]] = []

    def at_gates(self) -> Collection[str]:
        return {"watchlist", "custody"}

    def search(
        self, probes: Sequence[Template], gallery_ids: Collection[str], *, limit: int
    ) -> Sequence[FaceMatch]:
        self.asked.append((probes, gallery_ids, limit))
        return [self._match(*own) for own in self._found]

    def _match(self, entry_id: str, score: float) -> FaceMatch:
        names = () if entry_id == "nameless" else (PersonName(family=entry_id, given="ALI"),)
        entry = WatchlistEntry(id=entry_id, watchlist_id="w", kind=EntryKind.PERSON, names=names)
        return FaceMatch(
            entry=entry, watchlist=WANTED, gallery=gallery(self._kind), score=score, threshold=0.4
        )


@pytest.mark.parametrize(
    ("galleries", "hits"),
    [
        (FakeGalleries(), []),
        (FakeGalleries(("a", 0.9), ("b", 0.4)), ["a", "b"]),
        (FakeGalleries(("nameless", 0.5)), ["nameless"]),
    ],
)
def test_who_is_found_in_the_galleries_of_gates_is_a_hit(
    galleries: FakeGalleries, hits: list[str]
) -> None:
    (found,) = FaceScreener(galleries).screen([SUBJECT])
    assert [own.target.id for own in found] == hits
    assert galleries.asked == [(SUBJECT.probes, {"watchlist", "custody"}, 10)]
    for own in found:
        assert own.subject == SUBJECT.ref
        assert own.screener == "face@2"
        assert own.threshold == 0.4


@pytest.mark.parametrize(
    ("kind", "whom"),
    [
        (GalleryKind.WATCHLIST, "KHAN, ALI (list: Wanted)"),
        (GalleryKind.CUSTODY, "KHAN, ALI, enrolled in custody (list: Wanted)"),
        (GalleryKind.MISSING, "KHAN, ALI, who is reported missing (list: Wanted)"),
    ],
)
def test_the_sentence_names_whom_and_how_much_and_asks_for_a_comparison(
    kind: GalleryKind, whom: str
) -> None:
    ((hit,),) = FaceScreener(FakeGalleries(("KHAN", 0.61), kind=kind)).screen([SUBJECT])
    assert str(hit.sentence) == (
        f"The face resembles {whom}: similarity 0.61, threshold 0.40. "
        "Compare the pictures side by side."
    )
    (evidence,) = hit.evidence
    assert (evidence.attribute, evidence.theirs, evidence.weight) == ("face", "KHAN, ALI", 0.61)
    assert "0.61" in str(evidence.note)


def test_it_applies_to_faces_only() -> None:
    traveller = Traveller(
        id="t",
        voyage_id="v",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="KHAN", given="ALI"),
    )
    declared = TravellerSubject(
        ref=Ref(kind=Kind.TRAVELLER, id="t"), traveller=traveller, voyage=None
    )
    screener = FaceScreener(FakeGalleries())
    assert screener.applies(SUBJECT)
    assert not screener.applies(declared)
