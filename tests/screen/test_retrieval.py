import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import PersonName, Sex, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.screen import retrieval
from parakh.screen.comparison import cut_word
from parakh.screen.frequency import Frequencies
from parakh.screen.lexicon import name_tokens
from parakh.screen.multimap import Multimap, once
from parakh.screen.names import THRESHOLD, ListedPerson, match
from parakh.screen.retrieval import NameIndex
from parakh.screen.segments import Gathered, Segment, joined

WATCHLIST = Watchlist(id="w", name="W", source="s", legal_basis="l", handling=Handling.INFORM)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BORN = PartialDate.parse("1980-03-15")

WORDS = (
    *("MUHAMMAD", "MOHD", "KHAN", "ALI", "AHMED", "ABDULLAH", "ABD", "RAHMAN", "ZARGHUN"),
    *("ZARGUN", "ZIRGHAN", "GULBADAN", "GULBUDIN", "YOUSAF", "YUSUF", "SANA", "ULLAH"),
    *("SANAULLAH", "M", "Z", "AL", "BASHIROV", "BASHIROVICH", "WEI", "XIAOMING", "HSIAOMING"),
)
DAYS = ("1980-03-15", "1980-03-16", "1981-03-15", "1980", "1960-12-01")
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(
    lambda words: PersonName(family=words[-1], given=" ".join(words[:-1]))
)
dates = st.sampled_from([None, *map(PartialDate.parse, DAYS)])
people = st.builds(
    lambda name, alias, born, sex: WatchlistEntry(
        id="",
        watchlist_id="w",
        kind=EntryKind.PERSON,
        names=(name,) if alias is None else (name, alias),
        birth_dates=() if born is None else (born,),
        sex=sex,
        nationalities=("PAK",),
        state=EntryState.APPROVED,
    ),
    names,
    st.none() | names,
    dates,
    st.sampled_from([None, Sex.MALE]),
)
travellers = st.builds(
    lambda name, born: Traveller(
        id="t",
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=name,
        birth_date=born,
        sex=Sex.MALE,
        nationality="PAK",
    ),
    names,
    dates,
)


def words_of(entry: WatchlistEntry) -> tuple[tuple[str, ...], ...]:
    return tuple(map(name_tokens, entry.names))


def index_of(entries: Sequence[WatchlistEntry], common: int = 256) -> NameIndex:
    index = NameIndex(common=common)
    index.load((i, words_of(own), own.birth_dates) for i, own in enumerate(entries))
    return index


def raised(
    index: NameIndex, entries: Sequence[WatchlistEntry], traveller: Traveller, rows: Sequence[int]
) -> set[int]:
    """Of some entries, those that scoring raises."""
    found = set()
    for row in rows:
        listed = ListedPerson(entry=entries[row], watchlist=WATCHLIST, words=words_of(entries[row]))
        compared = match(traveller, name_tokens(traveller.name), listed, index.rarity)
        if compared is not None and compared.score >= THRESHOLD:
            found.add(row)
    return found


def found(index: NameIndex, traveller: Traveller) -> list[int]:
    words = name_tokens(traveller.name)
    return index.find(words, traveller.birth_date, cut=cut_word(traveller.name))


@given(st.lists(people, min_size=1, max_size=12), travellers, st.sampled_from([1, 3, 256]))
def test_nobody_is_lost_whom_comparing_with_everybody_would_raise(
    entries: list[WatchlistEntry], traveller: Traveller, common: int
) -> None:
    assume(any(len(word) > 1 for word in name_tokens(traveller.name)))  # an initial finds nobody
    index = index_of(entries, common)
    # An initial alone is found by nobody.
    named = [
        row
        for row, own in enumerate(entries)
        if any(len(word) > 1 for name in words_of(own) for word in name)
    ]
    every = raised(index, entries, traveller, named)
    if common == 256:
        assert every <= set(found(index, traveller))
    else:
        # A common word alone finds nobody: without a birth date or another word it is no hit.
        told = {row for row in every if traveller.birth_date in entries[row].birth_dates}
        told = told if traveller.birth_date else set()
        assert told <= set(found(index, traveller))


