"""Finds the listed names that a traveller's name may be, without comparing with each.

An inverted index from words to names, in memory. A word is found by its group of spellings, by its
consonants, and by what is left when one letter is taken out (Mor and Fraenkel 1982: two words that
differ by one letter share such a rest). What it finds is then compared in `parakh.screen.names`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log10

import numpy as np
from numpy.typing import NDArray

from parakh.domain.dates import PartialDate
from parakh.normalise.names import skeleton
from parakh.screen.lexicon import COMMON, standard
from parakh.screen.names import (
    COMMONPLACE,
    LEAST_ALIKE,
    LONGER_SIDE,
    RARE,
    THRESHOLD,
    WEIGHTS,
    token_similarity,
)

MOST = 64
"""At most so many names are compared for a traveller, the most promising first."""

SMALL_LIST = 1000
"""Added to the number of listed names before shares are taken, so that a short list, in which every
word seems frequent, tells little of how rare a word is among travellers."""

INITIAL_SHARE = 0.1
"""Assumed share of people with a given initial."""

Floats = NDArray[np.float32]
Slots = NDArray[np.intp]


class NameIndex:
    """Listed names by their words. Not safe for use by several threads at once."""

    def __init__(self) -> None:
        self._owners: list[str] = []
        self._words: list[tuple[str, ...]] = []
        self._slots: dict[str, list[int]] = {}
        self._free: list[int] = []
        self._dates: dict[str, tuple[PartialDate, ...]] = {}
        self._postings: defaultdict[str, set[int]] = defaultdict(set)
        self._keys: defaultdict[str, set[str]] = defaultdict(set)
        self._bearers = Counter[str]()
        self._view: _View | None = None

    def put(
        self, owner: str, names: Iterable[tuple[str, ...]], dates: tuple[PartialDate, ...]
    ) -> None:
        """Adds the names of an owner, each as words, in place of those he had."""
        self.remove(owner)
        self._dates[owner] = dates
        self._slots[owner] = []
        for words in names:
            slot = self._place()
            self._owners[slot] = owner
            self._words[slot] = words
            self._slots[owner].append(slot)
            self._bearers.update({standard(word) for word in words})
            for word in words:
                if word not in self._postings:
                    for key in _keys(word):
                        self._keys[key].add(word)
                self._postings[word].add(slot)

    def remove(self, owner: str) -> None:
        """Takes an owner's names out, if he has any."""
        self._view = None
        for slot in self._slots.pop(owner, ()):
            words = self._words[slot]
            self._owners[slot] = ""
            self._words[slot] = ()
            self._bearers.subtract({standard(word) for word in words})
            for word in set(words):
                self._postings[word].discard(slot)
                if not self._postings[word]:
                    self._forget(word)
            self._free.append(slot)
        self._dates.pop(owner, None)

    def rarity(self, word: str) -> float:
        """-log10 of the share of people taken to bear the word, in any spelling of its group."""
        return self._current().rarity(word)

    def find(self, words: Sequence[str], birth_date: PartialDate | None) -> list[str]:
        """Owners whose name, with the most that the other evidence may add, may reach THRESHOLD."""
        return self._current().find(words, birth_date)

    def _current(self) -> "_View":
        if self._view is None:
            self._view = _View(
                self._owners, self._words, self._dates, self._postings, self._keys, self._bearers
            )
        return self._view

    def _forget(self, word: str) -> None:
        del self._postings[word]
        for key in _keys(word):
            self._keys[key].discard(word)
            if not self._keys[key]:
                del self._keys[key]

    def _place(self) -> int:
        """A place for a name: one that was given back, else a new one."""
        if self._free:
            return self._free.pop()
        self._owners.append("")
        self._words.append(())
        return len(self._owners) - 1


