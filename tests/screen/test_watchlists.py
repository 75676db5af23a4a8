from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.domain.face import Template
from parakh.domain.hit import Agreement, Hit, Kind, Ref
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Sex,
    Traveller,
    TravellerRole,
)
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.screen.calibration import Band, Calibration, band_of
from parakh.screen.listing import words_of
from parakh.screen.names import THRESHOLD, ListedPerson
from parakh.screen.packing import pack, unpack
from parakh.screen.screener import FaceSubject, Screener, TravellerSubject
from parakh.screen.watchlists import DocumentScreener, NameScreener, WatchlistIndex

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WATCHLIST = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="law", handling=Handling.INFORM
)
PASSPORT = Document(type=DocumentType.PASSPORT, number="AB123456", issuer="PAK")
BORN = PartialDate.parse("1980-03-15")
ENTRY = WatchlistEntry(
    id="e",
    watchlist_id="w",
    kind=EntryKind.PERSON,
    names=(PersonName(family="YOUSAF", given="MUHAMMAD"),),
    birth_dates=(BORN,),
    sex=Sex.MALE,
    nationalities=("PAK",),
    documents=(PASSPORT,),
    state=EntryState.APPROVED,
)
VOYAGE = Voyage(
    id="v",
    mode=Mode.AIR,
    carrier="PK",
    number="204",
    origin="DXB",
    destination="KHI",
    departure=None,
    arrival=None,
    due_at=None,
    direction=Direction.ENTRY,
)
TRAVELLER = Traveller(
    id="t",
    voyage_id="v",
    role=TravellerRole.PASSENGER,
    name=PersonName(family="YUSUF", given="MOHD"),
    birth_date=BORN,
    sex=Sex.MALE,
    nationality="PAK",
    documents=(PASSPORT,),
)
FACE = FaceSubject(ref=Ref(kind=Kind.CAPTURE, id="c"), probes=(Template(model="none", vector=b""),))


def subject(traveller: Traveller = TRAVELLER) -> TravellerSubject:
    ref = Ref(kind=Kind.TRAVELLER, id=traveller.id)
    return TravellerSubject(ref=ref, traveller=traveller, voyage=VOYAGE)


def names(*entries: WatchlistEntry) -> NameScreener:
    return NameScreener(WatchlistIndex((entry, WATCHLIST) for entry in entries), lambda: NOW)


def documents(*entries: WatchlistEntry) -> DocumentScreener:
    return DocumentScreener(WatchlistIndex((entry, WATCHLIST) for entry in entries), lambda: NOW)


def hits(screener: Screener, traveller: Traveller = TRAVELLER) -> list[Hit]:
    (found,) = screener.screen([subject(traveller)])
    return list(found)


@pytest.mark.parametrize("make", [names, documents])
def test_a_hit_says_what_it_is_about(make: type[Screener]) -> None:
    screener = make(ENTRY)  # type: ignore[call-arg]
    (hit,) = hits(screener)
    assert hit.subject == Ref(kind=Kind.TRAVELLER, id="t")
    assert hit.target == Ref(kind=Kind.WATCHLIST_ENTRY, id="e")
    assert hit.screener == screener.name
    assert hit.threshold <= hit.score <= 1
    assert "Wanted" in str(hit.sentence)
    assert hit.evidence


@pytest.mark.parametrize("make", [names, documents])
def test_screeners_apply_to_travellers_with_something_to_compare(make: type[Screener]) -> None:
    screener = make(ENTRY)  # type: ignore[call-arg]
    nobody = replace(TRAVELLER, name=PersonName(family="", given=""), documents=())
    assert screener.applies(subject())
    assert not screener.applies(subject(nobody))
    assert not screener.applies(FACE)
    assert [list(found) for found in screener.screen([FACE, subject(nobody)])] == [[], []]


@pytest.mark.parametrize("make", [names, documents])
@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, True),
        ({"state": EntryState.PROPOSED}, False),
        ({"state": EntryState.RETIRED}, False),
        ({"expires_at": NOW}, False),
        ({"expires_at": datetime(2026, 11, 23, tzinfo=UTC)}, True),
    ],
)
def test_only_entries_in_force(
    make: type[Screener], change: dict[str, object], listed: bool
) -> None:
    screener = make(replace(ENTRY, **change))  # type: ignore[call-arg, arg-type]
    assert bool(hits(screener)) is listed


@pytest.mark.parametrize(
    ("ours", "score"),
    [
        (PASSPORT, 1.0),
        (replace(PASSPORT, type=DocumentType.OTHER), 1.0),
        (replace(PASSPORT, type=DocumentType.VISA), 0.9),
        (replace(PASSPORT, issuer=None), 0.85),
        (replace(PASSPORT, issuer="AFG"), 0.65),
        (replace(PASSPORT, issuer="AFG", type=DocumentType.VISA), None),
        (replace(PASSPORT, number="AB123457"), None),
    ],
)
def test_documents(ours: Document, score: float | None) -> None:
    found = hits(documents(ENTRY), replace(TRAVELLER, documents=(ours,)))
    assert [hit.score for hit in found] == ([] if score is None else [pytest.approx(score)])


