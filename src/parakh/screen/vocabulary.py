"""The words of listed names: how rare each is, and which are like a given one."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from parakh.normalise.names import skeleton
from parakh.screen.comparison import CUT
from parakh.screen.frequency import UNKNOWN, Frequencies
from parakh.screen.lexicon import COMMON, PARTICLES, standard
from parakh.screen.multimap import Multimap, hashed, once
from parakh.screen.tokens import LEAST_JOINED, LOST_BY_JOINING, folded, keys, similarity

SMALL_LIST = 1000
"""Added to the number of listed names before shares are taken, so that a short list, in which every
word seems frequent, tells little of how rare a word is among travellers."""

INITIAL_SHARE = 0.1
"""Assumed share of people with a given initial."""

LEAST_NEAR = 0.65
"""Words that share a loose key only (letters or consonants without one) are compared from this
Jaro-Winkler similarity on; a slip that the comparison allows leaves more."""

SURELY_NEAR = 0.85
LETTERS_A_SLIP = 5
"""Less near words are compared only if they have the same consonants, or differ by one letter and
one more for so many letters: to compare two words costs more than to look them up."""

MOST_LOOSE = 100
"""Of the words that share a loose key at most so many are compared, the nearest first."""

MOST_UNLIKE = 10
"""Twice the consonants that stand in one word only, and the letters that one has more: two slips
make 8, and a sound that is written with other letters not more."""

MOST_NEAR = 500
"""Of the words that share a loose key so many are looked at, those with the most like letters."""

MOST_FRESH = 200
"""If more words are new, it is quicker to look all up again."""

MOST_CUT = 400
"""A word that may be cut off stands for at most so many longer ones."""

SHORTEST_CUT = 3
"""Of what is shorter, too many words are the longer form."""

MOST_APART, MOST_BEGUN, MOST_READINGS = 6, 48, 8
"""Words and particles of which one may be made; beginnings that are followed, and readings kept."""

SHORTEST_JOINED, LONGEST_JOINED, LONGEST_WHOLE = 4, 24, 39
"""Length of two words written together, within which they are looked up so."""

_DRIFT = 256
"""Weights are taken anew when the number of names has changed by one in so many."""

_REMEMBERED = 30_000
"""Words of travellers of which the like listed words are kept."""

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]


_NOBODY = np.empty(0, dtype=np.int32)


class Similar(NamedTuple):
    """Listed words like a given one, by identifier, and how alike each is; `known` words were
    compared."""

    ids: Ids
    alike: Floats
    known: int


class Grown:
    """An array that grows at its end. Readers keep the array they took; its values may change."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.array = np.zeros(1024, dtype=dtype)
        self._size = 0

    def append(self, value: float) -> None:
        """Adds a value."""
        if self._size == len(self.array):
            larger = np.zeros(2 * self._size, dtype=self.array.dtype)
            larger[: self._size] = self.array
            self.array = larger
        self.array[self._size] = value
        self._size += 1