class _View:
    """What `find` needs of the index in arrays; made anew when the index has changed."""

    def __init__(
        self,
        owners: Sequence[str],
        words: Sequence[tuple[str, ...]],
        dates: dict[str, tuple[PartialDate, ...]],
        postings: dict[str, set[int]],
        keys: dict[str, set[str]],
        bearers: Counter[str],
    ) -> None:
        self._owners = owners
        self._postings = postings
        self._keys = keys
        self._bearers = bearers
        self._population = sum(1 for owner in owners if owner) + SMALL_LIST
        self._rarities: dict[str, float] = {}
        self._arrays: dict[str, Slots] = {}
        self._similar: dict[str, list[tuple[str, float]]] = {}
        self._totals = np.array(
            [sum(map(self.rarity, name)) or 1.0 for name in words], dtype=np.float32
        )
        self._differs = np.zeros(len(owners), dtype=np.float32)
        self._years: defaultdict[int, list[int]] = defaultdict(list)
        self._days: defaultdict[tuple[int | None, int | None], list[int]] = defaultdict(list)
        for slot, owner in enumerate(owners):
            for date in dates.get(owner, ()):
                self._differs[slot] = WEIGHTS["birth_date.differs"]
                self._years[date.year].append(slot)
                self._days[date.month, date.day].append(slot)

    def rarity(self, word: str) -> float:
        known = self._rarities.get(word)
        if known is None:
            group = standard(word)
            assumed = INITIAL_SHARE if len(group) == 1 else COMMON.get(group, 0.0)
            share = max(assumed, (self._bearers[group] + 0.5) / self._population)
            known = self._rarities[word] = -log10(share)
        return known

    def find(self, words: Sequence[str], birth_date: PartialDate | None) -> list[str]:
        total = sum(map(self.rarity, words))
        if not total or not len(self._owners):
            return []
        ours, theirs = self._covered(words)
        one = np.minimum(ours / np.float32(total), 1)
        other = np.minimum(theirs / self._totals, 1)
        alike = (1 - LONGER_SIDE) * np.maximum(one, other) + LONGER_SIDE * np.minimum(one, other)
        points = WEIGHTS["name.alike"] * _ramp(alike, LEAST_ALIKE, 1.0)
        points += WEIGHTS["name.rare"] * _ramp(np.minimum(ours, theirs), COMMONPLACE, RARE)
        points += self._birth_points(birth_date)
        least = THRESHOLD - WEIGHTS["nationality.equal"] - WEIGHTS["sex.equal"] - 0.01
        (slots,) = np.nonzero((points >= least) & (alike > LEAST_ALIKE))
        if len(slots) > MOST:
            slots = slots[np.argpartition(-points[slots], MOST)[:MOST]]
        return list(dict.fromkeys(self._owners[slot] for slot in slots.tolist()))

    def _covered(self, words: Sequence[str]) -> tuple[Floats, Floats]:
        """For each listed name, the rarity of our words that it has, and of its words we have."""
        size = len(self._owners)
        ours, theirs = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
        for word in words:
            mine, yours = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
            weight = self.rarity(word)
            for listed, similarity in self._similar_to(word):
                slots = self._array(listed)
                mine[slots] = weight * similarity
                yours[slots] = self.rarity(listed) * similarity
            ours += mine
            theirs += yours
        return ours, theirs

    def _similar_to(self, word: str) -> list[tuple[str, float]]:
        """Listed words like this one, the most alike last."""
        known = self._similar.get(word)
        if known is None:
            listed = {other for key in _keys(word) for other in self._keys.get(key, ())}
            scored = ((other, token_similarity(word, other)) for other in listed)
            known = sorted((pair for pair in scored if pair[1]), key=lambda pair: pair[1])
            self._similar[word] = known
        return known

    def _array(self, word: str) -> Slots:
        known = self._arrays.get(word)
        if known is None:
            slots = self._postings[word]
            known = self._arrays[word] = np.fromiter(slots, dtype=np.intp, count=len(slots))
        return known

    def _birth_points(self, date: PartialDate | None) -> Floats:
        """The most that birth dates may add for each listed name."""
        if date is None:
            return np.zeros(len(self._owners), dtype=np.float32)
        points = self._differs.copy()
        if date.day is not None:
            points[self._days.get((date.month, date.day), [])] = WEIGHTS["birth_date.digit"]
        points[self._years.get(date.year, [])] = WEIGHTS["birth_date.equal"]
        return points


def _ramp(values: Floats, low: float, high: float) -> Floats:
    share: Floats = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return share


def _keys(word: str) -> Iterator[str]:
    """Under which a word is found; the first sign tells one sort of key from another."""
    yield f"={standard(word)}"
    bones = skeleton(word)
    yield f"~{bones}"
    if len(bones) >= 4:
        yield from (f"~{rest}" for rest in _rests(bones))
    if len(word) >= 4:
        yield f"-{word}"
        yield from (f"-{rest}" for rest in _rests(word))


def _rests(text: str) -> set[str]:
    """What is left of a text when one sign is taken out."""
    return {text[:place] + text[place + 1 :] for place in range(len(text))}