@pytest.mark.parametrize(
    "declared",
    [
        "NOURAALHARBI",
        "MUHAMMADGULZARINA KHEL",
        "NOURA ALHARBI",
        "MULLAHNOURA HARBI",
        "NOURAAL HARBI",
    ],
)
def test_names_written_together_are_found(declared: str) -> None:
    listed = (PersonName(family="AL HARBI", given="NOURA"),
              PersonName(family="KHEL", given="MUHAMMAD GUL ZARINA"))  # fmt: skip
    index = NameIndex()
    index.load((place, (name_tokens(name),), (BORN,)) for place, name in enumerate(listed))
    assert index.find(name_tokens(PersonName(family="", given=declared)), BORN)


@settings(max_examples=40)
@given(
    st.lists(people, min_size=1, max_size=10),
    st.lists(st.tuples(st.integers(0, 9), st.none() | people), max_size=20),
    travellers,
)
def test_a_changed_index_finds_what_a_new_one_finds(
    entries: list[WatchlistEntry],
    changes: list[tuple[int, WatchlistEntry | None]],
    traveller: Traveller,
) -> None:
    index = index_of(entries)
    now: dict[int, WatchlistEntry] = dict(enumerate(entries))
    for row, entry in changes:
        if entry is None:
            index.remove(row)
            now.pop(row, None)
        else:
            index.put(row, words_of(entry), entry.birth_dates)
            now[row] = entry
    fresh = NameIndex()
    fresh.load((row, words_of(own), own.birth_dates) for row, own in now.items())
    assert found(index, traveller) == found(fresh, traveller)
    for word in WORDS:
        assert index.rarity(word) == fresh.rarity(word)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "HEAD", 4)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("at_once", [0, 20_000])
def test_merged_or_not_the_answers_are_the_same(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "AT_ONCE", at_once)
    rng = np.random.default_rng(3)
    index, plain = NameIndex(common=4), NameIndex(common=4)
    rows = []
    for owner in range(120):
        own = (tuple(rng.choice(WORDS, 3).tolist()),)
        index.put(owner, own, (BORN,))
        rows.append((owner, own, (BORN,)))
        if owner % 5 == 4:
            index.remove(owner - 2)
            rows = [row for row in rows if row[0] != owner - 2]
    index.settle()
    plain.load(rows)
    for words in (("ZARGHUN", "KHAN"), ("MUHAMMAD", "ALI"), ("GULBADAN",), ("SANAULLAH", "M")):
        assert sorted(index.find(words, BORN)) == sorted(plain.find(words, BORN))


@pytest.mark.usefixtures("small_parts")
def test_searching_goes_on_while_somebody_changes_the_index() -> None:
    index = NameIndex()
    index.put(0, [("GULBADAN", "ZARMINA")], (BORN,))
    stop, seen = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            seen.append(0 in index.find(("GULBADAN", "ZARMINA"), BORN))

    readers = [threading.Thread(target=search) for _ in range(3)]
    for reader in readers:
        reader.start()
    for step in range(600):
        index.put(1 + step % 50, [("ZARGHUN", f"KHEL{step % 7}"), ("MOHD", "KHAN")], (BORN,))
        if step % 3 == 0:
            index.remove(1 + step % 50)
        index.put(0, [("GULBADAN", "ZARMINA")], (BORN,))
    stop.set()
    for reader in readers:
        reader.join()
    index.settle()
    assert seen
    assert all(seen)