def test_the_best_document_makes_one_hit_for_an_entry() -> None:
    weak = replace(PASSPORT, issuer="AFG")
    (hit,) = hits(documents(ENTRY), replace(TRAVELLER, documents=(weak, PASSPORT, weak)))
    assert hit.score == 1.0
    assert all(item.agreement is Agreement.AGREES for item in hit.evidence)


def test_evidence_against_a_document_is_said() -> None:
    other = replace(TRAVELLER, documents=(replace(PASSPORT, issuer="AFG"),))
    (hit,) = hits(documents(ENTRY), other)
    assert "of another issuer" in str(hit.sentence)
    assert [item.agreement for item in hit.evidence] == [
        Agreement.AGREES,
        Agreement.DIFFERS,
        Agreement.AGREES,
    ]


@pytest.mark.parametrize("number", ["000000", "123"])
def test_fillers_are_no_numbers(number: str) -> None:
    filler = (replace(PASSPORT, number=number),)
    screener = documents(replace(ENTRY, documents=filler))
    assert hits(screener, replace(TRAVELLER, documents=filler)) == []


def test_aliases_are_names_too_and_an_entry_is_hit_once() -> None:
    aliases = (*ENTRY.names, PersonName(family="YUSUF", given="MOHD"), TRAVELLER.name)
    (hit,) = hits(names(replace(ENTRY, names=aliases)))
    assert hit.evidence[0].theirs == "YUSUF, MOHD"


def test_the_most_alike_comes_first() -> None:
    other = replace(ENTRY, id="other", sex=Sex.FEMALE)
    assert [hit.target.id for hit in hits(names(other, ENTRY))] == ["e", "other"]


def test_the_index_changes_while_it_is_used() -> None:
    index = WatchlistIndex()
    by_name, by_number = (
        NameScreener(index, lambda: NOW),
        DocumentScreener(index, lambda: NOW),
    )
    assert (hits(by_name), hits(by_number), len(index)) == ([], [], 0)
    index.put(ENTRY, WATCHLIST)
    assert len(hits(by_name)) == len(hits(by_number)) == len(index) == 1
    stranger = (PersonName(family="GULBADAN", given="ZARMINA"),)
    index.put(replace(ENTRY, names=stranger, documents=()), WATCHLIST)
    assert (hits(by_name), hits(by_number), len(index)) == ([], [], 1)
    index.put(ENTRY, WATCHLIST)
    index.remove("e")
    index.remove("e")
    assert (hits(by_name), hits(by_number), len(index)) == ([], [], 0)


def test_a_list_has_its_own_threshold_for_common_and_for_rare_names() -> None:
    index = WatchlistIndex([(ENTRY, WATCHLIST)])
    screener = NameScreener(index, lambda: NOW)
    (hit,) = hits(screener)
    assert hit.threshold == THRESHOLD
    band = band_of(index.rarity(TRAVELLER.name))
    index.calibration = Calibration(thresholds={"w": {band: 1.01}})
    assert hits(screener) == []
    index.calibration = Calibration(thresholds={"w": {band: 0.7}, "other": {band: 1.0}})
    (hit,) = hits(screener)
    assert hit.threshold == 0.7


def test_a_lower_threshold_raises_what_the_standard_one_leaves_alone() -> None:
    index = WatchlistIndex([(replace(ENTRY, documents=()), WATCHLIST)])
    screener = NameScreener(index, lambda: NOW)
    other = replace(TRAVELLER, birth_date=None, documents=())
    assert hits(screener, other) == []
    ((_, near),) = index.matches(subject(other), NOW)
    index.calibration = Calibration(thresholds={"w": dict.fromkeys(Band, near.score)})
    assert len(hits(screener, other)) == 1


def test_an_index_like_another_has_its_rarity_and_thresholds() -> None:
    people = [replace(ENTRY, id=str(i)) for i in range(50)]
    large = WatchlistIndex((own, WATCHLIST) for own in people)
    small = WatchlistIndex([(ENTRY, WATCHLIST)], like=large)
    assert small.rarity(TRAVELLER.name) == large.rarity(TRAVELLER.name)
    large.calibration = Calibration(thresholds={"w": dict.fromkeys(Band, 1.01)})
    assert hits(NameScreener(small, lambda: NOW)) == []


