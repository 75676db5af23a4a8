"""Two names compared word by word."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from parakh.domain.traveller import PersonName
from parakh.screen.lexicon import name_tokens
from parakh.screen.tokens import (
    DIFFERENT,
    LEAST_JOINED,
    LOST_BY_JOINING,
    TokenMatch,
    similarity,
)

LONGER_SIDE = 0.25
"""How much the words count that only the longer of two names has; the shorter side has the rest.
Lists give more names (of father, tribe) than passports do, and passports drop middle names."""

LEAST_WEIGHT, MOST_WEIGHT = 1.5, 4.0
"""Bounds of what a word counts for in the likeness of names, by its rarity."""

ALIKE = 0.90
LETTERS_A_SLIP = 8
"""Two names that differ by blanks, and by a letter in so many at most, are ALIKE."""

MOST_WORDS = 12
"""Words of a name beyond these are not compared: no person's name has them, and time would."""

CUT_LENGTHS = frozenset({38, 39})
"""Length, with two fillers between its parts, of a name that may be cut off: the machine readable
zone of a passport has 39 characters for it (ICAO 9303-4, 4.2.2), the last of which may be blank."""

AGAINST = TokenMatch(-0.4, "none")
"""What a word without counterpart is worth where the other name has one too."""

CUT = TokenMatch(0.92, "cut")

Rarity = Callable[[str], float]
"""Gives -log10 of the share of people who bear a word."""


Places = tuple[int, ...]


class Pair(NamedTuple):
    """Words of two names that met: their places in ours and in theirs, and how they met."""

    places: tuple[Places, Places]
    met: TokenMatch


class Part(NamedTuple):
    """A pair of words, or one without counterpart, with its share of the whole likeness."""

    ours: str
    theirs: str
    met: TokenMatch
    share: float


class Comparison(NamedTuple):
    """How two names compare.

    Attributes:
        alike: 0 (nothing in common) to 1 (every word of either has its like in the other).
        rarity: of the words that agree, each counted as far as it does.
        parts: word by word; the shares add up to 1, and shares times likenesses to `alike`.
    """

    alike: float
    rarity: float
    parts: tuple[Part, ...]


NOTHING = Comparison(0.0, 0.0, ())


def compare_names(
    ours: Sequence[str], theirs: Sequence[str], rarity: Rarity, *, cut: str = ""
) -> Comparison:
    """Compares two names of persons given as words (see `name_tokens`); the order of words does not
    matter, nor which name comes first.

    Every word meets at most one of the other name, the most alike pairs first; two words that stand
    side by side may meet one that is both together. Words count by their rarity. `cut` is a word of
    ours that may lack its end.
    """
    return compare_words(ours, theirs, rarity, _bounded, longer_side=LONGER_SIDE, cut=cut)


def _bounded(_: str, rare: float) -> float:
    return min(MOST_WEIGHT, max(LEAST_WEIGHT, rare))


def compare_words(
    ours: Sequence[str],
    theirs: Sequence[str],
    rarity: Rarity,
    weigh: Callable[[str, float], float],
    *,
    longer_side: float,
    cut: str = "",
) -> Comparison:
    """Compares any two names; `weigh` says what a word counts for, given its rarity, and
    `longer_side` how much what only the longer of two names has, 0 to 0.5."""
    ours, theirs = ours[:MOST_WORDS], theirs[:MOST_WORDS]
    pairs = _met(ours, theirs, cut)
    if not ours or not theirs:
        return NOTHING
    sides = (_Side(ours, rarity, weigh), _Side(theirs, rarity, weigh))
    one, other = (_covered(side, pairs, place) for place, side in enumerate(sides))
    shares = (1 - longer_side, longer_side) if one >= other else (longer_side, 1 - longer_side)
    parts = list(_parts(sides, shares, pairs))
    alike = sum(part.share * part.met.similarity for part in parts)
    if alike < ALIKE and (whole := _as_one(ours, theirs)):
        rare = min(sum(side.rarities) for side in sides)
        return Comparison(whole.met.similarity, rare * whole.met.similarity, (whole,))
    return Comparison(
        alike=max(0.0, alike),
        rarity=min(_rare(side, pairs, place) for place, side in enumerate(sides)),
        parts=tuple(parts),
    )


def _as_one(ours: Sequence[str], theirs: Sequence[str]) -> Part | None:
    """Names that are nearly the same when their words are written together: blanks are lost, and
    put in, by whoever copies."""
    one, other = "".join(ours), "".join(theirs)
    most = min(len(one), len(other)) // LETTERS_A_SLIP
    letters = OSA.distance(one, other, score_cutoff=most)
    if not most or letters > most or len(ours) == len(theirs) == 1:
        return None
    met = TokenMatch(ALIKE - 0.05 * (letters - 1), "joined", letters, len(one))
    return Part(" ".join(ours), " ".join(theirs), met, 1.0)


