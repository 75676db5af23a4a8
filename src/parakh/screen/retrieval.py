"""Finds the listed names that a traveller's name may be, without comparing with each.

An inverted index from words to names, in memory, for millions of names. Listed words like those of
a traveller are found by keys (see `parakh.screen.tokens`); names by their rarer words, and by what
common words have besides: another one, or a birth date. For a name of common words alone is no
reason for a hit, and to walk through all who are called Muhammad would take too long. What is found
is weighed in arrays (see `parakh.screen.weighing`); the most promising are compared one by one.

Names lie in segments that do not change, the newest in a small head without postings, all of which
is weighed (a log-structured index: O'Neil and others 1996). Searching takes no lock and waits for
nobody; large segments are merged by a thread of their own.
"""

import threading
from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from parakh.domain.dates import PartialDate
from parakh.screen.comparison import MOST_WORDS
from parakh.screen.frequency import Frequencies
from parakh.screen.names import THRESHOLD, WEIGHTS
from parakh.screen.segments import COMMON, Bools, Gathered, Ints, Names, Query, Segment, joined
from parakh.screen.vocabulary import Floats, Vocabulary
from parakh.screen.weighing import (
    PERSONS,
    Asked,
    Codes,
    Formula,
    asked,
    birth_points,
    name_points,
    packed,
)

MOST = 64
"""At most so many names are compared for a traveller, the most promising first, and all that are as
promising as the last of them."""

HEAD = 1024
"""So many of the newest names are kept without postings."""

LIKE_SIZE = 4
"""A segment is merged with the next newer one unless it has so many times the names."""

LARGEST = 2_000_000
"""Segments do not grow beyond so many names by merging."""

AT_ONCE = 20_000
"""So many names are merged by whoever adds one; more would make him wait."""

MARGIN = 0.015
"""How much less promising than needed a name may seem and still be compared: the weights of words
lag a little behind the number of names."""

ALL_OTHER = sum(
    WEIGHTS[f"{own}.equal"] for own in ("nationality", "sex", "father_name", "birth_place")
)
"""The most that may be added by what the index does not know."""


