from collections.abc import Sequence

import pytest

from parakh.domain.face import Candidate, Template
from parakh.domain.hit import Kind, Ref
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.screen.faces import FaceScreener
from parakh.screen.screener import FaceSubject, TravellerSubject

WANTED = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="law", handling=Handling.REFER
)
SUBJECT = FaceSubject(
    ref=Ref(kind=Kind.CAPTURE, id="c"), probe=Template(model="m", vector=b"probe")
)


class FakeGallery:
    """Candidates as given; entries named in `gone` are not in force."""

    threshold = 0.4

    def __init__(self, *found: tuple[str, float], gone: Sequence[str] = ()) -> None:
        self._found = found
        self._gone = gone
        self.probes: list[Template] = []

    def search(self, probe: Template, limit: int) -> Sequence[Candidate]:
        self.probes.append(probe)
        return [Candidate(reference_id=own, score=score) for own, score in self._found][:limit]

    def listed(self, entry_id: str) -> tuple[WatchlistEntry, Watchlist] | None:
        if entry_id in self._gone:
            return None
        names = () if entry_id == "nameless" else (PersonName(family=entry_id, given="ALI"),)
        entry = WatchlistEntry(id=entry_id, watchlist_id="w", kind=EntryKind.PERSON, names=names)
        return entry, WANTED


@pytest.mark.parametrize(
    ("gallery", "hits"),
    [
        (FakeGallery(), []),
        (FakeGallery(("a", 0.9), ("b", 0.4), ("c", 0.3999)), ["a", "b"]),
        (FakeGallery(("a", 0.9), ("b", 0.8), gone=["a"]), ["b"]),
        (FakeGallery(("a", -0.2)), []),
        (FakeGallery(("nameless", 0.5)), ["nameless"]),
    ],
)
def test_what_is_similar_enough_and_in_force_is_a_hit(
    gallery: FakeGallery, hits: list[str]
) -> None:
    (found,) = FaceScreener(gallery).screen([SUBJECT])
    assert [own.target.id for own in found] == hits
    assert gallery.probes == [SUBJECT.probe]
    for own in found:
        assert own.subject == SUBJECT.ref
        assert own.screener == "face@1"
        assert own.threshold == 0.4


def test_the_sentence_names_whom_and_how_much_and_asks_for_a_comparison() -> None:
    ((hit,),) = FaceScreener(FakeGallery(("KHAN", 0.61))).screen([SUBJECT])
    assert str(hit.sentence) == (
        "The face resembles KHAN, ALI (list: Wanted): similarity 0.61, threshold 0.40. "
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
    screener = FaceScreener(FakeGallery())
    assert screener.applies(SUBJECT)
    assert not screener.applies(declared)