class Vocabulary:
    """Words by identifier, in order of their coming; none is ever taken out.

    One thread at a time may change it, while any number read.
    """

    def __init__(self, like: "Vocabulary | None" = None) -> None:
        """With `like`, words are as rare as in another vocabulary."""
        self._like = like
        self._words: list[str] = []
        self._ids: dict[str, int] = {}
        self._placed: list[int] = []
        self._findable = 0
        self._sorted: list[str] = []
        self._keys = Multimap()
        self._similar: dict[tuple[str, bool], Similar] = {}
        self._frequencies = UNKNOWN
        self._names = 0
        self._weighed_at = 0.0
        self.group = Grown(np.int32)
        self.letter = Grown(np.int32)
        self._length = Grown(np.int16)
        self._bare = Grown(np.bool_)
        self._letters = Grown(np.uint32)
        self._weight = Grown(np.float32)
        self._bearers = Grown(np.int32)
        self._seen = Grown(np.int32)
        self._assumed = Grown(np.float32)

    def __len__(self) -> int:
        return len(self._words)

    @property
    def population(self) -> int:
        """The people among whom shares are taken."""
        return self._names + self._frequencies.population + SMALL_LIST

    def weights(self, ids: Ids) -> Floats:
        """Rarity of words, nearly: the number of names may have changed a little since."""
        weights: Floats = self._weight.array[self.group.array[ids]]
        return weights

    def id_of(self, word: str) -> int | None:
        """The identifier of a listed word."""
        return self._ids.get(word)

    def rarity(self, word: str) -> float:
        """-log10 of the share of people taken to bear the word, in any spelling of its group."""
        if self._like is not None:
            return self._like.rarity(word)
        group = standard(word)
        own = self._ids.get(group)
        borne = 0 if own is None else int(self._bearers.array[own])
        seen = self._frequencies.bearers.get(group, 0)
        share = max(_assumed(group), (borne + seen + 0.5) / self.population)
        return -log10(min(share, 1.0))

    # --- changes ------------------------------------------------------------------------------

    def intern(self, word: str) -> int:
        """The identifier of a word, which is added if it is new."""
        own = self.place(word)
        for new in self._placed:
            for key in keys(self._words[new]):
                self._keys.add(key, new)
            insort(self._sorted, self._words[new])
        self._placed.clear()
        # Last: whoever looks up a word before its keys are there must look again.
        self._findable = len(self._words)
        return own

    def place(self, word: str) -> int:
        """As `intern`, but a new word is not found before `find_placed` was called."""
        known = self._ids.get(word)
        return self._add(word) if known is None else known

    def find_placed(self) -> None:
        """Makes all words that were placed be found."""
        texts, numbers = array("I"), array("i")
        # So many words would only push those out of its cache that travellers have.
        keys_of = keys.__wrapped__
        for own in self._placed:
            hashes = [hashed(key) for key in keys_of(self._words[own])]
            texts.extend(hashes)
            numbers.extend([own] * len(hashes))
        self._keys.load(texts, numbers)
        self._placed.clear()
        self._sorted = sorted(self._words)
        self._findable = len(self._words)

    def _add(self, word: str) -> int:
        group = standard(word)
        if group != word:
            self.place(group)
        own = len(self._words)
        # Whoever sees the identifier must find all that is known of the word.
        self.group.append(own if group == word else self._ids[group])
        self.letter.append(ord(word[0].upper()[0]))
        self._length.append(len(word))
        self._bare.append(word[0].islower())
        self._letters.append(_letters(word))
        self._bearers.append(0)
        self._seen.append(self._frequencies.bearers.get(word, 0))
        self._assumed.append(_assumed(word))
        self._words.append(word)
        self._placed.append(own)
        self._weight.append(self.rarity(word))
        self._ids[word] = own
        return own

    def count(self, ids: Ids, names: int) -> None:
        """Counts a name with these words, each group once; with `names` -1, counts it out."""
        self._names += names
        groups = once(self.group.array[ids])
        self._bearers.array[groups] += names
        if abs(self.population - self._weighed_at) * _DRIFT > self._weighed_at:
            self._weigh()
        else:
            for own in groups.tolist():
                self._weight.array[own] = self.rarity(self._words[own])

    def count_all(self, groups: NDArray[np.int64], bearers: Ids, names: int) -> None:
        """Adds the bearers of many groups of words at once."""
        self._names += names
        self._bearers.array[groups] += bearers
        self._weigh()

    def see(self, frequencies: Frequencies) -> None:
        """Takes other counts of the population in place of those it had."""
        seen = np.zeros_like(self._seen.array)
        for group, number in frequencies.bearers.items():
            own = self._ids.get(group)
            if own is not None:
                seen[own] = number
        self._frequencies = frequencies
        self._seen.array = seen
        self._weigh()

    def _weigh(self) -> None:
        if self._like is not None:
            for own, word in enumerate(self._words):
                self._weight.array[own] = self._like.rarity(word)
            self._weighed_at = self.population
            return
        borne = (self._bearers.array + self._seen.array + np.float32(0.5)) / self.population
        shares = np.clip(np.maximum(self._assumed.array, borne), None, 1.0)
        self._weight.array = -np.log10(shares, dtype=np.float32)
        self._weighed_at = self.population

    # --- likeness -----------------------------------------------------------------------------

    def similar(self, word: str, *, cut: bool = False) -> Similar:
        """Listed words like this one, in order of identifiers; if it may be `cut` off, also those
        that begin with it. An initial finds none."""
        known, findable = self._similar.get((word, cut)), self._findable
        if known is not None and known.known == findable:
            return known
        if known is not None and findable - known.known <= MOST_FRESH:
            known = self._grown(word, known, findable, cut=cut)
        else:
            found = self._alike(word)
            if cut:
                found |= self._longer(word)
            known = Similar(*_arrays(found), findable)
        if len(self._similar) >= _REMEMBERED:
            self._similar.clear()
        self._similar[word, cut] = known
        return known

    def written_as(self, whole: str) -> tuple[Ids, Floats]:
        """Listed words like two that are written together here."""
        if not SHORTEST_JOINED <= len(whole) <= LONGEST_JOINED:
            return _arrays({})
        known = self.similar(whole)
        near = known.alike >= LEAST_JOINED
        return known.ids[near], known.alike[near] - np.float32(LOST_BY_JOINING)

    def written_apart(self, word: str) -> list[Ids]:
        """Listed words that are this one when they are written together, particles between them
        left out; none for a word that is listed itself. The fewest words come first."""
        if word in self._ids or not SHORTEST_JOINED < len(word) <= LONGEST_WHOLE:
            return []
        found: list[Ids] = []
        begun: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        for _ in range(MOST_APART):
            begun = [longer for own in begun for longer in self._one_more(word, *own)]
            found += [once(np.array(ids, dtype=np.int32)) for at, ids in begun if at == len(word)]
            begun = begun[:MOST_BEGUN]
        return [ids for ids in found if len(ids) > 1][:MOST_READINGS]

    def _one_more(
        self, word: str, start: int, ids: tuple[int, ...]
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        """A beginning of a word that was read as listed words, with each that may come next."""
        for end in range(start + 2, len(word) + 1):
            part = word[start:end]
            if part in PARTICLES and ids:
                yield end, ids
            own = self._ids.get(part)
            # Within a longer word, two letters are a word too easily.
            if own is not None and (len(part) > 2 or start == 0 or end == len(word)):
                yield end, (*ids, own)

    def _alike(self, word: str) -> dict[int, float]:
        if len(word) < 2:
            return {}
        looked_up = keys(word)
        # A word out of another script has lost its vowels: its consonants tell more than letters.
        sure = "=+%~" if word[0].islower() else "=+%"
        heard = f"-{folded(word)}"
        strict, loose = [_NOBODY], [_NOBODY]
        for key, ids in zip(looked_up, self._keys.get(looked_up), strict=True):
            (strict if key[0] in sure or key == heard else loose).append(ids)
        near = set(np.concatenate(strict).tolist())
        near.update(self._nearest(word, once(np.concatenate(loose))))
        return self._scored(word, near)

    def _nearest(self, word: str, ids: Ids) -> list[int]:
        """Of words that share a loose key with this one, those that are worth comparing."""
        if word[0].islower():
            found: list[int] = ids[:MOST_LOOSE].tolist()
            return found
        bare: list[int] = ids[self._bare.array[ids]][:MOST_LOOSE].tolist()
        longer = np.abs(self._length.array[ids] - len(word))
        other = np.bitwise_count(self._letters.array[ids] ^ np.uint32(_letters(word)))
        unlike = 2 * other + longer
        ids, unlike = ids[unlike <= MOST_UNLIKE], unlike[unlike <= MOST_UNLIKE]
        if len(ids) > MOST_NEAR:
            # A stable order, so that of words as unlike as each other the same are taken always.
            ids = ids[np.argsort(unlike, kind="stable")[:MOST_NEAR]]
        words = self._words
        near = process.extract(
            word,
            [words[own] for own in ids.tolist()],
            scorer=JaroWinkler.similarity,
            score_cutoff=LEAST_NEAR,
            limit=MOST_LOOSE,
        )
        most = 1 + len(word) // LETTERS_A_SLIP
        bones = skeleton(word)
        return bare + [
            int(ids[place])
            for listed, alike, place in near
            if alike >= SURELY_NEAR
            or OSA.distance(word, listed, score_cutoff=most) <= most
            or skeleton(listed) == bones
        ]

    def _scored(self, word: str, ids: Iterable[int]) -> dict[int, float]:
        found = {}
        for own in ids:
            listed = self._words[own]
            if len(listed) > 1 and (alike := similarity(word, listed).similarity) > 0:
                found[own] = alike
        return found

    def _grown(self, word: str, known: Similar, size: int, *, cut: bool) -> Similar:
        """What was known, with the words that came since, up to `size` in all."""
        mine = set(keys(word))
        fresh = [
            own
            for own in range(known.known, size)
            if not mine.isdisjoint(keys(self._words[own]))
            or (cut and self._words[own].startswith(word))
        ]
        if not fresh:
            return known._replace(known=size)
        found = dict(zip(known.ids.tolist(), known.alike.tolist(), strict=True))
        found |= self._scored(word, fresh)
        if cut:
            longer = [own for own in fresh if self._words[own].startswith(word)]
            found |= dict.fromkeys(longer, CUT.similarity)
        return Similar(*_arrays(found), size)

    def _longer(self, word: str) -> dict[int, float]:
        """Listed words that begin with this one."""
        if len(word) < SHORTEST_CUT:
            return {}
        start = bisect_left(self._sorted, word)
        found = {}
        for listed in self._sorted[start : start + MOST_CUT]:
            if not listed.startswith(word):
                break
            found[self._ids[listed]] = CUT.similarity
        return found


def _letters(word: str) -> int:
    """The consonants of a word as a set of bits; those of other alphabets share one."""
    bits = 0
    for letter in word:
        if letter not in "AEIOU":
            place = ord(letter) - ord("A")
            bits |= 1 << (place if 0 <= place < 26 else 26)
    return bits


def _assumed(group: str) -> float:
    return INITIAL_SHARE if len(group) == 1 else COMMON.get(group, 0.0)


def _arrays(found: dict[int, float]) -> tuple[Ids, Floats]:
    ids = np.fromiter(found, dtype=np.int32, count=len(found))
    alike = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    order = np.argsort(ids)
    return ids[order], alike[order]