def test_an_equal_document_brings_up_a_name_that_alone_would_not_be_looked_at() -> None:
    index = WatchlistIndex([(replace(ENTRY, birth_dates=()), WATCHLIST)])
    renamed = replace(TRAVELLER, name=PersonName(family="YUSUF", given="AKRAM"))
    assert [entry_id for entry_id, _ in index.matches(subject(renamed), NOW)] == ["e"]


def test_loading_takes_the_place_of_what_was_there() -> None:
    index = WatchlistIndex([(ENTRY, WATCHLIST)])
    other = replace(ENTRY, id="other", documents=())
    index.load([(other, WATCHLIST)])
    assert len(index) == 1
    assert [hit.target.id for hit in hits(NameScreener(index, lambda: NOW))] == ["other"]
    with pytest.raises(ZeroDivisionError):
        index.load((1 / 0, WATCHLIST) for _ in range(1))  # type: ignore[misc]
    assert len(index) == 1


def test_a_renamed_list_is_named_so_in_sentences() -> None:
    index = WatchlistIndex([(ENTRY, WATCHLIST)])
    index.put(ENTRY, replace(WATCHLIST, name="Renamed"))
    (hit,) = hits(NameScreener(index, lambda: NOW))
    assert "Renamed" in str(hit.sentence)


def test_an_entry_that_becomes_another_kind_is_found_as_that_one_only() -> None:
    index = WatchlistIndex([(ENTRY, WATCHLIST)])
    index.put(replace(ENTRY, kind=EntryKind.DOCUMENT), WATCHLIST)
    assert hits(NameScreener(index, lambda: NOW)) == []
    assert len(hits(DocumentScreener(index, lambda: NOW))) == 1


@given(
    st.builds(
        WatchlistEntry,
        id=st.text(max_size=8),
        watchlist_id=st.just("w"),
        kind=st.sampled_from(EntryKind),
        names=st.lists(
            st.builds(PersonName, family=st.text(max_size=5), given=st.text(max_size=5)), max_size=2
        ).map(tuple),
        weak_names=st.just((PersonName(family="X", given=""),)),
        birth_dates=st.sampled_from([(), (BORN,), (PartialDate(year=1980),)]),
        sex=st.sampled_from([None, *Sex]),
        nationalities=st.sampled_from([(), ("PAK", "AFG")]),
        documents=st.sampled_from([(), (PASSPORT, replace(PASSPORT, expiry=BORN))]),
        father_names=st.just(("A",)),
        birth_places=st.just(("B",)),
        identifiers=st.just((Identifier(kind=IdentifierKind.IMO, value="9074729", country="PAK"),)),
        state=st.sampled_from(EntryState),
        expires_at=st.sampled_from([None, NOW]),
    )
)
def test_packing_keeps_all_that_an_entry_is_matched_by(entry: WatchlistEntry) -> None:
    words = words_of(entry)
    listed = unpack(pack(entry, words), {"w": WATCHLIST}.__getitem__)
    assert listed == ListedPerson(entry=entry, watchlist=WATCHLIST, words=words)


WORDS = st.sampled_from(["MUHAMMAD", "MOHD", "YUSUF", "ZARGHUN", "ZARGUN", "KHAN", "SANAULLAH"])
PEOPLE = st.lists(
    st.builds(PersonName, family=WORDS, given=WORDS), min_size=1, max_size=8, unique=True
)


@given(PEOPLE, st.sets(st.integers(0, 7)), st.integers(0, 7))
def test_a_changed_index_finds_what_a_new_one_finds(
    people: list[PersonName], removed: set[int], asked: int
) -> None:
    entries = [replace(ENTRY, id=f"e{place}", names=(name,)) for place, name in enumerate(people)]
    changed = WatchlistIndex((entry, WATCHLIST) for entry in entries)
    for place in removed:
        changed.remove(f"e{place}")
    changed.put(entries[0], WATCHLIST)
    kept = [entry for place, entry in enumerate(entries) if place not in removed or not place]
    fresh = WatchlistIndex((entry, WATCHLIST) for entry in kept)
    traveller = replace(TRAVELLER, name=people[asked % len(people)])
    found = [
        {(hit.target.id, hit.score) for hit in hits(NameScreener(index, lambda: NOW), traveller)}
        for index in (changed, fresh)
    ]
    assert found[0] == found[1]


@given(PEOPLE, st.integers(0, 7))
def test_retrieval_loses_nobody_that_scoring_would_raise(
    people: list[PersonName], asked: int
) -> None:
    traveller = replace(TRAVELLER, name=people[asked % len(people)])
    entry = replace(ENTRY, names=(people[0],))
    screener = names(entry, *(replace(ENTRY, id=str(i), names=(n,)) for i, n in enumerate(people)))
    scored = {hit.target.id for hit in hits(screener, traveller)}
    assert str(asked % len(people)) in scored