def cut_word(name: PersonName) -> str:
    """The word of a name that may lack its end, because the name fills the machine readable zone;
    "" for other names."""
    if not name.given or len(name.family) + 2 + len(name.given) not in CUT_LENGTHS:
        return ""
    words = name_tokens(PersonName(family="", given=name.given))
    return words[-1] if words else ""


class _Side:
    """The words of one name, with what each counts for in the likeness, and how rare it is."""

    def __init__(
        self, words: Sequence[str], rarity: Rarity, weigh: Callable[[str, float], float]
    ) -> None:
        self.words = words
        self.rarities = [rarity(word) for word in words]
        self.weights = [weigh(*own) for own in zip(words, self.rarities, strict=True)]
        self.total = sum(self.weights)

    def share(self, places: Places) -> float:
        return sum(self.weights[place] for place in places) / self.total


def _covered(side: _Side, pairs: Sequence[Pair], which: int) -> float:
    """Share of a name's weight that has its like in the other."""
    return sum(side.share(pair.places[which]) * pair.met.similarity for pair in pairs)


def _rare(side: _Side, pairs: Sequence[Pair], which: int) -> float:
    return sum(
        side.rarities[place] * pair.met.similarity for pair in pairs for place in pair.places[which]
    )


def _parts(
    sides: tuple[_Side, _Side], shares: tuple[float, float], pairs: Sequence[Pair]
) -> Iterator[Part]:
    for pair in pairs:
        share = sum(shares[which] * sides[which].share(pair.places[which]) for which in (0, 1))
        mine, yours = (
            " ".join(sides[which].words[place] for place in pair.places[which]) for which in (0, 1)
        )
        yield Part(mine, yours, pair.met, share)
    left = [_left(side, pairs, which) for which, side in enumerate(sides)]
    # A word that only one name has may have been left out; where both have one, they differ.
    met = AGAINST if all(left) else DIFFERENT
    for which, side in enumerate(sides):
        for place in left[which]:
            word, share = side.words[place], shares[which] * side.share((place,))
            yield Part("" if which else word, word if which else "", met, share)


def _left(side: _Side, pairs: Sequence[Pair], which: int) -> list[int]:
    """The places of a name's words that met nothing."""
    met = {place for pair in pairs for place in pair.places[which]}
    return [place for place in range(len(side.words)) if place not in met]


def _met(ours: Sequence[str], theirs: Sequence[str], cut: str) -> list[Pair]:
    """Pairs of words, each word in one at most; the most alike are taken first."""
    if (len(ours), *ours) > (len(theirs), *theirs) and not cut:
        # Among pairs as alike as each other the first is taken: it must be the same either way.
        return [Pair(pair.places[::-1], pair.met) for pair in _met(theirs, ours, cut)]
    found = [
        Pair(((mine,), (yours,)), met)
        for mine, word in enumerate(ours)
        for yours, other in enumerate(theirs)
        if (met := similarity(word, other))[0]
    ]
    if sum(pair.met.similarity > LEAST_JOINED for pair in found) < min(len(ours), len(theirs)):
        found += _joins(ours, theirs)
        if cut:
            found += _cuts(ours, theirs, cut)
    found.sort(key=_most_alike)
    left_ours, left_theirs = set(range(len(ours))), set(range(len(theirs)))
    taken = []
    for pair in found:
        mine, yours = pair.places
        if left_ours.issuperset(mine) and left_theirs.issuperset(yours):
            left_ours.difference_update(mine)
            left_theirs.difference_update(yours)
            taken.append(pair)
    return taken


def _most_alike(pair: Pair) -> tuple[float, tuple[Places, Places]]:
    return -pair.met.similarity, pair.places


def _joins(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Pair]:
    """Two or three neighbours of one name that are, written together, a word of the other."""
    for places in _neighbours(len(ours)):
        together = "".join(ours[place] for place in places)
        for yours, other in enumerate(theirs):
            if met := _joined(together, other):
                yield Pair((places, (yours,)), met)
    for places in _neighbours(len(theirs)):
        together = "".join(theirs[place] for place in places)
        for mine, word in enumerate(ours):
            if met := _joined(together, word):
                yield Pair(((mine,), places), met)


@lru_cache
def _neighbours(size: int) -> tuple[Places, ...]:
    return tuple(
        tuple(range(start, start + many)) for many in (2, 3) for start in range(size - many + 1)
    )


def _joined(together: str, whole: str) -> TokenMatch | None:
    if abs(len(together) - len(whole)) > 2 or len(whole) < 4:
        return None
    met = similarity(together, whole)
    if met.similarity < LEAST_JOINED:
        return None
    return TokenMatch(met.similarity - LOST_BY_JOINING, "joined")


def _cuts(ours: Sequence[str], theirs: Sequence[str], cut: str) -> Iterator[Pair]:
    """The word that may lack its end, with each that goes on as it begins."""
    for mine, word in enumerate(ours):
        if word == cut:
            for yours, other in enumerate(theirs):
                if len(other) > len(word) and other.startswith(word):
                    yield Pair(((mine,), (yours,)), CUT)