def test_a_word_that_may_be_cut_off_finds_longer_ones() -> None:
    index = NameIndex()
    index.put(0, [("ABDULLAH", "BASHIRAHMADZAI")], (BORN,))
    assert index.find(("ABDULLAH", "BASHIRAH"), BORN) == []
    assert index.find(("ABDULLAH", "BASHIRAH"), BORN, cut="BASHIRAH") == [0]
    index.put(1, [("ABDULLAH", "BASHIRAHKHEL")], (BORN,))
    assert index.find(("ABDULLAH", "BASHIRAH"), BORN, cut="BASHIRAH") == [1, 0]


def test_initials_alone_find_nothing_but_count() -> None:
    index = NameIndex()
    index.put(0, [("M", "GULBADAN")], (BORN,))
    assert index.find(("M",), BORN) == []
    assert index.find(("MUHAMMAD", "GULBADAN"), BORN) == [0]


def test_frequencies_are_taken_in_without_new_postings() -> None:
    index = NameIndex()
    index.put(0, [("ZARGHUN", "KHEL")], ())
    rare = index.rarity("ZARGHUN")
    assert index.find(("ZARGHUN", "KHEL"), None, least=0.7) == [0]
    index.see(Frequencies(bearers={"ZARGHUN": 90_000, "KHEL": 90_000}, population=100_000))
    assert index.rarity("ZARGHUN") < 0.1 < rare
    assert index.find(("ZARGHUN", "KHEL"), None, least=0.7) == []
    index.see(Frequencies())
    assert index.rarity("ZARGHUN") == rare


def test_another_index_may_lend_its_rarity() -> None:
    large = index_of([])
    for owner in range(40):
        large.put(owner, [("ZARGHUN", f"KHEL{owner}")], ())
    small = NameIndex(like=large)
    small.put(0, [("ZARGHUN", "KHEL1")], (BORN,))
    assert small.rarity("ZARGHUN") == large.rarity("ZARGHUN")
    assert small.find(("ZARGHUN", "KHEL1"), BORN) == [0]


def test_more_names_than_are_compared_keep_the_most_promising() -> None:
    index = NameIndex()
    for owner in range(200):
        index.put(owner, [("GULBADAN", "ZARMINA")], (replace(BORN, year=1940 + owner % 40),))
    index.put(200, [("GULBADAN", "ZARMINA")], (BORN,))
    best = index.find(("GULBADAN", "ZARMINA"), BORN)
    assert best[0] == 200
    assert len(best) <= 200


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 2**31 - 1)), max_size=60))
def test_a_multimap_gives_at_least_what_was_put_in(pairs: list[tuple[str, int]]) -> None:
    index = Multimap()
    for text, number in pairs:
        index.add(text, number)
    for text, number in pairs:
        assert number in index.one(text)
        assert number in index.get([text])[0].tolist()


def test_a_multimap_goes_on_when_its_newest_pairs_are_sorted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parakh.screen.multimap._RECENT", 8)
    index = Multimap()
    for number in range(100):
        index.add(f"k{number % 30}", number)
    assert index.one("k7") == [7, 37, 67, 97]
    assert [sorted(own.tolist()) for own in index.get(["k7", "none", "k8"])] == [
        [7, 37, 67, 97],
        [],
        [8, 38, 68, 98],
    ]


@given(st.lists(st.integers(-5, 5)))
def test_once_is_a_sorted_set(values: list[int]) -> None:
    assert once(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))


def test_segments_are_joined_without_those_that_went() -> None:
    gathered = Gathered()
    for serial, words in enumerate(([0, 1], [1], [2, 0])):
        gathered.add(serial, serial, words, [19800315] * serial)
    names = gathered.names()
    segment = Segment(names, np.arange(3, dtype=np.int32))
    assert [words.tolist() for words in segment.kill(1)] == [[1]]
    assert segment.kill(1) == []
    both = joined([(names, segment.alive), (names, np.array([False, True, False]))])
    assert both.owners.tolist() == [0, 2, 1]
    assert both.words.tolist() == [0, 1, 2, 0, 1]
    assert both.dates.tolist() == [19800315, 19800315, 19800315]
    assert both.starts.tolist() == [0, 2, 4, 5]