class NameIndex:
    """Listed names by their words. Owners are small numbers from 0.

    One thread at a time changes it (others that want to wait), while any number search.
    """

    def __init__(
        self,
        formula: Formula = PERSONS,
        *,
        common: int = COMMON,
        like: "NameIndex | None" = None,
    ) -> None:
        """`formula` is by which names are weighed. A word that more than `common` names of a
        segment have is common. With `like`, words are as rare as in another index."""
        self._formula = formula
        self._common = common
        self._words = Vocabulary(None if like is None else like.words)
        self._writing = threading.RLock()
        self._merger: threading.Thread | None = None
        self._serial = 0
        self._serials = array("q")
        # Replaced as a whole, so that a reader finds each name once.
        self._parts: tuple[tuple[Segment, ...], _Head] = ((), _Head())
        self._scratch = threading.local()

    # --- changes ------------------------------------------------------------------------------

    def load(
        self, rows: Iterable[tuple[int, Sequence[tuple[str, ...]], Sequence[PartialDate]]]
    ) -> None:
        """Adds many new owners at once, each with names, as words, and birth dates."""
        with self._writing:
            gathered = Gathered()
            place = self._words.place
            for owner, named, dates in rows:
                serial, born = self._state_of(owner), [packed(date) for date in dates]
                for words in named:
                    if words:
                        own = [place(word) for word in words[:MOST_WORDS]]
                        gathered.add(serial, owner, own, born)
            self._words.find_placed()
            names = gathered.names()
            if not len(names):
                return
            segment = Segment(names, self._words.group.array, self._common)
            self._words.count_all(segment.groups, segment.bearers, len(names))
            segments, head = self._parts
            self._parts = ((*segments, segment), head)

    def put(
        self, owner: int, names: Iterable[tuple[str, ...]], dates: Sequence[PartialDate]
    ) -> None:
        """Adds the names of an owner, each as words, in place of those he had."""
        with self._writing:
            before = self._serials[owner] if owner < len(self._serials) else -1
            own = [
                np.array([self._words.intern(word) for word in words[:MOST_WORDS]], dtype=np.int32)
                for words in names
                if words
            ]
            self._make_room(len(own))
            _, head = self._parts
            serial, born = self._state_of(owner), [packed(date) for date in dates]
            for words in own:
                self._words.count(words, 1)
                head.add(serial, owner, words.tolist(), born)
            self._kill(before)

    def remove(self, owner: int) -> None:
        """Takes an owner's names out, if he has any."""
        with self._writing:
            if owner < len(self._serials):
                self._kill(self._serials[owner])
                self._serials[owner] = -1

    def see(self, frequencies: Frequencies) -> None:
        """Takes other counts of the population, by which words are rare or common."""
        with self._writing:
            self._words.see(frequencies)

    def settle(self) -> None:
        """Waits until nothing is being merged."""
        merger = self._merger
        if merger is not None:
            merger.join()

    def _state_of(self, owner: int) -> int:
        """A number for a new state of an owner."""
        while len(self._serials) <= owner:
            self._serials.append(-1)
        self._serial += 1
        self._serials[owner] = self._serial
        return self._serial

    def _kill(self, serial: int) -> None:
        if serial < 0:
            return
        segments, head = self._parts
        gone = head.kill(serial)
        for part in segments:
            gone += part.kill(serial)
        for words in gone:
            self._words.count(words, -1)

    def _make_room(self, wanted: int) -> None:
        """Makes a segment of a full head, and merges those of like size."""
        segments, head = self._parts
        if not len(head) or len(head) + wanted <= HEAD:
            return
        kept = joined([(head.names(), head.alive())])
        fresh = Segment(kept, self._words.group.array, self._common)
        self._parts = ((*segments, fresh), _Head())
        if self._merger is not None:
            # Two at once could put different segments in the place of one.
            return
        while (place := self._to_merge(AT_ONCE)) is not None:
            self._merge(place)
        if self._to_merge(LARGEST) is not None:
            self._merger = threading.Thread(target=self._merge_all, name="names-merge")
            self._merger.start()

    def _to_merge(self, largest: int) -> int | None:
        """The place of a segment that is to be merged with the next, the newest first."""
        segments, _ = self._parts
        sizes = [len(own.names) for own in segments]
        for place in range(len(sizes) - 2, -1, -1):
            older, newer = sizes[place : place + 2]
            if older < LIKE_SIZE * newer and older + newer <= largest:
                return place
        return None

    def _merge_all(self) -> None:
        while (place := self._to_merge(LARGEST)) is not None:
            self._merge(place)
        self._merger = None

    def _merge(self, place: int) -> None:
        """Puts one segment in the place of two; who goes meanwhile goes from it too."""
        pair = self._parts[0][place : place + 2]
        wanted = [own.alive.copy() for own in pair]
        names = joined([(own.names, there) for own, there in zip(pair, wanted, strict=True)])
        merged = Segment(names, self._words.group.array, self._common)
        with self._writing:
            for own, there in zip(pair, wanted, strict=True):
                for serial in np.unique(own.names.serials[there & ~own.alive]).tolist():
                    merged.kill(serial)
            segments, head = self._parts
            at = segments.index(pair[0])
            self._parts = ((*segments[:at], merged, *segments[at + 2 :]), head)

    # --- questions ----------------------------------------------------------------------------

    @property
    def words(self) -> Vocabulary:
        """The words of all names."""
        return self._words

    def rarity(self, word: str) -> float:
        """-log10 of the share of people taken to bear the word, in any spelling of its group."""
        return self._words.rarity(word)

    def find(
        self,
        words: Sequence[str],
        birth_date: PartialDate | None,
        *,
        cut: str = "",
        least: float = THRESHOLD - ALL_OTHER,
    ) -> list[int]:
        """Owners whose name and birth date may give `least` points, the most promising first.

        `cut` is one of the words that may lack its end. Initials alone find nobody.
        """
        words = words[:MOST_WORDS]
        if all(len(word) < 2 for word in words):
            return []
        segments, head = self._parts
        own = asked(self._words, words, cut, self._formula)
        query = Query(own.groups, packed(birth_date) if birth_date else 0)
        lying = [(part.names, part.find(query)) for part in segments]
        newest = head.names()
        lying.append((newest, np.flatnonzero(head.alive()[: len(newest)]).astype(np.int32)))
        found = [
            self._promising(own, names, places, birth_date, least - MARGIN)
            for names, places in lying
            if len(places)
        ]
        if not found:
            return []
        owners = np.concatenate([each for each, _ in found])
        points = np.concatenate([each for _, each in found])
        if len(points) > MOST:
            kept = points >= np.partition(points, -MOST)[-MOST]
            owners, points = owners[kept], points[kept]
        return list(dict.fromkeys(owners[np.lexsort((owners, -points))].tolist()))

    def _promising(
        self, own: Asked, names: Names, places: Ints, date: PartialDate | None, least: float
    ) -> tuple[Ints, Floats]:
        """The owners of names that may give enough points, and how many those are."""
        points = name_points(own, self._words, names, places, self._codes(), self._formula)
        if not self._formula.birth_date:
            date = None
        most = WEIGHTS["birth_date.equal"] if date else 0.0
        near = points >= least - most
        places, points = places[near], points[near]
        points = points + birth_points(date, names, places)
        near = points >= least
        return names.owners[places[near]], points[near]

    def _codes(self) -> Codes:
        """Zeros for each word, for one thread to write into."""
        codes: Codes | None = getattr(self._scratch, "codes", None)
        if codes is None or len(codes) < len(self._words):
            codes = self._scratch.codes = np.zeros(2 * len(self._words) + 1, dtype=np.uint16)
        return codes


class _Head:
    """The newest names, without postings."""

    def __init__(self) -> None:
        self._gathered = Gathered()
        self._alive = bytearray()
        self._serials: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._gathered)

    def add(self, serial: int, owner: int, words: Sequence[int], dates: Sequence[int]) -> None:
        """Adds a name."""
        self._serials.setdefault(serial, []).append(len(self._gathered))
        self._alive.append(1)
        self._gathered.add(serial, owner, words, dates)

    def names(self) -> Names:
        """The names so far, those that went among them."""
        return self._gathered.names()

    def alive(self) -> Bools:
        """Of each name, whether it is still there."""
        return np.frombuffer(bytes(self._alive), dtype=np.bool_)

    def kill(self, serial: int) -> list[Ints]:
        """Takes the names of one state of an owner out; gives the words of each."""
        places = self._serials.pop(serial, [])
        if not places:
            return []
        for place in places:
            self._alive[place] = 0
        names = self._gathered.names()
        return [names.words[names.starts[own] : names.starts[own + 1]] for own in places]
